//! Carries a plan out: one dispatcher owns all state and the order of events, each host is a task.
//!
//! No host of a later part is promoted before all hosts of the parts before it are healthy, or given up within the
//! failure limit. Getting releases there is harmless and runs ahead.

mod ending;
mod locking;
mod notes;

use std::collections::HashMap;
use std::sync::Arc;

use tokio::sync::{Semaphore, mpsc, watch};
use tokio::time::Instant;

use self::notes::Scribe;
use super::crew::Crew;
use super::decide::{Decide, OnFailure, Question};
use super::host_task::HostTask;
use super::journal::Journal;
use super::keeper::{Bell, Farewell};
use super::message::{HostEnd, Message, Request};
use super::packs::Packs;
use super::plan::{Action, DeployPlan, Work};
use super::state::{HostState, Phase, States};
use crate::event::{DeployResult, EventKind, HostOutcome, Level};
use crate::model::{HostName, Revision};
use crate::report::Reporter;

/// How a deploy is to be carried out.
pub struct Options {
    pub on_failure: OnFailure,
    /// Whether to ask before the groups behind the canary.
    pub confirm: bool,
    /// How long to wait for a lock of somebody else's.
    pub wait: std::time::Duration,
}

/// A plan with everything that it takes to carry it out.
pub struct Run<'a> {
    pub plan: Arc<DeployPlan>,
    pub crew: Crew,
    pub packs: Arc<Packs>,
    pub journal: Journal,
    pub reporter: &'a mut dyn Reporter,
    pub decide: &'a dyn Decide,
    pub interrupts: Interrupts,
    pub options: Options,
}

/// How often somebody has asked for the end: 0, 1, or 2 for at once.
pub type Interrupts = watch::Receiver<u8>;

/// What a deploy came to.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome {
    pub result: DeployResult,
    pub is_interrupted: bool,
    /// Why it failed, in plain words.
    pub reason: Option<String>,
    pub hosts: Vec<(HostName, HostOutcome, Option<String>)>,
}

/// A deploy that could not begin.
#[derive(Debug, thiserror::Error)]
pub enum NotBegun {
    #[error("{holder} holds the lock on {host}")]
    Held {
        host: HostName,
        holder: Box<super::Owner>,
    },
    #[error("{host}: {reason}")]
    Host { host: HostName, reason: String },
    #[error(transparent)]
    Journal(#[from] super::journal::JournalError),
    #[error("interrupted; nothing was touched")]
    Interrupted,
}

/// Carries a plan out.
pub struct Executor<'a> {
    plan: Arc<DeployPlan>,
    options: Options,
    decide: &'a dyn Decide,
    interrupts: Interrupts,
    scribe: Scribe<'a>,
    messages: mpsc::Receiver<Message>,
    tasks: HashMap<HostName, mpsc::Sender<Request>>,
    bells: HashMap<HostName, Bell>,
    states: States,
    mode: Mode,
    begun: Instant,
    /// The part that is being promoted.
    wave: usize,
    /// Canary groups after which going on was agreed to.
    agreed: Vec<usize>,
    reason: Option<String>,
    is_interrupted: bool,
    /// Nobody waits any more.
    is_cut: bool,
}

/// What the deploy is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mode {
    Forward,
    /// What runs is let run to its end; nothing new begins.
    Stopping,
    RollingBack,
    Finalizing,
    Over,
}

impl<'a> Executor<'a> {
    /// Prepares the tasks of all hosts that are worked on.
    pub fn new(run: Run<'a>) -> Self {
        let Run {
            plan,
            crew,
            packs,
            journal,
            reporter,
            decide,
            interrupts,
            options,
        } = run;
        let Crew {
            sessions,
            sender,
            messages,
        } = crew;
        let turns = Arc::new(Semaphore::new(plan.batch_size.max(1)));
        let (mut tasks, mut bells) = (HashMap::new(), HashMap::new());
        for (name, (session, bell)) in sessions {
            let Some(host) = plan.hosts.get(&name) else {
                continue;
            };
            if host.work == Work::Nothing {
                continue;
            }
            let task = HostTask {
                session,
                plan: Arc::clone(&plan),
                is_promoted: false,
                is_going_back: false,
                host: host.clone(),
                packs: Arc::clone(&packs),
                messages: sender.clone(),
                turns: Arc::clone(&turns),
            };
            let (requests, asked) = mpsc::channel(4);
            tokio::spawn(task.serve(asked));
            tasks.insert(name.clone(), requests);
            bells.insert(name, bell);
        }
        Self {
            scribe: Scribe::new(plan.id.clone(), journal, reporter),
            states: States::of(&plan),
            plan,
            options,
            decide,
            interrupts,
            messages,
            tasks,
            bells,
            mode: Mode::Forward,
            begun: Instant::now(),
            wave: 0,
            agreed: Vec::new(),
            reason: None,
            is_interrupted: false,
            is_cut: false,
        }
    }

