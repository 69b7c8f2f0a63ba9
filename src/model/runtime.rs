use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use super::config::{as_map, choice};
use super::name::{NodeVersion, Refused, constant};
use super::problem::Problem;
use super::read::{Fields, Read, map};
use crate::visible::visible;
use crate::yaml::Node;

/// How the service's process is run, and how others see that it is well.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Runtime {
    /// Version of Node, written where the tree's `service::node` knows it.
    #[serde(default = "default_node")]
    pub node_version: NodeVersion,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub log_level: Option<LogLevel>,
    /// Further arguments of `service::node`, by their own names.
    #[serde(default, serialize_with = "as_map")]
    #[schemars(with = "std::collections::BTreeMap<String, Value>")]
    pub extra: Vec<(String, Value)>,
    #[serde(default)]
    pub healthcheck: Healthcheck,
}

/// The lowest level that is logged, as bunyan names them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum LogLevel {
    Trace,
    Debug,
    Info,
    Warn,
    Error,
    Fatal,
}

/// What the monitoring asks the service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Healthcheck {
    /// Path that answers 200; with a spec, the base of `?spec`.
    #[serde(default = "default_url")]
    #[schemars(
        regex(pattern = "^(/[A-Za-z0-9#&()*+,./:;=?@\\[\\]^_~-]*)?$"),
        length(max = 255)
    )]
    pub url: String,
    /// Whether the service answers `?spec`, so that every endpoint in it is checked.
    #[serde(default)]
    pub spec: bool,
}

fn default_node() -> NodeVersion {
    constant(NodeVersion::parse("20"))
}

fn default_url() -> String {
    "/_info".into()
}

impl Default for Healthcheck {
    fn default() -> Self {
        Self {
            url: default_url(),
            spec: false,
        }
    }
}

impl Default for Runtime {
    fn default() -> Self {
        Self {
            node_version: default_node(),
            log_level: None,
            extra: Vec::new(),
            healthcheck: Healthcheck::default(),
        }
    }
}

impl LogLevel {
    /// The word itself.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Trace => "trace",
            Self::Debug => "debug",
            Self::Info => "info",
            Self::Warn => "warn",
            Self::Error => "error",
            Self::Fatal => "fatal",
        }
    }
}

impl Read for LogLevel {
    fn read(node: &Node, problems: &mut Vec<Problem>) -> Option<Self> {
        let levels = [
            Self::Trace,
            Self::Debug,
            Self::Info,
            Self::Warn,
            Self::Error,
            Self::Fatal,
        ];
        choice(node, &levels.map(|level| (level.as_str(), level)), problems)
    }
}

/// Arguments of `service::node` that follow from other fields, and the field that they follow from.
const OWN_ARGUMENTS: &[(&str, &str)] = &[
    ("port", "port"),
    ("node_version", "runtime.node_version"),
    ("config", "config"),
    ("log_level", "runtime.log_level"),
    ("healthcheck_url", "runtime.healthcheck.url"),
    ("has_spec", "runtime.healthcheck.spec"),
    ("repo", "repositories.key"),
    ("git_remote", "repositories.source"),
    ("environment", "config.environment"),
    ("deployment", "deploy"),
    ("deployment_user", "deploy.user"),
    ("deployment_config", "config.style"),
    ("deployment_vars", "config.parameters"),
];

impl Read for Runtime {
    fn read(node: &Node, problems: &mut Vec<Problem>) -> Option<Self> {
        let mut fields = Fields::of(node, problems)?;
        let node_version = fields.or("node_version", default_node(), problems);
        let log_level = fields.optional("log_level", problems);
        let extra = fields.node("extra").and_then(|node| {
            for (key, _) in node.entries() {
                if let Some((_, field)) = OWN_ARGUMENTS.iter().find(|(name, _)| *name == key.text) {
                    let message = format!("`{}` does not belong here", key.text);
                    problems.push(
                        Problem::new(key.span.clone(), message)
                            .rule(format!("it follows from `{field}`")),
                    );
                }
            }
            map(node, argument_name, problems)
        });
        let healthcheck = fields.or("healthcheck", Healthcheck::default(), problems);
        fields.end(problems);
        Some(Self {
            node_version,
            log_level,
            extra: extra.unwrap_or_default(),
            healthcheck,
        })
    }
}

fn argument_name(text: &str) -> Result<String, Refused> {
    let shape = text.starts_with(|c: char| c.is_ascii_lowercase())
        && text
            .chars()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
    if shape && text.len() <= 63 {
        return Ok(text.to_owned());
    }
    let rule = "lower-case letters, digits and underscores, beginning with a letter";
    Err(Refused::new(text, "an argument of `service::node`", rule))
}

impl Read for Healthcheck {
    fn read(node: &Node, problems: &mut Vec<Problem>) -> Option<Self> {
        let mut fields = Fields::of(node, problems)?;
        let spec = fields.or("spec", false, problems);
        let url_node = fields.node("url");
        let url: Option<String> = url_node.and_then(|node| String::read(node, problems));
        fields.end(problems);
        if let (Some(url), Some(node)) = (&url, url_node) {
            let printable = url
                .bytes()
                .all(|b| b.is_ascii_graphic() && !b"'\"!`\\$%<>{}|".contains(&b));
            if !(url.is_empty() || url.starts_with('/')) || !printable || url.len() > 255 {
                let message = format!("`{}` is not the path of a health check", visible(url));
                problems.push(
                    Problem::new(node.span.clone(), message)
                        .rule("empty, or a path such as `/_info`"),
                );
            }
        }
        let by_default = if spec { String::new() } else { default_url() };
        Some(Self {
            url: url.unwrap_or(by_default),
            spec,
        })
    }
}
