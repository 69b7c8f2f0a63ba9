//! The series of patches for operations/puppet: each is planned on top of the ones before it.

mod commits;
mod looked;
mod marked;
mod plan;
mod summary;

use camino::{Utf8Path, Utf8PathBuf};

use self::commits::{Planning, in_the_way, parts};
pub(crate) use self::looked::{
    Looked, Series, are_of_series, changed_upon, explained, is_on, look,
};
pub(crate) use self::plan::without_blocks;
use self::plan::{Planned, stores};
use self::summary::SeriesSummary;
use super::again::Again;
use super::conflicts::Conflicts;
use super::target::Target;
use super::uncommitted::Uncommitted;
use super::{Ended, Generator, Run, verify};
use crate::cli::Failure;
use crate::edit::{Conflict, Rendered, apply, remember};
use crate::error::CommandError;
use crate::generate::SeriesStep;
use crate::interrupt;
use crate::review::{Chain, Fate, Made, Topic, Visit, dirty};
use crate::ui::Format;
use crate::worktree::Worktree;

/// The patches that a run is about.
#[derive(Debug)]
pub(crate) struct Chosen {
    /// In their order.
    pub(super) steps: Vec<SeriesStep>,
    /// Those that the user does not want.
    pub(super) left_out: Vec<SeriesStep>,
}

