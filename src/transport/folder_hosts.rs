mod ports;

use std::collections::BTreeMap;
use std::io::Write as _;
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};
use futures_util::future::BoxFuture;
use tempfile::TempDir;

use super::spawn::spawn;
use super::{ConnectError, ConnectFailure, Connection, Lost, Process, Transport, Visit, Word};
use crate::error::{reworded, temporary};
use crate::model::HostName;

/// Hosts that are folders of this machine: each has its own root, port and services, and needs no rights.
///
/// In `ROOT/HOST/.svcgen/` are its name and port, its services, and programs that stand for `sudo`, `service`,
/// `systemctl` and `journalctl`, to be used by hand as well.
#[derive(Debug, Clone)]
pub struct FolderHosts {
    root: Utf8PathBuf,
    first_port: u16,
    ports: BTreeMap<HostName, u16>,
    services: Vec<FolderService>,
    visit: Visit,
}

/// A service of such hosts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FolderService {
    pub name: String,
    /// Where it runs, as the host sees it.
    pub folder: Utf8PathBuf,
    /// What it writes goes there, as the host sees it.
    pub log: Utf8PathBuf,
    /// A command of `sh`, in one line.
    pub command: String,
}

/// Where the host keeps what belongs to svcgen.
const OWN: &str = ".svcgen";

/// The programs that stand for those of a system.
const PROGRAMS: [(&str, &str); 4] = [
    ("journalctl", include_str!("folder_hosts/journalctl.sh")),
    ("service", include_str!("folder_hosts/service.sh")),
    ("sudo", include_str!("folder_hosts/sudo.sh")),
    ("systemctl", include_str!("folder_hosts/systemctl.sh")),
];

impl FolderHosts {
    /// Names the hosts; each keeps the port that it has, and a new one gets the first that none of them has.
    pub fn new<'a>(
        root: Utf8PathBuf,
        first_port: u16,
        hosts: impl IntoIterator<Item = &'a HostName>,
        services: Vec<FolderService>,
    ) -> Self {
        let hosts: Vec<&HostName> = hosts.into_iter().collect();
        Self {
            ports: ports::ports(&root, first_port, &hosts),
            root,
            first_port,
            services,
            visit: Visit::Changes,
        }
    }

    /// The same hosts for another purpose.
    #[must_use]
    pub fn visited(self, visit: Visit) -> Self {
        Self { visit, ..self }
    }

    /// The names of the hosts that are there, whoever names them.
    pub fn known(root: &Utf8Path) -> Vec<String> {
        ports::names_of(root)
    }

    /// The folder that is the root of a host.
    pub fn folder(&self, host: &HostName) -> Utf8PathBuf {
        self.root.join(host.as_str())
    }

    /// Leads to a host. Where nothing is changed and the host is none yet, its programs are elsewhere: it stays as it is.
    fn reach(&self, host: &HostName, port: u16) -> std::io::Result<FolderConnection> {
        let folder = self.folder(host);
        let mut own = folder.join(OWN);
        let is_whole = own.join("bin/service").exists();
        let stand_in = match self.visit {
            Visit::Changes => None,
            Visit::Looks if is_whole => None,
            Visit::Looks => {
                let made = tempfile::Builder::new().prefix("svcgen-host-").tempdir();
                Some(made.map_err(temporary)?)
            }
        };
        if let Some(path) = stand_in.as_ref().map(TempDir::path) {
            own = Utf8PathBuf::try_from(path.join(OWN)).map_err(std::io::Error::other)?;
        }
        if self.visit == Visit::Changes || stand_in.is_some() {
            self.prepare(host, &own, port)?;
        }
        let top = match folder.canonicalize_utf8() {
            Ok(top) => top,
            Err(_) => camino::absolute_utf8(&folder)?,
        };
        Ok(FolderConnection {
            host: host.clone(),
            top,
            own: own.canonicalize_utf8()?,
            port,
            _stand_in: stand_in,
        })
    }

    /// Makes a host what it has to be.
    fn prepare(&self, host: &HostName, own: &Utf8Path, port: u16) -> std::io::Result<()> {
        for folder in ["bin", "services", "run"] {
            std::fs::create_dir_all(own.join(folder))?;
        }
        for (name, text) in PROGRAMS {
            write(&own.join("bin").join(name), text, 0o755)?;
        }
        write(&own.join("name"), &format!("{host}\n"), 0o644)?;
        let has_port = own.join(ports::PORT).exists();
        write(&own.join(ports::PORT), &format!("{port}\n"), 0o644)?;
        // One that was written by hand stays what it is.
        if !has_port || own.join(ports::FIRST_PORT).exists() {
            let first = format!("{}\n", self.first_port);
            write(&own.join(ports::FIRST_PORT), &first, 0o644)?;
        }
        for service in &self.services {
            let FolderService {
                name,
                folder,
                log,
                command,
            } = service;
            let text = format!("{folder}\n{log}\n{command}\n");
            write(&own.join("services").join(name), &text, 0o644)?;
        }
        Ok(())
    }
}

