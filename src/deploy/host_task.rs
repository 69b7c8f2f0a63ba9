//! The work on one host: turns requests into steps, one after the other, and tells what happens.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Semaphore, mpsc, oneshot};
use tokio::time::Instant;

use super::action::Action;
use super::claim::Change;
use super::control::Control;
use super::keeper::Farewell;
use super::message::{HostEnd, Message, Note, Request};
use super::packs::Packs;
use super::plan::{DeployPlan, HostPlan, Moment, Work};
use super::program::{Direction, Inquiry, Module, Objects, Policy, Program, Release, Step};
use super::session::{Input, Next, Session, SessionError, StepEnd};
use crate::event::{About, EventKind, Level, StepOutcome};
use crate::model::Revision;
use crate::scap::{DeployCheck, DeployStage};

/// The task of a host.
pub(super) struct HostTask {
    pub(super) session: Session,
    pub(super) plan: Arc<DeployPlan>,
    pub(super) host: HostPlan,
    pub(super) packs: Arc<Packs>,
    pub(super) messages: mpsc::Sender<Message>,
    pub(super) turns: Turns,
    /// Whether the service may run another revision than before.
    pub(super) is_promoted: bool,
    /// Whether a release was switched to, or a restart begun.
    pub(super) is_changed: bool,
    /// Whether what was before runs again, with all its checks.
    pub(super) is_back: bool,
    /// Whether what was before is being brought back: nothing that is not told keeps that up.
    pub(super) is_going_back: bool,
}

/// So many hosts work at a time.
#[derive(Clone)]
pub(super) struct Turns {
    /// Releases that are made ahead: what is due does not queue behind them.
    ahead: Arc<Semaphore>,
    due: Arc<Semaphore>,
}

impl Turns {
    pub(super) fn of(plan: &DeployPlan) -> Self {
        let turns = || Arc::new(Semaphore::new(plan.batch_size.max(1)));
        Self {
            ahead: turns(),
            due: turns(),
        }
    }
}

/// How long the steps of svcgen's own may take; they do little but move files.
const SHORT: Duration = Duration::from_secs(120);
/// How long it may take to get a release there.
const FETCH: Duration = Duration::from_secs(1800);

/// Why a request is not done.
enum Failure {
    Failed(String),
    Stopped(String),
    Lost(String),
}

type Done = Result<(), Failure>;

impl HostTask {
    /// Does what is asked for until nobody asks any more.
    pub(super) async fn serve(mut self, mut requests: mpsc::Receiver<Request>) {
        while let Some(request) = requests.recv().await {
            let turns = self.turns.clone();
            let turn = match request {
                Request::Unlock | Request::Close(_) => None,
                Request::Prepare => turns.ahead.acquire().await.ok(),
                Request::Lock | Request::Promote | Request::RollBack | Request::Finalize => {
                    turns.due.acquire().await.ok()
                }
            };
            let end = self.answer(request).await;
            drop(turn);
            let host = self.session.host.clone();
            if self
                .messages
                .send(Message::Ended { host, end })
                .await
                .is_err()
            {
                return;
            }
        }
    }

    async fn answer(&mut self, request: Request) -> HostEnd {
        let done = match request {
            Request::Lock => return self.lock().await,
            Request::Unlock => {
                self.session.unlock(Farewell::Done).await;
                Ok(())
            }
            Request::Close(farewell) => {
                self.session.close(farewell).await;
                Ok(())
            }
            Request::Prepare => self.prepare().await,
            Request::Promote => self.promote().await,
            Request::RollBack => match self.roll_back().await {
                Err(Failure::Failed(reason)) if self.is_as_before().await => {
                    return match self.is_back {
                        true => HostEnd::Back(reason),
                        false => HostEnd::Unchanged(reason),
                    };
                }
                done => done,
            },
            Request::Finalize => self.finalize().await,
        };
        match done {
            Ok(()) => HostEnd::Good,
            Err(Failure::Failed(reason)) => HostEnd::Failed(reason),
            Err(Failure::Stopped(reason)) => HostEnd::Stopped(reason),
            Err(Failure::Lost(reason)) => HostEnd::Lost(reason),
        }
    }

    async fn lock(&mut self) -> HostEnd {
        let is_new = matches!(self.host.work, Work::Everything | Work::Withdraw);
        self.session.change = is_new.then(|| Change {
            revision: self.host.revision.clone(),
            old: self.host.old.clone(),
        });
        match self.session.lock().await {
            Ok(links) if links == (self.host.live.clone(), self.host.done.clone()) => HostEnd::Good,
            Ok(_) => HostEnd::Changed,
            Err(SessionError::Held(owner)) => HostEnd::Held(owner),
            Err(SessionError::Lost) => HostEnd::Lost(SessionError::Lost.to_string()),
            Err(error) => HostEnd::Failed(error.to_string()),
        }
    }

