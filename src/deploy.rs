//! Deploys a revision to the hosts of a service: canary first, safe to interrupt, and never a success that is not there.

mod action;
mod claim;
mod control;
mod crew;
mod decide;
mod deploy_head;
mod earlier;
mod executor;
mod facts;
mod host_task;
mod journal;
mod keeper;
pub mod limit;
mod message;
mod owner;
mod packs;
mod past;
mod plan;
mod planner;
mod program;
pub mod repository;
mod scap_lock;
mod service_state;
mod session;
mod state;
pub mod template;

pub use action::Action;
pub use claim::{Change, Claim};
pub use crew::{Breaking, Crew, LockNews, NotLocked, Unreachable};
pub use decide::{Decide, OnFailure, Question};
pub use earlier::{Earlier, EarlierError, Sequel};
pub use executor::{Executor, Interrupts, NotBegun, Options, Outcome, Run};
pub use facts::{Denial, DenialReason, Facts, FileState, Place, RecordLine};
pub use journal::{Journal, JournalError, JournalReader, Journals};
pub use owner::{LOCK, Owner};
pub use packs::{MakePack, PackError, Packs};
pub use past::{PastDeploy, PastSource, PastState};
pub use plan::{DeployPlan, HostPlan, PlannedGroup, ReleasePlan, RenderedFile, ServicePlan, Work};
pub use planner::{PlanProblem, Planned, Planner, PlannerError, ProblemKind, Request};
pub use program::{Direction, Inquiry, Module, Objects, Policy, Program, Release, Step};
pub use scap_lock::{ScapLock, ScapLockError};
pub use service_state::{Activity, ServiceState, UnitState};
pub use session::Next;

use crate::event::DeployId;
