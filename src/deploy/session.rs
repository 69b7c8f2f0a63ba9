//! The one connection to a target: probes it, holds its lock, runs steps there, and finds out what became of a step
//! when the connection was lost.

mod command;
mod step_end;

use std::sync::Arc;
use std::time::Duration;

use camino::Utf8PathBuf;
use futures_util::FutureExt as _;
use futures_util::future::ready;
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use super::claim::{Change, Claim};
use super::control::Line;
use super::facts::Facts;
use super::keeper::{Bell, Farewell, Keeper, Links, Locked};
use super::message::Message;
use super::program::{Inquiry, Program, Step};
use super::service_state::ServiceState;
use crate::event::DeployId;
use crate::model::HostName;
use crate::scap::ServiceUnit;
use crate::transport::{ConnectError, Connection, Exit, Lost, Process, Transport, Word};

pub(super) use self::command::Input;
use self::command::Voice;
pub(super) use self::step_end::StepEnd;

/// A target during a deploy.
pub(super) struct Session {
    pub(super) host: HostName,
    transport: Arc<dyn Transport>,
    /// The path that the service is run from.
    place: Utf8PathBuf,
    id: DeployId,
    owner: serde_json::Value,
    connection: Option<Arc<dyn Connection>>,
    /// A connection that is being opened, while something else is done.
    connecting: JoinSet<Connected>,
    /// A keeper that is there already, and waits to be told what to lock.
    waiting: Option<Process>,
    keeper: Option<Keeper>,
    /// What is to be done; nothing where only the lock is wanted.
    pub(super) change: Option<Change>,
    /// Of the last keeper.
    term: u64,
    /// Of the last step.
    number: u64,
    /// What the host writes goes there.
    messages: mpsc::Sender<Message>,
    /// Rings through to the keeper while a step runs.
    bell: Bell,
    /// Why this deploy has nothing to do here any more.
    fenced: Option<String>,
}

/// What comes of an attempt to connect.
type Connected = Result<Arc<dyn Connection>, ConnectError>;

/// What will be wanted of a target once it has answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// Its lock, unless the answer speaks against it.
    Lock,
    Nothing,
}

/// A target that does not answer as it should.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum SessionError {
    #[error("{0}")]
    Connect(#[from] ConnectError),
    /// In plain words.
    #[error("{0}")]
    Refused(String),
    #[error("the connection is gone")]
    Lost,
    #[error("{0} holds the lock")]
    Held(super::Owner),
    #[error("its lock was broken by {0}")]
    Broken(super::Owner),
}

/// How long a target may take for what is done at once, beyond the deadline of a step.
const PATIENCE: Duration = Duration::from_secs(30);

/// How long after the first command on a connection the second one is started. As it gets there, the target learns that
/// what it has sent has arrived; TCP would hold the answer to the first one back for 40 ms otherwise.
const BEHIND: Duration = Duration::from_millis(10);

/// How long to wait before each attempt to reach a lost target again.
const ATTEMPTS: [Duration; 5] = [
    Duration::from_millis(200),
    Duration::from_secs(2),
    Duration::from_secs(5),
    Duration::from_secs(10),
    Duration::from_secs(15),
];

impl Session {
    pub(super) fn new(
        host: HostName,
        transport: Arc<dyn Transport>,
        place: Utf8PathBuf,
        id: DeployId,
        owner: serde_json::Value,
        messages: mpsc::Sender<Message>,
        bell: Bell,
    ) -> Self {
        Self {
            host,
            transport,
            place,
            id,
            owner,
            connection: None,
            connecting: JoinSet::new(),
            waiting: None,
            keeper: None,
            change: None,
            term: 0,
            number: 0,
            messages,
            bell,
            fenced: None,
        }
    }

    /// Says under which name, and in whose, the lock is taken.
    pub(super) fn name(&mut self, id: DeployId, owner: serde_json::Value) {
        self.id = id;
        self.owner = owner;
    }

