//! Takes over how the work on a host ended, and looks whether that ends the deploy.

use super::{Executor, Mode};
use crate::deploy::action::Action;
use crate::deploy::message::{HostEnd, Note, Request};
use crate::deploy::scribe::count_hosts;
use crate::deploy::state::Phase;
use crate::event::{About, EventKind, Level, Milestone};
use crate::model::HostName;

impl Executor<'_> {
    /// Takes over how a request ended.
    pub(super) fn ended(&mut self, host: &HostName, end: HostEnd) {
        let Some(state) = self.states.hosts.get_mut(host) else {
            return;
        };
        let was_over = !matches!(self.mode, Mode::Forward | Mode::Finalizing);
        // Had it not been over, what was ended would count as failed.
        let was_stopped = was_over && matches!(end, HostEnd::Stopped(_));
        let request = state.busy.take();
        self.states.busy -= usize::from(request.is_some());
        self.idle.push(host.clone());
        match (end, request) {
            (HostEnd::Good, Some(Request::Prepare)) => {
                state.phase = Phase::Prepared;
                state.is_touched = true;
            }
            (HostEnd::Good, Some(Request::Promote)) => state.phase = Phase::Healthy,
            (HostEnd::Good, Some(Request::Finalize)) => state.phase = Phase::Finalized,
            (HostEnd::Good, Some(Request::RollBack)) => state.phase = Phase::RolledBack,
            // It is where it was.
            (HostEnd::Good, Some(Request::Look)) => return,
            (HostEnd::Good, _) => {}
            (
                HostEnd::Lost(reason) | HostEnd::Failed(reason) | HostEnd::Stopped(reason),
                Some(Request::RollBack),
            ) => {
                // Before the switch nothing that matters was changed.
                state.phase = match state.is_promoted {
                    true => Phase::Lost,
                    false => Phase::GivenUp,
                };
                let reason = format!("the rollback failed: {reason}");
                state.reason = Some(reason.clone());
                self.failed(host, &reason);
            }
            (HostEnd::Unchanged(reason), _) => {
                state.phase = Phase::GivenUp;
                let reason = format!("the rollback failed: {reason}");
                state.reason = Some(reason.clone());
                state.left = Some(reason.clone());
                self.failed(host, &reason);
            }
            (HostEnd::Back(reason), _) => {
                state.phase = Phase::RolledBack;
                state.left = Some(format!("not tidied up: {reason}"));
            }
            (HostEnd::Lost(reason), _) => {
                state.phase = match state.is_promoted {
                    true => Phase::Lost,
                    false => Phase::Failed,
                };
                state.reason = Some(reason.clone());
                self.failed(host, &reason);
            }
            (HostEnd::Failed(reason) | HostEnd::Stopped(reason), _)
                if self.plan.action.is_of_service() =>
            {
                // There is nothing to go back to: the service is what it is.
                state.phase = Phase::Lost;
                state.reason = Some(reason.clone());
                self.failed(host, &reason);
            }
            (HostEnd::Failed(reason) | HostEnd::Stopped(reason), _) => {
                state.phase = Phase::Failed;
                state.reason = Some(reason.clone());
                self.failed(host, &reason);
            }
            (HostEnd::Changed, _) => {}
            (HostEnd::Held(owner), _) => {
                state.phase = Phase::Failed;
                state.reason = Some(format!("{owner} has the lock"));
                self.failed(host, "the lock was lost to another deploy");
            }
        }
        self.tell_milestone(host, was_over, was_stopped);
    }

    /// Says how far a host has come; `was_over`: whether the deploy had failed elsewhere before, `was_stopped`: and what it
    /// was doing was ended by that.
    fn tell_milestone(&mut self, host: &HostName, was_over: bool, was_stopped: bool) {
        let (Some(state), Some(plan)) = (self.states.hosts.get(host), self.plan.hosts.get(host))
        else {
            return;
        };
        let reason = || state.reason.clone().unwrap_or_default();
        let (milestone, text) = match state.phase {
            Phase::Waiting | Phase::Fine => return,
            Phase::Prepared => (Milestone::Prepared, "the release is there".into()),
            Phase::Healthy if self.plan.action == Action::Stop => {
                (Milestone::Healthy, "stopped".into())
            }
            Phase::Healthy => (Milestone::Healthy, "healthy".into()),
            Phase::Finalized => (Milestone::Finalized, "done".into()),
            Phase::RolledBack => (Milestone::RolledBack, "as before".into()),
            Phase::Failed if was_over && !state.is_promoted => {
                (Milestone::Stopped, "cut short before the switch".into())
            }
            Phase::Failed if was_stopped => {
                (Milestone::Stopped, "cut short after the switch".into())
            }
            Phase::Failed | Phase::GivenUp | Phase::Lost => {
                self.failed.get_or_insert_with(|| host.clone());
                (Milestone::Failed, reason())
            }
        };
        let about = About {
            host: Some(host.clone()),
            group: Some(plan.group.clone()),
            stage: None,
        };
        self.scribe.note(Note {
            about,
            level: Level::Info,
            text,
            kind: EventKind::HostReached { milestone },
        });
    }

    /// Looks whether a failure ends the deploy.
    fn failed(&mut self, host: &HostName, reason: &str) {
        if !matches!(self.mode, Mode::Forward | Mode::Finalizing) {
            return;
        }
        let is_lost = self.states.phase(host) == Phase::Lost;
        if let Some(group) = self.states.exceeded(&self.plan) {
            let group = &self.plan.groups[group];
            let of = group.waves.iter().flatten().count();
            let reason = format!("{host} ({}, {}): {reason}", group.name, count_hosts(of));
            self.failed = Some(host.clone());
            self.stop(reason);
        } else if is_lost && !self.plan.action.is_of_service() {
            self.failed = Some(host.clone());
            self.stop(format!("{host} is in an unknown state: {reason}"));
        }
    }

    /// Begins nothing new.
    pub(super) fn stop(&mut self, reason: String) {
        if matches!(self.mode, Mode::Forward | Mode::Finalizing) {
            self.reason = Some(reason);
            self.mode = Mode::Stopping;
            self.ring_all();
        }
    }

    /// Has what may be ended end now.
    fn ring_all(&self) {
        let busy = self
            .states
            .hosts
            .iter()
            .filter(|(_, state)| state.busy.is_some());
        for (host, _) in busy {
            if let Some(bell) = self.bells.get(host) {
                bell.ring();
            }
        }
    }
}
