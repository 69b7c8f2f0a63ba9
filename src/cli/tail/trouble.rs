//! What can be done about a log that is not shown.

use crate::cli::deploy::Opened;
use crate::error::{CommandError, ErrorKind};
use crate::model::HostName;
use crate::tail::{Trouble, Wanted};

/// The most ways out that are shown.
const MOST: usize = 2;

/// What to do, or whom to ask for what.
pub(in crate::cli) fn way_out(
    trouble: &Trouble,
    host: &HostName,
    opened: &Opened,
) -> Option<String> {
    match trouble {
        Trouble::Connect(error) => opened.way_in(Some(&error.kind), host),
        Trouble::Lost | Trouble::Silent | Trouble::Failed(_) => opened.way_in(None, host),
        Trouble::Absent => Some("`--log PATH` names another log".to_owned()),
        Trouble::Folder => Some("`--log PATH` names a log in it".to_owned()),
        Trouble::Forbidden(access) => Some(match access.is_for_group() {
            true => format!(
                "the group {} may read it: {}",
                access.group,
                opened.access.hint()
            ),
            false => format!(
                "only {} may: ask who runs {host} to let a group read it",
                access.owner
            ),
        }),
    }
}

/// All that is wrong, at the end.
pub(super) fn summary(
    troubles: &[(HostName, Trouble)],
    wanted: &Wanted,
    opened: &Opened,
) -> CommandError {
    let message = match (troubles.len(), wanted.hosts.len()) {
        (_, 1) => format!("`{}` cannot be shown", wanted.log),
        (some, all) => format!("`{}` cannot be shown of {some} of {all} hosts", wanted.log),
    };
    let mut error = CommandError::new(ErrorKind::Unexpected, message);
    let mut ways: Vec<String> = Vec::new();
    let mut troubles: Vec<&(HostName, Trouble)> = troubles.iter().collect();
    // They came as they were found.
    troubles.sort_by_key(|(host, _)| wanted.hosts.iter().position(|other| other == host));
    for (host, trouble) in troubles {
        error = error.cause(format!("{host}: {trouble}"));
        ways.extend(way_out(trouble, host, opened).filter(|way| !ways.contains(way)));
    }
    ways.truncate(MOST);
    ways.into_iter().fold(error, CommandError::hint)
}
