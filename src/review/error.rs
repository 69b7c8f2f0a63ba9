mod hints;

use camino::Utf8PathBuf;
use git2::Oid;
use thiserror::Error;

use super::newer::{Newer, named};
use crate::error::ErrorKind;
use crate::git::{GitError, Words};
use crate::model::BranchName;

/// A change that cannot be taken to review.
#[derive(Debug, Error)]
pub enum ReviewError {
    #[error(transparent)]
    Git(#[from] GitError),
    #[error("`{path}` is a file, not a folder")]
    NotAFolder { path: Utf8PathBuf },
    #[error("`{root}` is in the middle of a {operation}")]
    InProgress {
        root: Utf8PathBuf,
        operation: &'static str,
    },
    #[error("`{root}` is at {commit}, which is on no branch")]
    Detached { root: Utf8PathBuf, commit: String },
    #[error("`{branch}` has another `{model}` than `{here}`, which is checked out")]
    OtherModel {
        root: Utf8PathBuf,
        branch: BranchName,
        model: Utf8PathBuf,
        here: String,
    },
    #[error("git does not know who is committing")]
    NoIdentity { source: Words },
    #[error("git could not switch to `{branch}`")]
    Switch {
        root: Utf8PathBuf,
        branch: BranchName,
        source: Box<GitError>,
    },
    /// Git has a branch in one work tree alone.
    #[error("`{branch}` is checked out in `{path}`")]
    CheckedOut {
        root: Utf8PathBuf,
        branch: BranchName,
        path: Utf8PathBuf,
        /// The same run there.
        command: Option<String>,
    },
    /// Git did what it was asked to, and a hook of the user's did not let it.
    #[error("{hook} refused {what}")]
    Hook {
        hook: String,
        what: &'static str,
        source: Words,
        /// What is done already, and how it goes on.
        left: &'static str,
    },
    #[error("git could not commit")]
    Commit { source: GitError },
    #[error("`{branch}` was moved by someone else in the meantime")]
    Moved {
        root: Utf8PathBuf,
        branch: BranchName,
        /// What git said, where it was asked to move the branch.
        source: Option<Box<GitError>>,
    },
    #[error("`{root}` is not on the branch `{branch}`")]
    NotOnTopic {
        root: Utf8PathBuf,
        branch: BranchName,
    },
    #[error("`{root}` is a shallow clone, and lacks what `{branch}` is based on")]
    CutOff {
        root: Utf8PathBuf,
        branch: BranchName,
    },
    /// The commit of svcgen's is there, but is not the last one of its branch.
    #[error("on `{branch}` there is \"{subject}\" on top of the commit that svcgen would update")]
    OnTop {
        root: Utf8PathBuf,
        branch: BranchName,
        subject: String,
        depth: usize,
        /// Whether the commit of svcgen's is the first one of all.
        is_root: bool,
    },
    /// The branch shall hold one change, and holds several commits.
    #[error("`{branch}` holds {} commits: {}", .subjects.len(), list(.subjects))]
    Several {
        root: Utf8PathBuf,
        branch: BranchName,
        /// A name that no branch has.
        aside: Box<str>,
        upstream: Option<String>,
        /// Newest first.
        subjects: Vec<String>,
    },
    #[error("`{branch}` carries other commits that are not in `{upstream}`: {}", list(.subjects))]
    Others {
        root: Utf8PathBuf,
        branch: BranchName,
        upstream: String,
        subjects: Vec<String>,
        /// Whether several commits of the branch are svcgen's.
        is_series: bool,
        /// A name that no branch has, for what is put aside.
        aside: Box<str>,
        /// Whether the model is in one of them, so that the branch is nothing without it.
        has_model: bool,
    },
    /// Other patches of svcgen's stand beside the service's own.
    #[error("`{branch}` carries the patches of the series, which go together: {}", list(.subjects))]
    Series {
        branch: BranchName,
        /// Newest first.
        subjects: Vec<String>,
        command: String,
    },
    #[error("`{branch}` and `{upstream}` have diverged, and both changed {}", list(.files))]
    Diverged {
        root: Utf8PathBuf,
        branch: BranchName,
        upstream: String,
        files: Vec<String>,
    },
    #[error("`{branch}` and `{upstream}` have no history in common")]
    Unrelated {
        root: Utf8PathBuf,
        branch: BranchName,
        upstream: String,
    },
    /// Somebody sent other patch sets of the branch's changes.
    #[error("{}", overtaken(.patch_sets, .branch))]
    Newer {
        root: Utf8PathBuf,
        branch: BranchName,
        remote: String,
        /// That of the branch's newest commit first.
        patch_sets: Vec<Newer>,
        /// Whether the first one is that of the branch's last commit.
        is_last: bool,
        /// The commit of the branch that has to be below the first one, and is not; and the last commit of the branch.
        moved: Option<Box<(Oid, Oid)>>,
        /// Whether an option sends over them.
        can_force: bool,
    },
    #[error("the change of `{branch}` was sent for `{target}`, and is meant for `{base}` now")]
    OtherTarget {
        branch: BranchName,
        target: String,
        base: BranchName,
    },
    #[error("the change of `{branch}` is already in `{upstream}`")]
    Merged {
        root: Utf8PathBuf,
        branch: BranchName,
        upstream: String,
        /// A name that no branch has.
        aside: Box<str>,
    },
    #[error("there is no branch `{branch}` to send")]
    NoBranch { branch: BranchName },
    #[error("the last commit of `{branch}` has no Change-Id")]
    NoChangeId {
        root: Utf8PathBuf,
        branch: BranchName,
        /// The full name of the commit.
        commit: String,
    },
    #[error("`{remote}` has no branch `{base}`, which changes are meant for")]
    NoBase {
        root: Utf8PathBuf,
        remote: String,
        base: BranchName,
    },
    /// What is fetched is noted there.
    #[error("git cannot write into the git directory of `{root}`, and nothing was fetched")]
    Unwritable { root: Utf8PathBuf, source: Words },
    #[error("`{root}` has no remote to send changes to")]
    NoRemote {
        root: Utf8PathBuf,
        url: Option<String>,
    },
    #[error("`{remote}` refused the change: {reason}")]
    Rejected {
        root: Utf8PathBuf,
        remote: String,
        reason: String,
        source: Words,
    },
    /// The server is no Gerrit: it took the reference as it is.
    #[error("`{remote}` is not a review server: it took the change as the reference `{reference}`")]
    NoGerrit {
        root: Utf8PathBuf,
        remote: String,
        reference: String,
    },
    #[error("`{path}` already exists, and {reason}")]
    Occupied { path: Utf8PathBuf, reason: String },
    #[error("the site `{site}` does not say where its repositories are")]
    NoServer { site: String },
}

/// Git in a checkout: what would be done in another one of the same names would harm it.
pub(super) fn git_in(root: &camino::Utf8Path) -> String {
    format!("git -C {}", shell_words::quote(root.as_str()))
}

fn overtaken(patch_sets: &[Newer], branch: &BranchName) -> String {
    let (were, them) = match patch_sets.len() {
        1 => ("was", "it"),
        _ => ("were", "them"),
    };
    let named = named(patch_sets);
    format!("{named} {were} not sent from here, and `{branch}` does not have {them}")
}

fn list(names: &[String]) -> String {
    const MOST: usize = 5;
    let shown: Vec<String> = names
        .iter()
        .take(MOST)
        .map(|name| format!("`{name}`"))
        .collect();
    let more = names.len().saturating_sub(MOST);
    if more == 0 {
        shown.join(", ")
    } else {
        format!("{} and {more} more", shown.join(", "))
    }
}

impl ReviewError {
    /// What the failure means for the exit code.
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::Git(GitError::NotACheckout { .. })
            | Self::NotAFolder { .. }
            | Self::NoIdentity { .. }
            | Self::NoServer { .. } => ErrorKind::Usage,
            Self::Git(
                GitError::Overlooked { .. } | GitError::Sparse { .. } | GitError::LineEnds { .. },
            ) => ErrorKind::Conflict,
            Self::Git(GitError::Interrupted { .. }) => ErrorKind::Interrupted,
            Self::Git(_) | Self::Unwritable { .. } => ErrorKind::Unexpected,
            Self::Commit {
                source: GitError::Temporary { .. },
            } => ErrorKind::Unexpected,
            Self::Commit { source } if source.is_full() => ErrorKind::Unexpected,
            Self::Switch { source, .. } if source.is_full() => ErrorKind::Unexpected,
            Self::InProgress { .. }
            | Self::Detached { .. }
            | Self::OtherModel { .. }
            | Self::Switch { .. }
            | Self::CheckedOut { .. }
            | Self::Commit { .. }
            | Self::Hook { .. }
            | Self::Moved { .. }
            | Self::NotOnTopic { .. }
            | Self::CutOff { .. }
            | Self::OnTop { .. }
            | Self::Several { .. }
            | Self::Others { .. }
            | Self::Series { .. }
            | Self::Diverged { .. }
            | Self::Unrelated { .. }
            | Self::Merged { .. }
            | Self::Newer { .. }
            | Self::OtherTarget { .. }
            | Self::NoBranch { .. }
            | Self::NoChangeId { .. }
            | Self::NoBase { .. }
            | Self::NoRemote { .. }
            | Self::Rejected { .. }
            | Self::NoGerrit { .. }
            | Self::Occupied { .. } => ErrorKind::Conflict,
        }
    }
}
