mod checks;
mod repositories;
mod vagrant;

use jiff::civil::Date;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use self::checks::{check_domains, check_groups, check_value_environments, derived_puppet_name};
pub use self::repositories::Repositories;
pub use self::vagrant::Vagrant;
use super::build::Build;
use super::config::{OneValue, ServiceConfig, as_map, single_values};
use super::deploy::{Check, Deploy, Environment, Group};
use super::host::HostName;
use super::name::{
    AnnotationName, EnvironmentName, Port, PuppetName, ServiceName, SiteName, TaskId,
};
use super::people::{Maintainer, Owner};
use super::problem::Problem;
use super::production::Production;
use super::read::{Fields, Read, map};
use super::runtime::Runtime;
use super::site::Site;
use super::text::{Line, Text};
use crate::yaml::Node;

/// A service as `svcgen.yaml` describes it, with every default filled in.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(
    title = "svcgen.yaml",
    description = "A service, from which svcgen derives everything else."
)]
pub struct Service {
    /// Version of the format.
    #[schemars(extend("const" = 1))]
    pub version: u32,
    /// The organisation that the service runs at.
    #[schemars(with = "Option<SiteName>")]
    pub site: SiteName,
    pub name: ServiceName,
    /// Name of the Puppet class; by default the name without its hyphens.
    #[schemars(with = "Option<PuppetName>")]
    pub puppet_name: PuppetName,
    /// Free text; its first sentence is used where one line fits.
    pub description: Text,
    pub port: Port,
    /// What it is built with; told in the service request.
    #[serde(default)]
    pub technologies: Vec<Line>,
    pub owner: Owner,
    /// By default the owner.
    #[schemars(with = "Option<Vec<Maintainer>>")]
    pub maintainers: Vec<Maintainer>,
    #[serde(default)]
    pub timeline: Timeline,
    /// Who asks whom; drawn for the service request.
    #[serde(default)]
    pub request_flow: Vec<FlowEdge>,
    #[schemars(with = "Option<Repositories>")]
    pub repositories: Repositories,
    #[serde(default)]
    pub config: ServiceConfig,
    #[serde(default)]
    pub runtime: Runtime,
    #[serde(default)]
    pub build: Build,
    #[schemars(with = "Option<Deploy>")]
    pub deploy: Deploy,
    #[serde(default)]
    pub production: Production,
    /// Places other than production.
    #[serde(default, serialize_with = "as_map")]
    #[schemars(with = "std::collections::BTreeMap<EnvironmentName, Environment>")]
    pub environments: Vec<(EnvironmentName, Environment)>,
    #[schemars(with = "Option<Vagrant>")]
    pub vagrant: Vagrant,
    /// Numbers of the tickets, once they are filed.
    #[serde(default)]
    pub tickets: Tickets,
    /// Facts that the organisation asks for; the service request lists them, and its own templates may use them.
    #[serde(default, serialize_with = "as_map")]
    #[schemars(with = "std::collections::BTreeMap<AnnotationName, OneValue>")]
    pub annotations: Vec<(AnnotationName, Value)>,
}

/// When things are meant to happen.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Timeline {
    /// Day of the first deployment.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(
        with = "Option<String>",
        regex(pattern = "^[0-9]{4}-[0-9]{2}-[0-9]{2}$")
    )]
    pub deployment: Option<Date>,
}

/// One edge of the request flow.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FlowEdge {
    /// Who asks.
    pub from: Line,
    /// Who answers.
    pub to: Line,
    /// What is asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<Line>,
}

/// Tickets of the service.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Tickets {
    pub service_request: Option<TaskId>,
    pub access_request: Option<TaskId>,
}

impl Service {
    /// The groups of production, or of another environment.
    pub fn groups(&self, environment: Option<&EnvironmentName>) -> &[Group] {
        match environment {
            None => &self.deploy.groups,
            Some(name) => self
                .environments
                .iter()
                .find(|(other, _)| other == name)
                .map_or(&[], |(_, environment)| &environment.groups),
        }
    }

    /// The hosts of production, each once, in the order of the groups.
    pub fn host_names(&self) -> Vec<HostName> {
        let mut names: Vec<HostName> = Vec::new();
        for host in self.deploy.groups.iter().flat_map(Group::host_names) {
            if !names.contains(&host) {
                names.push(host);
            }
        }
        names
    }

