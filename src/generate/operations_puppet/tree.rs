use camino::{Utf8Path, Utf8PathBuf};

use super::idiom::{self, Idiom};
use super::sources::{self, SourceList};
use crate::edit::Rendered;
use crate::generate::names::Services;
use crate::generate::ports::{LineCounter, PortUse, of_declarations, port_use};
use crate::generate::{GenerateError, assumed_node, read_yaml, tree_node};
use crate::model::{EnvironmentName, Service};
use crate::puppet::Signature;
use crate::render::Templates;
use crate::worktree::Worktree;
use crate::yaml::Node;

pub(super) const NODE: &str = "modules/service/manifests/node.pp";
/// Files that list services with their ports, and the key of the list.
pub(super) const CATALOGS: [(&str, &str); 3] = [
    ("hieradata/common/service.yaml", "service::catalog"),
    ("hieradata/common/lvs/configuration.yaml", "lvs_services"),
    (
        "hieradata/common/lvs/configuration.yaml",
        "lvs::configuration::lvs_services",
    ),
];

/// What a generator has to know of an operations/puppet tree.
#[derive(Debug)]
pub struct PuppetTree {
    pub(super) node: Signature,
    pub(super) idiom: Idiom,
    pub(super) sources: Option<SourceList>,
    /// The hieradata of environments other than production, and the list of sources in each.
    pub(super) environments: Vec<(EnvironmentName, Utf8PathBuf, Option<SourceList>)>,
    pub(super) ports: Vec<PortUse>,
    pub(super) services: Services,
    /// Roles that stand in a file of another name: role, file, line.
    pub(super) stray_roles: Vec<(String, Utf8PathBuf, usize)>,
    /// Services of the load balancer's catalogue: name, file, line.
    pub(super) catalog: Vec<CatalogName>,
    /// Whether the description of a role is a parameter of its base profile.
    pub(super) has_role_description: bool,
    pub(super) rendered: Rendered,
    pub(super) worktree: Worktree,
}

impl PuppetTree {
    /// Looks whether a folder is such a tree.
    ///
    /// # Errors
    /// Where it is not.
    pub fn recognise(worktree: &Worktree) -> Result<(), GenerateError> {
        recognised(worktree).map(drop)
    }

    /// The same tree, for another version of the service.
    pub(super) fn turn_to(&mut self, service: &Service) -> Result<(), GenerateError> {
        self.environments = environments(&self.worktree, service)?;
        Ok(())
    }

    /// Reads a tree, and of its environments those that the service has.
    ///
    /// # Errors
    /// Where it is not one, or a file of it is not understood.
    pub fn read(
        worktree: &Worktree,
        service: &Service,
        rendered: &Rendered,
    ) -> Result<Self, GenerateError> {
        let node = recognised(worktree)?;
        let idiom::Read {
            idiom,
            services,
            stray_roles,
        } = idiom::read(worktree);
        let mut ports: Vec<PortUse> = services
            .iter()
            .flat_map(|(path, declarations)| of_declarations(path, declarations))
            .collect();
        let mut catalog = Vec::new();
        for (path, key) in CATALOGS {
            read_catalog(worktree, path, key, &mut ports, &mut catalog)?;
        }
        let environments = environments(worktree, service)?;
        let base = worktree
            .read("modules/profile/manifests/base/production.pp")?
            .unwrap_or_default();
        Ok(Self {
            node,
            sources: sources::production(worktree)?,
            environments,
            ports,
            services,
            stray_roles,
            catalog,
            has_role_description: base.contains("$role_description"),
            idiom,
            rendered: rendered.clone(),
            worktree: worktree.clone(),
        })
    }

    /// The newest tree that is known, for an empty folder without a tree to read.
    ///
    /// # Errors
    /// Where the assumed `service::node` of the templates is wrong.
    pub fn assumed(
        worktree: &Worktree,
        service: &Service,
        templates: &Templates,
    ) -> Result<Self, GenerateError> {
        let (node, _) = assumed_node(templates, "operations-puppet/service-node.pp")?;
        let environments = service.environments.iter().map(|(name, environment)| {
            let path = sources::assumed_environment_file(&environment.domain);
            (name.clone(), path.clone(), Some(SourceList::assumed(path)))
        });
        Ok(Self {
            node,
            idiom: Idiom::newest(),
            sources: Some(SourceList::assumed(sources::NEWEST.into())),
            environments: environments.collect(),
            ports: Vec::new(),
            services: Services::new(),
            stray_roles: Vec::new(),
            catalog: Vec::new(),
            has_role_description: true,
            rendered: Rendered::none(),
            worktree: worktree.clone(),
        })
    }

