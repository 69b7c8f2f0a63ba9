//! Sends over patch sets of somebody else's: those that a run has named before, and none that nobody was told of.

use std::io::Write as _;

use camino::Utf8PathBuf;
use fs_err::OpenOptions;
use serde::Serialize;

use super::error::ReviewError;
use super::newer::Newer;
use super::topic::Topic;
use crate::git::GitError;

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
        let names = newer.iter().map(name).collect::<Vec<String>>();
        let known = self.named_before();
        let new: Vec<&String> = names.iter().filter(|name| !known.contains(name)).collect();
        if newer.is_empty() || over == Over::Named && new.is_empty() {
            return Ok(newer);
        }
        let can_force = over != Over::Never;
        if can_force {
            self.note_named(&new)?;
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

    /// Where it is remembered which patch sets were named.
    fn notebook(&self) -> Option<Utf8PathBuf> {
        let folder = self.checkout.repository().commondir().to_owned();
        let folder = Utf8PathBuf::from_path_buf(folder).ok()?;
        Some(folder.join("svcgen/patch-sets"))
    }

    fn named_before(&self) -> Vec<String> {
        let text = self.notebook().map(fs_err::read_to_string);
        let text = text.and_then(Result::ok).unwrap_or_default();
        text.lines().map(str::to_owned).collect()
    }

    fn note_named(&self, names: &[&String]) -> Result<(), ReviewError> {
        let Some(path) = self.notebook().filter(|_| !names.is_empty()) else {
            return Ok(());
        };
        let write = || -> std::io::Result<()> {
            if let Some(folder) = path.parent() {
                fs_err::create_dir_all(folder)?;
            }
            let mut file = OpenOptions::new().create(true).append(true).open(&path)?;
            let lines: String = names.iter().map(|name| format!("{name}\n")).collect();
            file.write_all(lines.as_bytes())
        };
        let failed = |source| GitError::Write {
            path: path.clone(),
            source,
        };
        Ok(write().map_err(failed)?)
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
