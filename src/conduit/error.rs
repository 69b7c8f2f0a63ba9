use std::error::Error as _;

use reqwest::Url;
use thiserror::Error;

/// Why a call came to nothing.
#[derive(Debug, Error)]
pub enum ConduitError {
    #[error("`{url}` is not the address of a ticket system: {reason}")]
    Address { url: String, reason: String },
    #[error("`{url}` cannot be reached: {reason}")]
    Unreachable { url: String, reason: String },
    /// It may have been done, or not.
    #[error("there is no answer to `{method}`: {reason}")]
    Lost { method: String, reason: String },
    #[error("the server accepts no more calls for now")]
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

    /// What to do about it; at most two.
    pub fn hints(&self) -> Vec<String> {
        let by_hand = "without `--file` the text is printed, to be filed by hand";
        let hints = match self {
            Self::Address { .. } => ["it is `phabricator.url` in the site file", ""],
            Self::Unreachable { url, .. } => {
                let url = shell_words::quote(url);
                return vec![
                    format!("`curl --head {url}` tries it from here"),
                    "no task was made or changed; run this again".into(),
                ];
            }
            // Where it was about the task itself, that is told in another way.
            Self::Lost { .. } => [
                "no task was made or changed, though a file may have been uploaded; run this again",
                "",
            ],
            Self::Busy => ["run this again in a few minutes", ""],
            Self::NotConduit { status, .. } => [elsewhere(*status), ""],
            Self::Refused { code, info, .. } => match refusal(code, info) {
                Some(hint) => [hint, ""],
                None => [by_hand, ""],
            },
            Self::Incomplete { .. } => [
                "the server may have a version that svcgen does not know",
                by_hand,
            ],
        };
        let hints = hints.into_iter().filter(|hint| !hint.is_empty());
        hints.map(str::to_owned).collect()
    }
}

/// What to look at where something else answers, by its status.
fn elsewhere(status: u16) -> &'static str {
    match status {
        300..=399 => "it redirects elsewhere: `phabricator.url` of the site should be that address",
        401 | 403 | 407 => {
            "something in front of it wants you to log in: a proxy, or your organisation's login"
        }
        _ => "is `phabricator.url` of the site the address of the ticket system itself?",
    }
}

/// What to do where the server says no, by its code and words.
fn refusal(code: &str, info: &str) -> Option<&'static str> {
    let lower = info.to_lowercase();
    match code {
        "ERR-INVALID-AUTH" | "ERR-INVALID-SESSION" => Some(
            "make a new token in the settings of your account there, under `Conduit API Tokens`",
        ),
        "ERR-CONDUIT-CALL" => {
            Some("the server lacks a method that svcgen needs: its version may be another")
        }
        _ if lower.contains("permission") || lower.contains("policy") => {
            Some("ask the people who look after the project whether you may file there")
        }
        _ => None,
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
    last.map_or_else(|| "the connection failed".to_owned(), crate::error::alone)
}
