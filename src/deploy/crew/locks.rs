//! Locks without a deploy: held, so that nobody deploys, or broken.

use std::time::Duration;

use futures_util::stream::{FuturesUnordered, StreamExt as _};
use tokio::time::sleep;

use super::{Crew, Unreachable};
use crate::deploy::control::Control;
use crate::deploy::session::SessionError;
use crate::deploy::{Owner, keeper::Farewell};
use crate::model::HostName;

/// Why a lock was not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NotLocked {
    Held(HostName, Box<Owner>),
    Unreachable(Unreachable),
}

/// What becomes of a lock that is held.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LockNews {
    /// It was lost, and taken again before anybody else had it.
    TakenAgain,
    /// In plain words why.
    Lost(String),
}

/// What became of a lock that was to be broken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Breaking {
    Broken,
    /// It was let go before.
    Absent,
    /// Somebody else has it by now.
    Other(Box<Owner>),
    Failed(String),
}

/// How often it is looked whether all locks are held still.
const BETWEEN_LOOKS: Duration = Duration::from_millis(500);

impl Crew {
    /// Takes the locks of all targets, or none.
    ///
    /// # Errors
    /// Every lock that cannot be taken.
    pub async fn take_locks(&mut self) -> Result<(), Vec<NotLocked>> {
        let mut taking: FuturesUnordered<_> = self
            .sessions
            .iter_mut()
            .map(|(host, (session, _))| async move { (host.clone(), session.lock().await) })
            .collect();
        let mut refused = Vec::new();
        while let Some((host, locked)) = taking.next().await {
            match locked {
                Ok(_) => {}
                Err(SessionError::Held(owner)) => {
                    refused.push(NotLocked::Held(host, Box::new(owner)));
                }
                Err(error) => refused.push(NotLocked::Unreachable(Unreachable::of(host, error))),
            }
        }
        drop(taking);
        if refused.is_empty() {
            return Ok(());
        }
        self.let_go().await;
        Err(refused)
    }

    /// Lets all locks go, and stays connected.
    async fn let_go(&mut self) {
        let sessions = self.sessions.values_mut();
        let mut letting: FuturesUnordered<_> = sessions
            .map(|(session, _)| session.unlock(Farewell::Done))
            .collect();
        while letting.next().await.is_some() {}
    }

    /// Holds the locks for as long as this is waited for, and there is one; one that is lost is taken again where that is
    /// possible.
    pub async fn hold(&mut self, tell: impl Fn(&HostName, LockNews)) {
        let tell = &tell;
        let mut holding: FuturesUnordered<_> = self
            .sessions
            .iter_mut()
            .map(|(host, (session, _))| async move {
                loop {
                    sleep(BETWEEN_LOOKS).await;
                    if session.has_lock() {
                        continue;
                    }
                    match session.reach_again().await {
                        Ok(_) => tell(host, LockNews::TakenAgain),
                        Err(reason) => {
                            tell(host, LockNews::Lost(reason));
                            return;
                        }
                    }
                }
            })
            .collect();
        while holding.next().await.is_some() {}
    }

    /// Breaks the lock of a target, if it is still the one of that holder; `by` says who does so, and why.
    pub async fn break_lock(&mut self, host: &HostName, holder: &Owner, by: &Owner) -> Breaking {
        let Some((session, _)) = self.sessions.get_mut(host) else {
            return Breaking::Absent;
        };
        let by = serde_json::to_value(by).unwrap_or_default();
        let told = match session.break_lock(&holder.deploy, &by).await {
            Ok(told) => told,
            Err(error) => return Breaking::Failed(error.to_string()),
        };
        let answer = told.iter().find_map(|line| match line.control {
            Control::Broken => Some(Breaking::Broken),
            Control::Absent => Some(Breaking::Absent),
            Control::Held => Some(Breaking::Other(Box::new(Owner::read(&line.rest)))),
            Control::Reason => Some(Breaking::Failed(line.rest.clone())),
            _ => None,
        });
        answer.unwrap_or_else(|| Breaking::Failed("it did not answer".into()))
    }
}
