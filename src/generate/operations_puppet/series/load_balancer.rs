//! The load balancer: the service's address, its pool, and what conftool knows of it.

use super::balanced::Balanced;
use super::includes::RoleClass;
use super::{
    LeftOut, Patch, SeriesTree, catalog, conftool, datacentres, home, hosts, later, listed, lvs,
    moved,
};
use crate::edit::Desired;
use crate::generate::{CommitText, GenerateError, Generated, Stray};
use crate::model::{Address, Service, Site};
use crate::render::quoting::yaml_string;

/// The end of the name of the class that has a host take requests of the load balancer.
const REALSERVER: &str = "lvs::realserver";

pub(super) fn patch(
    service: &Service,
    site: &Site,
    tree: &SeriesTree,
) -> Result<Patch, GenerateError> {
    moved::refuse_moved(service, tree)?;
    let left_out = |reason: LeftOut| nothing(reason, service, tree);
    let mut warnings = Vec::new();
    let served = match served(service, site, &mut warnings) {
        Ok(served) => served,
        Err(reason) => return left_out(reason),
    };
    let home = home(service, tree);
    let balanced = Balanced {
        is_known: known(service, tree)?.is_some(),
        cluster: home.cluster(tree)?,
        service,
        site,
        tree,
        home,
        datacentres: served,
    };
    let Some(mut desired) = (match catalog::desired(&balanced, &mut warnings)? {
        Some(desired) => Some(desired),
        None => lvs::desired(&balanced, &mut warnings)?,
    }) else {
        let reason = "this tree has neither `service::catalog` nor `lvs_services`";
        return left_out(LeftOut::since(reason));
    };
    let first = desired.first().map(|desired| desired.path().clone());
    desired.extend(conftool::desired(&balanced)?);
    let strays = conftool::strays(&balanced)?;
    desired.extend(balanced.pool(&mut warnings)?);
    let places: Vec<String> = balanced
        .datacentres
        .iter()
        .map(|(name, _)| name.clone())
        .collect();
    Ok(Patch {
        generated: Generated {
            desired,
            warnings,
            message: CommitText {
                subject: format!(
                    "{}: Add to the load balancer and conftool",
                    service.puppet_name
                ),
                body: format!("{} gets an address in {}.", service.name, listed(&places)),
                later: first.map(|path| {
                    let line = format!("{}:", yaml_string(service.name.as_str()));
                    later(service, "the load balancer and conftool", path.as_str(), line)
                }),
            },
            strays,
            secrets: Vec::new(),
        },
        approval: "whoever runs the load balancers has to agree, assigns the addresses in DNS, and restarts the balancers".into(),
        ..Patch::default()
    })
}

/// The datacentres with hosts and an address, in the order of their names; why none is served, where that is so.
fn served(
    service: &Service,
    site: &Site,
    warnings: &mut Vec<String>,
) -> Result<Vec<(String, Address)>, LeftOut> {
    let addresses = &service.production.load_balancer.addresses;
    if addresses.is_empty() {
        let advice = "the people who run the network assign one for each datacentre; then it goes into `production: {load_balancer: {addresses: {DATACENTRE: ADDRESS}}}`";
        return Err(LeftOut::until("the model has no address", advice));
    }
    if hosts(service).is_empty() {
        let advice = "write them as `deploy: {groups: [...]}` once they are known";
        return Err(LeftOut::until("the model has no hosts", advice));
    }
    let places: Vec<String> = datacentres(service, site)
        .into_iter()
        .map(|(name, _)| name)
        .collect();
    for name in &places {
        if !addresses.iter().any(|(other, _)| other.as_str() == name) {
            warnings.push(format!("`{name}` has hosts but no address in `production.load_balancer.addresses`: it is left out"));
        }
    }
    for (name, _) in addresses {
        if !places.iter().any(|place| place == name.as_str()) {
            warnings.push(format!(
                "`{name}` has an address but no hosts in `deploy.groups`: it is left out"
            ));
        }
    }
    let mut served: Vec<(String, Address)> = addresses
        .iter()
        .filter(|(name, _)| places.iter().any(|place| place == name.as_str()))
        .map(|(name, address)| (name.to_string(), address.clone()))
        .collect();
    served.sort();
    if served.is_empty() {
        let names: Vec<String> = places.iter().map(|name| format!("`{name}`")).collect();
        let reason = "none of the addresses is for a datacentre with hosts";
        return Err(LeftOut::until(reason, listed(&names)));
    }
    Ok(served)
}

/// No address: what is left to do is to take away the one that it had. What others on the same hosts need stays.
fn nothing(reason: LeftOut, service: &Service, tree: &SeriesTree) -> Result<Patch, GenerateError> {
    let (name, title) = (&service.puppet_name, &service.name);
    let is_ours = !tree.puppet.rendered.paths().is_empty();
    let known = known(service, tree)?.filter(|_| !is_ours);
    let known = known.map(|(path, line)| Stray {
        path: path.into(),
        line,
        what: format!("still has `{title}` behind the load balancer"),
        way_out: "remove it by hand, with the `include` in its role",
    });
    let role = RoleClass::find(home(service, tree).role(), tree)?;
    let shared = role
        .as_ref()
        .filter(|role| !role.guests(name.as_str(), tree).is_empty());
    let desired = shared.and_then(|role| {
        let class = role.names().find(|class| class.ends_with(REALSERVER))?;
        Some(Desired::Blocks {
            path: role.path.clone(),
            blocks: vec![role.block(class, false, tree)?],
        })
    });
    Ok(Patch {
        generated: Generated {
            desired: desired.into_iter().collect(),
            message: CommitText {
                subject: format!("{name}: Remove from the load balancer and conftool"),
                body: format!("{title} is behind no load balancer any more."),
                later: None,
            },
            strays: known.into_iter().collect(),
            ..Generated::default()
        },
        approval: "whoever runs the load balancers has to agree, restarts the balancers, and takes the addresses out of DNS".into(),
        left_out: Some(reason),
    })
}

/// Where the tree has the service behind its load balancer: the file, and the line of the entry.
fn known(
    service: &Service,
    tree: &SeriesTree,
) -> Result<Option<(&'static str, usize)>, GenerateError> {
    let in_catalog = catalog::line_of_entry(service, tree)?.map(|line| (catalog::PATH, line));
    match in_catalog {
        Some(known) => Ok(Some(known)),
        None => Ok(lvs::line_of_entry(service, tree)?.map(|line| (lvs::PATH, line))),
    }
}
