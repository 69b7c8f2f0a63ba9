//! The patches that take a service into production, one after the other: itself, its hosts, its admins, its load balancer.

mod admins;
mod balanced;
mod catalog;
mod cluster;
mod clusters;
mod conftool;
mod host_regex;
mod includes;
mod load_balancer;
mod lvs;
mod moved;
mod nodes;
mod role_data;
mod strays;

use std::fmt;

use camino::{Utf8Path, Utf8PathBuf};
use serde::Serialize;

pub(super) use self::admins::claimed_number;
use self::nodes::Nodes;
use self::role_data::RoleData;
use super::{PuppetTree, class_name, operations_puppet, secrets};
use crate::edit::Rendered;
use crate::generate::{GenerateError, Generated, LaterText};
use crate::model::{HostName, Service, ServiceName, Site};
use crate::render::Templates;
use crate::worktree::Worktree;

/// One patch of the series.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum SeriesStep {
    /// The class or profile, the role, the deploy source, the hieradata.
    Service,
    /// The hosts, or the cluster that it joins.
    Cluster,
    /// The group of those who look after it.
    Admins,
    /// The load balancer, and what conftool knows.
    LoadBalancer,
}

/// What a patch wants, and who has to agree to it.
///
/// Of one that comes to nothing, message and approval are those of taking away what it brought once.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Patch {
    pub generated: Generated,
    /// Who has to approve it, in one sentence without a full stop.
    pub approval: String,
    /// Why it comes to nothing, where it does.
    pub left_out: Option<LeftOut>,
}

/// Why a patch comes to nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeftOut {
    pub reason: String,
    /// What to do, where it shall not.
    pub advice: Option<String>,
}

impl Patch {
    /// The same patch, where the user leaves it out, and nothing of it is wanted.
    #[must_use]
    pub(crate) fn taken_out(self) -> Self {
        let left_out = LeftOut::since("`--without` leaves it out");
        Self {
            generated: Generated {
                message: self.generated.message,
                ..Generated::default()
            },
            left_out: Some(left_out),
            ..self
        }
    }
}

impl LeftOut {
    /// A reason that the model can do nothing about.
    fn since(reason: impl Into<String>) -> Self {
        Self {
            reason: reason.into(),
            advice: None,
        }
    }

    /// A reason that goes away.
    fn until(reason: impl Into<String>, advice: impl Into<String>) -> Self {
        Self {
            reason: reason.into(),
            advice: Some(advice.into()),
        }
    }
}

impl fmt::Display for LeftOut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.advice {
            Some(advice) => write!(f, "{}: {advice}", self.reason),
            None => f.write_str(&self.reason),
        }
    }
}

impl SeriesStep {
    /// All of them, in the order in which they are merged.
    pub const ALL: [Self; 4] = [
        Self::Service,
        Self::Cluster,
        Self::Admins,
        Self::LoadBalancer,
    ];

    /// The word of the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Service => "service",
            Self::Cluster => "cluster",
            Self::Admins => "admins",
            Self::LoadBalancer => "load-balancer",
        }
    }

    /// What it does, in a few words.
    pub fn title(self) -> &'static str {
        match self {
            Self::Service => "class, role, deploy source and hieradata",
            Self::Cluster => "the hosts that run it",
            Self::Admins => "the group of its admins",
            Self::LoadBalancer => "load balancer and conftool",
        }
    }

    /// What svcgen remembers of it: the first is that of the generator without the series.
    pub(crate) fn store(self, root: &Utf8Path, service: &ServiceName) -> Rendered {
        let all = Rendered::of(root, service);
        match self {
            Self::Service => all.by("puppet"),
            Self::Cluster | Self::Admins | Self::LoadBalancer => {
                all.apart(&format!("puppet-{}", self.name()))
            }
        }
    }
}

/// What the patches have to know of a tree.
///
/// How the tree is written is found out once; what the patches change is read again for each.
#[derive(Debug)]
pub struct SeriesTree {
    puppet: PuppetTree,
    nodes: Option<Nodes>,
    roles: RoleData,
    /// The texts that the file of the groups has where it is merged, the newest first.
    merged: Vec<String>,
}

impl SeriesTree {
    /// The file of the groups.
    pub const GROUPS: &str = admins::DATA;

    /// Reads a tree for one of the patches, whose own records these are.
    ///
    /// # Errors
    /// Where it is no operations/puppet tree, or a file of it is not understood.
    pub fn read(
        worktree: &Worktree,
        service: &Service,
        rendered: &Rendered,
    ) -> Result<Self, GenerateError> {
        let puppet = PuppetTree::read(worktree, service, rendered)?;
        let mut this = Self {
            puppet,
            nodes: None,
            roles: RoleData::read(worktree),
            merged: Vec::new(),
        };
        this.look_at(worktree, rendered)?;
        Ok(this)
    }

    /// The same tree, where the file of the groups has these texts where it is merged, the newest first.
    #[must_use]
    pub fn merged_as(self, merged: Vec<String>) -> Self {
        Self { merged, ..self }
    }

    /// Looks at the same tree for the next patch, as the ones before leave it.
    ///
    /// # Errors
    /// Where a file is not understood.
    pub fn look_at(
        &mut self,
        worktree: &Worktree,
        rendered: &Rendered,
    ) -> Result<(), GenerateError> {
        self.puppet.worktree = worktree.clone();
        self.puppet.rendered = rendered.clone();
        self.nodes = Nodes::read(worktree)?;
        Ok(())
    }

    /// Takes the same tree for another version of the service.
    ///
    /// # Errors
    /// Where a file is not understood.
    pub fn turn_to(&mut self, service: &Service) -> Result<(), GenerateError> {
        self.puppet.turn_to(service)
    }

