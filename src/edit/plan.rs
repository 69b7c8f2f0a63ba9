mod noted;
mod told;

use std::fmt;

use camino::{Utf8Path, Utf8PathBuf};
use serde::Serialize;
use thiserror::Error;

pub(super) use self::noted::record;
use self::noted::{is_listed, is_remembered};
use super::earlier::Known;
use super::merge::{Resolution, Style, markers, resolve};
use super::record::{Form, Index, Record, RecordError};
use super::rendered::Rendered;
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
    /// What svcgen wrote and somebody took out, and is written again: the model has it still.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub back: Vec<Conflict>,
    /// What is remembered of files that do not change.
    #[serde(skip)]
    pub records: Vec<Noted>,
}

/// What is remembered of a file that does not change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Noted {
    pub path: Utf8PathBuf,
    pub record: Record,
    /// The content, where it counts as svcgen's: somebody resolved a conflict in it.
    pub left: Option<String>,
}

/// The change of one file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FileEdit {
    pub path: Utf8PathBuf,
    /// The text before; `None` where the file is new.
    pub before: Option<String>,
    /// The text after; `None` where the file goes.
    pub after: Option<String>,
    /// The lines of the text after on which conflicts begin that are marked in it, counted from one.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub marks: Vec<usize>,
    /// What is remembered as written by svcgen.
    #[serde(skip)]
    pub record: Record,
}

impl FileEdit {
    /// Whether conflicts are marked in it.
    pub fn is_marked(&self) -> bool {
        !self.marks.is_empty()
    }
}

/// A file, and why svcgen does not change it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Conflict {
    pub path: Utf8PathBuf,
    /// Counted from one; where the reason has a place.
    pub line: Option<usize>,
    pub reason: String,
    pub kind: ConflictKind,
}

/// What a conflict is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum ConflictKind {
    /// Lines of a file that is svcgen's, which can be marked in it.
    Lines,
    /// Lines that are marked, and not resolved.
    Markers,
    /// The same, where others marked them, so that neither side is known to be the user's.
    Others,
    /// A file that svcgen would write, and did not.
    Foreign,
    /// An entry of a file that others write too, or all of a file that is no longer wanted.
    Entry,
}

impl ConflictKind {
    /// What a text is about that has conflict markers.
    pub(super) fn marked(text: &str) -> Self {
        match markers(&resolve(text, Resolution::Yours)).is_empty() {
            true => Self::Markers,
            false => Self::Others,
        }
    }
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
/// Where a file cannot be read, or a shared file or what is remembered cannot be understood.
pub fn plan(
    desired: &[Desired],
    worktree: &Worktree,
    rendered: &Rendered,
    resolution: Resolution,
) -> Result<EditPlan, PlanError> {
    let index = rendered.index()?;
    rendered.check_made()?;
    let planner = PlanContext {
        worktree,
        rendered,
        index: &index,
        resolution,
        style: Style::of(worktree.root()),
    };
    let mut plan = EditPlan::default();
    for wanted in joined(desired) {
        plan.add(&wanted, &planner)?;
    }
    for path in index.files.keys() {
        if !desired.iter().any(|wanted| wanted.path() == path) {
            plan.withdraw(path, &planner)?;
        }
    }
    // A run that finds marks writes nothing: one that was killed after them would leave the rest for later.
    plan.edits.sort_by_key(FileEdit::is_marked);
    Ok(plan)
}

/// What plans are made from, for all files of a tree.
#[derive(Debug, Clone, Copy)]
pub(super) struct PlanContext<'a> {
    pub(super) worktree: &'a Worktree,
    pub(super) rendered: &'a Rendered,
    pub(super) index: &'a Index,
    pub(super) resolution: Resolution,
    pub(super) style: Style,
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
    /// Whether there is a conflict that cannot be marked in its file.
    pub fn is_blocked(&self) -> bool {
        let is_marked = |conflict: &Conflict| {
            let mut edits = self.edits.iter();
            edits.any(|edit| edit.path == conflict.path && edit.is_marked())
        };
        !self.conflicts.iter().all(is_marked)
    }

    /// A tree as it will be.
    #[must_use]
    pub fn after(&self, tree: &Worktree) -> Worktree {
        let edits = self.edits.iter();
        tree.as_if(edits.map(|edit| (edit.path.clone(), edit.after.clone())))
    }

    /// The files that are there, and that change or are as they should be.
    pub fn held(&self) -> impl Iterator<Item = &Utf8PathBuf> {
        let changed = self.edits.iter().filter(|edit| edit.before.is_some());
        changed.map(|edit| &edit.path).chain(&self.unchanged)
    }

    /// Whether a file changes.
    pub fn changes(&self, path: &Utf8Path) -> bool {
        self.edits.iter().any(|edit| edit.path == path)
    }