impl Transport for FolderHosts {
    fn connect<'a>(
        &'a self,
        host: &'a HostName,
    ) -> BoxFuture<'a, Result<Arc<dyn Connection>, ConnectError>> {
        Box::pin(async move {
            let Some(port) = self.ports.get(host) else {
                return Err(ConnectError {
                    kind: ConnectFailure::NoPort,
                    reason: format!(
                        "there is no port left for it: they are counted from `first_port`, {}",
                        self.first_port
                    ),
                    said: String::new(),
                });
            };
            if !has_shell() {
                return Err(ConnectError {
                    kind: ConnectFailure::NoShell,
                    reason: "there is no `sh` on the `PATH` of this machine".to_owned(),
                    said: String::new(),
                });
            }
            match self.reach(host, *port) {
                Ok(connection) => Ok(Arc::new(connection) as Arc<dyn Connection>),
                Err(error) => Err(ConnectError {
                    kind: ConnectFailure::Other,
                    reason: format!("its folder `{}` cannot be used", self.folder(host)),
                    said: reworded(&error),
                }),
            }
        })
    }
}

/// Whether what is sent to hosts can be run: on a real host its own `sh` does.
fn has_shell() -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let is_program = |folder: std::path::PathBuf| {
        let found = std::fs::metadata(folder.join("sh"));
        found.is_ok_and(|found| found.is_file() && found.permissions().mode() & 0o111 != 0)
    };
    std::env::split_paths(&path).any(is_program)
}

/// Leads to one of the folders.
struct FolderConnection {
    host: HostName,
    top: Utf8PathBuf,
    /// Where its programs are.
    own: Utf8PathBuf,
    port: u16,
    /// What stands for that where the host is none yet; it goes with the connection.
    _stand_in: Option<TempDir>,
}

impl Connection for FolderConnection {
    fn start<'a>(&'a self, command: &'a [Word]) -> BoxFuture<'a, Result<Process, Lost>> {
        Box::pin(async move {
            let mut path = std::ffi::OsString::from(self.own.join("bin"));
            path.push(":");
            path.push(std::env::var_os("PATH").unwrap_or_default());
            let port = self.port.to_string();
            let is_there = self.top.is_dir();
            let folder = if is_there { &self.top } else { &self.own };
            spawn(command, |command| {
                command
                    .env("PATH", path)
                    .env("SVCGEN_ROOT", &self.top)
                    .env("SVCGEN_HOST", self.host.as_str())
                    .env("SVCGEN_PORT", &port)
                    .env("PORT", &port)
                    .current_dir(folder);
            })
            .map_err(|error| Lost(reworded(&error)))
        })
    }

    fn close(&self) -> BoxFuture<'_, ()> {
        Box::pin(async {})
    }
}

/// Writes a file where it is not what it is to be; whoever runs it never meets half of it.
fn write(path: &Utf8Path, text: &str, mode: u32) -> std::io::Result<()> {
    let is_same = std::fs::read(path).is_ok_and(|found| found == text.as_bytes())
        && std::fs::metadata(path)?.permissions().mode() & 0o777 == mode;
    if is_same {
        return Ok(());
    }
    let new = path.with_extension(format!("{}.new", std::process::id()));
    let mut options = std::fs::OpenOptions::new();
    let mut file = options
        .write(true)
        .create(true)
        .truncate(true)
        .mode(mode)
        .open(&new)?;
    file.write_all(text.as_bytes())?;
    drop(file);
    std::fs::rename(&new, path)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn host(name: &str) -> HostName {
        HostName::parse(name).unwrap()
    }

    #[test]
    fn a_host_keeps_its_port_whoever_comes_and_goes() {
        let folder = tempfile::tempdir().unwrap();
        let root = Utf8Path::from_path(folder.path()).unwrap().to_owned();
        let hosts = [host("a"), host("b"), host("c")];
        let all = FolderHosts::new(root.clone(), 7000, &hosts, Vec::new());
        assert_eq!(all.ports[&host("c")], 7002);
        all.reach(&host("c"), 7002).unwrap();
        std::fs::create_dir(all.folder(&host("c")).join("srv")).unwrap();
        let some = FolderHosts::new(root, 7001, [&host("c"), &host("x"), &host("y")], Vec::new());
        let ports = ["c", "x", "y"].map(|name| some.ports[&host(name)]);
        assert_eq!(ports, [7002, 7001, 7003]);
    }
    #[test]
    fn who_only_looks_leaves_a_host_as_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let root = Utf8Path::from_path(folder.path()).unwrap().join("hosts");
        let new = || FolderHosts::new(root.clone(), 7000, [&host("a")], Vec::new());
        let looked = new().visited(Visit::Looks).reach(&host("a"), 7000).unwrap();
        assert!(looked.own.join("bin/service").exists() && !root.exists());
        let own = looked.own.clone();
        drop(looked);
        assert!(!own.exists());
        let changed = new().reach(&host("a"), 7000).unwrap();
        assert_eq!(changed.own, changed.top.join(OWN));
        let looked = new().visited(Visit::Looks).reach(&host("a"), 7000).unwrap();
        assert_eq!(looked.own, changed.own);
    }
}
