//! Looks at services: at those that were handled, and at those that may stay as they are.

use super::step::words;
use super::{Done, Failure, HostTask, SHORT};
use crate::deploy::plan::Moment;
use crate::deploy::program::{Policy, Program};
use crate::deploy::session::Input;
use crate::event::{EventKind, Level, StepOutcome};
use crate::model::Revision;
use crate::scap::DeployStage;

impl HostTask {
    /// Whether the services of a release that stays live run, and pass their checks: then they are not restarted.
    pub(super) async fn is_well(&mut self, revision: &Revision) -> Result<bool, Failure> {
        let plan = std::sync::Arc::clone(&self.plan);
        let service = &plan.service;
        let state = self.session.service_state(&service.units, service.port);
        let runs = state.await.is_ok_and(|state| state.is_surely_up(service));
        let is_well = service.units.is_empty() || runs;
        let stage = DeployStage::HandleService;
        let passed = match is_well {
            true => self.checks(revision, Moment::After, stage).await,
            false => Err(Failure::Failed("it does not run as it should".into())),
        };
        match passed {
            Ok(()) => Ok(true),
            Err(Failure::Failed(_)) => {
                let text = "what is live is not well, and is restarted";
                self.note(Level::Warning, text, EventKind::Warning, None)
                    .await;
                Ok(false)
            }
            Err(failure) => Err(failure),
        }
    }

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
