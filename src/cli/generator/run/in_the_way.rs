//! What of somebody else's is in the way of a change: commits, files that are not committed, conflicts.

use camino::{Utf8Path, Utf8PathBuf};

use super::{Place, Run};
use crate::cli::generator::Generator;
use crate::cli::generator::series::explained;
use crate::edit::{Conflict, EditPlan, Rendered};
use crate::error::CommandError;
use crate::review::{ReviewError, Topic, dirty};

impl Run<'_> {
    /// Looks whether the branch is as svcgen left it, before anything is written.
    pub(super) fn check_branch(
        &self,
        place: &Place<'_>,
        topic: &Topic,
        edits: &EditPlan,
    ) -> Result<(), CommandError> {
        let own = Rendered::of(place.worktree.root(), &self.loaded.service.name);
        // Where there is nothing to update, other patches may stand upon it.
        if !edits.edits.is_empty() {
            topic
                .check_top(&own)
                .map_err(|error| self.in_way(error, place, topic))?;
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
        place: &Place<'_>,
        topic: &Topic,
    ) -> ReviewError {
        if place.generator != Generator::Puppet {
            return error;
        }
        let again = self.again(place.generator, place.worktree.root());
        let command = format!("{again} --series{}", self.options.publication());
        explained(error, topic, place.worktree, self.loaded, &command)
    }

    /// Refuses to touch somebody's uncommitted changes; the store, where that is forced, takes none for svcgen's.
    pub(super) fn keep_apart(
        &self,
        root: &Utf8Path,
        edits: &EditPlan,
        rendered: &Rendered,
    ) -> Result<Rendered, CommandError> {
        let paths: Vec<Utf8PathBuf> = edits.held().cloned().collect();
        let mixed = dirty(root, &paths, &[rendered])?;
        if !self.options.force {
            // Those that stay are committed with the rest: an earlier run may have written them.
            let is_touched = |path: &&Utf8PathBuf| self.options.commits() || edits.changes(path);
            let touched: Vec<Utf8PathBuf> = mixed.iter().filter(is_touched).cloned().collect();
            refuse_dirty(&touched, Some(self.options.forced()))?;
        }
        Ok(rendered.clone().mixed_in(mixed))
    }
}

/// Refuses to go on where there are conflicts, and names all of them.
pub(in crate::cli::generator) fn refuse_conflicts<'a>(
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

/// Refuses to go on where somebody has changes that are not committed; `forced` says what `--force` does about them.
pub(in crate::cli::generator) fn refuse_dirty(
    dirty: &[Utf8PathBuf],
    forced: Option<&str>,
) -> Result<(), CommandError> {
    let Some((first, rest)) = dirty.split_first() else {
        return Ok(());
    };
    let more = if rest.is_empty() {
        String::new()
    } else {
        format!(" and {} more", rest.len())
    };
    let error = CommandError::conflict(format!(
        "`{first}`{more} has uncommitted changes that svcgen did not make"
    ));
    let error = error.hint("commit or stash them");
    Err(forced.into_iter().fold(error, CommandError::hint))
}
