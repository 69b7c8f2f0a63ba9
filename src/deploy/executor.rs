//! Carries a plan out: one dispatcher owns all state and the order of events, each host is a task.
//!
//! No host of a later part is promoted before all hosts of the parts before it are healthy, or given up within the
//! failure limit. Getting releases there is harmless and runs ahead.

mod back;
mod ending;
mod forward;
mod interrupt;
mod judging;
mod locking;

use std::collections::HashMap;
use std::sync::Arc;

use indexmap::IndexMap;
use tokio::sync::{mpsc, watch};
use tokio::task::{AbortHandle, JoinSet};
use tokio::time::Instant;

use super::crew::Crew;
use super::decide::{Decide, OnFailure};
use super::host_task::{HostTask, Turns};
use super::journal::Journal;
use super::keeper::{Bell, Farewell};
use super::message::{Message, Request};
use super::packs::Packs;
use super::plan::DeployPlan;
use super::scribe::Scribe;
use super::state::{Phase, States};
use crate::error::with_cause;
use crate::event::{DeployResult, EventKind, HostOutcome, Reporter};
use crate::model::{HostName, Revision};
use crate::scap::DeployStage;

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
    /// Whether its log has all of it.
    pub is_log_whole: bool,
    /// Why it failed, in plain words.
    pub reason: Option<String>,
    /// The host that it failed on: not one that was merely stopped.
    pub failed: Option<HostName>,
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
    #[error("{host}: someone has deployed there since it was asked")]
    Changed { host: HostName },
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
    tasks: IndexMap<HostName, mpsc::Sender<Request>>,
    bells: HashMap<HostName, Bell>,
    handles: HashMap<HostName, AbortHandle>,
    /// The tasks end with the executor.
    _running: JoinSet<()>,
    states: States,
    /// All parts with their groups, in their order.
    waves: Arc<[(usize, Vec<HostName>)]>,
    /// The part of each host.
    places: HashMap<HostName, usize>,
    /// Hosts that wait for what comes next: looking at all of them after each event would take ever longer.
    idle: Vec<HostName>,
    /// How many hosts of the part are known to be settled, from its first on.
    settled: usize,
    /// The part before which those ahead of it were looked at again.
    looked: usize,
    /// Hosts that are looked at again.
    looking: Vec<HostName>,
    mode: Mode,
    begun: Instant,
    /// The part that is being promoted.
    wave: usize,
    /// How many parts were begun: going forward, and then going back.
    begun_waves: usize,
    /// Canary groups after which going on was agreed to.
    agreed: Vec<usize>,
    reason: Option<String>,
    /// The host that ended it; until one does, the first that failed.
    failed: Option<HostName>,
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
    /// Prepares the tasks of all hosts. Those that have nothing to do are locked, too: what is said of them in the end is
    /// true as long as nobody else deploys there.
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
        let turns = Turns::of(&plan);
        let (mut tasks, mut bells) = (IndexMap::new(), HashMap::new());
        let (mut running, mut handles) = (JoinSet::new(), HashMap::new());
        for (name, (session, bell)) in sessions {
            let Some(host) = plan.hosts.get(&name) else {
                continue;
            };
            let task = HostTask {
                session,
                plan: Arc::clone(&plan),
                is_promoted: false,
                is_changed: false,
                is_handled: false,
                is_back: false,
                is_going_back: false,
                host: host.clone(),
                packs: Arc::clone(&packs),
                messages: sender.clone(),
                turns: turns.clone(),
            };
            let (requests, asked) = mpsc::channel(4);
            handles.insert(name.clone(), running.spawn(task.serve(asked)));
            tasks.insert(name.clone(), requests);
            bells.insert(name, bell);
        }
        let waves = plan.waves();
        let waves: Arc<[(usize, Vec<HostName>)]> =
            waves.map(|(group, hosts)| (group, hosts.clone())).collect();
        let places = waves.iter().enumerate();
        let places = places
            .flat_map(|(place, (_, hosts))| hosts.iter().map(move |host| (host.clone(), place)));
        Self {
            places: places.collect(),
            waves,
            idle: plan.hosts.keys().cloned().collect(),
            settled: 0,
            looked: 0,
            looking: Vec::new(),
            scribe: Scribe::new(plan.id.clone(), journal, reporter),
            states: States::of(&plan),
            plan,
            options,
            decide,
            interrupts,
            messages,
            tasks,
            bells,
            handles,
            _running: running,
            mode: Mode::Forward,
            begun: Instant::now(),
            wave: 0,
            begun_waves: 0,
            agreed: Vec::new(),
            reason: None,
            failed: None,
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
        let interrupted = async {
            // Without anyone who could interrupt, nobody will.
            if self.interrupts.changed().await.is_err() {
                std::future::pending().await
            }
        };
        tokio::select! {
            // However much the hosts have to say, whoever wants the end is heard first.
            biased;
            () = interrupted => self.interrupt(),
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
        }
    }

    /// Takes what the tasks tell; events are on the disk before anybody who waits for that goes on.
    fn take(&mut self, batch: Vec<Message>) {
        let mut waiting = Vec::new();
        let mut ended = Vec::new();
        for message in batch {
            match message {
                Message::Event { note, written } => {
                    if let EventKind::StepStarted { check, .. } = &note.kind
                        && let Some(host) = &note.about.host
                        && let Some(state) = self.states.hosts.get_mut(host)
                    {
                        let stage = note.about.stage;
                        // A fetch leaves a mark, whatever comes of what is behind it.
                        let is_fetch = stage == Some(DeployStage::Fetch) && check.is_none();
                        state.is_touched |= written.is_some() || is_fetch;
                        state.is_promoted |= written.is_some()
                            && matches!(
                                stage,
                                Some(DeployStage::Promote | DeployStage::HandleService)
                            );
                    }
                    self.scribe.note(note);
                    waiting.extend(written);
                }
                Message::Output { host, bytes } => self.scribe.output(&host, &bytes),
                Message::Words { host, lines } => self.scribe.words(&host, &lines),
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
            Err(error) => self.stop(with_cause(&error)),
        }
        let has_news = !ended.is_empty();
        for (host, end) in ended {
            self.ended(&host, end);
        }
        if has_news && let Err(error) = self.scribe.flush(false) {
            self.stop(with_cause(&error));
        }
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

    async fn ask(&mut self, host: &HostName, request: Request) {
        let (Some(task), Some(state)) = (self.tasks.get(host), self.states.hosts.get_mut(host))
        else {
            return;
        };
        // A task serves one request at a time, and has room for a few.
        if task.send(request).await.is_ok() {
            state.busy = Some(request);
            self.states.busy += 1;
        } else {
            state.phase = Phase::Lost;
            state.reason = Some("its task has ended".into());
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
