//! Where the hosts are, and what to type next.

use std::collections::BTreeMap;

use serde::Serialize;

use super::chronicle::HostStory;
use super::names::Names;
use super::outcome::Mark;
use super::text::shown;
use super::{Chronicle, Standing};
use crate::event::{DeployResult, HostOutcome, Milestone};
use crate::model::{HostName, Revision};

/// Hosts that stand the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct StandingRow {
    pub(super) mark: Mark,
    pub(super) words: &'static str,
    pub(super) live: String,
    pub(super) hosts: Names,
}

/// A command, and what it is for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Next {
    pub(super) what: &'static str,
    pub(super) command: String,
}

/// The most commands for single hosts.
const MOST_COMMANDS: usize = 5;

/// How a host stands: a sign, words, and what is live on it where that is known.
pub(super) fn of_host(host: &HostStory) -> (Mark, &'static str, Option<&Revision>) {
    let new = host.revision.as_ref();
    let old = host.live.as_ref();
    if let Some(end) = &host.end {
        let live = end.live.as_ref();
        return match end.outcome {
            _ if host.is_idle => (Mark::Idle, "nothing to do", live),
            HostOutcome::New => (Mark::Good, "live", live),
            HostOutcome::Old => (Mark::Back, "rolled back", live),
            HostOutcome::Untouched if host.has_failed() => (Mark::Bad, "failed, untouched", live),
            HostOutcome::Untouched => (Mark::Idle, "untouched", live),
            HostOutcome::Unknown => (Mark::Unknown, "UNKNOWN", None),
        };
    }
    let is_in_step = host.steps.last().is_some_and(|step| step.end.is_none());
    match host.milestone {
        _ if host.is_idle => (Mark::Idle, "nothing to do", old),
        _ if is_in_step => (Mark::Open, "in a step", None),
        Some(Milestone::Prepared) => (Mark::Open, "release is there", old),
        Some(Milestone::Healthy) => (Mark::Good, "live", new),
        Some(Milestone::Finalized) => (Mark::Good, "live", new),
        Some(Milestone::RolledBack) => (Mark::Back, "rolled back", old),
        Some(Milestone::Stopped) => {
            let live = old.filter(|_| !host.has_switched());
            (Mark::Open, "cut short", live)
        }
        Some(Milestone::Failed) => (Mark::Bad, "failed", None),
        None if host.steps.is_empty() => (Mark::Idle, "waiting", old),
        None => (Mark::Open, "at work", None),
    }
}

/// What is live on how many hosts, the worst first.
pub(super) fn rows(chronicle: &Chronicle) -> Vec<StandingRow> {
    type Key<'a> = (Mark, &'static str, Option<&'a Revision>);
    let mut alike: BTreeMap<Key<'_>, Vec<&HostName>> = BTreeMap::new();
    for (name, host) in &chronicle.hosts {
        alike.entry(of_host(host)).or_default().push(name);
    }
    let rows = alike.into_iter().map(|((mark, words, live), hosts)| {
        let live = match (live, mark) {
            (Some(live), _) => live.short().to_owned(),
            (None, Mark::Unknown | Mark::Bad | Mark::Open) => "not known".into(),
            (None, Mark::Back | Mark::Idle | Mark::Good) => "nothing".into(),
        };
        StandingRow {
            mark,
            words,
            live,
            hosts: Names::of(hosts),
        }
    });
    rows.collect()
}

/// What can be typed next.
pub(super) fn next(
    chronicle: &Chronicle,
    standing: Standing,
    complete: &dyn Fn(&str) -> String,
) -> Vec<Next> {
    let Some(begun) = &chronicle.begun else {
        return Vec::new();
    };
    let id = &begun.id;
    let next = |what, command: &str| Next {
        what,
        command: shown(&complete(command)),
    };
    let failed = chronicle.hosts.iter().find(|(_, host)| host.has_failed());
    let log = match failed {
        Some((name, _)) => next(
            "what a host did and wrote",
            &format!("svcgen log {id} --host {name} -v"),
        ),
        None => next("all that happened", &format!("svcgen log {id}")),
    };
    let result = chronicle.end.as_ref().map(|end| end.result);
    let is_over = matches!(
        result,
        Some(DeployResult::Deployed | DeployResult::RolledBack | DeployResult::Untouched)
    );
    match standing {
        Standing::Running => return vec![next("to watch it", "svcgen log --follow")],
        Standing::Earlier => return vec![log, next("what was done since", "svcgen history")],
        Standing::Latest if !is_over => {}
        Standing::Latest => {
            let is_deploy = begun.action == "deploy";
            let has_before = chronicle.hosts.values().any(|host| host.live.is_some());
            let back = (result == Some(DeployResult::Deployed) && is_deploy && has_before)
                .then(|| next("to go back", "svcgen rollback"));
            return [Some(log), back].into_iter().flatten().collect();
        }
    }
    let of_hosts = chronicle.hosts.values();
    let commands = of_hosts.filter_map(|host| host.end.as_ref()?.command.as_deref());
    let single = commands.map(|command| next("for one host only", command));
    [
        next("to go back to what was live before", "svcgen rollback"),
        next("to go on", &format!("svcgen deploy --resume {id}")),
    ]
    .into_iter()
    .chain(single.take(MOST_COMMANDS))
    .chain([log])
    .collect()
}
