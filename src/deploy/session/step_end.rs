use crate::deploy::control::{Control, Line};
use crate::event::StepOutcome;
use crate::transport::Exit;

/// What became of a step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::deploy) struct StepEnd {
    pub(in crate::deploy) outcome: StepOutcome,
    pub(in crate::deploy) code: Option<i32>,
    /// In plain words, where it did not pass.
    pub(in crate::deploy) reason: Option<String>,
    /// What its program told besides.
    pub(in crate::deploy) told: Vec<Line>,
    /// The last that it wrote.
    pub(in crate::deploy) tail: Vec<u8>,
}

/// The most that is remembered of what a program wrote, in bytes.
const TAIL: usize = 8 * 1024;

impl StepEnd {
    /// How a step ended, where that is known: the supervisor says so itself, since a lost connection also has a code.
    pub(super) fn of(exit: Exit, heard: Heard) -> Option<Self> {
        let told = |control: Control| heard.told.iter().find(|line| line.control == control);
        if told(Control::Fenced).is_some() {
            return None;
        }
        let code = match (told(Control::Code), exit) {
            (Some(line), _) => line.rest.parse().ok()?,
            // It did not get as far as to run the step.
            (None, Exit::Code(code)) if told(Control::Reason).is_some() && code != 0 => code,
            (None, Exit::Code(127)) => {
                let mut end = Self::with_code(127);
                end.reason = Some("there is no `sh` on it".into());
                return Some(end);
            }
            (None, _) => return None,
        };
        let mut end = Self::with_code(code);
        if told(Control::Timeout).is_some() {
            end.outcome = StepOutcome::TimedOut;
        }
        if code != 0 {
            end.reason = told(Control::Reason).map(|line| line.rest.clone());
        }
        end.told = heard.told;
        end.tail = heard.tail;
        Some(end)
    }

    pub(super) fn with_code(code: i32) -> Self {
        let outcome = match code {
            0 => StepOutcome::Passed,
            // The keeper ended it.
            143 => StepOutcome::Interrupted,
            _ => StepOutcome::Failed,
        };
        Self {
            outcome,
            code: Some(code),
            reason: None,
            told: Vec::new(),
            tail: Vec::new(),
        }
    }

    pub(super) fn interrupted() -> Self {
        Self {
            outcome: StepOutcome::Interrupted,
            code: None,
            reason: Some("the connection was lost in the middle of it".into()),
            told: Vec::new(),
            tail: Vec::new(),
        }
    }

    pub(super) fn lost(reason: &str) -> Self {
        Self {
            outcome: StepOutcome::Lost,
            reason: Some(format!("it cannot be reached any more: {reason}")),
            ..Self::interrupted()
        }
    }

    /// Whether the connection was lost in the middle of it, and the target does not know its end. Each step can be run
    /// again: it finds what it wants in place.
    pub(in crate::deploy) fn may_be_repeated(&self) -> bool {
        self.outcome == StepOutcome::Interrupted && self.code.is_none()
    }

    /// Whether it was ended on the target, since nothing more is to be done.
    pub(in crate::deploy) fn was_stopped(&self) -> bool {
        self.outcome == StepOutcome::Interrupted && self.code.is_some()
    }

    pub(in crate::deploy) fn passed(&self) -> bool {
        self.outcome == StepOutcome::Passed
    }
}

/// What a program told and wrote.
#[derive(Debug, Default)]
pub(super) struct Heard {
    pub(super) told: Vec<Line>,
    tail: Vec<u8>,
}

impl Heard {
    /// Remembers what it wrote, as far as that may be needed.
    pub(super) fn keep(&mut self, bytes: &[u8]) {
        self.tail.extend_from_slice(bytes);
        if self.tail.len() > 2 * TAIL {
            self.tail.drain(..self.tail.len() - TAIL);
        }
    }

    /// The reason that it gave, or the last that it wrote.
    pub(super) fn words(&self) -> String {
        let reason = self.told.iter().rev().find_map(|line| match &line.control {
            Control::Reason => Some(line.rest.clone()),
            _ => None,
        });
        let tail = || String::from_utf8_lossy(&self.tail).trim().to_owned();
        reason
            .or_else(|| Some(tail()).filter(|tail| !tail.is_empty()))
            .unwrap_or_else(|| "it did not answer".into())
    }
}
