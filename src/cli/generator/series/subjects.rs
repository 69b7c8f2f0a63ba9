//! The commits of patches in a clone where nothing is remembered: known by what they are called.

use super::plan::PatchPlanner;
use crate::cli::context::Loaded;
use crate::cli::generator::recall::patch_of;
use crate::edit::Rendered;
use crate::generate::{CommitText, LaterText, SeriesStep, SeriesTree};
use crate::review::{Chain, CommitMessage, ReviewError};
use crate::worktree::Worktree;

/// Finds the commits of the patches by what this model calls them, and older versions of it; `root` is the tree before them.
///
/// # Errors
/// Where git cannot read the branch.
pub(super) fn find(
    chain: &mut Chain<'_>,
    planner: PatchPlanner<'_>,
    root: &Worktree,
    stores: &[(SeriesStep, Rendered)],
) -> Result<(), ReviewError> {
    let mut subjects = subjects(planner, root, stores);
    chain.find_by_subjects(&subjects)?;
    if add_older(&mut subjects, planner.loaded, root, stores, chain) {
        chain.find_by_subjects(&subjects)?;
    }
    Ok(())
}

/// What the commit of each patch may be called, its first one and a later one.
fn subjects(
    planner: PatchPlanner<'_>,
    root: &Worktree,
    stores: &[(SeriesStep, Rendered)],
) -> Vec<Vec<String>> {
    let mut tree: Option<SeriesTree> = None;
    let subjects = stores.iter().map(|(step, rendered)| {
        let planned = planner.one(*step, root, rendered, &mut tree);
        let message = planned.ok().map(|planned| planned.patch.generated.message);
        message.iter().flat_map(subjects_of).collect()
    });
    subjects.collect()
}

/// Adds what a patch that has not been found may be called by older versions of the model; returns whether there is anything.
fn add_older(
    subjects: &mut [Vec<String>],
    loaded: &Loaded,
    root: &Worktree,
    stores: &[(SeriesStep, Rendered)],
    chain: &Chain<'_>,
) -> bool {
    let mut has_more = false;
    let versions = loaded.versions();
    let mut tree: Option<SeriesTree> = None;
    for (index, (step, rendered)) in stores.iter().enumerate() {
        if chain.has(index) {
            continue;
        }
        for version in &versions {
            let Ok(patch) = patch_of(version, *step, root, rendered, &mut tree) else {
                continue;
            };
            for subject in subjects_of(&patch.generated.message) {
                if !subjects[index].contains(&subject) {
                    subjects[index].push(subject);
                    has_more = true;
                }
            }
        }
    }
    has_more
}

/// What a commit may be called for the first time, and later.
pub(super) fn subjects_of(message: &CommitText) -> Vec<String> {
    if message.subject.is_empty() {
        return Vec::new();
    }
    let later = message.later.as_ref().and_then(LaterText::subject);
    let first = CommitMessage::new(message).subject().to_owned();
    [first].into_iter().chain(later).collect()
}
