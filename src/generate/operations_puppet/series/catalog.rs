//! The catalogue of services, which newer trees configure load balancers and monitoring from.

use serde_json::{Map, Value, json};

use super::SeriesTree;
use super::balanced::{Balanced, entry_of, usual};
use crate::edit::Desired;
use crate::edit::yaml::Style;
use crate::generate::{GenerateError, read_yaml};
use crate::model::Service;
use crate::render::quoting::{hiera_value, yaml_entry};
use crate::yaml::{Kind, Node};

pub(super) const PATH: &str = "hieradata/common/service.yaml";
pub(super) const KEY: &str = "service::catalog";
/// In which the hosts know of the service, and the balancers not yet.
const FIRST_STATE: &str = "service_setup";

/// The line on which the catalogue has the service.
pub(super) fn line_of_entry(
    service: &Service,
    tree: &SeriesTree,
) -> Result<Option<usize>, GenerateError> {
    let Some(text) = tree.text(PATH)? else {
        return Ok(None);
    };
    let root = read_yaml(PATH.into(), &text)?;
    let list = root.find(KEY);
    Ok(list.and_then(|list| entry_of(service, list, &text)))
}

/// The entry of the service; `None` where the tree has no catalogue.
pub(super) fn desired(
    balanced: &Balanced<'_>,
    warnings: &mut Vec<String>,
) -> Result<Option<Vec<Desired>>, GenerateError> {
    let Some(text) = balanced.tree.text(PATH)? else {
        return Ok(None);
    };
    let root = read_yaml(PATH.into(), &text)?;
    let Some(list) = root.find(KEY) else {
        return Ok(None);
    };
    balanced.refuse_taken(PATH, &text, list, |entry| {
        let ip = entry.find("ip").map(Node::entries).unwrap_or_default();
        let addresses = ip.iter().flat_map(|(_, block)| match block.entries() {
            [] => vec![block.clone()],
            several => several.iter().map(|(_, address)| address.clone()).collect(),
        });
        addresses.collect()
    })?;
    let value = value(balanced, list);
    let state = list.find(balanced.name()).and_then(|own| own.find("state"));
    let is_beginning = state.is_none_or(|state| state.to_value() == FIRST_STATE);
    if is_beginning && value["state"] == FIRST_STATE {
        warnings.push(format!(
            "the service begins as `state: {FIRST_STATE}`: further changes make it `lvs_setup` and `production`, once it answers"
        ));
    }
    let own = &balanced.service.production.load_balancer;
    for (is_set, name, key) in [
        (own.page, "page", "page"),
        (own.active_active.is_some(), "active_active", "discovery"),
    ] {
        if is_set && value.get(key).is_none() {
            warnings.push(format!(
                "`production.load_balancer.{name}` is left out: most services of this tree have no `{key}`"
            ));
        }
    }
    let mut lines = yaml_entry(balanced.name(), &value, 0);
    for (_, address) in &balanced.datacentres {
        // Four numbers are no number: nobody puts them in quotes.
        lines = lines.replace(&format!("'{address}'"), address.as_str());
    }
    // What the model says otherwise than it would by itself.
    let said = [
        ("page", own.page),
        ("discovery", own.active_active.is_some()),
    ];
    let said = said.iter().filter(|(_, is_said)| *is_said);
    let named: Vec<&str> = ["ip", "port"]
        .into_iter()
        .chain(said.map(|(name, _)| *name))
        .collect();
    let entry = balanced
        .entry(PATH, &[KEY], value, &named)
        .beginning_with(&["state"])
        .written(Style::Text(lines));
    Ok(Some(vec![Desired::Yaml {
        path: PATH.into(),
        entries: vec![entry],
    }]))
}

