//! What a commit is called that is not the first one of a service in its tree.

use std::collections::BTreeSet;

use camino::{Utf8Path, Utf8PathBuf};
use git2::{Oid, Repository, Status, Tree};

use super::error::ReviewError;
use super::topic::Topic;
use crate::generate::{CommitText, LaterText};

impl Topic {
    /// The text of a change, which is another where the service is there before it, at `base`. The change consists of what
    /// is between that and `tip`, with what is changed since.
    pub(super) fn told(
        &self,
        text: &CommitText,
        base: Option<Oid>,
        tip: Option<Oid>,
        changed: &[(Utf8PathBuf, Status)],
    ) -> Result<CommitText, ReviewError> {
        let (Some(later), Some(base), Some(tip)) = (&text.later, base, tip) else {
            return Ok(text.clone());
        };
        let brought = self.checkout.place(&later.brought)?;
        let look = || -> Result<Option<BTreeSet<Utf8PathBuf>>, git2::Error> {
            let repository = self.checkout.repository();
            let tree = |commit| repository.find_commit(commit)?.tree();
            let (before, after) = (tree(base)?, tree(tip)?);
            if !has(repository, &before, &brought, later)? {
                return Ok(None);
            }
            let mut files = between(repository, &before, &after)?;
            for (path, _) in changed {
                let there = before.get_path(path.as_std_path()).ok();
                let now = self.checkout.root().join(path);
                let now = repository.blob_path(now.as_std_path()).ok();
                // What goes back to what it was is no part of the change any more.
                match there.map(|entry| entry.id()) == now {
                    true => files.remove(path),
                    false => files.insert(path.clone()),
                };
            }
            Ok(Some(files))
        };
        let looked = look();
        let looked = looked.map_err(|source| self.checkout.unreadable("the change", source))?;
        Ok(match looked {
            None => text.clone(),
            Some(files) => later.of(&files.into_iter().collect::<Vec<_>>()),
        })
    }

    /// The text of a patch that makes one tree of another.
    pub(super) fn told_of(
        &self,
        text: &CommitText,
        before: Oid,
        after: Oid,
    ) -> Result<CommitText, ReviewError> {
        let Some(later) = &text.later else {
            return Ok(text.clone());
        };
        let brought = self.checkout.place(&later.brought)?;
        let look = || -> Result<Option<BTreeSet<Utf8PathBuf>>, git2::Error> {
            let repository = self.checkout.repository();
            let (before, after) = (repository.find_tree(before)?, repository.find_tree(after)?);
            match has(repository, &before, &brought, later)? {
                true => between(repository, &before, &after).map(Some),
                false => Ok(None),
            }
        };
        let looked = look();
        let looked = looked.map_err(|source| self.checkout.unreadable("the change", source))?;
        Ok(match looked {
            None => text.clone(),
            Some(files) => later.of(&files.into_iter().collect::<Vec<_>>()),
        })
    }

    /// The commit before another.
    pub(super) fn parent(&self, commit: Oid) -> Result<Option<Oid>, ReviewError> {
        let repository = self.checkout.repository();
        let found = repository.find_commit(commit);
        let found = found.map_err(|source| self.checkout.unreadable("the change", source))?;
        Ok(found.parent_ids().next())
    }

    /// The commit before one that is made anew; none where it is the first one of all.
    ///
    /// # Errors
    /// Where the clone is cut off there: nobody would see what the commit changed, and the new one would stand on nothing.
    pub(super) fn before(&self, commit: Oid) -> Result<Option<Oid>, ReviewError> {
        let parent = self.parent(commit)?;
        match parent.is_none() && self.checkout.repository().is_shallow() {
            true => Err(ReviewError::CutOff {
                root: self.checkout.root().to_owned(),
                branch: self.branch.clone(),
            }),
            false => Ok(parent),
        }
    }
}

/// Whether a tree has what the first change brings.
fn has(
    repository: &Repository,
    tree: &Tree<'_>,
    brought: &Utf8Path,
    later: &LaterText,
) -> Result<bool, git2::Error> {
    let Ok(entry) = tree.get_path(brought.as_std_path()) else {
        return Ok(false);
    };
    let Some(line) = &later.line else {
        return Ok(true);
    };
    let blob = repository.find_blob(entry.id())?;
    let text = String::from_utf8_lossy(blob.content());
    Ok(text.lines().any(|found| found.trim() == line))
}

/// The files in which two trees differ.
pub(super) fn between(
    repository: &Repository,
    before: &Tree<'_>,
    after: &Tree<'_>,
) -> Result<BTreeSet<Utf8PathBuf>, git2::Error> {
    let diff = repository.diff_tree_to_tree(Some(before), Some(after), None)?;
    let files = diff.deltas().flat_map(|delta| {
        let sides = [delta.old_file(), delta.new_file()];
        sides.map(|side| side.path_bytes().map(<[u8]>::to_vec))
    });
    let files = files.flatten();
    let files = files.map(|path| String::from_utf8_lossy(&path).into_owned());
    Ok(files.map(Utf8PathBuf::from).collect())
}
