//! Keeps account of what Scap's log tells, and says it in svcgen's own events. Knows no host and no clock.

use std::collections::BTreeSet;

use indexmap::IndexMap;

use super::planner::ScapPlan;
use super::record::{NO_CONNECTION, Record, Told, Weight};
use super::verdict::Track;
use crate::deploy::message::Note;
use crate::deploy::scribe::count_hosts;
use crate::event::{About, EventKind, Level, Milestone, StepOutcome};
use crate::model::{GroupName, HostName, Revision};
use crate::scap::DeployStage;

/// What is to be told.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Entry {
    Note(Box<Note>),
    /// A host wrote something.
    Output {
        host: HostName,
        text: String,
    },
    /// The same, which is for its log alone.
    Kept {
        host: HostName,
        text: String,
    },
}

/// What is known of a run of Scap's.
pub(super) struct Ledger {
    revision: Revision,
    /// The group of each host.
    groups: IndexMap<HostName, GroupName>,
    tracks: IndexMap<HostName, Track>,
    /// The hosts of the part that has its turn, without those that Scap leaves out from here on.
    part: Vec<HostName>,
    /// The group of the part; it is known where all of its hosts have failed, too.
    group: Option<GroupName>,
    stage: Option<(DeployStage, f64)>,
    begun: BTreeSet<GroupName>,
    is_going_back: bool,
    /// What hosts wrote in the stage, so that nothing is told twice.
    lines: IndexMap<HostName, BTreeSet<String>>,
    /// The last that Scap itself took for an error.
    pub(super) error: Option<String>,
    /// Whether Scap itself came to grief.
    pub(super) has_crashed: bool,
    /// The time of the last record.
    now: f64,
}

/// How much of what a host wrote in a stage is remembered, in lines.
const MOST_LINES: usize = 2000;

impl Ledger {
    pub(super) fn new(plan: &ScapPlan) -> Self {
        let hosts = plan.hosts.iter();
        let groups = hosts.map(|(name, host)| (name.clone(), host.group.clone()));
        Self::of(plan.revision.clone(), groups.collect())
    }

    fn of(revision: Revision, groups: IndexMap<HostName, GroupName>) -> Self {
        Self {
            revision,
            tracks: groups
                .keys()
                .map(|name| (name.clone(), Track::default()))
                .collect(),
            groups,
            part: Vec::new(),
            group: None,
            stage: None,
            begun: BTreeSet::new(),
            is_going_back: false,
            lines: IndexMap::new(),
            error: None,
            has_crashed: false,
            now: 0.0,
        }
    }

    pub(super) fn track(&self, host: &HostName) -> Track {
        self.tracks.get(host).cloned().unwrap_or_default()
    }

    /// On how many hosts the switch was begun.
    pub(super) fn promoted(&self) -> usize {
        let tracks = self.tracks.values();
        tracks.filter(|track| track.is_promoted()).count()
    }

    /// The group that has its turn.
    pub(super) fn group(&self) -> Option<GroupName> {
        self.group.clone()
    }

    /// Takes over what a record says.
    pub(super) fn take(&mut self, record: Record) -> Vec<Entry> {
        let mut told = Vec::new();
        self.now = record.at.unwrap_or(self.now);
        let at = self.now;
        match record.told() {
            Told::PartBegun { hosts } => self.begin_part(hosts, at, &mut told),
            Told::StageBegun { stage } => self.begin_stage(stage, at, &mut told),
            Told::Failed {
                host,
                stage,
                code,
                said,
            } => {
                let stage = stage.or(self.stage.map(|(stage, _)| stage));
                let stage = stage.unwrap_or(DeployStage::Fetch);
                self.fail(&host, stage, code, &said, at, &mut told);
            }
            Told::Said { host, text, weight } => self.say(host, text, weight, &mut told),
            Told::Back { host, text } => {
                let to = text.rsplit(' ').next().map(Revision::parse);
                if let Some(track) = self.tracks.get_mut(&host) {
                    track.back = to.and_then(Result::ok);
                }
                self.say(host, text, Weight::Word, &mut told);
            }
            Told::Complaint { text, is_error } => {
                // A program's whole story is for the log, and its first line for everybody.
                let text = first_line(&text);
                told.push(note(
                    About::default(),
                    Level::Warning,
                    format!("Scap: {text}"),
                    EventKind::Warning,
                ));
                if is_error {
                    self.error = Some(text);
                }
            }
            Told::Crashed { text } => {
                let text = first_line(&text);
                told.push(note(
                    About::default(),
                    Level::Error,
                    format!("Scap: {text}"),
                    EventKind::Warning,
                ));
                self.error = Some(text);
                self.has_crashed = true;
            }
            Told::Other { text } => {
                let text = text.trim();
                if !text.is_empty() && !text.starts_with("Running [") {
                    let text = format!("Scap: {}", first_line(text));
                    told.push(note(
                        About::default(),
                        Level::Debug,
                        text,
                        EventKind::Output,
                    ));
                }
            }
        }
        told
    }

