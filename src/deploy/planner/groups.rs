//! The groups of `scap.cfg` as they are deployed, in their parts.

use super::PlannerError;
use crate::deploy::limit::Limit;
use crate::deploy::plan::PlannedGroup;
use crate::model::{FailureLimit, HostName};
use crate::scap::{HostGroup, Mistake};

/// Groups that no host is in, whatever limit there is.
pub(super) fn without_hosts(groups: &[HostGroup]) -> impl Iterator<Item = Mistake> {
    let empty = groups.iter().filter(|group| group.hosts.is_empty());
    empty.map(|group| {
        let message = format!(
            "the group `{}` gets no host: its list is empty, or has only hosts of an earlier group",
            group.group.name
        );
        Mistake::new(group.path.clone(), None, message)
    })
}

/// The groups as they are deployed; a limit may leave some without hosts, which are left out.
pub(in crate::deploy) fn groups(
    groups: &[HostGroup],
    limit: Option<&Limit>,
    only: Option<&[HostName]>,
) -> Result<Vec<PlannedGroup>, PlannerError> {
    let all: Vec<HostName> = groups
        .iter()
        .flat_map(|group| group.hosts.clone())
        .collect();
    let mut chosen = match limit {
        Some(limit) => limit.of(&all)?,
        None => all,
    };
    if let Some(only) = only {
        chosen.retain(|host| only.contains(host));
    }
    let mut planned: Vec<PlannedGroup> = Vec::new();
    let has_several = groups
        .iter()
        .filter(|group| !group.hosts.is_empty())
        .count()
        > 1;
    for (index, group) in groups.iter().enumerate() {
        let hosts = group.hosts.iter().filter(|host| chosen.contains(host));
        let hosts: Vec<HostName> = hosts.cloned().collect();
        if hosts.is_empty() {
            continue;
        }
        let size = group.group.size.map_or(hosts.len(), |size| size as usize);
        let failure_limit = match group.group.failure_limit {
            FailureLimit::Hosts(number) => number as usize,
            FailureLimit::Percent(percent) => hosts.len() * usize::from(percent) / 100,
        };
        let name = group.group.name.clone();
        planned.push(PlannedGroup {
            is_canary: (index == 0 && has_several) || name.as_str().contains("canary"),
            failure_limit,
            waves: hosts
                .chunks(size.max(1))
                .map(<[HostName]>::to_vec)
                .collect(),
            name,
        });
    }
    match planned.is_empty() {
        true => Err(PlannerError::NoHosts),
        false => Ok(planned),
    }
}
