mod checks;

use self::checks::{check_domains, check_groups, check_value_environments, derived_puppet_name};
use jiff::civil::Date;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use super::config::{OneValue, ServiceConfig, as_map, single_values};
use super::deploy::{Check, Deploy, Environment, Group};
use super::host::HostName;
use super::name::{
    AnnotationName, BranchName, EnvironmentName, Port, PuppetName, RepositoryName, ServiceName,
    SiteName, TaskId, constant,
};
use super::people::{Maintainer, Owner};
use super::problem::Problem;
use super::production::Production;
use super::read::{Fields, Read, map};
use super::runtime::{Build, LogLevel, Runtime};
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

/// The repositories of the service on the review server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Repositories {
    /// By default the site's prefix and the name.
    #[schemars(with = "Option<RepositoryName>")]
    pub source: RepositoryName,
    /// By default the source repository's name and `/deploy`.
    #[schemars(with = "Option<RepositoryName>")]
    pub deploy: RepositoryName,
    /// Path below the deploy directory, and key of the deploy source; by default the name and `/deploy`.
    #[schemars(with = "Option<RepositoryName>")]
    pub key: RepositoryName,
    #[serde(default = "default_branch")]
    pub branch: BranchName,
}

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

/// Tickets of the service.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Tickets {
    pub service_request: Option<TaskId>,
    pub access_request: Option<TaskId>,
}

fn default_branch() -> BranchName {
    constant(BranchName::parse("master"))
}

