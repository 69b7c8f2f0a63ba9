//! Sends a topic to Gerrit, and reads what that answers.

use git2::Oid;
use serde::Serialize;

use super::answer::{Answer, Outcome, answer, outcome, urls};
use super::error::ReviewError;
use super::hook::not_pushed;
use super::over::SentOver;
use super::topic::Topic;
use super::upstream::{Upstream, gitreview};
use crate::git::{Checkout, Head, Output};

/// How Gerrit refuses what it has already; its administrators' own words come after others.
pub(super) const NOTHING_NEW: &str = "no new changes";

/// What becomes of commits of others that would travel along.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Others {
    Refuse,
    Send,
}

/// A change that is in review.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Pushed {
    pub outcome: Outcome,
    /// Addresses of the changes, as Gerrit gave them.
    pub urls: Vec<String>,
    /// How many commits the remote's branch is ahead; they do not touch the same lines.
    pub behind: usize,
    /// A command that brings the branch up to date; where it is behind.
    pub hint: Option<String>,
    /// What somebody else had sent, and what this was sent over.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub over: Vec<SentOver>,
}

impl Topic {
    /// Sends the branch for review, to `refs/for/BASE` of the remote, under the branch's name as the topic.
    ///
    /// # Errors
    /// Before anything is sent: where others' commits would travel along, and where the remote's branch has changed the
    /// same lines. After that: what the server says.
    pub fn push(&self, others: Others) -> Result<Pushed, ReviewError> {
        self.push_all(&[], others)
    }

    /// Sends the branch for review as `push` does; these commits of it are svcgen's, besides the last one.
    ///
    /// # Errors
    /// As of `push`.
    pub fn push_all(&self, own: &[Oid], others: Others) -> Result<Pushed, ReviewError> {
        match self.checkout.head()? {
            Head::Branch { name, tip } if name == self.branch.as_str() => {
                self.check_target(others)?;
                self.send(tip, own, others)
            }
            _ => Err(ReviewError::NotOnTopic {
                root: self.checkout.root().to_owned(),
                branch: self.branch.clone(),
            }),
        }
    }

    /// Sends the branch for review as `push` does, whatever is checked out.
    ///
    /// # Errors
    /// As of `push`, and where there is no such branch.
    pub fn push_elsewhere(&self, others: Others) -> Result<Pushed, ReviewError> {
        match self.tip() {
            Some(tip) => self.send(tip, &[], others),
            None => Err(ReviewError::NoBranch {
                branch: self.branch.clone(),
            }),
        }
    }

    fn send(&self, tip: Oid, own: &[Oid], others: Others) -> Result<Pushed, ReviewError> {
        let remote = self.remote.as_deref();
        let remote = remote.ok_or_else(|| ReviewError::NoRemote {
            root: self.checkout.root().to_owned(),
            url: self.review_url(),
        })?;
        self.fetch()?;
        let upstream = self.upstream();
        let commits = self.own_commits(tip, upstream.as_ref())?;
        if commits.is_empty() {
            return Ok(Pushed {
                outcome: Outcome::Merged,
                urls: Vec::new(),
                behind: 0,
                hint: None,
                over: Vec::new(),
            });
        }
        let behind = match &upstream {
            Some(upstream) => {
                // Where the patches of a series are named, the last commit may be none of them.
                let rest = match own.is_empty() {
                    true => &commits[1..],
                    false => &commits[..],
                };
                let is_foreign = |commit: &&Oid| others == Others::Refuse && !own.contains(commit);
                let foreign: Vec<Oid> = rest.iter().filter(is_foreign).copied().collect();
                let is_of_other = !own.is_empty() && !own.contains(&tip);
                self.check(tip, &foreign, own.len() > 1 || is_of_other, upstream)?
            }
            None => 0,
        };
        if self.change_id(tip)?.is_none() {
            return Err(ReviewError::NoChangeId {
                root: self.checkout.root().to_owned(),
                branch: self.branch.clone(),
                commit: tip.to_string(),
            });
        }
        // Not `HEAD`: a branch may have that name.
        let target = format!("{tip}:refs/for/{}%topic={}", self.base, self.branch);
        let (answer, output) = push(&self.checkout, remote, &target)?;
        let hint = upstream.filter(|_| behind > 0).map(|upstream| {
            format!(
                "git -C {} rebase {} {}",
                shell_words::quote(self.checkout.root().as_str()),
                upstream.name(),
                self.branch
            )
        });
        let is_there = match &answer {
            Answer::Accepted { words } => outcome(words).is_some(),
            Answer::UpToDate => true,
            Answer::Refused { reason } => reason.starts_with(NOTHING_NEW),
        };
        if is_there {
            self.note_target(&commits)?;
        }
        match answer {
            Answer::Accepted { words } => Ok(Pushed {
                outcome: outcome(&words).ok_or_else(|| ReviewError::NoGerrit {
                    root: self.checkout.root().to_owned(),
                    remote: remote.to_owned(),
                    reference: format!("refs/for/{}%topic={}", self.base, self.branch),
                })?,
                urls: urls(&words),
                behind,
                hint,
                over: Vec::new(),
            }),
            Answer::UpToDate => Ok(Pushed {
                outcome: Outcome::Nothing,
                urls: Vec::new(),
                behind,
                hint,
                over: Vec::new(),
            }),
            Answer::Refused { reason } if reason.starts_with(NOTHING_NEW) => {
                let urls = urls(&String::from_utf8_lossy(&output.stderr));
                Ok(Pushed {
                    outcome: Outcome::Nothing,
                    urls,
                    behind,
                    hint,
                    over: Vec::new(),
                })
            }
            Answer::Refused { reason } => Err(ReviewError::Rejected {
                root: self.checkout.root().to_owned(),
                remote: remote.to_owned(),
                reason,
                source: output.words(),
            }),
        }
    }

