//! The way back to what was before.

use super::{Done, HostTask, SHORT};
use crate::deploy::plan::Moment;
use crate::deploy::program::{Direction, Inquiry, Policy, Program};
use crate::deploy::session::{Input, Next};
use crate::scap::DeployStage;

impl HostTask {
    /// Brings back what was before, with its restart and its checks.
    pub(super) async fn roll_back(&mut self) -> Done {
        self.is_going_back = true;
        // What an earlier deploy left in the middle of its work is not this one's to conclude, nor to take away.
        if !self.is_promoted && self.host.live != self.host.old {
            return Ok(());
        }
        let stage = DeployStage::Rollback;
        match (self.host.old.clone(), self.is_promoted) {
            (Some(old), true) => {
                self.checks(&old, Moment::Before, stage).await?;
                self.switch(&old, Direction::Back).await?;
                self.handle_service(&old).await?;
                self.is_back = true;
                self.conclude(&old, Direction::Back).await?;
                let checked = self.checks(&old, Moment::After, stage).await;
                // What is back and fails its checks is nothing to rely on.
                self.is_back = checked.is_ok();
                checked
            }
            (Some(old), false) => self.conclude(&old, Direction::Back).await,
            (None, _) => self.withdraw().await,
        }
    }

    /// Whether a target is on what it had though its rollback failed: a full disk lets no link be switched, in either
    /// direction, and nothing be tidied up.
    pub(super) async fn is_as_before(&mut self) -> bool {
        let host = &self.host;
        if self.is_changed && !self.is_back || host.live != host.old || !self.session.has_lock() {
            return false;
        }
        let facts = self.session.probe(&Inquiry::default(), Next::Nothing).await;
        let host = &self.host;
        facts.is_ok_and(|facts| {
            facts.current == host.live && facts.done == host.done && facts.place == host.place
        })
    }

    /// Goes back to before there was any release.
    pub(super) async fn withdraw(&mut self) -> Done {
        let units = if self.is_promoted {
            &self.plan.service.units[..]
        } else {
            &[]
        };
        let program = Program::withdraw(units);
        let revision = self.host.revision.clone();
        let stage = DeployStage::Rollback;
        let step = self.step(stage, Policy::Finish, SHORT, &revision, program);
        self.pass(&step, Input::Nothing).await
    }
}
