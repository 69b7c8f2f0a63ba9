use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use svcgen::event::DeployId;
use svcgen::model::{HostName, Revision};
use tokio::sync::watch;

use crate::fault::Fault;

/// A target as it truly is.
pub(crate) struct Host {
    pub(crate) name: HostName,
    pub(crate) latency: Duration,
    state: Mutex<State>,
    /// Counted up whenever it goes down.
    pub(crate) reboots: watch::Sender<u32>,
    /// Processes that somebody killed.
    pub(crate) kills: watch::Sender<BTreeSet<u64>>,
}

/// What a target has.
#[derive(Debug, Clone, Default)]
pub(crate) struct State {
    pub(crate) disk: Disk,
    /// What the process of the service runs; nothing where it does not run.
    pub(crate) serves: Option<Revision>,
    pub(crate) is_up: bool,
    pub(crate) is_cut_off: bool,
    /// How often it refuses a connection.
    pub(crate) refusals: usize,
    pub(crate) faults: Vec<Fault>,
    /// Processes that run.
    pub(crate) alive: BTreeSet<u64>,
    pub(crate) pids: u64,
    pub(crate) steps: BTreeMap<(String, u64), Running>,
    pub(crate) has_lost_lock_to_reboot: bool,
    /// How it was when a deploy let it go.
    pub(crate) left: BTreeMap<String, (Disk, Option<Revision>)>,
}

/// What is kept over a restart.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Disk {
    pub(crate) current: Option<Revision>,
    pub(crate) done: Option<Revision>,
    pub(crate) progress: Option<Revision>,
    /// Where the path of the service leads.
    pub(crate) place: Option<Revision>,
    pub(crate) releases: BTreeMap<Revision, Release>,
    pub(crate) record: Vec<String>,
    pub(crate) lock: Option<Lock>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Release {
    /// Half of its files: what Scap leaves behind when its disk is full.
    Half,
    /// Whole, and not made by svcgen.
    Found,
    Complete,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Lock {
    pub(crate) id: String,
    pub(crate) owner: String,
    pub(crate) term: String,
    pub(crate) keeper: u64,
}

/// A step that runs.
#[derive(Debug, Clone)]
pub(crate) struct Running {
    pub(crate) pid: u64,
    pub(crate) may_be_killed: bool,
    pub(crate) kill: watch::Sender<bool>,
}

impl Host {
    pub(crate) fn new(name: HostName, latency: Duration) -> Arc<Self> {
        let state = State {
            is_up: true,
            ..State::default()
        };
        Arc::new(Self {
            name,
            latency,
            state: Mutex::new(state),
            reboots: watch::Sender::new(0),
            kills: watch::Sender::default(),
        })
    }

    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    /// It goes down: what runs is gone, what is on the disk stays.
    pub(crate) fn go_down(&self) {
        let mut state = self.state();
        state.is_up = false;
        state.alive.clear();
        state.steps.clear();
        state.serves = None;
        state.has_lost_lock_to_reboot |= state.disk.lock.is_some();
        drop(state);
        self.reboots.send_modify(|count| *count += 1);
    }

    /// It comes up, and starts the service from where its path leads.
    pub(crate) fn come_up(&self) {
        let mut state = self.state();
        if !state.is_up {
            state.is_up = true;
            state.serves = state.disk.place.clone();
        }
    }

    /// Nothing is wrong with it any more.
    pub(crate) fn heal(&self) {
        self.come_up();
        let mut state = self.state();
        state.is_cut_off = false;
        state.refusals = 0;
        state.faults.clear();
    }

    /// How it was when a deploy let it go, or how it is where it never did.
    pub(crate) fn as_left_by(&self, id: &DeployId) -> (Disk, Option<Revision>) {
        let state = self.state();
        let left = state.left.get(id.as_str()).cloned();
        left.unwrap_or_else(|| (state.disk.clone(), state.serves.clone()))
    }
}

impl State {
    pub(crate) fn new_pid(&mut self) -> u64 {
        self.pids += 1;
        self.alive.insert(self.pids);
        self.pids
    }

    /// Whether the lock is held by a keeper that lives.
    pub(crate) fn lock_is_alive(&self) -> bool {
        let lock = self.disk.lock.as_ref();
        lock.is_some_and(|lock| self.alive.contains(&lock.keeper))
    }

    pub(crate) fn record(&mut self, rest: &str) {
        self.disk
            .record
            .push(format!("{{\"v\":1,\"at\":0,{rest}}}"));
    }

    /// Takes the next fault of a kind that waits for this moment.
    pub(crate) fn take_fault(&mut self, is_it: impl Fn(&Fault) -> bool) -> Option<Fault> {
        let place = self.faults.iter().position(is_it)?;
        Some(self.faults.remove(place))
    }
}
