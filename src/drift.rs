//! Finds where a tree and the model say different things, and which of them has changed.
//!
//! What changed is told by the text that svcgen last wrote into the checkout. A checkout that does not remember one,
//! such as a fresh clone, shows only that there is a difference.

mod extras;

use serde::Serialize;
use similar::{ChangeTag, TextDiff};

use camino::Utf8PathBuf;

use crate::edit::{
    ConflictKind, Desired, EditPlan, EntryError, Rendered, Resolution, holds, holds_all, ini,
    joined, json, yaml,
};
use crate::worktree::{Worktree, WorktreeError};
pub use extras::{extra_checks, extras};

/// Which side has changed since the text was last generated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Direction {
    /// The model, or what svcgen makes of it; or the text was never generated.
    Model,
    /// Somebody changed the tree.
    Tree,
    Both,
    /// The checkout does not remember what was generated.
    Unknown,
}

/// What generating again does about a difference.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Remedy {
    /// It closes it.
    Generate,
    /// It keeps what somebody wrote: the file has to go first, or the model has to follow.
    Replace,
    /// It marks the lines that both changed, to be resolved.
    Merge,
    /// It refuses, because it does not know the file to be its own, until it is told which side is right.
    Adopt,
    /// It refuses: a line of a shared file has to be changed by hand, or the model has to follow.
    Edit,
}

/// One place where a tree and the model differ.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Difference {
    pub path: Utf8PathBuf,
    /// Counted from one, in the file as it is; none where it is not there.
    pub line: Option<usize>,
    pub direction: Direction,
    pub what: String,
    pub remedy: Remedy,
}

/// Finds the differences that a plan, and edits that it would keep, show.
///
/// # Errors
/// Where a file cannot be read.
pub fn differences(
    desired: &[Desired],
    plan: &EditPlan,
    worktree: &Worktree,
    rendered: &Rendered,
) -> Result<Vec<Difference>, WorktreeError> {
    let mut found = Vec::new();
    for wanted in &joined(desired) {
        let path = wanted.path();
        let before = worktree.read(path)?;
        let file = File {
            wanted,
            plan,
            base: rendered.base(path, before.as_deref()),
            before,
        };
        match wanted {
            Desired::File { text, .. } => file.whole(text, &mut found),
            // What somebody wrote there stays; what svcgen wrote follows the model.
            Desired::Paper { .. } if file.before.is_some() => found.extend(file.newer()),
            Desired::Paper { .. } => found.push(file.missing()),
            Desired::Yaml { .. }
            | Desired::Ini { .. }
            | Desired::Lines { .. }
            | Desired::Json { .. }
            | Desired::Blocks { .. } => file.shared(&mut found),
        }
    }
    found.extend(left_over(desired, plan));
    Ok(found)
}

/// What svcgen wrote earlier and wants no more.
fn left_over(desired: &[Desired], plan: &EditPlan) -> Vec<Difference> {
    let is_wanted = |path: &Utf8PathBuf| desired.iter().any(|wanted| wanted.path() == path);
    let edits = plan.edits.iter().filter(|edit| !is_wanted(&edit.path));
    let going = edits.map(|edit| {
        let before = edit.before.as_deref().unwrap_or_default();
        let line = edit
            .after
            .as_deref()
            .map(|after| first_change(before, after));
        let what = match &edit.after {
            Some(after) => format!("is no longer wanted: {}", counted(before, after)),
            None => "is no longer wanted".to_owned(),
        };
        Difference {
            path: edit.path.clone(),
            line,
            direction: Direction::Model,
            what,
            remedy: Remedy::Generate,
        }
    });
    let conflicts = plan.conflicts.iter().filter(|it| !is_wanted(&it.path));
    let kept = conflicts.chain(&plan.kept).map(|conflict| Difference {
        path: conflict.path.clone(),
        line: conflict.line,
        direction: Direction::Both,
        what: conflict.reason.clone(),
        remedy: Remedy::Edit,
    });
    going.chain(kept).collect()
}

/// A file as it is, as it was generated last, and as it should be.
struct File<'a> {
    wanted: &'a Desired,
    plan: &'a EditPlan,
    before: Option<String>,
    base: Option<String>,
}

