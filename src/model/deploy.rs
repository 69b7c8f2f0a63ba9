use schemars::JsonSchema;
use serde::Serialize;

use super::config::{choice, unique};
use super::host::{HostName, HostPattern};
use super::name::{AccountName, CheckName, GroupName};
use super::problem::Problem;
use super::read::{Fields, Read, expected};
use super::text::Line;
use crate::visible::visible;
use crate::yaml::{Kind, Node};

/// How the service gets onto its hosts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Deploy {
    /// Account that deploys; by default the site's.
    #[schemars(with = "Option<AccountName>")]
    pub user: AccountName,
    /// Groups of hosts, in the order in which they are deployed.
    #[serde(default)]
    pub groups: Vec<Group>,
    /// Seconds that the port may take to open.
    #[serde(default = "default_service_timeout")]
    #[schemars(range(min = 1, max = 1_000_000))]
    pub service_timeout: u32,
    /// Checks that must pass on each host; by default one of every endpoint where the service has a spec.
    #[schemars(with = "Option<Vec<Check>>")]
    pub checks: Vec<Check>,
    /// How many releases stay on each host.
    #[serde(default = "default_cache_revisions")]
    #[schemars(range(min = 1, max = 1_000_000))]
    pub cache_revisions: u32,
}

/// A group of hosts that is deployed together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Group {
    pub name: GroupName,
    /// Hosts, or ranges of hosts.
    #[serde(default)]
    pub hosts: Vec<HostPattern>,
    /// How many hosts are deployed at a time; by default all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 1_000_000))]
    pub size: Option<u32>,
    /// How many hosts may fail before the deploy stops.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failure_limit: Option<FailureLimit>,
}

/// How many hosts of a group may fail: a number, or a percentage such as `10%`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(untagged)]
pub enum FailureLimit {
    Hosts(#[schemars(range(max = 1_000_000))] u32),
    #[serde(serialize_with = "percent")]
    Percent(#[schemars(with = "String", regex(pattern = "^0*(100|[0-9]{1,2})%$"))] u8),
}

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

/// A place other than production.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Environment {
    /// Section of `scap.cfg` that selects it.
    pub domain: HostName,
    /// Groups of hosts, in the order in which they are deployed.
    #[serde(default)]
    pub groups: Vec<Group>,
}

fn default_service_timeout() -> u32 {
    120
}

fn default_cache_revisions() -> u32 {
    5
}

fn default_check_timeout() -> u32 {
    30
}

fn percent<S: serde::Serializer>(value: &u8, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(&format_args!("{value}%"))
}

impl std::fmt::Display for FailureLimit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Hosts(number) => number.fmt(f),
            Self::Percent(number) => write!(f, "{number}%"),
        }
    }
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

impl Group {
    /// The hosts of the group, in order, each once.
    pub fn host_names(&self) -> Vec<HostName> {
        let mut seen = std::collections::HashSet::new();
        self.hosts
            .iter()
            .flat_map(HostPattern::hosts)
            .filter(|host| seen.insert(host.clone()))
            .collect()
    }
}

impl Check {
    /// The check of every endpoint in the spec, which the Puppet side defines where a service has one.
    pub(super) fn endpoints(service: &str) -> Option<Self> {
        Some(Self {
            name: CheckName::parse("endpoints").ok()?,
            kind: CheckKind::Nrpe,
            moment: Moment::After(Stage::HandleService),
            command: Line::parse(&format!("check_endpoints_{service}")).ok()?,
            timeout: default_check_timeout(),
            group: None,
        })
    }
}

