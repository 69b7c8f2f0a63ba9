//! Has Scap deploy, on the deployment server, and turns what it logs into svcgen's own events.
//!
//! Facts about Scap are those of version 4.283. What Scap says of its success is never believed: where every host stands is
//! read from the hosts, or, where they cannot be reached, from what Scap's log says that they did.

mod ledger;
mod plan;
mod planner;
mod record;
mod refusal;
mod relay;
mod run;
mod server;
mod survey;
mod verdict;

pub use plan::{HostBefore, Pull, ScapPlan};
pub use planner::{ScapPlanner, ScapWish};
pub use refusal::ScapRefusal;
pub use run::{Readings, ScapEnd, ScapRun};
pub use server::{DeploymentServer, ServerError};
pub use survey::{LockHolder, ModuleChange};
pub use verdict::Reading;
