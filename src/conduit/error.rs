use std::error::Error as _;

use reqwest::Url;
use thiserror::Error;

/// Why a call came to nothing.
#[derive(Debug, Error)]
pub enum ConduitError {
    #[error("`{url}` is no address of a ticket system: {reason}")]
    Address { url: String, reason: String },
    #[error("`{url}` cannot be reached: {reason}")]
    Unreachable { url: String, reason: String },
    /// It may have been done, or not.
    #[error("there is no answer to `{method}`: {reason}")]
    Lost { method: String, reason: String },
    #[error("the server takes no more calls for now")]
    Busy,
    #[error("`{url}` does not answer as Conduit does: status {status}")]
    NotConduit { url: String, status: u16 },
    /// The server's own code, as `ERR-INVALID-AUTH`, and words.
    #[error("the server refused `{method}`: {info} ({code})")]
    Refused {
        method: String,
        code: String,
        info: String,
    },
    #[error("the answer to `{method}` lacks `{field}`")]
    Incomplete { method: String, field: &'static str },
}

impl ConduitError {
    pub(super) fn unreachable(url: &Url, error: &reqwest::Error) -> Self {
        Self::Unreachable {
            url: url.as_str().trim_end_matches('/').to_owned(),
            reason: reason(error),
        }
    }

    /// Whether it is the token that the server does not take.
    pub fn is_about_token(&self) -> bool {
        matches!(self, Self::Refused { code, .. } if code == "ERR-INVALID-AUTH" || code == "ERR-INVALID-SESSION")
    }
}

/// Why there is no answer, in the words of who found out: the last cause, and never the address, which is said before.
pub(super) fn reason(error: &reqwest::Error) -> String {
    if error.is_timeout() {
        return "it takes too long".to_owned();
    }
    let mut last = error.source();
    while let Some(next) = last.and_then(std::error::Error::source) {
        last = Some(next);
    }
    last.map_or_else(|| "the connection failed".to_owned(), ToString::to_string)
}
