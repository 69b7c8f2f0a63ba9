//! What a tree has of svcgen's where nothing remembers it: what resembles what a version of the model wants there.

mod likeness;

use std::collections::BTreeMap;

use camino::{Utf8Path, Utf8PathBuf};

use self::likeness::{Likeness, same_lines};
use super::memory::Memory;
use super::plan::{joined, plan, record};
use super::record::{Index, Origin, Record};
use super::rendered::{Rendered, replace};
use super::{Desired, Resolution, holds};
use crate::worktree::{Worktree, WorktreeError};

/// What was found in a tree of what versions of a model want there.
#[derive(Debug)]
pub(crate) struct Recalled {
    store: Rendered,
    /// What each version wants in a file, the newest first.
    files: BTreeMap<Utf8PathBuf, Vec<Candidate>>,
}

/// What one version wants in a file.
#[derive(Debug)]
struct Candidate {
    wanted: Desired,
    model: Origin,
    /// How many versions are newer.
    age: usize,
    /// How much of it is there; `None` where that does not make it svcgen's.
    likeness: Option<Likeness>,
}

impl Candidate {
    fn is_whole_in(&self, content: &str) -> bool {
        Likeness::of(&self.wanted, content).is_some_and(Likeness::is_whole)
    }
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
        let index = self.index().unwrap_or_default();
        let at = index.files.get(wanted.path()).map(|it| it.at.as_ref());
        // Nobody brought anything here since it was looked at.
        if at.is_some_and(|at| at == self.branch.tips.first()) {
            return true;
        }
        let Some(base) = self.base(wanted.path(), Some(content)) else {
            return false;
        };
        match wanted {
            Desired::File { text, .. } => same_lines(&base, content) >= same_lines(text, content),
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

    /// Whether all files that a version wants for itself are wholly there: of one that goes by another name, one of which somebody
    /// made something else may be another service's.
    pub(crate) fn is_whole(&self, desired: &[Desired], worktree: &Worktree) -> bool {
        desired.iter().all(|wanted| match wanted {
            Desired::File { path, .. } => {
                let content = worktree.read(path).ok().flatten();
                let likeness = content.map(|content| Likeness::of(wanted, &content));
                likeness.is_none_or(|it| it.is_some_and(Likeness::is_whole))
            }
            _ => true,
        })
    }

    /// Looks for what a version of the model wants, than which so many are newer.
    ///
    /// # Errors
    /// Where a file cannot be read.
    pub(crate) fn look_for(
        &mut self,
        desired: &[Desired],
        (model, age): (&Origin, usize),
        worktree: &Worktree,
    ) -> Result<(), WorktreeError> {
        for wanted in joined(desired) {
            let path = wanted.path().clone();
            let Some(content) = worktree.read(&path)? else {
                continue;
            };
            let likeness = Likeness::of(&wanted, &content);
            // Where something is remembered, only a version counts that is wholly there and tells more.
            let tells_more =
                || likeness.is_some_and(Likeness::is_whole) && !self.store.tells(&wanted, &content);
            if self.store.is_blank() || tells_more() {
                self.files.entry(path).or_default().push(Candidate {
                    wanted,
                    model: model.clone(),
                    age,
                    likeness,
                });
            }
        }
        Ok(())
    }

    /// Has the store remember what was found; returns the files of which no version is wholly there, so that what differs from
    /// the nearest one counts as somebody's. `past` has the contents of a file in the last commits.
    ///
    /// # Errors
    /// Where a file cannot be read, or the store not be written.
    pub(crate) fn remember(
        self,
        worktree: &Worktree,
        past: impl Fn(&Utf8Path) -> Vec<String>,
    ) -> std::io::Result<Vec<Utf8PathBuf>> {
        let is_blank = self.store.is_blank();
        let mut index = self.store.index().map_err(std::io::Error::other)?;
        let mut edited = Vec::new();
        let mut oldest: Option<(usize, Origin)> = None;
        for (path, candidates) in &self.files {
            let content = worktree.read(path).map_err(std::io::Error::other)?;
            let past = || past(path);
            let (Some(content), Some(found)) = (content, nearest(candidates, past)) else {
                continue;
            };
            if !found.is_whole_in(&content) {
                edited.push(path.clone());
            }
            let mut record = record(&found.wanted, Some(&content), None);
            if let Record::Written { is_made, .. } = &mut record {
                *is_made = is_all(&found.wanted, &content, worktree);
            }
            let memory = Memory {
                record: &record,
                before: None,
                // What is remembered of older commits of svcgen's own is not what it goes by then.
                left: (!is_blank).then_some(content.as_str()),
                is_marked: false,
            };
            if let (Some(written), Record::Written { text, .. }) =
                (memory.written(None, Vec::new()), &record)
            {
                self.store.write(path, text)?;
                index.files.insert(path.clone(), self.store.here(written));
            }
            if oldest.as_ref().is_none_or(|(age, _)| *age < found.age) {
                oldest = Some((found.age, found.model.clone()));
            }
        }
        let Some((file, (_, oldest))) = self.store.index.as_ref().zip(oldest) else {
            return Ok(Vec::new());
        };
        index.version = Index::VERSION;
        // What later versions than the oldest wrote elsewhere is looked for again.
        index.model = index.model.or(Some(oldest));
        let text = serde_json::to_string_pretty(&index).map_err(std::io::Error::other)?;
        replace(file, &format!("{text}\n"))?;
        Ok(edited)
    }
}

/// The version that a file is of: the one which it resembles most, and of these the newest. One that was written later, as the
/// contents of the file before tell, is the one: somebody took it back.
fn nearest(candidates: &[Candidate], past: impl Fn() -> Vec<String>) -> Option<&Candidate> {
    let mut best: Option<&Candidate> = None;
    for candidate in candidates.iter().filter(|it| it.likeness.is_some()) {
        if best.is_none_or(|best| best.likeness < candidate.likeness) {
            best = Some(candidate);
        }
    }
    let best = best?;
    let newer: Vec<&Candidate> = candidates.iter().filter(|it| it.age < best.age).collect();
    if newer.is_empty() {
        return Some(best);
    }
    let past = past();
    let was_written = |it: &&&Candidate| {
        let mut contents = past.iter();
        contents.any(|content| it.is_whole_in(content) && !best.is_whole_in(content))
    };
    Some(newer.iter().find(was_written).copied().unwrap_or(best))
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