    fn add(&mut self, wanted: &Desired, planner: &PlanContext<'_>) -> Result<(), PlanError> {
        let path = wanted.path();
        let before = planner.worktree.read(path)?;
        let known = planner.known(path, before.as_deref());
        let mut record = record(wanted, before.as_deref(), known.written.as_ref());
        if before.is_none() && planner.was_deleted(path, &known) {
            self.bring_back_file(path);
        }
        let outcome = self.outcome(wanted, before.as_deref(), &known, &mut record, planner);
        let after = match outcome {
            // Somebody has made something else of it, which is neither judged nor committed.
            Ok(after) if matches!(wanted, Desired::Paper { text, .. } if *text != after) => {
                return Ok(());
            }
            Ok(after) => after,
            Err(error) => {
                let kind = match wanted {
                    Desired::File { .. } => match before {
                        Some(text) if !markers(&text).is_empty() => ConflictKind::marked(&text),
                        _ => ConflictKind::Foreign,
                    },
                    _ => ConflictKind::Entry,
                };
                return self.refuse(path, kind, error);
            }
        };
        if before.as_deref() == Some(after.as_str()) {
            self.unchanged.push(path.clone());
            let is_resolved = known
                .written
                .as_ref()
                .is_some_and(|written| written.is_marked);
            if is_resolved || known.is_undone || !planner.is_noted(path, &record) {
                self.records.push(Noted {
                    path: path.clone(),
                    record,
                    left: before.filter(|_| is_resolved || known.is_undone),
                });
            }
            return Ok(());
        }
        let marks = match wanted {
            Desired::File { text, .. } if markers(text).is_empty() => markers(&after),
            _ => Vec::new(),
        };
        let conflicts = marks.iter().map(|line| Conflict {
            path: path.clone(),
            line: Some(*line),
            reason: "someone changed the same lines that svcgen would change".into(),
            kind: ConflictKind::Lines,
        });
        self.conflicts.extend(conflicts);
        self.edits.push(FileEdit {
            path: path.clone(),
            before,
            after: Some(after),
            marks,
            record,
        });
        Ok(())
    }

    fn outcome(
        &mut self,
        wanted: &Desired,
        before: Option<&str>,
        known: &Known,
        record: &mut Record,
        planner: &PlanContext<'_>,
    ) -> Result<String, EntryError> {
        let (base, resolution) = (known.base.as_deref(), planner.resolution);
        // Whoever took the file away did not take out what is in it.
        let is_made = before.is_some() && known.written.as_ref().is_some_and(|it| it.is_made);
        match wanted {
            Desired::File { text, .. } => planner.whole(before, base, text),
            Desired::Paper { text, .. } => Ok(match before {
                Some(before) if Some(before) != base => before.to_owned(),
                _ => text.clone(),
            }),
            Desired::Yaml { path, entries } => {
                let gone = yaml::taken_out(before.unwrap_or_default(), entries, base, is_made);
                self.bring_back(path, gone);
                let stale = known.stale(record).into_iter();
                // An item makes room once another one is there: its list, and what was said of that, stays.
                let (items, stale): (Vec<_>, Vec<_>) = stale.partition(|keys| yaml::is_item(keys));
                let cleaned = before.map(|text| yaml::remove(text, &stale, base, resolution));
                let cleaned = cleaned.transpose()?;
                let hollow = known.hollow(record);
                let text = cleaned.map(|cleaned| {
                    self.keep(path, cleaned.kept);
                    // What stays is told until it goes.
                    record.add(cleaned.staying);
                    cleaned.text
                });
                let patched = yaml::patch(text.as_deref(), entries, base, resolution)?;
                let cleaned = yaml::remove(&patched, &items, base, resolution)?;
                Ok(yaml::without_hollow(cleaned.text, hollow))
            }
            Desired::Ini { path, entries } => {
                let gone = ini::taken_out(before.unwrap_or_default(), entries, base, is_made);
                self.bring_back(path, gone);
                ini::patch(before, entries, base, resolution)
            }
            Desired::Lines {
                path,
                lines: wanted,
            } => {
                let gone = lines::taken_out(before.unwrap_or_default(), wanted, base, is_made);
                self.bring_back(path, gone);
                lines::patch(before, wanted, base)
            }
            Desired::Json { entries, .. } => json::patch(before, entries, base, resolution),
            Desired::Blocks { path, blocks } => {
                let stale = known.stale(record);
                let stale: Vec<String> = stale.into_iter().flatten().collect();
                let patched = blocks::patch(before, blocks, &stale)?.decided(resolution);
                self.keep_blocks(path, &patched.kept);
                record.add(patched.kept.into_iter().map(|block| vec![block]));
                Ok(patched.text)
            }
        }
    }

    pub(super) fn refuse(
        &mut self,
        path: &Utf8Path,
        kind: ConflictKind,
        error: EntryError,
    ) -> Result<(), PlanError> {
        match error {
            EntryError::Conflict { places } => {
                let conflicts = places.into_iter().map(|(line, reason)| Conflict {
                    path: path.to_owned(),
                    line,
                    reason,
                    kind,
                });
                self.conflicts.extend(conflicts);
                Ok(())
            }
            EntryError::Unreadable { line, reason } => {
                let path = path.to_owned();
                Err(PlanError::Unreadable { path, line, reason })
            }
        }
    }
}

impl PlanContext<'_> {
    pub(super) fn known(&self, path: &Utf8Path, before: Option<&str>) -> Known {
        self.rendered.known(self.index, path, before)
    }

    /// Whether somebody deleted a file that svcgen wrote, where commits of the branch had it.
    fn was_deleted(&self, path: &Utf8Path, known: &Known) -> bool {
        let written = known.written.as_ref();
        let is_known = written.is_some_and(|written| written.form != Form::Gone);
        is_known && self.rendered.had(path)
    }

    /// Whether all that is to be remembered of a file is what was remembered last.
    fn is_noted(&self, path: &Utf8Path, record: &Record) -> bool {
        is_remembered(record, self.rendered.read(path).as_deref())
            && is_listed(record, self.index.files.get(path), self.rendered)
    }
}
