//! What a run of the series would refuse about another name of the classes, for what only looks at the tree.

use super::commits::in_commits;
use super::marked::Resolved;
use super::plan::{PatchPlanner, in_files, stores};
use super::{is_on, look};
use crate::cli::generator::renamed::Renaming;
use crate::cli::generator::{Generator, Planner};
use crate::edit::Rendered;
use crate::error::CommandError;
use crate::generate::SeriesStep;
use crate::git::{Checkout, Head};
use crate::worktree::Worktree;

/// Refuses another name of the classes as a run would, that goes on with the patches which are begun.
///
/// # Errors
/// Where something would stay behind under the old name, or the patches cannot be planned.
pub(crate) fn refuse_classes(
    planner: &Planner<'_>,
    worktree: &Worktree,
) -> Result<(), CommandError> {
    let loaded = planner.loaded;
    let mut all = stores(worktree, &loaded.service.name);
    let is_renamed = |store: &Rendered| Renaming::of(loaded, store, Vec::new()).is_some();
    if !all.iter().any(|(_, store)| is_renamed(store)) {
        return Ok(());
    }
    for (_, store) in &mut all {
        *store = store.clone().from_model(planner.origin());
    }
    let steps: Vec<SeriesStep> = look(loaded, worktree)?.begun();
    let patches = PatchPlanner {
        loaded,
        resolution: planner.resolution,
        left_out: &[],
    };
    let topic = planner.topic(Generator::Puppet, worktree.root());
    let Some(topic) = topic.ok().filter(|topic| is_on(topic, worktree, loaded)) else {
        return in_files(patches, &steps, worktree, &all, false).map(drop);
    };
    let head = Checkout::open(worktree.root())?.head()?;
    match head {
        Head::Branch { name, .. } if name == topic.branch().as_str() => {
            let resolved = Resolved::default();
            in_commits(patches, &steps, worktree, &all, (&topic, &resolved), |_| {
                Ok(())
            })
            .map(drop)
        }
        // Whether its commits can follow is found out once they are checked out.
        _ => Ok(()),
    }
}
