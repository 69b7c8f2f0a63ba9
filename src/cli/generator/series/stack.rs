//! Patches of the series, put one upon the other.

use camino::Utf8PathBuf;
use git2::Oid;

use super::beside::{Beside, once_more};
use super::commits::Planning;
use super::marked::Resolved;
use super::plan::{PatchPlanner, Planned};
use crate::cli::generator::renamed::Renaming;
use crate::edit::{Conflict, ConflictKind, Rendered, Resolution};
use crate::error::CommandError;
use crate::generate::{SeriesStep, SeriesTree};
use crate::review::{Chain, ReviewError};
use crate::worktree::Worktree;

/// The patches up to one of them.
pub(super) struct Stack<'r, 'a> {
    pub(super) planner: PatchPlanner<'r>,
    pub(super) worktree: &'r Worktree,
    pub(super) stores: &'r [(SeriesStep, Rendered)],
    pub(super) resolved: &'r Resolved,
    /// The files that are read from the commits: those that are remembered of any patch, and those in no commit.
    pub(super) recorded: Vec<Utf8PathBuf>,
    pub(super) tree: Option<SeriesTree>,
    /// The tree after the last patch.
    pub(super) state: Oid,
    pub(super) planned: Vec<Planned>,
    /// What conflicts in the files of the patches were resolved to.
    pub(super) taken: Vec<(Utf8PathBuf, String)>,
    pub(super) planning: Planning<'a>,
}

impl Stack<'_, '_> {
    /// The work tree as if a tree were checked out.
    pub(super) fn view(&self, state: Oid) -> Result<Worktree, CommandError> {
        let texts = self.planning.chain.texts(state, &self.recorded)?;
        Ok(self.worktree.as_if(texts))
    }

    /// Puts the next patch upon the others; one that is not wanted stays as it is.
    pub(super) fn add(&mut self, index: usize, is_wanted: bool) -> Result<(), CommandError> {
        let (_, rendered) = &self.stores[index];
        let is_as_left = self.planning.chain.is_as_left(index, rendered)?;
        let is_own = is_as_left || !self.planning.chain.has(index);
        self.planning.own.push(is_own);
        let (mut before, is_anew) = self.replayed(index, is_as_left)?;
        if !is_own {
            let view = self.view(before)?;
            let edits = once_more(self.planner, &mut self.planned, &view)?;
            before = self.planning.chain.edited(before, &edits)?;
        }
        if is_wanted || is_anew {
            let chain = &self.planning.chain;
            before = chain.without_edits(index, before, self.state)?;
            let of_files = self.resolved.taken_by(rendered);
            before = chain.put(before, &of_files)?;
            self.taken.extend(of_files);
            let mut patch = self.one(index, before)?;
            self.keep_true(index, is_anew && is_as_left, &mut patch)?;
            if is_anew {
                patch.before = Some(self.planning.chain.lines(index)?);
            }
            let (before, mut patch) = self.withdrawn(index, before, patch, is_as_left)?;
            // What is merged has lines of the patches after it, which nobody would take along.
            if !self.planning.chain.has(index)
                && let Some(renaming) = self.renaming(index)
            {
                renaming.refuse_kept(&patch.edits)?;
                let lost = renaming.lost(&patch.edits, &self.stores[index].1);
                patch.patch.generated.warnings.extend(lost);
            }
            self.state = self.planning.chain.edited(before, &patch.edits.edits)?;
            self.planned.push(patch);
        } else {
            self.state = before;
        }
        self.planning.trees.push(self.state);
        Ok(())
    }

    /// Goes on without the commit of a patch, which the user leaves out.
    pub(super) fn leave_out(&mut self, index: usize) -> Result<(), CommandError> {
        let patch = self.one(index, self.state)?;
        self.planned.push(patch);
        self.planning.own.push(true);
        self.planning.trees.push(self.state);
        Ok(())
    }

