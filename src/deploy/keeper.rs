//! The process on a target that holds the lock, and ends what runs there when nobody is here any more.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::io::{AsyncWrite, AsyncWriteExt as _};
use tokio::sync::{mpsc, oneshot};
use tokio::time::{Instant, MissedTickBehavior, interval_at};

use super::control::{Control, Line, Lines};
use super::owner::Owner;
use crate::model::Revision;
use crate::transport::{Lost, Process, Stream};

/// How often a sign of life is sent; the keeper waits three times as long.
const HEARTBEAT: Duration = Duration::from_secs(5);

/// How long the lock may take: an earlier keeper may have to wait for its step.
const LOCKING: Duration = Duration::from_secs(600);

/// A keeper that runs.
#[derive(Debug)]
pub(super) struct Keeper {
    orders: mpsc::Sender<u8>,
    is_alive: Arc<AtomicBool>,
    ended: oneshot::Receiver<()>,
}

/// Reaches the keeper of a host while its task waits for a step.
#[derive(Debug, Clone, Default)]
pub(super) struct Bell(Arc<Mutex<Option<mpsc::WeakSender<u8>>>>);

impl Bell {
    pub(super) fn hang(&self, orders: mpsc::Sender<u8>) {
        // A poisoned lock holds nothing that could be half done.
        let mut place = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *place = Some(orders.downgrade());
    }

    /// Has the keeper end the steps that may be ended.
    pub(super) fn ring(&self) {
        let place = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(orders) = place.as_ref().and_then(mpsc::WeakSender::upgrade) {
            // A keeper that has so many orders waiting is not there any more.
            let _sent = orders.try_send(b'k');
        }
    }
}

/// How a deploy leaves a target.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Farewell {
    /// It is on a known revision.
    Done,
    /// Somebody has to go on, or back.
    Left,
}

/// What became of the attempt to take a lock.
#[derive(Debug)]
pub(super) enum Locked {
    /// With what is live and what was finished last, now that nobody else changes it.
    Taken(Keeper, Links),
    Held(Owner),
    /// Somebody has broken the lock of this deploy.
    Broken(Owner),
    Refused(String),
}

impl Keeper {
    /// Tells a keeper that waits for it what to lock, and waits until it has the lock or says why not.
    pub(super) async fn lock(waiting: Process, claim: &str) -> Result<Locked, Lost> {
        let Process {
            input: mut stdin,
            mut output,
            exit,
        } = waiting;
        let (orders, mut ordered) = mpsc::channel(8);
        let (first, answer) = oneshot::channel();
        let (end, ended) = oneshot::channel();
        let is_alive = Arc::new(AtomicBool::new(true));
        let alive = Arc::clone(&is_alive);
        let claim = claim.as_bytes().to_owned();
        tokio::spawn(async move {
            let mut beats = interval_at(Instant::now() + HEARTBEAT, HEARTBEAT);
            beats.set_missed_tick_behavior(MissedTickBehavior::Delay);
            let (mut lines, mut told, mut first) = (Lines::default(), Vec::new(), Some(first));
            let mut is_let_go = false;
            let mut is_there = write(&mut stdin, &claim).await;
            while is_there && !is_let_go {
                tokio::select! {
                    biased;
                    _ = beats.tick() => is_there = write(&mut stdin, b"h").await,
                    order = ordered.recv() => {
                        // Without anyone who orders, the end of the input tells the keeper so.
                        is_there = match order {
                            Some(order) => write(&mut stdin, &[order]).await,
                            None => false,
                        };
                    }
                    chunk = output.recv() => {
                        let Some(chunk) = chunk else { break };
                        if chunk.stream == Stream::Err {
                            drop(lines.take(&chunk.bytes, &mut told));
                        }
                        if let Some(outcome) = outcome(&told)
                            && let Some(first) = first.take()
                        {
                            // Whoever asked may have given up.
                            let _sent = first.send(outcome);
                        }
                        // What it still takes away is nothing to wait for.
                        is_let_go = told.iter().any(|line| line.control == Control::Unlocked);
                    }
                }
            }
            alive.store(false, Ordering::SeqCst);
            drop(stdin);
            if !is_let_go {
                let _code = exit.await;
            }
            let _told = end.send(());
        });
        let answer = tokio::time::timeout(LOCKING, answer).await;
        let gone = || Lost("the keeper of the lock ended unexpectedly".into());
        match answer.map_err(|_| gone())?.map_err(|_| gone())? {
            First::Locked(links) => {
                let keeper = Self {
                    orders,
                    is_alive,
                    ended,
                };
                Ok(Locked::Taken(keeper, links))
            }
            First::Held(owner) => Ok(Locked::Held(owner)),
            First::Broken(owner) => Ok(Locked::Broken(owner)),
            First::Refused(reason) => Ok(Locked::Refused(reason)),
        }
    }

    /// Whether it still runs, as far as is known.
    pub(super) fn is_alive(&self) -> bool {
        self.is_alive.load(Ordering::SeqCst)
    }

    /// Where orders for it go.
    pub(super) fn orders(&self) -> mpsc::Sender<u8> {
        self.orders.clone()
    }

    /// Has it let the lock go, and waits for that.
    pub(super) async fn end(self, farewell: Farewell) {
        let order = match farewell {
            Farewell::Done => b'q',
            Farewell::Left => b'x',
        };
        let _sent = self.orders.send(order).await;
        // The orders are kept open until then: their end would mean that nobody is here.
        let _ended = self.ended.await;
        drop(self.orders);
    }
}

/// Writes to a keeper; tells whether it is there.
async fn write(stdin: &mut (dyn AsyncWrite + Send + Sync + Unpin), bytes: &[u8]) -> bool {
    stdin.write_all(bytes).await.is_ok() && stdin.flush().await.is_ok()
}

/// What is live on a target, and what was finished last.
pub(super) type Links = (Option<Revision>, Option<Revision>);

fn links(told: &[Line]) -> Links {
    let find = |name: &str| {
        let mut lines = told.iter().filter(|line| line.control == Control::Link);
        lines.find_map(|line| Revision::parse(line.rest.strip_prefix(name)?.trim()).ok())
    };
    (find("current "), find("done "))
}

/// The first that a keeper has to say.
enum First {
    Locked(Links),
    Held(Owner),
    Broken(Owner),
    Refused(String),
}

fn outcome(told: &[Line]) -> Option<First> {
    told.iter().find_map(|line| match line.control {
        Control::Locked => Some(First::Locked(links(told))),
        Control::Held => Some(First::Held(Owner::read(&line.rest))),
        Control::Broken => Some(First::Broken(Owner::read(&line.rest))),
        Control::Reason => Some(First::Refused(line.rest.clone())),
        _ => None,
    })
}
