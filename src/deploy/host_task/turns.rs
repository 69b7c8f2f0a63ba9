use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::deploy::message::Request;
use crate::deploy::plan::DeployPlan;

/// So many hosts work at a time.
#[derive(Clone)]
pub(in crate::deploy) struct Turns {
    /// Releases that are made ahead: what is due does not queue behind them.
    ahead: Arc<Semaphore>,
    due: Arc<Semaphore>,
}

impl Turns {
    pub(in crate::deploy) fn of(plan: &DeployPlan) -> Self {
        let turns = || Arc::new(Semaphore::new(plan.batch_size.max(1)));
        Self {
            ahead: turns(),
            due: turns(),
        }
    }

    /// Waits for the turn that a request needs, which lasts until it is dropped.
    pub(super) async fn turn(&self, request: &Request) -> Option<OwnedSemaphorePermit> {
        let turns = match request {
            Request::Unlock | Request::Close(_) => return None,
            Request::Prepare => &self.ahead,
            Request::Lock
            | Request::Promote
            | Request::Look
            | Request::RollBack
            | Request::Finalize => &self.due,
        };
        Arc::clone(turns).acquire_owned().await.ok()
    }
}
