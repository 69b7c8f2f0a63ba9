use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncWrite, AsyncWriteExt as _};
use tokio::sync::{Semaphore, mpsc};
use tokio::time::{sleep, timeout};

use super::again::{Again, Novelty, REREAD, Seen};
use super::lines::Lines;
use super::note::Note;
use super::{Extent, HostNews, LogLine, Message, Trouble, Wanted, remote};
use crate::bunyan::Record;
use crate::model::HostName;
use crate::transport::{Chunk, ConnectFailure, Connection, Exit, Process, Stream, Transport};

/// Reads the log of one host, and begins anew where the connection breaks.
pub(super) struct Listener {
    number: usize,
    host: HostName,
    wanted: Wanted,
    transport: Arc<dyn Transport>,
    messages: mpsc::Sender<(usize, Message)>,
    /// How many lines may wait: what is ahead of other hosts by more is not read yet.
    turns: Arc<Semaphore>,
    seen: Seen,
    /// Whether the log was ever read.
    was_there: bool,
    /// Whether it is not read now, and somebody was told.
    is_paused: bool,
}

/// How many lines of a host may wait for those of others.
const TURNS: usize = 10_000;

/// How long a host may be silent whose log is not followed.
const PATIENCE: Duration = Duration::from_secs(15);

/// How often a host is told that svcgen is there; it waits for three times as long.
const BEAT: Duration = Duration::from_secs(5);

/// How long to wait before a connection is tried again: at first, and at most.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
const LAST_PAUSE: Duration = Duration::from_secs(15);

/// Whoever wanted the lines has gone.
struct Gone;

impl Listener {
    pub(super) fn new(
        number: usize,
        host: HostName,
        wanted: &Wanted,
        transport: &Arc<dyn Transport>,
        messages: mpsc::Sender<(usize, Message)>,
    ) -> Self {
        Self {
            number,
            host,
            wanted: wanted.clone(),
            transport: Arc::clone(transport),
            messages,
            turns: Arc::new(Semaphore::new(TURNS)),
            seen: Seen::default(),
            was_there: false,
            is_paused: false,
        }
    }

    pub(super) async fn run(mut self) {
        // Nobody is there to be told where it fails.
        let _told = self.read_on().await;
        let _told = self.tell(Message::Over).await;
    }

    async fn read_on(&mut self) -> Result<(), Gone> {
        let mut pause = FIRST_PAUSE;
        loop {
            let trouble = self.read().await?;
            let Some(trouble) = trouble else {
                return Ok(());
            };
            if self.wanted.extent == Extent::ToEnd || self.is_final(&trouble) {
                return self.tell(Message::Host(HostNews::Trouble(trouble))).await;
            }
            if !self.is_paused {
                self.is_paused = true;
                pause = FIRST_PAUSE;
                self.tell(Message::Host(HostNews::Paused(trouble))).await?;
            }
            sleep(pause).await;
            pause = (pause * 2).min(LAST_PAUSE);
        }
    }

    /// Whether it makes no sense to try again.
    fn is_final(&self, trouble: &Trouble) -> bool {
        match trouble {
            Trouble::Connect(error) => match error.kind {
                ConnectFailure::HostKeyChanged(_)
                | ConnectFailure::HostKeyUnknown
                | ConnectFailure::HostKeyRefused
                | ConnectFailure::TooManyKeys
                | ConnectFailure::NoSsh
                | ConnectFailure::NoPort
                | ConnectFailure::NoShell => true,
                // Of a host that was there: it may be just about to come back.
                ConnectFailure::Denied | ConnectFailure::UnknownName => !self.was_there,
                ConnectFailure::Unreachable | ConnectFailure::Other => false,
            },
            Trouble::Lost | Trouble::Silent => false,
            Trouble::Absent | Trouble::Folder | Trouble::Forbidden(_) | Trouble::Failed(_) => true,
        }
    }

    /// Connects, and reads until something is wrong, or to the end.
    async fn read(&mut self) -> Result<Option<Trouble>, Gone> {
        let connection = match self.transport.connect(&self.host).await {
            Ok(connection) => connection,
            Err(error) => return Ok(Some(Trouble::Connect(error))),
        };
        let read = self.read_from(connection.as_ref()).await;
        connection.close().await;
        read
    }

    async fn read_from(&mut self, connection: &dyn Connection) -> Result<Option<Trouble>, Gone> {
        let mut again = None;
        let mut lines = self.wanted.lines.clone();
        if !self.seen.is_empty() {
            again = Some(self.seen.again());
            lines = REREAD.to_string();
        }
        let words = remote::words(&self.wanted.log, &lines, self.wanted.extent);
        match timeout(PATIENCE, connection.start(&words)).await {
            Ok(Ok(process)) => self.listen(process, again).await,
            Ok(Err(_)) => Ok(Some(Trouble::Lost)),
            Err(_) => Ok(Some(Trouble::Silent)),
        }
    }

