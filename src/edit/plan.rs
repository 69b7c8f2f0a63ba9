use std::fmt;

use camino::{Utf8Path, Utf8PathBuf};
use git2::{MergeFileInput, MergeFileOptions};
use serde::Serialize;
use thiserror::Error;

use super::record::{Form, Record, Written};
use super::rendered::{RecordError, Rendered};
use super::{Desired, EntryError, blocks, ini, json, lines, yaml};
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
    /// What svcgen wrote and wants no more, and leaves there because somebody changed it.
    pub kept: Vec<Conflict>,
    /// What is remembered of files that do not change.
    #[serde(skip)]
    pub records: Vec<(Utf8PathBuf, Record)>,
}

/// The change of one file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FileEdit {
    pub path: Utf8PathBuf,
    /// The text before; `None` where the file is new.
    pub before: Option<String>,
    /// The text after; `None` where the file goes.
    pub after: Option<String>,
    /// What is remembered as written by svcgen.
    #[serde(skip)]
    pub record: Record,
}

/// A file, and why svcgen does not change it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Conflict {
    pub path: Utf8PathBuf,
    /// Counted from one; where the reason has a place.
    pub line: Option<usize>,
    pub reason: String,
}

impl fmt::Display for Conflict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(f, "{}:{line}: {}", self.path, self.reason),
            None => write!(f, "{}: {}", self.path, self.reason),
        }
    }
}