    /// What ran when Scap ended by itself has come to its end.
    pub(super) fn finish(&mut self) -> Vec<Entry> {
        let mut told = Vec::new();
        self.end_stage(self.now, &mut told);
        told
    }

    fn begin_part(&mut self, hosts: Vec<HostName>, at: f64, told: &mut Vec<Entry>) {
        self.end_stage(at, told);
        self.part = hosts
            .into_iter()
            .filter(|host| self.groups.contains_key(host))
            .collect();
        let group = self.part.first().and_then(|host| self.groups.get(host));
        self.group = group.cloned();
        let Some(group) = self.group.clone() else {
            return;
        };
        if self.begun.insert(group.clone()) {
            let hosts = self.groups.values().filter(|of| **of == group).count();
            let text = format!("group {group}: {}", count_hosts(hosts));
            let about = About {
                group: Some(group),
                ..About::default()
            };
            told.push(note(
                about,
                Level::Info,
                text,
                EventKind::GroupStarted { hosts },
            ));
        }
    }

    fn begin_stage(&mut self, stage: DeployStage, at: f64, told: &mut Vec<Entry>) {
        self.end_stage(at, told);
        if stage == DeployStage::Rollback && !std::mem::replace(&mut self.is_going_back, true) {
            let text = "rolling back".to_owned();
            told.push(note(
                About::default(),
                Level::Warning,
                text,
                EventKind::RollbackStarted,
            ));
        }
        self.stage = Some((stage, at));
        self.lines.clear();
        for track in self.tracks.values_mut() {
            track.complaint = None;
        }
        for host in &self.part {
            let Some(track) = self.tracks.get_mut(host) else {
                continue;
            };
            track.begun.push(stage);
            track.running = Some(stage);
            let kind = EventKind::StepStarted {
                revision: self.revision.clone(),
                check: None,
            };
            let about = about(&self.groups, host, Some(stage));
            told.push(note(about, Level::Info, stage.as_str().to_owned(), kind));
        }
    }

    /// Whoever has not failed in a stage has passed it once Scap goes on.
    fn end_stage(&mut self, at: f64, told: &mut Vec<Entry>) {
        let Some((stage, begun)) = self.stage.take() else {
            return;
        };
        for host in &self.part {
            let Some(track) = self.tracks.get_mut(host) else {
                continue;
            };
            if track.running.take().is_none() {
                continue;
            }
            let kind = EventKind::StepFinished {
                outcome: StepOutcome::Passed,
                check: None,
                code: Some(0),
                seconds: (at - begun).max(0.0),
            };
            let text = format!("{} passed", stage.as_str());
            told.push(note(
                about(&self.groups, host, Some(stage)),
                Level::Info,
                text,
                kind,
            ));
            if let Some((milestone, text)) = milestone(stage) {
                let kind = EventKind::HostReached { milestone };
                told.push(note(
                    about(&self.groups, host, None),
                    Level::Info,
                    text.into(),
                    kind,
                ));
            }
        }
    }

