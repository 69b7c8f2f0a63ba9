use bollard::errors::Error;
use thiserror::Error;

use super::engine::{Engine, EngineName};

/// An engine that does not do what it was asked for.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum EngineError {
    #[error("the connection to {engine} broke; it was asked to {doing}")]
    Lost { engine: EngineName, doing: String },
    #[error("{engine} does not answer; it was asked to {doing}")]
    Silent { engine: EngineName, doing: String },
    #[error("the disk of {engine} is full; it was asked to {doing}")]
    NoSpace { engine: EngineName, doing: String },
    #[error("{engine} cannot {doing}: {said}")]
    Refused {
        engine: EngineName,
        doing: String,
        said: String,
    },
}

impl EngineError {
    /// Tells what an answer of the engine means.
    pub(super) fn new(engine: &Engine, doing: impl Into<String>, error: &Error) -> Self {
        let doing = doing.into();
        let said = match error {
            Error::DockerResponseServerError { message, .. } => message.trim().to_owned(),
            Error::DockerStreamError { error } | Error::DockerContainerWaitError { error, .. } => {
                error.trim().to_owned()
            }
            Error::RequestTimeoutError => {
                let engine = engine.name().clone();
                return Self::Silent { engine, doing };
            }
            error if is_cut(error) => return Self::lost(engine, doing),
            error => innermost(error),
        };
        Self::said(engine, doing, said)
    }

    /// What the engine said in its own words.
    pub(super) fn said(engine: &Engine, doing: impl Into<String>, said: String) -> Self {
        if lacks_space(said.as_bytes()) {
            return Self::no_space(engine, doing);
        }
        Self::Refused {
            engine: engine.name().clone(),
            doing: doing.into(),
            said,
        }
    }

    pub(super) fn no_space(engine: &Engine, doing: impl Into<String>) -> Self {
        Self::NoSpace {
            engine: engine.name().clone(),
            doing: doing.into(),
        }
    }

    pub(super) fn lost(engine: &Engine, doing: impl Into<String>) -> Self {
        Self::Lost {
            engine: engine.name().clone(),
            doing: doing.into(),
        }
    }

    /// What to do about it: commands.
    pub fn hints(&self) -> Vec<String> {
        match self {
            Self::Lost { engine, .. } | Self::Silent { engine, .. } => vec![engine.status()],
            Self::NoSpace { engine, .. } => engine.space(),
            Self::Refused { .. } => Vec::new(),
        }
    }
}

/// Whether the engine says that it does not know what was asked for.
pub(super) fn is_unknown(error: &Error) -> bool {
    matches!(error, Error::DockerResponseServerError { status_code, .. } if *status_code == 404)
}

/// Whether a text tells that a disk is full.
pub(super) fn lacks_space(text: &[u8]) -> bool {
    const SIGNS: [&[u8]; 3] = [
        b"no space left on device",
        b"enospc",
        b"disk quota exceeded",
    ];
    let text = text.to_ascii_lowercase();
    let says = |sign: &&[u8]| text.windows(sign.len()).any(|part| part == *sign);
    SIGNS.iter().any(says)
}

/// Whether the connection broke, or cannot be made any more.
fn is_cut(error: &Error) -> bool {
    matches!(
        error,
        Error::HyperResponseError { .. } | Error::HyperLegacyError { .. } | Error::IOError { .. }
    )
}

/// What is at the bottom of an error.
pub(super) fn innermost(error: &(dyn std::error::Error + 'static)) -> String {
    let mut error = error;
    while let Some(source) = error.source() {
        error = source;
    }
    crate::error::alone(error)
}
