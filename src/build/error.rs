mod hints;

use camino::Utf8PathBuf;
use thiserror::Error;

use super::npm::NpmError;
use super::step::StepError;
use crate::container::{self, ConnectError, ImageError, RunError};
use crate::error::ErrorKind;
use crate::git::GitError;
use crate::model::{BranchName, LoadError};
use crate::render::RenderError;
use crate::review::ReviewError;
use crate::scap::ScapError;

/// A build that cannot be done; the deploy repository is as it was.
#[derive(Debug, Error)]
pub enum BuildError {
    #[error(transparent)]
    Git(#[from] GitError),
    #[error(transparent)]
    Review(#[from] ReviewError),
    #[error(transparent)]
    Npm(#[from] NpmError),
    #[error("{} in `{root}` {} uncommitted changes", names(.paths), if .paths.len() == 1 { "has" } else { "have" })]
    Dirty {
        root: Utf8PathBuf,
        /// Whether they are what svcgen has written there.
        is_own: bool,
        paths: Vec<String>,
    },
    #[error("`{branch}` is checked out in `{path}`, whose files would not be updated with it")]
    CheckedOut {
        branch: BranchName,
        path: Utf8PathBuf,
    },
    #[error("`{branch}` has a commit that is not from a build: \"{subject}\"")]
    NotOurs {
        root: Utf8PathBuf,
        branch: BranchName,
        /// A name that no branch has.
        aside: Box<str>,
        subject: String,
    },
    #[error("`{root}` has no remote")]
    NoRemote { root: Utf8PathBuf },
    #[error("`{root}` has no remote `{remote}`, which `deploy.remote` names")]
    UnknownRemote { root: Utf8PathBuf, remote: String },
    #[error("`{remote}` has no branch `{branch}` to build on")]
    NoBranch {
        root: Utf8PathBuf,
        remote: String,
        branch: BranchName,
    },
    #[error("`{key}` of git's configuration is `{value}`, which is not a branch")]
    Branch { key: &'static str, value: String },
    #[error("`.gitmodules` of {commit} cannot be read")]
    Submodules { commit: String, source: ScapError },
    #[error("the submodule `{name}` cannot be at `{path}`: {rule}")]
    UnsafeSubmodule {
        name: String,
        path: Utf8PathBuf,
        rule: &'static str,
    },
    #[error("`.gitmodules` of {commit} has no submodule, and nothing says where the source is")]
    NoSubmodule { commit: String },
    #[error("`{path}` is in {commit}, but is not a submodule")]
    Occupied { path: Utf8PathBuf, commit: String },
    #[error("the source cannot be fetched from `{url}`")]
    Fetch { url: String, source: GitError },
    #[error("`{remote}` of `{root}` cannot be fetched")]
    FetchDeploy {
        root: Utf8PathBuf,
        remote: String,
        source: Box<ReviewError>,
    },
    #[error("`{url}` has no branch `{branch}`")]
    NoSourceBranch { url: String, branch: BranchName },
    #[error("`{url}` does not have {commit}, the commit that `{path}` is at")]
    MissingCommit {
        root: Utf8PathBuf,
        path: Utf8PathBuf,
        commit: String,
        url: String,
    },
    #[error("{commit} of `{url}` has no `package.json`")]
    NoPackage { url: String, commit: String },
    #[error(transparent)]
    Package(LoadError),
    #[error("`{path}` is not UTF-8 text")]
    NotText { path: String },
    #[error("the inputs cannot be recorded: {reason}")]
    Hash { reason: String },
    #[error("`{path}` cannot be written")]
    Write {
        path: Utf8PathBuf,
        source: std::io::Error,
    },
    #[error("the log `{path}` cannot be written")]
    Log {
        path: Utf8PathBuf,
        source: std::io::Error,
    },
    /// The folder in which modules are built.
    #[error("cannot build in `{path}`")]
    Workshop {
        path: Utf8PathBuf,
        source: std::io::Error,
    },
    #[error("`{link}` leads to `{target}`, which will not exist in production")]
    Outward { link: Utf8PathBuf, target: String },
    #[error("`{path}` cannot be read")]
    Read {
        path: Utf8PathBuf,
        source: std::io::Error,
    },
    #[error(transparent)]
    Template(#[from] RenderError),
    #[error("the site `{site}` does not say which image to use for `{target}`")]
    NoImage { target: &'static str, site: String },
    #[error("svcgen's threads cannot be started")]
    Runtime(#[source] std::io::Error),
    #[error(transparent)]
    Connect(#[from] ConnectError),
    #[error("nothing was prepared to build the modules with")]
    NotConnected,
    #[error(transparent)]
    Obtain(#[from] ImageError),
    #[error(transparent)]
    Step(#[from] StepError),
    #[error("the image cannot be made")]
    Image {
        source: container::BuildError,
        log: Utf8PathBuf,
    },
    #[error("the container did not finish")]
    Run { source: RunError, log: Utf8PathBuf },
    #[error("interrupted; the deploy repository is unchanged")]
    Interrupted,
}

/// How many names a message lists.
const MOST: usize = 3;

fn names(paths: &[String]) -> String {
    let shown: Vec<String> = paths
        .iter()
        .take(MOST)
        .map(|it| format!("`{it}`"))
        .collect();
    match paths.len().saturating_sub(MOST) {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}

impl BuildError {
    /// What the failure means for the exit code.
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::Git(error) => match error {
                GitError::NotACheckout { .. } => ErrorKind::Usage,
                GitError::Overlooked { .. }
                | GitError::Sparse { .. }
                | GitError::LineEnds { .. } => ErrorKind::Conflict,
                GitError::Interrupted { .. } => ErrorKind::Interrupted,
                GitError::Missing { .. }
                | GitError::Failed { .. }
                | GitError::Deadline { .. }
                | GitError::Overlong { .. }
                | GitError::Unreadable { .. }
                | GitError::Path { .. }
                | GitError::Temporary { .. }
                | GitError::Write { .. } => ErrorKind::Unexpected,
            },
            Self::Review(error) => error.kind(),
            Self::Npm(error) => error.kind(),
            Self::NoRemote { .. }
            | Self::UnknownRemote { .. }
            | Self::NoBranch { .. }
            | Self::Branch { .. }
            | Self::Submodules { .. }
            | Self::UnsafeSubmodule { .. }
            | Self::NoSubmodule { .. }
            | Self::NoSourceBranch { .. }
            | Self::NoPackage { .. }
            | Self::Package(_)
            | Self::NotText { .. }
            | Self::Template(_)
            | Self::NoImage { .. }
            | Self::Outward { .. } => ErrorKind::Usage,
            Self::Dirty { .. }
            | Self::CheckedOut { .. }
            | Self::NotOurs { .. }
            | Self::Occupied { .. }
            | Self::MissingCommit { .. } => ErrorKind::Conflict,
            Self::Fetch { .. }
            | Self::FetchDeploy { .. }
            | Self::Hash { .. }
            | Self::Read { .. }
            | Self::Write { .. }
            | Self::Log { .. }
            | Self::Workshop { .. }
            | Self::Runtime(_)
            | Self::Connect(_)
            | Self::NotConnected
            | Self::Obtain(_)
            | Self::Step(_)
            | Self::Image { .. }
            | Self::Run { .. } => ErrorKind::Unexpected,
            Self::Interrupted => crate::interrupt::kind(),
        }
    }
}
