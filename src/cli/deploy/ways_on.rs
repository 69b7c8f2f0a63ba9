//! What can be typed about an earlier deploy that was not finished: the same wherever it is shown.

use super::args::RepositoryArgs;
use crate::deploy::{Action, PastDeploy, PastState};
use crate::event::DeployResult;

/// Whether it changed what is live, as far as that is known: what is done to a service alone is not gone on with, nor back
/// from.
pub(in crate::cli) fn is_lasting(past: &PastDeploy) -> bool {
    past.result != Some(DeployResult::Untouched) && !Action::read(&past.action).is_of_service()
}

/// The commands, the one that goes on first; none where there is nothing to be done. It has to be the last that changed
/// anything.
pub(in crate::cli) fn ways_on(
    past: &PastDeploy,
    is_scap: bool,
    repository: &RepositoryArgs,
) -> Vec<String> {
    let command = |text: &str| repository.completed(text);
    match (past.state, past.result) {
        (PastState::Running, _) => vec![command(&format!("svcgen log -f {}", past.deploy))],
        (PastState::Interrupted, _) | (_, Some(DeployResult::Mixed)) => {
            let onward = match (is_scap, &past.revision) {
                (true, Some(revision)) => format!("svcgen deploy --rev {revision} --force"),
                (true, None) => "svcgen deploy --force".to_owned(),
                (false, _) => format!("svcgen deploy --resume {}", past.deploy),
            };
            vec![command(&onward), command("svcgen rollback")]
        }
        (PastState::Finished, _) => Vec::new(),
    }
}
