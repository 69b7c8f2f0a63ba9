use std::collections::BTreeMap;

use camino::Utf8PathBuf;
use serde::Serialize;

use super::packages::Packages;
use super::reason::Reason;
use super::source::SourceCommit;
use crate::model::BranchName;
use crate::review::ChangeId;

/// What a build does; complete before anything is done, and printed by `--dry-run`.
#[derive(Debug, Clone, Serialize)]
pub struct BuildPlan {
    pub service: String,
    /// The deploy repository.
    pub root: Utf8PathBuf,
    pub source: SubmoduleMove,
    pub modules: Modules,
    pub change: Change,
    /// The branch that the change is made on, and the one that it is meant for.
    pub topic: BranchName,
    pub upstream: String,
    pub warnings: Vec<String>,
}

/// Where the submodule is, and where it goes.
#[derive(Debug, Clone, Serialize)]
pub struct SubmoduleMove {
    pub path: Utf8PathBuf,
    pub url: String,
    pub branch: BranchName,
    /// The commit in the deploy repository; none before the first build.
    pub now: Option<String>,
    /// The commit of the change that waits for review.
    pub pending: Option<String>,
    pub next: String,
    pub next_short: String,
    /// What comes, oldest first, without merges.
    pub commits: Vec<SourceCommit>,
    /// How many commits of now are not in the next: they go.
    pub removed: usize,
}

/// What becomes of the modules.
#[derive(Debug, Clone, Serialize)]
#[serde(tag = "action", rename_all = "lowercase")]
pub enum Modules {
    /// Nothing that they depend on has changed.
    Kept,
    /// The service has no dependencies.
    None,
    Built(Box<Installation>),
}

/// How modules are built.
#[derive(Debug, Clone, Serialize)]
pub struct Installation {
    pub reasons: Vec<Reason>,
    /// The image; none where this machine builds.
    pub image: Option<String>,
    /// The version of Node that is asked for.
    pub node: String,
    pub npm: Option<String>,
    /// What has to be installed before.
    pub packages: Packages,
    /// The command that installs the modules.
    pub command: String,
    pub environment: BTreeMap<String, String>,
}

/// What becomes of the topic branch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "action", rename_all = "lowercase")]
pub enum Change {
    /// The deploy repository has it all.
    Nothing,
    /// The change that waits for review has it all.
    Pending {
        change_id: Option<ChangeId>,
    },
    New,
    /// The change that waits is updated, and keeps its Change-Id.
    Update {
        change_id: Option<ChangeId>,
    },
}

impl BuildPlan {
    /// Whether there is something to do.
    pub fn is_needed(&self) -> bool {
        match self.change {
            Change::Nothing | Change::Pending { .. } => false,
            Change::New | Change::Update { .. } => true,
        }
    }
}
