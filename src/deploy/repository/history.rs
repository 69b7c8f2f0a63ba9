use git2::{Oid, Repository, Sort};
use serde::Serialize;

use super::error::RepositoryError;
use super::{DeployRepository, oid, revision};
use crate::git::Head;
use crate::model::Revision;

/// A commit as a list shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Subject {
    pub revision: Revision,
    /// The first line of its message.
    pub subject: String,
}

/// Commits, newest first and without merges.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Commits {
    pub listed: Vec<Subject>,
    /// How many more there are that are not listed.
    pub more: usize,
}

/// What a revision lacks of its upstream branch, as it was last fetched.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Behind {
    /// The branch, such as `origin/master`.
    pub upstream: String,
    pub tip: Revision,
    pub commits: Commits,
}

impl DeployRepository {
    /// What a revision lacks of the branch that the checked-out one follows, or of the remote's own branch where none is
    /// checked out; `None` where there is no such branch, or nothing lacks.
    ///
    /// # Errors
    /// Where git cannot read the history.
    pub fn is_behind(&self, of: &Revision, most: usize) -> Result<Option<Behind>, RepositoryError> {
        self.commit(of)?;
        let Some((upstream, tip)) = self.upstream()? else {
            return Ok(None);
        };
        if self.checkout.is_ancestor(tip, oid(of)) {
            return Ok(None);
        }
        let commits = self.list(Some(oid(of)), tip, most)?;
        Ok(Some(Behind {
            upstream,
            tip: revision(tip),
            commits,
        }))
    }

    /// Lists the commits that a revision has and another has not.
    ///
    /// # Errors
    /// Where one of them is not here, or the history is cut off before it is known.
    pub fn commits(
        &self,
        from: &Revision,
        to: &Revision,
        most: usize,
    ) -> Result<Commits, RepositoryError> {
        self.commit(from)?;
        self.commit(to)?;
        self.list(Some(oid(from)), oid(to), most)
    }

    /// The branch that revisions are compared with, and its last commit.
    fn upstream(&self) -> Result<Option<(String, Oid)>, RepositoryError> {
        let reference = match self.checkout.head()? {
            Head::Branch { name, .. } => {
                let full = format!("refs/heads/{name}");
                let upstream = self.repository().branch_upstream_name(&full).ok();
                upstream.and_then(|name| name.as_str().ok().map(str::to_owned))
            }
            Head::Detached { .. } => {
                let head = self.repository().find_reference("refs/remotes/origin/HEAD");
                let target = head.ok().and_then(|head| {
                    let target = head.symbolic_target_bytes()?;
                    Some(String::from_utf8_lossy(target).into_owned())
                });
                target.or_else(|| self.checkout.tracking("origin", "master"))
            }
            Head::Unborn { .. } => None,
        };
        Ok(reference.and_then(|full| {
            let tip = self.checkout.resolve(&full)?;
            let short = full.strip_prefix("refs/remotes/").unwrap_or(&full);
            Some((short.to_owned(), tip))
        }))
    }

    fn list(
        &self,
        without: Option<Oid>,
        tip: Oid,
        most: usize,
    ) -> Result<Commits, RepositoryError> {
        // The history that is cut off could have all of them.
        if without.is_some_and(|without| !self.checkout.is_ancestor(without, tip)) {
            self.refuse_shallow()?;
        }
        walk(self.repository(), without, tip, most)
            .map_err(|source| self.unreadable("the history", source))
    }

    fn refuse_shallow(&self) -> Result<(), RepositoryError> {
        match self.repository().is_shallow() {
            true => Err(RepositoryError::Shallow {
                repository: self.root().to_owned(),
            }),
            false => Ok(()),
        }
    }
}

/// Lists the commits of a tip that another has not.
pub(super) fn walk(
    repository: &Repository,
    without: Option<Oid>,
    tip: Oid,
    most: usize,
) -> Result<Commits, git2::Error> {
    let mut walk = repository.revwalk()?;
    walk.set_sorting(Sort::TOPOLOGICAL | Sort::TIME)?;
    walk.push(tip)?;
    if let Some(without) = without {
        walk.hide(without)?;
    }
    let mut commits = Commits {
        listed: Vec::new(),
        more: 0,
    };
    for id in walk {
        let commit = repository.find_commit(id?)?;
        if commit.parent_count() > 1 {
            continue;
        }
        if commits.listed.len() >= most {
            commits.more += 1;
            continue;
        }
        let subject = commit.summary_bytes().unwrap_or_default();
        commits.listed.push(Subject {
            revision: revision(commit.id()),
            subject: String::from_utf8_lossy(subject).into_owned(),
        });
    }
    Ok(commits)
}
