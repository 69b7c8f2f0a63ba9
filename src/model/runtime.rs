use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use super::config::{OneValue, as_map, choice, variables};
use super::name::{BuildNode, ImageName, NodeVersion, Refused, VariableName, constant};
use super::problem::Problem;
use super::read::{Fields, Read, expected, map, refused};
use super::suggest::did_you_mean;
use super::text::Line;
use crate::visible::visible;
use crate::yaml::{Kind, Node};

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

/// How the production dependencies are built.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Build {
    #[serde(default = "default_target")]
    pub target: BuildTarget,
    /// `system`, or a version of Node.
    #[serde(default = "default_build_node")]
    pub node: BuildNode,
    /// Packages to install before npm runs: for `_all` targets, or for one.
    #[serde(default, serialize_with = "as_map")]
    #[schemars(
        with = "std::collections::BTreeMap<String, Vec<Dependency>>",
        extend("propertyNames" = {"enum": ["_all", "debian", "ubuntu"]})
    )]
    pub dependencies: Vec<(String, Vec<Dependency>)>,
    /// Environment variables of the build.
    #[serde(default, serialize_with = "as_map")]
    #[schemars(with = "std::collections::BTreeMap<VariableName, OneValue>")]
    pub environment: Vec<(VariableName, Value)>,
    /// Further arguments of `npm install`.
    #[serde(default)]
    pub install_options: Vec<Line>,
}

/// The distribution that is built for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum BuildTarget {
    Debian,
    Ubuntu,
    /// An image, `name:tag`.
    #[serde(untagged)]
    Image(ImageName),
}

/// A package of the distribution, a package file by its address, or packages of another apt source.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(untagged)]
pub enum Dependency {
    Package(PackageName),
    File {
        uri: Line,
    },
    Source {
        repo_url: Line,
        release: Line,
        pool: Line,
        packages: Vec<PackageName>,
    },
}

/// The name of a Debian package.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(transparent)]
pub struct PackageName(#[schemars(regex(pattern = "^[a-z0-9][a-z0-9.+:-]*$"))] String);

impl PackageName {
    /// The text itself.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    fn parse(text: &str) -> Result<Self, Refused> {
        let shape = text.starts_with(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit())
            && text.chars().all(|c| {
                c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '.' | '+' | '-' | ':')
            });
        if shape && text.len() <= 128 {
            return Ok(Self(text.to_owned()));
        }
        Err(Refused::new(
            text,
            "a package name",
            "lower-case letters, digits, `.`, `+` and `-`",
        ))
    }
}

fn default_node() -> NodeVersion {
    constant(NodeVersion::parse("20"))
}

fn default_build_node() -> BuildNode {
    constant(BuildNode::parse("system"))
}

fn default_target() -> BuildTarget {
    BuildTarget::Debian
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

impl Default for Build {
    fn default() -> Self {
        Self {
            target: default_target(),
            node: default_build_node(),
            dependencies: Vec::new(),
            environment: Vec::new(),
            install_options: Vec::new(),
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

impl Read for BuildTarget {
    fn read(node: &Node, problems: &mut Vec<Problem>) -> Option<Self> {
        let text = String::read(node, problems)?;
        match text.as_str() {
            "debian" => Some(Self::Debian),
            "ubuntu" => Some(Self::Ubuntu),
            _ => match ImageName::parse(&text) {
                Ok(image) => Some(Self::Image(image)),
                Err(_) => {
                    let message = format!("`{}` is not a build target", visible(&text));
                    let known = "`debian`, `ubuntu`, or an image such as `debian:bookworm`";
                    let rule = did_you_mean(&text, ["debian", "ubuntu"])
                        .unwrap_or_else(|| known.to_owned());
                    problems.push(Problem::new(node.span.clone(), message).rule(rule));
                    None
                }
            },
        }
    }
}

impl Read for PackageName {
    fn read(node: &Node, problems: &mut Vec<Problem>) -> Option<Self> {
        let text = String::read(node, problems)?;
        Self::parse(&text)
            .map_err(|r| problems.push(refused(r, node.span.clone())))
            .ok()
    }
}

impl Read for Dependency {
    fn read(node: &Node, problems: &mut Vec<Problem>) -> Option<Self> {
        if matches!(node.kind, Kind::String(_)) {
            return PackageName::read(node, problems).map(Self::Package);
        }
        if !matches!(node.kind, Kind::Mapping(_)) {
            problems.push(expected(
                "a package, or a mapping with `uri` or `repo_url`",
                node,
            ));
            return None;
        }
        let mut fields = Fields::of(node, problems)?;
        if node.find("uri").is_some() {
            let uri = fields.required("uri", problems);
            fields.end(problems);
            return Some(Self::File { uri: uri? });
        }
        let repo_url = fields.required("repo_url", problems);
        let release = fields.required("release", problems);
        let pool = fields.required("pool", problems);
        let packages = fields.required("packages", problems);
        fields.end(problems);
        Some(Self::Source {
            repo_url: repo_url?,
            release: release?,
            pool: pool?,
            packages: packages?,
        })
    }
}

impl Read for Build {
    fn read(node: &Node, problems: &mut Vec<Problem>) -> Option<Self> {
        let mut fields = Fields::of(node, problems)?;
        let target = fields.or("target", BuildTarget::Debian, problems);
        let build_node = fields.or("node", default_build_node(), problems);
        let dependencies = fields.node("dependencies").and_then(|node| {
            let key = |text: &str| match text {
                "_all" | "debian" | "ubuntu" => Ok(text.to_owned()),
                _ => Err(Refused::new(
                    text,
                    "a distribution",
                    did_you_mean(text, ["_all", "debian", "ubuntu"])
                        .unwrap_or_else(|| "one of `_all`, `debian`, `ubuntu`".to_owned()),
                )),
            };
            map(node, key, problems)
        });
        let environment = fields
            .node("environment")
            .and_then(|node| variables(node, problems))
            .unwrap_or_default();
        let install_options = fields.or("install_options", Vec::new(), problems);
        fields.end(problems);
        Some(Self {
            target,
            node: build_node,
            dependencies: dependencies.unwrap_or_default(),
            environment,
            install_options,
        })
    }
}
