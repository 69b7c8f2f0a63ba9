use schemars::JsonSchema;
use serde::Serialize;

use crate::model::config::choice;
use crate::model::name::{CheckName, GroupName};
use crate::model::problem::Problem;
use crate::model::read::{Fields, Read};
use crate::model::text::Line;
use crate::yaml::Node;

/// A check that runs on a host during a deploy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Check {
    pub name: CheckName,
    #[serde(rename = "type", default)]
    pub kind: CheckKind,
    #[serde(flatten)]
    pub moment: Moment,
    pub command: Line,
    /// Seconds it may take.
    #[serde(default = "default_check_timeout")]
    #[schemars(range(max = 1_000_000))]
    pub timeout: u32,
    /// The only group in which it runs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<GroupName>,
}

/// What kind of command a check is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum CheckKind {
    /// A command line.
    #[default]
    Command,
    /// A name that the host's NRPE configuration defines.
    Nrpe,
    /// A file of the deploy repository's `scap/scripts`.
    Script,
}

/// The stage that a check belongs to, and the side of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Moment {
    Before(Stage),
    After(Stage),
}

/// The stages of a deploy on a host, by the names that Scap gives them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    Fetch,
    ConfigDeploy,
    Promote,
    HandleService,
    Finalize,
}

fn default_check_timeout() -> u32 {
    30
}

impl CheckKind {
    /// The word that `checks.yaml` uses.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Command => "command",
            Self::Nrpe => "nrpe",
            Self::Script => "script",
        }
    }
}

impl Stage {
    const ALL: [Self; 5] = [
        Self::Fetch,
        Self::ConfigDeploy,
        Self::Promote,
        Self::HandleService,
        Self::Finalize,
    ];

    /// The word that `checks.yaml` uses.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Fetch => "fetch",
            Self::ConfigDeploy => "config_deploy",
            Self::Promote => "promote",
            Self::HandleService => "handle_service",
            Self::Finalize => "finalize",
        }
    }
}

impl Moment {
    /// The key and the value that `checks.yaml` uses.
    pub fn entry(self) -> (&'static str, &'static str) {
        match self {
            Self::Before(stage) => ("before", stage.as_str()),
            Self::After(stage) => ("after", stage.as_str()),
        }
    }
}

impl Check {
    /// What NRPE knows that check as.
    pub(crate) fn spec_command(service: &str) -> String {
        format!("check_endpoints_{service}")
    }

    /// The check of every endpoint in the spec, which the Puppet side defines where a service has one.
    pub(in crate::model) fn endpoints(service: &str) -> Option<Self> {
        Some(Self {
            name: CheckName::parse("endpoints").ok()?,
            kind: CheckKind::Nrpe,
            moment: Moment::After(Stage::HandleService),
            command: Line::parse(&Self::spec_command(service)).ok()?,
            timeout: default_check_timeout(),
            group: None,
        })
    }
}

impl Read for CheckKind {
    fn read(node: &Node, problems: &mut Vec<Problem>) -> Option<Self> {
        choice(
            node,
            &[Self::Command, Self::Nrpe, Self::Script].map(|kind| (kind.as_str(), kind)),
            problems,
        )
    }
}

impl Read for Stage {
    fn read(node: &Node, problems: &mut Vec<Problem>) -> Option<Self> {
        choice(
            node,
            &Self::ALL.map(|stage| (stage.as_str(), stage)),
            problems,
        )
    }
}

impl Read for Check {
    fn read(node: &Node, problems: &mut Vec<Problem>) -> Option<Self> {
        let mut fields = Fields::of(node, problems)?;
        let name = fields.required("name", problems);
        let kind = fields.or("type", CheckKind::Command, problems);
        let before = fields.optional("before", problems).map(Moment::Before);
        let after = fields.optional("after", problems).map(Moment::After);
        let command = fields.required("command", problems);
        let timeout = fields.or("timeout", default_check_timeout(), problems);
        let group = fields.optional("group", problems);
        if before.is_some() == after.is_some()
            && node.find("before").is_some() == node.find("after").is_some()
        {
            let message = "a check runs either before or after a stage";
            let rule = "write one of the two, such as `after: handle_service`";
            problems.push(Problem::new(node.span.clone(), message).rule(rule));
        }
        fields.end(problems);
        Some(Self {
            name: name?,
            kind,
            moment: before.or(after)?,
            command: command?,
            timeout,
            group,
        })
    }
}