impl Run<'_> {
    /// Runs the patches of the series: plans all, shows them, judges each, and writes them.
    pub(crate) fn series(&self, chosen: &Chosen, target: &Target) -> Result<Ended, Failure> {
        let worktree = target.open()?;
        self.planner()
            .refuse_renamed(Generator::Puppet, &worktree)?;
        let ended = match self.options.commits() {
            true => {
                let topic = self.topic(Generator::Puppet, worktree.root())?;
                self.warn_of_server(Generator::Puppet, worktree.root())?;
                let there = |other: &Utf8Path| self.series_again(chosen, other);
                self.on_topic(&topic, there, |visit, is_touched| {
                    self.commit_series(chosen, &worktree, (&topic, visit), is_touched)
                })?
            }
            false => self.write_series(chosen, &worktree)?,
        };
        if !self.options.dry_run && ended != Ended::Declined {
            self.note_left_out(chosen, &worktree)?;
        }
        Ok(ended)
    }

    /// Runs the generator for operations/puppet, or the patches that its branch carries: those go together.
    pub(crate) fn puppet(&self, target: &Target) -> Result<Ended, Failure> {
        let carries = |worktree: &Worktree| {
            let topic = self.topic(Generator::Puppet, worktree.root()).ok();
            topic.is_some_and(|topic| is_on(&topic, worktree, self.loaded))
        };
        match (target, target.open()) {
            (Target::Checkout { .. }, Ok(worktree)) if carries(&worktree) => {
                self.recall(Generator::Puppet, &worktree);
                let chosen = Chosen {
                    steps: look(self.loaded, &worktree)?.begun(),
                    left_out: Vec::new(),
                };
                self.series(&chosen, target)
            }
            (Target::Checkout { .. } | Target::Output(_), _) => self.one(Generator::Puppet, target),
        }
    }

    /// Remembers what the user does not want, so that `svcgen status` does not wait for it.
    fn note_left_out(&self, chosen: &Chosen, worktree: &Worktree) -> Result<(), CommandError> {
        for (step, store) in stores(worktree, &self.loaded.service.name) {
            if chosen.left_out.contains(&step) && store.paths().is_empty() {
                store.leave_out(true)?;
            } else if chosen.steps.contains(&step) {
                store.leave_out(false)?;
            }
        }
        Ok(())
    }

    /// Plans the patches upon their commits, and makes a commit of each.
    fn commit_series(
        &self,
        chosen: &Chosen,
        worktree: &Worktree,
        (topic, visit): (&Topic, &Visit),
        is_touched: &mut bool,
    ) -> Result<Ended, Failure> {
        self.check_newer(topic).map_err(CommandError::from)?;
        let stores = self.stores(worktree);
        let resolved = self.resolved(chosen, worktree, &stores)?;
        let upon =
            |(step, store): (SeriesStep, Rendered)| (step, store.upon_commits(&resolved.all));
        let stores: Vec<(SeriesStep, Rendered)> = stores.into_iter().map(upon).collect();
        let (planned, mut planning) =
            commits::in_commits(self, chosen, worktree, &stores, (topic, &resolved))?;
        let mut told = SeriesSummary::new(worktree.root(), &planned);
        let all: Vec<&Rendered> = stores.iter().map(|(_, store)| store).collect();
        self.warn_of_moved(topic, visit, &all)?;
        for patch in &planned {
            self.warn_of_overtaken(topic, &patch.patch.generated.desired)?;
        }
        self.show(&told, &planned)?;
        let way = topic.way_to(visit);
        if let Some(conflicts) = self.conflicts(&planned, way, chosen, worktree.root()) {
            self.tell(&told)?;
            return Err(conflicts.refused().into());
        }
        let mut has_differences = planned.iter().any(|patch| !patch.edits.edits.is_empty());
        if let Some(last) = planning.trees.last() {
            let chain = &planning.chain;
            let changed = chain.changed(*last).map_err(CommandError::from)?;
            let paths = in_the_way(chosen, worktree, &stores, chain, (*last, &changed))?;
            let uncommitted = Uncommitted {
                generator: Generator::Puppet,
                worktree,
                paths: &paths,
                stores: &all,
                forced: self.options.force.then_some(
                    "the patches are made of commits: `--force` takes nothing along that no commit has",
                ),
            };
            uncommitted.refuse()?;
            has_differences |= !changed.is_empty();
        }
        self.judge_series(&mut told, &planned)?;
        interrupt::check()?;
        if has_differences && !self.may_apply(worktree.root(), &[])? {
            self.tell(&told)?;
            return Ok(Ended::Declined);
        }
        let made = self.write_commits(chosen, &stores, &planned, topic, &mut planning)?;
        for ((step, _), made) in stores.iter().zip(&made) {
            if let Some(made) = made {
                *is_touched |= made.fate != Fate::Unchanged;
                told.committed(*step, topic, made, self.ui);
            }
        }
        if let Some(kept) = planning.chain.kept() {
            super::tell_kept(Generator::Puppet.name(), kept, self.ui);
        }
        let commits = Chain::commits(&made);
        let mut ended = Ended::Done;
        if commits.is_empty() {
            self.ui
                .status(&format!("nothing to commit on {}", topic.branch()));
        } else if self.options.review {
            self.check_newer(topic).map_err(CommandError::from)?;
            let pushed = topic
                .push_all(&commits, self.options.others())
                .map_err(CommandError::from)?;
            told.pushed(pushed, self.ui);
        } else if topic.remote().is_some() {
            ended = Ended::Committed;
        }
        self.tell(&told)?;
        Ok(ended)
    }

    /// Makes the commits of what was planned, and remembers what they are made of.
    fn write_commits(
        &self,
        chosen: &Chosen,
        stores: &[(SeriesStep, Rendered)],
        planned: &[Planned],
        topic: &Topic,
        Planning { trees, own, chain }: &mut Planning<'_>,
    ) -> Result<Vec<Option<Made>>, CommandError> {
        let parts = parts(stores, trees, planned, chain);
        let bugs = self.loaded.service.tickets.service_request.as_slice();
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
            match chosen.steps.contains(step) {
                true => topic.note_made(store)?,
                false => topic.note_names(store)?,
            }
        }
        Ok(made)
    }

    /// Plans the patches in the files as they are, and writes them there without a commit.
    fn write_series(&self, chosen: &Chosen, worktree: &Worktree) -> Result<Ended, Failure> {
        let stores = self.stores(worktree).into_iter();
        let stores: Vec<_> = stores
            .map(|(step, store)| (step, store.of_commits()))
            .collect();
        let planned = plan::in_files(self, &chosen.steps, worktree, &stores)?;
        let mut told = SeriesSummary::new(worktree.root(), &planned);
        self.show(&told, &planned)?;
        let conflicts = self.conflicts(&planned, None, chosen, worktree.root());
        let is_blocked = self.options.dry_run || planned.iter().any(|it| it.edits.is_blocked());
        if let Some(conflicts) = conflicts.as_ref().filter(|_| is_blocked) {
            self.tell(&told)?;
            return Err(conflicts.refused().into());
        }
        let edits = || planned.iter().flat_map(|patch| &patch.edits.edits);
        let paths: Vec<Utf8PathBuf> = planned
            .iter()
            .flat_map(|patch| patch.edits.held())
            .cloned()
            .collect();
        let all: Vec<_> = stores.iter().map(|(_, store)| store).collect();
        let mixed = dirty(worktree.root(), &paths, &all).map_err(CommandError::from)?;
        if !self.options.force {
            let is_touched =
                |path: &&Utf8PathBuf| planned.iter().any(|patch| patch.edits.changes(path));
            let touched: Vec<Utf8PathBuf> = mixed.iter().filter(is_touched).cloned().collect();
            let uncommitted = Uncommitted {
                generator: Generator::Puppet,
                worktree,
                paths: &touched,
                stores: &all,
                forced: Some(self.options.forced()),
            };
            uncommitted.refuse()?;
        }
        if conflicts.is_none() {
            self.judge_series(&mut told, &planned)?;
        }
        interrupt::check()?;
        let has_differences = edits().next().is_some();
        let mut ended = match (self.options.dry_run, has_differences) {
            (true, true) => Ended::Differs,
            _ => Ended::Done,
        };
        if !self.options.dry_run {
            let marked = conflicts.iter().flat_map(|it| it.all.iter().copied());
            let marked: Vec<Conflict> = marked.cloned().collect();
            if has_differences && !self.may_apply(worktree.root(), &marked)? {
                ended = Ended::Declined;
            } else {
                for patch in &planned {
                    let rendered = patch.rendered.clone().mixed_in(mixed.clone());
                    apply(&patch.edits, worktree, &rendered).map_err(CommandError::from)?;
                    told.applied(patch, self.ui);
                }
                if has_differences && worktree.root().join(".git").exists() {
                    ended = Ended::Written;
                }
            }
        }
        self.tell(&told)?;
        match conflicts {
            Some(conflicts) if ended == Ended::Declined => Err(conflicts.refused().into()),
            Some(conflicts) => Err(conflicts.marked().into()),
            None => Ok(ended),
        }
    }

    /// What svcgen remembers of each patch, and from now on of this model.
    fn stores(&self, worktree: &Worktree) -> Vec<(SeriesStep, Rendered)> {
        self.recall(Generator::Puppet, worktree);
        let planner = self.planner();
        let all = stores(worktree, &self.loaded.service.name).into_iter();
        all.map(|(step, store)| {
            let store = store.from_model(planner.origin());
            (step, store.taking_over(planner.resolution.is_decided()))
        })
        .collect()
    }

    /// The command, as it would be typed again for a checkout.
    fn series_again(&self, chosen: &Chosen, root: &Utf8Path) -> String {
        let again = self.series_in_files(chosen, root);
        format!("{again}{}", self.options.publication())
    }

    /// The same command, where it does not commit.
    fn series_in_files(&self, chosen: &Chosen, root: &Utf8Path) -> String {
        let mut again = Again::new(Generator::Puppet.name(), self.global, self.options);
        again.path("--repo", Some(root));
        again.series(chosen);
        again.as_str().to_owned()
    }

    fn show(&self, told: &SeriesSummary<'_>, planned: &[Planned]) -> std::io::Result<()> {
        if self.ui.format == Format::Text {
            for patch in planned {
                told.show(patch, self.ui, self.options)?;
            }
        }
        Ok(())
    }

    /// What somebody and svcgen both changed, where there is anything, which is reached this way.
    fn conflicts<'p>(
        &self,
        planned: &'p [Planned],
        way: Option<String>,
        chosen: &Chosen,
        root: &Utf8Path,
    ) -> Option<Conflicts<'p>> {
        let all = planned.iter().flat_map(|patch| &patch.edits.conflicts);
        let all: Vec<&Conflict> = all.collect();
        (!all.is_empty()).then(|| Conflicts {
            all,
            again: self.series_in_files(chosen, root),
            whole: self.series_again(chosen, root),
            uncommitted: Vec::new(),
            note: None,
            way,
        })
    }

    /// Has each patch judged in the tree as it is after it.
    fn judge_series(
        &self,
        told: &mut SeriesSummary<'_>,
        planned: &[Planned],
    ) -> Result<(), Failure> {
        if !self.options.verifies() {
            return Ok(());
        }
        for patch in planned {
            let has_edits = !patch.edits.edits.is_empty();
            let is_there = !patch.patch.generated.desired.is_empty();
            if !(has_edits || self.options.verify && is_there) {
                continue;
            }
            let what = format!("verifying {}...", patch.step.name());
            let verdict = self.ui.busy(&what, || {
                verify::judge_patch(
                    patch.step,
                    &patch.after,
                    &patch.patch.generated,
                    self.loaded,
                )
            })?;
            interrupt::check()?;
            told.judged(patch, verdict, self.ui)?;
        }
        Ok(())
    }

    fn tell(&self, told: &SeriesSummary<'_>) -> Result<(), Failure> {
        if self.ui.format == Format::Json {
            self.hand_over(told)?;
        }
        Ok(())
    }
}
