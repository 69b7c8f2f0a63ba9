//! What went wrong: alike on many hosts, it is told once.

use std::collections::BTreeMap;

use indexmap::IndexMap;
use serde::Serialize;

use super::Chronicle;
use super::chronicle::{HostStory, Step};
use super::names::Names;
use super::text::{bounded, shown};
use crate::event::{HostOutcome, StepOutcome};
use crate::model::HostName;

/// All that went wrong.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub(super) struct Failures {
    pub(super) listed: Vec<Failure>,
    /// How many others there are.
    pub(super) more: usize,
    /// What shows all of it.
    pub(super) command: String,
}

/// Something that went wrong on hosts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Failure {
    pub(super) words: String,
    pub(super) hosts: Names,
    pub(super) lines: Vec<String>,
    pub(super) earlier: usize,
    /// The end of the log of the first of the hosts.
    pub(super) log: Option<Log>,
}

/// The end of what a host wrote in the deploy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Log {
    host: String,
    text: String,
}

const MOST: usize = 20;
const LONGEST: usize = 600;
/// The most characters of a log.
const LONGEST_LOG: usize = 32 * 1024;

impl Failures {
    /// Those of a deploy; `logs` are the ends of what hosts wrote.
    pub(super) fn of(
        chronicle: &Chronicle,
        logs: &BTreeMap<HostName, String>,
        complete: &dyn Fn(&str) -> String,
    ) -> Self {
        let mut alike: IndexMap<(String, Vec<&str>, usize), Vec<&HostName>> = IndexMap::new();
        for (name, host) in &chronicle.hosts {
            let bad = host.steps.iter().filter(|step| is_bad(step, host));
            let mut is_told = false;
            for step in bad {
                is_told = true;
                let end = step.end.as_ref();
                let words = end.map_or_else(|| step.label(), |end| bounded(&end.text, LONGEST));
                let lines = step.lines.iter().map(String::as_str).collect();
                let hosts = alike.entry((words, lines, step.earlier)).or_default();
                hosts.push(name);
            }
            if let Some(words) = remainder(host, is_told) {
                let key = (bounded(words, LONGEST), Vec::new(), 0);
                alike.entry(key).or_default().push(name);
            }
        }
        let more = alike.len().saturating_sub(MOST);
        let command = chronicle.begun.as_ref().map_or_else(String::new, |begun| {
            shown(&complete(&format!("svcgen log {} --level error", begun.id)))
        });
        let mut told = Vec::new();
        let listed = alike.into_iter().take(MOST);
        let listed = listed.map(|((words, lines, earlier), hosts)| Failure {
            words,
            log: log(&hosts, logs, &mut told),
            hosts: Names::of(hosts),
            lines: lines.into_iter().map(str::to_owned).collect(),
            earlier,
        });
        Self {
            listed: listed.collect(),
            more,
            command,
        }
    }
}

/// A step that was ended with the deploy is bad only where its host failed.
fn is_bad(step: &Step, host: &HostStory) -> bool {
    step.end.as_ref().is_some_and(|end| match end.outcome {
        StepOutcome::Passed => false,
        StepOutcome::Interrupted => host.is_failed,
        StepOutcome::Failed | StepOutcome::TimedOut | StepOutcome::Lost => true,
    })
}

/// What no step tells: that nobody knows what is live.
fn remainder(host: &HostStory, is_told: bool) -> Option<&str> {
    let end = host.end.as_ref()?;
    (end.outcome == HostOutcome::Unknown && !is_told).then_some(end.text.as_str())
}

/// The log of the first host; each is told once.
fn log<'a>(
    hosts: &[&'a HostName],
    logs: &BTreeMap<HostName, String>,
    told: &mut Vec<&'a HostName>,
) -> Option<Log> {
    let host = hosts.first()?;
    if told.contains(host) {
        return None;
    }
    let text = logs.get(*host)?;
    told.push(host);
    let length = text.chars().count();
    let begin = text.char_indices().nth(length.saturating_sub(LONGEST_LOG));
    let text = &text[begin.map_or(0, |(begin, _)| begin)..];
    Some(Log {
        host: host.to_string(),
        text: shown(text),
    })
}