    /// Compares the branch with the remote's before it is sent; returns how far it is behind.
    fn check(
        &self,
        tip: Oid,
        foreign: &[Oid],
        is_series: bool,
        upstream: &Upstream,
    ) -> Result<usize, ReviewError> {
        let (branch, name) = (self.branch.clone(), upstream.name());
        let root = self.checkout.root().to_owned();
        if self.are_merged(&[tip], upstream)? {
            return Err(ReviewError::Merged {
                root,
                branch,
                upstream: name,
                aside: self.free_name("merged").into(),
            });
        }
        let Some(base) = self.checkout.merge_base(tip, upstream.tip) else {
            return Err(ReviewError::Unrelated {
                root,
                branch,
                upstream: name,
            });
        };
        if !foreign.is_empty() {
            let messages: Result<Vec<String>, _> =
                foreign.iter().map(|c| self.checkout.message(*c)).collect();
            let subjects = messages?
                .iter()
                .map(|m| m.lines().next().unwrap_or_default().to_owned())
                .collect();
            return Err(ReviewError::Others {
                root,
                branch,
                upstream: name,
                subjects,
                aside: self.free_name("others").into(),
                is_series,
                has_model: !self.keeps_model(tip, upstream.tip),
            });
        }
        if base == upstream.tip {
            return Ok(0);
        }
        let files = self
            .conflicts(tip, upstream.tip)
            .map_err(|e| self.checkout.unreadable("the history", e))?;
        if !files.is_empty() {
            return Err(ReviewError::Diverged {
                root,
                branch,
                upstream: name,
                files,
            });
        }
        Ok(self.checkout.commits(upstream.tip, Some(base))?.len())
    }

    /// A name beside the branch's that no branch has.
    pub fn free_name(&self, what: &str) -> String {
        let first = format!("{}-{what}", self.branch);
        let more = (2..).map(|number| format!("{first}-{number}"));
        let mut names = std::iter::once(first.clone()).chain(more);
        let is_free = |name: &String| {
            let branch = format!("refs/heads/{name}");
            self.checkout.resolve(&branch).is_none()
        };
        names.find(is_free).unwrap_or(first)
    }

    /// The files that both sides changed in the same lines.
    fn conflicts(&self, tip: Oid, upstream: Oid) -> Result<Vec<String>, git2::Error> {
        let repository = self.checkout.repository();
        let mut options = git2::MergeOptions::new();
        options.find_renames(false);
        let (ours, theirs) = (
            repository.find_commit(tip)?,
            repository.find_commit(upstream)?,
        );
        let index = repository.merge_commits(&ours, &theirs, Some(&options))?;
        let mut files = Vec::new();
        for conflict in index.conflicts()? {
            let conflict = conflict?;
            let entry = conflict.our.or(conflict.their).or(conflict.ancestor);
            files.extend(entry.map(|entry| String::from_utf8_lossy(&entry.path).into_owned()));
        }
        Ok(files)
    }

    /// Where `.gitreview` says that changes go.
    fn review_url(&self) -> Option<String> {
        let host = gitreview(&self.checkout, "host")?;
        let project = gitreview(&self.checkout, "project")?;
        let port = gitreview(&self.checkout, "port").unwrap_or_else(|| "29418".into());
        let user = self
            .user
            .gerrit
            .clone()
            .or_else(|| self.checkout.setting("gitreview.username"));
        let user = user.unwrap_or_else(|| "USER".into());
        Some(format!(
            "ssh://{user}@{host}:{port}/{}",
            project.trim_end_matches(".git")
        ))
    }
}

/// Pushes one reference, and reads the answer that the server gave to it.
///
/// # Errors
/// Where no server answered: the network, the address, the key.
pub(super) fn push(
    checkout: &Checkout,
    remote: &str,
    target: &str,
) -> Result<(Answer, Output), ReviewError> {
    let args = ["push", "--porcelain", "--no-follow-tags", remote, target];
    let output = checkout.git().network().output(&args)?;
    match answer(&output) {
        Some(answer) => Ok((answer, output)),
        None => {
            let source = output.words();
            let last = source
                .as_str()
                .lines()
                .rfind(|line| line.starts_with("fatal:"));
            if let Some(refused) = not_pushed(checkout, &source).filter(|_| last.is_none()) {
                return Err(refused);
            }
            let reason = last
                .map_or("no answer", |line| line.trim_start_matches("fatal: "))
                .to_owned();
            Err(ReviewError::Rejected {
                root: checkout.root().to_owned(),
                remote: remote.to_owned(),
                reason,
                source,
            })
        }
    }
}
