use camino::Utf8PathBuf;
use indexmap::IndexMap;
use serde::Serialize;

use super::survey::{LockHolder, ModuleChange};
use super::verdict::Reading;
use crate::deploy::{Action, DeployId, Owner, PlannedGroup};
use crate::model::{GroupName, HostName, Revision};

/// Everything that Scap will be told to do, known before anything is touched.
#[derive(Debug, Clone, Serialize)]
pub struct ScapPlan {
    pub id: DeployId,
    pub action: Action,
    /// The path of the repository below the deploy directory.
    pub repository: String,
    pub environment: Option<String>,
    pub server: HostName,
    pub directory: Utf8PathBuf,
    pub revision: Revision,
    pub owner: Owner,
    /// Who holds Scap's lock.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lock: Option<LockHolder>,
    pub pull: Pull,
    pub groups: Vec<PlannedGroup>,
    pub hosts: IndexMap<HostName, HostBefore>,
    /// The names of the services.
    pub services: Vec<String>,
    /// The words that are run on the server, in the directory.
    pub command: Vec<String>,
    /// Whether everything is done again, since on a host the release is live and was not deployed to its end.
    pub repeats: bool,
    /// The tree of `scap/` that they are meant for.
    #[serde(skip)]
    pub(super) tree: String,
}

/// What is brought to the server before Scap runs.
#[derive(Debug, Clone, Serialize)]
pub struct Pull {
    pub from: Revision,
    pub to: Revision,
    /// How many commits, and the first of them.
    pub count: usize,
    pub commits: Vec<(Revision, String)>,
    pub modules: Vec<ModuleChange>,
    /// Submodules that are not what is recorded, and will be.
    pub stale: Vec<String>,
    /// Commits of the server's own, which nobody else has.
    pub own: usize,
}

/// A host before anything was touched.
#[derive(Debug, Clone, Serialize)]
pub struct HostBefore {
    pub group: GroupName,
    #[serde(flatten)]
    pub reading: Reading,
}

impl ScapPlan {
    /// Whether every host has what it is to have.
    pub fn is_done(&self) -> bool {
        let mut hosts = self.hosts.values();
        !self.action.is_of_service() && hosts.all(|host| host.reading.is_done(&self.revision))
    }
}
