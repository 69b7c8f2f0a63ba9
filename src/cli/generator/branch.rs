//! The branch that a run commits on, or should.

use camino::Utf8PathBuf;

use super::series::explained;
use super::{Generator, Run};
use crate::edit::{EditPlan, Rendered};
use crate::error::CommandError;
use crate::git::{Checkout, GitError};
use crate::review::{ReviewError, Topic};
use crate::worktree::Worktree;

impl Run<'_> {
    /// Looks whether the branch is as svcgen left it, before anything is written.
    pub(super) fn check_branch(
        &self,
        generator: Generator,
        topic: &Topic,
        worktree: &Worktree,
        edits: &EditPlan,
    ) -> Result<(), CommandError> {
        let own = Rendered::of(worktree.root(), &self.loaded.service.name);
        // Where there is nothing to update, other patches may stand upon it.
        if !edits.edits.is_empty() {
            topic
                .check_top(&own)
                .map_err(|error| self.in_way(error, generator, topic, worktree))?;
        }
        if self.options.review && !self.options.force && topic.remote().is_some() {
            topic.check_newer(&own)?;
        }
        Ok(())
    }

    /// Says what is in the way of the service's commit: the patches of the series have a command of their own.
    pub(super) fn in_way(
        &self,
        error: ReviewError,
        generator: Generator,
        topic: &Topic,
        worktree: &Worktree,
    ) -> ReviewError {
        if generator != Generator::Puppet {
            return error;
        }
        let again = self.again(generator, worktree.root());
        let command = format!("{again} --series{}", self.options.publication());
        explained(error, topic, worktree, self.loaded, &command)
    }

    /// Warns where the change is on a branch that is not checked out: what is written here is in its way there.
    pub(super) fn warn_of_branch(
        &self,
        generator: Generator,
        worktree: &Worktree,
        edits: &EditPlan,
    ) -> Result<(), CommandError> {
        let checkout = match Checkout::open(worktree.root()) {
            Ok(checkout) => checkout,
            Err(GitError::NotACheckout { .. }) => return Ok(()),
            Err(error) => return Err(error.into()),
        };
        if edits.edits.is_empty() {
            return Ok(());
        }
        let topic = self.topic(generator, worktree.root())?;
        let places = edits.held().map(|path| checkout.place(path));
        let places = places.collect::<Result<Vec<Utf8PathBuf>, GitError>>()?;
        let elsewhere = topic.elsewhere(&places)?;
        if let Some(standing) = elsewhere.filter(|standing| !standing.is_merged) {
            let root = shell_words::quote(worktree.root().as_str());
            let branch = standing.branch;
            self.ui.warning(&format!(
                "the change is on `{branch}`, and another branch is checked out: `git -C {root} switch {branch}` goes there"
            ));
        }
        Ok(())
    }
}
