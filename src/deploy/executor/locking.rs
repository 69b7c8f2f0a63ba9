//! Takes the locks of all hosts, or none.

use std::time::Duration;

use tokio::time::{Instant, sleep};

use super::{Executor, NotBegun};
use crate::deploy::keeper::Farewell;
use crate::deploy::message::{HostEnd, Message, Request};
use crate::model::HostName;

/// How long the deploy that began earlier tries to get past one that began at the same time.
const CONTEST: Duration = Duration::from_secs(10);

/// What came of one round.
struct Round {
    held: Option<(HostName, crate::deploy::Owner)>,
    failed: Option<(HostName, String)>,
    changed: Option<HostName>,
}

impl Executor<'_> {
    /// Takes the locks; of two deploys that each have some, the one that began earlier gets through.
    pub(super) async fn lock_all(&mut self) -> Result<(), NotBegun> {
        let begun = Instant::now();
        loop {
            let round = self.round().await;
            if *self.interrupts.borrow() > 0 {
                self.ask_all(|_| Request::Close(Farewell::Done)).await;
                return Err(NotBegun::Interrupted);
            }
            if let Some((host, reason)) = round.failed {
                self.ask_all(|_| Request::Close(Farewell::Done)).await;
                return Err(NotBegun::Host { host, reason });
            }
            let Some((host, holder)) = round.held else {
                let Some(host) = round.changed else {
                    return Ok(());
                };
                self.ask_all(|_| Request::Close(Farewell::Done)).await;
                return Err(NotBegun::Changed { host });
            };
            let is_first = self.plan.id.as_str() < holder.deploy.as_str();
            let patience = if is_first {
                self.options.wait.max(CONTEST)
            } else {
                self.options.wait
            };
            if begun.elapsed() >= patience {
                self.ask_all(|_| Request::Close(Farewell::Done)).await;
                let holder = Box::new(holder);
                return Err(NotBegun::Held { host, holder });
            }
            // Nobody waits while he holds what another waits for.
            self.ask_all(|_| Request::Unlock).await;
            sleep(self.pause()).await;
        }
    }

    /// A moment that differs from deploy to deploy.
    fn pause(&self) -> Duration {
        let chance = self.plan.id.as_str().bytes().rev().take(6);
        let chance = chance.fold(0, |sum: u64, byte| sum * 31 + u64::from(byte));
        Duration::from_millis(200 + chance % 800)
    }

    async fn round(&mut self) -> Round {
        let mut round = Round {
            held: None,
            failed: None,
            changed: None,
        };
        for (host, end) in self.ask_all(|_| Request::Lock).await {
            match end {
                HostEnd::Good => {}
                HostEnd::Changed => round.changed = round.changed.or(Some(host)),
                HostEnd::Held(owner) => round.held = round.held.or(Some((host, owner))),
                HostEnd::Failed(reason)
                | HostEnd::Stopped(reason)
                | HostEnd::Unchanged(reason)
                | HostEnd::Back(reason)
                | HostEnd::Lost(reason) => {
                    round.failed = round.failed.or(Some((host, reason)));
                }
            }
        }
        round
    }

    /// Asks all hosts, and waits for their answers; what they tell besides waits its turn.
    pub(super) async fn ask_all(
        &mut self,
        request: impl Fn(&HostName) -> Request,
    ) -> Vec<(HostName, HostEnd)> {
        let hosts: Vec<HostName> = self.tasks.keys().cloned().collect();
        let mut missing = 0;
        for host in &hosts {
            if let Some(task) = self.tasks.get(host)
                && task.send(request(host)).await.is_ok()
            {
                missing += 1;
            }
        }
        let (mut answers, mut other) = (Vec::new(), Vec::new());
        while missing > 0 {
            match self.messages.recv().await {
                Some(Message::Ended { host, end }) => {
                    answers.push((host, end));
                    missing -= 1;
                }
                Some(message) => other.push(message),
                None => break,
            }
        }
        self.take(other);
        answers.sort_by(|a, b| a.0.cmp(&b.0));
        answers
    }
}
