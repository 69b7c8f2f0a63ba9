use std::fmt;

use serde::{Deserialize, Serialize};

use super::journal::Journals;
use crate::event::DeployId;
use crate::model::RepositoryName;

/// Who holds a lock, as its file says.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Owner {
    /// The deploy; empty where it is not known.
    pub deploy: String,
    pub user: String,
    pub machine: String,
    /// When it was taken, in seconds since 1970.
    pub at: i64,
    pub message: String,
    /// What is done: `deploy`, `rollback`, `restart`, or [`LOCK`] where nothing is.
    pub action: String,
    /// The hosts that are meant, as `--limit` named them; all of them where there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<String>,
    /// The deploy that this one goes on with, or takes back.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub follows: Option<DeployId>,
}

/// What is done by whoever only holds a lock, so that nobody deploys.
pub const LOCK: &str = "lock";

impl Owner {
    /// Whether it was begun on this machine.
    pub fn is_here(&self) -> bool {
        let here = rustix::system::uname();
        here.nodename().to_string_lossy() == self.machine.as_str()
    }

    /// Whether it is a deploy from this machine whose process is gone, so that its lock will be let go in a moment: the
    /// journal, which a deploy locks for as long as it runs, is not locked any more. Of others nobody knows here.
    pub fn has_died(&self, repository: &RepositoryName) -> bool {
        let open = || {
            let id = DeployId::parse(&self.deploy).ok()?;
            Journals::of(repository).ok()?.open(&id).ok()
        };
        self.is_here() && open().is_some_and(|journal| !journal.is_being_written())
    }

    /// Whether nothing is deployed: the lock alone is held.
    pub fn only_locks(&self) -> bool {
        self.action == LOCK
    }

    /// Reads what stands in the file; a file that is not understood has an owner without a name.
    pub fn read(text: &str) -> Self {
        serde_json::from_str(text).unwrap_or_default()
    }
}

impl fmt::Display for Owner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.user.as_str(), self.machine.as_str()) {
            ("", _) => f.write_str("someone"),
            (user, machine) => write!(f, "{user} on {machine}"),
        }?;
        match (self.deploy.as_str(), self.action.as_str()) {
            ("", _) | (_, LOCK) => {}
            (id, "") => write!(f, " (deploy {id})")?,
            (id, action) => write!(f, " ({action} {id})")?,
        }
        if !self.message.is_empty() {
            write!(f, ", \"{}\"", self.message)?;
        }
        Ok(())
    }
}
