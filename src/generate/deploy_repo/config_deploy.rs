//! The configuration of a service that is rendered at each deploy.

use serde::Serialize;
use serde_json::{Map, Value};

use crate::edit::Desired;
use crate::edit::yaml::{Entry, Other, Position};
use crate::generate::{GenerateError, Generated};
use crate::model::{ConfigStyle, LogLevel, Service, Site};
use crate::render::Templates;
use crate::scap::ScapEnvironment;

const CONFIG_FILES: &str = "scap/config-files.yaml";
const TEMPLATE: &str = "config.yaml.j2";
const VARS: &str = "vars.yaml";

/// Keys of the service's own configuration that the template gives a value where no parameter has the name.
const OWN_KEYS: [&str; 3] = ["proxy", "mwapi_req", "restbase_req"];

/// Words that mean something else in an expression of a template.
const TEMPLATE_WORDS: [&str; 6] = ["is", "none", "not", "self", "loop", "caller"];

#[derive(Serialize)]
struct Values<'a> {
    remote_vars: String,
    log_level: &'a str,
    own: Vec<&'a str>,
    parameters: Vec<&'a str>,
}

/// Derives the template and its variables, where the configuration is rendered at each deploy.
pub(super) fn config_deploy(
    service: &Service,
    site: &Site,
    templates: &Templates,
    generated: &mut Generated,
) -> Result<(), GenerateError> {
    if service.config.style != ConfigStyle::Scap {
        return Ok(());
    }
    let parameters: Vec<&str> = service
        .config
        .parameters
        .iter()
        .map(|p| p.name.as_str())
        .collect();
    if let Some(word) = parameters.iter().find(|name| TEMPLATE_WORDS.contains(name)) {
        let message = format!(
            "the parameter `{word}` cannot be used in a template that is rendered at deploy"
        );
        return Err(GenerateError::Incomplete {
            message,
            hint: "give it another name in `config.parameters`".into(),
        });
    }
    let remote_vars = format!("/etc/{}/config-vars.yaml", service.name);
    let file =
        serde_json::json!({"template": TEMPLATE, "erb_syntax": true, "remote_vars": remote_vars});
    let key = format!("/etc/{}/config.yaml", service.name);
    let entry = top(key, file);
    generated.desired.push(Desired::Yaml {
        path: CONFIG_FILES.into(),
        entries: vec![entry],
    });

    let own = OWN_KEYS
        .into_iter()
        .filter(|key| !parameters.contains(key))
        .collect();
    let log_level = service.runtime.log_level.map_or("warn", LogLevel::as_str);
    let values = Values {
        remote_vars,
        log_level,
        own,
        parameters,
    };
    let text = templates.render("deploy-repo/config.yaml.j2", &values)?;
    let text = format!("{}\n", text.trim_end());
    generated.desired.push(Desired::File {
        path: format!("scap/templates/{TEMPLATE}").into(),
        text,
    });

    let entries = variables(service, site);
    generated.desired.push(Desired::Yaml {
        path: format!("scap/{VARS}").into(),
        entries,
    });
    for (name, _) in &service.environments {
        let of = |p: &crate::model::Parameter| {
            p.value(name.as_str())
                .filter(|_| !p.secret)
                .map(|v| (p.name.to_string(), v.clone()))
        };
        let values: Map<String, Value> = service.config.parameters.iter().filter_map(of).collect();
        if !values.is_empty() {
            let path = ScapEnvironment::from(name).folder().join(VARS);
            let entries = values
                .into_iter()
                .map(|(key, value)| top(key, value))
                .collect();
            generated.desired.push(Desired::Yaml { path, entries });
        }
    }
    Ok(())
}

fn top(key: String, value: Value) -> Entry {
    Entry::sorted(&[], key, value).placed(Position::End)
}

/// The variables with values that do no harm where Puppet has none; secrets are never among them.
fn variables(service: &Service, site: &Site) -> Vec<Entry> {
    let name = service.name.as_str();
    let extra = |key: &str, default: Value| {
        service
            .runtime
            .extra
            .iter()
            .find(|(k, _)| k == key)
            .map_or(default, |(_, value)| value.clone())
    };
    let log_file = site.logs.directory.join(name).join(site.logs.file.as_str());
    let defaults: [(&str, Value); 20] = [
        ("num_workers", extra("no_workers", "ncpu".into())),
        ("worker_heap_limit_mb", extra("heap_limit", 300.into())),
        (
            "worker_heartbeat_timeout",
            extra("heartbeat_to", 7500.into()),
        ),
        ("log_name", extra("logging_name", name.into())),
        ("logstash_host", "".into()),
        ("logstash_port", "".into()),
        ("log_file", log_file.as_str().into()),
        ("rsyslog_port", "".into()),
        ("metrics_name", extra("statsd_prefix", name.into())),
        ("metrics_host", "localhost".into()),
        ("metrics_port", 8125.into()),
        ("name", name.into()),
        ("module", extra("starter_module", "./src/app.js".into())),
        ("entrypoint", extra("entrypoint", "".into())),
        ("port", service.port.number().into()),
        ("proxy", "".into()),
        ("mwapi_host", "".into()),
        ("mwapi_uri", "".into()),
        ("mw_resource_loader_uri", "".into()),
        ("restbase_uri", "".into()),
    ];
    let parameters = &service.config.parameters;
    let is_parameter = |key: &str| parameters.iter().any(|p| p.name.as_str() == key);
    // A value that is there was put there for a reason, and Puppet's wins over both.
    let base = defaults
        .into_iter()
        .filter(|(key, _)| !is_parameter(key))
        .map(|(key, value)| Entry {
            other: Other::Stays,
            ..top(key.to_owned(), value)
        });
    let own = parameters.iter().filter(|p| !p.secret).filter_map(|p| {
        let value = p.value("production").or(p.default.as_ref())?;
        Some(top(p.name.to_string(), value.clone()))
    });
    base.chain(own).collect()
}