/// The entry, with the keys that most others have.
fn value(balanced: &Balanced<'_>, list: &Node) -> Value {
    let service = balanced.service;
    let has = |key: &str| is_usual(list, key);
    let mut value = Map::new();
    let mut put = |key: &str, part: Value| drop(value.insert(key.to_owned(), part));
    let sentence = hiera_value(&service.description.first_sentence().into(), true);
    put("description", sentence);
    if has("encryption") {
        put("encryption", false.into());
    }
    let addresses: Map<String, Value> = balanced
        .datacentres
        .iter()
        .map(|(name, address)| (name.clone(), json!({ "default": address })))
        .collect();
    put("ip", addresses.into());
    if has("lvs") {
        put("lvs", lvs(balanced, list));
    }
    if has("page") {
        put("page", service.production.load_balancer.page.into());
    }
    put("port", service.port.number().into());
    if has("probes") {
        let health = &service.runtime.healthcheck;
        let probe = match health.spec {
            true => json!({ "type": "swagger" }),
            false => json!({ "type": "http", "path": path(&health.url) }),
        };
        put("probes", json!([probe]));
    }
    put("sites", json!(balanced.places_as(list, &["sites"])));
    if has("state") {
        put("state", FIRST_STATE.into());
    }
    if let Some(active_active) = active_active(balanced, list) {
        put(
            "discovery",
            json!([{ "dnsdisc": balanced.name(), "active_active": active_active }]),
        );
    }
    value.into()
}

/// Whether most services have a key.
fn is_usual(list: &Node, key: &str) -> bool {
    let entries = list.entries();
    let with = entries
        .iter()
        .filter(|(_, entry)| entry.find(key).is_some());
    with.count() * 2 >= entries.len()
}

/// Whether all datacentres serve at once, by the name that others find the service by; none where it has no such name.
fn active_active(balanced: &Balanced<'_>, list: &Node) -> Option<bool> {
    if !is_usual(list, "discovery") {
        return None;
    }
    let said = balanced.service.production.load_balancer.active_active;
    if said.is_some() || balanced.datacentres.len() > 1 {
        return Some(said.unwrap_or(true));
    }
    let state = list.find(balanced.name())?.find("state")?;
    if state.to_value() == FIRST_STATE {
        return None;
    }
    // What is in use stays.
    let begun = balanced.begun(PATH, KEY, list, &["discovery"])?;
    begun[0]["active_active"].as_bool()
}

/// Whether the catalogue has names by which others find most services, and none for this one.
///
/// # Errors
/// Where it is not understood.
pub(super) fn is_without_discovery(balanced: &Balanced<'_>) -> Result<bool, GenerateError> {
    let Some(text) = balanced.tree.text(PATH)? else {
        return Ok(false);
    };
    let root = read_yaml(PATH.into(), &text)?;
    let list = root.find(KEY).filter(|list| is_usual(list, "discovery"));
    Ok(list.is_some_and(|list| active_active(balanced, list).is_none()))
}

/// A path that begins with a slash.
pub(super) fn path(url: &str) -> String {
    format!("/{}", url.trim_start_matches('/'))
}

fn lvs(balanced: &Balanced<'_>, list: &Node) -> Value {
    let own = balanced.service.production.load_balancer.class.as_ref();
    let class = own.map(|class| Value::from(class.as_str()));
    let mut lvs = Map::new();
    let of = |key: &str| {
        let with = list
            .entries()
            .iter()
            .filter(|(_, entry)| entry.find("lvs").is_some());
        let with = Node {
            kind: Kind::Mapping(with.cloned().collect()),
            ..list.clone()
        };
        let usual = || usual(&with, &["lvs", key]).map(Node::to_value);
        let begun = balanced.begun(PATH, KEY, list, &["lvs", key]);
        begun.or_else(usual)
    };
    for (key, part) in [
        ("class", class.or_else(|| of("class"))),
        (
            "conftool",
            Some(json!({ "cluster": balanced.cluster, "service": balanced.name() })),
        ),
        ("depool_threshold", of("depool_threshold")),
        ("enabled", of("enabled").map(|_| true.into())),
        ("monitors", idle(of("monitors"))),
        ("scheduler", of("scheduler")),
    ] {
        if let Some(part) = part {
            lvs.insert(key.to_owned(), part);
        }
    }
    lvs.into()
}

/// Of the usual monitors, those that do not ask for an address of their own.
fn idle(monitors: Option<Value>) -> Option<Value> {
    let Value::Object(mut all) = monitors? else {
        return None;
    };
    all.retain(|_, monitor| monitor.get("url").is_none());
    (!all.is_empty()).then_some(all.into())
}
