use std::collections::BTreeMap;
use std::collections::HashMap;

use bollard::models::{
    ContainerCreateBody, HostConfig, HostConfigLogConfig, Mount as ApiMount, MountType,
};
use camino::Utf8PathBuf;

use super::engine::Engine;
use super::network::{CERTIFICATES_INSIDE, HostNetwork};
use super::owner::{OWNER, Owner};

/// The label that says what a container is for.
pub(super) const BUILD: &str = "svcgen.build";

/// A command that is run in a container of its own.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Job {
    /// What it is for, as those read it who list containers.
    pub purpose: String,
    /// The id or the name of an image.
    pub image: String,
    pub command: Vec<String>,
    /// What messages call the command.
    pub called: String,
    /// As whom; as the image says where there is none.
    pub user: Option<User>,
    pub directory: Option<Utf8PathBuf>,
    pub environment: BTreeMap<String, String>,
    pub mounts: Vec<Mount>,
    /// Folders in memory, which everybody may write to.
    pub scratch: Vec<Utf8PathBuf>,
    pub network: HostNetwork,
    /// The most memory that it gets, in bytes.
    pub memory: Option<u64>,
}

/// A user of this machine, by number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct User {
    pub uid: u32,
    pub gid: u32,
}

/// A file or folder of this machine that a container sees.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mount {
    pub source: Utf8PathBuf,
    pub target: Utf8PathBuf,
    pub access: Access,
}

/// What a container may do with what it sees.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    Read,
    Write,
}

impl User {
    /// Whoever runs this program.
    pub fn current() -> Self {
        Self {
            uid: rustix::process::geteuid().as_raw(),
            gid: rustix::process::getegid().as_raw(),
        }
    }
}

impl Job {
    /// What the engine is asked to make.
    pub(super) fn body(&self, engine: &Engine, owner: &Owner) -> ContainerCreateBody {
        let mut environment = self.network.environment();
        environment.extend(self.environment.clone());
        let labels = [
            (BUILD.to_owned(), self.purpose.clone()),
            (OWNER.to_owned(), owner.to_string()),
        ];
        ContainerCreateBody {
            image: Some(self.image.clone()),
            // What the image starts by itself is not wanted.
            entrypoint: Some(self.command.iter().take(1).cloned().collect()),
            cmd: Some(self.command.iter().skip(1).cloned().collect()),
            user: self.identity(engine),
            working_dir: self.directory.as_ref().map(ToString::to_string),
            env: Some(pairs(environment)),
            labels: Some(HashMap::from(labels)),
            attach_stdout: Some(true),
            attach_stderr: Some(true),
            host_config: Some(self.host(engine)),
            ..Default::default()
        }
    }

    fn host(&self, engine: &Engine) -> HostConfig {
        let memory = self
            .memory
            .map(|bytes| i64::try_from(bytes).unwrap_or(i64::MAX));
        let scratch = self.scratch.iter();
        HostConfig {
            mounts: Some(self.all_mounts()),
            tmpfs: Some(
                scratch
                    .map(|folder| (folder.to_string(), "exec,mode=1777".to_owned()))
                    .collect(),
            ),
            network_mode: self.network.mode.clone(),
            memory,
            // As much memory and swap together: none is swapped.
            memory_swap: memory,
            // The output is read as it comes; nobody asks for it again.
            log_config: Some(HostConfigLogConfig {
                typ: Some("none".into()),
                config: None,
            }),
            // Files of this machine keep their labels, where SELinux has any.
            security_opt: Some(vec!["label=disable".into(), "no-new-privileges".into()]),
            userns_mode: (self.user.is_some() && engine.is_podman() && engine.is_rootless())
                .then(|| "keep-id".to_owned()),
            ..Default::default()
        }
    }

    /// As whom the engine runs it, so that files belong to the user outside.
    fn identity(&self, engine: &Engine) -> Option<String> {
        let User { uid, gid } = self.user?;
        match engine.is_rootless() && !engine.is_podman() {
            // Root in there is the user out here.
            true => Some("0:0".into()),
            false => Some(format!("{uid}:{gid}")),
        }
    }

    fn all_mounts(&self) -> Vec<ApiMount> {
        let certificates = self.network.certificates().map(|source| Mount {
            source: source.to_owned(),
            target: CERTIFICATES_INSIDE.into(),
            access: Access::Read,
        });
        let mounts = self.mounts.iter().cloned().chain(certificates);
        mounts
            .map(|mount| ApiMount {
                typ: Some(MountType::BIND),
                source: Some(mount.source.into_string()),
                target: Some(mount.target.into_string()),
                read_only: Some(mount.access == Access::Read),
                ..Default::default()
            })
            .collect()
    }
}

fn pairs(variables: BTreeMap<String, String>) -> Vec<String> {
    let pair = |(name, value)| format!("{name}={value}");
    variables.into_iter().map(pair).collect()
}