    async fn listen(
        &mut self,
        process: Process,
        mut again: Option<Again>,
    ) -> Result<Option<Trouble>, Gone> {
        let Process {
            input,
            mut output,
            exit,
        } = process;
        let beat = beat(input);
        tokio::pin!(beat);
        let (mut out, mut err) = (Lines::default(), Lines::default());
        let mut said = Said::default();
        let extent = self.wanted.extent;
        loop {
            let chunk = tokio::select! {
                chunk = next(&mut output, extent) => chunk,
                never = &mut beat => match never {},
            };
            match chunk {
                Err(trouble) => return Ok(Some(trouble)),
                Ok(None) => break,
                Ok(Some(chunk)) => match chunk.stream {
                    Stream::Out => {
                        for line in out.push(&chunk.bytes) {
                            self.pass(line, again.as_mut()).await?;
                        }
                    }
                    Stream::Err => {
                        for line in err.push(&chunk.bytes) {
                            self.hear(Note::read(&line), &mut said).await?;
                        }
                    }
                },
            }
        }
        let exit = exit.await.unwrap_or(Exit::Lost);
        let trouble = said.explain(exit, extent);
        if let (None, Some(line)) = (&trouble, out.rest()) {
            self.pass(line, again.as_mut()).await?;
        }
        Ok(trouble)
    }

    /// Takes a line of the log.
    async fn pass(&mut self, text: String, again: Option<&mut Again>) -> Result<(), Gone> {
        let record = Record::parse(&text);
        let time = record.as_ref().and_then(Record::time);
        let novelty = again.map_or(Novelty::New, |again| self.seen.judge(again, &text, time));
        match novelty {
            Novelty::Old => return Ok(()),
            Novelty::New => {}
            Novelty::AfterGap => self.tell(Message::Host(HostNews::Gap)).await?,
        }
        self.seen.note(&text, time);
        let turn = Arc::clone(&self.turns).acquire_owned().await;
        let line = LogLine {
            host: self.number,
            text,
            record,
            _turn: turn.map_err(|_closed| Gone)?,
        };
        self.tell(Message::Line(line)).await
    }

    /// Takes what the program says that reads the log.
    async fn hear(&mut self, note: Note, said: &mut Said) -> Result<(), Gone> {
        match note {
            Note::Reading => {
                self.was_there = true;
                self.tell(Message::Begun).await?;
                if std::mem::take(&mut self.is_paused) {
                    self.tell(Message::Host(HostNews::Back)).await?;
                }
            }
            Note::Trouble(Trouble::Absent) if self.wanted.extent == Extent::Follow => {
                self.tell(Message::Host(HostNews::Awaited)).await?;
            }
            Note::Trouble(trouble) => said.refusal = Some(trouble),
            Note::Rotation => {}
            Note::Said(line) => {
                if self.wanted.extent == Extent::Follow {
                    let news = HostNews::Said(line.clone());
                    self.tell(Message::Host(news)).await?;
                }
                said.last = Some(line);
            }
        }
        Ok(())
    }

    async fn tell(&self, message: Message) -> Result<(), Gone> {
        let sent = self.messages.send((self.number, message)).await;
        sent.map_err(|_closed| Gone)
    }
}

/// Tells a host again and again that svcgen is there.
async fn beat(mut input: Box<dyn AsyncWrite + Send + Unpin>) -> Infallible {
    while input.write_all(b"h").await.is_ok() && input.flush().await.is_ok() {
        sleep(BEAT).await;
    }
    // What becomes of it is seen in its output.
    std::future::pending().await
}

/// What the program writes next; it does not take for ever to come to the end of a log.
async fn next(
    output: &mut mpsc::Receiver<Chunk>,
    extent: Extent,
) -> Result<Option<Chunk>, Trouble> {
    match extent {
        Extent::Follow => Ok(output.recv().await),
        Extent::ToEnd => {
            let next = timeout(PATIENCE, output.recv()).await;
            next.map_err(|_elapsed| Trouble::Silent)
        }
    }
}

/// What the program has said before its end.
#[derive(Debug, Default)]
struct Said {
    /// Why it does not read the log.
    refusal: Option<Trouble>,
    last: Option<String>,
}

impl Said {
    /// Why it has ended; nothing where that is as it should be.
    fn explain(self, exit: Exit, extent: Extent) -> Option<Trouble> {
        if self.refusal.is_some() {
            return self.refusal;
        }
        match (exit, extent) {
            (Exit::Code(0), Extent::ToEnd) => None,
            // It was ended, or has not heard of svcgen for too long.
            (Exit::Code(0), Extent::Follow) | (Exit::Signal(_) | Exit::Lost, _) => {
                Some(Trouble::Lost)
            }
            (Exit::Code(code), _) => {
                let said = self
                    .last
                    .unwrap_or_else(|| format!("the program ended with the code {code}"));
                Some(Trouble::Failed(said))
            }
        }
    }
}
