//! What a tree has of svcgen's where nothing remembers it: what resembles what a version of the model wants there.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use camino::Utf8PathBuf;
use similar::{ChangeTag, TextDiff};

use super::memory::Memory;
use super::plan::{PlanError, joined, plan, record};
use super::record::{Index, Origin, Record};
use super::rendered::{Rendered, replace};
use super::{Desired, Resolution, holds};
use crate::worktree::Worktree;

/// How many of a hundred lines of a whole file are there, at the least, where it is svcgen's and somebody edited it.
const LEAST: usize = 70;

/// What was found in a tree of what versions of a model want there.
#[derive(Debug)]
pub(crate) struct Recalled {
    store: Rendered,
    /// The version of which something was found first, under the name of the one that was last: what later ones wrote elsewhere is
    /// looked for again.
    model: Option<Origin>,
    files: BTreeMap<Utf8PathBuf, (Likeness, Found)>,
}

/// What was found in a file.
#[derive(Debug)]
struct Found {
    record: Record,
    /// The content, where it counts as left by svcgen: what is remembered of older commits of its own is not what it goes by.
    left: Option<String>,
}

/// How much of what is wanted in a file is there: lines of a whole file, else entries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Likeness {
    there: usize,
    lacking: Reverse<usize>,
}

impl Rendered {
    /// Whether it remembers nothing, though it could.
    pub(crate) fn is_blank(&self) -> bool {
        self.index.as_ref().is_some_and(|index| !index.exists())
    }

    /// The version of the model that is remembered, by git's name for its text.
    pub(crate) fn version(&self) -> Option<String> {
        self.index().ok()?.model?.version
    }

    /// Whether what it remembers of a file tells at least as much of it as what a later version of the model wants, all of
    /// which is there.
    fn tells(&self, wanted: &Desired, content: &str) -> bool {
        let Some(base) = self.base(wanted.path(), Some(content)) else {
            return false;
        };
        match wanted {
            Desired::File { text, .. } => same(&base, content) >= same(text, content),
            wanted => {
                let is_held = holds(wanted, content, &base);
                is_held && base.lines().count() >= wanted.record().lines().count()
            }
        }
    }
}

impl Recalled {
    /// Nothing yet, for what a store remembers.
    pub(crate) fn of(store: Rendered) -> Self {
        Self {
            store,
            model: None,
            files: BTreeMap::new(),
        }
    }

    /// What is remembered already.
    pub(crate) fn store(&self) -> &Rendered {
        &self.store
    }

    /// The version of the model that is remembered already, by git's name for its text; none where nothing is remembered.
    pub(crate) fn version(&self) -> Option<String> {
        self.store.version()
    }

    /// Looks for what a version of the model wants.
    ///
    /// Of several versions, a file is that of the one which it resembles most, and of these of the first. Where something is
    /// remembered, only a version counts that is wholly there and tells more.
    ///
    /// # Errors
    /// Where a file cannot be read.
    pub(crate) fn look_for(
        &mut self,
        desired: &[Desired],
        origin: &Origin,
        worktree: &Worktree,
    ) -> Result<(), PlanError> {
        for wanted in &joined(desired) {
            let path = wanted.path();
            let Some(content) = worktree.read(path)? else {
                continue;
            };
            let Some(likeness) = likeness(wanted, &content, worktree) else {
                continue;
            };
            let is_less = !self.store.is_blank()
                && (likeness.lacking.0 > 0 || self.store.tells(wanted, &content));
            if is_less || self.files.get(path).is_some_and(|(it, _)| *it >= likeness) {
                continue;
            }
            let mut record = record(wanted, Some(&content), None);
            if let Record::Written { is_made, .. } = &mut record {
                *is_made = is_all(wanted, &content, worktree);
            }
            let model = self.model.get_or_insert_with(|| origin.clone());
            model.version.clone_from(&origin.version);
            let left = (!self.store.is_blank()).then_some(content);
            let found = Found { record, left };
            self.files.insert(path.clone(), (likeness, found));
        }
        Ok(())
    }

    /// Has the store remember what was found; returns the files of which no version is wholly there, so that what differs from
    /// the nearest one counts as somebody's.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub(crate) fn remember(self) -> std::io::Result<Vec<Utf8PathBuf>> {
        let Some(file) = self.store.index.as_ref().filter(|_| !self.files.is_empty()) else {
            return Ok(Vec::new());
        };
        let edited = self.files.iter().filter(|(_, (it, _))| it.lacking.0 > 0);
        let edited = edited.map(|(path, _)| path.clone()).collect();
        let mut index = self.store.index().map_err(std::io::Error::other)?;
        index.version = Index::VERSION;
        index.model = index.model.or(self.model);
        for (path, (_, Found { record, left })) in self.files {
            let memory = Memory {
                record: &record,
                before: None,
                left: left.as_deref(),
                is_marked: false,
            };
            if let (Some(written), Record::Written { text, .. }) =
                (memory.written(None, Vec::new()), &record)
            {
                self.store.write(&path, text)?;
                index.files.insert(path, self.store.here(written));
            }
        }
        let text = serde_json::to_string_pretty(&index).map_err(std::io::Error::other)?;
        replace(file, &format!("{text}\n"))?;
        Ok(edited)
    }
}

/// How much of something wanted is in its file; `None` where that does not make it svcgen's.
fn likeness(wanted: &Desired, content: &str, worktree: &Worktree) -> Option<Likeness> {
    let (there, all) = match wanted {
        Desired::File { text, .. } => {
            let (there, all) = (same(text, content), text.lines().count());
            (there * 100 >= all * LEAST).then_some((there, all))?
        }
        // Whatever somebody made of it is theirs.
        Desired::Paper { text, .. } => (text == content).then_some((1, 1))?,
        wanted => {
            let parts = wanted.clone().parts();
            let there = match is_there(wanted, worktree) {
                true => parts.len(),
                false => parts.iter().filter(|part| is_there(part, worktree)).count(),
            };
            (there, parts.len())
        }
    };
    (there > 0).then_some(Likeness {
        there,
        lacking: Reverse(all - there),
    })
}

/// How many lines two texts have in common, in their order.
fn same(text: &str, other: &str) -> usize {
    let diff = TextDiff::from_lines(text, other);
    let changes = diff.iter_all_changes();
    changes.filter(|it| it.tag() == ChangeTag::Equal).count()
}

fn is_there(wanted: &Desired, worktree: &Worktree) -> bool {
    let wanted = std::slice::from_ref(wanted);
    let plan = plan(wanted, worktree, &Rendered::none(), Resolution::Mark);
    plan.is_ok_and(|plan| plan.unchanged == [wanted[0].path().clone()])
}

/// Whether a file has nothing else.
fn is_all(wanted: &Desired, content: &str, worktree: &Worktree) -> bool {
    let path = wanted.path();
    let without = worktree.as_if([(path.clone(), None)]);
    let wanted = std::slice::from_ref(wanted);
    let plan = plan(wanted, &without, &Rendered::none(), Resolution::Mark);
    plan.is_ok_and(|plan| {
        let mut texts = plan.edits.iter().flat_map(|edit| &edit.after);
        texts.any(|text| text == content)
    })
}
