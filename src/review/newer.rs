//! Whether somebody sent another patch set of a change than those that the branch has had.

use std::collections::{HashMap, HashSet};

use git2::Oid;

use super::change_id::ChangeId;
use super::error::ReviewError;
use super::listed::Listed;
use super::topic::Topic;

/// The most places of a branch that are looked at for versions of its changes.
const MOST_PLACES: usize = 200;

impl Topic {
    /// Refuses to go on where somebody sent another patch set of one of the branch's changes, which it has never had.
    ///
    /// A change is known by any of its versions that this branch has, or had: those that it sent, or was fetched at.
    ///
    /// # Errors
    /// Where that is so, or the remote does not answer.
    pub fn check_newer(&self) -> Result<(), ReviewError> {
        let (Some(remote), Some(tip)) = (&self.remote, self.tip()) else {
            return Ok(());
        };
        let mut own: HashMap<ChangeId, Oid> = HashMap::new();
        for commit in self.own_commits(tip, self.upstream().as_ref())? {
            if let Some(id) = self.change_id(commit)? {
                own.entry(id).or_insert(commit);
            }
        }
        if own.is_empty() {
            return Ok(());
        }
        let versions = self.versions(tip, &own)?;
        let known: HashSet<Oid> = versions.keys().copied().collect();
        let listed = Listed::by(&self.checkout.git().network(), remote, known)?;
        for patch_sets in listed.changes {
            let newest = patch_sets.iter().max_by_key(|it| it.patch_set);
            let Some(newest) = newest.filter(|it| !versions.contains_key(&it.commit)) else {
                continue;
            };
            let mut ids = patch_sets.iter().filter_map(|it| versions.get(&it.commit));
            let Some(ours) = ids.next().and_then(|id| own.get(id)) else {
                continue;
            };
            return Err(ReviewError::Newer {
                root: self.checkout.root().to_owned(),
                branch: self.branch.clone(),
                remote: remote.clone(),
                number: newest.number,
                patch_set: newest.patch_set,
                ours: (*ours != tip).then(|| ours.to_string()),
                is_sent: patch_sets.iter().any(|it| it.commit == *ours),
            });
        }
        Ok(())
    }

    /// All commits that the branch has or had under the Change-Ids of its own ones.
    fn versions(
        &self,
        tip: Oid,
        own: &HashMap<ChangeId, Oid>,
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
                if let Some(id) = self.change_id(commit)?.filter(|id| own.contains_key(id)) {
                    versions.insert(commit, id);
                }
            }
        }
        Ok(versions)
    }
}
