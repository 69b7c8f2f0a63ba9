//! Back to what was live before, from the last part to the first.

use std::sync::Arc;

use super::{Executor, Mode};
use crate::deploy::decide::{OnFailure, Question};
use crate::deploy::message::Request;
use crate::deploy::state::HostState;
use crate::event::{EventKind, Level};
use crate::model::HostName;

impl Executor<'_> {
    /// Once nothing runs any more: back, or stay.
    pub(super) async fn decide_on_failure(&mut self) {
        if self.states.is_anyone_busy() {
            return;
        }
        let is_touched = self.states.hosts.values().any(HostState::is_undoable);
        let back = is_touched
            && match self.options.on_failure {
                OnFailure::Rollback => true,
                OnFailure::Stop => false,
                OnFailure::Ask => {
                    let reason = self.reason.clone().unwrap_or_default();
                    let question = Question::RollBack { reason };
                    self.scribe.ask(self.decide, question).await
                }
            };
        if !back {
            self.mode = Mode::Over;
            return;
        }
        let text = "rolling back the hosts that were touched";
        self.scribe
            .say(Level::Warning, text, EventKind::RollbackStarted);
        self.mode = Mode::RollingBack;
        self.wave = usize::MAX;
    }

    /// Takes back what was done on a host; this is tried once.
    pub(super) async fn undo(&mut self, host: &HostName) {
        if let Some(state) = self.states.hosts.get_mut(host) {
            state.is_undone = true;
        }
        self.ask(host, Request::RollBack).await;
    }

    /// Goes back from the last part to the first.
    pub(super) async fn go_back(&mut self) {
        let plan = Arc::clone(&self.plan);
        let waves: Vec<&Vec<HostName>> = plan.waves().map(|(_, hosts)| hosts).collect();
        self.wave = self.wave.min(waves.len());
        // Where a release was only made, nothing waits for anything.
        let hosts = self.states.hosts.iter();
        let unpromoted = hosts.filter(|(_, state)| state.is_undoable() && !state.is_promoted);
        let unpromoted: Vec<HostName> = unpromoted.map(|(host, _)| host.clone()).collect();
        for host in unpromoted {
            self.undo(&host).await;
        }
        while let Some(hosts) = self.wave.checked_sub(1).and_then(|wave| waves.get(wave)) {
            let mut is_waiting = false;
            for host in hosts.iter() {
                let Some(state) = self.states.hosts.get(host) else {
                    continue;
                };
                is_waiting |= state.busy.is_some();
                if state.is_promoted && state.is_undoable() {
                    self.undo(host).await;
                    is_waiting = true;
                }
            }
            if is_waiting {
                return;
            }
            self.wave -= 1;
        }
        if !self.states.is_anyone_busy() {
            self.mode = Mode::Over;
        }
    }
}
