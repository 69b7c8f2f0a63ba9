mod write;

use std::collections::BTreeSet;

use camino::{Utf8Path, Utf8PathBuf};
use git2::build::TreeUpdateBuilder;
use git2::{Delta, FileMode, Oid};
use serde::Serialize;

use super::change_id::ChangeId;
use super::commit::MESSAGE;
use super::commit_message::CommitMessage;
use super::error::ReviewError;
use super::topic::{Topic, Upstream};
use crate::edit::{FileEdit, Rendered};
use crate::generate::CommitText;
use crate::git::{GitError, Head};

/// Where the Change-Id of a patch is remembered, from before its commit is made.
const CHANGE_ID: &str = "CHANGE_ID";

/// The commits of a topic branch that are patches of svcgen's, one upon the other.
pub struct Chain<'a> {
    topic: &'a Topic,
    tip: Oid,
    /// What the first patch stands on.
    base: Oid,
    /// The commit of each patch, where it has one.
    links: Vec<Option<Link>>,
    /// The first commit of somebody else's that stands upon a patch, and how many commits are above it.
    other: Option<(String, usize)>,
}

/// Files with their texts; none for one that is not there.
type Texts = Vec<(Utf8PathBuf, Option<String>)>;

/// A commit of the branch.
#[derive(Debug, Clone)]
struct Link {
    commit: Oid,
    message: String,
    id: Option<ChangeId>,
}

/// What a patch shall be.
#[derive(Debug, Clone, Copy)]
pub struct Part<'a> {
    pub rendered: &'a Rendered,
    /// Subject and body; none for a patch that stays as it is.
    pub text: Option<&'a CommitText>,
    /// The tree after it.
    pub tree: Oid,
}

/// What became of the commit of a patch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Made {
    pub fate: Fate,
    /// None where there is no commit any more.
    pub commit: Option<Oid>,
    pub change_id: ChangeId,
}

/// In which way a commit came about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Fate {
    New,
    /// It was there, and says something else now; its Change-Id is the same.
    Amended,
    /// It says the same upon another commit.
    Rebased,
    Unchanged,
    /// There is nothing left in it.
    Dropped,
}

impl Topic {
    /// Finds the patches on the branch, which has to be checked out; `stores` hold what is remembered of each.
    ///
    /// A patch that is merged is left out, and the others go upon the remote's branch.
    ///
    /// # Errors
    /// Where another branch is checked out, or git cannot read this one.
    pub fn chain(&self, stores: &[&Rendered]) -> Result<Chain<'_>, ReviewError> {
        let tip = match self.checkout.head()? {
            Head::Branch { name, tip } if name == self.branch.as_str() => tip,
            _ => {
                return Err(ReviewError::NotOnTopic {
                    root: self.checkout.root().to_owned(),
                    branch: self.branch.clone(),
                });
            }
        };
        let mut chain = Chain {
            topic: self,
            tip,
            base: tip,
            links: stores.iter().map(|_| None).collect(),
            other: None,
        };
        let upstream = self.upstream();
        let mut own = self.own_commits(tip, upstream.as_ref())?;
        own.reverse();
        let ids: Vec<Vec<ChangeId>> = stores.iter().map(|store| remembered(store)).collect();
        chain.find(&own, |link, index| {
            link.id.as_ref().is_some_and(|id| ids[index].contains(id))
        })?;
        if let Some(upstream) = &upstream {
            chain.drop_merged(upstream)?;
        }
        Ok(chain)
    }
}

/// The Change-Ids that a patch may have.
fn remembered(store: &Rendered) -> Vec<ChangeId> {
    let id = store.read(CHANGE_ID.into());
    let id = id.and_then(|text| ChangeId::parse(text.trim()));
    let written = store.read(MESSAGE.into());
    let written = written.and_then(|text| CommitMessage::parse(&text).change_id());
    id.into_iter().chain(written).collect()
}

