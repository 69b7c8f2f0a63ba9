//! Hosts that an earlier deploy left because their disks were full: without room, going on fails as it did.

use super::journal::{JournalError, Journals};
use crate::error::tells_of_full_disk;
use crate::event::{DeployId, EventKind, HostOutcome, Level};
use crate::model::HostName;

/// The hosts of a deploy, as its journal tells, that nothing but a full disk is known of; those that came to a good end are not
/// among them.
///
/// # Errors
/// Where it cannot be read, or is of another version.
pub fn hosts_without_room(
    journals: &Journals,
    id: &DeployId,
) -> Result<Vec<HostName>, JournalError> {
    let mut reader = journals.open(id)?;
    let mut full: Vec<HostName> = Vec::new();
    let may_tell = |line: &[u8]| {
        let line = String::from_utf8_lossy(line);
        tells_of_full_disk(&line) || line.contains("\"host_finished\"")
    };
    while let Some((event, _)) = reader.next(may_tell)? {
        let Some(host) = event.about.host else {
            continue;
        };
        if let EventKind::HostFinished { outcome, .. } = event.kind
            && outcome != HostOutcome::Unknown
        {
            full.retain(|known| *known != host);
            continue;
        }
        // What hosts wrote on the way may be about another disk.
        let is_told = event.kind != EventKind::Output && event.level >= Level::Warning;
        if is_told && tells_of_full_disk(&event.text) && !full.contains(&host) {
            full.push(host);
        }
    }
    Ok(full)
}