    async fn prepare(&mut self) -> Done {
        if self.host.work != Work::Everything {
            return Ok(());
        }
        let revision = self.host.revision.clone();
        self.checks(&revision, Moment::Before, DeployStage::Fetch)
            .await?;
        self.fetch().await?;
        self.checks(&revision, Moment::After, DeployStage::Fetch)
            .await?;
        let Some(config) = &self.host.config else {
            return Ok(());
        };
        let mut bytes = Vec::new();
        for file in config {
            bytes.extend_from_slice(format!("{} {}\n", file.text.len(), file.path).as_bytes());
            bytes.extend_from_slice(file.text.as_bytes());
        }
        let stage = DeployStage::ConfigDeploy;
        self.checks(&revision, Moment::Before, stage).await?;
        let program = Program::config(&self.plan.id, &revision);
        let step = self.step(stage, Policy::Kill, SHORT, &revision, program);
        self.pass(&step, Input::Bytes(bytes.into())).await?;
        self.checks(&revision, Moment::After, stage).await
    }

    /// Gets the release there: from the git server, and over the connection where that lacks anything.
    async fn fetch(&mut self) -> Done {
        let mut objects = self.host.objects.clone();
        let mut lacking = self.host.lacking.clone();
        loop {
            let input = match objects {
                Objects::Packs => {
                    let packs = Arc::clone(&self.packs);
                    let made = packs.for_stores(&lacking).await;
                    made.map_err(|error| Failure::Failed(error.to_string()))?
                }
                Objects::There | Objects::Server(_) => Input::Nothing,
            };
            let end = {
                let step = self.fetch_step(&objects);
                self.run(&step, input).await?
            };
            if end.passed() {
                return Ok(());
            }
            let stores = end
                .told
                .iter()
                .filter(|line| line.control == Control::LacksObjects);
            let stores: Vec<_> = stores.map(|line| line.rest.clone()).collect();
            if stores.is_empty() || objects == Objects::Packs {
                return Err(failure(&self.fetch_step(&objects), &end));
            }
            let text = match objects {
                Objects::Server(_) => "the git server lacks the revision; it is sent from here",
                Objects::There | Objects::Packs => "objects are missing there; they are sent",
            };
            self.note(Level::Info, text, EventKind::Warning, None).await;
            lacking = stores
                .into_iter()
                .filter_map(|store| {
                    let known = self.host.lacking.iter().find(|(place, ..)| *place == store);
                    let commit = match store.as_str() {
                        "." => Some(self.host.revision.clone()),
                        _ => self.commit_of(&store),
                    };
                    let tips = known.map(|(.., tips)| tips.clone()).unwrap_or_default();
                    Some((store.into(), commit?, tips))
                })
                .collect();
            objects = Objects::Packs;
        }
    }

    fn commit_of(&self, store: &str) -> Option<Revision> {
        let mut modules = self.modules().iter();
        let module = modules.find(|module| module.store == store)?;
        Some(module.commit.clone())
    }

    fn modules(&self) -> &[Module] {
        let modules = self.plan.release.modules.get(&self.host.revision);
        modules.map_or(&[], Vec::as_slice)
    }

    fn fetch_step(&self, objects: &Objects) -> Step {
        let release = &self.plan.release;
        let program = Program::fetch(&Release {
            revision: &self.host.revision,
            objects,
            force: release.force,
            binary_managers: &release.binary_managers,
            lfs_url: release.lfs_url.as_deref(),
            rendered: &release.rendered,
            modules: self.modules(),
        });
        let revision = &self.host.revision;
        self.step(DeployStage::Fetch, Policy::Kill, FETCH, revision, program)
    }

    async fn promote(&mut self) -> Done {
        if self.host.work == Work::Withdraw {
            self.is_promoted = true;
            return self.withdraw().await;
        }
        let revision = self.host.revision.clone();
        if self.host.work == Work::Everything {
            // A release that is gone back to keeps the configuration that it has.
            let direction = match (self.plan.action, &self.host.config) {
                (Action::Rollback, None) => Direction::Back,
                _ => Direction::Forward,
            };
            self.switch(&revision, direction).await?;
        }
        self.handle_service(&revision).await
    }

    /// Makes a release live, with the checks around it.
    async fn switch(&mut self, revision: &Revision, direction: Direction) -> Done {
        let stage = DeployStage::Promote;
        self.checks(revision, Moment::Before, stage).await?;
        let config = self.plan.linked_config();
        let program = Program::promote(&self.plan.id, revision, direction, &config);
        let step = self.step(stage, Policy::Finish, SHORT, revision, program);
        self.is_promoted = true;
        self.pass(&step, Input::Nothing).await?;
        self.is_changed = true;
        self.checks(revision, Moment::After, stage).await
    }

