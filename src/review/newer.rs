//! Patch sets of a change that somebody sent, and that the branch has never had.

use std::collections::{BTreeSet, HashMap, HashSet};

use git2::Oid;

use super::change_id::ChangeId;
use super::error::ReviewError;
use super::listed::{Listed, PatchSet, reference};
use super::topic::Topic;

/// The most places of a branch that are looked at for versions of its changes.
const MOST_PLACES: usize = 200;

/// The newest patch set of one of the branch's changes, where that is somebody else's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Newer {
    pub number: u64,
    pub patch_set: u64,
    pub(super) commit: Oid,
    /// The branch's own version.
    pub(super) ours: Oid,
    /// Whether that was sent.
    pub(super) is_sent: bool,
}

/// The number of the change that a server refused as closed: `change https://gerrit.example.org/r/c/x/+/12 closed`.
fn number_of_closed(error: &ReviewError) -> Option<u64> {
    let ReviewError::Rejected { reason, .. } = error else {
        return None;
    };
    let (url, _) = reason.strip_prefix("change ")?.split_once(" closed")?;
    url.rsplit('/').next()?.parse().ok()
}

/// Names patch sets in a sentence.
pub(super) fn named(all: &[Newer]) -> String {
    let name = |it: &Newer| format!("{} of change {}", it.patch_set, it.number);
    let mut all = all.to_owned();
    all.sort_by_key(|it| it.number);
    match &all[..] {
        [] => String::new(),
        [one] => format!("patch set {}", name(one)),
        [first @ .., last] => {
            let first: Vec<String> = first.iter().map(name).collect();
            format!("patch sets {} and {}", first.join(", "), name(last))
        }
    }
}

impl Topic {
    /// Looks for patch sets of the branch's changes that somebody sent and the branch has never had, from the newest commit
    /// of the branch on.
    ///
    /// A change is known by any of its versions that this branch has, or had: those that it sent, or was fetched at. One
    /// that is merged has no patch set that could be sent over.
    ///
    /// # Errors
    /// Where the remote does not answer.
    pub(super) fn newer(&self) -> Result<Vec<Newer>, ReviewError> {
        let (Some(remote), Some(tip)) = (&self.remote, self.tip()) else {
            return Ok(Vec::new());
        };
        let upstream = self.upstream();
        let merged = upstream.as_ref().map(|it| self.merged_ids(tip, it));
        let merged = merged.transpose()?.unwrap_or_default();
        let mut own: HashMap<ChangeId, (usize, Oid)> = HashMap::new();
        let commits = self.own_commits(tip, upstream.as_ref())?;
        for (depth, commit) in commits.into_iter().enumerate() {
            if let Some(id) = self.change_id(commit)?.filter(|id| !merged.contains(id)) {
                own.entry(id).or_insert((depth, commit));
            }
        }
        if own.is_empty() {
            return Ok(Vec::new());
        }
        let versions = self.versions(tip, |id| own.contains_key(id))?;
        let known: HashSet<Oid> = versions.keys().copied().collect();
        let listed = Listed::by(&self.checkout.git().network(), remote, known)?;
        let of = |patch_sets: Vec<PatchSet>| {
            let newest = patch_sets.iter().max_by_key(|it| it.patch_set)?;
            if versions.contains_key(&newest.commit) {
                return None;
            }
            let mut ids = patch_sets.iter().filter_map(|it| versions.get(&it.commit));
            let (depth, ours) = *own.get(ids.next()?)?;
            let newer = Newer {
                number: newest.number,
                patch_set: newest.patch_set,
                commit: newest.commit,
                ours,
                is_sent: patch_sets.iter().any(|it| it.commit == ours),
            };
            Some((depth, newer))
        };
        let mut newer: Vec<(usize, Newer)> = listed.changes.into_iter().filter_map(of).collect();
        newer.sort_by_key(|(depth, _)| *depth);
        Ok(newer.into_iter().map(|(_, newer)| newer).collect())
    }

