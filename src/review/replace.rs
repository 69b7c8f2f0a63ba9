//! Replaces the one commit of a topic, whatever is checked out.

use camino::Utf8PathBuf;
use git2::Oid;

use super::change_id::{ChangeId, Seed};
use super::commit_message::CommitMessage;
use super::error::ReviewError;
use super::identity::with_identity;
use super::topic::Topic;
use crate::git::{Checkout, Git, GitError};
use crate::model::TaskId;

/// The change of a topic that is not merged: the one commit that its branch has.
#[derive(Debug, Clone)]
pub struct Pending {
    pub commit: Oid,
    /// What it stands on; nothing for the first commit of a repository.
    pub parent: Option<Oid>,
    pub message: CommitMessage,
    /// None where somebody dropped it.
    pub change_id: Option<ChangeId>,
}

/// What a topic shall hold.
#[derive(Debug, Clone)]
pub struct Replacement<'a> {
    pub tree: Oid,
    pub parent: Oid,
    /// Where the branch was when all this was planned, where it was there.
    pub before: Option<Oid>,
    /// Without what `bugs` and the Change-Id add.
    pub message: CommitMessage,
    pub bugs: &'a [TaskId],
}

impl Topic {
    /// The branch of the remote that the change is meant for, as last fetched: its name, and its last commit.
    pub fn target(&self) -> Option<(String, Oid)> {
        let upstream = self.upstream()?;
        Some((upstream.name(), upstream.tip))
    }

    /// Finds the change that the branch holds, whether it is checked out or not; none once it is merged.
    ///
    /// # Errors
    /// Where the branch has more than one commit.
    pub fn pending(&self) -> Result<Option<Pending>, ReviewError> {
        let Some(tip) = self.tip() else {
            return Ok(None);
        };
        let upstream = self.upstream();
        let commits = self.own_commits(tip, upstream.as_ref())?;
        if let Some(upstream) = &upstream
            && self.are_merged(&commits, upstream)?
        {
            return Ok(None);
        }
        let [commit] = commits[..] else {
            let subject = |commit: &Oid| {
                let message = self.checkout.message(*commit)?;
                Ok(message.lines().next().unwrap_or_default().to_owned())
            };
            let subjects: Result<Vec<String>, ReviewError> = commits.iter().map(subject).collect();
            return Err(ReviewError::Several {
                root: self.checkout.root().to_owned(),
                branch: self.branch.clone(),
                aside: self.free_name("old").into(),
                upstream: upstream.map(|upstream| upstream.name()),
                subjects: subjects?,
            });
        };
        let message = CommitMessage::parse(&self.checkout.message(commit)?);
        let read = |source| self.checkout.unreadable("a commit", source);
        let found = self.checkout.repository().find_commit(commit);
        let found = found.map_err(read)?;
        Ok(Some(Pending {
            commit,
            parent: found.parent_id(0).ok(),
            change_id: message.change_id(),
            message,
        }))
    }

    /// The last commit of the branch, where that is there.
    pub fn last(&self) -> Option<Oid> {
        self.tip()
    }

    /// Another work tree that has the branch checked out: its files would not follow the branch.
    ///
    /// # Errors
    /// With git's words.
    pub fn checked_out_in(&self) -> Result<Option<Utf8PathBuf>, ReviewError> {
        let listed = self.checkout.git();
        let listed = listed.run(&["worktree", "list", "--porcelain"])?.text();
        let branch = format!("branch refs/heads/{}", self.branch);
        let mut blocks = listed.split("\n\n");
        let found = blocks.find(|block| block.lines().any(|line| line == branch));
        let path = found.and_then(|block| block.lines().next()?.strip_prefix("worktree "));
        Ok(path.map(Utf8PathBuf::from))
    }

    /// The other work tree that has the branch checked out, from which git does not let it go.
    ///
    /// # Errors
    /// With git's words.
    pub fn held_by(&self) -> Result<Option<Utf8PathBuf>, ReviewError> {
        let repository = self.checkout.repository();
        let has_linked = repository.worktrees().is_ok_and(|all| !all.is_empty());
        if !has_linked && !repository.is_worktree() {
            return Ok(None);
        }
        let root = self.checkout.root();
        let is_other = |path: &Utf8PathBuf| {
            let place = path.canonicalize_utf8();
            place.map_or_else(|_| path != root, |place| place != root)
        };
        Ok(self.checked_out_in()?.filter(is_other))
    }

