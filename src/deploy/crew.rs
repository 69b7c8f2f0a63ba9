//! The connections to all targets, from the first question to the last step.

mod locks;

use std::sync::Arc;

use camino::Utf8PathBuf;
use futures_util::stream::{FuturesUnordered, StreamExt as _};
use indexmap::IndexMap;
use tokio::sync::{Semaphore, mpsc};

use super::facts::Facts;
use super::keeper::{Bell, Farewell};
use super::message::Message;
use super::program::Inquiry;
use super::service_state::ServiceState;
use super::session::{Next, Session, SessionError};
use super::{DeployId, Owner};
use crate::model::HostName;
use crate::scap::ServiceUnit;
use crate::transport::{ConnectFailure, Transport};

pub use self::locks::{Breaking, LockNews, NotLocked};

/// All targets, connected to once they were asked.
pub struct Crew {
    pub(super) sessions: IndexMap<HostName, (Session, Bell)>,
    pub(super) sender: mpsc::Sender<Message>,
    pub(super) messages: mpsc::Receiver<Message>,
}

/// A target that did not answer as it should.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unreachable {
    pub host: HostName,
    pub reason: String,
    /// What ssh said, where it is ssh that failed.
    pub said: String,
    pub kind: Option<ConnectFailure>,
}

impl Crew {
    /// Gathers the targets of a service, without connecting to them; `place` is the path that it is run from.
    pub fn new(
        hosts: impl IntoIterator<Item = HostName>,
        transport: &Arc<dyn Transport>,
        place: &Utf8PathBuf,
        id: &DeployId,
        owner: &Owner,
    ) -> Self {
        // Bounded, so that slow output slows the deploy and nothing is lost.
        let (sender, messages) = mpsc::channel(64);
        let owner = serde_json::to_value(owner).unwrap_or_default();
        let sessions = hosts.into_iter().map(|host| {
            let bell = Bell::default();
            let session = Session::new(
                host.clone(),
                Arc::clone(transport),
                place.clone(),
                id.clone(),
                owner.clone(),
                sender.clone(),
                bell.clone(),
            );
            (host, (session, bell))
        });
        Self {
            sessions: sessions.collect(),
            sender,
            messages,
        }
    }

    /// The targets.
    pub fn hosts(&self) -> impl Iterator<Item = &HostName> {
        self.sessions.keys()
    }

    /// Begins to connect to all targets, before there is anything to ask them.
    pub fn begin_to_connect(&mut self) {
        for (session, _) in self.sessions.values_mut() {
            session.begin_to_connect();
        }
    }

    /// Asks all targets how things are, so many at a time.
    pub async fn probe(
        &mut self,
        inquiry: &Inquiry,
        next: Next,
        at_a_time: usize,
    ) -> (IndexMap<HostName, Facts>, Vec<Unreachable>) {
        self.ask_all(at_a_time, async |session| {
            session.probe(inquiry, next).await
        })
        .await
    }

    /// Asks all targets how services are, so many at a time.
    pub async fn service_states(
        &mut self,
        services: &[ServiceUnit],
        port: Option<u16>,
        at_a_time: usize,
    ) -> (IndexMap<HostName, ServiceState>, Vec<Unreachable>) {
        self.ask_all(at_a_time, async |session| {
            session.service_state(services, port).await
        })
        .await
    }

    /// The answers of all targets, in the order of the targets.
    async fn ask_all<T>(
        &mut self,
        at_a_time: usize,
        question: impl AsyncFn(&mut Session) -> Result<T, SessionError>,
    ) -> (IndexMap<HostName, T>, Vec<Unreachable>) {
        let (turns, question) = (&Semaphore::new(at_a_time.max(1)), &question);
        let mut asked: FuturesUnordered<_> = self
            .sessions
            .iter_mut()
            .map(|(host, (session, _))| async move {
                let _turn = turns.acquire().await;
                (host.clone(), question(session).await)
            })
            .collect();
        let (mut answers, mut unreachable) = (IndexMap::new(), Vec::new());
        while let Some((host, answer)) = asked.next().await {
            match answer {
                Ok(answer) => {
                    answers.insert(host, answer);
                }
                Err(error) => unreachable.push(Unreachable::of(host, error)),
            }
        }
        drop(asked);
        let order = |host: &HostName| self.sessions.get_index_of(host);
        answers.sort_by(|a, _, b, _| order(a).cmp(&order(b)));
        unreachable.sort_by_key(|one| order(&one.host));
        (answers, unreachable)
    }

    /// Leaves those out that nothing is wanted of.
    pub fn retain(&mut self, is_wanted: impl Fn(&HostName) -> bool) {
        self.sessions.retain(|host, _| is_wanted(host));
    }

    /// Says under which name, and in whose, the locks are taken.
    pub fn name(&mut self, id: &DeployId, owner: &Owner) {
        let owner = serde_json::to_value(owner).unwrap_or_default();
        for (session, _) in self.sessions.values_mut() {
            session.name(id.clone(), owner.clone());
        }
    }

    /// Closes all connections.
    pub async fn close(&mut self) {
        let mut closing: FuturesUnordered<_> = self
            .sessions
            .values_mut()
            .map(|(session, _)| session.close(Farewell::Done))
            .collect();
        while closing.next().await.is_some() {}
    }
}

impl Unreachable {
    pub(super) fn of(host: HostName, error: SessionError) -> Self {
        match error {
            SessionError::Connect(error) => Self {
                host,
                reason: error.reason,
                said: error.said,
                kind: Some(error.kind),
            },
            other => Self {
                host,
                reason: other.to_string(),
                said: String::new(),
                kind: None,
            },
        }
    }
}
