//! Patches that are planned upon the commits of a branch.

use camino::Utf8PathBuf;
use git2::Oid;

use super::Chosen;
use super::marked::Resolved;
use super::plan::{PatchPlanner, Planned};
use crate::cli::context::Loaded;
use crate::cli::generator::recall::patch_of;
use crate::cli::generator::{Run, renamed};
use crate::edit::{Conflict, ConflictKind, Desired, FileEdit, Rendered, Resolution};
use crate::error::CommandError;
use crate::generate::{CommitText, LaterText, SeriesStep, SeriesTree, Stray};
use crate::review::{Chain, CommitMessage, Part, ReviewError, Topic, dirty};
use crate::worktree::Worktree;

/// What commits are made of, that patches were planned upon.
pub(super) struct Planning<'a> {
    /// The tree after each patch of the whole series.
    pub(super) trees: Vec<Oid>,
    /// Of each, whether its commit holds nothing of anybody else's.
    pub(super) own: Vec<bool>,
    pub(super) chain: Chain<'a>,
}

/// Plans patches one on top of the other, each upon its commit where it has one.
pub(super) fn in_commits<'a>(
    run: &Run<'_>,
    Chosen { steps, .. }: &Chosen,
    worktree: &Worktree,
    stores: &[(SeriesStep, Rendered)],
    (topic, resolved): (&'a Topic, &Resolved),
) -> Result<(Vec<Planned>, Planning<'a>), CommandError> {
    let planner = PatchPlanner::of(run);
    let all: Vec<&Rendered> = stores.iter().map(|(_, store)| store).collect();
    let mut chain = topic.chain(&all)?;
    let mut tree: Option<SeriesTree> = None;
    let recorded: Vec<Utf8PathBuf> = all.iter().flat_map(|store| store.paths()).collect();
    let view = |chain: &Chain<'_>, state: Oid| -> Result<Worktree, CommandError> {
        Ok(worktree.as_if(chain.texts(state, &recorded)?))
    };
    if chain.is_unknown() && topic.has_commits()? {
        let root = view(&chain, chain.root_tree()?)?;
        let mut subjects = subjects(planner, &root, stores);
        chain.find_by_subjects(&subjects)?;
        if add_older(&mut subjects, run.loaded, &root, stores, &chain) {
            chain.find_by_subjects(&subjects)?;
        }
    }
    let mut state = chain.base_tree()?;
    let (mut planned, mut trees, mut own) = (Vec::new(), Vec::new(), Vec::new());
    let mut taken: Vec<(Utf8PathBuf, String)> = Vec::new();
    for (index, (step, rendered)) in stores.iter().enumerate() {
        let is_as_left = chain.is_as_left(index, rendered)?;
        own.push(is_as_left || !chain.has(index));
        // Where lines of svcgen's own are in the way of each other, they are written anew.
        let (before, is_anew) = match chain.replayed(index, state) {
            Ok(replayed) => (replayed, false),
            Err(ReviewError::Diverged { .. }) if is_as_left => (state, true),
            Err(error) => {
                renamed::refuse_replayed(run.loaded, rendered, &error)?;
                let own = chain.in_place(index)?;
                let own = own.map(|own| view(&chain, own)).transpose()?;
                let beside = Beside {
                    planner,
                    planned: &mut planned,
                    taken: &taken,
                };
                (beside.replayed(&chain, (index, state), own, error)?, false)
            }
        };
        let mut before = before;
        if chain.has(index) && !is_as_left {
            let view = view(&chain, before)?;
            let edits = once_more(planner, &mut planned, &view)?;
            before = chain.edited(before, &edits)?;
        }
        if !steps.contains(step) && !is_anew {
            state = before;
            trees.push(state);
            continue;
        }
        before = chain.without_edits(index, before, state)?;
        let of_files = resolved.taken_by(rendered);
        before = chain.put(before, &of_files)?;
        taken.extend(of_files);
        let mut patch = planner.one(*step, &view(&chain, before)?, rendered, &mut tree)?;
        if patch.patch.generated.desired.is_empty() && is_as_left && before != state {
            // Nothing is wanted of it: what is left is what was there without it, unless somebody's lines are decided in it.
            let without = planner.one(*step, &view(&chain, state)?, rendered, &mut tree)?;
            if without.edits.conflicts.is_empty() {
                (before, patch) = (state, without);
            }
        }
        let rest = match patch.patch.generated.desired.is_empty() && chain.has(index) {
            true => rest(&chain, state, before, &patch)?,
            false => Vec::new(),
        };
        match planner.resolution {
            _ if rest.is_empty() => {}
            Resolution::Mark => patch.edits.conflicts.extend(rest.into_iter().map(told)),
            Resolution::Yours => patch.rendered = patch.rendered.mixed_in(rest),
            Resolution::Svcgen => {
                before = state;
                patch = planner.one(*step, &view(&chain, before)?, rendered, &mut tree)?;
            }
        }
        // What is merged has lines of the patches after it, which nobody would take along.
        if !chain.has(index) {
            renamed::refuse_classes(run.loaded, rendered, &patch.edits)?;
        }
        state = chain.edited(before, &patch.edits.edits)?;
        planned.push(patch);
        trees.push(state);
    }
    Ok((planned, Planning { trees, own, chain }))
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
fn subjects_of(message: &CommitText) -> Vec<String> {
    if message.subject.is_empty() {
        return Vec::new();
    }
    let later = message.later.as_ref().and_then(LaterText::subject);
    let first = CommitMessage::new(message).subject().to_owned();
    [first].into_iter().chain(later).collect()
}

/// What somebody did in the commit of a later patch to what earlier ones are about: what they took out and the model has still
/// is written again; what the model wants no more stays where they changed it, and is told.
fn once_more(
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
        for stray in again.patch.strays {
            let is_it = |it: &Stray| it.path == stray.path && it.what == stray.what;
            if !earlier.patch.strays.iter().any(is_it) {
                let warnings = &mut earlier.patch.generated.warnings;
                warnings.push(stray.to_string());
                earlier.patch.strays.push(stray);
            }
        }
    }
    Ok(edits)
}

/// The patches before a commit that holds something of somebody's, where svcgen changes the lines beside it.
struct Beside<'a> {
    planner: PatchPlanner<'a>,
    planned: &'a mut [Planned],
    /// What conflicts in the files of earlier patches were resolved to.
    taken: &'a [(Utf8PathBuf, String)],
}

impl Beside<'_> {
    /// The commit upon a tree: what git cannot merge by lines is planned in the commit's own files, as it would be
    /// written into a work tree.
    fn replayed(
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

/// The files that a patch goes out of, and that would be left with lines of somebody's, as all that is left of its commit.
fn rest(
    chain: &Chain<'_>,
    without: Oid,
    before: Oid,
    patch: &Planned,
) -> Result<Vec<Utf8PathBuf>, CommandError> {
    let after = chain.edited(before, &patch.edits.edits)?;
    let left = chain.with_more(after, without)?.into_iter();
    Ok(left.filter(|path| patch.edits.changes(path)).collect())
}

fn told(path: Utf8PathBuf) -> Conflict {
    Conflict {
        path,
        line: None,
        reason: "somebody put lines into what svcgen takes away, and they would be all that is left of it".into(),
        kind: ConflictKind::Entry,
    }
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
