//! What can be typed about an earlier deploy that was not finished: the same wherever it is shown.

use super::args::RepositoryArgs;
use super::named;
use crate::deploy::{Action, Journals, PastDeploy, PastState, hosts_without_room};
use crate::event::DeployResult;
use crate::model::HostName;

/// Whether it changed what is live, as far as that is known: what is done to a service alone is not gone on with, nor back
/// from.
pub(in crate::cli) fn is_lasting(past: &PastDeploy) -> bool {
    past.result != Some(DeployResult::Untouched) && !Action::read(&past.action).is_of_service()
}

/// What has to be done before any of the commands helps: without room on a disk they fail as the deploy did.
pub(in crate::cli) fn before_that(journals: &Journals, past: &PastDeploy) -> Option<String> {
    let is_open = match (past.state, past.result) {
        (PastState::Interrupted, _) | (PastState::Finished, Some(DeployResult::Mixed)) => true,
        (PastState::Running | PastState::Finished, _) => false,
    };
    if !is_open {
        return None;
    }
    if let Some(folder) = journals.without_room() {
        return Some(format!("make room in `{folder}`: its disk is full"));
    }
    // What cannot be read tells nothing, and is no reason to end in an error here.
    let full = hosts_without_room(journals, &past.deploy).unwrap_or_default();
    (!full.is_empty()).then(|| room_on(&full))
}

/// Says that there has to be room on hosts first.
pub(super) fn room_on(hosts: &[HostName]) -> String {
    let names: Vec<&str> = hosts.iter().map(HostName::as_str).collect();
    let whose = match hosts.len() {
        1 => "its disk was",
        _ => "their disks were",
    };
    format!("make room on {}: {whose} full", named(&names))
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
