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
                    let hosts = self.states.hosts.values();
                    let hosts = hosts.filter(|host| host.is_promoted && host.is_undoable());
                    let hosts = hosts.count();
                    let question = Question::RollBack { reason, hosts };
                    self.scribe.ask(self.decide, question).await
                }
            };
        if !back {
            self.mode = Mode::Over;
            self.hear_interrupt().await;
            self.finish_all_the_same();
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
        let waves = Arc::clone(&self.waves);
        if self.wave > waves.len() {
            self.wave = waves.len();
            self.begun_waves = 0;
            // Where a release was only made, nothing waits for anything.
            let hosts = self.states.hosts.iter();
            let unpromoted = hosts.filter(|(_, state)| state.is_undoable() && !state.is_promoted);
            let unpromoted: Vec<HostName> = unpromoted.map(|(host, _)| host.clone()).collect();
            for host in unpromoted {
                self.undo(&host).await;
            }
        }
        while let Some(wave) = self.wave.checked_sub(1) {
            if self.begun_waves == waves.len() - self.wave {
                self.begun_waves += 1;
                for host in &waves[wave].1 {
                    let state = self.states.hosts.get(host);
                    if state.is_some_and(|state| state.is_promoted && state.is_undoable()) {
                        self.undo(host).await;
                    }
                }
            }
            if self.states.is_anyone_busy() {
                return;
            }
            self.wave = wave;
        }
        if !self.states.is_anyone_busy() {
            self.mode = Mode::Over;
        }
    }
}
