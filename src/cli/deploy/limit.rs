//! The hosts that a command means, and what to say to whoever names one that is not there.

use super::Opened;
use crate::deploy::limit::{Limit, LimitError};
use crate::error::CommandError;
use crate::model::{HostName, suggest};
use crate::scap::HostGroup;

/// The most hosts that are listed one by one.
const MOST: usize = 5;

/// The longest limit that is proposed: nobody copies a longer one.
pub(super) const LONGEST: usize = 200;

impl Opened {
    /// Reads a limit, and refuses one that means no host of this repository.
    ///
    /// # Errors
    /// The pattern that is none, or that matches nothing.
    pub(in crate::cli) fn limit(&self, text: Option<&str>) -> Result<Option<Limit>, CommandError> {
        let Some(text) = text else {
            return Ok(None);
        };
        let read = || {
            let limit = Limit::parse(text)?;
            limit.of(&self.hosts())?;
            Ok(limit)
        };
        let wrong = |error| wrong_limit("--limit", &error, &self.working.value.groups);
        read().map(Some).map_err(wrong)
    }

    /// The hosts that a limit chooses; all of them where there is none.
    ///
    /// # Errors
    /// As [`Opened::limit`].
    pub(in crate::cli) fn limited(
        &self,
        text: Option<&str>,
    ) -> Result<Vec<HostName>, CommandError> {
        let hosts = self.hosts();
        let limit = self.limit(text)?;
        // What was refused was refused already.
        let chosen = limit.and_then(|limit| limit.of(&hosts).ok());
        Ok(chosen.unwrap_or(hosts))
    }

    /// The hosts of all groups.
    pub(in crate::cli) fn hosts(&self) -> Vec<HostName> {
        hosts_of(&self.working.value.groups)
    }
}

fn hosts_of(groups: &[HostGroup]) -> Vec<HostName> {
    let hosts = groups.iter().flat_map(|group| group.hosts.clone());
    hosts.collect()
}

/// Why the limit of an option means nothing, with what was likely meant: a host, or the hosts of a group.
pub(in crate::cli) fn wrong_limit(
    option: &str,
    error: &LimitError,
    groups: &[HostGroup],
) -> CommandError {
    let this = CommandError::usage(format!("{option}: {error}"));
    let of_group = match error {
        LimitError::NoHost { pattern, near } => group_hint(option, pattern, near, groups),
        LimitError::Pattern { .. } | LimitError::Nothing { .. } => None,
    };
    let hint = of_group.or_else(|| error.hint());
    match hint.or_else(|| known(&hosts_of(groups))) {
        Some(hint) => this.hint(hint),
        None => this,
    }
}

/// How the hosts of a group are named, where it is a group that was named, or nearly.
pub(super) fn group_hint(
    option: &str,
    pattern: &str,
    near: &[HostName],
    groups: &[HostGroup],
) -> Option<String> {
    let word = pattern.trim_start_matches('!');
    let name = |group: &HostGroup| group.group.name.as_str() == word;
    let group = groups.iter().find(|group| name(group)).or_else(|| {
        // A host of a name that is as near is what the option takes.
        let names = groups.iter().map(|group| group.group.name.as_str());
        let meant = suggest(word, names).filter(|_| near.is_empty())?;
        groups
            .iter()
            .find(|group| group.group.name.as_str() == meant)
    })?;
    let limit = Limit::naming(&group.hosts);
    let (name, path) = (&group.group.name, &group.path);
    let hosts = match group.hosts.len() {
        0 => return Some(format!("`{name}` is a group, without any host in `{path}`")),
        1 => "host",
        _ => "hosts",
    };
    Some(match limit.len() <= LONGEST {
        true => format!("`{name}` is a group; `{option} '{limit}'` chooses its {hosts}"),
        false => format!("`{name}` is a group; its {hosts} are in `{path}`"),
    })
}

/// The names that there are, or the first of them.
fn known(hosts: &[HostName]) -> Option<String> {
    let names: Vec<&str> = hosts.iter().map(HostName::as_str).collect();
    match names.split_at_checked(MOST) {
        None if names.is_empty() => None,
        None | Some((_, [])) => Some(format!("known: {}", names.join(", "))),
        Some((first, rest)) => {
            let (first, more) = (first.join(", "), rest.len());
            Some(format!("known: {first} and {more} more"))
        }
    }
}
