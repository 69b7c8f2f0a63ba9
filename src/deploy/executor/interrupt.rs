//! What becomes of a deploy that somebody wants to end.

use super::{Executor, Mode};
use crate::deploy::decide::OnFailure;
use crate::event::{EventKind, Level};

/// How long the signal of a Ctrl-C takes that was the answer to a question.
const A_MOMENT: std::time::Duration = std::time::Duration::from_millis(100);

impl Executor<'_> {
    /// What comes of a first interrupt.
    fn promise(&self) -> &'static str {
        match (self.mode, self.options.on_failure) {
            (Mode::RollingBack, _) => {
                "interrupted: the hosts that were touched are still being rolled back; Ctrl-C again stops now"
            }
            (Mode::Over, _) => "interrupted: touched hosts stay as they are",
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
            self.reason.get_or_insert_with(|| "interrupted".into());
            self.is_cut = true;
            self.mode = Mode::Over;
            return;
        }
        self.stop("interrupted".into());
    }
}
