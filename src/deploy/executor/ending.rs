//! The first and the last that a deploy has to say.

use std::collections::BTreeMap;
use std::time::Duration;

use super::{Executor, NotBegun, Outcome};
use crate::deploy::closing::{ClosedHost, Closing};
use crate::deploy::journal::JournalError;
use crate::deploy::keeper::Farewell;
use crate::deploy::message::{Note, Request};
use crate::deploy::plan::{HostPlan, Work};
use crate::deploy::scribe::count_hosts;
use crate::deploy::state::HostState;
use crate::event::{About, EventKind, HostOutcome, Level};
use crate::model::HostName;

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
        let hosts = self.plan.hosts.iter();
        let hosts: Vec<ClosedHost> = hosts.map(|(name, plan)| self.closed(name, plan)).collect();
        let closing = Closing {
            action: self.plan.action,
            revision: self.plan.revision.clone(),
            services: self.plan.service.names(),
            hosts,
            is_stopped: self.reason.is_some(),
        };
        for note in closing.notes(self.begun.elapsed().as_secs_f64()) {
            self.scribe.note(note);
        }
        let _written = self.scribe.flush(true);
        Outcome {
            result: closing.result(),
            is_interrupted: self.is_interrupted,
            is_log_whole: self.scribe.is_whole(),
            reason: self.reason,
            failed: self.failed,
            hosts: closing
                .hosts
                .into_iter()
                .map(|host| (host.host, host.outcome, host.reason))
                .collect(),
        }
    }

    fn closed(&self, name: &HostName, plan: &HostPlan) -> ClosedHost {
        let state = self.states.hosts.get(name);
        let outcome = match state {
            // Somebody stopped waiting while something was being done here.
            Some(state) if state.is_at_work() && state.is_promoted => HostOutcome::Unknown,
            _ => self.states.outcome(name),
        };
        ClosedHost {
            host: name.clone(),
            group: plan.group.clone(),
            outcome,
            live: self.live(name),
            reason: state.and_then(|state| state.reason.clone()),
            left: state.and_then(|state| state.left.clone()),
            is_promoted: state.is_some_and(|state| state.is_promoted),
        }
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
