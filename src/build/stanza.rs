//! The `deploy` stanza of package.json: what a build runs in.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;

use crate::model::{
    Build, BuildNode, BuildTarget, Dependency, Fields, Line, Problem, Read, VariableName, Version,
    map, suggest, variables,
};
use crate::yaml::Node;

/// The stanza `deploy` of `package.json`: for what the modules are built, and with what.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Stanza {
    pub target: BuildTarget,
    /// `system`, or a version of Node.
    pub node: BuildNode,
    /// A version of npm other than the one that comes with Node.
    pub npm: Option<Version>,
    /// By distribution; `_all` stands for each.
    pub dependencies: Vec<(String, Vec<Dependency>)>,
    pub env: Vec<(VariableName, Value)>,
    pub install_opts: Vec<Line>,
}

/// The keys that service-runner knows.
const KEYS: [&str; 6] = [
    "target",
    "node",
    "npm",
    "dependencies",
    "env",
    "install_opts",
];

impl Stanza {
    /// The keys that nobody reads, each with the one that was likely meant.
    pub fn strays(node: &Node) -> Vec<(String, Option<&'static str>)> {
        let keys = node.entries().iter().map(|(key, _)| &key.text);
        let strays = keys.filter(|key| !KEYS.contains(&key.as_str()));
        strays
            .map(|key| (key.clone(), suggest(key, KEYS)))
            .collect()
    }

    /// The keys in which two of them mean something different.
    pub fn changed(&self, other: &Self) -> Vec<&'static str> {
        let differing = [
            ("target", self.target != other.target),
            ("node", self.node != other.node),
            ("npm", self.npm != other.npm),
            ("dependencies", self.packages() != other.packages()),
            ("env", self.variables() != other.variables()),
            ("install_opts", self.install_opts != other.install_opts),
        ];
        let differing = differing.into_iter().filter(|(_, differs)| *differs);
        differing.map(|(key, _)| key).collect()
    }

    /// The packages, whatever their order.
    fn packages(&self) -> Vec<String> {
        let all = self.dependencies.iter().flat_map(|(distribution, all)| {
            let named = all.iter().map(move |it| format!("{distribution} {it:?}"));
            named.collect::<Vec<_>>()
        });
        let mut all: Vec<String> = all.collect();
        all.sort();
        all
    }

    /// The variables as they are set.
    pub(super) fn variables(&self) -> BTreeMap<String, String> {
        let variables = self.env.iter();
        variables
            .map(|(name, value)| (name.to_string(), plain(value)))
            .collect()
    }
}

/// A value of the environment as text.
fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

impl Default for Stanza {
    fn default() -> Self {
        Self::from(&Build::default())
    }
}

impl From<&Build> for Stanza {
    fn from(build: &Build) -> Self {
        Self {
            target: build.target.clone(),
            node: build.node.clone(),
            npm: None,
            dependencies: build.dependencies.clone(),
            env: build.environment.clone(),
            install_opts: build.install_options.clone(),
        }
    }
}

impl Read for Stanza {
    fn read(node: &Node, problems: &mut Vec<Problem>) -> Option<Self> {
        let by_default = Self::default();
        let mut fields = Fields::of(node, problems)?;
        let target = fields.or("target", by_default.target, problems);
        let version = fields.or("node", by_default.node, problems);
        let npm = fields.optional("npm", problems);
        let dependencies = fields
            .node("dependencies")
            .and_then(|node| map(node, |key| Ok(key.to_owned()), problems));
        let env = fields
            .node("env")
            .and_then(|node| variables(node, problems));
        let install_opts = fields.or("install_opts", Vec::new(), problems);
        Some(Self {
            target,
            node: version,
            npm,
            dependencies: dependencies.unwrap_or_default(),
            env: env.unwrap_or_default(),
            install_opts,
        })
    }
}
