//! Keeps account of what Scap's log tells, and says it in svcgen's own events. Knows no host and no clock.

mod course;
mod entry;

use std::collections::BTreeSet;

use indexmap::IndexMap;

pub(super) use self::entry::Entry;
use self::entry::{about, first_line, note};
use super::plan::ScapPlan;
use super::record::{Meaning, NO_CONNECTION, Record, Weight};
use super::verdict::Track;
use crate::event::{About, EventKind, Level, Milestone, StepOutcome};
use crate::model::{GroupName, HostName, Revision};
use crate::scap::DeployStage;

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
    ended: BTreeSet<GroupName>,
    /// The hosts that have had their turn.
    seen: BTreeSet<HostName>,
    is_going_back: bool,
    /// What hosts wrote in the stage, so that nothing is told twice.
    lines: IndexMap<HostName, BTreeSet<String>>,
    /// The host that failed first.
    first_failed: Option<HostName>,
    /// The last that Scap itself took for an error.
    error: Option<String>,
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
            ended: BTreeSet::new(),
            seen: BTreeSet::new(),
            is_going_back: false,
            lines: IndexMap::new(),
            first_failed: None,
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

    /// Why the first host of a group failed, in its own words.
    pub(super) fn failure(&self, group: &GroupName) -> Option<String> {
        let hosts = self.groups.iter().filter(|(_, of)| *of == group);
        hosts.into_iter().find_map(|(host, _)| self.words(host))
    }

    /// The host that failed first.
    pub(super) fn first_failed(&self) -> Option<HostName> {
        self.first_failed.clone()
    }

    /// Why it went wrong: in the words of the host that failed first, or in Scap's own.
    pub(super) fn reason(&self) -> Option<String> {
        let host = self.first_failed.as_ref().filter(|_| !self.has_crashed);
        let of_host = host.and_then(|host| self.words(host));
        of_host.or_else(|| self.error.clone())
    }

    fn words(&self, host: &HostName) -> Option<String> {
        let (stage, reason) = self.tracks.get(host)?.failed.as_ref()?;
        let (stage, group) = (stage.as_str(), self.groups.get(host)?);
        Some(format!("{stage} failed on {host} ({group}): {reason}"))
    }

    /// Takes over what a record says.
    pub(super) fn take(&mut self, record: Record) -> Vec<Entry> {
        let mut told = Vec::new();
        self.now = record.at.unwrap_or(self.now);
        let at = self.now;
        match record.told() {
            Meaning::PartBegun { hosts } => self.begin_part(hosts, at, &mut told),
            Meaning::StageBegun { stage } => self.begin_stage(stage, at, &mut told),
            Meaning::PartEnded => self.end_part(at, &mut told),
            Meaning::Failed {
                host,
                stage,
                code,
                said,
            } => {
                let stage = stage.or(self.stage.map(|(stage, _)| stage));
                let stage = stage.unwrap_or(DeployStage::Fetch);
                self.fail(&host, stage, code, &said, at, &mut told);
            }
            Meaning::Said { host, text, weight } => self.say(host, text, weight, &mut told),
            Meaning::Back { host, text } => {
                let to = text.rsplit(' ').next().map(Revision::parse);
                if let Some(track) = self.tracks.get_mut(&host) {
                    track.back = to.and_then(Result::ok);
                }
                self.say(host, text, Weight::Word, &mut told);
            }
            Meaning::Complaint { text, is_error } => {
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
            Meaning::Crashed { text } => {
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
            Meaning::Other { text } => {
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
                self.first_failed.get_or_insert_with(|| host.clone());
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

#[cfg(test)]
mod tests;
