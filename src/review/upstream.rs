//! The remote that changes are sent to, and its branch that they are meant for.

use std::collections::BTreeSet;

use camino::{Utf8Path, Utf8PathBuf};
use git2::Oid;

use super::change_id::ChangeId;
use super::error::{ReviewError, git_in};
use super::topic::Topic;
use crate::git::Checkout;
use crate::model::BranchName;

/// The branch of the remote, as last fetched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Upstream {
    /// The full name of the reference.
    pub(super) reference: String,
    pub(super) tip: Oid,
}

/// What the remote's branch has that a topic has not.
#[derive(Debug)]
pub struct UpstreamChanges {
    pub name: String,
    /// The command that brings it to the topic.
    pub catch_up: String,
    pub texts: Vec<(Utf8PathBuf, Option<String>)>,
}

impl Upstream {
    /// The name of the reference as people write it.
    pub(super) fn name(&self) -> String {
        let name = self.reference.trim_start_matches("refs/remotes/");
        name.trim_start_matches("refs/heads/").to_owned()
    }
}

impl Topic {
    /// The remote's branch as far as it is known here; of two remotes, whichever knows more.
    pub(super) fn upstream(&self) -> Option<Upstream> {
        known(&self.checkout, self.remote.as_deref(), &self.base)
    }

    /// Whether each of these commits is in the remote's branch, as itself or under its Change-Id.
    pub(super) fn are_merged(
        &self,
        commits: &[Oid],
        upstream: &Upstream,
    ) -> Result<bool, ReviewError> {
        let Some(newest) = commits.first() else {
            return Ok(true);
        };
        let merged = self.merged_ids(*newest, upstream)?;
        for commit in commits {
            match self.change_id(*commit)? {
                Some(id) if merged.contains(&id) => {}
                _ => return Ok(false),
            }
        }
        Ok(true)
    }

    /// The Change-Ids in the remote's branch, since the history of a commit left it.
    pub(super) fn merged_ids(
        &self,
        commit: Oid,
        upstream: &Upstream,
    ) -> Result<BTreeSet<ChangeId>, ReviewError> {
        let base = self.checkout.merge_base(commit, upstream.tip);
        let mut merged = BTreeSet::new();
        for commit in self.checkout.commits(upstream.tip, base)? {
            merged.extend(self.change_id(commit)?);
        }
        Ok(merged)
    }

    /// The name of the remote's branch, and the texts of the files that it has changed since the topic left it, as last fetched;
    /// of those whose path is asked for.
    ///
    /// # Errors
    /// Where git cannot read the checkout.
    pub fn upstream_changes(
        &self,
        is_asked: impl Fn(&Utf8Path) -> bool,
    ) -> Result<Option<UpstreamChanges>, ReviewError> {
        let (Some(tip), Some(upstream)) = (self.tip(), self.upstream()) else {
            return Ok(None);
        };
        let Some(base) = self.checkout.merge_base(tip, upstream.tip) else {
            return Ok(None);
        };
        if base == upstream.tip {
            return Ok(None);
        }
        let paths = self.changed(base, upstream.tip);
        let paths = paths.map_err(|source| self.checkout.unreadable("the history", source))?;
        let paths: Vec<Utf8PathBuf> = paths.into_iter().filter(|path| is_asked(path)).collect();
        Ok(Some(UpstreamChanges {
            texts: self.upstream_texts(&paths)?,
            catch_up: format!(
                "{} rebase {} {}",
                git_in(self.checkout.root()),
                upstream.name(),
                self.branch
            ),
            name: upstream.name(),
        }))
    }

    /// The files in which two commits differ.
    fn changed(&self, from: Oid, to: Oid) -> Result<Vec<Utf8PathBuf>, git2::Error> {
        let repository = self.checkout.repository();
        let tree = |commit: Oid| repository.find_commit(commit)?.tree();
        let diff = repository.diff_tree_to_tree(Some(&tree(from)?), Some(&tree(to)?), None)?;
        let paths = diff.deltas().filter_map(|delta| delta.new_file().path());
        let paths = paths.filter_map(|path| Utf8PathBuf::from_path_buf(path.to_owned()).ok());
        Ok(paths.collect())
    }

    /// Whether there are commits without a Change-Id since another one.
    pub(super) fn has_unnamed(&self, tip: Oid, since: Oid) -> Result<bool, ReviewError> {
        for commit in self.checkout.commits(tip, Some(since))? {
            if self.change_id(commit)?.is_none() {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

/// The branch of a remote, or of `origin`, as far as it is known here; whichever knows more.
fn known(checkout: &Checkout, remote: Option<&str>, base: &BranchName) -> Option<Upstream> {
    let remotes = remote.into_iter().chain(["origin"]);
    let mut known = remotes.filter_map(|remote| {
        let reference = checkout.tracking(remote, base.as_str())?;
        let tip = checkout.resolve(&reference)?;
        Some(Upstream { reference, tip })
    });
    let first = known.next()?;
    let newer =
        known.find(|other| other.tip != first.tip && checkout.is_ancestor(first.tip, other.tip));
    Some(newer.unwrap_or(first))
}

/// The texts that a file has where it is merged, or may be: in the remote's branch that changes are meant for, in the branch of that
/// name here, and in the last commit; none in a folder that is no checkout.
pub fn merged_texts(root: &Utf8Path, base: &BranchName, path: &Utf8Path) -> Vec<String> {
    let Ok(checkout) = Checkout::open(root) else {
        return Vec::new();
    };
    let upstream = known(&checkout, remote_of(&checkout).as_deref(), base).map(|it| it.reference);
    let names = upstream.into_iter();
    let names = names.chain([format!("refs/heads/{base}"), "HEAD".to_owned()]);
    let text = |name: String| {
        let repository = checkout.repository();
        let commit = repository.find_commit(checkout.resolve(&name)?).ok()?;
        let place = checkout.place(path).ok()?;
        let entry = commit.tree().ok()?.get_path(place.as_std_path()).ok()?;
        let blob = repository.find_blob(entry.id()).ok()?;
        String::from_utf8(blob.content().to_vec()).ok()
    };
    names.filter_map(text).collect()
}

/// The remote that changes are sent to, as `git review` chooses it.
pub(super) fn remote_of(checkout: &Checkout) -> Option<String> {
    let named = checkout
        .setting("gitreview.remote")
        .or_else(|| gitreview(checkout, "defaultremote"));
    let candidates = named.into_iter();
    let mut candidates = candidates.chain(["gerrit".to_owned(), "origin".to_owned()]);
    candidates.find(|name| checkout.has_remote(name))
}

/// A setting of the checkout's `.gitreview`.
pub(super) fn gitreview(checkout: &Checkout, key: &str) -> Option<String> {
    let text = checkout.worktree().read(".gitreview").ok().flatten()?;
    let ini = crate::ini::parse(&text).ok()?;
    let setting = ini.find("gerrit", key)?;
    Some(setting.value.clone()).filter(|value| !value.is_empty())
}
