use schemars::JsonSchema;
use serde::Serialize;

use crate::model::name::PuppetName;
use crate::model::problem::Problem;
use crate::model::read::Fields;
use crate::model::runtime::LogLevel;
use crate::yaml::Node;

/// What is particular to the development environment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Vagrant {
    /// Name of the role; by default the Puppet name.
    #[schemars(with = "Option<PuppetName>")]
    pub role: PuppetName,
    /// Megabytes that the role adds to the virtual machine.
    #[serde(default)]
    #[schemars(range(max = 1_000_000))]
    pub memory: u32,
    /// Whether the port is reachable from outside of the virtual machine.
    #[serde(default = "yes")]
    pub forward_port: bool,
    /// The log level there; by default what the tree says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub log_level: Option<LogLevel>,
}

fn yes() -> bool {
    true
}

impl Vagrant {
    pub(super) fn read(
        node: Option<&Node>,
        puppet_name: Option<&PuppetName>,
        problems: &mut Vec<Problem>,
    ) -> Option<Self> {
        let mut fields = Fields::of_optional(node, problems)?;
        let role = fields.optional("role", problems);
        let memory = fields.or("memory", 0, problems);
        let forward_port = fields.or("forward_port", true, problems);
        let log_level = fields.optional("log_level", problems);
        fields.end(problems);
        Some(Self {
            role: role.or_else(|| puppet_name.cloned())?,
            memory,
            forward_port,
            log_level,
        })
    }
}
