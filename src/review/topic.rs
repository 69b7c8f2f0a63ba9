//! The topic branch of a service in a checkout: where it begins, what is its own, whether it is merged.

use std::cell::RefCell;

use camino::{Utf8Path, Utf8PathBuf};
use git2::Oid;

use super::change_id::ChangeId;
use super::commit_message::CommitMessage;
use super::error::ReviewError;
use super::upstream::{Upstream, remote_of};
use crate::configuration::User;
use crate::edit::Rendered;
use crate::git::{Checkout, GitError, Head};
use crate::model::{BranchName, Refused, ServiceName};

/// A branch of a checkout that holds one change, named as the topic in Gerrit.
pub struct Topic {
    pub(super) checkout: Checkout,
    pub(super) branch: BranchName,
    /// The branch that the change is meant for.
    pub(super) base: BranchName,
    /// Where changes are sent to; none where the checkout has no remote.
    pub(super) remote: Option<String>,
    pub(super) user: User,
    /// The service that it is about.
    pub(super) service: Option<ServiceName>,
    /// The model, where it is a file of the checkout.
    pub(super) model: Option<Utf8PathBuf>,
    /// What hooks failed at that stopped nothing.
    pub(super) told: RefCell<Vec<String>>,
}

/// What became of the branch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Switched {
    /// It was checked out already.
    Stayed,
    /// It was there, with the change.
    Found,
    Created,
    /// The change that it held is merged; it begins again where the remote's branch is now.
    Restarted,
}

impl Topic {
    /// The name of the topic of a service, `svcgen/NAME`.
    ///
    /// # Errors
    /// Never for a name that a service can have.
    pub fn name_for(service: &ServiceName) -> Result<BranchName, Refused> {
        BranchName::parse(&format!("svcgen/{service}"))
    }

    /// Opens the topic of a checkout, whether its branch is there or not; `base` is the branch that it is meant for.
    ///
    /// # Errors
    /// Where the folder is not the root of a checkout.
    pub fn open(
        root: &Utf8Path,
        branch: BranchName,
        base: BranchName,
        user: User,
    ) -> Result<Self, ReviewError> {
        let checkout = Checkout::open(root)?;
        let remote = remote_of(&checkout);
        Ok(Self {
            checkout,
            branch,
            base,
            remote,
            user,
            service: None,
            model: None,
            told: RefCell::default(),
        })
    }

    /// The same topic, where it is known which service it is about.
    #[must_use]
    pub fn about(self, service: &ServiceName) -> Self {
        Self {
            service: Some(service.clone()),
            ..self
        }
    }

    /// The same topic, sent to a remote that is named.
    #[must_use]
    pub fn at_remote(self, remote: Option<String>) -> Self {
        let remote = remote.or_else(|| self.remote.clone());
        Self { remote, ..self }
    }

    /// The same topic under another name.
    #[must_use]
    pub fn on(self, branch: BranchName) -> Self {
        Self { branch, ..self }
    }

    /// The root of the checkout.
    pub fn root(&self) -> &Utf8Path {
        self.checkout.root()
    }

    /// The branch that the change is meant for.
    pub fn base(&self) -> &BranchName {
        &self.base
    }

    /// The name of the branch and of the topic.
    pub fn branch(&self) -> &BranchName {
        &self.branch
    }

    /// Where changes are sent to.
    pub fn remote(&self) -> Option<&str> {
        self.remote.as_deref()
    }

