//! The work on one host: turns requests into steps, one after the other, and tells what happens.

mod back;
mod look;
mod release;
mod step;
mod turns;

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc;

pub(super) use self::turns::Turns;
use super::action::Action;
use super::claim::Change;
use super::keeper::Farewell;
use super::message::{HostEnd, Message, Request};
use super::packs::Packs;
use super::plan::{DeployPlan, HostPlan, Moment, Work};
use super::program::{Direction, Policy, Program};
use super::session::{Input, Session, SessionError};
use crate::model::Revision;
use crate::scap::DeployStage;

/// The task of a host.
pub(super) struct HostTask {
    pub(super) session: Session,
    pub(super) plan: Arc<DeployPlan>,
    pub(super) host: HostPlan,
    pub(super) packs: Arc<Packs>,
    pub(super) messages: mpsc::Sender<Message>,
    pub(super) turns: Turns,
    /// Whether the service may run another revision than before.
    pub(super) is_promoted: bool,
    /// Whether a release was switched to, or a restart begun.
    pub(super) is_changed: bool,
    /// Whether services were restarted or started here.
    pub(super) is_handled: bool,
    /// Whether what was before runs again, with all its checks.
    pub(super) is_back: bool,
    /// Whether what was before is being brought back: nothing that is not told keeps that up.
    pub(super) is_going_back: bool,
}

/// How long the steps of svcgen's own may take; they do little but move files.
const SHORT: Duration = Duration::from_secs(120);
/// How long it may take to get a release there.
const FETCH: Duration = Duration::from_secs(1800);

/// Why a request is not done.
enum Failure {
    Failed(String),
    Stopped(String),
    Lost(String),
}

type Done = Result<(), Failure>;

impl HostTask {
    /// Does what is asked for until nobody asks any more.
    pub(super) async fn serve(mut self, mut requests: mpsc::Receiver<Request>) {
        while let Some(request) = requests.recv().await {
            let turn = self.turns.turn(&request).await;
            let end = self.answer(request).await;
            drop(turn);
            let host = self.session.host.clone();
            if self
                .messages
                .send(Message::Ended { host, end })
                .await
                .is_err()
            {
                return;
            }
        }
    }

    async fn answer(&mut self, request: Request) -> HostEnd {
        let done = match request {
            Request::Lock => return self.lock().await,
            Request::Unlock => {
                self.session.unlock(Farewell::Done).await;
                Ok(())
            }
            Request::Close(farewell) => {
                self.session.close(farewell).await;
                Ok(())
            }
            Request::Prepare => self.prepare().await,
            Request::Promote => self.promote().await,
            Request::Look => self.look().await,
            Request::RollBack => match self.roll_back().await {
                Err(Failure::Failed(reason)) if self.is_as_before().await => {
                    return match self.is_back {
                        true => HostEnd::Back(reason),
                        false => HostEnd::Unchanged(reason),
                    };
                }
                done => done,
            },
            Request::Finalize => self.finalize().await,
        };
        match done {
            Ok(()) => HostEnd::Good,
            Err(Failure::Failed(reason)) => HostEnd::Failed(reason),
            Err(Failure::Stopped(reason)) => HostEnd::Stopped(reason),
            Err(Failure::Lost(reason)) => HostEnd::Lost(reason),
        }
    }

    async fn lock(&mut self) -> HostEnd {
        let is_new = matches!(
            self.host.work,
            Work::Everything | Work::Withdraw | Work::Tidy
        );
        self.session.change = is_new.then(|| Change {
            revision: self.host.revision.clone(),
            old: self.host.old.clone(),
        });
        match self.session.lock().await {
            Ok(links) if links == (self.host.live.clone(), self.host.done.clone()) => HostEnd::Good,
            Ok(_) => HostEnd::Changed,
            Err(SessionError::Held(owner)) => HostEnd::Held(owner),
            Err(SessionError::Lost) => HostEnd::Lost(SessionError::Lost.to_string()),
            Err(error) => HostEnd::Failed(error.to_string()),
        }
    }

    async fn promote(&mut self) -> Done {
        if self.host.work == Work::Withdraw {
            self.is_promoted = true;
            return self.withdraw().await;
        }
        let revision = self.host.revision.clone();
        if self.host.work == Work::Tidy && self.is_well(&revision).await? {
            return Ok(());
        }
        if self.host.work != Work::Service {
            // A release that is gone back to keeps the configuration that it has.
            let direction = match (self.plan.action, &self.host.config) {
                (Action::Rollback, None) => Direction::Back,
                _ => Direction::Forward,
            };
            self.switch(&revision, direction).await?;
        }
        self.handle_service(&revision).await
    }

    /// Makes a release live, with the checks around it.
    async fn switch(&mut self, revision: &Revision, direction: Direction) -> Done {
        let stage = DeployStage::Promote;
        self.checks(revision, Moment::Before, stage).await?;
        let config = self.plan.linked_config();
        let program = Program::promote(&self.plan.id, revision, direction, &config);
        let step = self.step(stage, Policy::Finish, SHORT, revision, program);
        self.is_promoted = true;
        self.pass(&step, Input::Nothing).await?;
        self.is_changed = true;
        self.checks(revision, Moment::After, stage).await
    }

    async fn handle_service(&mut self, revision: &Revision) -> Done {
        let stage = DeployStage::HandleService;
        let (begins, ends) = self.plan.action.checks_of_service();
        if begins {
            self.checks(revision, Moment::Before, stage).await?;
        }
        let service = &self.plan.service;
        if !service.units.is_empty() {
            let program = Program::handle_service(service, self.plan.action);
            let deadline = service.timeout + SHORT;
            let step = self.step(stage, Policy::Finish, deadline, revision, program);
            self.is_changed = true;
            self.is_handled = self.plan.runs_services();
            self.pass(&step, Input::Nothing).await?;
        }
        match ends {
            true => self.checks(revision, Moment::After, stage).await,
            false => Ok(()),
        }
    }

    async fn finalize(&mut self) -> Done {
        if !matches!(self.host.work, Work::Everything | Work::Tidy) {
            return Ok(());
        }
        let revision = self.host.revision.clone();
        self.conclude(&revision, Direction::Forward).await
    }

    async fn conclude(&mut self, revision: &Revision, direction: Direction) -> Done {
        let stage = DeployStage::Finalize;
        if direction == Direction::Forward {
            self.checks(revision, Moment::Before, stage).await?;
        }
        // What an earlier deploy has noted of services is not what they have to be like now.
        let service = self.is_handled.then_some(&self.plan.service);
        let head = self.plan.heads.get(revision).cloned().unwrap_or_default();
        let program = Program::finalize(revision, self.plan.release.keep, service, head.len());
        let step = self.step(stage, Policy::Finish, SHORT, revision, program);
        self.pass(&step, Input::Bytes(head.into_bytes().into()))
            .await?;
        match direction {
            Direction::Forward => self.checks(revision, Moment::After, stage).await,
            Direction::Back => Ok(()),
        }
    }
}
