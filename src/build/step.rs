//! A step of the image that failed, and what can be done about it.

use camino::Utf8PathBuf;
use thiserror::Error;

use super::complaint::Complaint;

/// An instruction of the Dockerfile that did not end well.
#[derive(Debug, Error)]
#[error("the image cannot be made: `{step}` {said}")]
pub struct StepError {
    pub step: String,
    /// How it ended: `ended with code 1`.
    pub said: String,
    #[source]
    pub complaint: Complaint,
    pub log: Utf8PathBuf,
}

/// Words of apt and wget about a server that they do not trust.
const DISTRUST: [&str; 3] = [
    "is not trusted",
    "is NOT trusted",
    "Certificate verification failed",
];

/// Words about a network that does not answer.
const NETWORK: [&str; 5] = [
    "Temporary failure",
    "Could not resolve",
    "unable to resolve",
    "Could not connect",
    "Connection refused",
];

/// Words about packages that are not where they are looked for.
const MISSING: [&str; 6] = [
    "Unable to locate package",
    "has no installation candidate",
    "is invalid for APT::Default-Release",
    "unmet dependencies",
    "does not have a Release file",
    "404",
];

impl StepError {
    pub(super) fn new(step: &str, said: String, lines: &[String], log: Utf8PathBuf) -> Self {
        Self {
            // Its lines are one here.
            step: step.split_whitespace().collect::<Vec<_>>().join(" "),
            said,
            complaint: Complaint::of_step(lines),
            log,
        }
    }

    /// What helps; at most two.
    pub fn hints(&self) -> Vec<String> {
        let says = |words: &[&str]| words.iter().any(|words| self.complaint.says(words));
        let help = if says(&DISTRUST) {
            "`SSL_CERT_FILE=FILE` names the certificates of your organisation"
        } else if says(&NETWORK) {
            "`--network host` reaches the network as this machine does"
        } else if says(&MISSING) {
            "correct `deploy.dependencies` in `package.json` of the source repository"
        } else {
            ""
        };
        let log = format!("`{}` has the complete output", self.log);
        let all = [help.to_owned(), log].into_iter();
        all.filter(|hint| !hint.is_empty()).collect()
    }
}
