//! The checks of a deploy.

use serde_json::{Map, Value};

use super::tree::DeployRepo;
use crate::edit::Desired;
use crate::edit::yaml::{Entry, Position};
use crate::generate::{GenerateError, Generated};
use crate::model::{Check, Service};
use crate::yaml::Node;

/// Derives `scap/checks.yaml`, where the service has checks.
pub(super) fn checks(
    service: &Service,
    tree: &DeployRepo,
    generated: &mut Generated,
) -> Result<(), GenerateError> {
    if service.deploy.checks.is_empty() {
        return Ok(());
    }
    let old = "scap/checks.yml";
    let path = if tree.text(old).is_some() {
        old
    } else {
        "scap/checks.yaml"
    };
    let present = tree.yaml(path)?;
    let entries = service.deploy.checks.iter().map(|check| {
        let name = check.name.as_str();
        let written = present
            .as_ref()
            .and_then(|node| node.find_path(["checks", name]));
        let value = match written {
            Some(written) if means(written, check) => written.to_value(),
            _ => value(check),
        };
        Entry::sorted(&["checks"], name, value).placed(Position::End)
    });
    generated.desired.push(Desired::Yaml {
        path: path.into(),
        entries: entries.collect(),
    });
    Ok(())
}

fn value(check: &Check) -> Value {
    let mut map = Map::new();
    map.insert("type".into(), check.kind.as_str().into());
    let (key, stage) = check.moment.entry();
    map.insert(key.into(), stage.into());
    map.insert("command".into(), check.command.as_str().into());
    if check.timeout != 30 {
        map.insert("timeout".into(), check.timeout.into());
    }
    if let Some(group) = &check.group {
        map.insert("group".into(), group.as_str().into());
    }
    Value::Object(map)
}

/// Whether a check that is there, perhaps in older words, is the one that is wanted.
fn means(written: &Node, check: &Check) -> bool {
    let mut canonical = Map::new();
    let mut entries: Vec<(&str, Value)> = written
        .entries()
        .iter()
        .map(|(key, value)| (key.text.as_str(), value.to_value()))
        .collect();
    let has_after = entries.iter().any(|(key, _)| *key == "after");
    entries.retain(|(key, _)| !(*key == "stage" && has_after));
    for (key, value) in entries {
        let key = if key == "stage" { "after" } else { key };
        let is_stage = matches!(key, "after" | "before");
        let value = if is_stage && value == "restart_service" {
            "handle_service".into()
        } else {
            value
        };
        let is_default =
            key == "timeout" && value.as_f64() == Some(30.0) || key == "shell" && value == false;
        if !is_default {
            canonical.insert(key.to_owned(), value);
        }
    }
    canonical.entry("type").or_insert_with(|| "command".into());
    let sorted = |map: &Map<String, Value>| {
        let mut all: Vec<(String, String)> = map
            .iter()
            .map(|(k, v)| (k.clone(), v.to_string()))
            .collect();
        all.sort();
        all
    };
    value(check)
        .as_object()
        .is_some_and(|wanted| sorted(wanted) == sorted(&canonical))
}
