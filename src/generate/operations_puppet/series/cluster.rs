//! The hosts: a node of their own with the role, or the cluster that the service joins.

use camino::Utf8PathBuf;

use super::clusters::Clusters;
use super::host_regex::{Row, rows};
use super::includes::RoleClass;
use super::nodes::{Nodes, SITE};
use super::strays::{strays, written_nodes};
use super::{Home, LeftOut, Patch, SeriesTree, datacentres, home, hosts, later, listed};
use crate::edit::Desired;
use crate::edit::blocks::{Block, is_same_code};
use crate::edit::yaml::{Entry, Position};
use crate::generate::operations_puppet::idiom::ClassIdiom;
use crate::generate::{CommitText, GenerateError, Generated, names};
use crate::model::{HostName, Service, Site};

pub(super) fn patch(
    service: &Service,
    site: &Site,
    tree: &SeriesTree,
) -> Result<Patch, GenerateError> {
    match home(service, tree) {
        Home::Shared(role) => join(&role, service, tree),
        home @ Home::Own(_) => own(&home, service, site, tree),
    }
}

/// One line in the role of hosts that serve others too.
fn join(role: &str, service: &Service, tree: &SeriesTree) -> Result<Patch, GenerateError> {
    let Some(class) = RoleClass::find(role, tree)? else {
        return Err(GenerateError::Incomplete {
            message: format!("this tree has no role `{role}` that the service could join"),
            hint: "write another role as `production: {cluster: ...}` in the model".into(),
        });
    };
    let name = service.puppet_name.as_str();
    let (profile, own) = (format!("profile::{name}"), format!("role::{name}"));
    let count = |kind: &str| class.names().filter(|name| name.starts_with(kind)).count();
    let is_profile =
        tree.puppet.idiom.class == ClassIdiom::Profile && count("profile::") >= count("role::");
    let wanted = if is_profile { profile } else { own };
    let mut warnings = Vec::new();
    if let Some(nodes) = &tree.nodes {
        for host in hosts(service) {
            match nodes.of(host.as_str()) {
                Some(block) if block.roles.iter().any(|other| other == role) => {}
                Some(block) if block.roles == [name] => {
                    return Err(GenerateError::Incomplete {
                        message: format!(
                            "the service joins `{role}`, and its host `{host}` has the role `{name}`: {SITE}:{}",
                            block.line
                        ),
                        hint: format!(
                            "write hosts with the role `{role}` in `deploy: {{groups: ...}}`, or leave `production: \
                             {{cluster: ...}}` out"
                        ),
                    });
                }
                Some(block) => {
                    return Err(taken(host.as_str(), block.line, &block.roles));
                }
                None => warnings.push(format!(
                    "`{host}` is in no node of `{SITE}`: whoever looks after `{role}` has to add it"
                )),
            }
        }
    }
    let blocks: Vec<Block> = class.block(&wanted, false, tree).into_iter().collect();
    Ok(Patch {
        left_out: blocks
            .is_empty()
            .then(|| LeftOut::since(format!("`role::{role}` includes `{wanted}` already"))),
        generated: Generated {
            desired: blocks_of(class.path, blocks),
            warnings,
            message: CommitText {
                subject: format!("{name}: Add to {role}"),
                body: format!("The hosts of `{role}` run {} from now on.", service.name),
                later: None,
            },
            ..Generated::default()
        },
        approval: format!(
            "whoever looks after the hosts of `{role}` has to agree: it runs on each of them once this is merged"
        ),
    })
}

fn blocks_of(path: Utf8PathBuf, blocks: Vec<Block>) -> Vec<Desired> {
    match blocks.is_empty() {
        true => Vec::new(),
        false => vec![Desired::Blocks { path, blocks }],
    }
}

/// Nodes for the hosts, and the cluster that they make.
fn own(
    home: &Home,
    service: &Service,
    site: &Site,
    tree: &SeriesTree,
) -> Result<Patch, GenerateError> {
    let name = service.puppet_name.as_str();
    let approval =
        "whoever gives out the hosts has to agree: this decides what they are for".to_owned();
    let Some(nodes) = &tree.nodes else {
        let reason = format!("this tree gives no roles to hosts in `{SITE}`");
        return Ok(nothing(LeftOut::since(reason), service));
    };
    if hosts(service).is_empty() {
        refuse_guests(home, name, nodes, tree)?;
        let advice =
            "write them as `deploy: {groups: [{name: default, hosts: [...]}]}` once they are known";
        let reason = LeftOut::until("the model has no hosts", advice);
        let mut patch = nothing(reason, service);
        // Of what svcgen wrote and somebody changed, the plan tells that it stays.
        let is_there = |written: &String| nodes.text.contains(written.trim());
        if written_nodes(tree).iter().all(is_there) {
            patch.generated.strays = strays(home.role(), &[], nodes, tree);
        }
        return Ok(patch);
    }
    let mut desired = Vec::new();
    let blocks = node_blocks(home, service, site, nodes, tree)?;
    let strays = strays(home.role(), &hosts(service), nodes, tree);
    desired.extend(blocks_of(SITE.into(), blocks));
    let datacentres: Vec<String> = datacentres(service, site)
        .into_iter()
        .map(|(name, _)| name)
        .collect();
    if let Some(key) = tree.roles.usual(&["cluster"]) {
        let entry = Entry::grouped(key, name).placed(Position::Group);
        desired.push(Desired::Yaml {
            path: home.hieradata("common"),
            entries: vec![entry],
        });
        if let Some(clusters) = Clusters::read(tree)? {
            desired.push(clusters.entry(service, &datacentres, tree)?);
        }
    }
    Ok(Patch {
        left_out: desired
            .is_empty()
            .then(|| LeftOut::since("its hosts have the role already")),
        generated: Generated {
            desired,
            message: CommitText {
                subject: format!("{name}: Assign the role to its hosts"),
                body: format!("{} runs in {}.", service.name, listed(&datacentres)),
                later: Some(later(
                    service,
                    "its hosts",
                    SITE,
                    nodes.assignment(home.role()),
                )),
            },
            strays,
            ..Generated::default()
        },
        approval,
    })
}