    /// Whether any host of production is known yet.
    pub fn has_hosts(&self) -> bool {
        self.deploy
            .groups
            .iter()
            .any(|group| !group.hosts.is_empty())
    }

    /// Reads a service whose site is known; what is wrong is added to the problems.
    pub(super) fn read(node: &Node, site: &Site, problems: &mut Vec<Problem>) -> Option<Self> {
        let before = problems.len();
        let mut fields = Fields::of(node, problems)?;
        fields.node("version");
        fields.node("site");
        let name: Option<ServiceName> = fields.required("name", problems);
        let puppet_name = match fields.optional("puppet_name", problems) {
            Some(name) => Some(name),
            None => derived_puppet_name(node, name.as_ref(), problems),
        };
        let description = fields.required("description", problems);
        let port = fields.required("port", problems);
        let technologies = fields.or("technologies", Vec::new(), problems);
        let owner: Option<Owner> = fields.required("owner", problems);
        let maintainers: Option<Vec<Maintainer>> = fields.optional("maintainers", problems);
        let timeline = fields.or("timeline", Timeline::default(), problems);
        let request_flow = fields.or("request_flow", Vec::new(), problems);
        let repositories =
            Repositories::read(fields.node("repositories"), name.as_ref(), site, problems);
        let config: ServiceConfig = fields.or("config", ServiceConfig::default(), problems);
        let runtime = fields.or("runtime", Runtime::default(), problems);
        let build = fields.or("build", Build::default(), problems);
        let endpoints = name
            .as_ref()
            .filter(|_| runtime.healthcheck.spec)
            .and_then(|n| Check::endpoints(n.as_str()));
        let checks = endpoints.into_iter().collect();
        let deploy = Deploy::read(
            fields.node("deploy"),
            &site.deployment.user,
            checks,
            problems,
        );
        let production = fields.or("production", Production::default(), problems);
        let environments = fields
            .node("environments")
            .and_then(|node| map(node, EnvironmentName::parse, problems))
            .unwrap_or_default();
        let vagrant = Vagrant::read(fields.node("vagrant"), puppet_name.as_ref(), problems);
        let tickets = fields.or("tickets", Tickets::default(), problems);
        let annotations = fields
            .node("annotations")
            .and_then(|node| single_values(node, AnnotationName::parse, problems))
            .unwrap_or_default();
        fields.end(problems);
        check_value_environments(node, &environments, problems);
        check_domains(node, problems);
        if let Some(deploy) = &deploy {
            check_groups(node, deploy, problems);
        }
        if problems.len() > before {
            return None;
        }
        let owner = owner?;
        Some(Self {
            version: super::load::SUPPORTED_VERSION,
            site: site.name.clone(),
            name: name?,
            puppet_name: puppet_name?,
            description: description?,
            port: port?,
            technologies,
            maintainers: maintainers
                .filter(|list| !list.is_empty())
                .unwrap_or_else(|| vec![(&owner).into()]),
            owner,
            timeline,
            request_flow,
            repositories: repositories?,
            config,
            runtime,
            build,
            deploy: deploy?,
            production,
            environments,
            vagrant: vagrant?,
            tickets,
            annotations,
        })
    }
}

impl Read for Timeline {
    fn read(node: &Node, problems: &mut Vec<Problem>) -> Option<Self> {
        let mut fields = Fields::of(node, problems)?;
        let deployment = fields.optional("deployment", problems);
        fields.end(problems);
        Some(Self { deployment })
    }
}

impl Read for FlowEdge {
    fn read(node: &Node, problems: &mut Vec<Problem>) -> Option<Self> {
        let mut fields = Fields::of(node, problems)?;
        let from = fields.required("from", problems);
        let to = fields.required("to", problems);
        let label = fields.optional("label", problems);
        fields.end(problems);
        Some(Self {
            from: from?,
            to: to?,
            label,
        })
    }
}

impl Read for Tickets {
    fn read(node: &Node, problems: &mut Vec<Problem>) -> Option<Self> {
        let mut fields = Fields::of(node, problems)?;
        let service_request = fields.optional("service_request", problems);
        let access_request = fields.optional("access_request", problems);
        fields.end(problems);
        Some(Self {
            service_request,
            access_request,
        })
    }
}

#[cfg(test)]
mod tests;
