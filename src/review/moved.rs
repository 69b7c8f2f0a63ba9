//! What a topic branch begins without: a change of svcgen's on a branch of another name, and commits of the branch that was
//! checked out.

use super::chain::remembered;
use super::error::ReviewError;
use super::kept::KEPT;
use super::topic::Topic;
use super::visit::Visit;
use crate::edit::Rendered;
use crate::git::Head;

/// How many commits are looked at.
const MOST: &str = "--max-count=20";

impl Topic {
    /// The branch that holds a change which these stores remember and which is not merged, where the topic branch was
    /// made for this visit.
    ///
    /// # Errors
    /// Where git cannot read the branches.
    pub fn moved(
        &self,
        visit: &Visit,
        stores: &[&Rendered],
    ) -> Result<Option<String>, ReviewError> {
        let ids = stores.iter().flat_map(|store| remembered(store));
        let searches: Vec<String> = ids.map(|id| format!("--grep=^Change-Id: {id}")).collect();
        let upstream = self.upstream();
        let base = match &upstream {
            Some(upstream) => upstream.reference.clone(),
            None => format!("refs/heads/{}", self.base),
        };
        if !visit.has_created() || searches.is_empty() || self.checkout.resolve(&base).is_none() {
            return Ok(None);
        }
        let git = self.checkout.git();
        let mut log = vec!["log", "--branches", "--format=%H", MOST];
        log.extend(searches.iter().map(String::as_str));
        log.extend(["--not", &base]);
        for commit in git.run(&log)?.text().lines() {
            let contains = format!("--contains={commit}");
            let branches = [
                "for-each-ref",
                "--format=%(refname:lstrip=2)",
                &contains,
                "refs/heads",
            ];
            let branches = git.run(&branches)?.text();
            let is_other = |name: &&str| *name != self.branch.as_str() && !name.starts_with(KEPT);
            let Some(branch) = branches.lines().find(is_other) else {
                continue;
            };
            let is_merged = match (self.checkout.resolve(commit), &upstream) {
                (Some(commit), Some(upstream)) => self.are_merged(&[commit], upstream)?,
                _ => false,
            };
            if !is_merged {
                return Ok(Some(branch.to_owned()));
            }
        }
        Ok(None)
    }

    /// How many commits the local branch that changes are meant for has and the topic does not, where that was made from what
    /// the remote has, and that local branch was checked out.
    ///
    /// # Errors
    /// Where git cannot read the branches.
    pub fn begun_without(&self, visit: &Visit) -> Result<usize, ReviewError> {
        let (Head::Branch { name, tip }, Some(new)) = (visit.before(), self.tip()) else {
            return Ok(0);
        };
        if !visit.has_created() || name != self.base.as_str() {
            return Ok(0);
        }
        Ok(self.checkout.commits(*tip, Some(new))?.len())
    }
}
