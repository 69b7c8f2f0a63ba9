//! Sends over patch sets of somebody else's: those that a run has named before, and none that nobody was told of.

use serde::Serialize;

use super::error::ReviewError;
use super::newer::Newer;
use super::notebook::Notebook;
use super::topic::Topic;

/// What becomes of patch sets that somebody sent and the branch does not have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Over {
    /// They are in the way, and no option changes that.
    Never,
    /// They are in the way, until that is forced.
    Name,
    /// Those that a run has named before are sent over.
    Named,
}

/// A patch set of somebody else's that makes room for another, and the branch that keeps it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SentOver {
    pub number: u64,
    pub patch_set: u64,
    pub kept: String,
}

impl Topic {
    /// Refuses to go on where somebody sent another patch set of one of the branch's changes, which it has never had; those
    /// that may be sent over are returned. All that it names are remembered.
    ///
    /// # Errors
    /// Where that is so, or the remote does not answer.
    pub fn check_newer(&self, over: Over) -> Result<Vec<Newer>, ReviewError> {
        let newer = self.newer()?;
        let names = newer.iter().map(name);
        let notebook = Notebook::of(&self.checkout, "patch-sets");
        let known = notebook.lines();
        let new = names.filter(|name| !known.contains(name));
        let new: Vec<String> = new.collect();
        if newer.is_empty() || over == Over::Named && new.is_empty() {
            return Ok(newer);
        }
        let can_force = over != Over::Never;
        if can_force {
            notebook.add(&new)?;
        }
        Err(self.overtaken_by(newer, can_force))
    }

    /// Keeps patch sets that are about to be sent over, each on a branch that has it.
    ///
    /// # Errors
    /// Where they cannot be fetched, or git cannot make a branch.
    pub fn keep_newer(&self, newer: &[Newer]) -> Result<Vec<SentOver>, ReviewError> {
        if newer.is_empty() {
            return Ok(Vec::new());
        }
        self.fetch_newer(newer)?;
        let keep = |it: &Newer| {
            let has_it = |other: &&Newer| {
                let has = |commit| self.checkout.is_ancestor(it.commit, commit);
                other.commit == it.commit || has(other.commit)
            };
            // They come from the newest on, which has those that it stands on.
            let holder = newer.iter().find(has_it).unwrap_or(it);
            Ok(SentOver {
                number: it.number,
                patch_set: it.patch_set,
                kept: self.put_on_branch(holder.commit)?,
            })
        };
        newer.iter().map(keep).collect()
    }
}

/// A line of the notebook: what people know a patch set by, and what git does.
fn name(newer: &Newer) -> String {
    let Newer {
        number,
        patch_set,
        commit,
        ..
    } = newer;
    format!("{number}/{patch_set} {commit}")
}
