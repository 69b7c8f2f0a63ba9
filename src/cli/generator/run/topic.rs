//! The topic branch of a run: there, and back where nothing was written; the commit, and its way to review.

use std::collections::BTreeSet;

use camino::{Utf8Path, Utf8PathBuf};

use super::{Ended, Run, Workplace};
use crate::cli::Failure;
use crate::cli::context::Loaded;
use crate::cli::generator::Generator;
use crate::cli::generator::planned::Planned;
use crate::cli::generator::put_away;
use crate::cli::generator::summary::Summary;
use crate::cli::generator::upstream::Upstream;
use crate::count::count;
use crate::edit::{Desired, EditPlan, Rendered};
use crate::error::CommandError;
use crate::git::{Checkout, GitError};
use crate::interrupt;
use crate::model::Site;
use crate::review::{
    Committed, Outcome, Overtaken, Pushed, Remote, ReviewError, SentOver, Topic, Visit,
};

impl Run<'_> {
    /// The topic that a generator commits on.
    pub(in crate::cli::generator) fn topic(
        &self,
        generator: Generator,
        root: &Utf8Path,
    ) -> Result<Topic, CommandError> {
        let named = self.options.topic.as_deref();
        self.planner().topic_named(generator, root, named)
    }

    /// Warns where the change is on a branch that is not checked out: what is written here is in its way there. Returns whether
    /// it is so. `there` is the same command for another checkout.
    pub(in crate::cli::generator) fn warn_of_branch(
        &self,
        generator: Generator,
        root: &Utf8Path,
        plans: &[&EditPlan],
        there: impl FnOnce(&Utf8Path) -> String,
    ) -> Result<bool, CommandError> {
        let checkout = match Checkout::open(root) {
            Err(GitError::NotACheckout { .. }) => return Ok(false),
            checkout => checkout?,
        };
        if plans.iter().all(|plan| plan.edits.is_empty()) {
            return Ok(false);
        }
        let topic = self.topic(generator, root)?;
        let written = plans.iter().flat_map(|plan| {
            let edited = plan.edits.iter().map(|edit| &edit.path);
            edited.chain(&plan.unchanged)
        });
        let written: BTreeSet<Utf8PathBuf> = written.cloned().collect();
        let places = written.iter().map(|path| checkout.place(path));
        let places = places.collect::<Result<Vec<Utf8PathBuf>, GitError>>()?;
        let elsewhere = topic.elsewhere(&places)?;
        let Some(standing) = elsewhere.filter(|standing| !standing.is_merged) else {
            return Ok(false);
        };
        let branch = standing.branch;
        self.ui.warning(&match topic.held_by()? {
            Some(other) => format!(
                "the change is on `{branch}`, which is checked out in `{other}`: `{}` goes on there",
                there(&other)
            ),
            None if self.options.dry_run => {
                let root = shell_words::quote(root.as_str());
                format!(
                    "the change is on `{branch}`, and another branch is checked out: `git -C {root} switch {branch}` goes there"
                )
            }
            None => {
                let put_away = put_away(root, &Vec::from_iter(written));
                format!(
                    "the change is on `{branch}`, and another branch is checked out: what is written here is in the way of \
                     `--commit`, until `{put_away}` has put it away"
                )
            }
        });
        Ok(true)
    }

    /// Warns where a change would be sent to a server that is not the site's, before anything is committed.
    pub(in crate::cli::generator) fn warn_of_server(
        &self,
        generator: Generator,
        root: &Utf8Path,
    ) -> Result<(), CommandError> {
        if !self.options.review {
            return Ok(());
        }
        let Loaded { service, site, .. } = self.loaded;
        let repository = match generator {
            Generator::Vagrant => site.repositories.vagrant.as_ref(),
            Generator::Puppet => site.repositories.puppet.as_ref(),
            Generator::Source => Some(&service.repositories.source),
            Generator::Scap => Some(&service.repositories.deploy),
        };
        let remote = Remote::of(root, repository, site, &self.context.configuration.user)?;
        if let Some(warning) = elsewhere(&remote, root, site) {
            self.ui.warning(&warning);
        }
        Ok(())
    }

    /// Warns where a change that svcgen made before is on a branch of another name, and a new one begins; or where that begins
    /// without commits that the checkout has.
    pub(in crate::cli::generator) fn warn_of_moved(
        &self,
        topic: &Topic,
        visit: &Visit,
        stores: &[&Rendered],
    ) -> Result<(), CommandError> {
        if let Some(branch) = topic.moved(visit, stores)? {
            let branch = shell_words::quote(&branch);
            self.ui.warning(&format!(
                "`{branch}` has the change that svcgen made here, and a new one begins on `{}`: `--topic {branch}` goes on there",
                topic.branch()
            ));
        }
        let without = topic.begun_without(visit)?;
        if without > 0 {
            let commits = count(without, "commit");
            self.ui.warning(&format!(
                "`{}` begins where the remote's branch is, without {commits} of the branch that was checked out",
                topic.branch()
            ));
        }
        Ok(())
    }

    /// Warns where the branch that the change is meant for has its files by other commits: it goes on beside what is merged.
    pub(in crate::cli::generator) fn warn_of_overtaken(
        &self,
        topic: &Topic,
        desired: &[Desired],
    ) -> Result<(), CommandError> {
        let own: Vec<Utf8PathBuf> = desired.iter().map(|it| it.path().clone()).collect();
        if let Some(Overtaken {
            base,
            is_remote,
            path,
        }) = topic.overtaken(&own)?
        {
            let (branch, root) = (topic.branch(), shell_words::quote(topic.root().as_str()));
            let git = format!("git -C {root}");
            let aside = topic.free_name("old");
            let follow = match is_remote {
                true => format!("{git} merge --ff-only {base} && "),
                false => String::new(),
            };
            self.ui.warning(&format!(
                "`{base}` has `{path}` already, by commits that `{branch}` has not: if they merged the change, \
                 `{git} switch {} && {follow}{git} branch -m {branch} {aside}` makes the next run begin from there, without \
                 what only `{branch}` has",
                topic.base()
            ));
        }
        Ok(())
    }

    /// Warns where the remote's branch has something else now of what is merged, such as where it was reverted.
    fn warn_of_taken_back(
        &self,
        place: &Workplace<'_>,
        topic: &Topic,
        own: &[Utf8PathBuf],
    ) -> Result<(), CommandError> {
        let wanted = (place.generator, place.target);
        let upstream = Upstream::plan(&self.planner(), wanted, topic, place.worktree, own)?;
        if upstream.is_some_and(|upstream| upstream.is_outdated())
            && let Some(catch_up) = topic.catch_up()?
        {
            self.ui.warning(&format!(
                "the remote's branch now has something else: `{catch_up}` brings that here, and the next run writes it again"
            ));
        }
        Ok(())
    }

    /// Does something on a topic branch; what wrote nothing there goes back to the branch that it came from, and what
    /// came to nothing leaves both branches as they were. `there` is the same command for another checkout.
    pub(in crate::cli::generator) fn on_topic(
        &self,
        topic: &Topic,
        there: impl FnOnce(&Utf8Path) -> String,
        work: impl FnOnce(&Visit, &mut bool) -> Result<Ended, Failure>,
    ) -> Result<Ended, Failure> {
        topic.check_identity().map_err(CommandError::from)?;
        if self.options.review && topic.remote().is_some() {
            topic.fetch().map_err(CommandError::from)?;
        }
        let visit = topic.visit().map_err(|mut error| {
            if let ReviewError::CheckedOut { path, command, .. } = &mut error {
                *command = Some(there(path));
            }
            CommandError::from(error)
        })?;
        self.tell_hooks(topic);
        let mut is_touched = false;
        let ended = work(&visit, &mut is_touched);
        if !is_touched && matches!(ended, Err(_) | Ok(Ended::Declined)) {
            let undone = topic.undo(&visit);
            self.tell_hooks(topic);
            // The first failure is the one to tell.
            if ended.is_ok() {
                undone.map_err(CommandError::from)?;
            }
            return ended;
        }
        if let Some(kept) = visit.kept() {
            self.ui.status(&format!(
                "the change is merged, without all that `{}` had; `{kept}` has it",
                topic.branch()
            ));
        }
        if !is_touched {
            topic.leave(&visit).map_err(CommandError::from)?;
            self.tell_hooks(topic);
        } else if let Some(back) = topic.way_back(&visit) {
            self.ui
                .status(&format!("`{back}` goes back to what was checked out"));
        }
        ended
    }

    /// Warns of hooks that failed, and stopped nothing.
    fn tell_hooks(&self, topic: &Topic) {
        for told in topic.take_told() {
            self.ui.warning(&told);
        }
    }

    /// Sends a branch, unless that would be over a patch set of somebody else's that no run has named; what it is sent over is
    /// kept.
    pub(in crate::cli::generator) fn send(
        &self,
        topic: &Topic,
        push: impl FnOnce() -> Result<Pushed, ReviewError>,
    ) -> Result<Pushed, ReviewError> {
        // Judging and asking take their time, in which somebody may have sent one.
        let over = topic.keep_newer(&self.check_newer(topic)?)?;
        let pushed = push();
        if let Ok(Pushed {
            outcome: Outcome::New | Outcome::Updated,
            ..
        }) = &pushed
        {
            return pushed.map(|pushed| Pushed { over, ..pushed });
        }
        for SentOver {
            number,
            patch_set,
            kept,
        } in over
        {
            self.ui.status(&format!(
                "`{kept}` has patch set {patch_set} of change {number}"
            ));
        }
        pushed
    }

    /// Warns where a hook has put something else into the commit.
    fn warn_of_hook(
        &self,
        topic: &Topic,
        wanted: &[(Utf8PathBuf, String)],
    ) -> Result<(), CommandError> {
        let changed = topic.committed_otherwise(wanted)?;
        if let Some((first, rest)) = changed.split_first() {
            let more = match rest.len() {
                0 => String::new(),
                more => format!(" and {more} more"),
            };
            self.ui.warning(&format!(
                "a hook changed {first}{more} in the commit: that counts as an edit of somebody's, and stays"
            ));
        }
        Ok(())
    }

    /// Commits what svcgen wrote, and sends it, where that is wished.
    pub(super) fn publish(
        &self,
        place: &Workplace<'_>,
        topic: &Topic,
        planned: &Planned,
        rendered: &Rendered,
        summary: &mut Summary<'_>,
    ) -> Result<Ended, CommandError> {
        interrupt::check("the files are written, and not committed")?;
        let edits = &planned.edits;
        let edited = edits.edits.iter().map(|edit| &edit.path);
        let mut paths: Vec<Utf8PathBuf> = edited.chain(&edits.unchanged).cloned().collect();
        paths.extend(rendered.leftovers(place.worktree));
        let bugs = self.loaded.service.tickets.service_request.as_slice();
        let wanted = topic.contents(&paths)?;
        let committed = topic.commit(&paths, &planned.generated.message, bugs, rendered);
        let committed = committed.map_err(|error| self.in_way(error, place, topic))?;
        let is_undone = matches!(committed, Committed::Dropped { .. });
        topic.note_made(rendered)?;
        summary.committed(topic, committed, self.ui);
        self.warn_of_hook(topic, &wanted)?;
        if is_undone {
            return Ok(Ended::Done);
        }
        if self.options.review {
            interrupt::check("the change is committed, and not sent")?;
            let pushed = self.send(topic, || topic.push(self.options.others()));
            let pushed =
                pushed.map_err(|error| self.unsent(error, place, topic, (planned, rendered)))?;
            if pushed.outcome == Outcome::Merged {
                self.warn_of_taken_back(place, topic, &paths)?;
            }
            summary.pushed(pushed, self.ui);
        } else if topic.remote().is_some() {
            return Ok(Ended::Committed);
        }
        Ok(Ended::Done)
    }
}

/// What is said of a remote that leads to a server that is not the site's, or to another project of that, and how the change
/// goes where it is meant to.
pub(in crate::cli) fn elsewhere(remote: &Remote, root: &Utf8Path, site: &Site) -> Option<String> {
    let Remote::Other { name, url, meant } = remote else {
        return None;
    };
    // Another remote of that name is preferred to `origin`.
    let verb = match name.as_str() {
        "gerrit" => "set-url",
        _ => "add",
    };
    let root = shell_words::quote(root.as_str());
    let what = match (remote.is_elsewhere(), remote.is_another_project()) {
        (true, _) => format!("the review server of `{}`", site.name),
        (false, true) => "the repository that this is for".to_owned(),
        (false, false) => return None,
    };
    Some(format!(
        "`{name}` leads to {url}, which is not {what}: \
         `git -C {root} remote {verb} gerrit {meant}` has the change sent there"
    ))
}
