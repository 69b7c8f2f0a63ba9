//! Trees of the patches: what they hold, where they differ, and new ones.

use std::collections::{BTreeMap, BTreeSet};

use camino::{Utf8Path, Utf8PathBuf};
use git2::build::TreeUpdateBuilder;
use git2::{Delta, FileMode, Oid};

use super::{Chain, Texts};
use crate::edit::FileEdit;
use crate::review::error::ReviewError;

impl Chain<'_> {
    /// The tree that the first patch stands on.
    ///
    /// # Errors
    /// Where git cannot read it.
    pub fn base_tree(&self) -> Result<Oid, ReviewError> {
        self.tree(self.base)
    }

    /// The tree before the first commit of the branch's own; where that is the first commit of all, its tree.
    ///
    /// # Errors
    /// Where git cannot read it.
    pub fn root_tree(&self) -> Result<Oid, ReviewError> {
        let upstream = self.topic.upstream();
        let own = self.topic.own_commits(self.tip, upstream.as_ref())?;
        match own.last() {
            Some(oldest) => self.tree(self.topic.before(*oldest)?.unwrap_or(*oldest)),
            None => self.tree(self.tip),
        }
    }

    /// A tree with the commit of a patch upon it, where the patch has one; without the files that are written anew.
    ///
    /// # Errors
    /// Where both changed the same lines.
    pub fn replayed(&self, patch: usize, tree: Oid) -> Result<Oid, ReviewError> {
        let tree = self.with_commit(patch, tree)?;
        self.without_gone(patch, tree)
    }

    /// The same, where the files in which both changed the same lines have these texts then.
    ///
    /// # Errors
    /// Where both changed the same lines of another file.
    pub fn replayed_as(
        &self,
        patch: usize,
        tree: Oid,
        texts: &[(Utf8PathBuf, Option<String>)],
    ) -> Result<Oid, ReviewError> {
        let merged = self.merged(patch, tree, texts)?;
        let texts = texts.iter().map(|(path, text)| (path, text.as_deref()));
        let tree = self.with_texts(merged, texts)?;
        self.without_gone(patch, tree)
    }

    /// The same, where the files in which both changed the same lines are as they are without the commit.
    ///
    /// # Errors
    /// Where both changed the same lines of another file.
    pub fn replayed_without(
        &self,
        patch: usize,
        tree: Oid,
        files: &[Utf8PathBuf],
    ) -> Result<Oid, ReviewError> {
        let texts = self.texts_of(tree, files)?;
        self.replayed_as(patch, tree, &texts)
    }

    /// The tree of a patch's commit, as it is on the branch, where all patches stand on what they stood on.
    ///
    /// # Errors
    /// Where git cannot read it.
    pub fn in_place(&self, patch: usize) -> Result<Option<Oid>, ReviewError> {
        let Some(first) = self.links.iter().flatten().next() else {
            return Ok(None);
        };
        let link = self.links.get(patch).and_then(Option::as_ref);
        let link = link.filter(|_| self.parent(first.commit).ok() == Some(self.base));
        link.map(|link| self.tree(link.commit)).transpose()
    }

    /// A tree with the commit of a patch upon it, as it is.
    pub(super) fn with_commit(&self, patch: usize, tree: Oid) -> Result<Oid, ReviewError> {
        self.merged(patch, tree, &[])
    }

    /// The same, without those of these files in which both changed the same lines.
    fn merged(
        &self,
        patch: usize,
        tree: Oid,
        settled: &[(Utf8PathBuf, Option<String>)],
    ) -> Result<Oid, ReviewError> {
        let Some(link) = self.links.get(patch).and_then(Option::as_ref) else {
            return Ok(tree);
        };
        let before = self.tree(self.parent(link.commit)?)?;
        let after = self.tree(link.commit)?;
        if before == tree {
            return Ok(after);
        }
        let (made, files) = self.read(|repository| {
            let find = |id| repository.find_tree(id);
            let mut options = git2::MergeOptions::new();
            options.find_renames(false);
            let mut index = repository.merge_trees(
                &find(before)?,
                &find(tree)?,
                &find(after)?,
                Some(&options),
            )?;
            let mut files = Vec::new();
            for (path, _) in settled {
                if index.conflict_get(path.as_std_path()).is_ok() {
                    index.conflict_remove(path.as_std_path())?;
                }
            }
            for conflict in index.conflicts()? {
                let conflict = conflict?;
                let entry = conflict.our.or(conflict.their).or(conflict.ancestor);
                files.extend(entry.map(|e| String::from_utf8_lossy(&e.path).into_owned()));
            }
            let made = match files.is_empty() {
                true => Some(index.write_tree_to(repository)?),
                false => None,
            };
            Ok((made, files))
        })?;
        made.ok_or_else(|| ReviewError::Diverged {
            root: self.topic.checkout.root().to_owned(),
            branch: self.topic.branch.clone(),
            upstream: self.topic.base.to_string(),
            files,
        })
    }

    /// The texts of a tree: of the files in which it differs from what is checked out, and of these.
    ///
    /// # Errors
    /// Where git cannot read them.
    pub fn texts(&self, tree: Oid, more: &[Utf8PathBuf]) -> Result<Texts, ReviewError> {
        let changed = self.changed(tree)?;
        let all: BTreeSet<Utf8PathBuf> = changed.into_iter().chain(more.iter().cloned()).collect();
        self.texts_of(tree, &Vec::from_iter(all))
    }

    pub(super) fn texts_of(&self, tree: Oid, paths: &[Utf8PathBuf]) -> Result<Texts, ReviewError> {
        self.read(|repository| {
            let tree = repository.find_tree(tree)?;
            let text = |path: &Utf8Path| -> Result<Option<Option<String>>, git2::Error> {
                let entry = match tree.get_path(path.as_std_path()) {
                    Ok(entry) => entry,
                    Err(error) if error.code() == git2::ErrorCode::NotFound => {
                        return Ok(Some(None));
                    }
                    Err(error) => return Err(error),
                };
                let Some(git2::ObjectType::Blob) = entry.kind() else {
                    return Ok(None);
                };
                let blob = repository.find_blob(entry.id())?;
                let text = String::from_utf8(blob.content().to_vec()).ok();
                Ok(text.map(Some))
            };
            let mut texts = Vec::new();
            for path in paths {
                // A link, a submodule, or what is no text is as it is on the disk.
                if let Some(text) = text(path)? {
                    texts.push((path.clone(), text));
                }
            }
            Ok(texts)
        })
    }

    /// The files in which a tree differs from what is checked out.
    ///
    /// # Errors
    /// Where git cannot read them.
    pub fn changed(&self, tree: Oid) -> Result<Vec<Utf8PathBuf>, ReviewError> {
        self.between(self.tree(self.tip)?, tree)
    }

    /// The files that have lines in one tree that they lack in another.
    ///
    /// # Errors
    /// Where git cannot read them.
    pub fn with_more(&self, new: Oid, old: Oid) -> Result<Vec<Utf8PathBuf>, ReviewError> {
        let paths = self.between(old, new)?;
        let (new, old) = (self.texts_of(new, &paths)?, self.texts_of(old, &paths)?);
        let has_more = |path: &Utf8PathBuf| {
            let text = |texts: &Texts| {
                let found = texts.iter().find(|(other, _)| other == path);
                found.and_then(|(_, text)| text.clone()).unwrap_or_default()
            };
            let (new, old) = (text(&new), text(&old));
            let known: BTreeSet<&str> = old.lines().collect();
            new.lines().any(|line| !known.contains(line))
        };
        Ok(paths.into_iter().filter(has_more).collect())
    }

    /// The files in which two trees differ.
    pub(super) fn between(&self, old: Oid, new: Oid) -> Result<Vec<Utf8PathBuf>, ReviewError> {
        self.read(|repository| {
            let (old, new) = (repository.find_tree(old)?, repository.find_tree(new)?);
            let diff = repository.diff_tree_to_tree(Some(&old), Some(&new), None)?;
            let paths = diff.deltas().filter_map(|delta| {
                let file = match delta.status() {
                    Delta::Deleted => delta.old_file(),
                    _ => delta.new_file(),
                };
                let path = String::from_utf8_lossy(file.path_bytes()?).into_owned();
                Some(Utf8PathBuf::from(path))
            });
            Ok(paths.collect())
        })
    }

    /// Of some files, those whose text on the disk is not the one of a tree.
    ///
    /// # Errors
    /// Where they cannot be read.
    pub fn differing(
        &self,
        tree: Oid,
        paths: Vec<Utf8PathBuf>,
    ) -> Result<Vec<Utf8PathBuf>, ReviewError> {
        let texts = self.texts_of(tree, &paths)?;
        let worktree = self.topic.checkout.worktree();
        let is_same = |path: &Utf8PathBuf| {
            let here = worktree.read(path).ok();
            here.is_some_and(|here| texts.contains(&(path.clone(), here)))
        };
        Ok(paths.into_iter().filter(|path| !is_same(path)).collect())
    }

    /// A tree with some edits.
    ///
    /// # Errors
    /// Where git cannot make it.
    pub fn edited(&self, tree: Oid, edits: &[FileEdit]) -> Result<Oid, ReviewError> {
        let texts = edits.iter().map(|edit| (&edit.path, edit.after.as_deref()));
        self.with_texts(tree, texts)
    }

    /// A tree in which files have other texts; none takes the file away.
    ///
    /// # Errors
    /// Where git cannot make it.
    pub fn put(&self, tree: Oid, texts: &[(Utf8PathBuf, String)]) -> Result<Oid, ReviewError> {
        let texts = texts.iter().map(|(path, text)| (path, Some(text.as_str())));
        self.with_texts(tree, texts)
    }

    pub(super) fn with_texts<'t>(
        &self,
        tree: Oid,
        texts: impl Iterator<Item = (&'t Utf8PathBuf, Option<&'t str>)>,
    ) -> Result<Oid, ReviewError> {
        // Several patches may have written the same file: the last has it all.
        let texts: BTreeMap<&Utf8PathBuf, Option<&str>> = texts.collect();
        self.read(|repository| {
            let baseline = repository.find_tree(tree)?;
            let mut update = TreeUpdateBuilder::new();
            for (path, text) in texts {
                let entry = baseline.get_path(path.as_std_path()).ok();
                match text {
                    Some(text) => {
                        let blob = repository.blob(text.as_bytes())?;
                        let mode = match entry.map(|entry| entry.filemode()) {
                            Some(0o100_755) => FileMode::BlobExecutable,
                            _ => FileMode::Blob,
                        };
                        update.upsert(path.as_str(), blob, mode);
                    }
                    None if entry.is_some() => {
                        update.remove(path.as_str());
                    }
                    None => {}
                }
            }
            update.create_updated(repository, &baseline)
        })
    }

    pub(super) fn tree(&self, commit: Oid) -> Result<Oid, ReviewError> {
        self.read(|repository| Ok(repository.find_commit(commit)?.tree_id()))
    }
}
