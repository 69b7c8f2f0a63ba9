//! What conftool knows: the services of each host, the services themselves, and their names for discovery.

use camino::Utf8PathBuf;
use serde_json::{Value, json};

use super::balanced::{Balanced, usual};
use super::lvs::item_indent;
use super::{catalog, datacentres, hosts};
use crate::edit::Desired;
use crate::edit::yaml::{Entry, List, Position, Style};
use crate::generate::{GenerateError, Stray, names, read_yaml};
use crate::place::line_of;
use crate::render::quoting::{yaml_entry, yaml_string};
use crate::yaml::Node;

const NODES: [&str; 2] = ["conftool-data/node", "conftool-data/nodes"];
const SERVICES: [&str; 2] = ["conftool-data/service", "conftool-data/services"];
const DISCOVERY: &str = "conftool-data/discovery/services.yaml";

pub(super) fn desired(balanced: &Balanced<'_>) -> Result<Vec<Desired>, GenerateError> {
    let mut desired = nodes(balanced)?;
    desired.extend(service(balanced)?);
    desired.extend(discovery(balanced)?);
    Ok(desired)
}

/// The service in the list of each of its hosts.
fn nodes(balanced: &Balanced<'_>) -> Result<Vec<Desired>, GenerateError> {
    let worktree = balanced.tree.worktree();
    let Some(folder) = NODES.into_iter().find(|folder| worktree.has_folder(folder)) else {
        return Ok(Vec::new());
    };
    let mut desired = Vec::new();
    for (place, hosts) in datacentres(balanced.service, balanced.site) {
        if !balanced.places().contains(&place.as_str()) {
            continue;
        }
        let path = Utf8PathBuf::from(format!("{folder}/{place}.yaml"));
        let text = worktree.read(&path)?.unwrap_or_default();
        let root = read_yaml(path.clone(), &text)?;
        // Newer trees name the datacentre in the file again.
        let is_named = root.find(&place).is_some() || folder == NODES[0];
        let at: Vec<&str> = match is_named {
            true => vec![&place, &balanced.cluster],
            false => vec![&balanced.cluster],
        };
        let entries = hosts.iter().map(|host| {
            Entry::item(&at, host.as_str(), balanced.name())
                .placed(Position::End)
                .written(Style::Item {
                    comment: None,
                    list: List::Flow,
                })
        });
        desired.push(Desired::Yaml {
            path,
            entries: entries.collect(),
        });
    }
    Ok(desired)
}

/// The hosts that have the service in the lists of the tree, and that the model does not name: those that svcgen wrote go by
/// themselves.
pub(super) fn strays(balanced: &Balanced<'_>) -> Result<Vec<Stray>, GenerateError> {
    let worktree = balanced.tree.worktree();
    let Some(folder) = NODES.into_iter().find(|folder| worktree.has_folder(folder)) else {
        return Ok(Vec::new());
    };
    let hosts = hosts(balanced.service);
    let name = balanced.name();
    let mut told = Vec::new();
    for file in worktree.list(folder) {
        let path = Utf8PathBuf::from(format!("{folder}/{file}"));
        let is_list = path.extension() == Some("yaml");
        let Some(text) = worktree.read(&path)?.filter(|_| is_list) else {
            continue;
        };
        let root = read_yaml(path.clone(), &text)?;
        let place = path.file_stem().unwrap_or_default();
        let lists = root.find(place).unwrap_or(&root).find(&balanced.cluster);
        let with_service = lists.map(Node::entries).unwrap_or_default().iter();
        let with_service = with_service.filter(|(_, services)| {
            let mut services = services.items().iter();
            services.any(|service| service.to_value() == name)
        });
        let store = &balanced.tree.puppet.rendered;
        for (host, _) in with_service.filter(|(host, _)| !store.has_entry(&path, &host.text)) {
            if !hosts.iter().any(|known| known.as_str() == host.text) {
                told.push(Stray {
                    path: path.clone(),
                    line: line_of(&text, host.span.start),
                    what: format!(
                        "gives `{name}` to `{}`, which the model does not name",
                        host.text
                    ),
                    way_out: "remove it by hand, or name it in the model",
                });
            }
        }
    }
    Ok(told)
}

