//! The changes that a review server lists, as references of git.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};

use git2::Oid;

use super::error::ReviewError;
use crate::git::Git;

/// One version of a change, as Gerrit lists it: `refs/changes/34/1234/2`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct PatchSet {
    pub(super) number: u64,
    pub(super) patch_set: u64,
    pub(super) commit: Oid,
}

impl PatchSet {
    fn parse(line: &str) -> Option<Self> {
        let (commit, reference) = line.split_once('\t')?;
        let mut words = reference.strip_prefix("refs/changes/")?.split('/').skip(1);
        Some(Self {
            number: words.next()?.parse().ok()?,
            patch_set: words.next()?.parse().ok()?,
            commit: Oid::from_str(commit).ok()?,
        })
    }
}

/// The reference that a patch set of a change is fetched by.
pub(super) fn reference(number: u64, patch_set: u64) -> String {
    format!("refs/changes/{:02}/{number}/{patch_set}", number % 100)
}

/// What a review server lists, read line by line: a large one has millions of patch sets.
#[derive(Debug, Default)]
pub(super) struct Listed {
    /// The changes of which it has one of the commits that were asked for, each with all of its patch sets.
    pub(super) changes: Vec<Vec<PatchSet>>,
    /// Whether it lists any change at all.
    pub(super) has_any: bool,
    known: HashSet<Oid>,
    open: Vec<PatchSet>,
}

impl Listed {
    /// Asks a remote for the changes that have one of these commits.
    ///
    /// # Errors
    /// Where it does not answer.
    pub(super) fn by(git: &Git, remote: &str, known: HashSet<Oid>) -> Result<Self, ReviewError> {
        let listed = Arc::new(Mutex::new(Self {
            known,
            ..Self::default()
        }));
        let taking = Arc::clone(&listed);
        let take = move |line: &str| {
            let mut listed = taking.lock().unwrap_or_else(PoisonError::into_inner);
            listed.take(line);
        };
        git.each_line(&["ls-remote", remote, "refs/changes/*"], take)?;
        let mut listed = listed.lock().unwrap_or_else(PoisonError::into_inner);
        listed.close();
        Ok(std::mem::take(&mut *listed))
    }

    /// Takes a line; those of one change follow each other, as references are listed by their names.
    fn take(&mut self, line: &str) {
        let Some(found) = PatchSet::parse(line) else {
            return;
        };
        self.has_any = true;
        if self
            .open
            .first()
            .is_some_and(|it| it.number != found.number)
        {
            self.close();
        }
        self.open.push(found);
    }

    fn close(&mut self) {
        let change = std::mem::take(&mut self.open);
        if change.iter().any(|it| self.known.contains(&it.commit)) {
            self.changes.push(change);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_are_taken_whole_where_one_of_their_commits_is_known() {
        let id = |digit: &str| digit.repeat(40);
        let mut listed = Listed {
            known: HashSet::from([Oid::from_str(&id("2")).unwrap()]),
            ..Listed::default()
        };
        for (digit, reference) in [
            ("1", "refs/changes/01/1/1"),
            ("f", "refs/changes/01/1/meta"),
            ("2", "refs/changes/01/101/1"),
            ("3", "refs/changes/01/101/10"),
            ("4", "refs/changes/01/101/2"),
            ("5", "refs/changes/02/2/1"),
        ] {
            listed.take(&format!("{}\t{reference}", id(digit)));
        }
        listed.close();
        let of = |it: &PatchSet| reference(it.number, it.patch_set);
        let references = listed.changes[0].iter().map(of);
        assert_eq!(
            references.collect::<Vec<_>>(),
            [
                "refs/changes/01/101/1",
                "refs/changes/01/101/10",
                "refs/changes/01/101/2"
            ]
        );
        assert_eq!(listed.changes.len(), 1);
        assert!(listed.has_any);
    }
}
