mod in_the_way;
mod job;
mod single;
mod topic;

pub(super) use self::job::Job;
pub(in crate::cli) use self::topic::elsewhere;

use std::cell::RefCell;

use camino::{Utf8Path, Utf8PathBuf};

use self::single::Single;
use super::Generator;
use super::again::Again;
use super::options::GeneratorOptions;
use super::planned::{Planned, Planner};
use super::target::Target;
use crate::cli::context::{Context, Loaded};
use crate::cli::{Failure, GlobalArgs};
use crate::edit::Rendered;
use crate::error::CommandError;
use crate::review::{Topic, Visit};
use crate::ui::Ui;
use crate::worktree::Worktree;

/// One run of generators.
pub(crate) struct Run<'a> {
    pub(crate) context: &'a Context,
    pub(crate) loaded: &'a Loaded,
    pub(crate) options: &'a GeneratorOptions,
    pub(crate) global: &'a GlobalArgs,
    pub(crate) ui: &'a Ui,
    /// The deploy checkout, where another generator of this run knows it.
    pub(crate) deploy: Option<Utf8PathBuf>,
    /// Where the documents for scripts are kept, where several generators make one of them.
    pub(crate) documents: Option<&'a RefCell<Vec<serde_json::Value>>>,
}

/// How a generator ended, from what is left to do to what is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Ended {
    /// The user said no.
    Declined,
    /// A dry run found differences.
    Differs,
    /// Written into a checkout, and not committed.
    Written,
    /// Committed, and could be sent.
    Committed,
    /// There is nothing left to do.
    Done,
}

impl Ended {
    /// The same, where the change may be on a branch that is not checked out: a commit is made there, and not of what was written.
    pub(super) fn beside(self, is_elsewhere: bool) -> Self {
        match self {
            Self::Written if is_elsewhere => Self::Done,
            ended => ended,
        }
    }
}

/// Where a generator runs: what it writes to, and the topic branch, where it commits.
struct Workplace<'a> {
    generator: Generator,
    target: &'a Target,
    worktree: &'a Worktree,
    on: Option<(&'a Topic, &'a Visit)>,
}

impl Run<'_> {
    /// Runs a generator: reads the tree, plans, shows, judges, applies, commits, sends.
    pub(crate) fn one(&self, generator: Generator, target: &Target) -> Result<Ended, Failure> {
        let worktree = &target.open()?;
        let place = Workplace {
            generator,
            target,
            worktree,
            on: None,
        };
        if !self.options.commits() {
            return self.in_tree(&place, &mut false);
        }
        let topic = self.topic(generator, worktree.root())?;
        self.warn_of_server(generator, worktree.root())?;
        let there = |other: &Utf8Path| {
            let again = self.again(generator, other);
            format!("{again}{}", self.options.publication())
        };
        self.on_topic(&topic, there, |visit, is_touched| {
            let own = Rendered::of(worktree.root(), &self.loaded.service.name);
            self.take_off_undone(&topic, &[&own.by(generator.name())])?;
            let on = Some((&topic, visit));
            self.in_tree(&Workplace { on, ..place }, is_touched)
        })
    }

    /// Runs a generator in a tree that is checked out as it has to be; `is_touched` says whether anything was written.
    fn in_tree(&self, place: &Workplace<'_>, is_touched: &mut bool) -> Result<Ended, Failure> {
        if matches!(place.target, Target::Checkout { .. }) {
            self.recall(place.generator, place.worktree);
        }
        let planned = &self.plan(place)?;
        let is_elsewhere = match place.on {
            Some((topic, visit)) => {
                self.check_branch(place, topic, planned)?;
                let own = Rendered::of(place.worktree.root(), &self.loaded.service.name);
                self.warn_of_moved(topic, visit, &[&own])?;
                self.warn_of_overtaken(topic, &planned.generated.desired)?;
                false
            }
            None => match place.target {
                Target::Checkout { .. } => {
                    let there = |other: &Utf8Path| self.again(place.generator, other);
                    let (root, plans) = (place.worktree.root(), [&planned.edits]);
                    self.warn_of_branch(place.generator, root, &plans, there)?
                }
                Target::Output(_) => false,
            },
        };
        let ended = self.carry_out(&mut Single::new(self, place, planned), is_touched)?;
        Ok(ended.beside(is_elsewhere))
    }

    fn plan(&self, place: &Workplace<'_>) -> Result<Planned, CommandError> {
        let (generator, target, worktree) = (place.generator, place.target, place.worktree);
        let planner = self.planner();
        let planned = planner.plan(generator, target, worktree);
        planned.map_err(|refused| planner.explain(refused, generator, target, worktree))
    }

    pub(crate) fn planner(&self) -> Planner<'_> {
        Planner {
            context: self.context,
            loaded: self.loaded,
            deploy: self.deploy.as_deref(),
            resolution: self.options.conflicts.into(),
            commits: self.options.commits(),
        }
    }

    /// The command that runs this generator alone, in the same checkout.
    fn again(&self, generator: Generator, root: &Utf8Path) -> String {
        let mut command = Again::new(generator.name(), self.global, self.options);
        command.path("--repo", Some(root));
        command.as_str().to_owned()
    }
}