    /// What became of the name of the classes since a patch was made, where it is another one.
    fn renaming(&self, index: usize) -> Option<Renaming<'_>> {
        let (step, rendered) = &self.stores[index];
        let others = self.stores.iter().filter(|(other, _)| other != step);
        Renaming::of(self.planner.loaded, rendered, others.cloned().collect())
    }

    /// The commit of a patch upon the patches before it, and whether it is written anew there.
    fn replayed(&mut self, index: usize, is_as_left: bool) -> Result<(Oid, bool), CommandError> {
        let chain = &self.planning.chain;
        match chain.replayed(index, self.state) {
            Ok(replayed) => Ok((replayed, false)),
            // Lines of svcgen's own are in the way of each other.
            Err(ReviewError::Diverged { .. }) if is_as_left => Ok((self.state, true)),
            Err(ReviewError::Diverged { files, .. }) if self.renaming(index).is_some() => {
                Ok((self.renamed(index, &files)?, true))
            }
            Err(error) => {
                let own = chain.in_place(index)?;
                let own = own.map(|own| self.view(own)).transpose()?;
                let beside = Beside {
                    planner: self.planner,
                    planned: &mut self.planned,
                    taken: &self.taken,
                };
                let replayed =
                    beside.replayed(&self.planning.chain, (index, self.state), own, error)?;
                Ok((replayed, false))
            }
        }
    }

    /// The commit of a patch upon the patches before it, whose files go by another name now: svcgen's lines are written anew in
    /// these, and what somebody put into others goes along.
    fn renamed(&self, index: usize, files: &[String]) -> Result<Oid, CommandError> {
        let chain = &self.planning.chain;
        let files: Vec<Utf8PathBuf> = files.iter().map(Utf8PathBuf::from).collect();
        let edited = chain.edited_by_others(index, &self.stores[index].1, &files)?;
        match self.renaming(index) {
            Some(renaming) if !edited.is_empty() => Err(renaming.edited(&edited)),
            Some(_) | None => Ok(chain.replayed_without(index, self.state, &files)?),
        }
    }

    /// Plans a patch upon a tree.
    fn one(&mut self, index: usize, before: Oid) -> Result<Planned, CommandError> {
        let (step, rendered) = &self.stores[index];
        let view = self.view(before)?;
        self.planner.one(*step, &view, rendered, &mut self.tree)
    }

    /// Says of nothing that somebody took it out where nobody did: a commit that has it is made anew, or none has it yet and another
    /// patch makes its file first.
    fn keep_true(
        &self,
        index: usize,
        is_anew: bool,
        patch: &mut Planned,
    ) -> Result<(), CommandError> {
        let back = &mut patch.edits.back;
        if is_anew {
            back.clear();
        }
        if back.is_empty() || self.planning.chain.has(index) {
            return Ok(());
        }
        let base = self.view(self.planning.chain.base_tree()?)?;
        back.retain(|it| base.has_file(&it.path));
        Ok(())
    }

    /// What becomes of a patch of which nothing is wanted any more, and of what somebody put into its commit: the tree to plan
    /// upon, and the plan. Any other patch stays as it is.
    fn withdrawn(
        &mut self,
        index: usize,
        before: Oid,
        mut patch: Planned,
        is_as_left: bool,
    ) -> Result<(Oid, Planned), CommandError> {
        if !patch.patch.generated.desired.is_empty() {
            return Ok((before, patch));
        }
        if is_as_left && before != self.state {
            // What is left is what was there without it, unless somebody's lines are decided in it.
            let without = self.one(index, self.state)?;
            if without.edits.conflicts.is_empty() {
                return Ok((self.state, without));
            }
        }
        if !self.planning.chain.has(index) {
            return Ok((before, patch));
        }
        let earlier = self.planned.iter().chain([&patch]);
        let kept = earlier.flat_map(|it| &it.edits.kept).map(|it| &it.path);
        let kept: Vec<&Utf8PathBuf> = kept.collect();
        let rest = rest(&self.planning.chain, self.state, (before, &patch), &kept)?;
        match self.planner.resolution {
            _ if rest.is_empty() => {}
            Resolution::Mark => patch.edits.conflicts.extend(rest.into_iter().map(told)),
            Resolution::Yours => patch.rendered = patch.rendered.mixed_in(rest),
            Resolution::Svcgen => {
                return Ok((self.state, self.one(index, self.state)?));
            }
        }
        Ok((before, patch))
    }
}

/// The files that a patch goes out of, or that others went out of before (`kept`), and that would be left with lines of
/// somebody's, as all that is left of its commit.
fn rest(
    chain: &Chain<'_>,
    without: Oid,
    (before, patch): (Oid, &Planned),
    kept: &[&Utf8PathBuf],
) -> Result<Vec<Utf8PathBuf>, CommandError> {
    let after = chain.edited(before, &patch.edits.edits)?;
    let left = chain.with_more(after, without)?.into_iter();
    let is_it = |path: &Utf8PathBuf| patch.edits.changes(path) || kept.contains(&path);
    Ok(left.filter(is_it).collect())
}

fn told(path: Utf8PathBuf) -> Conflict {
    Conflict {
        path,
        line: None,
        reason: "someone put lines into what svcgen takes away, and they would be all that is left of it".into(),
        kind: ConflictKind::Entry,
    }
}
