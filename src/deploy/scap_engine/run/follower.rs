use std::time::Duration;

use tokio::time::Instant;

use super::{Readings, ScapEnd};
use crate::deploy::scap_engine::ledger::{Entry, Ledger};
use crate::deploy::scap_engine::plan::ScapPlan;
use crate::deploy::scap_engine::relay::{Frame, Position, Relay, RunEnd};
use crate::deploy::scap_engine::server::DeploymentServer;
use crate::deploy::scribe::Scribe;
use crate::deploy::{Decide, Interrupts, OnFailure};
use crate::error::with_cause;
use crate::event::{EventKind, Level};

/// How long to wait before each attempt to reach the lost server again.
const ATTEMPTS: [Duration; 8] = [
    Duration::from_millis(200),
    Duration::from_secs(1),
    Duration::from_secs(2),
    Duration::from_secs(4),
    Duration::from_secs(8),
    Duration::from_secs(15),
    Duration::from_secs(30),
    Duration::from_secs(30),
];

/// How often in a row nothing may come of following it.
const MOST_FRUITLESS: usize = 5;

/// How much of the end of what Scap wrote is remembered, in bytes.
const TAIL: usize = 4096;

/// Follows a run to its end.
pub(super) struct Follower<'a> {
    pub(super) plan: &'a ScapPlan,
    pub(super) server: DeploymentServer,
    pub(super) scribe: Scribe<'a>,
    pub(super) decide: &'a dyn Decide,
    pub(super) interrupts: Interrupts,
    pub(super) on_failure: OnFailure,
    /// Whether to ask before Scap goes on.
    pub(super) confirm: bool,
    pub(super) ledger: Ledger,
    pub(super) position: Position,
    /// The last that Scap wrote on its terminal.
    pub(super) tail: Vec<u8>,
    pub(super) begun: Instant,
    /// Why it is to end, where that is svcgen's own decision.
    pub(super) reason: Option<String>,
    /// How often somebody has asked for the end.
    pub(super) interrupted: u8,
    /// When nobody waits any more.
    pub(super) deadline: Option<Instant>,
}

impl<'a> Follower<'a> {
    /// One that has followed nothing yet.
    pub(super) fn new(
        plan: &'a ScapPlan,
        server: DeploymentServer,
        scribe: Scribe<'a>,
        decide: &'a dyn Decide,
        interrupts: Interrupts,
        on_failure: OnFailure,
    ) -> Self {
        Self {
            plan,
            server,
            scribe,
            decide,
            interrupts,
            on_failure,
            confirm: false,
            ledger: Ledger::new(plan),
            position: Position::default(),
            tail: Vec::new(),
            begun: Instant::now(),
            reason: None,
            interrupted: 0,
            deadline: None,
        }
    }

    pub(super) async fn follow(mut self, readings: &dyn Readings) -> ScapEnd {
        let end = self.until_end().await;
        match &end {
            Some(end)
                if end.code == Some(0) || (end.code == Some(1) && !self.ledger.has_crashed) =>
            {
                let told = self.ledger.finish();
                self.tell(told);
            }
            Some(_) | None => {}
        }
        self.close(end, readings).await
    }

    /// How it ended; nothing where it cannot be followed any more.
    async fn until_end(&mut self) -> Option<RunEnd> {
        let (mut relay, mut fruitless) = (None, 0);
        loop {
            if fruitless > MOST_FRUITLESS {
                return None;
            }
            let line = match relay.as_mut() {
                Some(line) => line,
                None => relay.insert(self.attach().await?),
            };
            let interrupts = &mut self.interrupts;
            let deadline = self
                .deadline
                .unwrap_or_else(|| Instant::now() + Duration::from_secs(3600));
            let frame = tokio::select! {
                biased;
                times = async {
                    // Without anyone who could interrupt, nobody will.
                    if interrupts.changed().await.is_err() {
                        std::future::pending::<()>().await;
                    }
                    *interrupts.borrow_and_update()
                } => {
                    self.interrupt(times, line).await;
                    continue;
                }
                () = tokio::time::sleep_until(deadline), if self.deadline.is_some() => return None,
                frame = line.next(&mut self.position) => frame,
            };
            fruitless = match frame {
                Frame::Lost => fruitless + 1,
                _ => 0,
            };
            match frame {
                Frame::Output(bytes) => self.console(&bytes),
                Frame::Record(Some(record)) => {
                    let told = self.ledger.take(record);
                    self.tell(told);
                }
                Frame::Record(None) => {}
                Frame::Question(asked) => self.answer(&asked, line).await,
                Frame::End(end) => return Some(end),
                Frame::Unknown => {
                    self.reason = Some("Scap was not started".into());
                    return Some(RunEnd::default());
                }
                Frame::Lost => relay = None,
            }
        }
    }

    /// Follows the run, over a new connection where the old one is gone.
    async fn attach(&mut self) -> Option<Relay> {
        if let Ok(relay) = Relay::attach(&self.server, &self.plan.id, &self.position).await {
            return Some(relay);
        }
        let server = self.plan.server.clone();
        self.scribe.say(
            Level::Warning,
            &format!("the connection to {server} is lost; Scap is still there, and takes silence as a no to going on"),
            EventKind::Warning,
        );
        for pause in ATTEMPTS {
            tokio::time::sleep(pause).await;
            if self.server.reconnect().await.is_err() {
                continue;
            }
            if let Ok(relay) = Relay::attach(&self.server, &self.plan.id, &self.position).await {
                let text = format!("connected to {server} again");
                self.scribe.say(Level::Info, &text, EventKind::Warning);
                return Some(relay);
            }
        }
        None
    }

    fn console(&mut self, bytes: &[u8]) {
        self.scribe.keep(&self.plan.server, bytes);
        self.tail.extend_from_slice(bytes);
        let surplus = self.tail.len().saturating_sub(TAIL);
        self.tail.drain(..surplus);
    }

    fn tell(&mut self, told: Vec<Entry>) {
        for entry in told {
            match entry {
                Entry::Note(note) => self.scribe.note(*note),
                Entry::Kept { host, text } => {
                    self.scribe.keep(&host, format!("{text}\n").as_bytes());
                }
                Entry::Output { host, text } => {
                    self.scribe.output(&host, format!("{text}\n").as_bytes())
                }
            }
        }
        if let Err(error) = self.scribe.flush(false) {
            self.reason.get_or_insert_with(|| with_cause(&error));
        }
    }
}
