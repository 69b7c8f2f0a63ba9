//! What a record of Scap's log means. Its words are those of Scap 4.283 (`deploy.py`, `ssh.py`); what they do not say is not
//! guessed.

use std::sync::LazyLock;

use regex::Regex;
use serde::Deserialize;

use crate::model::HostName;
use crate::scap::DeployStage;

/// A record, as the program on the server passes it on.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub(super) struct Record {
    pub(super) host: Option<String>,
    /// The logger; that of what a target says begins with `target.`.
    pub(super) name: String,
    /// Python's number for how much it matters.
    pub(super) level: i64,
    /// When, by the server's clock, in seconds since 1970.
    pub(super) at: Option<f64>,
    pub(super) text: String,
}

/// What it means.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Meaning {
    /// A part of a group has its turn.
    PartBegun {
        hosts: Vec<HostName>,
    },
    /// All stages of a part are through. Scap calls that a success, whatever it was.
    PartEnded,
    /// A stage begins on all hosts of the part that have not failed.
    StageBegun {
        stage: DeployStage,
    },
    /// A host has failed in a stage.
    Failed {
        host: HostName,
        stage: Option<DeployStage>,
        code: i32,
        /// All that it wrote.
        said: String,
    },
    /// A host says something.
    Said {
        host: HostName,
        text: String,
        weight: Weight,
    },
    /// It goes back to what this host tells.
    Back {
        host: HostName,
        text: String,
    },
    /// Scap is not content.
    Complaint {
        text: String,
        is_error: bool,
    },
    /// Scap itself came to grief: what it was doing was not done to its end.
    Crashed {
        text: String,
    },
    Other {
        text: String,
    },
}

/// How much it matters what a host says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Weight {
    /// For those alone who look for a fault of Scap's.
    Detail,
    Word,
    /// Why it failed, most likely.
    Complaint,
}

impl Weight {
    fn of(level: i64) -> Self {
        match level {
            ..INFO => Self::Detail,
            INFO..WARNING => Self::Word,
            _ => Self::Complaint,
        }
    }
}

/// Scap's levels from which on something is wrong.
const INFO: i64 = 20;
const WARNING: i64 = 30;
const ERROR: i64 = 40;

/// Ssh's exit code where it has no connection.
pub(super) const NO_CONNECTION: i32 = 255;

static RETURNED: LazyLock<Regex> =
    LazyLock::new(|| regex(r"(?s)^(.*?) \(ran as [^@]*@([^)]+)\) returned \[(-?\d+)\]: ?(.*)$"));
static CRASHED: LazyLock<Regex> = LazyLock::new(|| regex(r"^\S+ failed: <"));
static BACK: LazyLock<Regex> =
    LazyLock::new(|| regex(r"^Rolling back from revision (\S+) to (\S+)"));

fn regex(text: &str) -> Regex {
    Regex::new(text).unwrap_or_else(|error| unreachable!("{error}"))
}

impl Record {
    /// Reads it.
    pub(super) fn told(self) -> Meaning {
        let text = self.text;
        if self.name.starts_with("target.")
            && let Some(Ok(host)) = self.host.as_deref().map(HostName::parse)
        {
            return match BACK.is_match(&text) {
                true => Meaning::Back { host, text },
                false => Meaning::Said {
                    host,
                    text,
                    weight: Weight::of(self.level),
                },
            };
        }
        if let Some(found) = RETURNED.captures(&text)
            && let Ok(host) = HostName::parse(&found[2])
        {
            return Meaning::Failed {
                host,
                stage: stage_of(&found[1]),
                code: found[3].parse().unwrap_or(NO_CONNECTION),
                said: found[4].to_owned(),
            };
        }
        if let Some(command) = text.strip_prefix("Running remote deploy cmd ")
            && let Some(stage) = stage_of(command)
        {
            return Meaning::StageBegun { stage };
        }
        if let Some(hosts) = part(&text) {
            return Meaning::PartBegun { hosts };
        }
        if self.level == INFO && text.ends_with(" deploy successful") {
            return Meaning::PartEnded;
        }
        if self.level >= ERROR && CRASHED.is_match(&text) {
            return Meaning::Crashed { text };
        }
        match self.level >= WARNING {
            true => Meaning::Complaint {
                text,
                is_error: self.level >= ERROR,
            },
            false => Meaning::Other { text },
        }
    }
}

/// The hosts of a part: a line `== NAME ==`, and a line for each.
fn part(text: &str) -> Option<Vec<HostName>> {
    let mut lines = text.trim().lines();
    let head = lines.next()?;
    if !(head.starts_with("== ") && head.ends_with(" ==")) {
        return None;
    }
    let names = lines.filter_map(|line| line.strip_prefix(":* "));
    Some(
        names
            .filter_map(|name| HostName::parse(name).ok())
            .collect(),
    )
}

/// The stage in a command as Python shows its words, or as a shell takes them.
fn stage_of(command: &str) -> Option<DeployStage> {
    let words = command.split([' ', ',', '[', ']', '\'', '"']);
    words.rev().find_map(DeployStage::parse)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(name: &str, host: &str, level: i64, text: &str) -> Meaning {
        let record = Record {
            host: Some(host.into()),
            name: name.into(),
            level,
            at: None,
            text: text.into(),
        };
        record.told()
    }

    fn host(name: &str) -> HostName {
        HostName::parse(name).unwrap()
    }

    #[test]
    fn records_mean_what_scap_means_by_them() {
        let command = "['/usr/bin/scap', 'deploy-local', '-v', '--repo', 'fetch/deploy', '-g', 'canary', 'promote', '--refresh-config']";
        let begun = told(
            "deploy",
            "d",
            10,
            &format!("Running remote deploy cmd {command}"),
        );
        let stage = DeployStage::Promote;
        assert_eq!(begun, Meaning::StageBegun { stage });
        let said = "Check 'endpoints' failed: [x]\nreturned [2]: no";
        let failed =
            format!("{command} (ran as deploy-service@a.example.org) returned [1]: {said}");
        assert_eq!(
            told("ssh.job", "d", 30, &failed),
            Meaning::Failed {
                host: host("a.example.org"),
                stage: Some(stage),
                code: 1,
                said: said.into()
            }
        );
        assert_eq!(
            told("deploy", "d", 20, "\n== CANARY ==\n:* a.example.org\n:* b"),
            Meaning::PartBegun {
                hosts: vec![host("a.example.org"), host("b")]
            }
        );
        // A target may write whatever it likes.
        let text = "== CANARY ==";
        assert_eq!(
            told("target.a.checks", "a", 40, text),
            Meaning::Said {
                host: host("a"),
                text: text.into(),
                weight: Weight::Complaint
            }
        );
        let text = "1 of 1 canary targets failed, exceeding limit";
        assert_eq!(
            told("deploy", "d", 40, text),
            Meaning::Complaint {
                text: text.into(),
                is_error: true
            }
        );
    }
}
