//! The one commit of a topic: made, amended, or dropped where nothing is left of it.

mod amend;

use camino::Utf8PathBuf;
use git2::{FileMode, Oid, Status, build::TreeUpdateBuilder};

use self::amend::Old;
use super::change_id::{ChangeId, Seed};
use super::commit_message::CommitMessage;
use super::error::ReviewError;
use super::hook::not_committed;
use super::identity::with_identity;
use super::topic::Topic;
use crate::edit::Rendered;
use crate::generate::CommitText;
use crate::git::{Checkout, Git, GitError, Head};
use crate::model::TaskId;

/// Where the message that svcgen last wrote is remembered, beside the text of the files.
pub(super) const MESSAGE: &str = "COMMIT_MESSAGE";

/// What became of the commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Committed {
    /// The branch holds it all already.
    Nothing,
    Created {
        commit: Oid,
        change_id: ChangeId,
    },
    /// The commit that was there was updated, and kept its Change-Id.
    Amended {
        commit: Oid,
        change_id: ChangeId,
        /// The branch that holds the commit that was there, where something of somebody's was in it and is no more.
        kept: Option<String>,
    },
    /// The commit had nothing left in it, and was taken off the branch.
    Dropped {
        change_id: ChangeId,
        /// As of one that was updated.
        kept: Option<String>,
    },
}

impl Topic {
    /// Commits these files and nothing else: as a new change, or into the one that the branch holds.
    ///
    /// `paths` are all files of the plan, those that are as they should be too: an earlier run may have written them
    /// and not committed. What others staged stays staged. A message that somebody edited is kept; only its trailers
    /// are completed.
    ///
    /// # Errors
    /// Where the branch is not checked out, git does not know the user, or a hook refuses.
    pub fn commit(
        &self,
        paths: &[Utf8PathBuf],
        text: &CommitText,
        bugs: &[TaskId],
        rendered: &Rendered,
    ) -> Result<Committed, ReviewError> {
        let head = self.tip_here()?;
        let places: Result<Vec<Utf8PathBuf>, _> =
            paths.iter().map(|path| self.checkout.place(path)).collect();
        let changed = self.checkout.status(&places?)?;
        let written = self.written(rendered)?;
        let ours = match head {
            Some(tip) => {
                let id = written.as_ref().and_then(CommitMessage::change_id);
                match self.ours(tip, id, text) {
                    // Another patch stands upon it, and there is nothing to update.
                    Err(ReviewError::OnTop { .. }) if changed.is_empty() => {
                        return Ok(Committed::Nothing);
                    }
                    ours => ours?,
                }
            }
            None => None,
        };
        let base = match (&ours, head) {
            (Some(_), Some(tip)) => self.before(tip)?,
            (_, head) => head,
        };
        if let (Some((change_id, _)), Some(base), Some(tip)) = (&ours, base, head)
            && !changed.is_empty()
            && self.is_undone(base, tip, &changed)?
        {
            self.take_off(base, &changed)?;
            let kept = self.keep(Some(tip), base, &[rendered])?;
            let change_id = change_id.clone();
            return Ok(Committed::Dropped { change_id, kept });
        }
        let text = self.told(text, base, head, &changed)?;
        let fresh = CommitMessage::new(&text);
        let Some((change_id, old)) = ours else {
            if changed.is_empty() {
                return Ok(Committed::Nothing);
            }
            let git = with_identity(self.checkout.git(), &self.user)?;
            let seed = fresh.to_string();
            let change_id = new_change_id(&self.checkout, &git, head, &changed, &seed)?;
            let message = fresh.ensure(bugs, &change_id);
            let commit = record(&self.checkout, &git, &changed, &message, &[])?;
            self.keep(None, commit, &[rendered])?;
            self.finished(&message, rendered)?;
            return Ok(Committed::Created { commit, change_id });
        };
        let old = Old {
            change_id,
            message: old,
            written,
        };
        self.amend(head, old, (fresh, bugs), &changed, rendered)
    }

    /// The last commit of the branch, which has to be checked out; none where it has no commit yet.
    pub(super) fn tip_here(&self) -> Result<Option<Oid>, ReviewError> {
        match self.checkout.head()? {
            Head::Branch { name, tip } if name == self.branch.as_str() => Ok(Some(tip)),
            Head::Unborn { name } if name == self.branch.as_str() => Ok(None),
            _ => Err(ReviewError::NotOnTopic {
                root: self.checkout.root().to_owned(),
                branch: self.branch.clone(),
            }),
        }
    }

