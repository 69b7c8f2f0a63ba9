//! The last that a deploy has to say, whichever engine it was carried out by.

use std::collections::BTreeMap;

use super::action::Action;
use super::message::Note;
use super::scribe::count_hosts;
use crate::event::{About, DeployResult, EventKind, HostCounts, HostOutcome, Level};
use crate::model::{GroupName, HostName, Revision};

/// A deploy that is over.
pub(super) struct Closing {
    pub(super) action: Action,
    pub(super) revision: Revision,
    /// The names of the services.
    pub(super) services: String,
    pub(super) hosts: Vec<ClosedHost>,
    /// Whether it did not come to its end: then it is none that was done, wherever its hosts are.
    pub(super) is_stopped: bool,
}

/// What a host ended as.
pub(super) struct ClosedHost {
    pub(super) host: HostName,
    pub(super) group: GroupName,
    pub(super) outcome: HostOutcome,
    /// What is live, where that is known.
    pub(super) live: Option<Revision>,
    pub(super) reason: Option<String>,
    /// What is left there though it is on a known revision, in plain words.
    pub(super) left: Option<String>,
    /// Whether the switch was begun.
    pub(super) is_promoted: bool,
}

impl Closing {
    pub(super) fn result(&self) -> DeployResult {
        let any = |wanted: HostOutcome| self.hosts.iter().any(|host| host.outcome == wanted);
        let mut hosts = self.hosts.iter();
        let is_new = hosts.any(|host| host.outcome == HostOutcome::New && host.is_promoted);
        match (any(HostOutcome::Unknown), self.is_stopped) {
            (true, _) => DeployResult::Mixed,
            (false, false) if self.action == Action::Rollback => DeployResult::RolledBack,
            (false, false) => DeployResult::Deployed,
            (false, true) if is_new => DeployResult::Mixed,
            (false, true) if any(HostOutcome::Old) => DeployResult::RolledBack,
            (false, true) => DeployResult::Untouched,
        }
    }

    pub(super) fn counts(&self) -> HostCounts {
        HostCounts::of(self.hosts.iter().map(|host| host.outcome))
    }

    /// What is said of each host, and then of all.
    pub(super) fn notes(&self, seconds: f64) -> Vec<Note> {
        let (result, counts) = (self.result(), self.counts());
        let hosts = self.hosts.iter();
        let mut notes: Vec<Note> = hosts.map(|host| self.note_of(host, result)).collect();
        let level = match result {
            DeployResult::Deployed => Level::Info,
            // It is what was asked for.
            DeployResult::RolledBack if self.action == Action::Rollback => Level::Info,
            DeployResult::RolledBack | DeployResult::Untouched => Level::Warning,
            DeployResult::Mixed => Level::Error,
        };
        notes.push(Note {
            about: About::default(),
            level,
            text: match self.action.done_to_service() {
                Some(done) => self.summary_of_service(done, result, counts),
                None => self.summary(result, counts),
            },
            kind: EventKind::DeployFinished {
                result,
                seconds,
                counts,
            },
        });
        notes
    }

    fn note_of(&self, host: &ClosedHost, result: DeployResult) -> Note {
        let done = self
            .action
            .done_to_service()
            .map(|done| format!("{done}, "));
        let done = done.unwrap_or_default();
        let left = host.left.as_ref().map(|left| format!("; {left}"));
        let left = left.unwrap_or_default();
        let text = match (host.outcome, &host.live) {
            (HostOutcome::New, Some(live)) => format!("{done}{} is live", live.short()),
            (HostOutcome::Old, Some(live)) => format!("rolled back to {}{left}", live.short()),
            (HostOutcome::Old, None) => "rolled back: nothing is live, as before".into(),
            (HostOutcome::Untouched, live) => {
                let live = live.as_ref().map_or("nothing", |live| live.short());
                format!("untouched, {live} is live{left}")
            }
            (HostOutcome::Unknown, _) | (HostOutcome::New, None) => {
                let by_default = format!("the {} was stopped in the middle", self.action.as_str());
                let reason = host.reason.as_ref().unwrap_or(&by_default);
                match self.action.is_of_service() {
                    true => format!("FAILED: {reason}"),
                    false => format!("UNKNOWN: {reason}"),
                }
            }
        };
        let name = &host.host;
        let command =
            (host.outcome == HostOutcome::Unknown).then(|| match self.action.is_of_service() {
                true => format!("svcgen service status --limit {name}"),
                false => format!("svcgen rollback --limit {name}"),
            });
        Note {
            about: About {
                host: Some(name.clone()),
                group: Some(host.group.clone()),
                stage: None,
            },
            level: match host.outcome {
                // What was not done elsewhere is seen here.
                HostOutcome::New
                    if result == DeployResult::Mixed && !self.action.is_of_service() =>
                {
                    Level::Warning
                }
                HostOutcome::New | HostOutcome::Untouched => Level::Info,
                HostOutcome::Old => Level::Warning,
                HostOutcome::Unknown => Level::Error,
            },
            text,
            kind: EventKind::HostFinished {
                outcome: host.outcome,
                live: host.live.clone(),
                command,
            },
        }
    }

