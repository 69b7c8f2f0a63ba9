//! What carries deploys out: as the flag says, else the deploy repository, else the site.

use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};

use super::args::Engine;
use super::opened::Opened;
use crate::error::CommandError;
use crate::model::{self, LOCAL_HOSTS_FILE, LocalHosts, Logs, Site};
use crate::scap::{ScapConfig, ScapEnvironment};
use crate::transport::{FolderHosts, FolderService, Ssh, SshOptions, Transport};
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
    Scap,
}

impl Carrier {
    /// Chooses: the flag, then the environment's `local.yaml`, then the site. Nothing is guessed.
    ///
    /// # Errors
    /// Where `local.yaml` is wrong, or local hosts are wanted and nothing says where they are.
    pub(super) fn choose(
        flag: Option<Engine>,
        worktree: &Worktree,
        environment: Option<&ScapEnvironment>,
        site: Option<&Site>,
    ) -> Result<Self, CommandError> {
        let engine = match flag {
            Some(Engine::Ssh) => return Ok(Self::Ssh),
            Some(Engine::Local) => model::Engine::Local,
            None => match declared(worktree, environment)? {
                Some(hosts) => return Ok(Self::Local(hosts)),
                None => site.map_or(model::Engine::Ssh, |site| site.deployment.engine),
            },
        };
        match engine {
            model::Engine::Ssh => Ok(Self::Ssh),
            model::Engine::Scap => Ok(Self::Scap),
            model::Engine::Local => {
                let of_site = || site.and_then(|site| site.deployment.local.clone());
                let hosts = declared(worktree, environment)?.or_else(of_site);
                hosts.map(Self::Local).ok_or_else(|| {
                    CommandError::usage("nothing says where the local hosts are").hint(format!(
                        "write `scap/environments/NAME/{LOCAL_HOSTS_FILE}`, or `deployment.local` of the site"
                    ))
                })
            }
        }
    }
}

/// What the environment says about local hosts.
fn declared(
    worktree: &Worktree,
    environment: Option<&ScapEnvironment>,
) -> Result<Option<LocalHosts>, CommandError> {
    let folder = environment.map_or_else(|| Utf8PathBuf::from("scap"), ScapEnvironment::folder);
    let path = folder.join(LOCAL_HOSTS_FILE);
    let text = worktree.read(&path);
    let text = text.map_err(|error| CommandError::usage(error.to_string()))?;
    let hosts = text.map(|text| LocalHosts::parse(&path, &text));
    Ok(hosts.transpose()?)
}

impl Opened {
    /// Refuses to deploy past the engine that the site wants; a flag overrules it.
    ///
    /// # Errors
    /// Where the site wants another one.
    pub(in crate::cli) fn check_engine(&self) -> Result<(), CommandError> {
        match &self.carrier {
            Carrier::Ssh | Carrier::Local(_) => Ok(()),
            Carrier::Scap => {
                let site = self.site.as_ref().map_or("", |site| site.name.as_str());
                Err(CommandError::usage(format!(
                    "the site `{site}` deploys with Scap, on its deployment server"
                ))
                .hint("run `scap deploy` there")
                .hint("`--engine ssh` deploys from here, with svcgen's own engine"))
            }
        }
    }

    /// How many hosts may work at a time, of the so many that `scap.cfg` allows. Folders share one machine: more at a time
    /// would only make each so slow that it is taken for dead.
    pub(super) fn at_a_time(&self, allowed: usize) -> usize {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        match &self.carrier {
            Carrier::Local(_) => allowed.min(4 * cores),
            Carrier::Ssh | Carrier::Scap => allowed,
        }
    }

    /// What leads to the hosts.
    ///
    /// # Errors
    /// Where there is no place for the sockets of the connections.
    pub(in crate::cli) fn transport(&self) -> std::io::Result<Arc<dyn Transport>> {
        let config = &self.working.value.config;
        match &self.carrier {
            Carrier::Local(hosts) => Ok(Arc::new(self.folder_hosts(hosts))),
            Carrier::Ssh | Carrier::Scap => Ok(Arc::new(Ssh::new(SshOptions {
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
