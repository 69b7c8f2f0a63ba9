use std::collections::{BTreeMap, BTreeSet};

use camino::Utf8Path;

use super::OWN;
use crate::model::HostName;

/// The file with the port of a host.
pub(super) const PORT: &str = "port";

/// The file with the first port that there was when a host got its own.
pub(super) const FIRST_PORT: &str = "first_port";

/// Gives each host its port: the one that it has, or the first that no host of the folder has, named or not.
pub(super) fn ports(root: &Utf8Path, first: u16, hosts: &[&HostName]) -> BTreeMap<HostName, u16> {
    let mut taken: BTreeSet<u16> = names_of(root)
        .iter()
        .filter_map(|name| kept(&root.join(name), first))
        .collect();
    let mut ports = BTreeMap::new();
    for host in hosts {
        let port = kept(&root.join(host.as_str()), first);
        let port = port.or_else(|| (first..=u16::MAX).find(|port| !taken.contains(port)));
        if let Some(port) = port.filter(|_| !ports.contains_key(*host)) {
            taken.insert(port);
            ports.insert((*host).clone(), port);
        }
    }
    ports
}

/// The names of the hosts that have a folder.
pub(super) fn names_of(root: &Utf8Path) -> Vec<String> {
    let entries = root.read_dir_utf8().into_iter().flatten().flatten();
    let folders = entries.filter(|entry| entry.path().join(OWN).is_dir());
    folders.map(|entry| entry.file_name().to_owned()).collect()
}

/// The port that a host keeps. Where nothing was deployed to it yet, it has another one once the first port is another.
fn kept(folder: &Utf8Path, first: u16) -> Option<u16> {
    let read = |file: &str| -> Option<u16> {
        let text = std::fs::read_to_string(folder.join(OWN).join(file)).ok()?;
        text.trim().parse().ok()
    };
    let is_new = || {
        let entries = folder.read_dir_utf8().into_iter().flatten().flatten();
        entries.into_iter().all(|entry| entry.file_name() == OWN)
    };
    let port = read(PORT)?;
    let is_of_another = read(FIRST_PORT).is_some_and(|of| of != first);
    (!is_of_another || !is_new()).then_some(port)
}

#[cfg(test)]
mod tests {
    use camino::Utf8PathBuf;

    use super::*;

    fn host(name: &str) -> HostName {
        HostName::parse(name).unwrap()
    }

    fn folder() -> (tempfile::TempDir, Utf8PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let root = Utf8Path::from_path(folder.path()).unwrap().to_owned();
        (folder, root)
    }

    #[test]
    fn a_port_is_given_once_whoever_has_it_is_named_or_not() {
        let (_folder, root) = folder();
        let given = |names: &[&str]| {
            let hosts: Vec<HostName> = names.iter().map(|name| host(name)).collect();
            let hosts: Vec<&HostName> = hosts.iter().collect();
            let ports = ports(&root, 7000, &hosts);
            names
                .iter()
                .map(|name| ports[&host(name)])
                .collect::<Vec<_>>()
        };
        std::fs::create_dir_all(root.join("old").join(OWN)).unwrap();
        std::fs::write(root.join("old").join(OWN).join(PORT), "7001\n").unwrap();
        assert_eq!(given(&["a", "b", "a"]), [7000, 7002, 7000]);
        assert_eq!(given(&["old", "a"]), [7001, 7000]);
    }

    #[test]
    fn a_host_without_a_deploy_goes_along_with_another_first_port() {
        let (_folder, root) = folder();
        let (top, only) = (root.join("a"), host("a"));
        std::fs::create_dir_all(top.join(OWN)).unwrap();
        std::fs::write(top.join(OWN).join(PORT), "7000\n").unwrap();
        let given = |first: u16| ports(&root, first, &[&only])[&only];
        assert_eq!(given(8000), 7000);
        std::fs::write(top.join(OWN).join(FIRST_PORT), "7000\n").unwrap();
        assert_eq!((given(7000), given(8000)), (7000, 8000));
        std::fs::create_dir(top.join("srv")).unwrap();
        assert_eq!(given(8000), 7000);
    }
}
