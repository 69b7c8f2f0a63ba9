//! Where a service is on its road to production, told from facts that were found out elsewhere.
//!
//! Nothing is assumed: a step whose facts are not known is unknown, with the command that tells.

mod answers;
mod dates;
mod facts;
mod road;

use serde::Serialize;

pub use dates::{Due, Mark, dates, unusual};
pub use facts::{Committed, Facts, Known, Merged, Missing, Series, Text};
pub use road::road;

/// How far a step is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    Done,
    /// It can be done now.
    Next,
    /// Somebody else has it.
    Waiting,
    /// Another step comes before.
    Later,
    /// The model does not ask for it.
    Unplanned,
    /// It could not be found out.
    Unknown,
}

/// One step of the road.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Step {
    pub name: &'static str,
    pub state: State,
    /// What was found, without a full stop.
    pub found: String,
    /// What does it, or tells.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub command: Option<String>,
    /// Who has it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub waits_for: Option<String>,
    /// The step that it needs, and that comes first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<&'static str>,
}

impl State {
    /// The word for people.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Next => "next",
            Self::Waiting => "waiting",
            Self::Later => "later",
            Self::Unplanned => "not planned",
            Self::Unknown => "unknown",
        }
    }
}

impl Step {
    fn new(name: &'static str, state: State, found: impl Into<String>) -> Self {
        Self {
            name,
            state,
            found: found.into(),
            command: None,
            waits_for: None,
            after: None,
        }
    }

    fn after(mut self, name: &'static str) -> Self {
        self.after = Some(name);
        self
    }

    fn command(mut self, command: impl Into<String>) -> Self {
        self.command = Some(command.into());
        self
    }

    fn waits_for(mut self, whom: impl Into<String>) -> Self {
        self.waits_for = Some(whom.into());
        self
    }
}
