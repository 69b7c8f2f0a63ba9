mod anew;
mod merged;
mod trees;
mod write;

use camino::Utf8PathBuf;
use git2::Oid;
use serde::Serialize;

use super::change_id::ChangeId;
use super::commit::MESSAGE;
use super::commit_message::CommitMessage;
use super::error::ReviewError;
use super::topic::Topic;
use crate::edit::Rendered;
use crate::generate::CommitText;
use crate::git::{GitError, Head};

/// Where the Change-Id of a patch is remembered, from before its commit is made.
pub(super) const CHANGE_ID: &str = "CHANGE_ID";

/// The commits of a topic branch that are patches of svcgen's, one upon the other.
pub struct Chain<'a> {
    topic: &'a Topic,
    tip: Oid,
    /// What the first patch stands on.
    base: Oid,
    /// The commit of each patch, where it has one.
    links: Vec<Option<Link>>,
    /// The files of each patch that are svcgen's as a whole, and that somebody took away to have them written anew.
    gone: Vec<Vec<Utf8PathBuf>>,
    /// The first commit of somebody else's that stands upon a patch, and how many commits are above it.
    other: Option<(String, usize)>,
    /// Whether all of it is as svcgen made it.
    is_own: bool,
    /// Whether patches of it are merged, and the others go upon the remote's branch.
    has_followed: bool,
    /// The branch that holds what was there, where something of somebody's was in it and is no more.
    kept: Option<String>,
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
            gone: self.taken_away(stores)?,
            other: None,
            is_own: stores.first().is_some_and(|store| Self::is_own(tip, store)),
            kept: None,
            has_followed: false,
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

impl Topic {
    /// The commits of the branch that are patches of svcgen's, newest first, whatever is checked out.
    ///
    /// # Errors
    /// Where git cannot read the branch.
    pub fn patches(&self, stores: &[&Rendered]) -> Result<Vec<Oid>, ReviewError> {
        let Some(tip) = self.tip() else {
            return Ok(Vec::new());
        };
        let ids: Vec<ChangeId> = stores.iter().flat_map(|store| remembered(store)).collect();
        let mut patches = Vec::new();
        for commit in self.own_commits(tip, self.upstream().as_ref())? {
            if self.change_id(commit)?.is_some_and(|id| ids.contains(&id)) {
                patches.push(commit);
            }
        }
        Ok(patches)
    }

    /// The subjects of the branch's own commits.
    ///
    /// # Errors
    /// Where git cannot read the branch.
    pub fn subjects(&self) -> Result<Vec<String>, ReviewError> {
        let Some(tip) = self.tip() else {
            return Ok(Vec::new());
        };
        let own = self.own_commits(tip, self.upstream().as_ref())?.into_iter();
        let subjects = own.map(|commit| {
            let message = self.checkout.message(commit)?;
            Ok(message.lines().next().unwrap_or_default().to_owned())
        });
        subjects.collect()
    }

    /// The subjects of these patches; none where only a branch of nothing else is meant, and this one holds more.
    ///
    /// # Errors
    /// Where git cannot read the branch.
    pub fn patch_subjects(
        &self,
        stores: &[&Rendered],
        alone: bool,
    ) -> Result<Vec<String>, ReviewError> {
        let patches = self.patches(stores)?;
        if let Some(tip) = self.tip().filter(|_| alone)
            && self.own_commits(tip, self.upstream().as_ref())? != patches
        {
            return Ok(Vec::new());
        }
        let messages = patches.iter().map(|commit| self.checkout.message(*commit));
        let messages = messages.collect::<Result<Vec<String>, _>>()?;
        let subjects = messages.iter().map(|message| message.lines().next());
        Ok(subjects
            .map(|it| it.unwrap_or_default().to_owned())
            .collect())
    }
}

