use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use super::config::{OneValue, as_map, variables};
use super::name::{BuildNode, ImageName, Refused, VariableName, constant};
use super::problem::Problem;
use super::read::{Fields, Read, expected, map, refused};
use super::suggest::did_you_mean;
use super::text::Line;
use crate::visible::visible;
use crate::yaml::{Kind, Node};

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

fn default_build_node() -> BuildNode {
    constant(BuildNode::parse("system"))
}

fn default_target() -> BuildTarget {
    BuildTarget::Debian
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