    /// Whether a file that svcgen would write is there, and is neither its own nor taken over.
    pub(super) fn is_refused(&self, path: &Utf8Path) -> bool {
        self.has_foreign(path) && !self.rendered.takes_over()
    }

    /// Whether a file is there that svcgen did not write.
    pub(super) fn has_foreign(&self, path: &Utf8Path) -> bool {
        self.rendered.is_foreign(path, &self.worktree)
    }

    /// Whether a port is the service's own, under a name that it had before.
    pub(super) fn has_given(&self, found: &PortUse) -> bool {
        self.has_written(&found.path, found.owner.trim_matches('`'))
    }

    /// Whether svcgen wrote a file, or this key of it.
    pub(super) fn has_written(&self, path: &Utf8Path, key: &str) -> bool {
        self.rendered.has_written(path, key, &self.worktree)
    }

    /// Whether an entry with the name of the service is svcgen's to change: it wrote it, or somebody decided whose it is.
    pub(super) fn may_change(&self, path: &Utf8Path, key: &str) -> bool {
        self.has_written(path, key) || self.rendered.takes_over()
    }

    /// Whether svcgen wrote something below a folder.
    pub(super) fn has_written_below(&self, folder: &Utf8Path) -> bool {
        self.rendered.has_folder(folder)
    }

    /// The text of a file.
    pub(super) fn text(&self, path: &Utf8Path) -> Option<String> {
        self.worktree.read(path).ok().flatten()
    }
}

/// What a tree is known by: its `service::node`.
fn recognised(worktree: &Worktree) -> Result<Signature, GenerateError> {
    let define = tree_node(worktree, NODE)?;
    let has_roles =
        worktree.has_folder(idiom::ROLE_MODULE) || worktree.has_folder(idiom::ROLE_FOLDER);
    match (define, has_roles, worktree.has_folder("hieradata")) {
        (Some((node, _)), true, true) => Ok(node),
        _ => Err(GenerateError::Unrecognised {
            root: worktree.root().to_owned(),
            tree: "an operations/puppet tree",
            looked_for: vec![
                format!("{NODE} with `define service::node`"),
                format!("{}/ or {}/", idiom::ROLE_MODULE, idiom::ROLE_FOLDER),
                "hieradata/".into(),
            ],
        }),
    }
}

/// A service that the load balancer's catalogue has: its name, and where that stands.
pub(in crate::generate) type CatalogName = (String, Utf8PathBuf, usize);

/// The ports that services and the load balancer's catalogue have, and the names in the catalogue.
pub(in crate::generate) fn given_away(
    worktree: &Worktree,
) -> Result<(Vec<PortUse>, Vec<CatalogName>), GenerateError> {
    let services = idiom::read(worktree).services;
    let declared = services.iter();
    let mut ports: Vec<PortUse> = declared
        .flat_map(|(path, declarations)| of_declarations(path, declarations))
        .collect();
    let mut names = Vec::new();
    for (path, key) in CATALOGS {
        read_catalog(worktree, path, key, &mut ports, &mut names)?;
    }
    Ok((ports, names))
}

/// The lists of the environments that a service has.
fn environments(
    worktree: &Worktree,
    service: &Service,
) -> Result<Vec<(EnvironmentName, Utf8PathBuf, Option<SourceList>)>, GenerateError> {
    let mut environments = Vec::new();
    for (name, environment) in &service.environments {
        if let Some(path) = sources::environment_file(worktree, &environment.domain) {
            let list = sources::of_environment(worktree, &path)?;
            environments.push((name.clone(), path, list));
        }
    }
    Ok(environments)
}

pub(super) fn read_catalog(
    worktree: &Worktree,
    path: &str,
    key: &str,
    ports: &mut Vec<PortUse>,
    catalog: &mut Vec<CatalogName>,
) -> Result<(), GenerateError> {
    let Some(text) = worktree.read(path)? else {
        return Ok(());
    };
    // Parsing a large file only to find nothing would cost milliseconds.
    if !text.lines().any(|line| line.starts_with(key)) {
        return Ok(());
    }
    let root = read_yaml(path.into(), &text)?;
    let mut lines = LineCounter::new(&text);
    for (name, entry) in root.find(key).map(Node::entries).unwrap_or_default() {
        catalog.push((
            name.text.clone(),
            path.into(),
            lines.line_of(name.span.start),
        ));
        if let Some(port) = entry.find("port") {
            ports.extend(port_use(
                path.into(),
                &mut lines,
                port,
                format!("the entry `{}` of `{key}`", name.text),
            ));
        }
    }
    Ok(())
}
