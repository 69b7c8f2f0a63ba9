mod check;
mod group;

use schemars::JsonSchema;
use serde::Serialize;

use super::config::unique;
use super::host::HostName;
use super::name::AccountName;
use super::problem::Problem;
use super::read::{Fields, Read};
use crate::yaml::Node;

pub use self::check::{Check, CheckKind, Moment, Stage};
pub use self::group::{FailureLimit, Group};

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
