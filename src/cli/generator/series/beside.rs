//! Commits of patches that hold something of somebody's.

use camino::Utf8PathBuf;
use git2::Oid;

use super::plan::{PatchPlanner, Planned};
use crate::edit::{Conflict, Desired, FileEdit};
use crate::error::CommandError;
use crate::generate::Stray;
use crate::review::{Chain, ReviewError};
use crate::worktree::Worktree;

/// What somebody did in the commit of a later patch to what earlier ones are about: what they took out and the model has still
/// is written again; what the model wants no more stays where they changed it, and is told.
pub(super) fn once_more(
    planner: PatchPlanner<'_>,
    planned: &mut [Planned],
    tree: &Worktree,
) -> Result<Vec<FileEdit>, CommandError> {
    let mut tree = tree.clone();
    let mut edits = Vec::new();
    // Where nothing is remembered, what is there cannot be told from what somebody else has.
    let known = planned
        .iter_mut()
        .filter(|it| !it.rendered.paths().is_empty());
    for earlier in known {
        let again = planner.one(earlier.step, &tree, &earlier.rendered, &mut None)?;
        let desired = &again.patch.generated.desired;
        // The lines of a whole file have been brought to the model where it was replayed: what is remembered is older.
        let is_whole = |edit: &FileEdit| {
            let mut desired = desired.iter();
            let is_it =
                |it: &Desired| matches!(it, Desired::File { path, .. } if *path == edit.path);
            edit.before.is_some() && desired.any(is_it)
        };
        let more = again.edits.edits.iter().filter(|it| !is_whole(it));
        let more: Vec<FileEdit> = more.cloned().collect();
        tree = tree.as_if(more.iter().map(|it| (it.path.clone(), it.after.clone())));
        edits.extend(more);
        earlier.edits.keep_on(&again.edits, &earlier.rendered);
        for back in again.edits.back {
            if !earlier.edits.back.contains(&back) {
                earlier.edits.back.push(back);
            }
        }
        for stray in again.patch.generated.strays {
            let is_it = |it: &Stray| it.path == stray.path && it.what == stray.what;
            let told = &mut earlier.patch.generated;
            if !told.strays.iter().any(is_it) {
                told.warnings.push(stray.to_string());
                told.strays.push(stray);
            }
        }
    }
    Ok(edits)
}

/// The patches before a commit that holds something of somebody's, where svcgen changes the lines beside it.
pub(super) struct Beside<'a> {
    pub(super) planner: PatchPlanner<'a>,
    pub(super) planned: &'a mut [Planned],
    /// What conflicts in the files of earlier patches were resolved to.
    pub(super) taken: &'a [(Utf8PathBuf, String)],
}

impl Beside<'_> {
    /// The commit upon a tree: what git cannot merge by lines is planned in the commit's own files, as it would be
    /// written into a work tree.
    pub(super) fn replayed(
        self,
        chain: &Chain<'_>,
        (patch, tree): (usize, Oid),
        own: Option<Worktree>,
        error: ReviewError,
    ) -> Result<Oid, CommandError> {
        let (Some(mut own), ReviewError::Diverged { files, .. }) = (own, &error) else {
            return Err(error.into());
        };
        for earlier in self.planned {
            let rendered = &earlier.rendered;
            let again = self.planner.one(earlier.step, &own, rendered, &mut None)?;
            let is_taken =
                |conflict: &Conflict| self.taken.iter().any(|(path, _)| *path == conflict.path);
            let conflicts = again.edits.conflicts.into_iter();
            let conflicts = conflicts.filter(|conflict| !is_taken(conflict));
            for conflict in conflicts {
                if !earlier.edits.conflicts.contains(&conflict) {
                    earlier.edits.conflicts.push(conflict);
                }
            }
            own = again.after;
        }
        let taken = self.taken.iter();
        own = own.as_if(taken.map(|(path, text)| (path.clone(), Some(text.clone()))));
        let mut texts = Vec::new();
        for path in files.iter().map(Utf8PathBuf::from) {
            let text = own.read(&path)?;
            texts.push((path, text));
        }
        Ok(chain.replayed_as(patch, tree, &texts)?)
    }
}