/// The Change-Ids that a patch may have.
pub(super) fn remembered(store: &Rendered) -> Vec<ChangeId> {
    let ids = store.notes(CHANGE_ID).into_iter();
    let ids = ids.filter_map(|text| ChangeId::parse(text.trim()));
    let written = store.notes(MESSAGE).into_iter();
    let written = written.filter_map(|text| CommitMessage::parse(&text).change_id());
    ids.chain(written).collect()
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
            let index = patches.find(|index| is_it(&link, *index));
            // A patch stands upon something: the first commit of all is none.
            let below = match index {
                Some(_) => self.topic.before(*commit)?,
                None => None,
            };
            if let (Some(index), Some(below)) = (index, below) {
                if last.is_none() {
                    self.base = below;
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

    /// Takes commits for patches that have one of these subjects: in a clone where nothing is remembered.
    ///
    /// # Errors
    /// Where git cannot read the branch.
    pub fn find_by_subjects(&mut self, subjects: &[Vec<String>]) -> Result<(), ReviewError> {
        let mut own = self
            .topic
            .own_commits(self.tip, self.topic.upstream().as_ref())?;
        own.reverse();
        self.base = self.tip;
        self.find(&own, |link, index| {
            let subject = link.message.lines().next().unwrap_or_default();
            link.id.is_some() && subjects[index].iter().any(|it| it == subject)
        })
    }

    /// Whether a patch has a commit.
    pub fn has(&self, patch: usize) -> bool {
        self.links.get(patch).is_some_and(Option::is_some)
    }

    /// Whether patches of the branch are merged, and the others go upon the remote's branch.
    pub fn has_followed(&self) -> bool {
        self.has_followed
    }

    /// Whether no commit of the branch is known to be a patch.
    pub fn is_unknown(&self) -> bool {
        self.links.iter().all(Option::is_none)
    }

    fn parent(&self, commit: Oid) -> Result<Oid, ReviewError> {
        self.read(|repository| repository.find_commit(commit)?.parent_id(0))
    }

    fn read<T>(
        &self,
        read: impl FnOnce(&git2::Repository) -> Result<T, git2::Error>,
    ) -> Result<T, ReviewError> {
        let checkout = &self.topic.checkout;
        let result = read(checkout.repository());
        result.map_err(|source| checkout.unreadable("the patches", source).into())
    }

    /// Whether the commit of a patch holds what svcgen wrote, and nothing of anybody else's.
    ///
    /// # Errors
    /// Where git cannot read it.
    pub fn is_as_left(&self, patch: usize, store: &Rendered) -> Result<bool, ReviewError> {
        let Some(link) = self.links.get(patch).and_then(Option::as_ref) else {
            return Ok(false);
        };
        if self.is_own {
            return Ok(true);
        }
        let before = self.tree(self.parent(link.commit)?)?;
        let changed = self.between(before, self.tree(link.commit)?)?;
        Ok(self.edited_by_others(patch, store, &changed)?.is_empty())
    }

    /// Of some files, those in which the commit of a patch holds something that svcgen did not write.
    ///
    /// # Errors
    /// Where git cannot read it.
    pub fn edited_by_others(
        &self,
        patch: usize,
        store: &Rendered,
        files: &[Utf8PathBuf],
    ) -> Result<Vec<Utf8PathBuf>, ReviewError> {
        let Some(link) = self.links.get(patch).and_then(Option::as_ref) else {
            return Ok(Vec::new());
        };
        let texts = self.texts_of(self.tree(link.commit)?, files)?;
        let is_own = |path: &&Utf8PathBuf| {
            // What is no text is none of svcgen's.
            let mut texts = texts.iter().filter(|(other, _)| other == *path);
            texts.next().is_some_and(|(path, text)| match text {
                Some(text) => store.is_as_left(path, text),
                None => store.is_gone(path),
            })
        };
        Ok(files.iter().filter(|path| !is_own(path)).cloned().collect())
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

    /// The commits of the patches, oldest first.
    pub fn commits(made: &[Option<Made>]) -> Vec<Oid> {
        made.iter()
            .flatten()
            .filter_map(|made| made.commit)
            .collect()
    }
}
