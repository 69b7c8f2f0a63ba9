//! Earlier deploys, as journals here and the records of targets tell of them.

use std::collections::BTreeMap;

use indexmap::IndexMap;
use jiff::Timestamp;
use serde::Serialize;

use super::facts::Facts;
use super::journal::{JournalError, JournalReader, Journals};
use crate::event::{DeployId, DeployResult, EventKind, HostCounts};
use crate::model::{HostName, Revision};

/// A deploy that was begun.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PastDeploy {
    pub deploy: DeployId,
    pub at: Timestamp,
    pub user: String,
    pub machine: String,
    /// `deploy`, `rollback` or `restart`.
    pub action: String,
    pub revision: Option<Revision>,
    pub environment: Option<String>,
    pub message: String,
    /// The deploy that it went on with.
    pub resumes: Option<DeployId>,
    pub state: PastState,
    pub result: Option<DeployResult>,
    /// Whether it is somebody who ended it, and no failure.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub interrupted: bool,
    pub seconds: Option<f64>,
    /// What its hosts ended as; of a deploy whose journal is elsewhere only the hosts that were asked count.
    pub counts: Option<HostCounts>,
    pub source: PastSource,
    /// Who broke its lock, where somebody did.
    pub broken_by: Option<String>,
}

/// Whether a deploy is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum PastState {
    Running,
    /// It ended without a word, or left hosts in the middle.
    Interrupted,
    Finished,
}

/// Where it is known from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum PastSource {
    Journal,
    /// The records of its targets: it was made from another machine.
    Record,
}

impl PastDeploy {
    /// What a journal tells, from its first and its last event; nothing where nothing was begun.
    ///
    /// # Errors
    /// Where it cannot be read, or is of another version.
    pub fn of_journal(journals: &Journals, id: &DeployId) -> Result<Option<Self>, JournalError> {
        let mut reader = journals.open(id)?;
        let is_running = reader.is_being_written();
        let Some((first, _)) = reader.next(|_| true)? else {
            return Ok(None);
        };
        let EventKind::DeployStarted {
            revision,
            environment,
            user,
            machine,
            message,
            action,
            resumes,
            ..
        } = first.kind
        else {
            return Ok(None);
        };
        let (state, end) = match reader.last()?.map(|event| event.kind) {
            Some(EventKind::DeployFinished {
                result,
                seconds,
                counts,
            }) => (PastState::Finished, Some((result, seconds, counts))),
            _ if is_running => (PastState::Running, None),
            _ => (PastState::Interrupted, None),
        };
        let interrupted = match end {
            None | Some((DeployResult::Deployed, ..)) => false,
            Some(_) => was_interrupted(journals.open(id)?)?,
        };
        Ok(Some(Self {
            deploy: id.clone(),
            at: first.at,
            user,
            machine,
            action,
            revision: Some(revision),
            environment,
            message,
            resumes,
            state,
            result: end.map(|(result, ..)| result),
            interrupted,
            seconds: end.map(|(_, seconds, _)| seconds),
            counts: end.map(|(.., counts)| counts),
            source: PastSource::Journal,
            broken_by: None,
        }))
    }

    /// What the records of targets tell, of all deploys that they know.
    pub fn of_records(facts: &IndexMap<HostName, Facts>) -> BTreeMap<DeployId, Self> {
        let mut known: BTreeMap<DeployId, Self> = BTreeMap::new();
        for facts in facts.values() {
            for id in facts.deploys() {
                let Some(told) = facts.told_of(id) else {
                    continue;
                };
                let past = known.entry(id.clone()).or_insert_with(|| Self {
                    deploy: id.clone(),
                    at: Timestamp::from_second(told.owner.at).unwrap_or_default(),
                    user: told.owner.user.clone(),
                    machine: told.owner.machine.clone(),
                    action: told.owner.action.clone(),
                    revision: told.revision.clone(),
                    environment: None,
                    message: told.owner.message.clone(),
                    resumes: None,
                    state: PastState::Finished,
                    result: None,
                    interrupted: false,
                    seconds: None,
                    counts: Some(HostCounts::default()),
                    source: PastSource::Record,
                    broken_by: None,
                });
                past.add(told.state, told.outcome);
                past.broken_by = past.broken_by.take().or(told.broken_by);
                let seconds = told.seconds as f64;
                past.seconds = Some(past.seconds.map_or(seconds, |most| most.max(seconds)));
            }
        }
        for past in known.values_mut() {
            past.result = past.found_result();
        }
        known
    }

    /// Takes over its end from what hosts tell, where its journal has none: it may not have been written to its end.
    pub fn learn_end(&mut self, told: Self) {
        if self.state == PastState::Interrupted && told.state == PastState::Finished {
            self.state = told.state;
            self.result = told.result;
            self.seconds = told.seconds;
            self.counts = told.counts;
            self.source = told.source;
        }
    }

    /// Adds what became of one more of its targets.
    fn add(&mut self, state: PastState, outcome: crate::event::HostOutcome) {
        let found = HostCounts::of([outcome]);
        let counts = self.counts.get_or_insert_default();
        counts.new += found.new;
        counts.old += found.old;
        counts.untouched += found.untouched;
        counts.unknown += found.unknown;
        self.state = match (self.state, state) {
            (PastState::Running, _) | (_, PastState::Running) => PastState::Running,
            (PastState::Interrupted, _) | (_, PastState::Interrupted) => PastState::Interrupted,
            (PastState::Finished, PastState::Finished) => PastState::Finished,
        };
    }

    fn found_result(&self) -> Option<DeployResult> {
        let counts = self.counts?;
        if self.state != PastState::Finished {
            return None;
        }
        Some(match (counts.unknown, counts.new, counts.old) {
            (0, 0, 0) => DeployResult::Untouched,
            (0, _, 0) if self.action == "rollback" => DeployResult::RolledBack,
            (0, _, 0) => DeployResult::Deployed,
            (0, 0, _) => DeployResult::RolledBack,
            _ => DeployResult::Mixed,
        })
    }
}

/// Whether somebody ended a deploy before anything was taken back, as its journal tells.
fn was_interrupted(mut reader: JournalReader) -> Result<bool, JournalError> {
    const EITHER: [&str; 2] = [
        "\"event\":\"interrupted\"",
        "\"event\":\"rollback_started\"",
    ];
    let may_be = |line: &[u8]| {
        let line = std::str::from_utf8(line).unwrap_or_default();
        EITHER.iter().any(|words| line.contains(words))
    };
    while let Some((event, _)) = reader.next(may_be)? {
        match event.kind {
            EventKind::Interrupted => return Ok(true),
            EventKind::RollbackStarted => return Ok(false),
            // A text that quotes it.
            _ => {}
        }
    }
    Ok(false)
}