    /// Takes the locks, and does all that the plan says.
    ///
    /// # Errors
    /// Where it could not begin; then nothing was touched.
    pub async fn run(mut self) -> Result<Outcome, NotBegun> {
        self.lock_all().await?;
        if let Err(error) = self.tell_plan() {
            self.ask_all(|_| Request::Close(Farewell::Done)).await;
            return Err(error);
        }
        while self.mode != Mode::Over {
            self.schedule().await;
            if self.mode == Mode::Over {
                break;
            }
            self.wait().await;
        }
        Ok(self.finish().await)
    }

    /// Waits for one thing to happen, and takes what has happened besides.
    async fn wait(&mut self) {
        tokio::select! {
            message = self.messages.recv() => {
                let Some(first) = message else {
                    self.mode = Mode::Over;
                    return;
                };
                let mut batch = vec![first];
                while batch.len() < 256 && let Ok(more) = self.messages.try_recv() {
                    batch.push(more);
                }
                self.take(batch);
            }
            changed = self.interrupts.changed() => {
                // Without anyone who could interrupt, nobody will.
                match changed {
                    Ok(()) => self.interrupt(),
                    Err(_) => std::future::pending().await,
                }
            }
        }
    }

    /// Takes what the tasks tell; events are on the disk before anybody who waits for that goes on.
    fn take(&mut self, batch: Vec<Message>) {
        let mut waiting = Vec::new();
        let mut ended = Vec::new();
        for message in batch {
            match message {
                Message::Event { note, written } => {
                    if let EventKind::StepStarted { .. } = &note.kind
                        && written.is_some()
                        && let Some(host) = &note.about.host
                        && let Some(state) = self.states.hosts.get_mut(host)
                    {
                        state.is_touched = true;
                        state.is_promoted |= note.about.stage
                            == Some(crate::scap::DeployStage::Promote)
                            || note.about.stage == Some(crate::scap::DeployStage::HandleService);
                    }
                    self.scribe.note(note);
                    waiting.extend(written);
                }
                Message::Output { host, bytes } => self.scribe.output(&host, &bytes),
                Message::Ended { host, end } => ended.push((host, end)),
            }
        }
        let flushed = self.scribe.flush(!waiting.is_empty());
        match flushed {
            Ok(()) => {
                for written in waiting {
                    // A task that does not wait any more is about to end.
                    let _sent = written.send(());
                }
            }
            // Whoever waits is told by being dropped: the step is not begun.
            Err(error) => self.stop(error.to_string()),
        }
        for (host, end) in ended {
            self.ended(&host, end);
        }
    }

    /// Takes over how a request ended.
    fn ended(&mut self, host: &HostName, end: HostEnd) {
        let Some(state) = self.states.hosts.get_mut(host) else {
            return;
        };
        let request = state.busy.take();
        match (end, request) {
            (HostEnd::Good, Some(Request::Prepare)) => {
                state.phase = Phase::Prepared;
                state.is_touched = true;
            }
            (HostEnd::Good, Some(Request::Promote)) => state.phase = Phase::Healthy,
            (HostEnd::Good, Some(Request::Finalize)) => state.phase = Phase::Finalized,
            (HostEnd::Good, Some(Request::RollBack)) => state.phase = Phase::RolledBack,
            (HostEnd::Good, _) => {}
            (HostEnd::Lost(reason) | HostEnd::Failed(reason), Some(Request::RollBack)) => {
                // Before the switch nothing that matters was changed.
                state.phase = match state.is_promoted {
                    true => Phase::Lost,
                    false => Phase::GivenUp,
                };
                let reason = format!("the rollback failed: {reason}");
                state.reason = Some(reason.clone());
                self.failed(host, &reason);
            }
            (HostEnd::Lost(reason), _) => {
                state.phase = match state.is_promoted {
                    true => Phase::Lost,
                    false => Phase::Failed,
                };
                state.reason = Some(reason.clone());
                self.failed(host, &reason);
            }
            (HostEnd::Failed(reason), _) if self.plan.action == Action::Restart => {
                // There is nothing to go back to: the service is what it is.
                state.phase = Phase::Lost;
                state.reason = Some(reason.clone());
                self.failed(host, &reason);
            }
            (HostEnd::Failed(reason), _) => {
                state.phase = Phase::Failed;
                state.reason = Some(reason.clone());
                self.failed(host, &reason);
            }
            (HostEnd::Held(owner), _) => {
                state.phase = Phase::Failed;
                state.reason = Some(format!("{owner} has the lock"));
                self.failed(host, "the lock was lost to another deploy");
            }
        }
    }

