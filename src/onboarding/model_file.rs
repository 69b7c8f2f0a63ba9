use std::fmt::Write as _;

use serde_json::{Map, Value, json};

use crate::model::{Service, SiteError, Sites};
use crate::render::quoting::yaml_string;

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
    match value {
        Value::String(prose) if key == "description" && (indent == 0 || prose.contains('\n')) => {
            let _ = writeln!(text, "{lead} |");
            for line in prose.lines() {
                let _ = writeln!(
                    text,
                    "{}",
                    if line.is_empty() {
                        String::new()
                    } else {
                        format!("{pad}  {line}")
                    }
                );
            }
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
mod tests {
    #![allow(clippy::unwrap_used)]
    use proptest::prelude::*;

    use super::*;

    fn round(text: &str) -> (Service, String) {
        let sites = Sites::new(None);
        let (service, _) = Service::parse("svcgen.yaml".into(), text, &sites, None).unwrap();
        let written = write_model(&service, &sites).unwrap();
        let (again, _) = Service::parse("svcgen.yaml".into(), &written, &sites, None)
            .unwrap_or_else(|error| panic!("{error:?} in\n{written}"));
        assert_eq!(again, service, "{written}");
        (service, written)
    }

    #[test]
    fn the_least_is_complete() {
        let (_, text) = round(
            "{version: 1, name: my-service, description: Does it., port: 6000, owner: {name: Ada}}",
        );
        insta::assert_snapshot!(text, @r#"
        version: 1
        site: wikimedia
        name: my-service
        puppet_name: myservice
        description: |
          Does it.
        port: 6000
        owner: {name: Ada}
        repositories:
          source: mediawiki/services/my-service
          deploy: mediawiki/services/my-service/deploy
          key: my-service/deploy
          branch: master
        runtime:
          node_version: "20"
          healthcheck: {url: /_info, spec: false}
        deploy:
          user: deploy-service
        "#);
    }

    #[test]
    fn the_example_comes_back() {
        let (_, text) = round(include_str!(
            "../../onboarding/examples/trending-edits.yaml"
        ));
        insta::assert_snapshot!(text, @r#"
        version: 1
        site: wikimedia
        name: trending-edits
        puppet_name: trendingedits
        description: |
          Computes the list of currently trending articles from the stream of edits.
          It follows the events in real time, and answers with the articles that have been edited most.
        port: 6699
        technologies: [Node.js, service-runner, Kafka]
        owner: {name: Ada Example, shell: ada, irc: ada, email: ada@example.org, phabricator: Ada}
        timeline: {deployment: "2026-12-15"}
        request_flow:
          - {from: RESTBase, to: trending-edits, label: GET /feed}
          - {from: trending-edits, to: Kafka, label: consumes edits}
        repositories:
          source: mediawiki/services/trending-edits
          deploy: mediawiki/services/trending-edits/deploy
          key: trending-edits/deploy
          branch: master
        config:
          parameters:
            - name: broker_list
              type: String
              value: {production: "kafka1001:9092", vagrant: "127.0.0.1:9092"}
              description: Comma-separated list of Kafka broker URIs.
            - name: max_age
              type: Integer
              default: 86400
              description: Seconds after which an edit no longer counts.
          environment: {UV_THREADPOOL_SIZE: 16}
        runtime:
          node_version: "20"
          healthcheck: {url: "", spec: true}
        build:
          dependencies: {debian: [librdkafka-dev]}
        deploy:
          user: deploy-service
          groups:
            - {name: canary, hosts: [scb2001.codfw.wmnet]}
            - {name: default, hosts: ["scb[1001-1004].eqiad.wmnet", "scb[2002-2006].codfw.wmnet"], size: 2}
        environments:
          beta:
            domain: deployment-prep.eqiad1.wikimedia.cloud
            groups:
              - {name: default, hosts: [deployment-trending01.deployment-prep.eqiad1.wikimedia.cloud]}
        tickets: {service_request: T150043}
        "#);
    }

    #[test]
    fn what_differs_from_a_default_is_written() {
        let least = "version: 1\nname: a-b\ndescription: D\nport: 6000\nowner: {name: Ada}\n";
        for more in [
            "runtime: {healthcheck: {spec: true}}\ndeploy: {checks: []}",
            "runtime: {healthcheck: {spec: true, url: /x}}",
            "deploy: {checks: [{name: a, type: command, after: fetch, command: 'x, y: z', timeout: 31, group: default}]}",
            "deploy: {groups: [{name: default}], cache_revisions: 2, service_timeout: 1, user: someone}",
            "config: {parameters: [{name: a, type: Any, default: null}, {name: b, type: 'Optional[String]', default: null, value: {vagrant: null}}]}",
            "config: {parameters: [{name: a, type: Hash, default: {}, description: \"one\\n\\n  two: #\\n\"}], environment: {A: ''}}",
            "config: {parameters: [{name: a, type: 'Hash', default: {b: null, secret: false, hosts: [], c: [[1, {d: \" x \\n\"}], []]}}]}",
            "maintainers: [{name: Ada}, {name: Grace, shell: grace}]\nenvironments: {beta: {domain: b.example}}",
            "vagrant: {role: other, memory: 5, forward_port: false, log_level: debug}\ntickets: {access_request: T1}",
            "build: {target: 'a:b', node: '18', dependencies: {_all: [], debian: [{uri: 'https://x/y.deb'}]}, install_options: ['--x=1, 2']}",
            "runtime: {extra: {a: null, b: {c: []}, heap_limit: 1.0}}\nrequest_flow: [{from: 'a, b', to: 'c: d', label: '[x]'}]",
            "puppet_name: other\nrepositories: {source: x/y, branch: main}\nsite: wikimedia\nowner: {name: 'yes', irc: '#x'}",
        ] {
            let least = if more.contains("owner:") {
                least.replace("owner: {name: Ada}\n", "")
            } else {
                least.to_owned()
            };
            round(&format!("{least}{more}\n"));
        }
    }

    proptest! {
        #[test]
        fn texts_come_back(texts in prop::collection::vec(prop_oneof!["\\PC{1,40}", "[-?:,\\[\\]{}#&*!|>'\"%@`~ \n\t\\\\a1.e]{1,40}"], 4)) {
            let value = json!({
                "version": 1, "name": "a", "description": texts[0], "port": 6000, "owner": {"name": texts[1]},
                "technologies": [texts[1], "x"],
                "config": {"parameters": [
                    {"name": "p", "type": "Any", "default": {"k": [texts[2], {texts[2].clone(): texts[3]}]}, "description": texts[3]},
                ]},
            });
            if Service::parse("x".into(), &value.to_string(), &Sites::new(None), None).is_ok() {
                round(&value.to_string());
            }
        }
    }
}
