//! One step: how it is run, and what is told of it.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::oneshot;
use tokio::time::Instant;

use super::{Done, Failure, HostTask};
use crate::deploy::control::Control;
use crate::deploy::message::{Message, Note};
use crate::deploy::plan::Moment;
use crate::deploy::program::{Policy, Program, Step};
use crate::deploy::session::{Input, StepEnd};
use crate::event::{About, EventKind, Level, StepOutcome};
use crate::model::Revision;
use crate::scap::{DeployCheck, DeployStage};

impl HostTask {
    pub(super) async fn checks(
        &mut self,
        revision: &Revision,
        moment: Moment,
        stage: DeployStage,
    ) -> Done {
        let plan = Arc::clone(&self.plan);
        let group = self.host.group.clone();
        for check in plan.checks_of(revision, &group, moment, stage) {
            let step = self.check_step(revision, check, stage);
            self.pass(&step, Input::Nothing).await?;
        }
        Ok(())
    }

    fn check_step(&self, revision: &Revision, check: &DeployCheck, stage: DeployStage) -> Step {
        let program = Program::check(revision, check, &self.plan.service.nrpe_dir);
        let step = self.step(stage, Policy::Kill, check.timeout, revision, program);
        Step {
            check: Some(check.name.clone()),
            ..step
        }
    }

    pub(super) fn step(
        &self,
        stage: DeployStage,
        policy: Policy,
        deadline: Duration,
        revision: &Revision,
        program: Program,
    ) -> Step {
        Step {
            stage,
            check: None,
            policy,
            deadline,
            revision: revision.clone(),
            program,
        }
    }

    /// Runs a step that has to pass.
    pub(super) async fn pass(&mut self, step: &Step, input: Input) -> Done {
        let end = self.run(step, input).await?;
        if end.passed() {
            return Ok(());
        }
        Err(failure(step, &end))
    }

    /// Runs a step, and tells of its beginning before it begins.
    pub(super) async fn run(&mut self, step: &Step, input: Input) -> Result<StepEnd, Failure> {
        let started = EventKind::StepStarted {
            revision: step.revision.clone(),
            check: step.check.clone(),
        };
        let (written, on_disk) = oneshot::channel();
        // What is only read or made beside the rest needs no place in the journal before it begins.
        let written = (step.policy == Policy::Finish).then_some(written);
        let waits = written.is_some();
        self.note_of(step, Level::Info, step.label(), started, written)
            .await;
        if waits && on_disk.await.is_err() && !self.is_going_back {
            let reason = "the journal cannot be written";
            return Err(Failure::Failed(reason.into()));
        }
        let begin = Instant::now();
        let mut end = self.session.run(step, input.clone()).await;
        if end.may_be_repeated() {
            end = self.session.run(step, input).await;
        }
        self.pass_words_on(&end).await;
        let level = match end.outcome {
            StepOutcome::Passed => Level::Info,
            // It did not fail: the deploy ended it, and says why.
            StepOutcome::Interrupted if end.was_stopped() => Level::Info,
            StepOutcome::Interrupted => Level::Warning,
            StepOutcome::Failed | StepOutcome::TimedOut | StepOutcome::Lost => Level::Error,
        };
        let text = match end.outcome {
            StepOutcome::Passed => format!("{} passed", step.label()),
            _ => words(step, &end),
        };
        let finished = EventKind::StepFinished {
            outcome: end.outcome,
            check: step.check.clone(),
            code: end.code,
            seconds: begin.elapsed().as_secs_f64(),
        };
        self.note_of(step, level, text, finished, None).await;
        if end.outcome == StepOutcome::Lost {
            return Err(Failure::Lost(words(step, &end)));
        }
        Ok(end)
    }

    /// Shows what the service wrote before it failed.
    pub(super) async fn pass_words_on(&self, end: &StepEnd) {
        let wrote = end.told.iter();
        let wrote = wrote.filter(|line| line.control == Control::Wrote);
        let lines: Vec<String> = wrote.map(|line| line.rest.clone()).collect();
        if !lines.is_empty() {
            let host = self.session.host.clone();
            let _sent = self.messages.send(Message::Words { host, lines }).await;
        }
    }

    async fn note_of(
        &self,
        step: &Step,
        level: Level,
        text: String,
        kind: EventKind,
        written: Option<oneshot::Sender<()>>,
    ) {
        let mut note = self.about(level, text, kind);
        note.about.stage = Some(step.stage);
        let _sent = self.messages.send(Message::Event { note, written }).await;
    }

    pub(super) async fn note(
        &self,
        level: Level,
        text: &str,
        kind: EventKind,
        written: Option<oneshot::Sender<()>>,
    ) {
        let note = self.about(level, text.to_owned(), kind);
        let _sent = self.messages.send(Message::Event { note, written }).await;
    }

    fn about(&self, level: Level, text: String, kind: EventKind) -> Note {
        let about = About {
            host: Some(self.session.host.clone()),
            group: Some(self.host.group.clone()),
            stage: None,
        };
        Note {
            about,
            level,
            text,
            kind,
        }
    }
}

/// Why a step that ended badly ends the request.
pub(super) fn failure(step: &Step, end: &StepEnd) -> Failure {
    let words = words(step, end);
    match end.was_stopped() {
        true => Failure::Stopped(words),
        false => Failure::Failed(words),
    }
}

/// What went wrong with a step: the reason that it gave, or the last line that it wrote.
pub(super) fn words(step: &Step, end: &StepEnd) -> String {
    let label = step.label();
    let what = match (end.outcome, end.code) {
        (StepOutcome::TimedOut, _) => {
            format!("{label} took longer than {} s", step.deadline.as_secs_f64())
        }
        (StepOutcome::Interrupted, Some(_)) => return format!("{label} was interrupted"),
        (StepOutcome::Interrupted, None) => format!("{label} was interrupted"),
        (StepOutcome::Lost, _) => format!("{label}: it is not known how it ended"),
        (_, Some(code)) if step.check.is_some() => format!("{label} failed (exit code {code})"),
        _ => format!("{label} failed"),
    };
    let tail = String::from_utf8_lossy(&end.tail);
    let last = tail.lines().map(str::trim).rfind(|line| !line.is_empty());
    match end.reason.as_deref().or(last) {
        Some(reason) => format!("{what}: {}", shortened(reason)),
        None => what,
    }
}

/// The most characters of a host's words that stand in a message.
const MOST: usize = 300;

fn shortened(text: &str) -> String {
    match text.char_indices().nth(MOST) {
        Some((end, _)) => format!("{}...", &text[..end]),
        None => text.to_owned(),
    }
}
