use camino::Utf8PathBuf;
use git2::{MergeFileInput, MergeFileOptions};
use serde::Serialize;
use thiserror::Error;

use super::rendered::Rendered;
use super::{Desired, EntryError, ini, json, lines, yaml};
use crate::worktree::{Worktree, WorktreeError};

/// Everything that will change in one tree, known before anything is written.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct EditPlan {
    /// Files that change, in the order in which they are written.
    pub edits: Vec<FileEdit>,
    /// Files that are as they should be already.
    pub unchanged: Vec<Utf8PathBuf>,
    /// Files that svcgen must not change.
    pub conflicts: Vec<Conflict>,
    /// What is remembered of files that do not change.
    #[serde(skip)]
    pub records: Vec<(Utf8PathBuf, String)>,
}

/// The change of one file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FileEdit {
    pub path: Utf8PathBuf,
    /// The text before; `None` where the file is new.
    pub before: Option<String>,
    pub after: String,
    /// What is remembered as written by svcgen.
    #[serde(skip)]
    pub record: String,
}

/// A file, and why svcgen does not change it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Conflict {
    pub path: Utf8PathBuf,
    /// Counted from one; where the reason has a place.
    pub line: Option<usize>,
    pub reason: String,
}

/// A tree whose plan cannot be made.
#[derive(Debug, Error)]
pub enum PlanError {
    #[error(transparent)]
    Worktree(#[from] WorktreeError),
    #[error("`{path}` cannot be edited: line {line}: {reason}")]
    Unreadable {
        path: Utf8PathBuf,
        line: usize,
        reason: String,
    },
}

/// Compares what is wanted with what is there.
///
/// # Errors
/// Where a file cannot be read, or a shared file cannot be understood.
pub fn plan(
    desired: &[Desired],
    worktree: &Worktree,
    rendered: &Rendered,
) -> Result<EditPlan, PlanError> {
    let mut plan = EditPlan::default();
    for wanted in desired {
        let path = wanted.path();
        let before = worktree.read(path)?;
        let base = rendered.read(path);
        let (outcome, record) = match wanted {
            Desired::File { text, .. } => (
                whole(before.as_deref(), base.as_deref(), text),
                text.clone(),
            ),
            Desired::Yaml { entries, .. } => (
                yaml::patch(before.as_deref(), entries, base.as_deref()),
                yaml::fragment(entries),
            ),
            Desired::Ini { entries, .. } => (
                ini::patch(before.as_deref(), entries, base.as_deref()),
                ini::fragment(entries),
            ),
            Desired::Lines { lines: wanted, .. } => (
                lines::patch(before.as_deref(), wanted, base.as_deref()),
                lines::fragment(wanted),
            ),
            Desired::Json { entries, .. } => (
                json::patch(before.as_deref(), entries, base.as_deref()),
                json::fragment(entries),
            ),
        };
        match outcome {
            Ok(after) if before.as_deref() == Some(after.as_str()) => {
                plan.unchanged.push(path.clone());
                if base.as_deref() != Some(record.as_str()) {
                    plan.records.push((path.clone(), record));
                }
            }
            Ok(after) => plan.edits.push(FileEdit {
                path: path.clone(),
                before,
                after,
                record,
            }),
            Err(EntryError::Conflict { line, reason }) => {
                plan.conflicts.push(Conflict {
                    path: path.clone(),
                    line,
                    reason,
                });
            }
            Err(EntryError::Unreadable { line, reason }) => {
                return Err(PlanError::Unreadable {
                    path: path.clone(),
                    line,
                    reason,
                });
            }
        }
    }
    Ok(plan)
}

/// Decides what becomes of a file that svcgen owns.
///
/// What somebody changed since it was last written is kept by a three-way merge; a file that svcgen never
/// wrote is never overwritten.
fn whole(before: Option<&str>, base: Option<&str>, wanted: &str) -> Result<String, EntryError> {
    let conflict = |reason: &str| {
        Err(EntryError::Conflict {
            line: None,
            reason: reason.into(),
        })
    };
    match (before, base) {
        (None, _) => Ok(wanted.to_owned()),
        (Some(before), _) if before == wanted => Ok(wanted.to_owned()),
        (Some(before), Some(base)) if before == base => Ok(wanted.to_owned()),
        (Some(before), Some(base)) => match merge(base, before, wanted) {
            Some(merged) => Ok(merged),
            None => conflict("somebody changed the same lines that svcgen would change"),
        },
        (Some(_), None) => conflict("it is there already, and svcgen did not write it"),
    }
}

/// Merges two changes of one text; `None` where they touch the same lines.
fn merge(base: &str, ours: &str, theirs: &str) -> Option<String> {
    // `merge_file` is the one function that does not set the library up by itself; this one does.
    git2::Oid::hash_object(git2::ObjectType::Blob, base.as_bytes()).ok()?;
    let (mut ancestor, mut left, mut right) = (
        MergeFileInput::new(),
        MergeFileInput::new(),
        MergeFileInput::new(),
    );
    ancestor.content(base.as_bytes());
    left.content(ours.as_bytes());
    right.content(theirs.as_bytes());
    let result =
        git2::merge_file(&ancestor, &left, &right, Some(&mut MergeFileOptions::new())).ok()?;
    if !result.is_automergeable() {
        return None;
    }
    String::from_utf8(result.content().to_vec()).ok()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn what_somebody_changed_is_kept() {
        let base = "one\ntwo\nthree\nfour\nfive\n";
        let theirs = "one\nTWO\nthree\nfour\nfive\n";
        let wanted = "one\ntwo\nthree\nfour\nFIVE\n";
        assert_eq!(
            whole(Some(theirs), Some(base), wanted).unwrap(),
            "one\nTWO\nthree\nfour\nFIVE\n"
        );
        assert_eq!(whole(Some(base), Some(base), wanted).unwrap(), wanted);
        assert_eq!(whole(None, Some(base), wanted).unwrap(), wanted);
        let other = "one\ntwo\nthree\nfour\nfünf\n";
        assert!(matches!(
            whole(Some(other), Some(base), wanted),
            Err(EntryError::Conflict { .. })
        ));
        assert!(matches!(
            whole(Some(other), None, wanted),
            Err(EntryError::Conflict { .. })
        ));
        assert_eq!(whole(Some(wanted), None, wanted).unwrap(), wanted);
    }
}