    /// Begins to open the connection, as far as that goes without waiting.
    pub(super) fn begin_to_connect(&mut self) {
        if self.connection.is_some() || !self.connecting.is_empty() {
            return;
        }
        let (transport, host) = (Arc::clone(&self.transport), self.host.clone());
        let mut connecting = Box::pin(async move { transport.connect(&host).await });
        match connecting.as_mut().now_or_never() {
            Some(connected) => self.connecting.spawn(ready(connected)),
            None => self.connecting.spawn(connecting),
        };
    }

    /// Opens the connection, unless it is open.
    pub(super) async fn connect(&mut self) -> Result<(), ConnectError> {
        if self.connection.is_none() {
            let connected = match self.connecting.join_next().await {
                Some(Ok(connected)) => connected,
                Some(Err(_)) | None => self.transport.connect(&self.host).await,
            };
            self.connection = Some(connected?);
        }
        Ok(())
    }

    /// Asks how things are.
    pub(super) async fn probe(
        &mut self,
        inquiry: &Inquiry,
        next: Next,
    ) -> Result<Facts, SessionError> {
        self.connect().await?;
        let words = Program::probe(inquiry).words(&self.place);
        let is_wanted = next == Next::Lock && self.waiting.is_none();
        let keeper = async {
            if !is_wanted {
                return None;
            }
            sleep(BEHIND).await;
            self.start_keeper().await.ok()
        };
        let (facts, keeper) = tokio::join!(self.ask(&words, Facts::read), keeper);
        if is_wanted {
            self.waiting = keeper;
        }
        facts
    }

    async fn start_keeper(&self) -> Result<Process, Lost> {
        let missing = || Lost("there is none".into());
        let connection = self.connection.as_ref().ok_or_else(missing)?;
        connection
            .start(&Program::keeper().words(&self.place))
            .await
    }

    /// Asks how services are.
    pub(super) async fn service_state(
        &mut self,
        services: &[ServiceUnit],
        port: Option<u16>,
    ) -> Result<ServiceState, SessionError> {
        self.connect().await?;
        let words = Program::status(services, port).words(&self.place);
        self.ask(&words, ServiceState::read).await
    }

    /// Runs what changes nothing, and reads what it tells.
    async fn ask<T>(
        &self,
        words: &[Word],
        read: impl Fn(&[Line]) -> Option<T>,
    ) -> Result<T, SessionError> {
        let asked = self.start_and_wait(words, Input::Nothing, Voice::Quiet);
        let ended = timeout(PATIENCE, asked).await;
        let (exit, heard) = ended.map_err(|_| SessionError::Lost)?;
        match (exit, read(&heard.told)) {
            (Exit::Lost, _) => Err(SessionError::Lost),
            (_, Some(answer)) => Ok(answer),
            (_, None) => Err(SessionError::Refused(heard.words())),
        }
    }

    /// Breaks the lock of a deploy; `by` says who does so, and why.
    pub(super) async fn break_lock(
        &mut self,
        id: &str,
        by: &serde_json::Value,
    ) -> Result<Vec<Line>, SessionError> {
        self.connect().await?;
        let words = Program::unlock(id, by).words(&self.place);
        let running = self.start_and_wait(&words, Input::Nothing, Voice::Quiet);
        let ended = timeout(PATIENCE, running).await;
        let (_, heard) = ended.map_err(|_| SessionError::Lost)?;
        Ok(heard.told)
    }

    /// Takes the lock, or takes it again after the connection was lost.
    pub(super) async fn lock(&mut self) -> Result<Links, SessionError> {
        self.connect().await?;
        self.term += 1;
        let waiting = match self.waiting.take() {
            Some(waiting) => waiting,
            None => self.start_keeper().await.map_err(|_| SessionError::Lost)?,
        };
        let claim = Claim {
            id: &self.id,
            term: self.term,
            change: self.change.as_ref(),
            owner: &self.owner,
        };
        match Keeper::lock(waiting, &claim.line()).await {
            Ok(Locked::Taken(keeper, links)) => {
                self.bell.hang(keeper.orders());
                self.keeper = Some(keeper);
                Ok(links)
            }
            Ok(Locked::Held(owner)) => Err(SessionError::Held(owner)),
            Ok(Locked::Broken(owner)) => Err(SessionError::Broken(owner)),
            Ok(Locked::Refused(reason)) => Err(SessionError::Refused(reason)),
            Err(_) => Err(SessionError::Lost),
        }
    }

