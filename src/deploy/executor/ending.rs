//! The first and the last that a deploy has to say.

use std::collections::BTreeMap;
use std::time::Duration;

use super::notes::count_hosts;
use super::{Executor, NotBegun, Outcome};
use crate::deploy::action::Action;
use crate::deploy::journal::JournalError;
use crate::deploy::keeper::Farewell;
use crate::deploy::message::{Note, Request};
use crate::deploy::plan::Work;
use crate::deploy::state::HostState;
use crate::event::{About, DeployResult, EventKind, HostCounts, HostOutcome, Level};
use crate::model::{HostName, Revision};

/// How long the locks may take to be let go where nobody waits any more.
const HURRY: Duration = Duration::from_secs(5);

/// The most bytes of a diff of the configuration that the journal keeps.
const LONGEST_DIFF: usize = 64 * 1024;

impl Executor<'_> {
    /// Writes down what is meant to be done, and how every host is before that.
    pub(super) fn tell_plan(&mut self) -> Result<(), NotBegun> {
        let plan = std::sync::Arc::clone(&self.plan);
        let action = plan.action.as_str();
        let started = EventKind::DeployStarted {
            repository: plan.repository.to_string(),
            revision: plan.revision.clone(),
            environment: plan.environment.clone(),
            user: plan.owner.user.clone(),
            machine: plan.owner.machine.clone(),
            message: plan.owner.message.clone(),
            action: action.into(),
            hosts: plan.hosts.keys().cloned().collect(),
            resumes: plan.resumes.clone(),
        };
        let count = plan.hosts.len();
        let hosts = count_hosts(count);
        let text = match plan.action.is_of_service() {
            true => format!("{action} of {} on {hosts}", plan.service.names()),
            false => {
                let short = plan.revision.short();
                format!("{action} of {}@{short} on {hosts}", plan.repository)
            }
        };
        self.scribe.note(Note {
            about: About::default(),
            level: Level::Info,
            text,
            kind: started,
        });
        for (name, host) in &plan.hosts {
            let live = host.live.as_ref().map_or("nothing", |live| live.short());
            let note = Note {
                about: About {
                    host: Some(name.clone()),
                    group: Some(host.group.clone()),
                    stage: None,
                },
                level: Level::Debug,
                text: format!("{live} is live"),
                kind: EventKind::HostPlanned {
                    live: host.live.clone(),
                    old: host.old.clone(),
                    revision: host.revision.clone(),
                    idle: host.work == Work::Nothing,
                },
            };
            self.scribe.note(note);
        }
        self.tell_config();
        self.scribe
            .flush(true)
            .map_err(|error: JournalError| NotBegun::Journal(error))
    }

    /// Writes down what changes in the configuration: the same change once, with all its hosts.
    fn tell_config(&mut self) {
        let mut diffs: BTreeMap<&str, Vec<HostName>> = BTreeMap::new();
        for (name, host) in self.plan.worked_on() {
            if !host.config_diff.is_empty() {
                let hosts = diffs.entry(&host.config_diff).or_default();
                hosts.push(name.clone());
            }
        }
        for (diff, hosts) in diffs {
            let text = format!("configuration changes on {}", count_hosts(hosts.len()));
            let diff = cut_off(diff);
            self.scribe.note(Note {
                about: About::default(),
                level: Level::Debug,
                text,
                kind: EventKind::ConfigPlanned { hosts, diff },
            });
        }
    }

    /// Lets all locks go, and says where every host is.
    pub(super) async fn finish(mut self) -> Outcome {
        let states = self.states.clone();
        let farewell = move |host: &HostName| {
            let state = states.hosts.get(host);
            Request::Close(match state.is_some_and(HostState::is_left) {
                true => Farewell::Left,
                false => Farewell::Done,
            })
        };
        if self.is_cut {
            // What runs there is ended, or finished, by the keepers, which find out by themselves that nobody is here; no
            // step is begun after it was said that nobody waits.
            for (host, state) in &self.states.hosts {
                if let (Some(_), Some(handle)) = (&state.busy, self.handles.get(host)) {
                    handle.abort();
                }
            }
            tokio::task::yield_now().await;
            let _closed = tokio::time::timeout(HURRY, self.ask_all(farewell)).await;
        } else {
            self.ask_all(farewell).await;
        }
        let mut hosts = Vec::new();
        for host in self.plan.hosts.keys().cloned().collect::<Vec<_>>() {
            let outcome = match self.states.hosts.get(&host) {
                // Somebody stopped waiting while something was being done here.
                Some(state) if state.busy.is_some() && state.is_promoted => HostOutcome::Unknown,
                _ => self.states.outcome(&host),
            };
            let reason = self.states.hosts.get(&host).and_then(|s| s.reason.clone());
            self.tell_host(&host, outcome, reason.as_deref());
            hosts.push((host, outcome, reason));
        }
        let result = self.result(&hosts);
        let counts = HostCounts::of(hosts.iter().map(|(_, outcome, _)| *outcome));
        let text = self.summary(result, counts);
        let level = match result {
            DeployResult::Deployed => Level::Info,
            DeployResult::RolledBack | DeployResult::Untouched => Level::Warning,
            DeployResult::Mixed => Level::Error,
        };
        let seconds = self.begun.elapsed().as_secs_f64();
        self.scribe.note(Note {
            about: About::default(),
            level,
            text,
            kind: EventKind::DeployFinished {
                result,
                seconds,
                counts,
            },
        });
        let _written = self.scribe.flush(true);
        Outcome {
            result,
            is_interrupted: self.is_interrupted,
            reason: self.reason,
            hosts,
        }
    }

    fn result(&self, hosts: &[(HostName, HostOutcome, Option<String>)]) -> DeployResult {
        let any = |wanted: HostOutcome| hosts.iter().any(|(_, outcome, _)| *outcome == wanted);
        // A deploy that was stopped is none that was done, wherever its hosts are.
        let is_stopped = self.reason.is_some();
        let promoted = |host: &HostName| {
            self.states
                .hosts
                .get(host)
                .is_some_and(|state| state.is_promoted)
        };
        let is_new = hosts
            .iter()
            .any(|(host, outcome, _)| *outcome == HostOutcome::New && promoted(host));
        match (any(HostOutcome::Unknown), is_stopped) {
            (true, _) => DeployResult::Mixed,
            (false, false) if self.plan.action == Action::Rollback => DeployResult::RolledBack,
            (false, false) => DeployResult::Deployed,
            (false, true) if is_new => DeployResult::Mixed,
            (false, true) if any(HostOutcome::Old) => DeployResult::RolledBack,
            (false, true) => DeployResult::Untouched,
        }
    }

    fn tell_host(&mut self, host: &HostName, outcome: HostOutcome, reason: Option<&str>) {
        let Some(plan) = self.plan.hosts.get(host) else {
            return;
        };
        let live = self.live(host);
        let action = self.plan.action;
        let done = action.done_to_service().map(|done| format!("{done}, "));
        let done = done.unwrap_or_default();
        let left = self.states.hosts.get(host).and_then(|s| s.left.as_ref());
        let left = left.map(|left| format!("; {left}")).unwrap_or_default();
        let text = match (outcome, &live) {
            (HostOutcome::New, Some(live)) => format!("{done}{} is live", live.short()),
            (HostOutcome::Old, Some(live)) => format!("rolled back to {}{left}", live.short()),
            (HostOutcome::Old, None) => "rolled back: nothing is live, as before".into(),
            (HostOutcome::Untouched, live) => {
                let live = live.as_ref().map_or("nothing", |live| live.short());
                format!("untouched, {live} is live{left}")
            }
            (HostOutcome::Unknown, _) | (HostOutcome::New, None) => {
                let by_default = format!("the {} was stopped in the middle", action.as_str());
                let reason = reason.unwrap_or(&by_default);
                match action.is_of_service() {
                    true => format!("FAILED: {reason}"),
                    false => format!("UNKNOWN: {reason}"),
                }
            }
        };
        let command = (outcome == HostOutcome::Unknown).then(|| match action.is_of_service() {
            true => format!("svcgen service status --limit {host}"),
            false => format!("svcgen rollback --limit {host}"),
        });
        let level = match outcome {
            HostOutcome::New | HostOutcome::Untouched => Level::Info,
            HostOutcome::Old => Level::Warning,
            HostOutcome::Unknown => Level::Error,
        };
        let about = About {
            host: Some(host.clone()),
            group: Some(plan.group.clone()),
            stage: None,
        };
        let kind = EventKind::HostFinished {
            outcome,
            live,
            command,
        };
        self.scribe.note(Note {
            about,
            level,
            text,
            kind,
        });
    }

    fn summary(&self, result: DeployResult, counts: HostCounts) -> String {
        if let Some(done) = self.plan.action.done_to_service() {
            return self.summary_of_service(done, result, counts);
        }
        let HostCounts {
            new,
            old,
            untouched,
            unknown,
        } = counts;
        let of = counts.all();
        let short = self.plan.revision.short();
        let mut text = match result {
            DeployResult::Deployed => format!("{short} is live on {new} of {of} hosts"),
            DeployResult::RolledBack if self.plan.action == Action::Rollback => {
                format!(
                    "rolled back: {} of {of} hosts are where they are to be",
                    new + old
                )
            }
            DeployResult::RolledBack => format!("rolled back: {old} of {of} hosts are back"),
            DeployResult::Untouched => "nothing was changed on any host".to_owned(),
            DeployResult::Mixed => format!("NOT DONE: {short} is live on {new} of {of} hosts"),
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
        let names = self.plan.service.names();
        let mut text = format!(
            "{mark}{names} was {done} on {} of {}",
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
        let mut numbers: BTreeMap<Option<Revision>, usize> = BTreeMap::new();
        let hosts = self.plan.hosts.keys();
        for host in hosts.filter(|host| self.states.outcome(host) != HostOutcome::Unknown) {
            *numbers.entry(self.live(host)).or_default() += 1;
        }
        let of = self.plan.hosts.len();
        let parts = numbers.into_iter().map(|(live, number)| match live {
            Some(live) => format!("{} is live on {number} of {of} hosts", live.short()),
            None => format!("nothing is live on {number} of {of} hosts"),
        });
        parts.collect::<Vec<_>>().join(", ")
    }
}

/// A diff of a bearable size, in whole lines.
fn cut_off(diff: &str) -> String {
    if diff.len() <= LONGEST_DIFF {
        return diff.to_owned();
    }
    let mut kept = String::new();
    for line in diff.split_inclusive('\n') {
        if kept.len() + line.len() > LONGEST_DIFF {
            break;
        }
        kept.push_str(line);
    }
    kept.push_str("(the rest is not kept)\n");
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_diff_is_cut_off_between_lines() {
        assert_eq!(cut_off("-a\n+b\n"), "-a\n+b\n");
        let long = "+0123456789\n".repeat(10_000);
        let kept = cut_off(&long);
        assert!(kept.len() < LONGEST_DIFF + 100);
        assert!(kept.ends_with("+0123456789\n(the rest is not kept)\n"));
    }
}