    /// The Change-Id of the branch's change that the server refused as closed, where it says so of one.
    ///
    /// # Errors
    /// Where the remote does not answer, or git cannot read the branch.
    pub fn closed(&self, error: &ReviewError) -> Result<Option<ChangeId>, ReviewError> {
        let (Some(remote), Some(tip)) = (&self.remote, self.tip()) else {
            return Ok(None);
        };
        let Some(number) = number_of_closed(error) else {
            return Ok(None);
        };
        let versions = self.versions(tip, |_| true)?;
        let known: HashSet<Oid> = versions.keys().copied().collect();
        let listed = Listed::by(&self.checkout.git().network(), remote, known)?;
        let mut found = listed.changes.iter().flatten();
        let found = found.find_map(|it| versions.get(&it.commit).filter(|_| it.number == number));
        Ok(found.cloned())
    }

    /// The error of patch sets of somebody else's, with the way to the first of them: upon that the others can follow.
    pub(super) fn overtaken_by(&self, newer: Vec<Newer>, can_force: bool) -> ReviewError {
        let remote = self.remote.clone().unwrap_or_default();
        let moved = newer.first().and_then(|first| {
            self.fetch_newer(std::slice::from_ref(first)).ok()?;
            let below = self.missing_below(first).ok()??;
            Some(Box::new((below, self.tip()?)))
        });
        ReviewError::Newer {
            root: self.checkout.root().to_owned(),
            branch: self.branch.clone(),
            remote,
            is_last: newer.first().map(|first| first.ours) == self.tip(),
            moved,
            patch_sets: newer,
            can_force,
        }
    }

    /// Fetches patch sets, without a reference to them.
    pub(super) fn fetch_newer(&self, newer: &[Newer]) -> Result<(), ReviewError> {
        let Some(remote) = &self.remote else {
            return Ok(());
        };
        let mut args = vec![
            "fetch".to_owned(),
            "--quiet".to_owned(),
            "--no-tags".to_owned(),
            "--no-recurse-submodules".to_owned(),
            remote.clone(),
        ];
        args.extend(newer.iter().map(|it| reference(it.number, it.patch_set)));
        self.checkout.git().network().run(&args)?;
        Ok(())
    }

    /// The commit below the branch's own version of a change, where a patch set of that stands on fewer changes: somebody has
    /// moved it away from them.
    fn missing_below(&self, newer: &Newer) -> Result<Option<Oid>, ReviewError> {
        let upstream = self.upstream();
        let Some(below) = self.parent(newer.ours)? else {
            return Ok(None);
        };
        let base = upstream.as_ref().map(|upstream| upstream.tip);
        let ids = |commits: Vec<Oid>| -> Result<BTreeSet<ChangeId>, ReviewError> {
            let ids = commits.into_iter().map(|commit| self.change_id(commit));
            let ids = ids.collect::<Result<Vec<_>, ReviewError>>()?;
            Ok(ids.into_iter().flatten().collect())
        };
        let theirs = ids(self.checkout.commits(newer.commit, base)?)?;
        let ours = ids(self.own_commits(newer.ours, upstream.as_ref())?)?;
        Ok((!ours.is_subset(&theirs)).then_some(below))
    }

    /// All commits that the branch has or had under the Change-Ids of its own ones.
    fn versions(
        &self,
        tip: Oid,
        is_own: impl Fn(&ChangeId) -> bool,
    ) -> Result<HashMap<Oid, ChangeId>, ReviewError> {
        let upstream = self.upstream();
        let places = self.checkout.places_of(self.branch.as_str());
        let mut versions = HashMap::new();
        for place in std::iter::once(tip).chain(places).take(MOST_PLACES) {
            let base = upstream.as_ref().map(|upstream| upstream.tip);
            let commits = match base.or_else(|| self.checkout.beginning(self.branch.as_str())) {
                Some(base) => self.checkout.commits(place, Some(base))?,
                None => vec![place],
            };
            for commit in commits {
                if versions.contains_key(&commit) {
                    continue;
                }
                if let Some(id) = self.change_id(commit)?.filter(&is_own) {
                    versions.insert(commit, id);
                }
            }
        }
        Ok(versions)
    }
}
