//! The series of patches for operations/puppet: each is planned on top of the ones before it.

mod beside;
mod commits;
mod gone;
mod in_commits;
mod in_files;
mod looked;
mod marked;
mod patches;
mod plan;
mod renaming;
mod stack;
mod subjects;
mod summary;

use camino::{Utf8Path, Utf8PathBuf};

use self::commits::in_commits;
use self::in_commits::InCommits;
use self::in_files::InFiles;
pub(crate) use self::looked::{
    Looked, Series, are_of_series, changed_upon, explained, is_on, is_on_alone, look, subjects_on,
};
use self::patches::Patches;
use self::plan::stores;
use self::plan::{PatchPlanner, in_files};
pub(crate) use self::plan::{stores_beside, without_blocks};
pub(crate) use self::renaming::refuse_classes;
use super::again::Again;
use super::target::Target;
use super::uncommitted::Uncommitted;
use super::{Ended, Generator, Run};
use crate::cli::Failure;
use crate::edit::{Desired, EditPlan, Rendered};
use crate::error::CommandError;
use crate::generate::SeriesStep;
use crate::review::{Topic, Visit};
use crate::worktree::Worktree;

/// The patches that a run is about.
#[derive(Debug, Clone)]
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
        let own = stores(worktree, &self.loaded.service.name);
        let own: Vec<&Rendered> = own.iter().map(|(_, store)| store).collect();
        self.take_off_undone(topic, &own)?;
        self.check_sent(topic).map_err(CommandError::from)?;
        self.check_claimed(topic, worktree)?;
        let stores = self.stores(worktree);
        let resolved = self.resolved(chosen, worktree, &stores)?;
        let upon =
            |(step, store): (SeriesStep, Rendered)| (step, store.upon_commits(&resolved.all));
        let stores: Vec<(SeriesStep, Rendered)> = stores.into_iter().map(upon).collect();
        let all: Vec<&Rendered> = stores.iter().map(|(_, store)| store).collect();
        let (planned, planning) = in_commits(
            PatchPlanner::of(self).without(&chosen.left_out),
            &chosen.steps,
            worktree,
            &stores,
            (topic, &resolved),
            |paths| self.refuse_uncommitted(worktree, paths, &all),
        )?;
        self.warn_of_moved(topic, visit, &all)?;
        // Where a merged patch was left behind, the others stand upon what was merged.
        if !planning.chain.has_followed() {
            let desired = planned.iter().map(|it| &it.patch.generated.desired);
            let desired: Vec<Desired> = desired.flatten().cloned().collect();
            self.warn_of_overtaken(topic, &desired)?;
        }
        self.warn_of_upon(topic, worktree, &all);
        self.warn_of_gone(&planning, worktree, &all);
        let patches = Patches::new(self, chosen, worktree, (&stores, &planned));
        let mut job = InCommits::new(patches, (topic, visit), planning);
        self.carry_out(&mut job, is_touched)
    }

    /// Plans the patches in the files as they are, and writes them there without a commit.
    fn write_series(&self, chosen: &Chosen, worktree: &Worktree) -> Result<Ended, Failure> {
        let stores = self.stores(worktree).into_iter();
        let stores: Vec<_> = stores
            .map(|(step, store)| (step, store.of_commits()))
            .collect();
        // Commits are planned each upon its own; files have the lines of all patches, which nobody would take along.
        let topic = self.topic(Generator::Puppet, worktree.root()).ok();
        let is_for_commits =
            self.options.dry_run && topic.is_some_and(|topic| is_on(&topic, worktree, self.loaded));
        let (planner, steps) = (PatchPlanner::of(self), &chosen.steps);
        let planned = in_files(planner, steps, worktree, &stores, is_for_commits)?;
        let plans: Vec<&EditPlan> = planned.iter().map(|patch| &patch.edits).collect();
        let there = |other: &Utf8Path| self.series_in_files(chosen, other);
        let root = worktree.root();
        let is_elsewhere = self.warn_of_branch(Generator::Puppet, root, &plans, there)?;
        let patches = Patches::new(self, chosen, worktree, (&stores, &planned));
        let ended = self.carry_out(&mut InFiles::new(patches), &mut false)?;
        Ok(ended.beside(is_elsewhere))
    }

    /// Refuses files with changes that are in no commit, which commits made of commits would leave out, or write over.
    fn refuse_uncommitted(
        &self,
        worktree: &Worktree,
        paths: &[Utf8PathBuf],
        stores: &[&Rendered],
    ) -> Result<(), CommandError> {
        let uncommitted = Uncommitted {
            generator: Generator::Puppet,
            worktree,
            paths,
            stores,
            forced: self.options.force.then_some(
                "the patches are made of commits: `--force` does not include what is not in a commit",
            ),
            is_of_commits: true,
        };
        uncommitted.refuse()
    }

    /// Warns where a commit of somebody's upon the patches changes what they brought: they are made of what is below it.
    fn warn_of_upon(&self, topic: &Topic, worktree: &Worktree, stores: &[&Rendered]) {
        let own: Vec<Utf8PathBuf> = stores.iter().flat_map(|store| store.paths()).collect();
        let mut changed = changed_upon(topic, worktree, self.loaded);
        changed.retain(|path| own.contains(path));
        if let Some((first, rest)) = changed.split_first() {
            let more = match rest.len() {
                0 => String::new(),
                more => format!(" and {more} more"),
            };
            self.ui.warning(&format!(
                "a commit on top of the patches changes {first}{more}: that is left unchanged, and `svcgen check` says where it differs from the model"
            ));
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
    pub(super) fn series_again(&self, chosen: &Chosen, root: &Utf8Path) -> String {
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
}