    /// Makes a commit of a tree, and puts the branch there: in the place of the change that it holds, whose Change-Id and
    /// author it keeps, or as a new change. No work tree is touched.
    ///
    /// # Errors
    /// Where git does not know who is committing, or the branch has moved meanwhile.
    pub fn replace(
        &self,
        pending: Option<&Pending>,
        by: Replacement<'_>,
    ) -> Result<(Oid, ChangeId), ReviewError> {
        let git = with_identity(self.checkout.git(), &self.user)?;
        let parent = Some(by.parent);
        let change_id = match pending.and_then(|pending| pending.change_id.clone()) {
            Some(id) => id,
            None => seeded(&self.checkout, &git, by.tree, parent, &by.message)?,
        };
        let message = by.message.ensure(by.bugs, &change_id).to_string();
        let author = pending.map(|pending| pending.commit);
        let commit = commit_tree(&self.checkout, &git, by.tree, parent, &message, author)?;
        let branch = format!("refs/heads/{}", self.branch);
        let why = if pending.is_some() {
            "commit (amend): by svcgen"
        } else {
            "commit: by svcgen"
        };
        // An empty name stands for a branch that is not there.
        let before = by.before.unwrap_or(Oid::ZERO_SHA1).to_string();
        let moved = git.run(&[
            "update-ref",
            "-m",
            why,
            &branch,
            &commit.to_string(),
            &before,
        ]);
        moved.map_err(|source| self.not_moved(source))?;
        Ok((commit, change_id))
    }

    /// The error of a branch that git did not put at a new commit.
    pub(super) fn not_moved(&self, source: GitError) -> ReviewError {
        const OF_ANOTHER: [&str; 3] = ["but expected", "already exists", "unable to resolve"];
        let said = match &source {
            GitError::Failed { source, .. } => source.to_string(),
            _ => String::new(),
        };
        match OF_ANOTHER.iter().any(|words| said.contains(words)) {
            true => ReviewError::Moved {
                root: self.checkout.root().to_owned(),
                branch: self.branch.clone(),
                source: Some(Box::new(source)),
            },
            false => source.into(),
        }
    }
}

/// A Change-Id for a tree that is about to be committed.
pub(super) fn seeded(
    checkout: &Checkout,
    git: &Git,
    tree: Oid,
    parent: Option<Oid>,
    message: &CommitMessage,
) -> Result<ChangeId, ReviewError> {
    let author = git.run(&["var", "GIT_AUTHOR_IDENT"])?.text();
    let committer = git.run(&["var", "GIT_COMMITTER_IDENT"])?.text();
    let id = ChangeId::new(&Seed {
        tree,
        parent,
        author: &author,
        committer: &committer,
        message: &message.to_string(),
    });
    Ok(id.map_err(|source| checkout.unreadable("the tree", source))?)
}

/// Makes a commit, which no branch has yet; its author is that of another one, where it takes its place.
pub(super) fn commit_tree(
    checkout: &Checkout,
    git: &Git,
    tree: Oid,
    parent: Option<Oid>,
    message: &str,
    author: Option<Oid>,
) -> Result<Oid, ReviewError> {
    let failed = |source| ReviewError::Commit { source };
    let unreadable = |source| checkout.unreadable("a commit", source);
    let mut git = git.clone();
    if let Some(author) = author {
        let (name, email, date) = author_of(checkout, author).map_err(unreadable)?;
        git = git
            .having("GIT_AUTHOR_NAME", &name)
            .having("GIT_AUTHOR_EMAIL", &email)
            .having("GIT_AUTHOR_DATE", &date);
    }
    let is_signed = git.output(&["config", "--type=bool", "--get", "commit.gpgSign"])?;
    let (tree, parent) = (tree.to_string(), parent.map(|parent| parent.to_string()));
    let mut args = vec!["commit-tree", tree.as_str(), "-F", "-"];
    if let Some(parent) = &parent {
        args.extend(["-p", parent]);
    }
    if is_signed.text() == "true" {
        args.push("-S");
    }
    let output = git.run_with_input(&args, message).map_err(failed)?;
    let id = Oid::from_str(&output.text());
    Ok(id.map_err(unreadable)?)
}

/// The author of a commit: name, address, time.
fn author_of(checkout: &Checkout, commit: Oid) -> Result<(String, String, String), git2::Error> {
    let commit = checkout.repository().find_commit(commit)?;
    let author = commit.author();
    let time = author.when();
    let (sign, offset) = (time.sign(), time.offset_minutes().abs());
    let date = format!(
        "{} {sign}{:02}{:02}",
        time.seconds(),
        offset / 60,
        offset % 60
    );
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    Ok((text(author.name_bytes()), text(author.email_bytes()), date))
}
