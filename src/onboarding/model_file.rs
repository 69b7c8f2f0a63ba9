use std::fmt::Write as _;

use serde_json::{Map, Value, json};

use crate::model::{Service, SiteError, Sites};
use crate::render::quoting::{is_escaped, yaml_string};

/// Sections and fields that are written even where they hold what they would hold anyway: what a reader looks for.
const ALWAYS: &[&str] = &[
    "version",
    "site",
    "name",
    "puppet_name",
    "description",
    "port",
    "owner",
    "repositories",
    "runtime",
    "runtime.node_version",
    "runtime.healthcheck",
    "runtime.healthcheck.url",
    "runtime.healthcheck.spec",
    "deploy",
    "deploy.user",
];

/// Values that are the user's own as a whole, so that nothing in them goes without saying.
const OWN: &[&str] = &[
    "owner",
    "repositories",
    "config.parameters[].default",
    "config.parameters[].value",
    "config.environment",
    "runtime.extra",
    "build.environment",
    "build.dependencies",
    "annotations",
];

/// Sections that are read line by line, whichever way they would fit into one.
const LINE_BY_LINE: &[&str] = &[
    "repositories",
    "config",
    "runtime",
    "build",
    "deploy",
    "environments",
    "vagrant",
    "annotations",
];

/// The field whose text is read without what ends it.
pub(super) const DESCRIPTION: &str = "description";

/// The longest line of what could also be written in several, in characters.
const WIDEST: usize = 100;

/// Writes a model: complete, in the order of the contract, without what is empty or goes without saying.
///
/// # Errors
/// Where the site cannot be read.
pub fn write_model(service: &Service, sites: &Sites) -> Result<String, SiteError> {
    let whole = json(service);
    let default = defaults(service, sites)?;
    let mut text = String::new();
    if let Value::Object(sections) = essential(&whole, default.as_ref(), "") {
        for (key, value) in sections {
            write_entry(&mut text, &key, &value, 0);
        }
    }
    Ok(text)
}

fn json(service: &Service) -> Value {
    serde_json::to_value(service).unwrap_or_default()
}

/// The same service with nothing said that has a default.
fn defaults(service: &Service, sites: &Sites) -> Result<Option<Value>, SiteError> {
    let least = json!({
        "version": service.version,
        "site": service.site,
        "name": service.name,
        "puppet_name": service.puppet_name,
        "description": service.description,
        "port": service.port,
        "owner": {"name": service.owner.name, "shell": service.owner.shell},
        "repositories": service.repositories,
        "runtime": {"healthcheck": {"spec": service.runtime.healthcheck.spec}},
    });
    // JSON is YAML.
    let parsed = Service::parse("defaults".into(), &least.to_string(), sites, None);
    match parsed {
        Ok((least, _)) => Ok(Some(json(&least))),
        Err(SiteError::Load(_)) => Ok(None),
        Err(error) => Err(error),
    }
}

/// A value without the fields that are as they would be anyway.
fn essential(value: &Value, default: Option<&Value>, path: &str) -> Value {
    match value {
        _ if OWN.contains(&path) => value.clone(),
        Value::Object(fields) => {
            let mut kept = Map::new();
            for (key, value) in fields {
                let path = if path.is_empty() {
                    key.clone()
                } else {
                    format!("{path}.{key}")
                };
                let default = default.and_then(|default| default.get(key));
                let is_said =
                    default != Some(value) && (!value.is_null() || OWN.contains(&path.as_str()));
                if is_said || ALWAYS.contains(&path.as_str()) {
                    kept.insert(key.clone(), essential(value, default, &path));
                }
            }
            Value::Object(kept)
        }
        Value::Array(items) => {
            let item =
                |value: &Value| essential(value, item_default(path).as_ref(), &format!("{path}[]"));
            items.iter().map(item).collect()
        }
        other => other.clone(),
    }
}

/// What the fields of a thing in a list hold where nothing is said.
fn item_default(path: &str) -> Option<Value> {
    match path.rsplit('.').next() {
        Some("parameters") => Some(json!({"value": {}, "secret": false})),
        Some("checks") => Some(json!({"timeout": 30})),
        Some("groups") => Some(json!({"hosts": []})),
        _ => None,
    }
}

pub(super) fn write_entry(text: &mut String, key: &str, value: &Value, indent: usize) {
    let pad = " ".repeat(indent);
    let lead = format!("{pad}{}:", yaml_string(key));
    if let Value::String(prose) = value
        && let Some(head) = head(key, prose)
    {
        text.push_str(&block(&lead, head, prose, &pad));
        return;
    }
    match value {
        Value::String(prose) if key == DESCRIPTION && indent == 0 => {
            text.push_str(&block(&lead, "|", prose, &pad));
        }
        Value::Object(map)
            if !map.is_empty()
                && !fits(&lead, value, indent == 0 && LINE_BY_LINE.contains(&key)) =>
        {
            let _ = writeln!(text, "{lead}");
            for (key, value) in map {
                write_entry(text, key, value, indent + 2);
            }
        }
        Value::Array(items)
            if !items.is_empty() && !fits(&lead, value, items.iter().any(Value::is_object)) =>
        {
            let _ = writeln!(text, "{lead}");
            for item in items {
                write_item(text, item, indent + 2);
            }
        }
        _ => {
            let _ = writeln!(text, "{lead} {}", in_line(value));
        }
    }
}