    /// Looks whether a failure ends the deploy.
    fn failed(&mut self, host: &HostName, reason: &str) {
        if !matches!(self.mode, Mode::Forward | Mode::Finalizing) {
            return;
        }
        let is_lost = self.states.phase(host) == Phase::Lost;
        if let Some(group) = self.states.exceeded(&self.plan) {
            let group = &self.plan.groups[group];
            let of = group.waves.iter().flatten().count();
            let reason = format!(
                "{reason} on {host} ({}, {})",
                group.name,
                notes::count_hosts(of)
            );
            self.stop(reason);
        } else if is_lost && self.plan.action != Action::Restart {
            self.stop(format!("{host} is in a state that nobody knows: {reason}"));
        }
    }

    /// Begins nothing new.
    fn stop(&mut self, reason: String) {
        if matches!(self.mode, Mode::Forward | Mode::Finalizing) {
            self.reason = Some(reason);
            self.mode = Mode::Stopping;
            self.ring_all();
        }
    }

    /// Has what may be ended end now.
    fn ring_all(&self) {
        let busy = self
            .states
            .hosts
            .iter()
            .filter(|(_, state)| state.busy.is_some());
        for (host, _) in busy {
            if let Some(bell) = self.bells.get(host) {
                bell.ring();
            }
        }
    }

    fn interrupt(&mut self) {
        let times = *self.interrupts.borrow_and_update();
        if times == 0 {
            return;
        }
        let text = match times {
            1 => {
                "interrupted: no new hosts; what runs is ended or finished, then touched hosts are rolled back"
            }
            _ => "interrupted again: nobody waits any more",
        };
        self.scribe
            .say(Level::Warning, text, EventKind::Interrupted);
        self.is_interrupted = true;
        if times > 1 {
            self.is_cut = true;
            self.mode = Mode::Over;
            return;
        }
        self.stop("interrupted".into());
    }

    /// Asks the tasks for what can be done now.
    async fn schedule(&mut self) {
        loop {
            let before = self.mode;
            match self.mode {
                Mode::Forward => self.go_forward().await,
                Mode::Stopping => self.decide_on_failure().await,
                Mode::RollingBack => self.go_back().await,
                Mode::Finalizing => self.finalize().await,
                Mode::Over => {}
            }
            if self.mode == before {
                return;
            }
        }
    }

    async fn go_forward(&mut self) {
        let waiting: Vec<HostName> = self.idle_in(Phase::Waiting);
        for host in waiting {
            self.ask(&host, Request::Prepare).await;
        }
        // Given up within the limit: it does not stay half done.
        for host in self.idle_in(Phase::Failed) {
            self.undo(&host).await;
        }
        let plan = Arc::clone(&self.plan);
        let waves: Vec<(usize, &Vec<HostName>)> = plan.waves().collect();
        while let Some((group, hosts)) = waves.get(self.wave) {
            let is_first = plan.groups[*group].waves.first() == Some(*hosts);
            if is_first && !self.scribe.has_begun(*group) {
                if let Some(before) = group.checked_sub(1)
                    && !self.may_go_on(before).await
                {
                    return;
                }
                self.scribe.begin_group(*group, &plan.groups[*group]);
            }
            for host in hosts.iter() {
                if self.states.phase(host) == Phase::Prepared && self.states.is_idle(host) {
                    self.ask(host, Request::Promote).await;
                }
            }
            if !self.states.are_settled(hosts) {
                return;
            }
            if plan.groups[*group].waves.last() == Some(*hosts) {
                let all = || plan.groups[*group].waves.iter().flatten();
                let (healthy, failed) = (self.states.healthy(all()), self.states.failed(all()));
                self.scribe.end_group(&plan.groups[*group], healthy, failed);
            }
            self.wave += 1;
        }
        self.mode = Mode::Finalizing;
    }

