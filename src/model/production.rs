use schemars::JsonSchema;
use serde::Serialize;

use super::config::as_map;
use super::name::{AccountName, Address, DatacentreName, RoleName};
use super::problem::Problem;
use super::read::{Fields, Read, map};
use super::text::Line;
use crate::yaml::Node;

/// What the service has in production besides its own code; written by the patch series.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Production {
    /// Role of hosts that serve several services, which this one joins; by default the hosts have a role of their own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cluster: Option<RoleName>,
    pub admins: Admins,
    pub load_balancer: LoadBalancer,
}

/// The group of those who may restart the service and read its logs.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Admins {
    /// Name of the group; by default the name of the service, with the ending that the tree's groups have.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub group: Option<AccountName>,
    /// Accounts of its members; by default those of the maintainers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub members: Option<Vec<AccountName>>,
    /// What its members may do, as lines of sudoers; by default what the tree's groups may.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub privileges: Option<Vec<Line>>,
    /// Names of those who approve new members.
    pub approval: Vec<Line>,
}

/// How requests get to the hosts of the service.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct LoadBalancer {
    /// Address of the service in each datacentre, once it is assigned.
    #[serde(serialize_with = "as_map")]
    #[schemars(with = "std::collections::BTreeMap<DatacentreName, Address>")]
    pub addresses: Vec<(DatacentreName, Address)>,
    /// Class of the balancers; by default what most services of the tree have.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub class: Option<Line>,
    /// Whether somebody is woken up when it fails.
    pub page: bool,
    /// Whether all datacentres serve at once; by default they do where there are several, and a single one has no name for discovery.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub active_active: Option<bool>,
}

impl Read for Production {
    fn read(node: &Node, problems: &mut Vec<Problem>) -> Option<Self> {
        let mut fields = Fields::of(node, problems)?;
        let cluster = fields.optional("cluster", problems);
        let admins = fields.or("admins", Admins::default(), problems);
        let load_balancer = fields.or("load_balancer", LoadBalancer::default(), problems);
        fields.end(problems);
        Some(Self {
            cluster,
            admins,
            load_balancer,
        })
    }
}

impl Read for Admins {
    fn read(node: &Node, problems: &mut Vec<Problem>) -> Option<Self> {
        let mut fields = Fields::of(node, problems)?;
        let group = fields.optional("group", problems);
        let members = fields.optional("members", problems);
        let privileges = fields.optional("privileges", problems);
        let approval = fields.or("approval", Vec::new(), problems);
        fields.end(problems);
        Some(Self {
            group,
            members,
            privileges,
            approval,
        })
    }
}

impl Read for LoadBalancer {
    fn read(node: &Node, problems: &mut Vec<Problem>) -> Option<Self> {
        let mut fields = Fields::of(node, problems)?;
        let addresses = fields
            .node("addresses")
            .and_then(|node| map(node, DatacentreName::parse, problems))
            .unwrap_or_default();
        let class = fields.optional("class", problems);
        let page = fields.or("page", false, problems);
        let active_active = fields.optional("active_active", problems);
        fields.end(problems);
        Some(Self {
            addresses,
            class,
            page,
            active_active,
        })
    }
}
