//! Another look at services that were handled.

use super::step::words;
use super::{Done, Failure, HostTask, SHORT};
use crate::deploy::program::{Policy, Program};
use crate::deploy::session::Input;
use crate::event::{EventKind, Level, StepOutcome};
use crate::scap::DeployStage;

impl HostTask {
    /// Looks whether the services still run. It is told of only where that is not so.
    pub(super) async fn look(&mut self) -> Done {
        let revision = self.host.revision.clone();
        let stage = DeployStage::HandleService;
        let program = Program::look(&self.plan.service);
        let step = self.step(stage, Policy::Kill, SHORT, &revision, program);
        let mut end = self.session.run(&step, Input::Nothing).await;
        if end.may_be_repeated() {
            end = self.session.run(&step, Input::Nothing).await;
        }
        // One that was ended has found out nothing: the service is what it was.
        if end.passed() || end.was_stopped() {
            return Ok(());
        }
        self.pass_words_on(&end).await;
        let reason = end.reason.clone().unwrap_or_else(|| words(&step, &end));
        self.note(Level::Error, &reason, EventKind::Warning, None)
            .await;
        Err(match end.outcome {
            StepOutcome::Lost => Failure::Lost(reason),
            _ => Failure::Failed(reason),
        })
    }
}
