//! What one field of a model has to do with another.

use super::super::deploy::{Deploy, Environment};
use super::super::name::{EnvironmentName, PuppetName, ServiceName};
use super::super::problem::Problem;
use super::super::read::refused;
use super::super::suggest::did_you_mean;
use crate::visible::visible;
use crate::yaml::{Kind, Node};

/// A name such as `a-nd` gives a class name that Puppet refuses; then the field has to be written.
pub(super) fn derived_puppet_name(
    node: &Node,
    name: Option<&ServiceName>,
    problems: &mut Vec<Problem>,
) -> Option<PuppetName> {
    if node.find("puppet_name").is_some() {
        return None;
    }
    let span = node.find("name")?.span.clone();
    name?
        .to_puppet()
        .map_err(|r| {
            let mut problem = refused(r, span);
            problem.rule =
                Some("write `puppet_name:` with another name for the Puppet class".into());
            problems.push(problem);
        })
        .ok()
}

/// Values of parameters are for environments that exist.
pub(super) fn check_value_environments(
    node: &Node,
    known: &[(EnvironmentName, Environment)],
    problems: &mut Vec<Problem>,
) {
    let parameters = node
        .find_path(["config", "parameters"])
        .map(Node::items)
        .unwrap_or_default();
    for (key, _) in parameters
        .iter()
        .filter_map(|p| p.find("value"))
        .flat_map(Node::entries)
    {
        let exists = matches!(key.text.as_str(), "production" | "vagrant")
            || known.iter().any(|(n, _)| n.as_str() == key.text);
        if !exists {
            let message = format!(
                "`{}` is not an environment of this service",
                visible(&key.text)
            );
            let named = known.iter().map(|(name, _)| name.as_str());
            let rule = did_you_mean(&key.text, named.chain(["production", "vagrant"]))
                .unwrap_or_else(|| {
                    "`production`, `vagrant`, or a key of `environments`".to_owned()
                });
            problems.push(Problem::new(key.span.clone(), message).rule(rule));
        }
    }
}

/// The domain of an environment selects its section of `scap.cfg`, so that no two can have one.
pub(super) fn check_domains(node: &Node, problems: &mut Vec<Problem>) {
    let mut seen: Vec<(&str, &str)> = Vec::new();
    let environments = node.find("environments").map(Node::entries);
    for (key, environment) in environments.unwrap_or_default() {
        let Some(domain) = environment.find("domain") else {
            continue;
        };
        let Kind::String(name) = &domain.kind else {
            continue;
        };
        let taken = seen.iter().find(|(other, _)| other == name);
        if let Some((_, other)) = taken {
            let message = format!("`{other}` has the domain `{}` already", visible(name));
            problems.push(Problem::new(domain.span.clone(), message));
        } else if name == "global" {
            let message = "`global` is the section of all environments";
            problems.push(Problem::new(domain.span.clone(), message));
        }
        seen.push((name, &key.text));
    }
}

/// A check for a group that is not deployed would never run.
pub(super) fn check_groups(node: &Node, deploy: &Deploy, problems: &mut Vec<Problem>) {
    let checks = node.find_path(["deploy", "checks"]).map(Node::items);
    let groups: Vec<&str> = deploy.groups.iter().map(|g| g.name.as_str()).collect();
    for group in checks
        .unwrap_or_default()
        .iter()
        .filter_map(|c| c.find("group"))
    {
        if let Kind::String(name) = &group.kind
            && !groups.contains(&name.as_str())
            // Scap has a group of that name where the model has none.
            && !(groups.is_empty() && name == "default")
        {
            let message = format!("`{}` is not a group of this service", visible(name));
            let rule = did_you_mean(name, groups.iter().copied())
                .unwrap_or_else(|| "one of `deploy.groups`".into());
            problems.push(Problem::new(group.span.clone(), message).rule(rule));
        }
    }
}
