//! The lists of hosts.

use camino::{Utf8Path, Utf8PathBuf};
use indexmap::IndexMap;

use super::config::Wanted;
use super::groups::{Scope, ScopeGroup};
use super::tree::DeployRepo;
use crate::edit::Desired;
use crate::generate::Generated;
use crate::model::{HostName, Service};
use crate::scap::{Files as _, ScapEnvironment, read_hosts};

/// Derives the lists of hosts of all scopes.
pub(super) fn targets(
    service: &Service,
    tree: &DeployRepo,
    scopes: &[Scope<'_>],
    wanted: &Wanted,
    generated: &mut Generated,
) {
    let mut lists: IndexMap<Utf8PathBuf, Vec<String>> = IndexMap::new();
    for (scope, names) in scopes.iter().zip(&wanted.lists) {
        for (group, (name, is_own)) in scope.groups.iter().zip(names) {
            let of = describe(scope, group);
            if Utf8Path::new(name).is_absolute() || name.split('/').any(|part| part == "..") {
                generated.warnings.push(format!(
                    "the hosts of {of} are in `{name}`, which svcgen does not write"
                ));
                continue;
            }
            let path = path(tree, scope, name, *is_own, &lists, &mut generated.warnings);
            let hosts = |text: &str| read_hosts(&path, text).map(|reading| reading.value);
            let present = tree.text(&path).and_then(|text| hosts(text).ok());
            let written = tree.written(&path).and_then(|text| hosts(&text).ok());
            let is_others =
                |host: &HostName| !written.as_ref().is_some_and(|own| own.contains(host));
            let has_hosts = present.is_some_and(|hosts| hosts.iter().any(is_others));
            let lines = lists.entry(path.clone()).or_default();
            match (group.hosts.is_empty(), has_hosts) {
                (false, _) => lines.extend(group.hosts.iter().map(ToString::to_string)),
                (true, false) => {
                    lines.push(format!(
                        "# {}: no host is known yet. One host a line; svcgen",
                        of.replace('`', "")
                    ));
                    lines.push(format!(
                        "# writes here those of {} in svcgen.yaml.",
                        field(scope)
                    ));
                    let missing =
                        format!("{of} has no hosts yet; `{}` is where they go", field(scope));
                    generated.warnings.push(missing);
                }
                (true, true) => {
                    let missing = format!(
                        "{of} has no hosts in the model of {}, but some in `{path}`",
                        service.name
                    );
                    generated.warnings.push(missing);
                }
            }
        }
    }
    for (path, mut lines) in lists {
        let mut seen = std::collections::HashSet::new();
        lines.retain(|line| seen.insert(line.clone()));
        generated.desired.push(Desired::Lines { path, lines });
    }
}

/// The file of a list: the one that is there already, else the one where Scap looks first.
fn path(
    tree: &DeployRepo,
    scope: &Scope<'_>,
    name: &str,
    is_own: bool,
    taken: &IndexMap<Utf8PathBuf, Vec<String>>,
    warnings: &mut Vec<String>,
) -> Utf8PathBuf {
    let shared = Utf8Path::new("scap").join(name);
    let Some((environment, _)) = scope.environment else {
        return shared;
    };
    let folder = ScapEnvironment::from(environment).folder();
    let own = folder.join(name);
    // A list that the environment names itself may be beside those of production, as in 2016; but then Scap
    // knew no folder of the environment, which it wants now.
    let is_shared = is_own && tree.text(&own).is_none() && tree.text(&shared).is_some();
    if !is_shared || taken.contains_key(&shared) {
        return own;
    }
    if tree.has_folder(&folder) {
        return shared;
    }
    warnings.push(format!(
        "`{own}` replaces `{shared}`, since Scap needs a folder for `{environment}`"
    ));
    own
}

fn describe(scope: &Scope<'_>, group: &ScopeGroup) -> String {
    match scope.environment {
        None => format!("the group `{}`", group.name),
        Some((name, _)) => format!("the group `{}` of `{name}`", group.name),
    }
}

fn field(scope: &Scope<'_>) -> String {
    match scope.environment {
        None => "deploy.groups".into(),
        Some((name, _)) => format!("environments.{name}.groups"),
    }
}
