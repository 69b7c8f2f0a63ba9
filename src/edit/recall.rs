//! What a tree has of svcgen's where nothing remembers it: what resembles what a version of the model wants there.

mod remembered;

use std::cmp::Ordering;
use std::collections::BTreeMap;

use camino::{Utf8Path, Utf8PathBuf};

use super::likeness::Likeness;
use super::memory::Memory;
use super::plan::{joined, plan, record};
use super::record::{Index, Origin, Record};
use super::rendered::{Rendered, replace};
use super::{Desired, Resolution, units};
use crate::worktree::{Worktree, WorktreeError};

/// What was found in a tree of what versions of a model want there.
#[derive(Debug)]
pub(crate) struct Recalled {
    store: Rendered,
    /// How many versions are newer than the one that is remembered already.
    age: usize,
    /// Whether that is of other commits than the ones that are checked out.
    is_elsewhere: bool,
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

    fn is_rather_than(&self, other: &Self, content: &str) -> bool {
        let (text, than) = (self.wanted.record(), other.wanted.record());
        let texts = (Some(text.as_str()), Some(than.as_str()));
        units::compare(self.wanted.form(), texts, Some(content)) == Ordering::Greater
    }
}

impl Recalled {
    /// Nothing yet, for what a store remembers; `versions` has git's names for the versions of the model, the newest first.
    pub(crate) fn of(store: Rendered, versions: &[Option<String>], worktree: &Worktree) -> Self {
        // Of one that was taken back, since it was there first.
        let age = match store.version() {
            Some(name) => versions
                .iter()
                .rposition(|it| it.as_ref() == Some(&name))
                .unwrap_or(0),
            None => versions.len(),
        };
        Self {
            is_elsewhere: store.is_elsewhere(worktree),
            age,
            store,
            files: BTreeMap::new(),
        }
    }

    /// What is remembered already.
    pub(crate) fn store(&self) -> &Rendered {
        &self.store
    }

    /// Whether a version, than which so many are newer, may be what is there.
    pub(crate) fn may_be(&self, age: usize) -> bool {
        age < self.age || self.is_elsewhere
    }

    /// Whether a file was once what is remembered, rather than an older version: somebody took that back.
    fn was_later(&self, found: &Candidate, past: impl Fn() -> Vec<String>) -> bool {
        let path = found.wanted.path();
        let is_later = |content: &String| {
            let base = self.store.read(path);
            let base =
                base.and_then(|base| Likeness::of_written(found.wanted.form(), &base, content));
            base > Likeness::of_written(found.wanted.form(), &found.wanted.record(), content)
        };
        !self.store.is_blank() && found.age >= self.age && past().iter().any(is_later)
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
            // Where something is remembered, only a version counts that tells more; of the same commits also wholly there.
            let is_whole = likeness.is_some_and(Likeness::is_whole);
            let tells_more =
                || (is_whole || self.is_elsewhere) && !self.store.tells(&wanted, &content);
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
        let Some(file) = &self.store.index else {
            return Ok(Vec::new());
        };
        let mut index = self.store.index().map_err(std::io::Error::other)?;
        let mut edited = Vec::new();
        let mut oldest: Option<&Candidate> = None;
        for (path, candidates) in &self.files {
            let Some(content) = worktree.read(path).map_err(std::io::Error::other)? else {
                continue;
            };
            let past = || past(path);
            let found = nearest(candidates, &content, past);
            let Some(found) = found.filter(|found| !self.was_later(found, past)) else {
                continue;
            };
            if !found.is_whole_in(&content) {
                edited.push(path.clone());
            }
            self.keep(found, &content, worktree, &mut index)?;
            if oldest.is_none_or(|oldest| oldest.age < found.age) {
                oldest = Some(found);
            }
        }
        match oldest {
            // What later versions than the oldest wrote elsewhere is looked for again.
            Some(oldest) if index.model.is_none() || oldest.age >= self.age => {
                index.model = Some(oldest.model.clone());
            }
            None if !self.is_elsewhere => return Ok(edited),
            _ => {}
        }
        if self.is_elsewhere {
            let all = std::mem::take(&mut index.files).into_iter();
            index.files = all
                .map(|(path, written)| (path, self.store.here(written)))
                .collect();
        }
        index.version = Index::VERSION;
        let text = serde_json::to_string_pretty(&index).map_err(std::io::Error::other)?;
        replace(file, &format!("{text}\n"))?;
        Ok(edited)
    }

    /// Has the store remember one file.
    fn keep(
        &self,
        found: &Candidate,
        content: &str,
        worktree: &Worktree,
        index: &mut Index,
    ) -> std::io::Result<()> {
        let path = found.wanted.path();
        let mut record = record(&found.wanted, Some(content), None);
        if let Record::Written { is_made, .. } = &mut record {
            *is_made = is_all(&found.wanted, content, worktree);
        }
        let memory = Memory {
            record: &record,
            before: None,
            // What is remembered of older commits of svcgen's own is not what it goes by then.
            left: (!self.store.is_blank()).then_some(content),
            is_marked: false,
        };
        if let (Some(written), Record::Written { text, .. }) =
            (memory.written(None, Vec::new()), &record)
        {
            self.store.write(path, text)?;
            index.files.insert(path.clone(), self.store.here(written));
        }
        Ok(())
    }
}

/// The version that a file is of: the newest that it resembles, or an older one where it has nothing that only the newer wrote. One
/// that was written later, as the contents of the file before tell, is the one: somebody took it back.
fn nearest<'a>(
    candidates: &'a [Candidate],
    content: &str,
    past: impl Fn() -> Vec<String>,
) -> Option<&'a Candidate> {
    let mut alike = candidates.iter().filter(|it| it.likeness.is_some());
    let first = alike.next()?;
    let best = alike.fold(first, |best, older| {
        if older.is_rather_than(best, content) {
            older
        } else {
            best
        }
    });
    let newer: Vec<&Candidate> = candidates.iter().filter(|it| it.age < best.age).collect();
    if newer.is_empty() {
        return Some(best);
    }
    let past = past();
    let is_best = |content: &String| best.is_whole_in(content);
    let is_older = |content: &String| {
        let mut older = candidates.iter().filter(|it| it.age > best.age);
        older.any(|it| it.is_whole_in(content))
    };
    // What an older version wanted, too, tells of a later one only where the best was there before.
    let was_written = |it: &&&Candidate| {
        let mut contents = past.iter().enumerate();
        contents.any(|(at, content)| {
            let is_it = it.is_whole_in(content) && !is_best(content);
            is_it && (!is_older(content) || past[at..].iter().any(is_best))
        })
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
