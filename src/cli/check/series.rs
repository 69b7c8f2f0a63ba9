//! The patches of the series that come after the service.

use camino::Utf8PathBuf;

use super::ways::Ways;
use super::{Drift, NotCompared, Uncommitted};
use crate::cli::context::Loaded;
use crate::cli::generator::{Looked, Planner, Series};
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
            let ways = match is_edited(&difference, worktree)? {
                true => &written,
                false => &committed,
            };
            drifts.push(ways.close(difference, worktree));
        }
    }
    let strays = all.patches.iter().flat_map(Looked::strays);
    drifts.extend(strays.map(|stray| ways.beside(stray, worktree)));
    let paths = all.uncommitted(planner.loaded, worktree)?;
    let uncommitted = (!paths.is_empty()).then(|| Uncommitted {
        paths,
        command: committed.again(),
    });
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

/// The files of the patches that were written.
pub(super) fn files(all: &Series) -> Vec<Utf8PathBuf> {
    let written = all.patches.iter().filter(|patch| patch.is_written());
    written.flat_map(Looked::paths).collect()
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
