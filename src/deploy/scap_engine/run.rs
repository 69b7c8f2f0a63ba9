//! Has Scap carry a plan out, follows it, and finds out what became of every host.

mod answers;
mod ending;
mod follower;
mod opening;
mod update;

use std::time::Duration;

use futures_util::future::LocalBoxFuture;
use indexmap::IndexMap;
use serde_json::json;

use self::follower::Follower;
use self::opening::tell_plan;
use self::update::update;
use super::plan::ScapPlan;
use super::refusal::ScapRefusal;
use super::relay::RunEnd;
use super::server::{DeploymentServer, Helper};
use super::verdict::Reading;
use crate::deploy::scribe::Scribe;
use crate::deploy::{Decide, Interrupts, Journal, OnFailure, Outcome};
use crate::event::Reporter;
use crate::model::HostName;

/// Reads how hosts are, as far as they can be reached from here.
pub trait Readings {
    /// Asks all of them; waits for none of them for long.
    fn read(&self) -> LocalBoxFuture<'_, IndexMap<HostName, Reading>>;
}

/// A plan with everything that it takes to carry it out.
pub struct ScapRun<'a> {
    pub plan: &'a ScapPlan,
    pub server: DeploymentServer,
    pub journal: Journal,
    pub reporter: &'a mut dyn Reporter,
    pub decide: &'a dyn Decide,
    pub interrupts: Interrupts,
    pub on_failure: OnFailure,
    /// Whether to ask before Scap goes on.
    pub confirm: bool,
    pub readings: &'a dyn Readings,
}

/// What a run came to.
#[derive(Debug)]
pub struct ScapEnd {
    pub outcome: Outcome,
    /// Whether Scap may still be at work on the server, which cannot be reached any more.
    pub is_out_of_reach: bool,
}

/// How long the server may take to start Scap.
const START: Duration = Duration::from_secs(60);

impl<'a> ScapRun<'a> {
    /// Has Scap do what the plan says.
    ///
    /// # Errors
    /// Where Scap could not be started, or the journal not be written; nothing was touched.
    pub async fn run(self) -> Result<ScapEnd, ScapRefusal> {
        let ScapRun {
            plan,
            server,
            journal,
            reporter,
            decide,
            interrupts,
            on_failure,
            confirm,
            readings,
        } = self;
        update(plan, &server).await?;
        let mut scribe = Scribe::new(plan.id.clone(), journal, reporter);
        tell_plan(plan, &mut scribe)?;
        let answer = if on_failure == OnFailure::Stop {
            "n"
        } else {
            "y"
        };
        let request = json!({
            "do": "start",
            "id": plan.id,
            "directory": plan.directory,
            "command": plan.command,
            "roll_back": answer,
        });
        // A connection that is lost meanwhile leaves it open whether Scap has begun: following it tells.
        let asked = server.ask::<Started>(Helper::Run, &request, START).await;
        let failed = asked.ok().and_then(|started| started.failed);
        let mut follower = Follower::new(plan, server, scribe, decide, interrupts, on_failure);
        follower.confirm = confirm;
        if let Some(said) = failed {
            follower.reason = Some(format!("Scap was not started: {said}"));
            return Ok(follower.close(Some(RunEnd::default()), readings).await);
        }
        Ok(follower.follow(readings).await)
    }
}

#[derive(serde::Deserialize)]
struct Started {
    failed: Option<String>,
}
