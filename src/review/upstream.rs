//! The remote that changes are sent to, and its branch that they are meant for.

use std::collections::BTreeSet;

use camino::Utf8Path;
use git2::Oid;

use super::change_id::ChangeId;
use super::error::ReviewError;
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
