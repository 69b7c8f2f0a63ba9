//! What the requests say of people, repositories and hosts, in Remarkup.

use camino::Utf8PathBuf;
use serde::Serialize;

use crate::model::{Group, HostPattern, Line, Maintainer, RepositoryName, Service, Site};
use crate::render::quoting::remarkup;

/// A group of hosts as a request shows it.
#[derive(Debug, Serialize)]
pub(super) struct GroupText {
    name: String,
    hosts: String,
}

pub(super) fn quoted(line: &Line) -> String {
    remarkup(line.as_str())
}

/// The owner with every way to reach them.
pub(super) fn point_person(service: &Service) -> String {
    let owner = &service.owner;
    let ways = [
        owner
            .phabricator
            .as_ref()
            .map(|name| format!("Phabricator {}", quoted(name))),
        owner
            .irc
            .as_ref()
            .map(|nick| format!("IRC {}", quoted(nick))),
        owner
            .email
            .as_ref()
            .map(|address| format!("mail {}", remarkup(address.as_str()))),
        owner
            .shell
            .as_ref()
            .map(|account| format!("shell account `{account}`")),
    ];
    let ways: Vec<String> = ways.into_iter().flatten().collect();
    let ways = if ways.is_empty() {
        String::new()
    } else {
        format!(" ({})", ways.join(", "))
    };
    format!("{}{ways}", quoted(&owner.name))
}

pub(super) fn maintainer(person: &Maintainer) -> String {
    let account = person
        .shell
        .as_ref()
        .map(|account| format!(" (shell account `{account}`)"));
    format!("{}{}", quoted(&person.name), account.unwrap_or_default())
}

/// A repository, linked where the site says how to get there.
pub(super) fn repository(name: &RepositoryName, site: &Site) -> String {
    match site.clone_url(name) {
        Some(url) => format!("[[ {url} | {name} ]]"),
        None => format!("`{name}`"),
    }
}

/// The groups that have hosts, as they are written in the model: a range stays a range.
pub(super) fn groups(groups: &[Group]) -> Vec<GroupText> {
    let known = groups.iter().filter(|group| !group.hosts.is_empty());
    let hosts = |group: &Group| group.hosts.iter().map(host).collect::<Vec<_>>().join(", ");
    known
        .map(|group| GroupText {
            name: format!("`{}`", group.name),
            hosts: hosts(group),
        })
        .collect()
}

fn host(pattern: &HostPattern) -> String {
    format!("`{}`", pattern.as_str())
}

pub(super) fn log_directory(service: &Service, site: &Site) -> Utf8PathBuf {
    site.logs.directory.join(service.name.as_str())
}

/// Names one after the other, with "and" before the last.
pub(super) fn enumerated(names: &[&str]) -> String {
    match names {
        [rest @ .., last] if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
        names => names.concat(),
    }
}