impl Deploy {
    /// Reads the section with what it takes from elsewhere: the site's account, the checks by default.
    pub(super) fn read(
        node: Option<&Node>,
        user: &AccountName,
        checks: Vec<Check>,
        problems: &mut Vec<Problem>,
    ) -> Option<Self> {
        let mut fields = Fields::of_optional(node, problems)?;
        let user = fields.or("user", user.clone(), problems);
        let groups = read_groups(&mut fields, problems);
        let service_timeout = fields.or("service_timeout", default_service_timeout(), problems);
        if service_timeout == 0
            && let Some(node) = fields.node("service_timeout")
        {
            let problem = Problem::new(
                node.span.clone(),
                "the port takes at least a second to open",
            );
            problems.push(problem.rule("leave `service_timeout` out to have 120 seconds"));
        }
        if let Some(list) = fields.node("checks") {
            unique(list, "name", problems);
        }
        let checks = fields.or("checks", checks, problems);
        let cache_revisions = fields.or("cache_revisions", default_cache_revisions(), problems);
        if cache_revisions == 0
            && let Some(node) = fields.node("cache_revisions")
        {
            problems.push(Problem::new(
                node.span.clone(),
                "at least one release stays on each host",
            ));
        }
        fields.end(problems);
        Some(Self {
            user,
            groups,
            service_timeout,
            checks,
            cache_revisions,
        })
    }
}

fn read_groups(fields: &mut Fields<'_>, problems: &mut Vec<Problem>) -> Vec<Group> {
    if let Some(list) = fields.node("groups") {
        unique(list, "name", problems);
    }
    fields.or("groups", Vec::new(), problems)
}

impl Read for Group {
    fn read(node: &Node, problems: &mut Vec<Problem>) -> Option<Self> {
        let mut fields = Fields::of(node, problems)?;
        let name = fields.required("name", problems);
        let hosts = fields.or("hosts", Vec::new(), problems);
        if let Some(list) = fields.node("hosts") {
            refuse_twice(list, problems);
        }
        let size = fields.optional("size", problems);
        if size == Some(0)
            && let Some(node) = fields.node("size")
        {
            problems.push(Problem::new(
                node.span.clone(),
                "at least one host at a time",
            ));
        }
        let failure_limit = fields.optional("failure_limit", problems);
        fields.end(problems);
        Some(Self {
            name: name?,
            hosts,
            size,
            failure_limit,
        })
    }
}

/// A host that a group names twice is one that was meant to be another.
fn refuse_twice(list: &Node, problems: &mut Vec<Problem>) {
    let mut seen = std::collections::HashSet::new();
    for item in list.items() {
        let Kind::String(text) = &item.kind else {
            continue;
        };
        let Ok(pattern) = HostPattern::parse(text) else {
            continue;
        };
        let hosts = pattern.hosts().into_iter();
        let again: Vec<HostName> = hosts.filter(|host| !seen.insert(host.clone())).collect();
        if let Some(host) = again.first() {
            let more = match again.len() {
                1 => String::new(),
                several => format!(" and {} more", several - 1),
            };
            let are = if again.len() == 1 { "is" } else { "are" };
            let message = format!("`{host}`{more} {are} in this group already");
            let rule = "name each host of a group once";
            problems.push(Problem::new(item.span.clone(), message).rule(rule));
        }
    }
}

impl Read for FailureLimit {
    fn read(node: &Node, problems: &mut Vec<Problem>) -> Option<Self> {
        match &node.kind {
            Kind::Integer(_) => u32::read(node, problems).map(Self::Hosts),
            Kind::String(text) => match text.strip_suffix('%').map(str::parse::<u8>) {
                Some(Ok(number)) if number <= 100 => Some(Self::Percent(number)),
                _ => {
                    let message = format!("`{}` is not a failure limit", visible(text));
                    problems.push(
                        Problem::new(node.span.clone(), message)
                            .rule("a number, or a percentage such as `10%`"),
                    );
                    None
                }
            },
            _ => {
                problems.push(expected("a number, or a percentage such as `10%`", node));
                None
            }
        }
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

impl Read for Environment {
    fn read(node: &Node, problems: &mut Vec<Problem>) -> Option<Self> {
        let mut fields = Fields::of(node, problems)?;
        let domain = fields.required("domain", problems);
        let groups = read_groups(&mut fields, problems);
        fields.end(problems);
        Some(Self {
            domain: domain?,
            groups,
        })
    }
}
