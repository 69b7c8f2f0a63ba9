use std::fs::File;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::{Env, Host, skip};

/// The hosts of this run, of which a test borrows some.
pub(crate) struct Lab {
    folder: PathBuf,
}

impl Lab {
    /// The lab that `tests/run` started.
    ///
    /// Where there is none, the test is skipped; on CI it fails.
    pub(crate) fn get() -> Option<Self> {
        if let Some(folder) = std::env::var_os("SVCGEN_TEST_LAB").filter(|name| !name.is_empty()) {
            return Some(Self::at(folder.into()));
        }
        assert!(
            std::env::var("CI").as_deref() != Ok("true"),
            "this needs a lab of hosts, which `tests/run` starts"
        );
        skip::skip("a lab of hosts: root and namespaces");
        None
    }

    pub(crate) fn at(folder: PathBuf) -> Self {
        Self { folder }
    }

    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Borrows hosts for as long as they are kept: as new, and nobody else's meanwhile.
    pub(crate) fn hosts<const N: usize>(&self) -> [Host; N] {
        let Ok(hosts) = self.borrow(N).try_into() else {
            unreachable!("as many as were asked for")
        };
        hosts
    }

    /// Borrows hosts, in the order of their names.
    ///
    /// All that a test needs have to be borrowed at once: who has some and waits for more may wait for ever.
    pub(crate) fn borrow(&self, count: usize) -> Vec<Host> {
        // One test at a time chooses, and who waits is next.
        let queue = File::create(self.folder.join("queue")).unwrap();
        queue.lock().unwrap();
        let names = self.names();
        assert!(count <= names.len(), "the lab has {} hosts", names.len());
        let mut leases = Vec::new();
        let mut taken = Vec::new();
        for name in names {
            let lease = self.lease(&name);
            match lease.try_lock() {
                Ok(()) if leases.len() < count => leases.push((name, lease)),
                Ok(()) => lease.unlock().unwrap(),
                Err(_) => taken.push((name, lease)),
            }
        }
        while leases.len() < count {
            let (name, lease) = taken.pop().unwrap();
            lease.lock().unwrap();
            leases.push((name, lease));
        }
        drop(queue);
        leases.sort_by(|one, other| one.0.cmp(&other.0));
        let hosts: Vec<Host> = leases
            .into_iter()
            .map(|(name, lease)| Host::new(&self.folder, name, lease))
            .collect();
        let names: Vec<&str> = hosts.iter().map(Host::name).collect();
        super::host::hosts(&self.folder, "reset", &names);
        hosts
    }

    /// The file whose lock is the right to use a host.
    pub(crate) fn lease(&self, name: &str) -> File {
        File::create(self.folder.join("hosts").join(name).join("lease")).unwrap()
    }

    pub(crate) fn names(&self) -> Vec<String> {
        let folders = std::fs::read_dir(self.folder.join("hosts")).unwrap();
        let mut names: Vec<String> = folders
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    /// This machine, as hosts see it.
    pub(crate) fn address(&self) -> IpAddr {
        read(&self.folder.join("address")).parse().unwrap()
    }

    pub(crate) fn ssh_config(&self) -> PathBuf {
        self.folder.join("ssh_config")
    }

    /// svcgen, which reaches the hosts by their names.
    #[allow(dead_code, reason = "the tests of `svcgen deploy` use it")]
    pub(crate) fn svcgen(&self, env: &Env) -> Command {
        let mut command = env.command();
        command.env("SVCGEN_SSH_CONFIG", self.ssh_config());
        command
    }

    /// ssh to a host, as svcgen's user, at most 20 seconds.
    pub(crate) fn ssh(&self, host: &Host, options: &[&str], text: &str) -> Command {
        let mut command = Command::new("timeout");
        command.args(["20", "ssh", "-F"]).arg(self.ssh_config());
        command.args(options).arg(host.name()).arg(text);
        command.stdin(std::process::Stdio::null());
        command
    }
}

/// What a file says, without the end of the line.
pub(super) fn read(path: &Path) -> String {
    let text = std::fs::read_to_string(path).unwrap();
    text.trim_end().to_owned()
}