impl Chain<'_> {
    /// Finds which commits are patches, from the oldest on.
    fn find(
        &mut self,
        own: &[Oid],
        is_it: impl Fn(&Link, usize) -> bool,
    ) -> Result<(), ReviewError> {
        let mut last = None;
        self.other = None;
        for (place, commit) in own.iter().enumerate() {
            let message = self.topic.checkout.message(*commit)?;
            let link = Link {
                commit: *commit,
                id: CommitMessage::parse(&message).change_id(),
                message,
            };
            let after = last.map_or(0, |last| last + 1);
            let mut patches = after..self.links.len();
            if let Some(index) = patches.find(|index| is_it(&link, *index)) {
                if last.is_none() {
                    self.base = self.parent(*commit)?;
                }
                last = Some(index);
                self.links[index] = Some(link);
            } else if last.is_some() && self.other.is_none() {
                let subject = link.message.lines().next().unwrap_or_default().to_owned();
                self.other = Some((subject, own.len() - 1 - place));
            }
        }
        Ok(())
    }

    /// Takes commits for patches whose subjects are the same: in a clone where nothing is remembered.
    ///
    /// # Errors
    /// Where git cannot read the branch.
    pub fn find_by_subjects(&mut self, subjects: &[Option<String>]) -> Result<(), ReviewError> {
        let mut own = self
            .topic
            .own_commits(self.tip, self.topic.upstream().as_ref())?;
        own.reverse();
        self.base = self.tip;
        self.find(&own, |link, index| {
            let subject = link.message.lines().next();
            link.id.is_some() && subjects[index].is_some() && subject == subjects[index].as_deref()
        })
    }

    /// Whether a patch has a commit.
    pub fn has(&self, patch: usize) -> bool {
        self.links.get(patch).is_some_and(Option::is_some)
    }

    /// Whether no commit of the branch is known to be a patch.
    pub fn is_unknown(&self) -> bool {
        self.links.iter().all(Option::is_none)
    }

    /// Forgets the patches that are in the remote's branch, where the others can go upon it.
    fn drop_merged(&mut self, upstream: &Upstream) -> Result<(), ReviewError> {
        let merged = self.topic.merged_ids(self.tip, upstream)?;
        let is_merged = |link: &Link| link.id.as_ref().is_some_and(|id| merged.contains(id));
        let has_others = self.other.is_some() || {
            let first = self.links.iter().flatten().next();
            let base = self.topic.checkout.merge_base(self.tip, upstream.tip);
            first.is_some() && base != Some(self.base)
        };
        if has_others || !self.links.iter().flatten().any(is_merged) {
            return Ok(());
        }
        for link in &mut self.links {
            if link.as_ref().is_some_and(is_merged) {
                *link = None;
            }
        }
        self.base = upstream.tip;
        Ok(())
    }

    fn parent(&self, commit: Oid) -> Result<Oid, ReviewError> {
        self.read(|repository| repository.find_commit(commit)?.parent_id(0))
    }

    fn tree(&self, commit: Oid) -> Result<Oid, ReviewError> {
        self.read(|repository| Ok(repository.find_commit(commit)?.tree_id()))
    }

    fn read<T>(
        &self,
        read: impl FnOnce(&git2::Repository) -> Result<T, git2::Error>,
    ) -> Result<T, ReviewError> {
        let checkout = &self.topic.checkout;
        let result = read(checkout.repository());
        result.map_err(|source| checkout.unreadable("the patches", source).into())
    }

    /// The tree that the first patch stands on.
    ///
    /// # Errors
    /// Where git cannot read it.
    pub fn base_tree(&self) -> Result<Oid, ReviewError> {
        self.tree(self.base)
    }

    /// The tree before the first commit of the branch's own.
    ///
    /// # Errors
    /// Where git cannot read it.
    pub fn root_tree(&self) -> Result<Oid, ReviewError> {
        let upstream = self.topic.upstream();
        let own = self.topic.own_commits(self.tip, upstream.as_ref())?;
        match own.last() {
            Some(oldest) => self.tree(self.parent(*oldest)?),
            None => self.tree(self.tip),
        }
    }

    /// Whether the commit of a patch holds what svcgen wrote, and nothing of anybody else's.
    ///
    /// # Errors
    /// Where git cannot read it.
    pub fn is_as_left(&self, patch: usize, store: &Rendered) -> Result<bool, ReviewError> {
        let Some(link) = self.links.get(patch).and_then(Option::as_ref) else {
            return Ok(false);
        };
        let (before, after) = (
            self.tree(self.parent(link.commit)?)?,
            self.tree(link.commit)?,
        );
        let changed = self.between(before, after)?;
        let texts = self.texts_of(after, &changed)?;
        Ok(texts.len() == changed.len()
            && texts.iter().all(|(path, text)| match text {
                Some(text) => store.is_as_left(path, text),
                None => store.is_gone(path),
            }))
    }

    /// Notes what the files of a patch hold in its tree now.
    ///
    /// # Errors
    /// Where it cannot be noted.
    pub fn leave(&self, tree: Oid, store: &Rendered) -> Result<(), ReviewError> {
        for (path, text) in self.texts_of(tree, &store.paths())? {
            if let Some(text) = text {
                let failed = |source| GitError::Write {
                    path: path.clone(),
                    source,
                };
                store.leave(&path, &text).map_err(failed)?;
            }
        }
        Ok(())
    }

    /// A tree with the commit of a patch upon it, where the patch has one.
    ///
    /// # Errors
    /// Where both changed the same lines.
    pub fn replayed(&self, patch: usize, tree: Oid) -> Result<Oid, ReviewError> {
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

    fn texts_of(&self, tree: Oid, paths: &[Utf8PathBuf]) -> Result<Texts, ReviewError> {
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

    /// The files in which two trees differ.
    fn between(&self, old: Oid, new: Oid) -> Result<Vec<Utf8PathBuf>, ReviewError> {
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
        if edits.is_empty() {
            return Ok(tree);
        }
        self.read(|repository| {
            let baseline = repository.find_tree(tree)?;
            let mut update = TreeUpdateBuilder::new();
            for edit in edits {
                match &edit.after {
                    Some(text) => {
                        let blob = repository.blob(text.as_bytes())?;
                        let entry = baseline.get_path(edit.path.as_std_path()).ok();
                        let mode = match entry.map(|entry| entry.filemode()) {
                            Some(0o100_755) => FileMode::BlobExecutable,
                            _ => FileMode::Blob,
                        };
                        update.upsert(edit.path.as_str(), blob, mode);
                    }
                    None => {
                        update.remove(edit.path.as_str());
                    }
                }
            }
            update.create_updated(repository, &baseline)
        })
    }

    /// The commits of the patches, oldest first.
    pub fn commits(made: &[Option<Made>]) -> Vec<Oid> {
        made.iter()
            .flatten()
            .filter_map(|made| made.commit)
            .collect()
    }
}
