use camino::Utf8PathBuf;
use thiserror::Error;

use super::server::ServerError;
use super::survey::LockHolder;
use crate::count::count;
use crate::deploy::{JournalError, PlannerError};
use crate::model::HostName;

/// Why nothing is deployed with Scap; nothing was touched on any target.
#[derive(Debug, Error)]
pub enum ScapRefusal {
    #[error("{host}: {error}")]
    Server {
        host: HostName,
        error: Box<ServerError>,
    },
    #[error("{0}")]
    Plan(#[from] PlannerError),
    #[error(transparent)]
    Journal(#[from] JournalError),
    #[error("{host} has no directory `{directory}`")]
    Absent {
        host: HostName,
        directory: Utf8PathBuf,
    },
    #[error("`{directory}` on {host} is not the root of a git repository with commits")]
    NoRepository {
        host: HostName,
        directory: Utf8PathBuf,
        said: String,
    },
    #[error("`{directory}` on {host} has uncommitted changes")]
    Dirty {
        host: HostName,
        directory: Utf8PathBuf,
        paths: Vec<String>,
    },
    #[error(
        "`{directory}` on {host} and {upstream} have diverged: {} here, {behind} there", count(*ahead, "commit")
    )]
    Diverged {
        host: HostName,
        directory: Utf8PathBuf,
        upstream: String,
        ahead: usize,
        behind: usize,
    },
    #[error("`git fetch` does not work in `{directory}` on {host}")]
    NotFetched {
        host: HostName,
        directory: Utf8PathBuf,
        said: String,
    },
    #[error("`scap/` here is not what {host} will have")]
    OtherDirectory { host: HostName },
    #[error("`{path}` here has uncommitted changes: {host} will not have them")]
    Uncommitted { host: HostName, path: Utf8PathBuf },
    #[error("`{rev}` is not a commit in `{directory}` on {host}")]
    NoRevision {
        host: HostName,
        directory: Utf8PathBuf,
        rev: String,
    },
    #[error("{host} has no command `{command}`")]
    NoCommand { host: HostName, command: String },
    #[error("`{command}` on {host} is not a version of Scap that svcgen supports: it does not accept {}", missing.join(", "))]
    OldCommand {
        host: HostName,
        command: String,
        missing: Vec<&'static str>,
        said: String,
    },
    #[error("{0} holds Scap's lock")]
    Locked(Box<LockHolder>),
    #[error("{host}: `{command}` failed in `{directory}`")]
    NotUpdated {
        host: HostName,
        directory: Utf8PathBuf,
        command: String,
        said: String,
    },
    #[error("`{directory}` on {host} has changed since it was looked at")]
    Changed {
        host: HostName,
        directory: Utf8PathBuf,
    },
    /// The last that Scap has tagged is not what is live.
    #[error(
        "{last}, the last that Scap was to deploy, is not what is live; so there is nothing to take back"
    )]
    NotLive { last: String },
    #[error("Scap has deployed nothing before {last}, as far as its tags tell")]
    NothingBefore { last: String },
    #[error("Scap has never deployed this repository from {host}")]
    NeverDeployed { host: HostName },
}
