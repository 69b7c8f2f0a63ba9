use std::collections::VecDeque;

use indexmap::IndexMap;
use jiff::Timestamp;

use super::text::bounded;
use crate::event::{
    DeployId, DeployResult, Event, EventKind, HostCounts, HostOutcome, Level, Milestone,
    StepOutcome,
};
use crate::model::{GroupName, HostName, Revision};
use crate::report::Weight;
use crate::scap::DeployStage;

/// What a deploy did, gathered from its events one after the other: of what hosts wrote, only the last lines are kept.
#[derive(Debug, Clone, Default)]
pub struct Chronicle {
    pub(super) begun: Option<Beginning>,
    pub(super) hosts: IndexMap<HostName, HostStory>,
    pub(super) configs: Vec<(Vec<HostName>, String)>,
    /// What mattered for the deploy as a whole.
    pub(super) remarks: Vec<Remark>,
    /// How many more there were.
    pub(super) more_remarks: usize,
    pub(super) rollback: Option<Timestamp>,
    pub(super) interrupted: Option<Timestamp>,
    pub(super) end: Option<End>,
    pub(super) last: Timestamp,
}

/// What was meant to be done.
#[derive(Debug, Clone)]
pub(super) struct Beginning {
    pub(super) id: DeployId,
    pub(super) at: Timestamp,
    pub(super) repository: String,
    pub(super) revision: Revision,
    pub(super) environment: Option<String>,
    pub(super) user: String,
    pub(super) machine: String,
    pub(super) message: String,
    pub(super) action: String,
    pub(super) resumes: Option<DeployId>,
}

/// What the deploy came to.
#[derive(Debug, Clone)]
pub(super) struct End {
    pub(super) result: DeployResult,
    pub(super) seconds: f64,
    pub(super) counts: HostCounts,
    pub(super) text: String,
}

/// A line about the deploy as a whole.
#[derive(Debug, Clone)]
pub(super) struct Remark {
    pub(super) at: Timestamp,
    pub(super) level: Level,
    pub(super) host: Option<HostName>,
    pub(super) text: String,
}

/// What was done on a host.
#[derive(Debug, Clone, Default)]
pub(super) struct HostStory {
    pub(super) group: Option<GroupName>,
    pub(super) live: Option<Revision>,
    pub(super) revision: Option<Revision>,
    pub(super) is_idle: bool,
    pub(super) steps: Vec<Step>,
    pub(super) milestone: Option<Milestone>,
    /// When the new revision had passed all checks.
    pub(super) healthy: Option<Timestamp>,
    /// Whether it has failed, whatever came then.
    pub(super) is_failed: bool,
    pub(super) end: Option<HostEnd>,
}

/// What a host ended as.
#[derive(Debug, Clone)]
pub(super) struct HostEnd {
    pub(super) outcome: HostOutcome,
    pub(super) live: Option<Revision>,
    pub(super) command: Option<String>,
    pub(super) text: String,
}

/// A stage or a check on a host.
#[derive(Debug, Clone)]
pub(super) struct Step {
    pub(super) stage: DeployStage,
    pub(super) check: Option<String>,
    pub(super) revision: Revision,
    pub(super) begun: Timestamp,
    pub(super) end: Option<StepEnd>,
    /// The last lines that it wrote.
    pub(super) lines: VecDeque<String>,
    /// How many there were before them.
    pub(super) earlier: usize,
}

/// How a step ended.
#[derive(Debug, Clone)]
pub(super) struct StepEnd {
    pub(super) at: Timestamp,
    pub(super) outcome: StepOutcome,
    pub(super) seconds: f64,
    pub(super) text: String,
}

/// The most lines of a step that are kept, and characters of one.
const MOST_LINES: usize = 20;
const LONGEST_LINE: usize = 400;
const MOST_REMARKS: usize = 300;

impl Chronicle {
    /// Takes over what an event says.
    pub fn take(&mut self, event: &Event) {
        self.last = self.last.max(event.at);
        self.remark(event);
        match &event.kind {
            EventKind::DeployStarted { .. } => self.begin(event),
            EventKind::ConfigPlanned { hosts, diff } => {
                self.configs.push((hosts.clone(), diff.clone()));
            }
            EventKind::RollbackStarted => self.rollback = Some(event.at),
            EventKind::Interrupted => {
                self.interrupted.get_or_insert(event.at);
            }
            EventKind::DeployFinished {
                result,
                seconds,
                counts,
            } => {
                self.end = Some(End {
                    result: *result,
                    seconds: *seconds,
                    counts: *counts,
                    text: event.text.clone(),
                });
            }
            EventKind::HostPlanned { .. }
            | EventKind::HostReached { .. }
            | EventKind::StepStarted { .. }
            | EventKind::StepFinished { .. }
            | EventKind::Output
            | EventKind::HostFinished { .. } => {
                if let Some(name) = &event.about.host {
                    self.hosts.entry(name.clone()).or_default().take(event);
                }
            }
            EventKind::Warning
            | EventKind::GroupStarted { .. }
            | EventKind::GroupFinished { .. } => {}
        }
    }

    /// Whether its events tell what was to be done.
    pub fn has_begun(&self) -> bool {
        self.begun.is_some()
    }

    /// Whether it has come to its end.
    pub fn has_ended(&self) -> bool {
        self.end.is_some()
    }

    /// The hosts on which anything went wrong.
    pub fn failed(&self) -> impl Iterator<Item = &HostName> {
        let failed = self.hosts.iter().filter(|(_, host)| host.has_failed());
        failed.map(|(name, _)| name)
    }

