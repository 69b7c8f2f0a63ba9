use git2::Oid;

use super::change_id::ChangeId;
use super::error::ReviewError;
use super::push::Pushed;
use super::topic::Topic;
use crate::edit::Rendered;
use crate::git::GitError;

/// Where the change is remembered that the branch was sent as: its Change-Id and number.
const REVIEW: &str = "REVIEW";

impl Topic {
    /// Remembers which change the branch was sent as, so that its patch sets can be asked for.
    ///
    /// # Errors
    /// Where that cannot be written.
    pub fn note_review(&self, pushed: &Pushed, rendered: &Rendered) -> Result<(), ReviewError> {
        let (Some(id), [url]) = (self.own_change()?, &pushed.urls[..]) else {
            return Ok(());
        };
        let number = url.trim_end_matches('/').rsplit('/').next();
        let Some(number) = number.and_then(|number| number.parse::<u64>().ok()) else {
            return Ok(());
        };
        let path = self.checkout.root().join(REVIEW);
        let failed = |source| GitError::Write { path, source };
        let written = rendered.write(REVIEW.into(), &format!("{id} {number}\n"));
        Ok(written.map_err(failed)?)
    }

    /// Refuses to go on where somebody sent another patch set of the change, which the branch does not have.
    ///
    /// # Errors
    /// Where that is so, or the remote does not answer.
    pub fn check_newer(&self, rendered: &Rendered) -> Result<(), ReviewError> {
        let noted = rendered.read(REVIEW.into()).unwrap_or_default();
        let (Some((id, number)), Some(own)) =
            (noted.trim_end().split_once(' '), self.own_change()?)
        else {
            return Ok(());
        };
        let (Some(remote), Ok(number), true) =
            (&self.remote, number.parse::<u64>(), id == own.to_string())
        else {
            return Ok(());
        };
        let folder = format!("refs/changes/{:02}/{number}/", number % 100);
        let pattern = format!("{folder}*");
        let listed = self.checkout.git().network();
        let text = listed.run(&["ls-remote", remote, &pattern])?.text();
        let patch_sets: Vec<(u64, Oid)> = text
            .lines()
            .filter_map(|line| {
                let (commit, reference) = line.split_once('\t')?;
                let patch_set = reference.strip_prefix(&folder)?.parse().ok()?;
                Some((patch_set, Oid::from_str(commit).ok()?))
            })
            .collect();
        let Some((patch_set, newest)) = patch_sets.iter().max() else {
            return Ok(());
        };
        if self.checkout.has_been(self.branch.as_str(), *newest) {
            return Ok(());
        }
        let tip = self.tip();
        Err(ReviewError::Newer {
            root: self.checkout.root().to_owned(),
            branch: self.branch.clone(),
            remote: remote.clone(),
            number,
            patch_set: *patch_set,
            reference: format!("{folder}{patch_set}"),
            is_sent: patch_sets.iter().any(|(_, commit)| Some(*commit) == tip),
        })
    }

    /// The Change-Id of the last commit of the branch, where that is not in the remote's.
    fn own_change(&self) -> Result<Option<ChangeId>, ReviewError> {
        let Some(tip) = self.tip() else {
            return Ok(None);
        };
        if self.own_commits(tip, self.upstream().as_ref())?.is_empty() {
            return Ok(None);
        }
        self.change_id(tip)
    }
}
