use crate::error::{CommandError, ErrorKind};

/// Why a command did not end well.
#[derive(Debug)]
pub enum Failure {
    Error(CommandError),
    /// The code alone: everything has been said.
    Silent(ErrorKind),
    /// Whoever read the output has gone.
    Closed,
}

impl From<CommandError> for Failure {
    fn from(error: CommandError) -> Self {
        Self::Error(error)
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        match error.kind() {
            std::io::ErrorKind::BrokenPipe => Self::Closed,
            _ => Self::Error(error.into()),
        }
    }
}
