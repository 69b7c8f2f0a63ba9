//! Chooses the arguments of a tree's own `service::node`: only those that it knows, all that it requires.

use serde_json::Value;

use super::GenerateError;
use super::puppet_code::Expression;
use crate::model::{DataType, Service, did_you_mean};
use crate::puppet::Signature;
use crate::render::quoting::{puppet_string, puppet_value};

/// Arguments by their names, in their order.
pub(super) type ArgumentList = Vec<(String, Expression)>;

/// Arguments that some tree's `service::node` has or had and that svcgen does not derive itself.
const KNOWN_ELSEWHERE: &[&str] = &[
    "auto_refresh",
    "build",
    "contact_groups",
    "enable",
    "entrypoint",
    "full_config",
    "heap_limit",
    "heartbeat_to",
    "icinga_check",
    "init_restart",
    "local_logging",
    "logging_name",
    "module",
    "monitor_to",
    "no_file",
    "no_workers",
    "npm_environment",
    "script",
    "starter_module",
    "starter_script",
    "statsd_prefix",
    "use_nodejs10",
    "use_proxy",
];

/// The arguments so far, and what the user should know of those that were left out.
#[derive(Debug)]
pub(super) struct Arguments<'a> {
    signature: &'a Signature,
    list: ArgumentList,
    pub(super) warnings: Vec<String>,
}

impl<'a> Arguments<'a> {
    /// Begins with nothing.
    pub(super) fn new(signature: &'a Signature) -> Self {
        Self {
            signature,
            list: Vec::new(),
            warnings: Vec::new(),
        }
    }

    /// Adds an argument where the tree knows it.
    pub(super) fn add(&mut self, name: &str, value: Expression) {
        if self.signature.knows(name) {
            self.list.push((name.to_owned(), value));
        }
    }

    /// Adds an argument where the tree knows it, and warns where it does not.
    pub(super) fn add_or_warn(&mut self, name: &str, value: Expression, field: &str) {
        if !self.signature.knows(name) {
            self.warnings.push(format!(
                "`{field}` is left out: this tree's `service::node` has no `{name}`"
            ));
        }
        self.add(name, value);
    }

    /// Adds an argument where its value is not the tree's default, or the tree has none.
    pub(super) fn add_unless_default(&mut self, name: &str, value: Expression) {
        let default = self
            .signature
            .find(name)
            .and_then(|parameter| parameter.default.as_deref());
        if default.map(|text| Expression::Code(text.to_owned())) != Some(value.clone()) {
            self.add(name, value);
        }
    }

    /// Adds a version: text, or a number where the tree's type wants one.
    pub(super) fn add_version(&mut self, name: &str, version: &str) {
        let data_type = self
            .signature
            .find(name)
            .and_then(|p| p.data_type.as_deref());
        let wanted = data_type.and_then(|text| DataType::parse(text).ok());
        let number = version.parse::<i64>().ok().map(Value::from);
        let fits = |value: &Value| {
            wanted
                .as_ref()
                .is_none_or(|wanted| wanted.check(value).is_ok())
        };
        match number {
            Some(number) if !fits(&Value::from(version)) && fits(&number) => {
                self.add(name, Expression::Code(puppet_value(&number)));
            }
            _ => self.add(name, Expression::Code(puppet_string(version))),
        }
    }

    /// Adds the arguments of `runtime.extra`.
    pub(super) fn add_extra(&mut self, service: &Service) -> Result<(), GenerateError> {
        for (name, value) in &service.runtime.extra {
            let Some(parameter) = self.signature.find(name) else {
                if KNOWN_ELSEWHERE.contains(&name.as_str()) {
                    self.warnings.push(format!(
                        "`runtime.extra.{name}` is left out: this tree's `service::node` has no such argument"
                    ));
                    continue;
                }
                let known = self.signature.parameters.iter().map(|p| p.name.as_str());
                let near = did_you_mean(name, known.chain(KNOWN_ELSEWHERE.iter().copied()));
                return Err(GenerateError::Incomplete {
                    message: format!(
                        "`runtime.extra.{name}`: no known `service::node` has such an argument"
                    ),
                    hint: near.unwrap_or_else(|| "remove it from the model".into()),
                });
            };
            let data_type = parameter
                .data_type
                .as_deref()
                .and_then(|text| DataType::parse(text).ok());
            if let Some(Err(reason)) = data_type.map(|data_type| data_type.check(value)) {
                return Err(GenerateError::Incomplete {
                    message: format!("`runtime.extra.{name}`: {reason}"),
                    hint: format!(
                        "this tree's `service::node` wants {}",
                        parameter.data_type.as_deref().unwrap_or("")
                    ),
                });
            }
            self.list
                .push((name.clone(), Expression::Code(puppet_value(value))));
        }
        Ok(())
    }

    /// The environment variables, where there are any.
    pub(super) fn add_environment(&mut self, service: &Service) {
        let variables = &service.config.environment;
        if variables.is_empty() {
            return;
        }
        let entries = variables
            .iter()
            .map(|(name, value)| (puppet_string(name.as_str()), puppet_value(value)));
        self.add_or_warn(
            "environment",
            Expression::Hash(entries.collect()),
            "config.environment",
        );
    }

    /// The arguments, once all that the tree requires are there.
    pub(super) fn finish(mut self) -> Result<(ArgumentList, Vec<String>), GenerateError> {
        for parameter in self
            .signature
            .parameters
            .iter()
            .filter(|p| p.default.is_none())
        {
            if self.list.iter().any(|(name, _)| *name == parameter.name) {
                continue;
            }
            if matches!(
                parameter.name.as_str(),
                "config" | "environment" | "deployment_vars"
            ) {
                self.list
                    .push((parameter.name.clone(), Expression::Hash(Vec::new())));
                continue;
            }
            return Err(GenerateError::Incomplete {
                message: format!(
                    "this tree's `service::node` requires `{}`, which svcgen does not know",
                    parameter.name
                ),
                hint: format!(
                    "add it to the model: `runtime: {{extra: {{{}: ...}}}}`",
                    parameter.name
                ),
            });
        }
        Ok((self.list, self.warnings))
    }
}
