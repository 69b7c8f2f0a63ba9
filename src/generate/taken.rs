use camino::Utf8PathBuf;

use super::mediawiki_vagrant::VagrantTree;
use super::operations_puppet::{CatalogName, given_away, named_ports};
use super::ports::PortUse;
use crate::edit::Rendered;
use crate::worktree::Worktree;

/// What the checkouts have given away: ports, and names of classes.
#[derive(Debug, Default)]
pub struct Taken {
    ports: Vec<PortUse>,
    /// Those that are named where somebody may listen on them, or connect to them.
    named: Vec<PortUse>,
    catalog: Vec<CatalogName>,
    trees: Vec<(Worktree, &'static [&'static str])>,
}

/// Where a class of a name would be, with `NAME` for the name.
const VAGRANT_CLASSES: &[&str] = &[
    "puppet/modules/NAME/manifests/init.pp",
    "puppet/modules/role/manifests/NAME.pp",
];
const PUPPET_CLASSES: &[&str] = &[
    "modules/NAME/manifests/init.pp",
    "modules/profile/manifests/NAME.pp",
    "modules/role/manifests/NAME.pp",
];

/// Where the hieradata of roles is, each role in folders for all hosts and for those of datacentres.
const ROLE_DATA: &str = "hieradata/role";

/// Where the search for a free port begins: above the displays of X11, among those that services usually have.
const FIRST_PORT: u16 = 6100;

impl Taken {
    /// Reads the checkouts that are there; one that is not understood gives nothing away.
    pub fn read(vagrant: Option<Worktree>, puppet: Option<Worktree>) -> Self {
        let mut taken = Self::default();
        if let Some(worktree) = vagrant {
            let tree = VagrantTree::read(&worktree, &Rendered::none());
            taken
                .ports
                .extend(tree.map(VagrantTree::into_ports).unwrap_or_default());
            taken.trees.push((worktree, VAGRANT_CLASSES));
        }
        if let Some(worktree) = puppet {
            let (ports, names) = given_away(&worktree).unwrap_or_default();
            taken.ports.extend(ports);
            taken.catalog = names;
            taken.named = named_ports(&worktree);
            taken.trees.push((worktree, PUPPET_CLASSES));
        }
        taken
    }

    /// Says who has a port, and where that is written.
    pub fn port(&self, port: u16) -> Option<String> {
        let is_it = |found: &&PortUse| found.port == port;
        let owned = self.ports.iter().filter(|found| !found.is_mention());
        let mentions = self.ports.iter().filter(|found| found.is_mention());
        let (found, has) = match owned.clone().find(is_it) {
            Some(owned) => (owned, "belongs to"),
            None => (mentions.chain(&self.named).find(is_it)?, "is named by"),
        };
        let PortUse {
            path, line, owner, ..
        } = found;
        let free = self
            .free_port(port)
            .map(|free| format!("; {free} is free"))
            .unwrap_or_default();
        Some(format!("port {port} {has} {owner} ({path}:{line}){free}"))
    }

    /// Proposes a port that nobody has, at or after another; nothing where no ports are known.
    pub fn free_port(&self, from: u16) -> Option<u16> {
        let all = || self.ports.iter().chain(&self.named);
        let is_free = |port: &u16| all().all(|found| found.port != *port);
        (!self.ports.is_empty())
            .then(|| (from..=u16::MAX).find(is_free))
            .flatten()
    }

    /// Proposes a port for a new service.
    pub fn proposed_port(&self) -> Option<u16> {
        self.free_port(FIRST_PORT)
    }

    /// Says where a service of a name is already, or a class of what its class would be called.
    pub fn service(&self, name: &str) -> Option<String> {
        let class = name.replace('-', "");
        let mut catalog = self.catalog.iter();
        let found = catalog.find(|(found, ..)| *found == name || *found == class);
        let found = found
            .map(|(found, path, line)| format!("`{found}` is already a service ({path}:{line})"));
        found.or_else(|| self.class(&class))
    }

    /// Says where a class of a name is already.
    pub fn class(&self, name: &str) -> Option<String> {
        let mut trees = self.trees.iter();
        trees.find_map(|(tree, places)| {
            let path = class_file(name, places, tree)?;
            let root = tree.root();
            Some(format!("`{name}` already exists: `{path}` in `{root}`"))
        })
    }
}

/// The file of a class of a name in a MediaWiki-Vagrant tree.
pub fn vagrant_class(name: &str, tree: &Worktree) -> Option<Utf8PathBuf> {
    class_file(name, VAGRANT_CLASSES, tree)
}

/// The file of a class of a name in an operations/puppet tree.
pub fn puppet_class(name: &str, tree: &Worktree) -> Option<Utf8PathBuf> {
    class_file(name, PUPPET_CLASSES, tree)
}

/// The files of an operations/puppet tree that go by the name of a class: those of its code, and the hieradata of its role.
pub fn puppet_files(name: &str, tree: &Worktree) -> Vec<Utf8PathBuf> {
    let code = PUPPET_CLASSES.iter();
    let code = code.map(|place| Utf8PathBuf::from(place.replace("NAME", name)));
    let folders = tree.list(ROLE_DATA).into_iter();
    let data = folders.map(|folder| format!("{ROLE_DATA}/{folder}/{name}.yaml").into());
    let is_filled = |path: &Utf8PathBuf| {
        let text = tree.read(path).ok().flatten();
        text.is_some_and(|text| !text.trim().is_empty())
    };
    code.chain(data).filter(is_filled).collect()
}

fn class_file(name: &str, places: &[&str], tree: &Worktree) -> Option<Utf8PathBuf> {
    let mut paths = places.iter().map(|place| place.replace("NAME", name));
    paths
        .find(|path| tree.has_file(path))
        .map(Utf8PathBuf::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn owners_are_named_and_free_ports_found() {
        let root = concat!(env!("CARGO_MANIFEST_DIR"), "/templates/demo");
        let open = |name: &str| Worktree::open(format!("{root}/{name}").as_str().into()).ok();
        let taken = Taken::read(open("vagrant"), open("puppet"));
        let used = taken.ports[0].port;
        let said = taken.port(used).unwrap();
        assert!(
            said.starts_with(&format!("port {used} belongs to ")),
            "{said}"
        );
        assert!(said.ends_with(" is free"), "{said}");
        assert!(
            taken
                .class("pagefeed")
                .unwrap()
                .contains("puppet/modules/pagefeed/manifests/init.pp")
        );
        assert_eq!(taken.class("nobodys"), None);
        assert_eq!(
            taken.service("glossary").unwrap(),
            "`glossary` is already a service (hieradata/common/service.yaml:5)"
        );
        let said = taken.service("page-feed").unwrap();
        assert!(
            said.starts_with("`page-feed` is already a service"),
            "{said}"
        );
        assert_eq!(taken.service("nobodys"), None);
        assert!(taken.port(taken.proposed_port().unwrap()).is_none());
        let nothing = Taken::read(None, None);
        assert_eq!((nothing.proposed_port(), nothing.port(6100)), (None, None));
    }
}
