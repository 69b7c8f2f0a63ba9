//! What the live view knows: made of events, and of nothing else.

use indexmap::IndexMap;
use jiff::Timestamp;

use crate::deploy::Action;
use crate::event::{Event, EventKind, HostOutcome, Milestone, StepOutcome};
use crate::model::{GroupName, HostName};
use crate::scap::DeployStage;

/// Where every host stands.
#[derive(Debug, Clone, Default)]
pub(super) struct Board {
    /// What is being done, in one line.
    pub(super) title: String,
    pub(super) begun: Option<Timestamp>,
    /// Whether services are stopped, and nothing else.
    stops_service: bool,
    /// Whether the touched hosts are being rolled back.
    pub(super) is_going_back: bool,
    pub(super) hosts: IndexMap<HostName, HostRow>,
}

/// A host in the view.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct HostRow {
    pub(super) group: GroupName,
    pub(super) status: Status,
    /// Since when that is so.
    pub(super) since: Timestamp,
    /// The last that it had to say.
    pub(super) words: String,
    /// Whether anything was done to what is live there.
    pub(super) is_touched: bool,
}

/// How a host stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Status {
    Waiting,
    /// The step that runs, by its name.
    AtWork(String),
    /// The release is there; its turn has not come.
    Prepared,
    Healthy,
    Done,
    /// Its service was stopped, as it was meant to be.
    ServiceStopped,
    /// It was ended, since the deploy was over elsewhere.
    Stopped,
    /// It will be rolled back.
    GoesBack,
    Failed,
    RolledBack,
    /// It was left as it was, and is no longer waiting.
    Untouched,
    Unknown,
    /// There is nothing to do on it.
    Idle,
}

impl Status {
    /// In words.
    pub(super) fn words(&self) -> &str {
        match self {
            Self::Waiting => "waiting",
            Self::AtWork(step) => step,
            Self::Prepared => "release is there",
            Self::Healthy => "healthy",
            Self::Done => "done",
            Self::ServiceStopped => "stopped",
            Self::Stopped => "cut short",
            Self::GoesBack => "to go back",
            Self::Failed => "FAILED",
            Self::RolledBack => "rolled back",
            Self::Untouched => "untouched",
            Self::Unknown => "UNKNOWN",
            Self::Idle => "nothing to do",
        }
    }
}

impl Board {
    /// Takes over what an event says.
    pub(super) fn take(&mut self, event: &Event) {
        if let EventKind::DeployStarted { action, .. } = &event.kind {
            self.stops_service = Action::read(action) == Action::Stop;
            self.title.clone_from(&event.text);
            self.begun = Some(event.at);
        }
        if event.kind == EventKind::RollbackStarted {
            self.is_going_back = true;
            for row in self.hosts.values_mut() {
                row.expect_to_go_back();
            }
        }
        let Some(name) = &event.about.host else {
            return;
        };
        if let EventKind::HostPlanned { idle, .. } = &event.kind
            && let Some(group) = &event.about.group
        {
            let status = match idle {
                true => Status::Idle,
                false => Status::Waiting,
            };
            let row = HostRow {
                group: group.clone(),
                status,
                since: event.at,
                words: String::new(),
                is_touched: false,
            };
            self.hosts.insert(name.clone(), row);
            return;
        }
        if let Some(row) = self.hosts.get_mut(name) {
            row.take(event);
            if self.stops_service && matches!(row.status, Status::Healthy | Status::Done) {
                row.status = Status::ServiceStopped;
            }
        }
    }
}

impl HostRow {
    fn take(&mut self, event: &Event) {
        let stage = event.about.stage.map_or("", |stage| stage.as_str());
        match &event.kind {
            EventKind::StepStarted { check, .. } => {
                let step = match check {
                    Some(check) => format!("check {check}"),
                    None => stage.to_owned(),
                };
                let touching = [DeployStage::Promote, DeployStage::HandleService];
                let stage = event.about.stage;
                self.is_touched |=
                    check.is_none() && stage.is_some_and(|stage| touching.contains(&stage));
                self.turn(Status::AtWork(step), event.at);
                self.words.clear();
            }
            EventKind::StepFinished { outcome, .. } => {
                if *outcome != StepOutcome::Passed {
                    self.words.clone_from(&event.text);
                }
            }
            EventKind::Output | EventKind::Warning => self.words.clone_from(&event.text),
            EventKind::HostReached { milestone } => {
                let status = match milestone {
                    Milestone::Prepared => Status::Prepared,
                    Milestone::Healthy => Status::Healthy,
                    Milestone::Finalized => Status::Done,
                    Milestone::RolledBack if self.is_touched => Status::RolledBack,
                    Milestone::RolledBack => Status::Untouched,
                    Milestone::Stopped => Status::Stopped,
                    Milestone::Failed => Status::Failed,
                };
                match milestone {
                    Milestone::Failed => self.words.clone_from(&event.text),
                    Milestone::Prepared
                    | Milestone::Healthy
                    | Milestone::Finalized
                    | Milestone::Stopped
                    | Milestone::RolledBack => self.words.clear(),
                }
                self.turn(status, event.at);
            }
            EventKind::HostFinished { outcome, .. } => {
                if *outcome == HostOutcome::Unknown {
                    self.turn(Status::Unknown, event.at);
                }
            }
            EventKind::DeployStarted { .. }
            | EventKind::HostPlanned { .. }
            | EventKind::ConfigPlanned { .. }
            | EventKind::GroupStarted { .. }
            | EventKind::GroupFinished { .. }
            | EventKind::RollbackStarted
            | EventKind::Interrupted
            | EventKind::DeployFinished { .. } => {}
        }
    }

    /// What was good until now is in the way back.
    fn expect_to_go_back(&mut self) {
        let is_good = matches!(
            self.status,
            Status::Healthy | Status::Done | Status::Stopped
        );
        if is_good && self.is_touched {
            self.status = Status::GoesBack;
        }
    }

    fn turn(&mut self, status: Status, at: Timestamp) {
        self.status = status;
        self.since = at;
    }
}
