//! What becomes of a deploy that somebody wants to end.

use super::{Executor, Mode};
use crate::deploy::decide::OnFailure;
use crate::deploy::state::Phase;
use crate::event::{EventKind, Level};

/// How long the signal of a Ctrl-C takes that was the answer to a question.
const A_MOMENT: std::time::Duration = std::time::Duration::from_millis(100);

/// Why a deploy ends that somebody has interrupted.
const INTERRUPTED: &str = "interrupted";

impl Executor<'_> {
    /// What comes of a first interrupt.
    fn promise(&self) -> &'static str {
        match (self.mode, self.options.on_failure) {
            (Mode::RollingBack, _) => {
                "interrupted: the hosts that were touched are still being rolled back; Ctrl-C again stops now"
            }
            (Mode::Over, _) => "interrupted: touched hosts stay as they are",
            (Mode::Finalizing, OnFailure::Stop) => {
                "interrupted: every host has had its turn, and the last steps are still done; once more ends it now"
            }
            (_, OnFailure::Ask) => {
                "interrupted: no new hosts; what is running is stopped or finished, then you are asked whether to roll back touched hosts"
            }
            (_, OnFailure::Rollback) => {
                "interrupted: no new hosts; what is running is stopped or finished, then touched hosts are rolled back"
            }
            (_, OnFailure::Stop) => {
                "interrupted: no new hosts; what is running is stopped or finished, and touched hosts stay as they are"
            }
        }
    }

    /// Takes an interrupt that was the answer to a question: its signal may come a moment later.
    pub(super) async fn hear_interrupt(&mut self) {
        let heard = tokio::time::timeout(A_MOMENT, self.interrupts.changed()).await;
        if let Ok(Ok(())) = heard {
            self.interrupt();
        }
    }

    pub(super) fn interrupt(&mut self) {
        let times = *self.interrupts.borrow_and_update();
        if times == 0 {
            return;
        }
        let text = match times {
            1 => self.promise(),
            _ => "interrupted again: no longer waiting",
        };
        self.scribe
            .say(Level::Warning, text, EventKind::Interrupted);
        self.is_interrupted = true;
        if times > 1 {
            self.reason.get_or_insert_with(|| INTERRUPTED.into());
            self.is_cut = true;
            self.mode = Mode::Over;
            return;
        }
        if self.mode == Mode::Finalizing && self.options.on_failure == OnFailure::Stop {
            self.is_interrupted = false;
            return;
        }
        self.stop(INTERRUPTED.into());
    }

    /// Brings to its end what was done on every host before the interrupt could keep it from that: there is nothing left
    /// that was not done.
    pub(super) fn finish_all_the_same(&mut self) {
        let is_interrupted = self.reason.as_deref() == Some(INTERRUPTED) && !self.is_cut;
        if !is_interrupted || !self.has_had_all_turns() {
            return;
        }
        let text = "every host has had its turn by now: the last steps are still done";
        self.scribe.say(Level::Info, text, EventKind::Warning);
        (self.reason, self.is_interrupted) = (None, false);
        self.mode = Mode::Finalizing;
        self.idle = self.plan.hosts.keys().cloned().collect();
    }

    /// Whether no host waits for anything but the last steps, and no more were given up than may.
    fn has_had_all_turns(&self) -> bool {
        let mut phases = self.states.hosts.values().map(|state| state.phase);
        let are_settled = phases.all(|phase| match phase {
            Phase::Healthy
            | Phase::Finalized
            | Phase::RolledBack
            | Phase::GivenUp
            | Phase::Fine => true,
            Phase::Waiting | Phase::Prepared | Phase::Failed | Phase::Lost => false,
        });
        are_settled && self.states.exceeded(&self.plan).is_none()
    }
}
