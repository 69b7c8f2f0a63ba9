use std::collections::BTreeSet;
use std::io;

use camino::{Utf8Path, Utf8PathBuf};

use super::commits::{Planning, in_the_way, parts};
use super::patches::Patches;
use super::plan::stores;
use crate::cli::Failure;
use crate::cli::generator::conflicts::Conflicts;
use crate::cli::generator::run::Job;
use crate::cli::generator::summary::tell_kept;
use crate::cli::generator::{Ended, Generator};
use crate::edit::{Rendered, remember};
use crate::error::CommandError;
use crate::generate::SeriesStep;
use crate::interrupt;
use crate::review::{Chain, Fate, Made, ReviewError, Topic, Visit, uncommitted};

/// Files with their texts; none for one that is not there.
type Texts = Vec<(Utf8PathBuf, Option<String>)>;

/// The patches, each made a commit of.
pub(super) struct InCommits<'a> {
    patches: Patches<'a>,
    topic: &'a Topic,
    visit: &'a Visit,
    planning: Planning<'a>,
    /// Whether the last tree is another one than that which is checked out.
    has_changed: bool,
}

impl<'a> InCommits<'a> {
    pub(super) fn new(
        patches: Patches<'a>,
        (topic, visit): (&'a Topic, &'a Visit),
        planning: Planning<'a>,
    ) -> Self {
        Self {
            patches,
            topic,
            visit,
            planning,
            has_changed: false,
        }
    }

    /// Makes the commits of what was planned, and remembers what they are made of.
    fn write_commits(&mut self) -> Result<Vec<Option<Made>>, CommandError> {
        let Patches {
            run,
            chosen,
            stores,
            planned,
            ..
        } = self.patches;
        let Planning { trees, own, chain } = &mut self.planning;
        let parts = parts(stores, trees, planned, chain);
        let bugs = run.loaded.service.tickets.service_request.as_slice();
        let made = chain.write(&parts, bugs)?;
        for patch in planned {
            remember(&patch.edits, &patch.rendered)?;
        }
        for (((_, store), tree), is_own) in stores.iter().zip(trees).zip(own) {
            if *is_own {
                chain.leave(*tree, store)?;
            }
        }
        for (step, store) in stores {
            let is_planned = planned.iter().any(|patch| patch.step == *step);
            match chosen.steps.contains(step) || is_planned {
                true => self.topic.note_made(store)?,
                false => self.topic.note_names(store)?,
            }
        }
        Ok(made)
    }

    /// What an earlier run only wrote into the work tree for patches that the model wants no more, and nobody changed since.
    fn only_written(&self) -> Result<Texts, CommandError> {
        let Patches {
            run,
            worktree,
            planned,
            ..
        } = self.patches;
        // Those of the patches are as their commits are.
        let stores = stores(worktree, &run.loaded.service.name);
        let is_dropped = |step: &SeriesStep| {
            let mut planned = planned.iter();
            planned.any(|it| it.step == *step && it.patch.generated.desired.is_empty())
        };
        let dropped = stores.iter().filter(|(step, _)| is_dropped(step));
        let paths: BTreeSet<Utf8PathBuf> = dropped.flat_map(|(_, store)| store.paths()).collect();
        let paths: Vec<Utf8PathBuf> = paths.into_iter().collect();
        let stores: Vec<&Rendered> = stores.iter().map(|(_, store)| store).collect();
        let own = uncommitted(self.root(), &paths, &stores)?.own;
        let with_text = |path: Utf8PathBuf| {
            let text = worktree.read(&path)?;
            Ok((path, text))
        };
        own.into_iter().map(with_text).collect()
    }

    /// Takes that away, where no commit took it along.
    fn take_away(&self, written: Texts) -> Result<(), CommandError> {
        let mut left = Vec::new();
        for (path, text) in written {
            if self.patches.worktree.read(&path)? == text {
                left.push(path);
            }
        }
        for path in self.topic.put_back(&left)? {
            self.patches.run.ui.status(&format!(
                "{path}: what an earlier run wrote is removed, as the model no longer wants it"
            ));
        }
        Ok(())
    }

