use std::cell::RefCell;

use camino::{Utf8Path, Utf8PathBuf};

use super::again::Again;
use super::conflicts::Conflicts;
use super::options::GeneratorOptions;
use super::planned::{Planned, Planner};
use super::summary::Summary;
use super::target::Target;
use super::uncommitted::Uncommitted;
use super::{Generator, verify};
use crate::cli::context::{Context, Loaded};
use crate::cli::{Failure, GlobalArgs};
use crate::edit::{Conflict, ConflictKind, EditPlan, Rendered, apply};
use crate::error::{CommandError, ErrorKind};
use crate::generate::Generated;
use crate::git::set_deploy_dir;
use crate::interrupt;
use crate::model::BranchName;
use crate::review::{Others, Topic, Visit, dirty};
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

impl Run<'_> {
    /// Runs a generator: reads the tree, plans, shows, judges, applies, commits, sends.
    pub(crate) fn one(&self, generator: Generator, target: &Target) -> Result<Ended, Failure> {
        let worktree = target.open()?;
        if !self.options.commits() {
            return self.in_tree(generator, target, &worktree, None, &mut false);
        }
        let topic = self.topic(generator, worktree.root())?;
        topic.check_identity().map_err(CommandError::from)?;
        if self.options.review && topic.remote().is_some() {
            topic.fetch().map_err(CommandError::from)?;
        }
        let visit = topic.visit().map_err(CommandError::from)?;
        let mut is_touched = false;
        let ended = self.in_tree(
            generator,
            target,
            &worktree,
            Some((&topic, &visit)),
            &mut is_touched,
        );
        if !is_touched {
            let left = topic.leave(&visit);
            // The first failure is the one to tell.
            if ended.is_ok() {
                left.map_err(CommandError::from)?;
            }
        }
        ended
    }

    /// Runs a generator in a tree that is checked out as it has to be; `is_touched` says whether anything was written.
    fn in_tree(
        &self,
        generator: Generator,
        target: &Target,
        worktree: &Worktree,
        on: Option<(&Topic, &Visit)>,
        is_touched: &mut bool,
    ) -> Result<Ended, Failure> {
        let planner = Planner {
            context: self.context,
            loaded: self.loaded,
            deploy: self.deploy.as_deref(),
            resolution: self.options.conflicts.into(),
        };
        let Planned {
            rendered,
            generated,
            edits,
            setting,
        } = planner
            .plan(generator, target, worktree)
            .map_err(|refused| planner.explain(refused, generator, target, worktree))?;
        match on {
            Some((topic, _)) => self.check_branch(generator, topic, worktree, &edits)?,
            None if matches!(target, Target::Checkout(_)) => {
                self.warn_of_branch(generator, worktree, &edits)?;
            }
            None => {}
        }
        let mut summary = Summary::new(
            generator,
            worktree.root(),
            &edits,
            &generated,
            setting.as_ref(),
        );
        if self.ui.format == Format::Text {
            summary.show_plan(self.ui, self.options)?;
        }
        if !edits.conflicts.is_empty() {
            let again = self.again(generator, worktree.root());
            let whole = format!("{again}{}", self.options.publication());
            let marked = edits
                .conflicts
                .iter()
                .filter(|conflict| match conflict.kind {
                    ConflictKind::Lines | ConflictKind::Markers => true,
                    ConflictKind::Foreign | ConflictKind::Entry => false,
                });
            let marked = marked.map(|conflict| conflict.path.clone());
            let dirty = dirty(worktree.root(), &marked.collect::<Vec<_>>(), &[&rendered])
                .map_err(CommandError::from)?;
            // Without it the next run refuses, whichever side it shall take.
            let force = if dirty.is_empty() { "" } else { " --force" };
            let conflicts = Conflicts {
                generator,
                edits: &edits,
                whole: format!("{whole}{force}"),
                again: format!("{again}{force}"),
                root: worktree.root(),
                branch: on.and_then(|(topic, visit)| topic.left_by(visit)),
            };
            let error = self.mark(&conflicts, worktree, &rendered, &mut summary);
            if self.ui.format == Format::Json {
                self.hand_over(&summary)?;
            }
            return Err(error?.into());
        }
        let rendered = self.keep_apart(generator, worktree, &edits, rendered)?;
        let is_new = !edits.edits.is_empty() || self.options.verify;
        if is_new && self.options.verifies() && matches!(target, Target::Checkout(_)) {
            let verdict = self.ui.busy("verifying...", || {
                verify::judge(generator, worktree, &edits, &generated, self.loaded)
            })?;
            // What was interrupted has judged nothing that is worth telling.
            interrupt::check()?;
            summary.judged(verdict, self.ui)?;
        }
        interrupt::check()?;
        let has_differences = !edits.edits.is_empty() || setting.is_some();
        let mut ended = match (self.options.dry_run, has_differences) {
            (true, true) => Ended::Differs,
            (true, false) | (false, _) => Ended::Done,
        };
        if !self.options.dry_run {
            if !has_differences {
                apply(&edits, worktree, &rendered).map_err(CommandError::from)?;
            } else if self.may_apply(worktree.root(), &edits.conflicts)? {
                *is_touched = true;
                apply(&edits, worktree, &rendered).map_err(CommandError::from)?;
                if let Some(setting) = &setting {
                    set_deploy_dir(worktree.root(), setting).map_err(CommandError::from)?;
                }
                summary.applied(self.ui);
                if !edits.edits.is_empty() && worktree.root().join(".git").exists() {
                    ended = Ended::Written;
                }
            } else {
                ended = Ended::Declined;
            }
            if let (Some((topic, _)), false) = (on, ended == Ended::Declined) {
                ended = self.publish(
                    generator,
                    topic,
                    worktree,
                    (&edits, &generated),
                    &rendered,
                    &mut summary,
                )?;
                *is_touched |= summary.has_commit();
            }
        }
        if self.ui.format == Format::Json {
            self.hand_over(&summary)?;
        }
        Ok(ended)
    }

    /// Writes conflicts into their files, where that is possible and wished; returns what is left to do.
    ///
    /// A run that commits writes none: what it leaves is a commit, or what was there before.
    fn mark(
        &self,
        conflicts: &Conflicts<'_>,
        worktree: &Worktree,
        rendered: &Rendered,
        summary: &mut Summary<'_>,
    ) -> Result<CommandError, CommandError> {
        let edits = conflicts.edits;
        if edits.is_blocked() || self.options.dry_run || self.options.commits() {
            return Ok(conflicts.refused());
        }
        let rendered = &self.keep_apart(conflicts.generator, worktree, edits, rendered.clone())?;
        interrupt::check()?;
        match self.may_apply(worktree.root(), &edits.conflicts) {
            Ok(true) => {}
            Ok(false) => return Ok(conflicts.refused()),
            // Where nobody can be asked, the conflicts are what there is to tell.
            Err(error) if error.kind == ErrorKind::Usage => return Ok(conflicts.refused()),
            Err(error) => return Err(error),
        }
        apply(edits, worktree, rendered)?;
        summary.applied(self.ui);
        Ok(conflicts.marked())
    }

    /// The command that runs this generator alone, in the same checkout.
    pub(super) fn again(&self, generator: Generator, root: &Utf8Path) -> String {
        let mut command = Again::new(generator.name(), self.global, self.options);
        command.path("--repo", Some(root));
        command.as_str().to_owned()
    }

    /// Gives a script what was done: prints it, or keeps it with that of the other generators.
    fn hand_over(&self, summary: &Summary<'_>) -> std::io::Result<()> {
        let document = serde_json::to_value(summary).map_err(std::io::Error::other)?;
        match self.documents {
            Some(documents) => documents.borrow_mut().push(document),
            None => self.ui.result(&format!("{document:#}\n"))?,
        }
        Ok(())
    }

    pub(super) fn topic(
        &self,
        generator: Generator,
        root: &Utf8Path,
    ) -> Result<Topic, CommandError> {
        let (service, site) = (&self.loaded.service, &self.loaded.site);
        let branch = match &self.options.topic {
            Some(name) => BranchName::parse(name),
            None => Topic::name_for(&service.name),
        };
        let branch = branch.map_err(|refused| {
            CommandError::usage(format!("--topic: {refused}")).hint("such as `--topic svcgen/tea`")
        })?;
        let base = generator.base(service, site);
        Ok(Topic::open(
            root,
            branch,
            base.clone(),
            self.context.configuration.user.clone(),
        )?)
    }

    /// Refuses to touch somebody's uncommitted changes; the store, where that is forced, takes none for svcgen's.
    fn keep_apart(
        &self,
        generator: Generator,
        worktree: &Worktree,
        edits: &EditPlan,
        rendered: Rendered,
    ) -> Result<Rendered, CommandError> {
        let paths: Vec<Utf8PathBuf> = edits.held().cloned().collect();
        let mixed = dirty(worktree.root(), &paths, &[&rendered])?;
        if !self.options.force {
            // Those that stay are committed with the rest: an earlier run may have written them.
            let is_touched = |path: &&Utf8PathBuf| self.options.commits() || edits.changes(path);
            let touched: Vec<Utf8PathBuf> = mixed.iter().filter(is_touched).cloned().collect();
            let forced = match edits.conflicts.is_empty() {
                true => self.options.forced(),
                false => "`--force` marks the conflicts among them",
            };
            let uncommitted = Uncommitted {
                generator,
                worktree,
                paths: &touched,
                stores: &[&rendered],
                forced: Some(forced),
            };
            uncommitted.refuse()?;
        }
        Ok(rendered.mixed_in(mixed))
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
        let may = self.ui.confirm(&format!("{what} in {root}?"))?;
        if !may {
            self.ui.status("nothing was changed");
        }
        Ok(may)
    }

    fn publish(
        &self,
        generator: Generator,
        topic: &Topic,
        worktree: &Worktree,
        (edits, generated): (&EditPlan, &Generated),
        rendered: &Rendered,
        summary: &mut Summary<'_>,
    ) -> Result<Ended, CommandError> {
        interrupt::check()?;
        let edited = edits.edits.iter().map(|edit| &edit.path);
        let mut paths: Vec<Utf8PathBuf> = edited.chain(&edits.unchanged).cloned().collect();
        paths.extend(rendered.leftovers(worktree));
        let bugs: Vec<_> = self
            .loaded
            .service
            .tickets
            .service_request
            .iter()
            .cloned()
            .collect();
        let committed = topic.commit(&paths, &generated.message, &bugs, rendered)?;
        summary.committed(topic, committed, self.ui);
        if self.options.review {
            let others = if self.options.force {
                Others::Send
            } else {
                Others::Refuse
            };
            let pushed = topic
                .push(others)
                .map_err(|error| self.in_way(error, generator, topic, worktree))?;
            topic.note_review(&pushed, rendered)?;
            summary.pushed(pushed, self.ui);
        } else if topic.remote().is_some() {
            return Ok(Ended::Committed);
        }
        Ok(Ended::Done)
    }
}

pub(super) fn refuse_conflicts<'a>(
    conflicts: impl IntoIterator<Item = &'a Conflict>,
) -> Result<(), CommandError> {
    let mut conflicts = conflicts.into_iter();
    let Some(first) = conflicts.next() else {
        return Ok(());
    };
    let error = conflicts.fold(CommandError::conflict(first.to_string()), |error, other| {
        error.cause(other.to_string())
    });
    Err(error
        .hint("mend the file by hand so that it says what svcgen would write, or change the model"))
}
