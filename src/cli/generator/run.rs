mod in_the_way;
mod topic;

pub(in crate::cli) use self::topic::elsewhere;

use std::cell::RefCell;

use camino::{Utf8Path, Utf8PathBuf};
use serde::Serialize;

use self::in_the_way::{marking_needs, side_needs};
use super::again::Again;
use super::conflicts::Conflicts;
use super::options::GeneratorOptions;
use super::planned::{Planned, Planner};
use super::summary::Summary;
use super::target::Target;
use super::{Generator, renamed, verify};
use crate::cli::context::{Context, Loaded};
use crate::cli::{Failure, GlobalArgs};
use crate::edit::{Conflict, Rendered, apply};
use crate::error::{CommandError, ErrorKind};
use crate::git::set_deploy_dir;
use crate::interrupt;
use crate::review::{Topic, Visit};
use crate::ui::{Format, Ui};
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
        match place.on {
            Some((topic, visit)) => {
                self.check_branch(place, topic, planned)?;
                let own = Rendered::of(place.worktree.root(), &self.loaded.service.name);
                self.warn_of_moved(topic, visit, &[&own])?;
                self.warn_of_overtaken(topic, &planned.generated.desired)?;
            }
            None => self.warn_of_branch(place, &planned.edits)?,
        }
        let mut summary = Summary::new(place.generator, place.worktree.root(), planned);
        if self.ui.format == Format::Text {
            summary.show_plan(self.ui, self.options)?;
        }
        if !planned.edits.conflicts.is_empty() {
            let error = self.mark(place, planned, &mut summary);
            if self.ui.format == Format::Json {
                self.hand_over(&summary)?;
            }
            return Err(error?.into());
        }
        let rendered = self.keep_apart(place, planned)?;
        self.judge(place, planned, &mut summary)?;
        interrupt::check()?;
        let ended = match (self.options.dry_run, planned.has_differences()) {
            (true, true) => Ended::Differs,
            (true, false) => Ended::Done,
            (false, _) => self.write(place, planned, &rendered, &mut summary, is_touched)?,
        };
        if self.ui.format == Format::Json {
            self.hand_over(&summary)?;
        }
        Ok(ended)
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

    /// Has the result judged, where there is one, and tells what the judges said; a finding is a failure.
    fn judge(
        &self,
        place: &Workplace<'_>,
        planned: &Planned,
        summary: &mut Summary<'_>,
    ) -> Result<(), Failure> {
        let is_new = !planned.edits.edits.is_empty() || self.options.verify;
        let is_checkout = matches!(place.target, Target::Checkout { .. });
        if !(is_new && is_checkout && self.options.verifies()) {
            return Ok(());
        }
        let verdict = self.ui.busy("verifying...", || {
            verify::judge(place.generator, place.worktree, planned, self.loaded)
        })?;
        // What was interrupted has judged nothing that is worth telling.
        interrupt::check()?;
        Ok(summary.judged(verdict, self.ui)?)
    }

    /// Writes the plan, where that is wished, and publishes it, where there is a topic.
    fn write(
        &self,
        place: &Workplace<'_>,
        planned: &Planned,
        rendered: &Rendered,
        summary: &mut Summary<'_>,
        is_touched: &mut bool,
    ) -> Result<Ended, CommandError> {
        let (worktree, edits) = (place.worktree, &planned.edits);
        let mut ended = Ended::Done;
        if !planned.has_differences() {
            apply(edits, worktree, rendered)?;
        } else if self.may_apply(worktree.root(), &edits.conflicts)? {
            *is_touched = true;
            apply(edits, worktree, rendered)?;
            if let Some(setting) = &planned.setting {
                set_deploy_dir(worktree.root(), setting)?;
            }
            summary.applied(self.ui);
            if !edits.edits.is_empty() && worktree.root().join(".git").exists() {
                ended = Ended::Written;
            }
        } else {
            return Ok(Ended::Declined);
        }
        let Some((topic, _)) = place.on else {
            return Ok(ended);
        };
        let ended = self.publish(place, topic, planned, rendered, summary)?;
        *is_touched |= summary.has_commit();
        Ok(ended)
    }

    /// Writes conflicts into their files, where that is possible and wished; returns what is left to do.
    ///
    /// A run that commits writes none: what it leaves is a commit, or what was there before.
    fn mark(
        &self,
        place: &Workplace<'_>,
        planned: &Planned,
        summary: &mut Summary<'_>,
    ) -> Result<CommandError, CommandError> {
        let (edits, root) = (&planned.edits, place.worktree.root());
        let again = self.again(place.generator, root);
        let whole = format!("{again}{}", self.options.publication());
        let force = marking_needs(root, planned)?;
        let uncommitted = match self.options.force {
            true => Vec::new(),
            false => side_needs(root, planned, self.options.commits())?,
        };
        let conflicts = Conflicts {
            all: edits.conflicts.iter().collect(),
            whole: format!("{whole}{force}"),
            again: format!("{again}{force}"),
            uncommitted,
            note: match place.generator {
                Generator::Scap => renamed::hint_of_deployed(&self.loaded.service, place.worktree),
                Generator::Vagrant | Generator::Puppet | Generator::Source => None,
            },
            way: place.on.and_then(|(topic, visit)| topic.way_to(visit)),
        };
        if edits.is_blocked() || self.options.dry_run || self.options.commits() {
            return Ok(conflicts.refused());
        }
        let rendered = &self.keep_apart(place, planned)?;
        interrupt::check()?;
        if !self.may_apply(root, &edits.conflicts)? {
            return Ok(conflicts.refused());
        }
        apply(edits, place.worktree, rendered)?;
        summary.applied(self.ui);
        Ok(conflicts.marked())
    }

    /// The command that runs this generator alone, in the same checkout.
    fn again(&self, generator: Generator, root: &Utf8Path) -> String {
        let mut command = Again::new(generator.name(), self.global, self.options);
        command.path("--repo", Some(root));
        command.as_str().to_owned()
    }

    /// Gives a script what was done: prints it, or keeps it with that of the other generators.
    pub(super) fn hand_over(&self, told: &impl Serialize) -> std::io::Result<()> {
        let document = serde_json::to_value(told).map_err(std::io::Error::other)?;
        match self.documents {
            Some(documents) => documents.borrow_mut().push(document),
            None => self.ui.result(&format!("{document:#}\n"))?,
        }
        Ok(())
    }

    /// Asks, unless that is not wished.
    pub(super) fn may_apply(
        &self,
        root: &Utf8Path,
        conflicts: &[Conflict],
    ) -> Result<bool, CommandError> {
        let is_marked = !conflicts.is_empty();
        let what = match (self.options.commit, self.options.review) {
            _ if is_marked => "write this change, with conflict markers,",
            (_, true) => "write, commit and send this change",
            (true, false) => "write and commit this change",
            (false, false) => "write this change",
        };
        let may = match self.ui.confirm(&format!("{what} in {root}?")) {
            // Where nobody can be asked, the conflicts are what there is to tell.
            Err(error) if is_marked && error.kind == ErrorKind::Usage => return Ok(false),
            may => may?,
        };
        if !may {
            self.ui.status("nothing was changed");
        }
        Ok(may)
    }
}