    /// Whether the groups behind this one may begin.
    async fn may_go_on(&mut self, group: usize) -> bool {
        let canary = &self.plan.groups[group];
        if !self.options.confirm || !canary.is_canary || self.agreed.contains(&group) {
            return true;
        }
        let question = Question::GoOn {
            after: canary.name.clone(),
        };
        if self.decide.ask(question).await {
            self.agreed.push(group);
            return true;
        }
        self.stop(format!("not gone on after {}", canary.name));
        false
    }

    fn idle_in(&self, phase: Phase) -> Vec<HostName> {
        let hosts = self.states.hosts.iter();
        hosts
            .filter(|(_, state)| state.phase == phase && state.busy.is_none())
            .map(|(host, _)| host.clone())
            .collect()
    }

    async fn ask(&mut self, host: &HostName, request: Request) {
        let (Some(task), Some(state)) = (self.tasks.get(host), self.states.hosts.get_mut(host))
        else {
            return;
        };
        // A task serves one request at a time, and has room for a few.
        if task.send(request).await.is_ok() {
            state.busy = Some(request);
        } else {
            state.phase = Phase::Lost;
            state.reason = Some("its task has ended".into());
        }
    }

    /// Takes back what was done on a host; this is tried once.
    async fn undo(&mut self, host: &HostName) {
        if let Some(state) = self.states.hosts.get_mut(host) {
            state.is_undone = true;
        }
        self.ask(host, Request::RollBack).await;
    }

    /// Once nothing runs any more: back, or stay.
    async fn decide_on_failure(&mut self) {
        if self.states.is_anyone_busy() {
            return;
        }
        let is_touched = self.states.hosts.values().any(HostState::is_undoable);
        let back = is_touched
            && match self.options.on_failure {
                OnFailure::Rollback => true,
                OnFailure::Stop => false,
                OnFailure::Ask => {
                    let reason = self.reason.clone().unwrap_or_default();
                    self.decide.ask(Question::RollBack { reason }).await
                }
            };
        if !back {
            self.mode = Mode::Over;
            return;
        }
        let text = "rolling back the hosts that were touched";
        self.scribe
            .say(Level::Warning, text, EventKind::RollbackStarted);
        self.mode = Mode::RollingBack;
        self.wave = usize::MAX;
    }

    /// Goes back from the last part to the first.
    async fn go_back(&mut self) {
        let plan = Arc::clone(&self.plan);
        let waves: Vec<&Vec<HostName>> = plan.waves().map(|(_, hosts)| hosts).collect();
        self.wave = self.wave.min(waves.len());
        // Where a release was only made, nothing waits for anything.
        let hosts = self.states.hosts.iter();
        let unpromoted = hosts.filter(|(_, state)| state.is_undoable() && !state.is_promoted);
        let unpromoted: Vec<HostName> = unpromoted.map(|(host, _)| host.clone()).collect();
        for host in unpromoted {
            self.undo(&host).await;
        }
        while let Some(hosts) = self.wave.checked_sub(1).and_then(|wave| waves.get(wave)) {
            let mut is_waiting = false;
            for host in hosts.iter() {
                let Some(state) = self.states.hosts.get(host) else {
                    continue;
                };
                is_waiting |= state.busy.is_some();
                if state.is_promoted && state.is_undoable() {
                    self.undo(host).await;
                    is_waiting = true;
                }
            }
            if is_waiting {
                return;
            }
            self.wave -= 1;
        }
        if !self.states.is_anyone_busy() {
            self.mode = Mode::Over;
        }
    }

    async fn finalize(&mut self) {
        for host in self.idle_in(Phase::Healthy) {
            self.ask(&host, Request::Finalize).await;
        }
        if !self.states.is_anyone_busy() && self.mode == Mode::Finalizing {
            self.mode = Mode::Over;
        }
    }

    /// What is live on a host, where that is known.
    fn live(&self, host: &HostName) -> Option<Revision> {
        let plan = self.plan.hosts.get(host)?;
        match self.states.outcome(host) {
            HostOutcome::New => Some(plan.revision.clone()),
            HostOutcome::Old => plan.old.clone(),
            HostOutcome::Untouched => plan.live.clone(),
            HostOutcome::Unknown => None,
        }
    }
}
