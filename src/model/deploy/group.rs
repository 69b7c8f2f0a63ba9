use schemars::JsonSchema;
use serde::Serialize;

use crate::model::host::{HostName, HostPattern};
use crate::model::name::GroupName;
use crate::model::problem::Problem;
use crate::model::read::{Fields, Read, expected};
use crate::visible::visible;
use crate::yaml::{Kind, Node};

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