/// A tree whose plan cannot be made.
#[derive(Debug, Error)]
pub enum PlanError {
    #[error(transparent)]
    Worktree(#[from] WorktreeError),
    #[error(transparent)]
    Record(#[from] RecordError),
    #[error("`{path}` cannot be edited: line {line}: {reason}")]
    Unreadable {
        path: Utf8PathBuf,
        line: usize,
        reason: String,
    },
}

/// Compares what is wanted with what is there.
///
/// What svcgen wrote earlier and wants no more is taken away again, unless somebody changed it since.
///
/// # Errors
/// Where a file cannot be read, or a shared file cannot be understood.
pub fn plan(
    desired: &[Desired],
    worktree: &Worktree,
    rendered: &Rendered,
) -> Result<EditPlan, PlanError> {
    let index = rendered.index()?;
    let mut plan = EditPlan::default();
    for wanted in joined(desired) {
        let path = wanted.path();
        plan.add(&wanted, worktree, rendered, index.files.get(path))?;
    }
    for (path, written) in &index.files {
        if !desired.iter().any(|wanted| wanted.path() == path) {
            plan.withdraw(path, written, worktree, rendered)?;
        }
    }
    Ok(plan)
}

/// What is wanted, each YAML file once: two environments may have their hieradata in one.
pub(crate) fn joined(desired: &[Desired]) -> Vec<Desired> {
    let mut joined: Vec<Desired> = Vec::new();
    for wanted in desired {
        let same = joined
            .iter_mut()
            .find(|other| other.path() == wanted.path());
        match (same, wanted) {
            (Some(Desired::Yaml { entries, .. }), Desired::Yaml { entries: more, .. }) => {
                let new = more.iter().filter(|entry| !entries.contains(entry));
                let new: Vec<_> = new.cloned().collect();
                entries.extend(new);
            }
            _ => joined.push(wanted.clone()),
        }
    }
    joined
}

impl EditPlan {
    fn add(
        &mut self,
        wanted: &Desired,
        worktree: &Worktree,
        rendered: &Rendered,
        written: Option<&Written>,
    ) -> Result<(), PlanError> {
        let path = wanted.path();
        let before = worktree.read(path)?;
        let base = rendered.read(path);
        let record = record(wanted, before.as_deref(), written);
        let stale = written.map_or_else(Vec::new, |written| stale(&written.keys, &record));
        let outcome = self.outcome(wanted, before.as_deref(), base.as_deref(), &stale);
        match outcome {
            // Somebody has made something else of it, which is neither judged nor committed.
            Ok(after) if matches!(wanted, Desired::Paper { text, .. } if *text != after) => Ok(()),
            Ok(after) if before.as_deref() == Some(after.as_str()) => {
                self.unchanged.push(path.clone());
                let is_known = is_remembered(&record, base.as_deref());
                if !(is_known && is_listed(&record, written, rendered)) {
                    self.records.push((path.clone(), record));
                }
                Ok(())
            }
            Ok(after) => {
                self.edits.push(FileEdit {
                    path: path.clone(),
                    before,
                    after: Some(after),
                    record,
                });
                Ok(())
            }
            Err(error) => self.refuse(path, error),
        }
    }

    fn outcome(
        &mut self,
        wanted: &Desired,
        before: Option<&str>,
        base: Option<&str>,
        stale: &[Vec<String>],
    ) -> Result<String, EntryError> {
        match wanted {
            Desired::File { text, .. } => whole(before, base, text),
            Desired::Paper { text, .. } => Ok(match before {
                Some(before) if Some(before) != base => before.to_owned(),
                _ => text.clone(),
            }),
            Desired::Yaml { path, entries } => {
                let cleaned = before.map(|text| yaml::remove(text, stale, base));
                let cleaned = cleaned.transpose()?;
                let text = cleaned.map(|cleaned| {
                    self.keep(path, cleaned.kept);
                    cleaned.text
                });
                yaml::patch(text.as_deref(), entries, base)
            }
            Desired::Ini { entries, .. } => ini::patch(before, entries, base),
            Desired::Lines { lines: wanted, .. } => lines::patch(before, wanted, base),
            Desired::Json { entries, .. } => json::patch(before, entries, base),
            Desired::Blocks { path, blocks } => {
                let stale: Vec<String> = stale.iter().flatten().cloned().collect();
                let patched = blocks::patch(before, blocks, &stale)?;
                self.keep_blocks(path, &patched.kept);
                Ok(patched.text)
            }
        }
    }

    pub(super) fn keep(&mut self, path: &Utf8Path, kept: Vec<(usize, String)>) {
        self.kept
            .extend(kept.into_iter().map(|(line, reason)| Conflict {
                path: path.to_owned(),
                line: Some(line),
                reason,
            }));
    }

    pub(super) fn keep_blocks(&mut self, path: &Utf8Path, kept: &[String]) {
        self.kept.extend(kept.iter().map(|block| {
            let line = block.lines().find(|line| !line.trim().is_empty());
            let line = line.unwrap_or_default().trim();
            Conflict {
                path: path.to_owned(),
                line: None,
                reason: format!(
                    "svcgen wrote `{line}` and wants it no more, but somebody changed it"
                ),
            }
        }));
    }

    pub(super) fn refuse(&mut self, path: &Utf8Path, error: EntryError) -> Result<(), PlanError> {
        let path = path.to_owned();
        match error {
            EntryError::Conflict { line, reason } => {
                self.conflicts.push(Conflict { path, line, reason });
                Ok(())
            }
            EntryError::Unreadable { line, reason } => {
                Err(PlanError::Unreadable { path, line, reason })
            }
        }
    }
}

/// What is remembered of a file once it is as it is wanted.
fn record(wanted: &Desired, before: Option<&str>, written: Option<&Written>) -> Record {
    let (form, text, keys) = match wanted {
        Desired::File { text, .. } => (Form::Whole, text.clone(), Vec::new()),
        Desired::Paper { text, .. } => (Form::Begun, text.clone(), Vec::new()),
        Desired::Yaml { entries, .. } => (
            Form::Yaml,
            yaml::fragment(entries),
            entries.iter().map(yaml::Entry::keys).collect(),
        ),
        Desired::Ini { entries, .. } => (Form::Ini, ini::fragment(entries), Vec::new()),
        Desired::Lines { lines, .. } => (Form::Lines, lines::fragment(lines), Vec::new()),
        Desired::Json { entries, .. } => (Form::Json, json::fragment(entries), Vec::new()),
        Desired::Blocks { blocks, .. } => (
            Form::Blocks,
            blocks::fragment(blocks),
            blocks
                .iter()
                .map(|block| vec![block.text.clone()])
                .collect(),
        ),
    };
    Record::Written {
        form,
        text,
        keys,
        is_made: before.is_none() || written.is_some_and(|written| written.is_made),
    }
}

/// The keys that were written and are no part of what is wanted.
fn stale(written: &[Vec<String>], record: &Record) -> Vec<Vec<String>> {
    let wanted: &[Vec<String>] = match record {
        Record::Written { keys, .. } => keys,
        Record::Gone | Record::Forgotten => &[],
    };
    let is_wanted = |key: &Vec<String>| wanted.iter().any(|wanted| key.starts_with(wanted));
    let stale = written.iter().filter(|key| !is_wanted(key));
    stale.cloned().collect()
}

fn is_remembered(record: &Record, base: Option<&str>) -> bool {
    matches!(record, Record::Written { text, .. } if base == Some(text.as_str()))
}

/// Whether the list of written files has the same to say.
fn is_listed(record: &Record, written: Option<&Written>, rendered: &Rendered) -> bool {
    match (record, written) {
        (Record::Written { form, keys, .. }, Some(written)) => {
            written.form == *form && written.keys == *keys
        }
        (_, Some(_)) => false,
        (_, None) => !rendered.has_index(),
    }
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
