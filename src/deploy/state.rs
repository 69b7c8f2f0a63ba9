//! Where every host stands, and what follows from that: pure arithmetic, without a clock and without hosts.

use indexmap::IndexMap;

use super::message::Request;
use super::plan::{DeployPlan, HostPlan, Work};
use crate::event::HostOutcome;
use crate::model::HostName;

/// Where a host stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Phase {
    /// Nothing is done yet.
    Waiting,
    /// The release is there.
    Prepared,
    /// The release is live, and every check has passed.
    Healthy,
    Finalized,
    Failed,
    /// What was before is live again.
    RolledBack,
    /// What was live before still is, and what little was done there could not be taken back.
    GivenUp,
    /// Nobody knows.
    Lost,
    /// It needs nothing.
    Fine,
}

/// A host in the middle of a deploy.
#[derive(Debug, Clone)]
pub(super) struct HostState {
    pub(super) phase: Phase,
    /// What it is doing.
    pub(super) busy: Option<Request>,
    /// Whether anything was changed that a rollback has to undo.
    pub(super) is_touched: bool,
    /// Whether the switch was begun.
    pub(super) is_promoted: bool,
    pub(super) reason: Option<String>,
    /// What is left there though it is on a known revision, in plain words.
    pub(super) left: Option<String>,
    /// Whether a rollback was begun, which is tried once.
    pub(super) is_undone: bool,
    /// Whether it is to have nothing in the end.
    is_withdrawn: bool,
    /// Whether it has nothing now.
    is_bare: bool,
}

/// All hosts.
#[derive(Debug, Clone)]
pub(super) struct States {
    pub(super) hosts: IndexMap<HostName, HostState>,
    /// How many are doing something.
    pub(super) busy: usize,
}

impl HostState {
    /// Whether a rollback has anything to undo here, or to try.
    pub(super) fn is_undoable(&self) -> bool {
        let has_changed = match self.phase {
            Phase::Prepared | Phase::Healthy | Phase::Finalized | Phase::Failed | Phase::Lost => {
                true
            }
            Phase::Waiting | Phase::RolledBack | Phase::GivenUp | Phase::Fine => false,
        };
        has_changed && self.is_touched && !self.is_undone && self.busy.is_none()
    }

    /// Whether it is doing what changes something.
    pub(super) fn is_at_work(&self) -> bool {
        self.busy.is_some_and(|request| request != Request::Look)
    }

    /// Whether somebody has to go on here, or back.
    pub(super) fn is_left(&self) -> bool {
        let is_over = matches!(
            self.phase,
            Phase::Finalized | Phase::RolledBack | Phase::GivenUp | Phase::Fine
        );
        self.is_promoted && !is_over
    }
}

impl States {
    pub(super) fn of(plan: &DeployPlan) -> Self {
        let state = |host: &HostPlan| HostState {
            phase: match host.work {
                Work::Everything => Phase::Waiting,
                // There is no release to get there.
                Work::Service | Work::Withdraw | Work::Tidy => Phase::Prepared,
                Work::Nothing => Phase::Fine,
            },
            busy: None,
            is_touched: false,
            is_promoted: false,
            reason: None,
            left: None,
            is_undone: false,
            is_withdrawn: host.work == Work::Withdraw,
            is_bare: host.live.is_none(),
        };
        let hosts = plan.hosts.iter();
        Self {
            hosts: hosts
                .map(|(name, host)| (name.clone(), state(host)))
                .collect(),
            busy: 0,
        }
    }

    pub(super) fn phase(&self, host: &HostName) -> Phase {
        self.hosts
            .get(host)
            .map_or(Phase::Lost, |state| state.phase)
    }

    pub(super) fn is_idle(&self, host: &HostName) -> bool {
        self.hosts
            .get(host)
            .is_some_and(|state| state.busy.is_none())
    }

    /// Whether a rollback of a host has anything to undo, or to try.
    pub(super) fn is_undoable(&self, host: &HostName) -> bool {
        self.hosts.get(host).is_some_and(HostState::is_undoable)
    }

    pub(super) fn is_anyone_busy(&self) -> bool {
        self.busy > 0
    }

    /// How many of some hosts have failed.
    pub(super) fn failed<'a>(&self, hosts: impl IntoIterator<Item = &'a HostName>) -> usize {
        let is_bad = |host: &&HostName| {
            matches!(
                self.phase(host),
                Phase::Failed | Phase::RolledBack | Phase::GivenUp | Phase::Lost
            )
        };
        hosts.into_iter().filter(is_bad).count()
    }

    /// How many of some hosts are as they should be.
    pub(super) fn healthy<'a>(&self, hosts: impl IntoIterator<Item = &'a HostName>) -> usize {
        let is_good = |host: &&HostName| {
            matches!(
                self.phase(host),
                Phase::Healthy | Phase::Finalized | Phase::Fine
            )
        };
        hosts.into_iter().filter(is_good).count()
    }

    /// How many hosts, from the first on, need nothing more before those behind them have their turn.
    pub(super) fn settled(&self, hosts: &[HostName]) -> usize {
        let settled = hosts.iter().take_while(|host| {
            let is_over = match self.phase(host) {
                Phase::Waiting | Phase::Prepared | Phase::Failed => false,
                Phase::Healthy
                | Phase::Finalized
                | Phase::RolledBack
                | Phase::GivenUp
                | Phase::Lost
                | Phase::Fine => true,
            };
            is_over && self.is_idle(host)
        });
        settled.count()
    }

    /// The first group in which more hosts have failed than may.
    pub(super) fn exceeded(&self, plan: &DeployPlan) -> Option<usize> {
        plan.groups.iter().position(|group| {
            let failed = self.failed(group.waves.iter().flatten());
            let limit = if group.is_canary {
                0
            } else {
                group.failure_limit
            };
            failed > limit
        })
    }

    /// What a host has ended as.
    pub(super) fn outcome(&self, host: &HostName) -> HostOutcome {
        let Some(state) = self.hosts.get(host) else {
            return HostOutcome::Unknown;
        };
        match state.phase {
            Phase::Healthy | Phase::Finalized if state.is_withdrawn => HostOutcome::Old,
            Phase::Fine if state.is_bare => HostOutcome::Untouched,
            Phase::Healthy | Phase::Finalized | Phase::Fine => HostOutcome::New,
            Phase::RolledBack if state.is_promoted => HostOutcome::Old,
            Phase::RolledBack | Phase::GivenUp | Phase::Waiting | Phase::Prepared => {
                HostOutcome::Untouched
            }
            Phase::Failed if !state.is_promoted => HostOutcome::Untouched,
            Phase::Failed | Phase::Lost => HostOutcome::Unknown,
        }
    }
}

#[cfg(test)]
mod tests;