/// The service in the list of its cluster, where the tree has such lists.
fn service(balanced: &Balanced<'_>) -> Result<Option<Desired>, GenerateError> {
    let Some((path, text, root)) = list_of_cluster(balanced)? else {
        return Ok(None);
    };
    let name = balanced.name();
    let own = root
        .find(&balanced.cluster)
        .map(Node::entries)
        .unwrap_or_default();
    if let Some((key, _)) = own.iter().find(|(key, _)| key.text == name)
        && !balanced.tree.puppet.may_change(&path, name)
        && !balanced.is_known
    {
        let line = line_of(&text, key.span.start);
        let owner = format!("another service of `{}`", balanced.cluster);
        return Err(names::taken(
            &format!("the name `{name}`"),
            &path,
            line,
            owner,
        ));
    }
    let own = root.find(&balanced.cluster);
    let places = match own {
        Some(own) => balanced.places_as(own, &["datacenters"]),
        None => {
            let clusters = root.entries().iter();
            let inner = clusters.flat_map(|(_, cluster)| cluster.entries().iter().cloned());
            let all = Node {
                kind: crate::yaml::Kind::Mapping(inner.collect()),
                ..root.clone()
            };
            balanced.places_as(&all, &["datacenters"])
        }
    };
    let value = json!({
        "port": balanced.service.port.number(),
        "default_values": default_values(&root, own),
        "datacenters": places,
    });
    let mut filled = root.entries().iter().map(|(_, cluster)| cluster);
    let filled = filled.rfind(|cluster| !cluster.entries().is_empty());
    let indent = filled.map(|cluster| item_indent(&text, cluster, "datacenters"));
    let indent = indent.unwrap_or_default();
    let mut lines = format!("{}:\n", yaml_string(name));
    lines.push_str(&yaml_entry("port", &value["port"], 2));
    lines.push_str(&yaml_entry("default_values", &value["default_values"], 2));
    lines.push_str("  datacenters:\n");
    for place in &places {
        lines.push_str(&format!("  {indent}- {place}\n"));
    }
    let entry = balanced
        .entry(path.as_str(), &[&balanced.cluster], value, &["port"])
        .placed(Position::End)
        .written(Style::Text(lines));
    Ok(Some(Desired::Yaml {
        path,
        entries: vec![entry],
    }))
}

/// The file with the services of the cluster, or else the one where all are, with its text.
fn list_of_cluster(
    balanced: &Balanced<'_>,
) -> Result<Option<(Utf8PathBuf, String, Node)>, GenerateError> {
    let worktree = balanced.tree.worktree();
    let mut folders = SERVICES.into_iter();
    let Some(folder) = folders.find(|folder| worktree.has_folder(folder)) else {
        return Ok(None);
    };
    let files = worktree.list(folder).into_iter();
    let files: Vec<String> = files.filter(|name| name.ends_with(".yaml")).collect();
    let mut found = None;
    for name in &files {
        let path = Utf8PathBuf::from(format!("{folder}/{name}"));
        let text = worktree.read(&path)?.unwrap_or_default();
        let root = read_yaml(path.clone(), &text)?;
        if root.find(&balanced.cluster).is_some() {
            return Ok(Some((path, text, root)));
        }
        if found.is_none() && (name == "services.yaml" || files.len() == 1) {
            found = Some((path, text, root));
        }
    }
    Ok(found)
}

/// The values that hosts begin with: those of most services of the cluster, or of the first cluster that has such.
fn default_values(root: &Node, own: Option<&Node>) -> Value {
    let of = |cluster: &Node| usual(cluster, &["default_values"]).map(Node::to_value);
    let mut neighbours = root.entries().iter();
    let values = own.and_then(of);
    let values = values.or_else(|| neighbours.find_map(|(_, cluster)| of(cluster)));
    let mut values = values.unwrap_or_else(|| json!({ "pooled": "no", "weight": 10 }));
    if values.get("pooled").is_some() {
        // Nobody sends requests to hosts that have not answered one yet.
        values["pooled"] = "no".into();
    }
    values
}

/// The name that other services find it by, where the tree has such names.
fn discovery(balanced: &Balanced<'_>) -> Result<Option<Desired>, GenerateError> {
    let Some(text) = balanced.tree.text(DISCOVERY)? else {
        return Ok(None);
    };
    if catalog::is_without_discovery(balanced)? {
        return Ok(None);
    }
    let root = read_yaml(DISCOVERY.into(), &text)?;
    let name = balanced.name();
    let found = root.entries().iter().find(|(key, _)| key.text == name);
    if let Some((key, _)) = found
        && !balanced.tree.puppet.may_change(DISCOVERY.into(), name)
        && !balanced.is_known
    {
        let line = line_of(&text, key.span.start);
        let owner = "another service".to_owned();
        return Err(names::taken(
            &format!("the name `{name}`"),
            DISCOVERY.into(),
            line,
            owner,
        ));
    }
    let places = balanced.places_as(&root, &[]);
    let value: Value = json!(places);
    let line = format!("{}: [{}]\n", yaml_string(name), places.join(", "));
    let entry = balanced
        .entry(DISCOVERY, &[], value, &[])
        .written(Style::Text(line));
    Ok(Some(Desired::Yaml {
        path: DISCOVERY.into(),
        entries: vec![entry],
    }))
}
