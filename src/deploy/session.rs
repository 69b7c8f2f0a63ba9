//! The one connection to a target: probes it, holds its lock, runs steps there, and finds out what became of a step
//! when the connection was lost.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use camino::Utf8PathBuf;
use tokio::io::{AsyncWrite, AsyncWriteExt as _};
use tokio::sync::mpsc;
use tokio::time::{sleep, timeout};

use super::control::{Control, Line, Lines};
use super::facts::Facts;
use super::keeper::{Bell, Farewell, Keeper, Links, Locked};
use super::message::Message;
use super::program::{Change, Inquiry, Program, Step};
use super::service_state::ServiceState;
use crate::event::{DeployId, StepOutcome};
use crate::model::HostName;
use crate::scap::ServiceUnit;
use crate::transport::{ConnectError, Connection, Exit, Process, Stream, Transport};

/// A target during a deploy.
pub(super) struct Session {
    pub(super) host: HostName,
    transport: Arc<dyn Transport>,
    /// The path that the service is run from.
    place: Utf8PathBuf,
    id: DeployId,
    owner: serde_json::Value,
    connection: Option<Arc<dyn Connection>>,
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

/// What a step reads.
#[derive(Debug, Clone, Default)]
pub(super) enum Input {
    #[default]
    Nothing,
    Bytes(Arc<[u8]>),
    /// Each file behind a line that says how long it is.
    Files(Arc<[(String, PathBuf)]>),
}

/// Whether what a program writes is passed on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Voice {
    Loud,
    Quiet,
}

/// What became of a step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct StepEnd {
    pub(super) outcome: StepOutcome,
    pub(super) code: Option<i32>,
    /// In plain words, where it did not pass.
    pub(super) reason: Option<String>,
    /// What its program told besides.
    pub(super) told: Vec<Line>,
    /// The last that it wrote.
    pub(super) tail: Vec<u8>,
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

/// How long to wait before each attempt to reach a lost target again.
const ATTEMPTS: [Duration; 5] = [
    Duration::from_millis(200),
    Duration::from_secs(2),
    Duration::from_secs(5),
    Duration::from_secs(10),
    Duration::from_secs(15),
];

