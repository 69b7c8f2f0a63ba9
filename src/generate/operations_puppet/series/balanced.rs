use serde_json::Value;

use super::includes::RoleClass;
use super::{Home, SeriesTree, lvs};
use crate::edit::Desired;
use crate::edit::yaml::{Entry, List, Style};
use crate::generate::{GenerateError, names, read_yaml};
use crate::model::{Address, Service, Site};
use crate::place::line_of;
use crate::yaml::{Kind, Node};

/// What the files of the load balancer are derived from.
pub(super) struct Balanced<'a> {
    pub(super) service: &'a Service,
    pub(super) site: &'a Site,
    pub(super) tree: &'a SeriesTree,
    pub(super) home: Home,
    pub(super) cluster: String,
    /// Each datacentre with hosts and an address, in the order of their names.
    pub(super) datacentres: Vec<(String, Address)>,
    /// Whether the load balancer knows the service already, by its name and its port, and svcgen does not remember it.
    pub(super) is_known: bool,
}

impl Balanced<'_> {
    /// The name of the service in all of it.
    pub(super) fn name(&self) -> &str {
        self.service.name.as_str()
    }

    /// An entry of a list in a file. Of one that is known already, and that svcgen did not write, it has a say in the members
    /// that the model names.
    pub(super) fn entry(&self, path: &str, at: &[&str], value: Value, named: &[&str]) -> Entry {
        let is_ours = self.tree.puppet.has_written(path.into(), self.name());
        let members = value.as_object().into_iter().flat_map(|it| it.keys());
        let unnamed = members
            .map(String::as_str)
            .filter(|key| !named.contains(key));
        let unnamed: Vec<String> = match self.is_known && !is_ours {
            true => unnamed.map(str::to_owned).collect(),
            false => Vec::new(),
        };
        let begun: Vec<&str> = unnamed.iter().map(String::as_str).collect();
        Entry::sorted(at, self.name(), value).beginning_with(&begun)
    }

    /// A value of the service's own entry of a list, as it was begun: what svcgen remembers, else what is there. What is in
    /// use does not follow its neighbours.
    pub(super) fn begun(&self, file: &str, at: &str, list: &Node, path: &[&str]) -> Option<Value> {
        let text = self.tree.puppet.text(file.into());
        let remembered = self.tree.puppet.rendered.base(file.into(), text.as_deref());
        let remembered = remembered.and_then(|text| crate::yaml::parse(&text).ok());
        let remembered = remembered
            .as_ref()
            .and_then(|root| root.find_path([at, self.name()]));
        let own = remembered.or_else(|| list.find(self.name()))?;
        own.find_path(path.iter().copied()).map(Node::to_value)
    }

    /// The names of the datacentres.
    pub(super) fn places(&self) -> Vec<&str> {
        self.datacentres
            .iter()
            .map(|(name, _)| name.as_str())
            .collect()
    }

    /// The names of the datacentres, in the order that most entries of a list have them in.
    pub(super) fn places_as(&self, list: &Node, path: &[&str]) -> Vec<String> {
        let mut orders: Vec<Vec<String>> = Vec::new();
        for (_, entry) in list.entries() {
            let Some(found) = entry.find_path(path.iter().copied()) else {
                continue;
            };
            let words = found.items().iter().map(Node::to_value);
            let words = words.filter_map(|word| word.as_str().map(str::to_owned));
            let keys = found.entries().iter().map(|(key, _)| key.text.clone());
            let order: Vec<String> = words.chain(keys).collect();
            let mut sorted = order.clone();
            sorted.sort();
            if sorted == self.places() {
                orders.push(order);
            }
        }
        let count = |order: &Vec<String>| orders.iter().filter(|other| *other == order).count();
        let usual = orders.iter().max_by_key(|order| count(order)).cloned();
        usual.unwrap_or_else(|| self.places().into_iter().map(str::to_owned).collect())
    }

    /// Refuses a name or an address that something in a list has.
    pub(super) fn refuse_taken(
        &self,
        path: &str,
        text: &str,
        list: &Node,
        addresses: impl Fn(&Node) -> Vec<Node>,
    ) -> Result<(), GenerateError> {
        let is_ours =
            |name: &str| name == self.name() && self.tree.puppet.may_change(path.into(), name);
        for (key, entry) in list.entries() {
            if is_ours(&key.text) || (self.is_known && key.text == self.name()) {
                continue;
            }
            let owner = format!("the entry `{}`", key.text);
            if key.text == self.name() {
                let line = line_of(text, key.span.start);
                let what = format!("the name `{}`", key.text);
                return Err(names::taken(&what, path.into(), line, owner));
            }
            for node in addresses(entry) {
                let Kind::String(address) = &node.kind else {
                    continue;
                };
                if self
                    .datacentres
                    .iter()
                    .any(|(_, own)| own.as_str() == address)
                {
                    let line = line_of(text, node.span.start);
                    let what = format!("the address {address}");
                    return Err(names::taken(&what, path.into(), line, owner));
                }
            }
        }
        Ok(())
    }

    /// The pool in the data of the role, and what makes its hosts take requests.
    pub(super) fn pool(&self, warnings: &mut Vec<String>) -> Result<Vec<Desired>, GenerateError> {
        const POOLS: &str = "lvs::realserver::pools";
        const ADDRESSES: &str = "lvs::realserver::realserver_ips";
        let roles = &self.tree.roles;
        let own = self.own_key(POOLS)?;
        let key = own.as_deref().or(roles.usual(&[POOLS]));
        let mut desired = Vec::new();
        let class = match (key, roles.usual(&[ADDRESSES])) {
            (Some(key), _) => {
                // What is in use does not follow its neighbours.
                let names_services = self.has_own_services(key)? || roles.has_pool_services();
                let value = match names_services {
                    true => serde_json::json!({ "services": [self.name()] }),
                    false => serde_json::json!({}),
                };
                desired.push(Desired::Yaml {
                    path: self.home.hieradata("common"),
                    entries: vec![Entry::sorted(&[key], self.name(), value)],
                });
                key.strip_suffix("::pools")
            }
            (None, Some(key)) => {
                for (place, address) in &self.datacentres {
                    let comment = Some(lvs::host_name(self, place)?);
                    let folder = if roles.is_local(key) { place } else { "common" };
                    desired.push(Desired::Yaml {
                        path: self.home.hieradata(folder),
                        entries: vec![Entry::item(&[], key, address.as_str()).written(
                            Style::Item {
                                comment,
                                list: List::Block,
                            },
                        )],
                    });
                }
                key.strip_suffix("::realserver_ips")
            }
            (None, None) => None,
        };
        let Some(class) = class else {
            warnings.push(
                "no role in this tree has a pool: its hosts get no requests until one does".into(),
            );
            return Ok(desired);
        };
        match RoleClass::find(self.home.role(), self.tree)? {
            Some(role) => {
                let is_own = matches!(self.home, Home::Own(_));
                let blocks: Vec<_> = role.block(class, is_own, self.tree).into_iter().collect();
                if !blocks.is_empty() {
                    desired.push(Desired::Blocks {
                        path: role.path,
                        blocks,
                    });
                }
            }
            None => warnings.push(format!(
                "there is no `role::{}` yet that could include `{class}`",
                self.home.role()
            )),
        }
        Ok(desired)
    }

    /// The key with this end that the role's own hieradata has.
    fn own_key(&self, end: &str) -> Result<Option<String>, GenerateError> {
        let root = self.own_data()?;
        let mut entries = root.iter().flat_map(|root| root.entries());
        let key = entries.find(|(key, _)| key.text.ends_with(end));
        Ok(key.map(|(key, _)| key.text.clone()))
    }

    /// Whether the service's pool of a key names its services.
    fn has_own_services(&self, key: &str) -> Result<bool, GenerateError> {
        let root = self.own_data()?;
        let services = root.as_ref();
        let services = services.and_then(|root| root.find_path([key, self.name(), "services"]));
        Ok(services.is_some())
    }

    /// The role's own hieradata.
    fn own_data(&self) -> Result<Option<Node>, GenerateError> {
        let path = self.home.hieradata("common");
        match self.tree.worktree().read(&path)? {
            Some(text) => read_yaml(path, &text).map(Some),
            None => Ok(None),
        }
    }
}

/// Where a list in a text has an entry of the service's name and port.
pub(super) fn entry_of(service: &Service, list: &Node, text: &str) -> Option<usize> {
    let mut entries = list.entries().iter();
    let (key, entry) = entries.find(|(key, _)| key.text == service.name.as_str())?;
    let port = entry.find("port").map(Node::to_value);
    let is_its = port == Some(service.port.number().into());
    is_its.then(|| line_of(text, key.span.start))
}

/// The value that most entries have below a path; nothing where fewer than half have one.
pub(super) fn usual<'a>(list: &'a Node, path: &[&str]) -> Option<&'a Node> {
    let entries = list.entries();
    let found: Vec<&Node> = entries
        .iter()
        .filter_map(|(_, entry)| entry.find_path(path.iter().copied()))
        .collect();
    let same = |node: &Node| {
        let value = node.to_value();
        found
            .iter()
            .filter(|other| other.to_value() == value)
            .count()
    };
    let most = found.iter().max_by_key(|node| same(node)).copied();
    most.filter(|_| found.len() * 2 >= entries.len())
}