    /// Checks the branch out, before the tree is read: it is created where the history of the checkout leaves that
    /// of the remote's branch, or at what is checked out where another model would be seen there, and begins again once
    /// its change is merged.
    ///
    /// Uncommitted changes are carried over as `git switch` does.
    ///
    /// # Errors
    /// Where git is in the middle of something, or does not switch without losing somebody's change; where commits would
    /// go out of sight, or the model.
    pub fn switch(&self) -> Result<Switched, ReviewError> {
        let head = self.free_head()?;
        let upstream = self.upstream();
        let current = matches!(&head, Head::Branch { name, .. } | Head::Unborn { name } if name == self.branch.as_str());
        if let Some(path) = self.held_by()?.filter(|_| !current) {
            return Err(ReviewError::CheckedOut {
                root: self.checkout.root().to_owned(),
                branch: self.branch.clone(),
                path,
                command: None,
            });
        }
        let tip = match (&head, &upstream) {
            (Head::Unborn { .. }, None) if current => return Ok(Switched::Stayed),
            (Head::Unborn { .. }, None) => {
                self.git_switch(&["-c"], None)?;
                return Ok(Switched::Created);
            }
            (Head::Unborn { .. }, Some(upstream)) => upstream.tip,
            (Head::Branch { tip, .. } | Head::Detached { tip }, _) => *tip,
        };
        let start = upstream
            .as_ref()
            .and_then(|u| self.checkout.merge_base(tip, u.tip))
            // A model that was committed and not sent yet stays where it can be seen.
            .filter(|base| self.keeps_model(tip, *base))
            .unwrap_or(tip);
        let Some(own) = self.tip() else {
            self.git_switch(&["-c"], Some(self.start_point(start, upstream.as_ref())))?;
            return Ok(Switched::Created);
        };
        let commits = self.own_commits(own, upstream.as_ref())?;
        if let Some(upstream) = &upstream
            && self.may_be_done(own, &commits)
            && self.are_merged(&commits, upstream)?
        {
            self.check_model(&head, upstream.tip)?;
            let start = self.start_point(upstream.tip, Some(upstream));
            self.git_switch(&["-C"], Some(start))?;
            return Ok(Switched::Restarted);
        }
        if current {
            return Ok(Switched::Stayed);
        }
        if commits.is_empty() {
            // What is merged, and what the branch knows of it, is not taken back to where another branch began.
            let is_merged = |it: &&Upstream| self.checkout.is_ancestor(own, it.tip);
            let is_later = upstream.as_ref().filter(is_merged).is_some()
                && self.checkout.is_ancestor(start, own);
            let start = if is_later { own } else { start };
            self.git_switch(&["-C"], Some(self.start_point(start, upstream.as_ref())))?;
            return Ok(Switched::Created);
        }
        self.check_model(&head, own)?;
        self.git_switch(&[], None)?;
        Ok(Switched::Found)
    }

    /// Whether the branch holds commits of its own.
    ///
    /// # Errors
    /// Where git cannot read it.
    pub fn has_commits(&self) -> Result<bool, ReviewError> {
        match self.tip() {
            Some(tip) => Ok(!self.own_commits(tip, self.upstream().as_ref())?.is_empty()),
            None => Ok(false),
        }
    }