    fn summary(&self, result: DeployResult, counts: HostCounts) -> String {
        let HostCounts {
            new,
            old,
            untouched,
            unknown,
        } = counts;
        let of = count_hosts(counts.all());
        let short = self.revision.short();
        let mut text = match result {
            DeployResult::Deployed => format!("{short} is live on {new} of {of}"),
            DeployResult::RolledBack if self.action == Action::Rollback => {
                let back = new + old;
                match back {
                    1 => format!("rolled back: 1 of {of} is where it should be"),
                    _ => format!("rolled back: {back} of {of} are where they should be"),
                }
            }
            DeployResult::RolledBack => {
                let verb = if old == 1 { "is" } else { "are" };
                format!("rolled back: {old} of {of} {verb} back")
            }
            DeployResult::Untouched => "nothing was changed on any host".to_owned(),
            DeployResult::Mixed => {
                let known = self.hosts.iter();
                let live = known.filter(|host| host.outcome != HostOutcome::Unknown);
                let live = live.filter(|host| host.live.as_ref() == Some(&self.revision));
                // What is live where nobody knows how it is was not looked at.
                let known = if unknown > 0 { "known to be " } else { "" };
                let live = live.count();
                let mut text = format!("NOT DONE: {short} is {known}live on {live} of {of}");
                if live == self.hosts.len() {
                    let action = self.action.as_str();
                    text.push_str(&format!(", but the {action} did not come to its end"));
                }
                text
            }
        };
        for (number, words) in [
            (old, "rolled back"),
            (untouched, "untouched"),
            (unknown, "in an UNKNOWN state"),
        ] {
            let is_said = result == DeployResult::RolledBack && words == "rolled back";
            if number > 0 && !is_said && result != DeployResult::Untouched {
                text.push_str(&format!(", {number} {words}"));
            }
        }
        if matches!(result, DeployResult::RolledBack | DeployResult::Untouched) {
            text.push_str(&format!("; {}", self.all_live()));
        }
        text
    }

    /// What was done to the service, on how many hosts.
    fn summary_of_service(&self, done: &str, result: DeployResult, counts: HostCounts) -> String {
        let mark = match result {
            DeployResult::Deployed => "",
            DeployResult::RolledBack | DeployResult::Untouched | DeployResult::Mixed => {
                "NOT DONE: "
            }
        };
        let mut text = format!(
            "{mark}{} was {done} on {} of {}",
            self.services,
            counts.new,
            count_hosts(counts.all())
        );
        for (number, words) in [(counts.unknown, "FAILED"), (counts.untouched, "untouched")] {
            if number > 0 {
                text.push_str(&format!(", {number} {words}"));
            }
        }
        text
    }

    /// What is live, on how many hosts, as far as that is known.
    fn all_live(&self) -> String {
        let mut numbers: BTreeMap<Option<&Revision>, usize> = BTreeMap::new();
        let known = self.hosts.iter();
        for host in known.filter(|host| host.outcome != HostOutcome::Unknown) {
            *numbers.entry(host.live.as_ref()).or_default() += 1;
        }
        let of = count_hosts(self.hosts.len());
        let parts = numbers.into_iter().map(|(live, number)| match live {
            Some(live) => format!("{} is live on {number} of {of}", live.short()),
            None => format!("nothing is live on {number} of {of}"),
        });
        parts.collect::<Vec<_>>().join(", ")
    }
}