    fn worktree(&self) -> &Worktree {
        &self.puppet.worktree
    }

    /// The text of a file, where it is there.
    fn text(&self, path: &str) -> Result<Option<String>, GenerateError> {
        Ok(self.worktree().read(path)?)
    }
}

/// Derives one patch.
///
/// # Errors
/// Where a name, a number or a host is somebody else's, or the tree needs what the model does not say.
pub fn series_patch(
    step: SeriesStep,
    service: &Service,
    site: &Site,
    tree: &SeriesTree,
    templates: &Templates,
) -> Result<Patch, GenerateError> {
    let mut patch = match step {
        SeriesStep::Service => {
            let generated = operations_puppet(service, site, &tree.puppet, templates)?;
            let ticket = match &service.tickets.service_request {
                Some(task) => format!("the service request {task}"),
                None => "the service request, which has no number yet".to_owned(),
            };
            let approval = format!(
                "whoever merges in {} decides, after {ticket}",
                repository(site)
            );
            Patch {
                generated,
                approval,
                ..Patch::default()
            }
        }
        SeriesStep::Cluster => cluster::patch(service, site, tree)?,
        SeriesStep::Admins => admins::patch(service, tree)?,
        SeriesStep::LoadBalancer => load_balancer::patch(service, site, tree)?,
    };
    patch.generated.tell_strays();
    // Each is judged by the catalogue of the role, which looks them up.
    patch.generated.secrets = secrets(service, &class_name(service, &tree.puppet));
    Ok(patch)
}

/// The repository as the site calls it.
fn repository(site: &Site) -> String {
    let name = site.repositories.puppet.as_ref();
    name.map_or("this repository".to_owned(), |name| format!("`{name}`"))
}

/// The role that the hosts of a service have.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Home {
    /// One of its own.
    Own(String),
    /// One that serves other services too.
    Shared(String),
}

impl Home {
    fn role(&self) -> &str {
        match self {
            Self::Own(role) | Self::Shared(role) => role,
        }
    }

    /// The hieradata of the role, for all hosts or those of a datacentre.
    fn hieradata(&self, folder: &str) -> Utf8PathBuf {
        let role = self.role().replace("::", "/");
        format!("hieradata/role/{folder}/{role}.yaml").into()
    }

    /// The name of the cluster, as monitoring and the load balancer know it.
    fn cluster(&self, tree: &SeriesTree) -> Result<String, GenerateError> {
        if let Self::Shared(_) = self {
            let path = self.hieradata("common");
            let text = tree.worktree().read(&path)?.unwrap_or_default();
            let root = crate::generate::read_yaml(path, &text)?;
            if let Some(crate::yaml::Kind::String(name)) = root.find("cluster").map(|n| &n.kind) {
                return Ok(name.clone());
            }
        }
        Ok(self
            .role()
            .rsplit("::")
            .next()
            .unwrap_or_default()
            .to_owned())
    }
}

/// The role that the hosts have, or will have: the one that the model names, or the one that the tree shows to be shared.
fn home(service: &Service, tree: &SeriesTree) -> Home {
    if let Some(role) = &service.production.cluster {
        return Home::Shared(role.to_string());
    }
    let own = Home::Own(service.puppet_name.to_string());
    let Some(nodes) = &tree.nodes else {
        return own;
    };
    let hosts = hosts(service);
    let mut roles: Vec<&str> = hosts
        .iter()
        .flat_map(|host| nodes.of(host.as_str()))
        .flat_map(|block| &block.roles)
        .map(String::as_str)
        .collect();
    roles.sort_unstable();
    roles.dedup();
    match roles.as_slice() {
        [role] if includes::serves_many(role, service, tree) => Home::Shared((*role).to_owned()),
        _ => own,
    }
}

/// The hosts of production, each once.
fn hosts(service: &Service) -> Vec<HostName> {
    let mut hosts: Vec<HostName> = Vec::new();
    for host in service
        .deploy
        .groups
        .iter()
        .flat_map(|group| group.host_names())
    {
        if !hosts.contains(&host) {
            hosts.push(host);
        }
    }
    hosts
}

/// The hosts by their datacentre: what stands between the name of the host and the domain of the site.
fn datacentres(service: &Service, site: &Site) -> Vec<(String, Vec<HostName>)> {
    let mut all: Vec<(String, Vec<HostName>)> = Vec::new();
    for host in hosts(service) {
        let datacentre = datacentre(&host, site);
        match all.iter_mut().find(|(name, _)| *name == datacentre) {
            Some((_, hosts)) => hosts.push(host),
            None => all.push((datacentre, vec![host])),
        }
    }
    all.sort();
    all
}

fn datacentre(host: &HostName, site: &Site) -> String {
    let (_, rest) = host.as_str().split_once('.').unwrap_or_default();
    let domain = site.domain.as_ref().map(|domain| format!(".{domain}"));
    let place = domain.and_then(|domain| rest.strip_suffix(&domain));
    let place = place.or_else(|| rest.split('.').next());
    place.unwrap_or_default().to_owned()
}

/// What a later change of a patch is called; the first one brings a line into a file.
fn later(service: &Service, what: &'static str, path: &str, line: String) -> LaterText {
    LaterText {
        brought: path.into(),
        line: Some(line),
        what: Some(what),
        before: format!("{}: Update ", service.puppet_name),
        behind: String::new(),
        service: service.name.to_string(),
    }
}

/// Words in a row, as a sentence has them.
fn listed(words: &[String]) -> String {
    match words {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}
