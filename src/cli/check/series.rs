//! The patches of the series that come after the service.

use camino::Utf8PathBuf;

use super::ways::Ways;
use super::{Drift, NotCompared, Uncommitted};
use crate::cli::context::Loaded;
use crate::cli::generator::{Looked, Planner, Series, as_committed, look};
use crate::drift::{Difference, Direction};
use crate::error::CommandError;
use crate::generate::SeriesStep;
use crate::git::{Checkout, GitError};
use crate::worktree::Worktree;

/// What is found out of the patches of the series that come after the service.
#[derive(Default)]
pub(super) struct Found {
    /// What differs in those that svcgen wrote, or that the tree has.
    pub(super) drifts: Vec<Drift>,
    /// Their files that are in no commit yet.
    pub(super) uncommitted: Option<Uncommitted>,
    /// Those that cannot be planned, so that nobody knows whether the tree has them.
    pub(super) not_compared: Vec<NotCompared>,
}

/// Compares the patches with a tree.
pub(super) fn find(
    planner: &Planner<'_>,
    all: &Series,
    worktree: &Worktree,
    ways: &Ways<'_>,
) -> Result<Found, CommandError> {
    let series = command(all);
    let committed = ways.committing(&series);
    // A commit is made from the commits before it: what was edited since is brought back in the files.
    let written = ways.by(&format!("{series} --force"));
    let mut drifts = Vec::new();
    for patch in all.patches.iter().filter(|patch| patch.is_begun()) {
        for difference in patch.differences()? {
            drifts.push(
                match ways.removed(&difference, patch.rendered(), worktree)? {
                    Some(drift) => drift,
                    None if is_edited(&difference, worktree)? => {
                        written.close(difference, worktree)
                    }
                    None => committed.behind_the_rest(difference, worktree),
                },
            );
        }
    }
    let strays = all.patches.iter().flat_map(Looked::strays);
    drifts.extend(strays.map(|stray| ways.beside(stray, worktree)));
    let paths = all.uncommitted(planner.loaded, worktree)?;
    let taken_out = taken_out(planner.loaded, worktree, &paths, ways)?;
    let again = committed.again();
    let command = match (taken_out.is_empty(), taken_out.len() < paths.len()) {
        (true, _) => again,
        (false, true) => format!("{} && {again}", ways.amend(&taken_out, worktree)),
        (false, false) => ways.amend(&taken_out, worktree),
    };
    let uncommitted = (!paths.is_empty()).then_some(Uncommitted { command, paths });
    let refused = all.refused.iter();
    let refused = refused.filter(|(step, _)| !all.left_out.contains(step));
    let not_compared = refused.map(|(step, error)| NotCompared {
        patch: step.name(),
        reason: error.message.clone(),
        way_out: error.hints().map(str::to_owned).collect(),
    });
    Ok(Found {
        drifts,
        uncommitted,
        not_compared: not_compared.collect(),
    })
}

/// Of files that are as a run left them, those that no run makes so: somebody took out what a commit of the series has of theirs.
fn taken_out(
    loaded: &Loaded,
    worktree: &Worktree,
    paths: &[Utf8PathBuf],
    ways: &Ways<'_>,
) -> Result<Vec<Utf8PathBuf>, CommandError> {
    if !ways.is_chain() || paths.is_empty() {
        return Ok(Vec::new());
    }
    let there = look(loaded, &as_committed(worktree, paths))?;
    let is_made = |path: &Utf8PathBuf| there.patches.iter().any(|patch| patch.changes(path));
    let left = paths.iter().filter(|path| !is_made(path));
    Ok(left.cloned().collect())
}

/// The files of the patches that were written, and those that one goes out of.
pub(super) fn files(all: &Series) -> Vec<Utf8PathBuf> {
    let written = all.patches.iter().filter(|patch| patch.is_written());
    written
        .flat_map(|patch| patch.paths().chain(patch.held()))
        .collect()
}

/// The command that runs the series, where its patches were written into the files and are in no commit yet.
pub(super) fn uncommitted_series(
    all: &Series,
    loaded: &Loaded,
    worktree: &Worktree,
) -> Option<String> {
    let paths = all.uncommitted(loaded, worktree).ok()?;
    (!paths.is_empty()).then(|| command(all))
}

/// The command that runs the series, with those patches alone that were begun.
fn command(all: &Series) -> String {
    let steps: Vec<&str> = all.begun().into_iter().map(SeriesStep::name).collect();
    match steps.len() == SeriesStep::ALL.len() {
        true => "svcgen puppet --series".to_owned(),
        false => format!("svcgen puppet --series --steps {}", steps.join(",")),
    }
}

/// Whether somebody changed the file and did not commit it.
fn is_edited(difference: &Difference, worktree: &Worktree) -> Result<bool, CommandError> {
    if !matches!(difference.direction, Direction::Tree | Direction::Both) {
        return Ok(false);
    }
    let checkout = match Checkout::open(worktree.root()) {
        Ok(checkout) => checkout,
        Err(GitError::NotACheckout { .. }) => return Ok(false),
        Err(error) => return Err(error.into()),
    };
    let place = checkout.place(&difference.path)?;
    Ok(!checkout.status(&[place])?.is_empty())
}
