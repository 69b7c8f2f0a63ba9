//! What others were given meanwhile, on a branch that is not checked out.

use camino::{Utf8Path, Utf8PathBuf};

use super::series::{SeriesTree, claimed_number};
use super::tree::{CATALOGS, read_catalog};
use crate::generate::GenerateError;
use crate::generate::ports::{PortUse, of_declarations};
use crate::model::Service;
use crate::puppet::declarations;
use crate::worktree::Worktree;

/// What a branch has given to others that a service has in the tree which is checked out.
#[derive(Debug, Default)]
pub struct Claimed {
    /// Who has the port, as an error says it.
    pub port: Option<GenerateError>,
    /// What has the number of the service's group.
    pub group: Option<ClaimedNumber>,
}

/// The number of a group that another one has, too.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClaimedNumber {
    pub group: String,
    pub gid: i64,
    pub other: String,
    pub line: usize,
}

impl Claimed {
    /// Whether a file can tell it.
    pub fn is_told_by(path: &Utf8Path) -> bool {
        let is_list = path == SeriesTree::GROUPS || CATALOGS.iter().any(|(list, _)| path == *list);
        is_list || path.extension() == Some("pp")
    }

    /// Looks at the files that are another text on that branch than where it was left. What is not understood of them is told
    /// once it is here.
    pub fn find(
        service: &Service,
        here: &Worktree,
        there: &[(Utf8PathBuf, Option<String>)],
    ) -> Self {
        let mut claimed = Self::default();
        for (path, text) in there {
            let Some(text) = text else { continue };
            let before = here.read(path).ok().flatten().unwrap_or_default();
            if path == SeriesTree::GROUPS {
                claimed.group = claimed_number(service, &before, text).ok().flatten();
                continue;
            }
            let known = uses(here, path, &before).unwrap_or_default();
            // The service itself may be merged there, in parts or with another port than here.
            let name = service.name.as_str();
            let own = [format!("`{name}`"), format!("'{name}'")];
            let is_known = |found: &PortUse| {
                let is_it = |it: &PortUse| it.owner == found.owner && it.port == found.port;
                known.iter().any(is_it) || own.iter().any(|own| found.owner.contains(own))
            };
            let mut new = uses(here, path, text).unwrap_or_default().into_iter();
            let port = service.port.number();
            let found = new.find(|found| found.port == port && !is_known(found));
            claimed.port = claimed.port.or(found.map(|found| GenerateError::Taken {
                what: format!("port {}", service.port),
                path: found.path,
                line: found.line,
                owner: found.owner,
                free: None,
                is_file: false,
                known_as: None,
            }));
        }
        claimed
    }
}

/// The ports that a file gives away, were this its text.
fn uses(here: &Worktree, path: &Utf8Path, text: &str) -> Result<Vec<PortUse>, GenerateError> {
    if path.extension() == Some("pp") {
        return Ok(of_declarations(path, &declarations(text, "service::node")));
    }
    let there = here.as_if([(path.to_owned(), Some(text.to_owned()))]);
    let mut ports = Vec::new();
    for (list, key) in CATALOGS.iter().filter(|(list, _)| path == *list) {
        read_catalog(&there, list, key, &mut ports, &mut Vec::new())?;
    }
    Ok(ports)
}