    fn begin(&mut self, event: &Event) {
        let EventKind::DeployStarted {
            repository,
            revision,
            environment,
            user,
            machine,
            message,
            action,
            hosts,
            resumes,
        } = &event.kind
        else {
            return;
        };
        self.begun = Some(Beginning {
            id: event.deploy.clone(),
            at: event.at,
            repository: repository.clone(),
            revision: revision.clone(),
            environment: environment.clone(),
            user: user.clone(),
            machine: machine.clone(),
            message: message.clone(),
            action: action.clone(),
            resumes: resumes.clone(),
        });
        let hosts = hosts.iter();
        self.hosts = hosts
            .map(|host| (host.clone(), HostStory::default()))
            .collect();
    }

    fn remark(&mut self, event: &Event) {
        let is_worth_it = match &event.kind {
            EventKind::DeployStarted { .. }
            | EventKind::GroupStarted { .. }
            | EventKind::GroupFinished { .. }
            | EventKind::RollbackStarted
            | EventKind::Interrupted
            | EventKind::Warning
            | EventKind::DeployFinished { .. } => true,
            EventKind::HostPlanned { .. }
            | EventKind::ConfigPlanned { .. }
            | EventKind::HostReached { .. }
            | EventKind::StepStarted { .. }
            | EventKind::StepFinished { .. }
            | EventKind::HostFinished { .. } => Weight::of(event) == Weight::Grave,
            // It stands with its step.
            EventKind::Output => false,
        };
        if !is_worth_it {
            return;
        }
        let is_last = matches!(event.kind, EventKind::DeployFinished { .. });
        if self.remarks.len() >= MOST_REMARKS && !is_last {
            self.more_remarks += 1;
            return;
        }
        self.remarks.push(Remark {
            at: event.at,
            level: event.level,
            host: event.about.host.clone(),
            text: event.text.clone(),
        });
    }
}

impl HostStory {
    fn take(&mut self, event: &Event) {
        if let Some(group) = &event.about.group {
            self.group = Some(group.clone());
        }
        match &event.kind {
            EventKind::HostPlanned {
                live,
                revision,
                idle,
                ..
            } => {
                self.live.clone_from(live);
                self.revision = Some(revision.clone());
                self.is_idle = *idle;
            }
            EventKind::HostReached { milestone } => {
                self.milestone = Some(*milestone);
                if *milestone == Milestone::Healthy {
                    self.healthy = Some(event.at);
                }
                self.is_failed |= *milestone == Milestone::Failed;
            }
            EventKind::StepStarted { revision, check } => {
                if let Some(stage) = event.about.stage {
                    self.steps.push(Step {
                        stage,
                        check: check.clone(),
                        revision: revision.clone(),
                        begun: event.at,
                        end: None,
                        lines: VecDeque::new(),
                        earlier: 0,
                    });
                }
            }
            EventKind::Output => {
                if let Some(step) = self.steps.last_mut() {
                    step.wrote(&event.text);
                }
            }
            EventKind::StepFinished {
                outcome, seconds, ..
            } => {
                if let Some(step) = self.steps.last_mut() {
                    step.end = Some(StepEnd {
                        at: event.at,
                        outcome: *outcome,
                        seconds: *seconds,
                        text: event.text.clone(),
                    });
                }
            }
            EventKind::HostFinished {
                outcome,
                live,
                command,
            } => {
                self.end = Some(HostEnd {
                    outcome: *outcome,
                    live: live.clone(),
                    command: command.clone(),
                    text: event.text.clone(),
                });
            }
            EventKind::DeployStarted { .. }
            | EventKind::ConfigPlanned { .. }
            | EventKind::GroupStarted { .. }
            | EventKind::GroupFinished { .. }
            | EventKind::Warning
            | EventKind::RollbackStarted
            | EventKind::Interrupted
            | EventKind::DeployFinished { .. } => {}
        }
    }

    /// Whether a step is part of the way back.
    pub(super) fn is_way_back(&self, step: &Step) -> bool {
        let is_other = self
            .revision
            .as_ref()
            .is_some_and(|new| *new != step.revision);
        is_other || step.stage == DeployStage::Rollback
    }

    /// Whether the switch to the new release was begun.
    pub(super) fn has_switched(&self) -> bool {
        let is_switch = |step: &Step| step.stage == DeployStage::Promote && step.check.is_none();
        self.steps.iter().any(is_switch)
    }

    /// Whether anything went wrong.
    pub(super) fn has_failed(&self) -> bool {
        let is_bad = |step: &Step| {
            let end = step.end.as_ref();
            end.is_some_and(|end| match end.outcome {
                // Ended with the deploy, or told by the milestone.
                StepOutcome::Passed | StepOutcome::Interrupted => false,
                StepOutcome::Failed | StepOutcome::TimedOut | StepOutcome::Lost => true,
            })
        };
        let is_unknown = |end: &HostEnd| end.outcome == HostOutcome::Unknown;
        self.is_failed || self.end.as_ref().is_some_and(is_unknown) || self.steps.iter().any(is_bad)
    }
}

impl Step {
    fn wrote(&mut self, line: &str) {
        if self.lines.len() == MOST_LINES {
            self.lines.pop_front();
            self.earlier += 1;
        }
        self.lines.push_back(bounded(line, LONGEST_LINE));
    }

    /// Its name.
    pub(super) fn label(&self) -> String {
        match &self.check {
            Some(check) => format!("check {}", bounded(check, LONGEST_LINE)),
            None => self.stage.as_str().to_owned(),
        }
    }
}