/// The most that is remembered of what a step wrote, in bytes.
const TAIL: usize = 8 * 1024;

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

    /// Opens the connection, unless it is open.
    pub(super) async fn connect(&mut self) -> Result<(), ConnectError> {
        if self.connection.is_none() {
            self.connection = Some(self.transport.connect(&self.host).await?);
        }
        Ok(())
    }

    /// Asks how things are.
    pub(super) async fn probe(&mut self, inquiry: &Inquiry) -> Result<Facts, SessionError> {
        let words = Program::probe(inquiry).words(&self.place);
        self.ask(&words, Facts::read).await
    }

    /// Asks how services are.
    pub(super) async fn service_state(
        &mut self,
        services: &[ServiceUnit],
        port: Option<u16>,
    ) -> Result<ServiceState, SessionError> {
        let words = Program::status(services, port).words(&self.place);
        self.ask(&words, ServiceState::read).await
    }

    /// Runs what changes nothing, and reads what it tells.
    async fn ask<T>(
        &mut self,
        words: &[String],
        read: impl Fn(&[Line]) -> Option<T>,
    ) -> Result<T, SessionError> {
        self.connect().await?;
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
        let Some(connection) = &self.connection else {
            return Err(SessionError::Lost);
        };
        self.term += 1;
        let keeper = Program::keeper(&self.id, &self.owner, self.term, self.change.as_ref());
        let words = keeper.words(&self.place);
        match Keeper::start(connection.as_ref(), &words).await {
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
            && let Some(end) = end_of(exit, heard)
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
                Ok(_) => self.probe(&Inquiry::default()).await,
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

    async fn start_and_wait(&self, words: &[String], input: Input, voice: Voice) -> (Exit, Heard) {
        let mut heard = Heard::default();
        let Some(connection) = &self.connection else {
            return (Exit::Lost, heard);
        };
        let Ok(process) = connection.start(words).await else {
            return (Exit::Lost, heard);
        };
        let Process {
            input: stdin,
            mut output,
            exit,
        } = process;
        let feed = feed(stdin, input);
        let listen = async {
            let mut lines = Lines::default();
            while let Some(chunk) = output.recv().await {
                let bytes = match chunk.stream {
                    Stream::Err => lines.take(&chunk.bytes, &mut heard.told),
                    Stream::Out => chunk.bytes,
                };
                self.pass_on(bytes, &mut heard, voice).await;
            }
            let rest = lines.finish(&mut heard.told);
            self.pass_on(rest, &mut heard, voice).await;
        };
        tokio::join!(feed, listen);
        (exit.await.unwrap_or(Exit::Lost), heard)
    }

    async fn pass_on(&self, bytes: Vec<u8>, heard: &mut Heard, voice: Voice) {
        if bytes.is_empty() {
            return;
        }
        heard.tail.extend_from_slice(&bytes);
        if heard.tail.len() > 2 * TAIL {
            heard.tail.drain(..heard.tail.len() - TAIL);
        }
        if voice == Voice::Quiet {
            return;
        }
        // Nobody listens any more once the deploy is over.
        let host = self.host.clone();
        let _sent = self.messages.send(Message::Output { host, bytes }).await;
    }
}

/// What a program told and wrote.
#[derive(Debug, Default)]
struct Heard {
    told: Vec<Line>,
    tail: Vec<u8>,
}

impl Heard {
    /// The reason that it gave, or the last that it wrote.
    fn words(&self) -> String {
        let reason = self.told.iter().rev().find_map(|line| match &line.control {
            Control::Reason => Some(line.rest.clone()),
            _ => None,
        });
        let tail = || String::from_utf8_lossy(&self.tail).trim().to_owned();
        reason
            .or_else(|| Some(tail()).filter(|tail| !tail.is_empty()))
            .unwrap_or_else(|| "it did not answer".into())
    }
}

/// How a step ended, where that is known: the supervisor says so itself, since a lost connection also has a code.
fn end_of(exit: Exit, heard: Heard) -> Option<StepEnd> {
    let told = |control: Control| heard.told.iter().find(|line| line.control == control);
    if told(Control::Fenced).is_some() {
        return None;
    }
    let code = match (told(Control::Code), exit) {
        (Some(line), _) => line.rest.parse().ok()?,
        // It did not get as far as to run the step.
        (None, Exit::Code(code)) if told(Control::Reason).is_some() && code != 0 => code,
        (None, Exit::Code(127)) => {
            let mut end = StepEnd::with_code(127);
            end.reason = Some("there is no `sh` on it".into());
            return Some(end);
        }
        (None, _) => return None,
    };
    let mut end = StepEnd::with_code(code);
    if told(Control::Timeout).is_some() {
        end.outcome = StepOutcome::TimedOut;
    }
    if code != 0 {
        end.reason = told(Control::Reason).map(|line| line.rest.clone());
    }
    end.told = heard.told;
    end.tail = heard.tail;
    Some(end)
}

impl StepEnd {
    fn with_code(code: i32) -> Self {
        let outcome = match code {
            0 => StepOutcome::Passed,
            // The keeper ended it.
            143 => StepOutcome::Interrupted,
            _ => StepOutcome::Failed,
        };
        Self {
            outcome,
            code: Some(code),
            reason: None,
            told: Vec::new(),
            tail: Vec::new(),
        }
    }

    fn interrupted() -> Self {
        Self {
            outcome: StepOutcome::Interrupted,
            code: None,
            reason: Some("the connection was lost in the middle of it".into()),
            told: Vec::new(),
            tail: Vec::new(),
        }
    }

    fn lost(reason: &str) -> Self {
        Self {
            outcome: StepOutcome::Lost,
            reason: Some(format!("it cannot be reached any more: {reason}")),
            ..Self::interrupted()
        }
    }

    /// Whether the connection was lost in the middle of it, and the target does not know its end. Each step can be run
    /// again: it finds what it wants in place.
    pub(super) fn may_be_repeated(&self) -> bool {
        self.outcome == StepOutcome::Interrupted && self.code.is_none()
    }

    /// Whether it was ended on the target, since nothing more is to be done.
    pub(super) fn was_stopped(&self) -> bool {
        self.outcome == StepOutcome::Interrupted && self.code.is_some()
    }

    pub(super) fn passed(&self) -> bool {
        self.outcome == StepOutcome::Passed
    }
}

/// Gives a step what it reads; one that has ended reads no more, and says why itself.
async fn feed(mut stdin: Box<dyn AsyncWrite + Send + Unpin>, input: Input) {
    let fed = async {
        match input {
            Input::Nothing => {}
            Input::Bytes(bytes) => stdin.write_all(&bytes).await?,
            Input::Files(files) => {
                for (header, path) in files.iter() {
                    stdin.write_all(header.as_bytes()).await?;
                    let mut file = tokio::fs::File::open(path).await?;
                    tokio::io::copy(&mut file, &mut stdin).await?;
                }
            }
        }
        stdin.shutdown().await
    };
    let _fed: std::io::Result<()> = fed.await;
}