/// Refuses to take the hosts from a role that other services run on, too.
fn refuse_guests(
    home: &Home,
    name: &str,
    nodes: &Nodes,
    tree: &SeriesTree,
) -> Result<(), GenerateError> {
    let mut blocks = nodes.blocks.iter();
    let has_hosts = blocks.any(|block| block.roles.iter().any(|role| role == home.role()));
    let Some(class) = RoleClass::find(home.role(), tree)?.filter(|_| has_hosts) else {
        return Ok(());
    };
    let guests = class.guests(name, tree);
    if guests.is_empty() {
        return Ok(());
    }
    let guests: Vec<String> = guests.iter().map(|guest| format!("`{guest}`")).collect();
    Err(GenerateError::Incomplete {
        message: format!(
            "the model has no hosts, and those of `role::{}` run {}, too",
            home.role(),
            listed(&guests)
        ),
        hint: format!(
            "give those another role first; or leave the hosts in `deploy: {{groups: ...}}`, and take the service's own `include` out of `{}`",
            class.path
        ),
    })
}

/// No hosts: what is left to do is to take the role from those that had it.
fn nothing(reason: LeftOut, service: &Service) -> Patch {
    let (name, title) = (&service.puppet_name, &service.name);
    Patch {
        generated: Generated {
            message: CommitText {
                subject: format!("{name}: Remove the role from its hosts"),
                body: format!("{title} has no hosts any more."),
                later: None,
            },
            ..Generated::default()
        },
        approval: "whoever gives out the hosts has to agree: they have no role once this is merged"
            .into(),
        left_out: Some(reason),
    }
}

/// A node for each row of hosts that has none yet.
fn node_blocks(
    home: &Home,
    service: &Service,
    site: &Site,
    nodes: &Nodes,
    tree: &SeriesTree,
) -> Result<Vec<Block>, GenerateError> {
    let written = written_nodes(tree);
    let assignment = nodes.assignment(home.role());
    let node_of = |row: &Row| {
        let pattern = row.pattern(nodes.has_whole_patterns());
        let (written, name) = match row.only() {
            Some(host) if nodes.has_names() => (format!("'{host}'"), host),
            _ => (format!("/{pattern}/"), crate::puppet::plain(&pattern)),
        };
        (format!("node {written} {{\n    {assignment}\n}}\n"), name)
    };
    // In a clone that remembers nothing, a node is svcgen's that is just as it would write it.
    let all: Vec<HostName> = datacentres(service, site)
        .into_iter()
        .flat_map(|(_, hosts)| hosts)
        .collect();
    let just_so: Vec<String> = rows(&all).iter().map(|row| node_of(row).0).collect();
    let is_ours = |text: &str| {
        let spaced = [format!("{text}\n"), format!("\n{text}"), text.to_owned()];
        spaced
            .iter()
            .any(|text| tree.puppet.has_written(SITE.into(), text))
            // A comment makes it nobody else's.
            || written.iter().any(|block| is_same_code(block, text))
            || just_so.iter().any(|block| block == text)
    };
    let mut free = Vec::new();
    for host in all {
        match nodes.of(host.as_str()) {
            None => free.push(host),
            Some(block) if is_ours(&nodes.text_of(block)) => free.push(host),
            Some(block) if block.roles.iter().any(|role| role == home.role()) => {}
            Some(block) => return Err(taken(host.as_str(), block.line, &block.roles)),
        }
    }
    let mut blocks: Vec<(String, Block)> = Vec::new();
    for row in rows(&free) {
        let (block, name) = node_of(&row);
        let (text, at) = nodes.placed(&block, &name);
        blocks.push((name, Block { text, at }));
    }
    blocks.sort_by(|(one, _), (other, _)| one.cmp(other));
    Ok(blocks.into_iter().map(|(_, block)| block).collect())
}

fn taken(host: &str, line: usize, roles: &[String]) -> GenerateError {
    let owner = match roles {
        [] => "a node without a role".to_owned(),
        [role] => format!("the role `{role}`"),
        roles => format!(
            "the roles {}",
            listed(
                &roles
                    .iter()
                    .map(|role| format!("`{role}`"))
                    .collect::<Vec<_>>()
            )
        ),
    };
    names::taken(&format!("the host `{host}`"), SITE.into(), line, owner)
}

/// Whether hosts have the role of the service already, whoever gave it to them.
pub(super) fn is_known(tree: &SeriesTree, role: &str) -> bool {
    let blocks = tree.nodes.iter().flat_map(|nodes| &nodes.blocks);
    let mut roles = blocks.flat_map(|block| &block.roles);
    roles.any(|other| other == role)
}
