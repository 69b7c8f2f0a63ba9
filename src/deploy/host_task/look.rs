//! Another look at a service that has answered.

use super::step::words;
use super::{Done, Failure, HostTask, SHORT};
use crate::deploy::program::{Policy, Program};
use crate::deploy::session::Input;
use crate::event::{EventKind, Level, StepOutcome};
use crate::scap::DeployStage;

impl HostTask {
    /// Looks whether the service that answered still does. It is told of only where that is not so.
    pub(super) async fn look(&mut self) -> Done {
        let Some(port) = self.plan.open_port() else {
            return Ok(());
        };
        let revision = self.host.revision.clone();
        let stage = DeployStage::HandleService;
        let step = self.step(stage, Policy::Kill, SHORT, &revision, Program::look(port));
        let mut end = self.session.run(&step, Input::Nothing).await;
        if end.may_be_repeated() {
            end = self.session.run(&step, Input::Nothing).await;
        }
        // One that was ended has found out nothing: the service is what it was.
        if end.passed() || end.was_stopped() {
            return Ok(());
        }
        let reason = end.reason.clone().unwrap_or_else(|| words(&step, &end));
        self.note(Level::Error, &reason, EventKind::Warning, None)
            .await;
        Err(match end.outcome {
            StepOutcome::Lost => Failure::Lost(reason),
            _ => Failure::Failed(reason),
        })
    }
}
