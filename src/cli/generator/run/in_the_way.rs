//! What of somebody else's is in the way of a change: commits, files that are not committed, conflicts.

use camino::{Utf8Path, Utf8PathBuf};

use super::{Run, Workplace};
use crate::cli::generator::Generator;
use crate::cli::generator::planned::Planned;
use crate::cli::generator::series::{are_of_series, explained, is_on_alone, subjects_on};
use crate::cli::generator::uncommitted::Uncommitted;
use crate::edit::{ConflictKind, Rendered};
use crate::error::CommandError;
use crate::generate::{Claimed, ClaimedNumber, SeriesTree};
use crate::review::{Newer, ReviewError, Topic, UpstreamChanges, dirty};
use crate::worktree::Worktree;

impl Run<'_> {
    /// Looks whether the branch is as svcgen left it, before anything is written.
    pub(super) fn check_branch(
        &self,
        place: &Workplace<'_>,
        topic: &Topic,
        planned: &Planned,
    ) -> Result<(), CommandError> {
        let own = Rendered::of(place.worktree.root(), &self.loaded.service.name);
        // Where there is nothing to update, other patches may stand upon it.
        if !planned.edits.edits.is_empty() {
            if place.generator == Generator::Puppet
                && is_on_alone(topic, place.worktree, self.loaded)
            {
                return Err(CommandError::from(ReviewError::Series {
                    branch: topic.branch().clone(),
                    subjects: subjects_on(topic, place.worktree, self.loaded)?,
                    command: self.with_series(place),
                }));
            }
            topic
                .check_top(&planned.generated.message, &own)
                .map_err(|error| self.in_way(error, place, topic))?;
        }
        self.check_sent(topic)?;
        match place.generator {
            Generator::Puppet => self.check_claimed(topic, place.worktree),
            Generator::Vagrant | Generator::Source | Generator::Scap => Ok(()),
        }
    }

    /// Refuses to go on where the remote's branch, as just fetched, has given the port to others; warns of the number of the
    /// group. What is not merged has to make way.
    pub(in crate::cli::generator) fn check_claimed(
        &self,
        topic: &Topic,
        worktree: &Worktree,
    ) -> Result<(), CommandError> {
        if !self.options.review {
            return Ok(());
        }
        let Some(changes) = topic.upstream_changes(Claimed::is_told_by)? else {
            return Ok(());
        };
        let UpstreamChanges {
            name,
            catch_up,
            texts,
        } = changes;
        let claimed = Claimed::find(&self.loaded.service, worktree, &texts);
        if let Some(ClaimedNumber {
            group,
            gid,
            other,
            line,
        }) = claimed.group
        {
            self.ui.warning(&format!(
                "the group `{group}` has the gid {gid}, which `{name}` gives to `{other}` now ({}:{line}): `{catch_up}` brings \
                 that here, and the next run gives it another one",
                SeriesTree::GROUPS
            ));
        }
        match claimed.port {
            Some(taken) => Err(CommandError::conflict(taken.to_string())
                .cause(format!(
                    "`{name}` has that since, and `{}` is not based on it yet",
                    topic.branch()
                ))
                .hint(format!(
                    "{catch_up}    brings that here: the next run names a free one"
                ))),
            None => Ok(()),
        }
    }

    /// Takes commits of somebody's off the branch that come to nothing together: an edit, and what brought the file back, as
    /// `svcgen check` tells to do. They are in nobody's way then, and in no change.
    pub(in crate::cli::generator) fn take_off_undone(
        &self,
        topic: &Topic,
        stores: &[&Rendered],
    ) -> Result<(), CommandError> {
        if let Some(kept) = topic.take_off_undone(stores)? {
            self.ui.status(&format!(
                "the commits on top of svcgen's come to nothing together, and are off `{}`; `{kept}` has them",
                topic.branch()
            ));
        }
        Ok(())
    }

    /// Refuses to go on with changes that could not be sent, before anything is written: those that were sent for another
    /// branch, or that somebody else has sent a patch set of.
    pub(in crate::cli::generator) fn check_sent(&self, topic: &Topic) -> Result<(), ReviewError> {
        if self.options.review {
            topic.check_target(self.options.others())?;
        }
        self.check_newer(topic).map(drop)
    }

    /// Refuses to send over a patch set of somebody else's, unless that is forced, and a run has named it before.
    pub(in crate::cli::generator) fn check_newer(
        &self,
        topic: &Topic,
    ) -> Result<Vec<Newer>, ReviewError> {
        match self.options.review {
            true => topic.check_newer(self.options.over()),
            false => Ok(Vec::new()),
        }
    }

    /// Says what is in the way of the service's commit: the patches of the series have a command of their own.
    pub(super) fn in_way(
        &self,
        error: ReviewError,
        place: &Workplace<'_>,
        topic: &Topic,
    ) -> ReviewError {
        if place.generator != Generator::Puppet {
            return error;
        }
        let command = self.with_series(place);
        explained(error, topic, place.worktree, self.loaded, &command)
    }

    /// Says why a commit was not sent: where it is not the last one of its branch, it is none of the others.
    pub(super) fn unsent(
        &self,
        error: ReviewError,
        place: &Workplace<'_>,
        topic: &Topic,
        (planned, rendered): (&Planned, &Rendered),
    ) -> ReviewError {
        let error = self.in_way(error, place, topic);
        match error {
            ReviewError::Others { .. } | ReviewError::NoChangeId { .. } if !self.options.force => {
                let text = &planned.generated.message;
                topic.check_top(text, rendered).err().unwrap_or(error)
            }
            error => error,
        }
    }

    /// The command that runs the series in the same way.
    fn with_series(&self, place: &Workplace<'_>) -> String {
        let again = self.again(place.generator, place.worktree.root());
        format!("{again} --series{}", self.options.publication())
    }

    /// Refuses to touch somebody's uncommitted changes; the store, where that is forced, takes none for svcgen's.
    pub(super) fn keep_apart(
        &self,
        place: &Workplace<'_>,
        planned: &Planned,
    ) -> Result<Rendered, CommandError> {
        let (edits, rendered) = (&planned.edits, &planned.rendered);
        let paths: Vec<Utf8PathBuf> = edits.held().cloned().collect();
        let mixed = dirty(place.worktree.root(), &paths, &[rendered])?;
        if !self.options.force {
            // Those that stay are committed with the rest: an earlier run may have written them.
            let is_touched = |path: &&Utf8PathBuf| self.options.commits() || edits.changes(path);
            let touched: Vec<Utf8PathBuf> = mixed.iter().filter(is_touched).cloned().collect();
            if let (Generator::Puppet, Some(first)) = (place.generator, touched.first())
                && are_of_series(self.loaded, place.worktree, &touched)?
            {
                let again = self.again(place.generator, place.worktree.root());
                return Err(CommandError::conflict(format!(
                    "`{first}` has uncommitted lines that svcgen wrote for the patches of the series"
                ))
                .hint(format!(
                    "`{again} --series{}` goes on with them",
                    self.options.publication()
                )));
            }
            let uncommitted = Uncommitted {
                generator: place.generator,
                worktree: place.worktree,
                paths: &touched,
                stores: &[rendered],
                forced: Some(match edits.conflicts.is_empty() {
                    true => self.options.forced(touched.len()),
                    false => "`--force` marks the conflicts among them",
                }),
                is_of_commits: false,
            };
            uncommitted.refuse()?;
        }
        Ok(rendered.clone().mixed_in(mixed))
    }
}