impl File<'_> {
    /// A file that svcgen owns.
    fn whole(&self, text: &str, found: &mut Vec<Difference>) {
        let Some(before) = &self.before else {
            found.push(self.missing());
            return;
        };
        if before == text {
            return;
        }
        let conflicts = self
            .plan
            .conflicts
            .iter()
            .filter(|c| c.path == *self.path());
        let marked: Vec<_> = conflicts
            .filter(|c| matches!(c.kind, ConflictKind::Markers | ConflictKind::Others))
            .collect();
        for conflict in &marked {
            let what = conflict.reason.clone();
            found.push(self.difference(conflict.line, Direction::Both, what, Remedy::Edit));
        }
        if !marked.is_empty() {
            return;
        }
        // A clone that remembers nothing knows the lines that it would write.
        let known = holds_all(before, text).then_some(text);
        let Some(base) = self.base.as_deref().or(known) else {
            let what = format!("differs: {}", counted(before, text));
            let line = Some(first_change(before, text));
            found.push(self.difference(line, Direction::Unknown, what, Remedy::Adopt));
            return;
        };
        let edited = (before != base).then(|| first_change(before, base));
        if self.plan.conflicts.iter().any(|c| c.path == *self.path()) {
            let what = "both changed the same lines".to_owned();
            found.push(self.difference(edited, Direction::Both, what, Remedy::Merge));
            return;
        }
        if edited.is_some() {
            let what = format!("was edited: {}", counted(base, before));
            found.push(self.difference(edited, Direction::Tree, what, Remedy::Replace));
        }
        found.extend(self.newer());
    }

    /// What generating again would change.
    fn newer(&self) -> Option<Difference> {
        let (before, after) = (self.before.as_ref()?, self.after()?);
        let what = format!("generating again: {}", counted(before, after));
        let line = Some(first_change(before, after));
        Some(self.difference(line, Direction::Model, what, Remedy::Generate))
    }

    /// A file that others write too.
    fn shared(&self, found: &mut Vec<Difference>) {
        let is_newer = self.base.as_deref() != Some(self.wanted.record().as_str());
        let conflicts = self.plan.conflicts.iter();
        let conflicts: Vec<_> = conflicts.filter(|it| it.path == *self.path()).collect();
        if !conflicts.is_empty() {
            let direction = match (&self.base, is_newer) {
                (None, _) => Direction::Unknown,
                (Some(_), false) => Direction::Tree,
                (Some(_), true) => Direction::Both,
            };
            found.extend(conflicts.into_iter().map(|conflict| {
                let line = conflict.line.or(Some(1));
                self.difference(line, direction, conflict.reason.clone(), Remedy::Edit)
            }));
            return;
        }
        let Some(after) = self.after() else {
            found.extend(self.tuned());
            return;
        };
        let Some(before) = &self.before else {
            found.push(self.missing());
            return;
        };
        let is_lost = self
            .base
            .as_ref()
            .is_some_and(|base| !holds(self.wanted, before, base));
        let direction = match (is_newer, is_lost) {
            (true, false) => Direction::Model,
            (true, true) => Direction::Both,
            (false, _) => Direction::Tree,
        };
        let what = match direction {
            Direction::Tree => match self.plan.taken_out(self.path()).as_slice() {
                [] => format!("entries are gone: {}", counted(before, after)),
                [name] => format!("{name} is gone"),
                names => format!("{} are gone", names.join(", ")),
            },
            Direction::Model | Direction::Both | Direction::Unknown => {
                format!("generating again: {}", counted(before, after))
            }
        };
        let line = Some(first_change(before, after));
        found.push(self.difference(line, direction, what, Remedy::Generate));
    }

    /// Values of svcgen's that somebody changed, and that generating again leaves as they are.
    fn tuned(&self) -> Vec<Difference> {
        let before = self.before.as_deref();
        let patched = match self.wanted {
            Desired::Yaml { entries, .. } => {
                let places = yaml::tuned(before.unwrap_or_default(), entries);
                Err(EntryError::Conflict { places })
            }
            Desired::Ini { entries, .. } => ini::patch(before, entries, None, Resolution::Mark),
            Desired::Json { entries, .. } => json::patch(before, entries, None, Resolution::Mark),
            Desired::File { .. }
            | Desired::Paper { .. }
            | Desired::Lines { .. }
            | Desired::Blocks { .. } => {
                return Vec::new();
            }
        };
        match patched {
            Err(EntryError::Conflict { places }) => places
                .into_iter()
                .map(|(line, reason)| self.difference(line, Direction::Tree, reason, Remedy::Edit))
                .collect(),
            Ok(_) | Err(EntryError::Unreadable { .. }) => Vec::new(),
        }
    }

    fn missing(&self) -> Difference {
        match self.base {
            None => self.difference(
                None,
                Direction::Model,
                "is not there yet".into(),
                Remedy::Generate,
            ),
            Some(_) => {
                let what = "was generated, and is gone: removed, or on another branch".to_owned();
                self.difference(None, Direction::Tree, what, Remedy::Generate)
            }
        }
    }

    /// The text that generating again makes of it; none where that changes nothing.
    fn after(&self) -> Option<&str> {
        let mut edits = self.plan.edits.iter();
        edits
            .find(|edit| edit.path == *self.path())?
            .after
            .as_deref()
    }

    fn path(&self) -> &Utf8PathBuf {
        self.wanted.path()
    }

    fn difference(
        &self,
        line: Option<usize>,
        direction: Direction,
        what: String,
        remedy: Remedy,
    ) -> Difference {
        Difference {
            path: self.path().clone(),
            line,
            direction,
            what,
            remedy,
        }
    }
}

/// The first line of a text that another does not have just so.
fn first_change(text: &str, other: &str) -> usize {
    let same = text
        .lines()
        .zip(other.lines())
        .take_while(|(one, other)| one == other)
        .count();
    (same + 1).min(text.lines().count().max(1))
}

/// How many lines are added and removed from one text to another.
fn counted(from: &str, to: &str) -> String {
    let (mut added, mut removed) = (0, 0);
    for change in TextDiff::from_lines(from, to).iter_all_changes() {
        match change.tag() {
            ChangeTag::Equal => {}
            ChangeTag::Insert => added += 1,
            ChangeTag::Delete => removed += 1,
        }
    }
    let lines = |count: usize| match count {
        1 => "1 line".to_owned(),
        count => format!("{count} lines"),
    };
    match (added, removed) {
        (added, 0) => format!("{} added", lines(added)),
        (0, removed) => format!("{} removed", lines(removed)),
        (added, removed) => format!("{} added, {removed} removed", lines(added)),
    }
}

#[cfg(test)]
mod tests;
