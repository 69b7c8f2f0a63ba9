//! Patches that are planned upon the commits of a branch.

use std::collections::BTreeSet;

use camino::Utf8PathBuf;
use git2::Oid;

use super::marked::Resolved;
use super::plan::{PatchPlanner, Planned, refuse_left};
use super::stack::Stack;
use super::{Chosen, subjects};
use crate::edit::Rendered;
use crate::error::CommandError;
use crate::generate::SeriesStep;
use crate::review::{Chain, Part, Topic, dirty, uncommitted};
use crate::worktree::Worktree;

/// What commits are made of, that patches were planned upon.
pub(super) struct Planning<'a> {
    /// The tree after each patch of the whole series.
    pub(super) trees: Vec<Oid>,
    /// Of each, whether its commit holds nothing of anybody else's.
    pub(super) own: Vec<bool>,
    pub(super) chain: Chain<'a>,
}

/// How often patches are planned anew without what is in no commit: each time more files of theirs are found.
const TRIES: usize = 8;

/// Plans patches one on top of the other, each upon its commit where it has one. Whatever is in no commit is not there for them,
/// whoever wrote it: a run that ended halfway remembers nothing of it. `refuse` says that there is nothing to stand upon but that.
pub(super) fn in_commits<'a>(
    planner: PatchPlanner<'_>,
    chosen: &[SeriesStep],
    worktree: &Worktree,
    stores: &[(SeriesStep, Rendered)],
    (topic, resolved): (&'a Topic, &Resolved),
    refuse: impl Fn(&[Utf8PathBuf]) -> Result<(), CommandError>,
) -> Result<(Vec<Planned>, Planning<'a>), CommandError> {
    let recorded = stores.iter().flat_map(|(_, store)| store.paths());
    let mut recorded: BTreeSet<Utf8PathBuf> = recorded.collect();
    let plan = |recorded: &BTreeSet<Utf8PathBuf>| {
        let paths = Vec::from_iter(recorded.iter().cloned());
        upon_commits(
            planner,
            chosen,
            (worktree, stores, paths),
            (topic, resolved),
        )
    };
    let mut planned = plan(&recorded)?;
    let mut found = Vec::new();
    for _ in 0..TRIES {
        let plans = planned.0.iter().map(|patch| &patch.edits);
        let held = plans.clone().flat_map(|plan| plan.held());
        let left = plans.flat_map(|plan| plan.conflicts.iter().chain(&plan.kept));
        let mut paths: Vec<Utf8PathBuf> = held.chain(left.map(|it| &it.path)).cloned().collect();
        paths.retain(|path| !recorded.contains(path));
        found = uncommitted(worktree.root(), &paths, &[])?.others;
        if found.is_empty() {
            return Ok(planned);
        }
        recorded.extend(found.iter().cloned());
        planned = match plan(&recorded) {
            Ok(planned) => planned,
            // They stand upon what is in no commit.
            Err(error) => return Err(refuse(&found).err().unwrap_or(error)),
        };
    }
    // The patches could still leave some out.
    refuse(&found)?;
    Ok(planned)
}

/// Plans patches one on top of the other, each upon its commit where it has one; some files are read from the commits.
fn upon_commits<'a>(
    planner: PatchPlanner<'_>,
    chosen: &[SeriesStep],
    (worktree, stores, recorded): (&Worktree, &[(SeriesStep, Rendered)], Vec<Utf8PathBuf>),
    (topic, resolved): (&'a Topic, &Resolved),
) -> Result<(Vec<Planned>, Planning<'a>), CommandError> {
    let all: Vec<&Rendered> = stores.iter().map(|(_, store)| store).collect();
    let chain = topic.chain(&all)?;
    let mut stack = Stack {
        planner,
        worktree,
        stores,
        resolved,
        recorded,
        tree: None,
        state: chain.base_tree()?,
        planned: Vec::new(),
        taken: Vec::new(),
        planning: Planning {
            trees: Vec::new(),
            own: Vec::new(),
            chain,
        },
    };
    // Those of a branch whose patches are all merged are known.
    let is_unknown = stack.planning.chain.is_unknown() && !stack.planning.chain.has_followed();
    if is_unknown && topic.has_commits()? {
        let root = stack.view(stack.planning.chain.root_tree()?)?;
        subjects::find(&mut stack.planning.chain, stack.planner, &root, stores)?;
        stack.state = stack.planning.chain.base_tree()?;
    }
    for (index, (step, _)) in stores.iter().enumerate() {
        let has_commit = stack.planning.chain.has(index);
        match planner.left_out.contains(step) && has_commit {
            true => stack.leave_out(index)?,
            false => stack.add(index, chosen.contains(step))?,
        }
    }
    refuse_left(planner.loaded, stores, &stack.view(stack.state)?)?;
    Ok((stack.planned, stack.planning))
}

/// The files with uncommitted changes that commits up to a tree would write over.
pub(super) fn in_the_way(
    chosen: &Chosen,
    worktree: &Worktree,
    stores: &[(SeriesStep, Rendered)],
    chain: &Chain<'_>,
    (last, changed): (Oid, &[Utf8PathBuf]),
) -> Result<Vec<Utf8PathBuf>, CommandError> {
    let all: Vec<&Rendered> = stores.iter().map(|(_, store)| store).collect();
    let dirty = dirty(worktree.root(), changed, &all)?;
    // What is there already as it shall be is not in the way: an earlier run was interrupted.
    let mut dirty = chain.differing(last, dirty)?;
    for (index, (step, _)) in stores.iter().enumerate() {
        let gone = chain.gone(index);
        dirty.retain(|path| !gone.contains(path));
        // Of a patch that is not made again, nothing is written anew.
        if !chosen.steps.contains(step) {
            dirty.extend_from_slice(gone);
        }
    }
    Ok(dirty)
}

/// What each commit of the chain shall be.
pub(super) fn parts<'a>(
    stores: &'a [(SeriesStep, Rendered)],
    trees: &[Oid],
    planned: &'a [Planned],
    chain: &Chain<'_>,
) -> Vec<Part<'a>> {
    let part = |(index, ((step, rendered), tree)): (usize, (&'a (SeriesStep, Rendered), &Oid))| {
        let patch = planned.iter().find(|patch| patch.step == *step);
        // A commit that is there, and of which nothing is wanted, keeps what it says about the rest.
        let is_left =
            |patch: &&Planned| chain.has(index) && patch.patch.generated.desired.is_empty();
        let patch = patch.filter(|patch| !is_left(patch));
        Part {
            rendered,
            text: patch.map(|patch| &patch.patch.generated.message),
            tree: *tree,
        }
    };
    stores.iter().zip(trees).enumerate().map(part).collect()
}