/// What has to be added to a command that marks conflicts or takes a side, where their files are not committed.
pub(super) fn marking_needs(
    root: &Utf8Path,
    planned: &Planned,
) -> Result<&'static str, CommandError> {
    let conflicts = planned.edits.conflicts.iter();
    let marked = conflicts.filter(|conflict| match conflict.kind {
        ConflictKind::Lines | ConflictKind::Markers | ConflictKind::Others => true,
        ConflictKind::Foreign | ConflictKind::Entry => false,
    });
    let paths: Vec<Utf8PathBuf> = marked.map(|conflict| conflict.path.clone()).collect();
    Ok(
        match dirty(root, &paths, &[&planned.rendered])?.is_empty() {
            true => "",
            false => " --force",
        },
    )
}

/// The files that are in the way of a command that takes a side, until they are committed: those that others write too.
pub(super) fn side_needs(
    root: &Utf8Path,
    planned: &Planned,
    commits: bool,
) -> Result<Vec<Utf8PathBuf>, CommandError> {
    let edits = &planned.edits;
    let conflicts = edits.conflicts.iter();
    let refused = conflicts.filter(|conflict| match conflict.kind {
        ConflictKind::Entry => true,
        // What is kept there is not written, and is in the way of a commit alone.
        ConflictKind::Foreign => commits,
        ConflictKind::Lines | ConflictKind::Markers | ConflictKind::Others => false,
    });
    let mut paths: Vec<Utf8PathBuf> = refused.map(|conflict| conflict.path.clone()).collect();
    paths.dedup();
    if paths.is_empty() {
        return Ok(paths);
    }
    let is_touched = |path: &&Utf8PathBuf| commits || edits.changes(path);
    paths.extend(edits.held().filter(is_touched).cloned());
    Ok(dirty(root, &paths, &[&planned.rendered])?)
}