    /// Fetches the branch that the change is meant for.
    ///
    /// # Errors
    /// With git's words; not where the remote has no such branch yet.
    pub fn fetch(&self) -> Result<(), ReviewError> {
        let Some(remote) = &self.remote else {
            return Ok(());
        };
        let reference = format!("refs/heads/{}", self.base);
        match self.checkout.git().network().run(&[
            "fetch",
            "--quiet",
            "--no-tags",
            "--no-recurse-submodules",
            remote,
            &reference,
        ]) {
            Ok(_) => Ok(()),
            Err(GitError::Failed { source, .. })
                if source.as_str().contains("couldn't find remote ref") =>
            {
                self.check_base(remote)
            }
            Err(GitError::Failed { source, .. }) if source.as_str().contains("FETCH_HEAD'") => {
                Err(ReviewError::Unwritable {
                    root: self.checkout.root().to_owned(),
                    source,
                })
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Refuses a branch that the remote has not, unless that has none at all: then this is its first one.
    fn check_base(&self, remote: &str) -> Result<(), ReviewError> {
        let git = self.checkout.git().network();
        let heads = git.run(&["ls-remote", "--heads", remote])?.text();
        match heads.is_empty() {
            true => Ok(()),
            false => Err(ReviewError::NoBase {
                root: self.checkout.root().to_owned(),
                remote: remote.to_owned(),
                base: self.base.clone(),
            }),
        }
    }

    fn git_switch(&self, flags: &[&str], start: Option<String>) -> Result<(), ReviewError> {
        let branch = [self.branch.as_str()];
        let args = flags.iter().copied().chain(branch).chain(start.as_deref());
        let args: Vec<&str> = args.collect();
        let start = start.as_ref().map(|start| self.checkout.resolve(start));
        let is_there = |head: &Head| {
            let Head::Branch { name, tip } = head else {
                return false;
            };
            name == self.branch.as_str() && start.is_none_or(|start| start == Some(*tip))
        };
        self.run_switch(&self.checkout.git(), &args, is_there)
            .map_err(|source| ReviewError::Switch {
                root: self.checkout.root().to_owned(),
                branch: self.branch.clone(),
                source: Box::new(source),
            })
    }

    /// A branch that begins at the remote's branch follows it, if that is how the user has set git up.
    fn start_point(&self, start: Oid, upstream: Option<&Upstream>) -> String {
        match upstream {
            Some(upstream) if upstream.tip == start => upstream.reference.clone(),
            _ => start.to_string(),
        }
    }

    /// The last commit of the branch.
    pub fn tip(&self) -> Option<Oid> {
        self.checkout
            .resolve(&format!("refs/heads/{}", self.branch))
    }

    /// The commits of the branch that are neither in the remote's branch nor were there when it was created.
    pub(super) fn own_commits(
        &self,
        tip: Oid,
        upstream: Option<&Upstream>,
    ) -> Result<Vec<Oid>, ReviewError> {
        let beginning = self.checkout.beginning(self.branch.as_str());
        let is_copied = beginning == Some(tip) && self.began_with_own(tip, upstream)?;
        if beginning == Some(tip) && !is_copied {
            return Ok(Vec::new());
        }
        let base = match upstream {
            Some(upstream) => Some(upstream.tip),
            None => {
                let beginning = beginning.filter(|_| !is_copied);
                beginning.or_else(|| self.checkout.resolve(&format!("refs/heads/{}", self.base)))
            }
        };
        Ok(self.checkout.commits(tip, base)?)
    }

    /// Whether the branch began at a change that is its own: one that somebody fetched, as in a fresh clone, so that no
    /// other branch here has it, or one that svcgen made for the service, so that it was copied.
    fn began_with_own(&self, tip: Oid, upstream: Option<&Upstream>) -> Result<bool, ReviewError> {
        // Somebody may have put a commit of theirs upon it.
        let commits = match upstream {
            Some(upstream) => self.checkout.commits(tip, Some(upstream.tip))?,
            None => vec![tip],
        };
        let mut ids = Vec::new();
        for commit in commits {
            ids.extend(self.change_id(commit)?);
        }
        if ids.is_empty() {
            return Ok(false);
        }
        if upstream.is_some_and(|upstream| self.checkout.is_ancestor(tip, upstream.tip)) {
            return Ok(false);
        }
        let made = self
            .service
            .as_ref()
            .map(|service| Rendered::of(self.checkout.root(), service));
        let is_made = |made: Rendered| ids.iter().any(|id| made.has_made(&id.to_string()));
        if made.is_some_and(is_made) {
            return Ok(true);
        }
        if upstream.is_none() {
            return Ok(false);
        }
        let contains = format!("--contains={tip}");
        let branches = [
            "for-each-ref",
            "--format=%(refname)",
            &contains,
            "refs/heads",
        ];
        let branches = self.checkout.git().run(&branches)?.text();
        let own = format!("refs/heads/{}", self.branch);
        Ok(branches.lines().all(|branch| branch == own))
    }

    /// Whether there may have been a change on the branch that is merged by now.
    fn may_be_done(&self, tip: Oid, commits: &[Oid]) -> bool {
        !commits.is_empty() || self.checkout.beginning(self.branch.as_str()) != Some(tip)
    }

    /// The Change-Id of a commit.
    pub(super) fn change_id(&self, commit: Oid) -> Result<Option<ChangeId>, ReviewError> {
        Ok(CommitMessage::parse(&self.checkout.message(commit)?).change_id())
    }
}