fn yes() -> bool {
    true
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

impl Repositories {
    fn read(
        node: Option<&Node>,
        name: Option<&ServiceName>,
        site: &Site,
        problems: &mut Vec<Problem>,
    ) -> Option<Self> {
        let mut fields = Fields::of_optional(node, problems)?;
        let source = fields.optional("source", problems);
        let deploy = fields.optional("deploy", problems);
        let key = fields.optional("key", problems);
        let branch = fields.or("branch", default_branch(), problems);
        fields.end(problems);
        let name = name?;
        let source = match source {
            Some(source) => source,
            None => match &site.gerrit.prefix {
                Some(prefix) => RepositoryName::parse(&format!("{prefix}/{name}")).ok()?,
                None => RepositoryName::parse(name.as_str()).ok()?,
            },
        };
        let deploy = match deploy {
            Some(deploy) => deploy,
            None => RepositoryName::parse(&format!("{source}/deploy")).ok()?,
        };
        let key = match key {
            Some(key) => key,
            None => RepositoryName::parse(&format!("{name}/deploy")).ok()?,
        };
        Some(Self {
            source,
            deploy,
            key,
            branch,
        })
    }
}

impl Vagrant {
    fn read(
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
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::{LoadError, SiteError, Sites, model_schema};
    use super::*;

    fn load(text: &str) -> Result<Service, Vec<(String, String)>> {
        match Service::parse("svcgen.yaml".into(), text, &Sites::new(None), None) {
            Ok((service, _)) => Ok(service),
            Err(SiteError::Load(LoadError::Wrong { problems, .. })) => Err(problems
                .into_iter()
                .map(|p| (text[p.span].to_owned(), p.message))
                .collect()),
            Err(other) => panic!("{other:?}"),
        }
    }

    const SMALL: &str =
        "version: 1\nname: my-service\ndescription: Does it.\nport: 6000\nowner: {name: Ada}\n";

    #[test]
    fn required_fields_are_enough() {
        let service = load(SMALL).unwrap();
        assert_eq!(service.puppet_name.as_str(), "myservice");
        assert_eq!(
            service.repositories.deploy.as_str(),
            "mediawiki/services/my-service/deploy"
        );
        assert_eq!(service.repositories.key.as_str(), "my-service/deploy");
        assert_eq!(service.maintainers.len(), 1);
        assert!(service.deploy.checks.is_empty());
        assert_eq!(service.runtime.healthcheck.url, "/_info");
        let with_spec = load(&format!(
            "{SMALL}runtime: {{healthcheck: {{spec: true}}}}\n"
        ))
        .unwrap();
        assert_eq!(with_spec.runtime.healthcheck.url, "");
        assert_eq!(
            with_spec.deploy.checks[0].command.as_str(),
            "check_endpoints_my-service"
        );
    }

    #[test]
    fn all_mistakes_are_found_at_once_with_their_place() {
        let text = "version: 1\nname: My Service\nport: 80\nowner: {nmae: Ada}\ndescripton: x\nconfig:\n  parameters:\n    \
                    - {name: a, type: Integer, default: one}\n    - {name: a, secret: true, default: x}\n";
        let problems = load(text).unwrap_err();
        let found: Vec<(&str, &str)> = problems
            .iter()
            .map(|(t, m)| (t.as_str(), m.as_str()))
            .collect();
        for expected in [
            ("My Service", "`My Service` is not a service name"),
            ("80", "`80` is not a port"),
            ("nmae", "unknown key `nmae`"),
            ("descripton", "unknown key `descripton`"),
            ("one", "`Integer` does not hold the text \"one\""),
            ("x", "a secret has no value here"),
            ("a", "`a` stands in the list already"),
        ] {
            assert!(
                found.contains(&expected),
                "{expected:?} is not in {found:#?}"
            );
        }
    }

    #[test]
    fn what_refers_to_something_refers_to_what_is_there() {
        let text = format!(
            "{SMALL}deploy:\n  groups: [{{name: canary}}, {{name: default}}]\n  checks:\n    \
             - {{name: a, after: promote, command: x, group: canari}}\n    \
             - {{name: b, after: promote, command: x, group: canary}}\n\
             environments:\n  one: {{domain: a.example}}\n  two: {{domain: a.example}}\n  three: {{domain: global}}\n"
        );
        let problems = load(&text).unwrap_err();
        let found: Vec<(&str, &str)> = problems
            .iter()
            .map(|(t, m)| (t.as_str(), m.as_str()))
            .collect();
        assert_eq!(
            found,
            [
                ("canari", "`canari` is not a group of this service"),
                ("a.example", "`one` has the domain `a.example` already"),
                ("global", "`global` is the section of all environments"),
            ]
        );
    }

    #[test]
    fn the_schema_refuses_what_the_reader_refuses() {
        let validator = jsonschema::validator_for(&model_schema()).unwrap();
        let is_valid = |text: &str| {
            let value = crate::yaml::parse(text).unwrap().to_value();
            (load(text).is_ok(), validator.is_valid(&value))
        };
        let small = |from: &str, to: &str| SMALL.replace(from, to);
        for good in [
            SMALL.to_owned(),
            small("my-service", "a"),
            format!(
                "{SMALL}deploy: {{groups: [{{name: a, failure_limit: 10%}}, {{name: b, failure_limit: 1}}]}}\n"
            ),
            format!(
                "{SMALL}build: {{target: 'debian:x', dependencies: {{_all: [a, {{uri: 'https://x'}}]}}}}\n"
            ),
            format!("{SMALL}tickets: {{service_request: null}}\nvagrant: {{log_level: debug}}\n"),
        ] {
            assert_eq!(is_valid(&good), (true, true), "{good}");
        }
        let mut wrong = Vec::new();
        for bad in [
            small("version: 1", "version: 2"),
            small("version: 1\n", ""),
            small("my-service", "a--b"),
            small("my-service", "a-"),
            small("my-service", "3d"),
            small("my-service", "node"),
            small("my-service", &"a".repeat(64)),
            small("6000", "80"),
            small("6000", "70000"),
            small("6000", "'6000'"),
            small("{name: Ada}", "{}"),
            small("Does it.", "''"),
            small("Does it.", "\" \\n\""),
            small("Ada", "\"a\\nb\""),
            format!("{SMALL}puppet_name: a-b\n"),
            format!("{SMALL}puppet_name: class\n"),
            format!("{SMALL}zzz: 1\n"),
            format!("{SMALL}repositories: {{source: ../x}}\n"),
            format!("{SMALL}repositories: {{source: x.git}}\n"),
            format!("{SMALL}repositories: {{branch: -x}}\n"),
            format!("{SMALL}config: {{style: other}}\n"),
            format!("{SMALL}config: {{parameters: [{{name: port}}]}}\n"),
            format!("{SMALL}config: {{parameters: [{{name: title}}]}}\n"),
            format!("{SMALL}config: {{parameters: [{{type: String}}]}}\n"),
            format!("{SMALL}config: {{environment: {{a-b: 1}}}}\n"),
            format!("{SMALL}config: {{environment: {{A: [1]}}}}\n"),
            format!("{SMALL}runtime: {{log_level: loud}}\n"),
            format!("{SMALL}runtime: {{healthcheck: {{url: x}}}}\n"),
            format!("{SMALL}runtime: {{healthcheck: {{url: /$x}}}}\n"),
            format!("{SMALL}build: {{target: x}}\n"),
            format!("{SMALL}build: {{dependencies: {{fedora: []}}}}\n"),
            format!("{SMALL}build: {{dependencies: {{_all: ['A b']}}}}\n"),
            format!("{SMALL}deploy: {{groups: [{{name: a, size: 0}}]}}\n"),
            format!("{SMALL}deploy: {{groups: [{{name: a, failure_limit: 101%}}]}}\n"),
            format!("{SMALL}deploy: {{groups: [{{name: a, hosts: ['a b']}}]}}\n"),
            format!("{SMALL}deploy: {{cache_revisions: 0}}\n"),
            format!("{SMALL}deploy: {{service_timeout: 2000000}}\n"),
            format!("{SMALL}deploy: {{checks: [{{name: a, command: x}}]}}\n"),
            format!(
                "{SMALL}deploy: {{checks: [{{name: a, command: x, after: promote, before: promote}}]}}\n"
            ),
            format!("{SMALL}environments: {{production: {{domain: a}}}}\n"),
            format!("{SMALL}environments: {{beta: {{domain: 'A b'}}}}\n"),
            format!("{SMALL}environments: {{beta: {{}}}}\n"),
            format!("{SMALL}timeline: {{deployment: soon}}\n"),
            format!("{SMALL}tickets: {{service_request: '1'}}\n"),
        ] {
            if is_valid(&bad) != (false, false) {
                wrong.push((is_valid(&bad), bad));
            }
        }
        assert!(wrong.is_empty(), "{wrong:#?}");
    }

    #[test]
    fn the_example_is_valid_and_fits_the_schema() {
        let text = include_str!("../../onboarding/examples/trending-edits.yaml");
        let service = load(text).unwrap();
        assert_eq!(service.deploy.groups[1].host_names().len(), 9);
        let node = crate::yaml::parse(text).unwrap();
        let validator = jsonschema::validator_for(&model_schema()).unwrap();
        let errors: Vec<String> = validator
            .iter_errors(&node.to_value())
            .map(|e| e.to_string())
            .collect();
        assert!(errors.is_empty(), "{errors:#?}");
        let errors: Vec<String> = validator
            .iter_errors(&serde_json::to_value(&service).unwrap())
            .map(|e| e.to_string())
            .collect();
        assert!(errors.is_empty(), "{errors:#?}");
    }

    /// Every key of the schema is a key that the reader knows, and the other way round.
    #[test]
    fn schema_and_reader_know_the_same_keys() {
        let schema = model_schema();
        let all_keys = |schema: &serde_json::Value| -> Vec<String> {
            schema["properties"]
                .as_object()
                .unwrap()
                .keys()
                .cloned()
                .collect()
        };
        let text: String = all_keys(&schema)
            .iter()
            .map(|key| format!("{key}: [1]\n"))
            .collect();
        let problems = load(&text).unwrap_err();
        let unknown: Vec<_> = problems
            .iter()
            .filter(|(_, m)| m.starts_with("unknown key"))
            .collect();
        assert!(unknown.is_empty(), "{unknown:?}");
        let nothing = load(&format!("{SMALL}zzz: 1\n"));
        assert_eq!(nothing.unwrap_err()[0].1, "unknown key `zzz`");
    }
}
