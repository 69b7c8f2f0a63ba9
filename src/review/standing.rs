//! How far the committed text of a checkout is: on which branch, in review, merged.

use std::time::Duration;

use camino::Utf8PathBuf;
use git2::Oid;
use serde::Serialize;

use super::error::{ReviewError, git_in};
use super::listed::{Listed, PatchSet};
use super::topic::Topic;
use crate::git::Head;

/// How long a review server may take to list its changes.
const DEADLINE: Duration = Duration::from_secs(30);

/// Where a change of a checkout is on its way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// The branch that holds it; `HEAD` where none is checked out.
    pub branch: String,
    /// The last commit of that branch.
    pub commit: String,
    /// The remote's branch, as last fetched.
    pub upstream: Result<String, NoUpstream>,
    /// Whether all of it is in the remote's branch, as itself or under its Change-Id.
    pub is_merged: bool,
}

/// Why the remote's branch is not known here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NoUpstream {
    /// There is nothing to send changes to.
    NoRemote,
    /// Nothing was fetched from the remote.
    NotFetched,
    /// The remote had no branch of that name when it was last fetched from.
    NoBranch { remote: String, branch: String },
}

/// What a review server says about a commit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Sent {
    /// It is this patch set of this change.
    Change { number: u64, patch_set: u64 },
    /// The server lists its changes, and none has it.
    No,
    /// The server does not list all of its changes.
    Unlisted,
    /// It did not answer.
    Silent { why: String },
}

impl Topic {
    /// Where the committed text of these files is on its way, as far as this checkout knows.
    ///
    /// # Errors
    /// Where git cannot read the checkout.
    pub fn standing(&self, places: &[Utf8PathBuf]) -> Result<Option<Standing>, ReviewError> {
        let (branch, tip) = match self.checkout.head()? {
            Head::Branch { name, tip } => (name, tip),
            Head::Detached { tip } => ("HEAD".to_owned(), tip),
            Head::Unborn { .. } => return Ok(None),
        };
        self.on_its_way(branch, tip, places).map(Some)
    }

    /// Where the change of the topic branch is on its way, where that holds one and is not checked out.
    ///
    /// # Errors
    /// Where git cannot read the checkout.
    pub fn elsewhere(&self, places: &[Utf8PathBuf]) -> Result<Option<Standing>, ReviewError> {
        let is_current = matches!(
            self.checkout.head()?,
            Head::Branch { name, .. } | Head::Unborn { name } if name == self.branch.as_str()
        );
        match self.tip() {
            Some(tip) if !is_current => {
                if self.own_commits(tip, self.upstream().as_ref())?.is_empty() {
                    return Ok(None);
                }
                self.on_its_way(self.branch.to_string(), tip, places)
                    .map(Some)
            }
            Some(_) | None => Ok(None),
        }
    }

    /// Asks the review server for the change that a commit is.
    ///
    /// # Errors
    /// Where there is no remote, or it does not answer in half a minute.
    pub fn sent(&self, commit: &str) -> Result<Sent, ReviewError> {
        let remote = self.remote.as_deref();
        let remote = remote.ok_or_else(|| ReviewError::NoRemote {
            root: self.checkout.root().to_owned(),
            url: None,
        })?;
        let git = self.checkout.git().within(DEADLINE);
        let asked = Oid::from_str(commit).ok();
        let listed = Listed::by(&git, remote, asked.into_iter().collect())?;
        let found = listed.changes.iter().flatten();
        let found = found.copied().find(|it| Some(it.commit) == asked);
        Ok(match (found, listed.has_any) {
            (
                Some(PatchSet {
                    number, patch_set, ..
                }),
                _,
            ) => Sent::Change { number, patch_set },
            (None, true) => Sent::No,
            (None, false) => Sent::Unlisted,
        })
    }

