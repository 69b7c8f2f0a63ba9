use std::collections::BTreeSet;
use std::os::unix::fs::FileExt as _;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use camino::{Utf8Path, Utf8PathBuf};
use indexmap::IndexMap;
use svcgen::event::{DeployId, Event, EventKind, StepOutcome};
use svcgen::model::{HostName, Revision};

use crate::chance::Chance;
use crate::host::Host;

/// All hosts, and what truly happened on them.
pub(crate) struct World {
    pub(crate) hosts: IndexMap<HostName, Arc<Host>>,
    pub(crate) chance: Chance,
    /// Whether the same step takes equally long everywhere.
    pub(crate) is_even: bool,
    truth: Mutex<Vec<Truth>>,
    told: Mutex<BTreeSet<(DeployId, HostName, String)>>,
    /// Deploys that go back, on all hosts or on one.
    going_back: Mutex<BTreeSet<(DeployId, Option<HostName>)>>,
    /// A journal for which there is not much room, and where it begins.
    short: Mutex<Option<(DeployId, Utf8PathBuf, u64)>>,
    wrong: Mutex<Vec<String>>,
}

/// Something that happened on a host, in the order in which it did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Truth {
    pub(crate) host: HostName,
    pub(crate) deploy: DeployId,
    pub(crate) what: What,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum What {
    Current(Revision),
    Serves(Revision),
    Finalized,
    Withdrawn,
    /// A step was done, with its code.
    Ended(String, i32),
}

impl World {
    pub(crate) fn new(names: &[HostName], seed: u64) -> Arc<Self> {
        Arc::new(Self::of(names, seed))
    }

    /// Hosts that are all alike, and equally far away.
    pub(crate) fn even(names: &[HostName], latency: Duration) -> Arc<Self> {
        let hosts = names.iter();
        let hosts = hosts.map(|name| (name.clone(), Host::new(name.clone(), latency)));
        Arc::new(Self {
            hosts: hosts.collect(),
            is_even: true,
            ..Self::of(&[], 0)
        })
    }

    fn of(names: &[HostName], seed: u64) -> Self {
        let chance = Chance::of(seed);
        let hosts = names.iter().map(|name| {
            let latency = match chance.percent(5) {
                true => chance.millis(2000),
                false => chance.millis(80),
            };
            (name.clone(), Host::new(name.clone(), latency))
        });
        Self {
            hosts: hosts.collect(),
            chance,
            is_even: false,
            truth: Mutex::default(),
            told: Mutex::default(),
            going_back: Mutex::default(),
            short: Mutex::default(),
            wrong: Mutex::default(),
        }
    }

    pub(crate) fn happened(&self, host: &HostName, deploy: &DeployId, what: What) {
        let (host, deploy) = (host.clone(), deploy.clone());
        self.truth
            .lock()
            .unwrap()
            .push(Truth { host, deploy, what });
    }

    pub(crate) fn truth(&self) -> Vec<Truth> {
        self.truth.lock().unwrap().clone()
    }

    /// Takes note of an event that is in the journal.
    pub(crate) fn hear(&self, event: &Event) {
        match (&event.kind, &event.about.host) {
            (EventKind::RollbackStarted, _) => {
                let all = (event.deploy.clone(), None);
                self.going_back.lock().unwrap().insert(all);
            }
            // What comes behind a step that failed is the way back, also where its group may do without the host.
            (EventKind::StepFinished { outcome, .. }, Some(host))
                if *outcome != StepOutcome::Passed =>
            {
                let one = (event.deploy.clone(), Some(host.clone()));
                self.going_back.lock().unwrap().insert(one);
            }
            _ => {}
        }
        if let (EventKind::StepStarted { .. }, Some(host), Some(stage)) =
            (&event.kind, &event.about.host, event.about.stage)
        {
            let stage = stage.as_str().to_owned();
            let told = (event.deploy.clone(), host.clone(), stage);
            self.told.lock().unwrap().insert(told);
        }
    }

    /// A journal has little room: what is shown need not be on the disk.
    pub(crate) fn is_short(&self, deploy: &DeployId, path: Utf8PathBuf, begin: u64) {
        *self.short.lock().unwrap() = Some((deploy.clone(), path, begin));
    }

    /// Whether a step was begun, as far as the events tell.
    pub(crate) fn has_begun(&self, deploy: &DeployId, host: &HostName, stage: &str) -> bool {
        let told = (deploy.clone(), host.clone(), stage.to_owned());
        self.told.lock().unwrap().contains(&told)
    }

    /// Whether the journal has named a step.
    pub(crate) fn has_told(&self, deploy: &DeployId, host: &HostName, stage: &str) -> bool {
        if let Some((id, path, begin)) = &*self.short.lock().unwrap()
            && id == deploy
        {
            // A full disk does not keep hosts from being brought back.
            let going_back = self.going_back.lock().unwrap();
            let is_excused = [None, Some(host.clone())]
                .into_iter()
                .any(|whom| going_back.contains(&(deploy.clone(), whom)));
            return is_excused || is_written(path, *begin, host, stage);
        }
        let told = (deploy.clone(), host.clone(), stage.to_owned());
        self.told.lock().unwrap().contains(&told)
    }

    /// Something that must never be.
    pub(crate) fn is_wrong(&self, text: String) {
        self.wrong.lock().unwrap().push(text);
    }

    pub(crate) fn wrongs(&self) -> Vec<String> {
        self.wrong.lock().unwrap().clone()
    }

    /// Everybody can be reached again, and is well.
    pub(crate) fn heal(&self) {
        for host in self.hosts.values() {
            host.heal();
        }
    }
}

fn is_written(path: &Utf8Path, begin: u64, host: &HostName, stage: &str) -> bool {
    let file = std::fs::File::open(path).unwrap();
    // No byte more: there is none behind the last that a file can have.
    let length = file.metadata().unwrap().len() - begin;
    let mut text = vec![0; usize::try_from(length).unwrap()];
    file.read_exact_at(&mut text, begin).unwrap();
    let text = String::from_utf8_lossy(&text);
    text.lines().any(|line| {
        let event: Option<Event> = serde_json::from_str(line).ok();
        event.is_some_and(|event| {
            matches!(event.kind, EventKind::StepStarted { .. })
                && event.about.host.as_ref() == Some(host)
                && event.about.stage.is_some_and(|it| it.as_str() == stage)
        })
    })
}
