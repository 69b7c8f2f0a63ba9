use std::collections::HashSet;

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use super::data_type::DataType;
use super::name::{ParameterName, Refused, VariableName};
use super::problem::Problem;
use super::read::{Fields, Read, expected, map};
use super::suggest::did_you_mean;
use super::text::Text;
use crate::visible::visible;
use crate::yaml::{Kind, Node};

/// The configuration that the service reads, and how it gets to the host.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema, Default)]
#[serde(deny_unknown_fields)]
pub struct ServiceConfig {
    #[serde(default)]
    pub style: ConfigStyle,
    /// Parameters of the Puppet class, which the service reads as `app.conf.*`.
    #[serde(default)]
    pub parameters: Vec<Parameter>,
    /// Environment variables of the service's process.
    #[serde(default, serialize_with = "as_map")]
    #[schemars(with = "std::collections::BTreeMap<VariableName, OneValue>")]
    pub environment: Vec<(VariableName, Value)>,
}

/// What the schema says of the value of an environment variable.
#[derive(JsonSchema)]
#[schemars(untagged)]
#[expect(dead_code, reason = "only its schema is used")]
pub(super) enum OneValue {
    Text(String),
    Number(f64),
    Boolean(bool),
}

/// Where the configuration is rendered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum ConfigStyle {
    /// A hash in the Puppet class.
    #[default]
    Inline,
    /// A `config.yaml.erb` template of the Puppet module.
    Template,
    /// Rendered on the host at each deploy, from templates in the deploy repository.
    Scap,
}

/// One parameter of the service's configuration.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Parameter {
    pub name: ParameterName,
    #[serde(rename = "type", default)]
    pub data_type: DataType,
    /// Value where nothing else is said; without one the parameter is required.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default: Option<Value>,
    /// Values per environment: `production`, `vagrant`, or a key of `environments`.
    #[serde(default, serialize_with = "as_map", rename = "value")]
    #[schemars(with = "std::collections::BTreeMap<String, Value>")]
    pub values: Vec<(String, Value)>,
    /// What it means; becomes part of the documentation of the class.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<Text>,
    /// Never written in clear; looked up in the private repository.
    #[serde(default)]
    pub secret: bool,
}

impl Parameter {
    /// The value for an environment, where the model gives one.
    pub fn value(&self, environment: &str) -> Option<&Value> {
        self.values
            .iter()
            .find(|(name, _)| name == environment)
            .map(|(_, value)| value)
    }

    /// Whether the Puppet class has to be given a value.
    pub fn is_required(&self) -> bool {
        self.default.is_none()
    }
}

pub(super) fn as_map<K: Serialize, V: Serialize, S: serde::Serializer>(
    entries: &[(K, V)],
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.collect_map(entries.iter().map(|(k, v)| (k, v)))
}

impl Read for ConfigStyle {
    fn read(node: &Node, problems: &mut Vec<Problem>) -> Option<Self> {
        choice(
            node,
            &[
                ("inline", Self::Inline),
                ("template", Self::Template),
                ("scap", Self::Scap),
            ],
            problems,
        )
    }
}

/// Reads one of a few words.
pub(crate) fn choice<T: Copy>(
    node: &Node,
    choices: &[(&str, T)],
    problems: &mut Vec<Problem>,
) -> Option<T> {
    let text = String::read(node, problems)?;
    if let Some((_, value)) = choices.iter().find(|(word, _)| *word == text) {
        return Some(*value);
    }
    let words: Vec<&str> = choices.iter().map(|(word, _)| *word).collect();
    let rule = did_you_mean(&text, words.iter().copied())
        .unwrap_or_else(|| format!("one of {}", words.join(", ")));
    problems.push(
        Problem::new(
            node.span.clone(),
            format!("`{}` is not known here", visible(&text)),
        )
        .rule(rule),
    );
    None
}

impl Read for ServiceConfig {
    fn read(node: &Node, problems: &mut Vec<Problem>) -> Option<Self> {
        let mut fields = Fields::of(node, problems)?;
        let style = fields.or("style", ConfigStyle::Inline, problems);
        let parameters: Vec<Parameter> = fields.or("parameters", Vec::new(), problems);
        if let Some(list) = fields.node("parameters") {
            unique(list, "name", problems);
        }
        let environment = fields
            .node("environment")
            .and_then(|node| variables(node, problems))
            .unwrap_or_default();
        fields.end(problems);
        Some(Self {
            style,
            parameters,
            environment,
        })
    }
}

/// Reads environment variables: names and single values.
pub(crate) fn variables(
    node: &Node,
    problems: &mut Vec<Problem>,
) -> Option<Vec<(VariableName, Value)>> {
    single_values(node, VariableName::parse, problems)
}

/// Reads a mapping whose values are texts, numbers and booleans.
pub(super) fn single_values<K>(
    node: &Node,
    key: impl Fn(&str) -> Result<K, Refused>,
    problems: &mut Vec<Problem>,
) -> Option<Vec<(K, Value)>> {
    for (_, value) in node.entries() {
        if matches!(
            value.kind,
            Kind::Sequence(_) | Kind::Mapping(_) | Kind::Null
        ) {
            problems.push(expected("one value", value));
        }
    }
    map(node, key, problems)
}

/// Reports the second and later items of a list that repeat the value of a key.
pub(super) fn unique(list: &Node, key: &str, problems: &mut Vec<Problem>) {
    let mut seen = HashSet::new();
    for node in list.items().iter().filter_map(|item| item.find(key)) {
        if let Kind::String(text) = &node.kind
            && !seen.insert(text.as_str())
        {
            let message = format!("`{}` is already in the list", visible(text));
            problems.push(Problem::new(node.span.clone(), message));
        }
    }
}

impl Read for Parameter {
    fn read(node: &Node, problems: &mut Vec<Problem>) -> Option<Self> {
        let mut fields = Fields::of(node, problems)?;
        let name = fields.required("name", problems);
        let typed = fields.node("type").is_some();
        let data_type: Option<DataType> = fields.optional("type", problems);
        let default_node = fields.node("default");
        let default = default_node.and_then(|node| Value::read(node, problems));
        let value_node = fields.node("value");
        let values = value_node
            .and_then(|node| map(node, |key| Ok(key.to_owned()), problems))
            .unwrap_or_default();
        let description = fields.optional("description", problems);
        let secret = fields.or("secret", false, problems);
        fields.end(problems);

        let data_type = if typed {
            data_type?
        } else {
            DataType::default()
        };
        let checked = default_node.into_iter().chain(
            value_node
                .into_iter()
                .flat_map(|n| n.entries().iter().map(|e| &e.1)),
        );
        for node in checked {
            if secret {
                let rule =
                    "svcgen never writes a secret; it is looked up in the private repository";
                problems
                    .push(Problem::new(node.span.clone(), "a secret has no value here").rule(rule));
            } else if let Err(message) = data_type.check(&node.to_value()) {
                problems.push(Problem::new(node.span.clone(), message));
            }
        }
        Some(Self {
            name: name?,
            data_type,
            default,
            values,
            description,
            secret,
        })
    }
}