    /// The command that brings what is checked out to where the remote's branch is, as last fetched; none where it is there, or
    /// has commits of its own.
    ///
    /// # Errors
    /// Where git cannot read the checkout.
    pub fn catch_up(&self) -> Result<Option<String>, ReviewError> {
        let Head::Branch { tip, .. } = self.checkout.head()? else {
            return Ok(None);
        };
        let ahead = self.upstream();
        let ahead = ahead.filter(|it| it.tip != tip && self.checkout.is_ancestor(tip, it.tip));
        let git = git_in(self.checkout.root());
        Ok(ahead.map(|upstream| format!("{git} merge --ff-only {}", upstream.name())))
    }

    /// The texts that files have in the remote's branch, as last fetched; none where that is not known. One that is no
    /// text counts as none.
    ///
    /// # Errors
    /// Where git cannot read the checkout.
    pub fn upstream_texts(
        &self,
        paths: &[Utf8PathBuf],
    ) -> Result<Vec<(Utf8PathBuf, Option<String>)>, ReviewError> {
        let Some(upstream) = self.upstream() else {
            return Ok(Vec::new());
        };
        let repository = self.checkout.repository();
        let commit = repository.find_commit(upstream.tip);
        let tree = commit.and_then(|commit| commit.tree());
        let tree = tree.map_err(|source| self.checkout.unreadable("a commit", source))?;
        let text = |path: &Utf8PathBuf| -> Result<(Utf8PathBuf, Option<String>), ReviewError> {
            let place = self.checkout.place(path)?;
            let entry = tree.get_path(place.as_std_path()).ok();
            let blob = entry.and_then(|entry| repository.find_blob(entry.id()).ok());
            let text = blob.and_then(|blob| String::from_utf8(blob.content().to_vec()).ok());
            Ok((path.clone(), text))
        };
        paths.iter().map(text).collect()
    }

    fn on_its_way(
        &self,
        branch: String,
        tip: Oid,
        places: &[Utf8PathBuf],
    ) -> Result<Standing, ReviewError> {
        let upstream = self.upstream();
        let is_merged = match &upstream {
            None => false,
            Some(upstream) => {
                let ahead = self.checkout.commits(tip, Some(upstream.tip))?;
                let mut own = Vec::new();
                for commit in ahead {
                    if self.touches(commit, places)? {
                        own.push(commit);
                    }
                }
                self.are_merged(&own, upstream)?
            }
        };
        Ok(Standing {
            branch,
            commit: tip.to_string(),
            upstream: upstream
                .map(|upstream| upstream.name())
                .ok_or_else(|| self.without_upstream()),
            is_merged,
        })
    }

    fn without_upstream(&self) -> NoUpstream {
        let Some(remote) = self.remote.clone() else {
            return NoUpstream::NoRemote;
        };
        // Git writes it at each fetch, also where that brings nothing.
        let is_fetched = self
            .checkout
            .repository()
            .path()
            .join("FETCH_HEAD")
            .exists();
        match is_fetched {
            true => NoUpstream::NoBranch {
                remote,
                branch: self.base.to_string(),
            },
            false => NoUpstream::NotFetched,
        }
    }

    /// Whether a commit changes any of these files.
    fn touches(&self, commit: Oid, places: &[Utf8PathBuf]) -> Result<bool, ReviewError> {
        let repository = self.checkout.repository();
        let entries = |tree: &git2::Tree<'_>| -> Vec<Option<Oid>> {
            let entry = |place: &Utf8PathBuf| tree.get_path(place.as_std_path()).ok();
            places
                .iter()
                .map(|place| entry(place).map(|entry| entry.id()))
                .collect()
        };
        let both = || -> Result<bool, git2::Error> {
            let commit = repository.find_commit(commit)?;
            let after = entries(&commit.tree()?);
            let before = match commit.parent(0) {
                Ok(parent) => entries(&parent.tree()?),
                Err(_) => vec![None; places.len()],
            };
            Ok(after != before)
        };
        both().map_err(|source| self.checkout.unreadable("a commit", source).into())
    }
}