    /// Checks that the commit which would be updated is the last one of the branch, before anything is written.
    ///
    /// # Errors
    /// Where somebody committed on top of it.
    pub fn check_top(&self, text: &CommitText, rendered: &Rendered) -> Result<(), ReviewError> {
        match self.tip() {
            Some(tip) => self
                .ours(tip, self.remembered_id(rendered)?, text)
                .map(drop),
            None => Ok(()),
        }
    }

    /// The Change-Id of svcgen's commit, where it is remembered.
    pub(super) fn remembered_id(
        &self,
        rendered: &Rendered,
    ) -> Result<Option<ChangeId>, ReviewError> {
        let written = self.written(rendered)?;
        Ok(written.and_then(|message| message.change_id()))
    }

    /// The message that svcgen wrote last: where it wrote another one on another branch, that of a commit of this one.
    fn written(&self, rendered: &Rendered) -> Result<Option<CommitMessage>, ReviewError> {
        let notes = rendered.notes(MESSAGE);
        let messages = notes.iter().map(|text| CommitMessage::parse(text));
        let mut messages: Vec<CommitMessage> = messages.collect();
        if let Some(tip) = self.tip().filter(|_| messages.len() > 1) {
            for commit in self.own_commits(tip, self.upstream().as_ref())? {
                let id = self.change_id(commit)?;
                let is_it = |message: &CommitMessage| id.is_some() && message.change_id() == id;
                if let Some(index) = messages.iter().position(is_it) {
                    return Ok(Some(messages.swap_remove(index)));
                }
            }
        }
        Ok(messages.pop())
    }

    /// Checks that git knows who commits, before anything is written.
    ///
    /// # Errors
    /// Where it does not.
    pub fn check_identity(&self) -> Result<(), ReviewError> {
        with_identity(self.checkout.git(), &self.user).map(drop)
    }

    /// The Change-Id and message of the branch's last commit, where that is svcgen's and not merged.
    ///
    /// Where nothing is remembered of it, it is known by what svcgen calls it.
    fn ours(
        &self,
        tip: Oid,
        written: Option<ChangeId>,
        text: &CommitText,
    ) -> Result<Option<(ChangeId, String)>, ReviewError> {
        let upstream = self.upstream();
        let commits = self.own_commits(tip, upstream.as_ref())?;
        if commits.is_empty() {
            return Ok(None);
        }
        let message = self.checkout.message(tip)?;
        let id = CommitMessage::parse(&message).change_id();
        let ids = commits.iter().map(|commit| self.change_id(*commit));
        let ids = ids.collect::<Result<Vec<_>, ReviewError>>()?;
        let written = match written {
            Some(written) if ids.contains(&Some(written.clone())) => Some(written),
            written => self.called(&commits, text)?.or(written),
        };
        let Some(written) = written else {
            return Ok(None);
        };
        if id.as_ref() != Some(&written) {
            if id.is_none() && commits.len() == 1 && self.was(&written) {
                return Ok(Some((written, message)));
            }
            for (depth, commit) in commits.iter().enumerate() {
                if self.change_id(*commit)?.as_ref() == Some(&written) {
                    let subject = message.lines().next().unwrap_or_default().to_owned();
                    return Err(ReviewError::OnTop {
                        root: self.checkout.root().to_owned(),
                        branch: self.branch.clone(),
                        subject,
                        depth,
                        is_root: self.parent(*commit)?.is_none(),
                    });
                }
            }
            return Ok(None);
        }
        if let Some(upstream) = &upstream
            && self.are_merged(&commits[..1], upstream)?
        {
            return Ok(None);
        }
        Ok(id.map(|id| (id, message)))
    }

    /// The Change-Id of the newest of these commits that is called as svcgen calls it.
    pub(super) fn called(
        &self,
        commits: &[Oid],
        text: &CommitText,
    ) -> Result<Option<ChangeId>, ReviewError> {
        let first = CommitMessage::new(text);
        for commit in commits {
            let message = CommitMessage::parse(&self.checkout.message(*commit)?);
            let later = self.told(text, self.parent(*commit)?, Some(*commit), &[])?;
            let subjects =
                [first.subject(), CommitMessage::new(&later).subject()].map(str::to_owned);
            if subjects.iter().any(|it| it == message.subject())
                && let Some(id) = message.change_id()
            {
                return Ok(Some(id));
            }
        }
        Ok(None)
    }

    /// Whether the last commit was made from a change by `git commit --amend`: then it is that change, and somebody
    /// dropped the Change-Id with the rest of the message.
    fn was(&self, written: &ChangeId) -> bool {
        let before = self.checkout.amended(self.branch.as_str());
        // A commit of long ago may have been collected as garbage.
        before
            .into_iter()
            .any(|commit| self.change_id(commit).ok().flatten().as_ref() == Some(written))
    }

