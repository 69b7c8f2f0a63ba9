use serde::Serialize;

/// A command that sudo does not run for who deploys.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Denial {
    pub because: DenialReason,
    pub command: String,
}

/// Why sudo does not run a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum DenialReason {
    /// It asks for a password, which nobody can give there.
    Password,
    /// No rule allows it.
    Rule,
    /// It wants a terminal, which a step of a deploy does not have.
    Terminal,
    /// There is no sudo.
    Missing,
}

impl Denial {
    /// Reads `REASON COMMAND`.
    pub(super) fn read(told: &str) -> Option<Self> {
        let (reason, command) = told.split_once(' ')?;
        let because = match reason {
            "password" => DenialReason::Password,
            "rule" => DenialReason::Rule,
            "terminal" => DenialReason::Terminal,
            "missing" => DenialReason::Missing,
            _ => return None,
        };
        Some(Self {
            because,
            command: command.to_owned(),
        })
    }

    /// In plain words; `user` is who deploys.
    pub fn told(&self, user: &str) -> String {
        let command = &self.command;
        match self.because {
            DenialReason::Password => format!("sudo asks {user} for a password for `{command}`"),
            DenialReason::Rule => format!("sudo does not allow {user} to run `{command}`"),
            DenialReason::Terminal => format!("sudo needs a terminal for `{command}`"),
            DenialReason::Missing => format!("`{command}` is not installed"),
        }
    }
}