    async fn handle_service(&mut self, revision: &Revision) -> Done {
        let stage = DeployStage::HandleService;
        let (begins, ends) = self.plan.action.checks_of_service();
        if begins {
            self.checks(revision, Moment::Before, stage).await?;
        }
        let service = &self.plan.service;
        if !service.units.is_empty() {
            let program = Program::handle_service(service, self.plan.action);
            let deadline = service.timeout + SHORT;
            let step = self.step(stage, Policy::Finish, deadline, revision, program);
            self.is_changed = true;
            self.pass(&step, Input::Nothing).await?;
        }
        match ends {
            true => self.checks(revision, Moment::After, stage).await,
            false => Ok(()),
        }
    }

    async fn finalize(&mut self) -> Done {
        if self.host.work != Work::Everything {
            return Ok(());
        }
        let revision = self.host.revision.clone();
        self.conclude(&revision, Direction::Forward).await
    }

    async fn conclude(&mut self, revision: &Revision, direction: Direction) -> Done {
        let stage = DeployStage::Finalize;
        if direction == Direction::Forward {
            self.checks(revision, Moment::Before, stage).await?;
        }
        let has_service = !self.plan.service.units.is_empty();
        let port = self.plan.service.port.filter(|_| has_service);
        let head = self.plan.heads.get(revision).cloned().unwrap_or_default();
        let program = Program::finalize(revision, self.plan.release.keep, port, head.len());
        let step = self.step(stage, Policy::Finish, SHORT, revision, program);
        self.pass(&step, Input::Bytes(head.into_bytes().into()))
            .await?;
        match direction {
            Direction::Forward => self.checks(revision, Moment::After, stage).await,
            Direction::Back => Ok(()),
        }
    }

    /// Brings back what was before, with its restart and its checks.
    async fn roll_back(&mut self) -> Done {
        self.is_going_back = true;
        let stage = DeployStage::Rollback;
        match (self.host.old.clone(), self.is_promoted) {
            (Some(old), true) => {
                self.checks(&old, Moment::Before, stage).await?;
                self.switch(&old, Direction::Back).await?;
                self.handle_service(&old).await?;
                self.is_back = true;
                self.conclude(&old, Direction::Back).await?;
                self.checks(&old, Moment::After, stage).await
            }
            (Some(old), false) => self.conclude(&old, Direction::Back).await,
            (None, _) => self.withdraw().await,
        }
    }

    /// Whether a target is on what it had though its rollback failed: a full disk lets no link be switched, in either
    /// direction, and nothing be tidied up.
    async fn is_as_before(&mut self) -> bool {
        let host = &self.host;
        if self.is_changed && !self.is_back || host.live != host.old || !self.session.has_lock() {
            return false;
        }
        let facts = self.session.probe(&Inquiry::default(), Next::Nothing).await;
        let host = &self.host;
        facts.is_ok_and(|facts| {
            facts.current == host.live && facts.done == host.done && facts.place == host.place
        })
    }

    /// Goes back to before there was any release.
    async fn withdraw(&mut self) -> Done {
        let units = if self.is_promoted {
            &self.plan.service.units[..]
        } else {
            &[]
        };
        let program = Program::withdraw(units);
        let revision = self.host.revision.clone();
        let stage = DeployStage::Rollback;
        let step = self.step(stage, Policy::Finish, SHORT, &revision, program);
        self.pass(&step, Input::Nothing).await
    }

    async fn checks(&mut self, revision: &Revision, moment: Moment, stage: DeployStage) -> Done {
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

    fn step(
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
    async fn pass(&mut self, step: &Step, input: Input) -> Done {
        let end = self.run(step, input).await?;
        if end.passed() {
            return Ok(());
        }
        Err(failure(step, &end))
    }

    /// Runs a step, and tells of its beginning before it begins.
    async fn run(&mut self, step: &Step, input: Input) -> Result<StepEnd, Failure> {
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

    async fn note(
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

fn failure(step: &Step, end: &StepEnd) -> Failure {
    let words = words(step, end);
    match end.was_stopped() {
        true => Failure::Stopped(words),
        false => Failure::Failed(words),
    }
}

/// What went wrong with a step: the reason that it gave, or the last line that it wrote.
fn words(step: &Step, end: &StepEnd) -> String {
    let label = step.label();
    let what = match (end.outcome, end.code) {
        (StepOutcome::TimedOut, _) => {
            format!("{label} took longer than {} s", step.deadline.as_secs_f64())
        }
        (StepOutcome::Interrupted, Some(_)) => return format!("{label} was interrupted"),
        (StepOutcome::Interrupted, None) => format!("{label} was interrupted"),
        (StepOutcome::Lost, _) => format!("{label}: nobody knows how it ended"),
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
