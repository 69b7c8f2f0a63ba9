//! What carries deploys out: as the flag says, else the deploy repository, else the site.

use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};

use super::args::Engine;
use super::opened::Opened;
use crate::error::CommandError;
use crate::model::{self, HostName, LOCAL_HOSTS_FILE, LocalHosts, Logs, Site};
use crate::scap::{ScapConfig, ScapEnvironment};
use crate::transport::{FolderHosts, FolderService, Ssh, SshOptions, Transport, Visit};
use crate::worktree::Worktree;

/// The most connections that are opened at a time: a server takes ten that are not through yet, and then drops some.
const HANDSHAKES: usize = 32;

/// What carries deploys out.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::cli) enum Carrier {
    /// svcgen's own engine, over ssh.
    Ssh,
    /// The same, on hosts that are folders of this machine.
    Local(LocalHosts),
    /// Scap, on the deployment server.
    Scap(ScapServer),
}

/// Where Scap is, and how it is called.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::cli) struct ScapServer {
    pub(in crate::cli) host: HostName,
    /// The folder of all deploy directories.
    pub(in crate::cli) directory: Utf8PathBuf,
    /// The words of the command.
    pub(in crate::cli) command: Vec<String>,
}

impl Carrier {
    /// Chooses: the flag, then the environment's `local.yaml`, then the site. Nothing is guessed.
    ///
    /// # Errors
    /// Where `local.yaml` is wrong, or nothing says where the local hosts or the deployment server are.
    pub(in crate::cli) fn choose(
        flag: Option<Engine>,
        worktree: &Worktree,
        environment: Option<&ScapEnvironment>,
        site: Option<&Site>,
    ) -> Result<Self, CommandError> {
        let engine = match flag {
            Some(Engine::Ssh) => return Ok(Self::Ssh),
            Some(Engine::Local) => model::Engine::Local,
            Some(Engine::Scap) => model::Engine::Scap,
            None => match declared(worktree, environment)? {
                Some(hosts) => return Ok(Self::Local(hosts)),
                None => site.map_or(model::Engine::Ssh, |site| site.deployment.engine),
            },
        };
        match engine {
            model::Engine::Ssh => Ok(Self::Ssh),
            model::Engine::Scap => ScapServer::of(site).map(Self::Scap),
            model::Engine::Local => {
                let of_site = || site.and_then(|site| site.deployment.local.clone());
                let hosts = declared(worktree, environment)?.or_else(of_site);
                hosts.map(Self::Local).ok_or_else(|| {
                    let place = place_of(environment);
                    CommandError::usage(format!(
                        "there is no `{place}`, which says where the local hosts are"
                    ))
                    .hint("write it, or `deployment.local` of the site")
                })
            }
        }
    }
}

impl ScapServer {
    /// What the site says.
    fn of(site: Option<&Site>) -> Result<Self, CommandError> {
        let deployment = site.map(|site| &site.deployment);
        let Some((deployment, host)) = deployment.and_then(|it| Some((it, it.server.clone()?)))
        else {
            return Err(
                CommandError::usage("nothing says which deployment server Scap is on")
                    .hint("`--site NAME` names a site whose `deployment.server` does"),
            );
        };
        let text = deployment.scap.to_string();
        let command = shell_words::split(&text).unwrap_or_default();
        if command.is_empty() {
            let message = format!("`deployment.scap` of the site is not a command: `{text}`");
            return Err(CommandError::usage(message).hint("without `deployment.scap` it is `scap`"));
        }
        Ok(Self {
            host,
            directory: deployment.directory.clone(),
            command,
        })
    }
}

/// Where an environment says which local hosts it has.
pub(super) fn place_of(environment: Option<&ScapEnvironment>) -> Utf8PathBuf {
    let folder = environment.map_or_else(|| Utf8PathBuf::from("scap"), ScapEnvironment::folder);
    folder.join(LOCAL_HOSTS_FILE)
}

/// What the environment says about local hosts.
fn declared(
    worktree: &Worktree,
    environment: Option<&ScapEnvironment>,
) -> Result<Option<LocalHosts>, CommandError> {
    let path = place_of(environment);
    let text = worktree.read(&path)?;
    let hosts = text.map(|text| LocalHosts::parse(&path, &text));
    Ok(hosts.transpose()?)
}

impl Opened {
    /// How many hosts may work at a time, of the so many that `scap.cfg` allows. Folders share one machine: more at a time
    /// would only make each so slow that it is taken for dead.
    pub(super) fn at_a_time(&self, allowed: usize) -> usize {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        match &self.carrier {
            Carrier::Local(_) => allowed.min(4 * cores),
            Carrier::Ssh | Carrier::Scap(_) => allowed,
        }
    }

    /// What leads to the hosts.
    ///
    /// # Errors
    /// Where there is no place for the sockets of the connections.
    pub(in crate::cli) fn transport(&self, visit: Visit) -> std::io::Result<Arc<dyn Transport>> {
        let config = &self.working.value.config;
        match &self.carrier {
            Carrier::Local(hosts) => Ok(Arc::new(self.folder_hosts(hosts).visited(visit))),
            Carrier::Ssh | Carrier::Scap(_) => Ok(Arc::new(Ssh::new(SshOptions {
                config_file: self.ssh_config.clone(),
                user: config.ssh_user.clone(),
                handshakes: (config.batch_size as usize).min(HANDSHAKES),
            })?)),
        }
    }

    fn folder_hosts(&self, hosts: &LocalHosts) -> FolderHosts {
        let directory = &self.working.value;
        let by_default = Logs::default();
        let logs = self.site.as_ref().map_or(&by_default, |site| &site.logs);
        let services = hosts.services.iter().map(|(name, command)| FolderService {
            name: name.to_string(),
            folder: place(&directory.config),
            log: logs.directory.join(name.as_str()).join(logs.file.as_str()),
            command: command.to_string(),
        });
        FolderHosts::new(
            hosts.folder(self.repository.root()),
            hosts.first_port.into(),
            directory.groups.iter().flat_map(|group| &group.hosts),
            services.collect(),
        )
    }
}

/// The path that a service is run from.
fn place(config: &ScapConfig) -> Utf8PathBuf {
    let folder: &Utf8Path = &config.git_deploy_dir;
    folder.join(config.git_repo.as_str())
}