/// The lines of an entry at the margin whose text has several lines; none where it cannot be written as such.
pub(super) fn prose(key: &str, text: &str) -> Option<String> {
    let lead = format!("{}:", yaml_string(key));
    Some(block(&lead, head(key, text)?, text, ""))
}

/// How a text of several lines begins that is written as such: by what ends its last line, which a description does not say.
fn head(key: &str, text: &str) -> Option<&'static str> {
    let is_plain = |line: &str| !line.ends_with(' ') && !line.contains(is_escaped);
    let first = text.chars().next()?;
    if !text.contains('\n') || first.is_whitespace() || !text.split('\n').all(is_plain) {
        return None;
    }
    match text.len() - text.trim_end_matches('\n').len() {
        _ if key == DESCRIPTION => Some("|"),
        0 => Some("|-"),
        1 => Some("|"),
        _ => None,
    }
}

fn block(lead: &str, head: &str, text: &str, pad: &str) -> String {
    let lines = text
        .trim_end_matches('\n')
        .split('\n')
        .map(|line| match line {
            "" => "\n".to_owned(),
            line => format!("{pad}  {line}\n"),
        });
    format!("{lead} {head}\n{}", lines.collect::<String>())
}

pub(super) fn write_item(text: &mut String, item: &Value, indent: usize) {
    let pad = " ".repeat(indent);
    match item {
        Value::Object(map) if !map.is_empty() && !fits(&pad, item, false) => {
            let mut block = String::new();
            for (key, value) in map {
                write_entry(&mut block, key, value, indent + 2);
            }
            let _ = write!(text, "{pad}- {}", block.trim_start_matches(' '));
        }
        Value::Array(items) if !items.is_empty() && !fits(&pad, item, false) => {
            let mut block = String::new();
            for value in items {
                write_item(&mut block, value, indent + 2);
            }
            let _ = write!(text, "{pad}- {}", block.trim_start_matches(' '));
        }
        _ => {
            let _ = writeln!(text, "{pad}- {}", in_line(item));
        }
    }
}

/// Whether a mapping or list is written in one line: where nothing speaks against it and the line is short.
fn fits(lead: &str, value: &Value, is_refused: bool) -> bool {
    !is_refused
        && !holds_prose(value)
        && depth(value) <= 3
        && lead.chars().count() + in_line(value).chars().count() < WIDEST
}

/// Whether there is a text of several lines in it, which is better read as such.
fn holds_prose(value: &Value) -> bool {
    match value {
        Value::String(text) => text.contains('\n'),
        Value::Array(items) => items.iter().any(holds_prose),
        Value::Object(map) => map.values().any(holds_prose),
        _ => false,
    }
}

fn depth(value: &Value) -> usize {
    match value {
        Value::Array(items) => 1 + items.iter().map(depth).max().unwrap_or(0),
        Value::Object(map) => 1 + map.values().map(depth).max().unwrap_or(0),
        _ => 0,
    }
}

/// Writes a value in one line, in brackets and braces where it has parts.
pub(super) fn in_line(value: &Value) -> String {
    match value {
        Value::Null => "null".into(),
        Value::String(text) => scalar(text),
        Value::Array(items) => format!(
            "[{}]",
            items.iter().map(inner).collect::<Vec<_>>().join(", ")
        ),
        Value::Object(map) => {
            let entries = map.iter().map(|(key, value)| {
                format!("{}: {}", inner(&Value::from(key.as_str())), inner(value))
            });
            format!("{{{}}}", entries.collect::<Vec<_>>().join(", "))
        }
        other => other.to_string(),
    }
}

/// Writes a value inside of brackets or braces, where commas and colons mean something.
fn inner(value: &Value) -> String {
    match value {
        Value::String(text) => {
            let plain = scalar(text);
            if plain == *text && text.contains([',', ':']) {
                Value::from(text.as_str()).to_string()
            } else {
                plain
            }
        }
        other => in_line(other),
    }
}

/// Writes a text as a scalar; double quotes where single ones are in it.
fn scalar(text: &str) -> String {
    let quoted = yaml_string(text);
    let is_simple = !text.contains(['"', '\\']) && !text.contains(char::is_control);
    if quoted.starts_with('\'') && is_simple {
        format!("\"{text}\"")
    } else {
        quoted
    }
}

#[cfg(test)]
mod tests;