    fn fail(
        &mut self,
        host: &HostName,
        stage: DeployStage,
        code: i32,
        said: &str,
        at: f64,
        told: &mut Vec<Entry>,
    ) {
        let Some(track) = self.tracks.get_mut(host) else {
            return;
        };
        track.running = None;
        let is_lost = code == NO_CONNECTION || code < 0;
        // What was no record of Scap's has not been told yet.
        let known = self.lines.entry(host.clone()).or_default();
        let untold = said.lines().filter(|line| !known.contains(*line));
        let untold: Vec<&str> = untold
            .filter(|line| !line.trim().is_empty())
            .take(MOST_LINES)
            .collect();
        let words = track.complaint.take();
        let words = words.or_else(|| untold.last().map(|line| line.trim().to_owned()));
        let reason = match (is_lost, words) {
            (true, Some(words)) => format!("Scap lost the connection to it: {words}"),
            (true, None) => "Scap lost the connection to it".into(),
            (false, Some(words)) => words,
            (false, None) => format!("exit code {code}"),
        };
        let untold = untold.into_iter().map(|line| Entry::Output {
            host: host.clone(),
            text: line.to_owned(),
        });
        told.extend(untold);
        match stage {
            DeployStage::Rollback => track.stuck = Some(reason.clone()),
            DeployStage::Finalize => {}
            DeployStage::Fetch
            | DeployStage::ConfigDeploy
            | DeployStage::Promote
            | DeployStage::HandleService
            | DeployStage::ConfigDiff => {
                track.failed.get_or_insert_with(|| (stage, reason.clone()));
            }
        }
        self.part.retain(|one| one != host);
        let begun = self.stage.map_or(at, |(_, begun)| begun);
        let kind = EventKind::StepFinished {
            outcome: if is_lost {
                StepOutcome::Lost
            } else {
                StepOutcome::Failed
            },
            check: None,
            code: (!is_lost).then_some(code),
            seconds: (at - begun).max(0.0),
        };
        let text = format!("{} failed: {reason}", stage.as_str());
        told.push(note(
            about(&self.groups, host, Some(stage)),
            Level::Error,
            text,
            kind,
        ));
        let kind = EventKind::HostReached {
            milestone: Milestone::Failed,
        };
        told.push(note(
            about(&self.groups, host, None),
            Level::Info,
            reason,
            kind,
        ));
    }

    fn say(&mut self, host: HostName, text: String, weight: Weight, told: &mut Vec<Entry>) {
        let Some(track) = self.tracks.get_mut(&host) else {
            return;
        };
        if let Some((stage, _)) = self.stage
            && !track.spoke.contains(&stage)
        {
            track.spoke.push(stage);
        }
        let known = self.lines.entry(host.clone()).or_default();
        for line in text.lines() {
            if known.len() < MOST_LINES {
                known.insert(line.to_owned());
            }
        }
        if weight == Weight::Complaint {
            track.complaint = Some(first_line(&text));
        }
        told.push(match weight {
            Weight::Word | Weight::Complaint => Entry::Output { host, text },
            Weight::Detail => Entry::Kept { host, text },
        });
    }
}

fn about(
    groups: &IndexMap<HostName, GroupName>,
    host: &HostName,
    stage: Option<DeployStage>,
) -> About {
    About {
        host: Some(host.clone()),
        group: groups.get(host).cloned(),
        stage,
    }
}

fn note(about: About, level: Level, text: String, kind: EventKind) -> Entry {
    Entry::Note(Box::new(Note {
        about,
        level,
        text,
        kind,
    }))
}

/// How far a host has come with a stage.
fn milestone(stage: DeployStage) -> Option<(Milestone, &'static str)> {
    match stage {
        DeployStage::Fetch | DeployStage::ConfigDiff => None,
        DeployStage::ConfigDeploy => Some((Milestone::Prepared, "the release is there")),
        DeployStage::Promote | DeployStage::HandleService => Some((Milestone::Healthy, "healthy")),
        DeployStage::Finalize => Some((Milestone::Finalized, "done")),
        DeployStage::Rollback => Some((Milestone::RolledBack, "as before")),
    }
}

fn first_line(text: &str) -> String {
    text.trim().lines().next().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests;
