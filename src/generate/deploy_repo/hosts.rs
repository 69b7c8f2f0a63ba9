//! What is odd about the hosts of the model, and no mistake for sure.

use super::groups::Scope;
use crate::model::{HostName, Site};

/// Warns of hosts that are in two groups, and of those that lack the domain of the site.
pub(super) fn warnings(scopes: &[Scope<'_>], site: &Site) -> Vec<String> {
    let mut warnings: Vec<String> = scopes.iter().flat_map(twice).collect();
    // Other environments have domains of their own.
    let production = scopes.iter().find(|scope| scope.environment.is_none());
    warnings.extend(production.and_then(|scope| short(scope, site)));
    warnings
}

/// Hosts that a later group names again: Scap, and svcgen, deploy to them with the first.
fn twice(scope: &Scope<'_>) -> Vec<String> {
    let mut warnings = Vec::new();
    for (index, later) in scope.groups.iter().enumerate() {
        for first in &scope.groups[..index] {
            let again: Vec<&HostName> = later
                .hosts
                .iter()
                .filter(|host| first.hosts.contains(host))
                .collect();
            let Some(named) = named(&again) else {
                continue;
            };
            let (verb, them) = numbered(&again);
            warnings.push(format!(
                "{named} {verb} in two groups, `{}` and `{}`: the first deploys to {them}",
                first.name, later.name
            ));
        }
    }
    warnings
}

/// Hosts without a domain, where the site has one.
fn short(scope: &Scope<'_>, site: &Site) -> Option<String> {
    let domain = site.domain.as_ref()?;
    let hosts = scope.groups.iter().flat_map(|group| &group.hosts);
    let short: Vec<&HostName> = hosts.filter(|host| !host.as_str().contains('.')).collect();
    let named = named(&short)?;
    let has = if short.len() == 1 { "has" } else { "have" };
    Some(format!(
        "{named} {has} no domain; that of the site `{}` is `{domain}`",
        site.name
    ))
}

fn named(hosts: &[&HostName]) -> Option<String> {
    match hosts {
        [] => None,
        [one] => Some(format!("`{one}`")),
        [one, others @ ..] => Some(format!("`{one}` and {} more", others.len())),
    }
}

fn numbered(hosts: &[&HostName]) -> (&'static str, &'static str) {
    match hosts.len() {
        1 => ("is", "it"),
        _ => ("are", "them"),
    }
}
