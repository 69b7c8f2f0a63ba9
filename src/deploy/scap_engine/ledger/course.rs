//! Groups, their parts and their stages, as they come and go.

use super::Ledger;
use super::entry::{Entry, about, milestone, note};
use crate::deploy::Action;
use crate::deploy::message::Note;
use crate::event::{About, EventKind, Level, StepOutcome};
use crate::model::HostName;
use crate::scap::DeployStage;

impl Ledger {
    /// What ran when Scap ended by itself has come to its end.
    pub(in crate::deploy::scap_engine) fn finish(&mut self) -> Vec<Entry> {
        let mut told = Vec::new();
        self.end_stage(self.now, &mut told);
        self.end_group(&mut told);
        told
    }

    pub(super) fn begin_part(&mut self, hosts: Vec<HostName>, at: f64, told: &mut Vec<Entry>) {
        self.end_stage(at, told);
        self.part = hosts
            .into_iter()
            .filter(|host| self.groups.contains_key(host))
            .collect();
        self.seen.extend(self.part.iter().cloned());
        let group = self.part.first().and_then(|host| self.groups.get(host));
        let group = group.cloned();
        if group != self.group {
            self.end_group(told);
        }
        self.group = group;
        let Some(group) = self.group.clone() else {
            return;
        };
        if self.begun.insert(group.clone()) {
            let hosts = self.groups.values().filter(|of| **of == group).count();
            told.push(Entry::from(Note::group_started(group, hosts)));
        }
    }

    pub(super) fn begin_stage(&mut self, stage: DeployStage, at: f64, told: &mut Vec<Entry>) {
        self.end_stage(at, told);
        if matches!(stage, DeployStage::Rollback | DeployStage::Finalize) {
            self.end_group(told);
        }
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

    /// All stages of a part are through, however it went.
    pub(super) fn end_part(&mut self, at: f64, told: &mut Vec<Entry>) {
        self.end_stage(at, told);
        let mut hosts = self.groups.iter();
        let is_through = hosts.all(|(host, group)| {
            Some(group) != self.group.as_ref() || self.seen.contains(host) || self.has_failed(host)
        });
        if is_through {
            self.end_group(told);
        }
    }

    fn has_failed(&self, host: &HostName) -> bool {
        self.tracks.get(host).is_some_and(|it| it.failed.is_some())
    }

    /// Tells how the group fared that has had its turn: once, and not of going back.
    fn end_group(&mut self, told: &mut Vec<Entry>) {
        let Some(group) = self.group.clone().filter(|_| !self.is_going_back) else {
            return;
        };
        if !self.ended.insert(group.clone()) {
            return;
        }
        let of_group = self.groups.iter().filter(|(_, of)| **of == group);
        let (mut healthy, mut failed) = (0, 0);
        for (host, _) in of_group {
            match self.has_failed(host) {
                true => failed += 1,
                false if self.track(host).is_promoted() => healthy += 1,
                false => {}
            }
        }
        // Scap restarts services, and never only stops them.
        let note = Note::group_finished(group, Action::Deploy, healthy, failed);
        told.push(Entry::from(note));
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
}