    /// Lets the lock go.
    pub(super) async fn unlock(&mut self, farewell: Farewell) {
        if let Some(keeper) = self.keeper.take() {
            // Should this take too long, the keeper finds out by itself that nobody is here.
            let _ended = timeout(PATIENCE, keeper.end(farewell)).await;
        }
    }

    /// Lets the lock go and closes the connection.
    pub(super) async fn close(&mut self, farewell: Farewell) {
        if self
            .keeper
            .as_ref()
            .is_some_and(|keeper| !keeper.is_alive())
        {
            // A lock whose keeper died is taken once more, so that it is let go as it should be.
            self.disconnect().await;
            let _again = self.lock().await;
        }
        self.unlock(farewell).await;
        self.disconnect().await;
    }

    async fn disconnect(&mut self) {
        self.keeper = None;
        self.waiting = None;
        self.connecting.abort_all();
        if let Some(connection) = self.connection.take() {
            connection.close().await;
        }
    }

    /// Runs a step to its end, whatever becomes of the connection in between.
    pub(super) async fn run(&mut self, step: &Step, input: Input) -> StepEnd {
        if !self.has_lock()
            && let Err(reason) = self.reach_again().await
        {
            return self.unreached(&reason);
        }
        self.number += 1;
        let words = step.words(&self.place, &self.id, self.term, self.number);
        let limit = step.deadline + PATIENCE;
        let running = self.start_and_wait(&words, input, Voice::Loud);
        if let Ok((exit, heard)) = timeout(limit, running).await
            && let Some(end) = StepEnd::of(exit, heard)
        {
            return end;
        }
        match self.reach_again().await {
            Ok(facts) => match facts.code_of(&self.id, step.stage, self.number) {
                Some(code) => StepEnd::with_code(code),
                None => StepEnd::interrupted(),
            },
            Err(reason) => self.unreached(&reason),
        }
    }

    /// How a step ended on a target that is not reached, or is somebody else's by now.
    fn unreached(&self, reason: &str) -> StepEnd {
        match &self.fenced {
            Some(reason) => StepEnd {
                reason: Some(reason.clone()),
                ..StepEnd::interrupted()
            },
            None => StepEnd::lost(reason),
        }
    }

    pub(super) fn has_lock(&self) -> bool {
        self.keeper.as_ref().is_some_and(Keeper::is_alive)
    }

    /// Reaches the target again, with some patience: connects anew, takes the lock once the earlier keeper has settled
    /// what was running, and reads the record.
    pub(super) async fn reach_again(&mut self) -> Result<Facts, String> {
        let mut reason = self.fenced.clone().unwrap_or_default();
        for pause in ATTEMPTS {
            if self.fenced.is_some() {
                return Err(reason);
            }
            sleep(pause).await;
            self.disconnect().await;
            let locked = self.lock().await;
            let facts = match locked {
                Ok(_) => self.probe(&Inquiry::default(), Next::Nothing).await,
                Err(error) => Err(error),
            };
            match facts {
                Ok(facts) => match facts.deployed_since(&self.id) {
                    // What was to come does not fit what is there any more.
                    Some(owner) => {
                        self.fence(format!("{owner} has deployed there meanwhile"))
                            .await
                    }
                    None => return Ok(facts),
                },
                Err(error @ (SessionError::Held(_) | SessionError::Broken(_))) => {
                    self.fence(error.to_string()).await;
                }
                Err(error) => reason = error.to_string(),
            }
            if let Some(fenced) = &self.fenced {
                reason.clone_from(fenced);
            }
        }
        Err(reason)
    }

    /// Does nothing here any more.
    async fn fence(&mut self, reason: String) {
        self.fenced = Some(reason);
        self.unlock(Farewell::Left).await;
    }
}
