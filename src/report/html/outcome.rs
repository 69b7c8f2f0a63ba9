use serde::Serialize;

use super::text::{count, duration, moment, shown};
use super::{Chronicle, Standing, beginning};
use crate::event::{DeployResult, HostOutcome, Milestone};

/// What a sign and a colour say, always together with words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Mark {
    Unknown,
    Bad,
    Back,
    /// Not over.
    Open,
    Idle,
    Good,
}

/// The outcome in words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Outcome {
    pub(super) mark: Mark,
    pub(super) words: String,
    /// The numbers to it.
    pub(super) summary: String,
}

/// A fact about the deploy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Fact {
    label: &'static str,
    value: String,
    is_code: bool,
}

impl Outcome {
    /// What a deploy came to.
    pub(super) fn of(chronicle: &Chronicle, standing: Standing) -> Self {
        let Some(end) = &chronicle.end else {
            return Self::without_end(chronicle, standing);
        };
        let action = chronicle.begun.as_ref().map_or("", |begun| &begun.action);
        let is_interrupted = chronicle.interrupted.is_some();
        let missing = end.counts.all() - end.counts.new - idle(chronicle);
        let (mark, words) = match (end.result, action) {
            (DeployResult::Deployed, _) if missing > 0 => {
                let words = format!("Done, except on {}", count(missing, "host", "hosts"));
                (Mark::Back, words)
            }
            (DeployResult::Deployed, "restart") => (Mark::Good, "Restarted".into()),
            (DeployResult::Deployed, "start") => (Mark::Good, "Started".into()),
            (DeployResult::Deployed, "stop") => (Mark::Good, "Stopped".into()),
            (DeployResult::Deployed, _) => (Mark::Good, "Deployed".into()),
            (DeployResult::RolledBack, "rollback") => (Mark::Good, "Rolled back".into()),
            (DeployResult::RolledBack, _) if is_interrupted => {
                (Mark::Back, "Interrupted, and rolled back".into())
            }
            (DeployResult::RolledBack, _) => (Mark::Back, "Failed, and rolled back".into()),
            (DeployResult::Untouched, _) if is_interrupted => {
                (Mark::Bad, "Interrupted: nothing was changed".into())
            }
            (DeployResult::Untouched, _) => (Mark::Bad, "Failed: nothing was changed".into()),
            (DeployResult::Mixed, _) if end.counts.unknown > 0 => (
                Mark::Bad,
                "Not done: some hosts are in an unknown state".into(),
            ),
            (DeployResult::Mixed, _) => (
                Mark::Bad,
                "Not done: not all hosts have the same revision".into(),
            ),
        };
        Self {
            mark,
            words,
            summary: shown(&end.text),
        }
    }

    fn without_end(chronicle: &Chronicle, standing: Standing) -> Self {
        let reached = |wanted: &[Milestone]| {
            let hosts = chronicle.hosts.values();
            hosts
                .filter(|host| host.milestone.is_some_and(|m| wanted.contains(&m)))
                .count()
        };
        let of = chronicle.hosts.len();
        let through = reached(&[Milestone::Healthy, Milestone::Finalized]);
        let failed = reached(&[Milestone::Failed, Milestone::RolledBack]);
        let summary = format!(
            "at {}: healthy {through} of {of}, failed {failed}",
            moment(chronicle.last)
        );
        let (mark, words) = match standing {
            Standing::Running => (Mark::Open, "Still running"),
            Standing::Latest | Standing::Earlier => {
                (Mark::Bad, "Killed: it ended without reporting an outcome")
            }
        };
        Self {
            mark,
            words: words.into(),
            summary,
        }
    }
}

/// How many hosts had nothing to do and have stayed as they are.
fn idle(chronicle: &Chronicle) -> usize {
    let hosts = chronicle.hosts.values().filter(|host| host.is_idle);
    let untouched = hosts.filter(|host| {
        let end = host.end.as_ref();
        end.is_some_and(|end| end.outcome == HostOutcome::Untouched)
    });
    untouched.count()
}

/// Who, when, what, and why.
pub(super) fn facts(chronicle: &Chronicle) -> Vec<Fact> {
    let Some(begun) = &chronicle.begun else {
        return Vec::new();
    };
    let seconds = match &chronicle.end {
        Some(end) => end.seconds,
        None => chronicle.last.duration_since(begun.at).as_secs_f64(),
    };
    let plain = |label, value: String| Fact {
        label,
        value: shown(&value),
        is_code: false,
    };
    let code = |label, value: String| Fact {
        is_code: true,
        ..plain(label, value)
    };
    let environment = begun.environment.clone();
    let message = Some(begun.message.clone()).filter(|text| !text.is_empty());
    let resumes = begun.resumes.as_ref();
    let facts = [
        message.map(|text| plain("Message", text)),
        Some(plain("Who", format!("{} on {}", begun.user, begun.machine))),
        Some(plain("When", beginning(chronicle))),
        Some(plain("How long", duration(seconds))),
        Some(code("Repository", begun.repository.clone())),
        environment.map(|name| plain("Environment", name)),
        Some(code("Revision", begun.revision.to_string())),
        Some(code("Deploy", begun.id.to_string())),
        resumes.map(|id| code("Goes on with", id.to_string())),
    ];
    facts.into_iter().flatten().collect()
}
