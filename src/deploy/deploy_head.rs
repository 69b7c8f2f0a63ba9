//! What Scap on a target goes by when somebody runs it there by hand, or Puppet sets a host up: the settings of the last
//! deploy, as YAML. It is in `.config` beside the releases of each target, and in `.git/DEPLOY_HEAD` where deploys are made.

use std::fmt::Write as _;

use serde_json::{Map, Value, json};

use super::owner::Owner;
use crate::model::Revision;
use crate::scap::{
    DeployCheck, DeployStage, Files, OutputFormat, ScapDirectory, ServiceAction, ServiceUnit,
};

/// The settings of a deploy.
pub(super) struct DeployHead<'a> {
    /// What holds for the revision.
    pub(super) directory: &'a ScapDirectory,
    pub(super) revision: &'a Revision,
    pub(super) owner: &'a Owner,
    /// Where the repository itself comes from.
    pub(super) origin: Option<&'a str>,
    /// The files of the revision, where they are known.
    pub(super) files: Option<&'a dyn Files>,
}

impl DeployHead<'_> {
    /// The text: a line for each setting.
    pub(super) fn text(&self) -> String {
        let mut text = String::new();
        for (key, value) in self.settings() {
            if !value.is_null() {
                // Writing into a string does not fail.
                let _written = writeln!(text, "{key}: {}", flow(&value));
            }
        }
        text
    }

    fn settings(&self) -> Map<String, Value> {
        let config = &self.directory.config;
        let revision = self.revision.as_str();
        let at = jiff::Timestamp::from_second(self.owner.at).unwrap_or_default();
        let managers = &config.git_binary_managers;
        let values = json!({
            "cache_revs": config.cache_revs,
            "checks": self.checks(),
            "commit": revision,
            "config_deploy": config.config_deploy,
            "config_files": self.config_files(),
            "environment": config.environment,
            "git_binary_manager": (!managers.is_empty()).then(|| managers.join(",")),
            "git_deploy_dir": config.git_deploy_dir,
            "git_repo": config.git_repo,
            "git_rev": revision,
            "git_scheme": config.git_scheme,
            "git_server": config.git_server.as_ref().map(ToString::to_string),
            "git_submodules": config.git_submodules,
            "git_upstream_submodules": config.git_upstream_submodules,
            "log_json": true,
            "nrpe_dir": config.nrpe_dir,
            "original_origin": self.origin,
            "perform_checks": config.perform_checks,
            "require_valid_service": config.require_valid_service,
            "service_name": services(&config.services),
            "service_port": config.service_port,
            "service_timeout": config.service_timeout.as_secs_f64(),
            "timestamp": at.to_string(),
            "user": self.owner.user,
        });
        match values {
            Value::Object(values) => values,
            _ => Map::new(),
        }
    }

    fn checks(&self) -> Option<Value> {
        let checks = self.directory.checks.iter();
        let checks: Map<String, Value> = checks
            .map(|check| (check.name.clone(), check_of(check)))
            .collect();
        (!checks.is_empty()).then_some(Value::Object(checks))
    }

    /// The templates themselves: a target has nothing else to render them from.
    fn config_files(&self) -> Option<Value> {
        let files = self.directory.config_files.iter().map(|file| {
            let read = self.files.map(|files| files.read(&file.template));
            let template = read.and_then(Result::ok).flatten();
            let mut entry = json!({
                "name": file.destination,
                "template": template?,
                "erb_syntax": file.erb_syntax,
                "output_format": file.output_format.map(|OutputFormat::Yaml| "yaml"),
            });
            if let Some(vars) = &file.remote_vars {
                entry["remote_vars"] = json!(vars);
            }
            Some(entry)
        });
        let files = files.collect::<Option<Vec<Value>>>()?;
        let vars = &self.directory.vars;
        (!files.is_empty()).then(|| json!({"files": files, "override_vars": vars}))
    }
}

fn check_of(check: &DeployCheck) -> Value {
    let stage = |stage: Option<DeployStage>| stage.map(DeployStage::as_str);
    let entry = json!({
        "type": check.kind.as_str(),
        "command": check.command,
        "timeout": check.timeout.as_secs_f64(),
        "before": stage(check.before),
        "after": stage(check.after),
        "group": check.group,
        "shell": check.shell.then_some(true),
    });
    match entry {
        Value::Object(entry) => entry.into_iter().filter(|(_, v)| !v.is_null()).collect(),
        other => other,
    }
}

/// The services, as `service_name` lists them.
fn services(units: &[ServiceUnit]) -> Option<String> {
    let names = units.iter().map(|unit| {
        let action = match unit.action {
            ServiceAction::Restart => "restart",
            ServiceAction::Reload => "reload",
        };
        match (unit.action, unit.disable_secondary) {
            (ServiceAction::Restart, false) => unit.name.clone(),
            (_, false) => format!("{}={action}", unit.name),
            (_, true) => format!("{}={action}:disable-secondary", unit.name),
        }
    });
    let names: Vec<String> = names.collect();
    (!names.is_empty()).then(|| names.join(","))
}

/// A value in the flow style of YAML. Python reads quoted text alone as text whatever it looks like, and refuses what cannot
/// be printed, so that everything beyond ASCII is written by its number.
fn flow(value: &Value) -> String {
    let mut text = String::new();
    for c in value.to_string().chars() {
        let number = u32::from(c);
        let _written = match number {
            0x20..0x7f => write!(text, "{c}"),
            0..0x1_0000 => write!(text, "\\u{number:04x}"),
            _ => write!(text, "\\U{number:08x}"),
        };
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_looks_like_something_else_is_read_as_the_text_that_it_is() {
        let texts = [
            "2026-11-28",
            "12:30",
            "1e5",
            "no",
            "1_000",
            "~",
            "<%= a %>\n\tb: 'c'\n",
            "\u{7f}\u{85}\u{2028}\u{e9}\u{1f980}",
        ];
        for text in texts {
            let written = flow(&json!([text, 1.5, null, true]));
            assert!(
                written.bytes().all(|byte| (0x20..0x7f).contains(&byte)),
                "{written}"
            );
            let read: Value = serde_yaml::from_str(&written).unwrap();
            assert_eq!(read, json!([text, 1.5, null, true]), "{written}");
        }
    }
}