    /// Remembers the message, so that it can follow the model for as long as nobody edits it.
    fn finished(&self, message: &CommitMessage, rendered: &Rendered) -> Result<(), ReviewError> {
        let path = rendered.place(MESSAGE.into());
        let failed = |source| GitError::Write { path, source };
        let written = rendered.write(MESSAGE.into(), &message.to_string());
        Ok(written.map_err(failed)?)
    }
}

/// Commits these files, and leaves the rest of the index as it is.
pub(super) fn record(
    checkout: &Checkout,
    git: &Git,
    changed: &[(Utf8PathBuf, Status)],
    message: &CommitMessage,
    flags: &[&str],
) -> Result<Oid, ReviewError> {
    let new: Vec<&str> = changed
        .iter()
        .filter(|(_, status)| status.intersects(Status::WT_NEW | Status::IGNORED))
        .map(|(path, _)| path.as_str())
        .collect();
    let failed = |source| ReviewError::Commit { source };
    if !new.is_empty() {
        let add = [
            "--literal-pathspecs",
            "add",
            "--intent-to-add",
            "--force",
            "--",
        ];
        git.run(&[&add[..], &new].concat()).map_err(failed)?;
    }
    let mut args = vec![
        "--literal-pathspecs",
        "commit",
        "--quiet",
        "--only",
        "--cleanup=verbatim",
        "--file=-",
    ];
    args.extend(flags);
    args.push("--");
    args.extend(changed.iter().map(|(path, _)| path.as_str()));
    if let Err(error) = git.run_with_input(&args, &message.to_string()) {
        if !new.is_empty() {
            // The files are as they were before: not known to git. The first error is the one to tell.
            let _undone = git.run(&[&["update-index", "--force-remove", "--"], &new[..]].concat());
        }
        return Err(not_committed(checkout, error));
    }
    follow(checkout, git, changed).map_err(failed)?;
    let head = checkout.resolve("HEAD");
    head.ok_or_else(|| {
        failed(GitError::NotACheckout {
            root: checkout.root().to_owned(),
        })
    })
}

/// Has the index follow where a hook has changed files and added them: git gives it what was committed before that. A file that
/// is not as the commit has it is somebody's.
fn follow(
    checkout: &Checkout,
    git: &Git,
    changed: &[(Utf8PathBuf, Status)],
) -> Result<(), GitError> {
    let paths: Vec<Utf8PathBuf> = changed.iter().map(|(path, _)| path.clone()).collect();
    let behind = checkout.status(&paths)?;
    let behind = behind.iter().map(|(path, _)| path.as_str());
    let is_committed = |path: &&str| {
        let args = ["--literal-pathspecs", "diff", "--quiet", "HEAD", "--", path];
        git.output(&args).is_ok_and(|it| it.status.success())
    };
    let behind: Vec<&str> = behind.filter(is_committed).collect();
    if !behind.is_empty() {
        let reset = ["--literal-pathspecs", "reset", "--quiet", "--"];
        git.run(&[&reset[..], &behind].concat())?;
    }
    Ok(())
}

/// A Change-Id for what is about to be committed.
pub(super) fn new_change_id(
    checkout: &Checkout,
    git: &Git,
    parent: Option<Oid>,
    changed: &[(Utf8PathBuf, Status)],
    message: &str,
) -> Result<ChangeId, ReviewError> {
    let author = git.run(&["var", "GIT_AUTHOR_IDENT"])?.text();
    let committer = git.run(&["var", "GIT_COMMITTER_IDENT"])?.text();
    let make = || -> Result<ChangeId, git2::Error> {
        let repository = checkout.repository();
        let baseline = match parent {
            Some(parent) => repository.find_commit(parent)?.tree()?,
            None => repository.find_tree(repository.treebuilder(None)?.write()?)?,
        };
        let mut update = TreeUpdateBuilder::new();
        for (path, _) in changed {
            // What cannot be read is left out: the Change-Id has to be unique, not to be checked.
            if let Ok(blob) = repository.blob_path(checkout.root().join(path).as_std_path()) {
                update.upsert(path.as_str(), blob, FileMode::Blob);
            }
        }
        let tree = update.create_updated(repository, &baseline)?;
        ChangeId::new(&Seed {
            tree,
            parent,
            author: &author,
            committer: &committer,
            message,
        })
    };
    Ok(make().map_err(|source| checkout.unreadable("the tree", source))?)
}
