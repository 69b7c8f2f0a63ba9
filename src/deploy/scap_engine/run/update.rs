use std::time::Duration;

use serde_json::json;

use crate::deploy::scap_engine::plan::ScapPlan;
use crate::deploy::scap_engine::refusal::ScapRefusal;
use crate::deploy::scap_engine::server::{DeploymentServer, Helper};
use crate::deploy::scap_engine::survey::Updated;

/// How long the server may take to bring its directory up to date.
const UPDATE: Duration = Duration::from_secs(600);

/// Brings the directory on the server to where the plan has it.
///
/// # Errors
/// Where that does not work; nothing was touched on any target.
pub(super) async fn update(plan: &ScapPlan, server: &DeploymentServer) -> Result<(), ScapRefusal> {
    let request = json!({"do": "update", "directory": plan.directory, "tip": plan.pull.to});
    let asked = server
        .ask::<Updated>(Helper::Survey, &request, UPDATE)
        .await;
    let (host, directory) = (server.host().clone(), plan.directory.clone());
    let updated = asked.map_err(|error| ScapRefusal::Server {
        host: host.clone(),
        error: Box::new(error),
    })?;
    if let Some(command) = updated.failed {
        let said = updated.said;
        return Err(ScapRefusal::NotUpdated {
            host,
            directory,
            command,
            said,
        });
    }
    let is_as_planned = updated.head.as_ref() == Some(&plan.pull.to)
        && updated.tree.as_ref() == Some(&plan.tree)
        && updated.dirty.is_empty();
    match is_as_planned {
        true => Ok(()),
        false => Err(ScapRefusal::Changed { host, directory }),
    }
}