    /// Brings files back that somebody took out of the work tree to have them written anew, where the commits have them so already.
    fn bring_back(&self) -> Result<(), CommandError> {
        let patches = 0..self.patches.stores.len();
        let gone = patches.flat_map(|patch| self.planning.chain.gone(patch));
        let gone = gone.filter(|path| !self.root().join(path).exists());
        let gone: Vec<Utf8PathBuf> = gone.cloned().collect();
        for path in self.topic.put_back(&gone)? {
            let told = format!("{path}: it is there again, as the commits have it");
            self.patches.run.ui.status(&told);
        }
        Ok(())
    }

    /// Says why the commits were not taken: where the change of one is closed, the others go on without it.
    fn refused(&self, error: ReviewError, made: &[Option<Made>]) -> CommandError {
        let Patches {
            run,
            chosen,
            stores,
            ..
        } = self.patches;
        let closed = self.topic.closed(&error).ok().flatten();
        let is_it = |made: &Option<Made>| {
            let id = made.as_ref().map(|made| &made.change_id);
            closed.is_some() && id == closed.as_ref()
        };
        let found = made.iter().position(is_it);
        let mut error = CommandError::from(error);
        if let Some((step, _)) = found.and_then(|index| stores.get(index)) {
            let mut without = chosen.clone();
            without.steps.retain(|it| it != step);
            without.left_out.push(*step);
            let command = run.series_again(&without, self.root());
            error.hints.truncate(1);
            return error.hint(format!(
                "{command}    leaves `{}` out; a run without `--without` begins it anew",
                step.name()
            ));
        }
        error
    }

    /// Sends the commits, where that is wished.
    fn publish(&mut self, made: &[Option<Made>]) -> Result<Ended, CommandError> {
        let (run, topic) = (self.patches.run, self.topic);
        let commits = Chain::commits(made);
        if commits.is_empty() {
            run.ui
                .status(&format!("nothing to commit on {}", topic.branch()));
        } else if run.options.review {
            interrupt::check("the commits are made, and not sent")?;
            let pushed = run.send(topic, || topic.push_all(&commits, run.options.others()));
            let pushed = pushed.map_err(|error| self.refused(error, made))?;
            self.patches.told.pushed(pushed, run.ui);
        } else if topic.remote().is_some() {
            return Ok(Ended::Committed);
        }
        Ok(Ended::Done)
    }
}

impl<'a> Job<'a> for InCommits<'a> {
    fn root(&self) -> &Utf8Path {
        self.patches.worktree.root()
    }

    fn show(&self) -> io::Result<()> {
        self.patches.show()
    }

    fn conflicts(&self) -> Result<Option<Conflicts<'a>>, CommandError> {
        Ok(self.patches.conflicts(self.topic.way_to(self.visit)))
    }

    fn is_blocked(&self) -> bool {
        true
    }

    fn keep_apart(&mut self) -> Result<(), CommandError> {
        let Patches {
            run,
            chosen,
            worktree,
            stores,
            ..
        } = self.patches;
        let Planning { trees, chain, .. } = &self.planning;
        let Some(last) = trees.last() else {
            return Ok(());
        };
        let changed = chain.changed(*last)?;
        self.has_changed = !changed.is_empty();
        let paths = in_the_way(chosen, worktree, stores, chain, (*last, &changed))?;
        run.refuse_uncommitted(worktree, &paths, &self.patches.all_stores())
    }

    fn judge(&mut self) -> Result<(), Failure> {
        self.patches.judge()
    }

    fn has_differences(&self) -> bool {
        self.has_changed || self.patches.have_edits()
    }

    fn write(&mut self, is_touched: &mut bool) -> Result<Ended, CommandError> {
        let written = self.only_written()?;
        let made = self.write_commits()?;
        self.take_away(written)?;
        self.bring_back()?;
        let Patches { run, stores, .. } = self.patches;
        for ((step, _), made) in stores.iter().zip(&made) {
            if let Some(made) = made {
                *is_touched |= made.fate != Fate::Unchanged;
                let told = &mut self.patches.told;
                told.committed(*step, self.topic, made, run.ui);
            }
        }
        if let Some(kept) = self.planning.chain.kept() {
            tell_kept(Generator::Puppet.name(), kept, run.ui);
        }
        self.publish(&made)
    }

    fn told(&self) -> serde_json::Result<serde_json::Value> {
        serde_json::to_value(&self.patches.told)
    }
}
