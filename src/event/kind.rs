use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::{HostName, Revision};

/// What happened, with what belongs to it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum EventKind {
    /// The first event: what is meant to be done.
    DeployStarted {
        /// The path of the repository below the deploy directory.
        repository: String,
        /// What is to be live.
        revision: Revision,
        /// Where; nothing means production.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        environment: Option<String>,
        /// Who deploys.
        user: String,
        /// From where.
        machine: String,
        /// Why, in the user's words.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        message: String,
        /// `deploy`, `rollback`, or what is done to the service: `restart`, `start`, `stop`.
        action: String,
        /// Those that it is meant for.
        hosts: Vec<HostName>,
        /// The deploy that this one goes on with.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        resumes: Option<super::DeployId>,
    },
    /// How a host was before anything was touched.
    HostPlanned {
        /// What was live.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        live: Option<Revision>,
        /// Where a rollback goes.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        old: Option<Revision>,
        /// What is to be live.
        revision: Revision,
        /// Whether there is nothing to do on it.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        idle: bool,
    },
    /// What changes in the configuration of hosts, the same on all of them.
    ConfigPlanned {
        /// All with this change.
        hosts: Vec<HostName>,
        /// Unified diffs; cut off where they are very long.
        diff: String,
    },
    /// How far a host has come.
    HostReached {
        milestone: Milestone,
    },
    GroupStarted {
        /// How many it has.
        hosts: usize,
    },
    GroupFinished {
        /// How many are good.
        healthy: usize,
        /// How many are not.
        failed: usize,
    },
    /// Written before the step begins.
    StepStarted {
        /// What the step is about.
        revision: Revision,
        /// The check, where it is one; else it is the stage itself.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        check: Option<String>,
    },
    StepFinished {
        outcome: StepOutcome,
        /// The check, where it was one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        check: Option<String>,
        /// The exit code, where there was one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        code: Option<i32>,
        /// How long it took.
        seconds: f64,
    },
    /// A line that a host wrote, as far as it can be shown; as an error, the last that a service wrote that did not start.
    Output,
    Warning,
    RollbackStarted,
    Interrupted,
    /// What a host ended as.
    HostFinished {
        outcome: HostOutcome,
        /// What is live now, where that is known.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        live: Option<Revision>,
        /// What to type where somebody has to act.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        command: Option<String>,
    },
    /// The last event.
    DeployFinished {
        result: DeployResult,
        /// How long all of it took.
        seconds: f64,
        #[serde(default)]
        counts: HostCounts,
    },
}

/// How many hosts ended as what.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
pub struct HostCounts {
    pub new: usize,
    pub old: usize,
    pub untouched: usize,
    pub unknown: usize,
}

impl HostCounts {
    /// Counts outcomes.
    pub fn of(outcomes: impl IntoIterator<Item = HostOutcome>) -> Self {
        let mut counts = Self::default();
        for outcome in outcomes {
            *match outcome {
                HostOutcome::New => &mut counts.new,
                HostOutcome::Old => &mut counts.old,
                HostOutcome::Untouched => &mut counts.untouched,
                HostOutcome::Unknown => &mut counts.unknown,
            } += 1;
        }
        counts
    }

    /// All of them.
    pub fn all(self) -> usize {
        self.new + self.old + self.untouched + self.unknown
    }
}

/// How far a host has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Milestone {
    /// The release is there.
    Prepared,
    /// The release is live, and every check has passed.
    Healthy,
    Finalized,
    RolledBack,
    /// What it was doing was ended, since the deploy was over elsewhere.
    Stopped,
    /// Something went wrong: the text says what.
    Failed,
}

/// How a step ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum StepOutcome {
    Passed,
    Failed,
    TimedOut,
    /// It was ended with the deploy or the connection.
    Interrupted,
    /// Nobody knows.
    Lost,
}

/// What a host ended as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum HostOutcome {
    /// The new revision is live and has passed all checks.
    New,
    /// The revision from before is live again.
    Old,
    /// Nothing was changed.
    Untouched,
    /// Something was changed, and nobody knows or has checked what is live now.
    Unknown,
}

/// What a deploy came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum DeployResult {
    /// Every host has the new revision; a few may have been given up within the failure limit.
    Deployed,
    /// Every host that was touched is back.
    RolledBack,
    /// Nothing was touched.
    Untouched,
    /// Some hosts are neither new nor back.
    Mixed,
}
