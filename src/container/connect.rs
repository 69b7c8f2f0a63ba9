use std::fmt::Write as _;
use std::io::ErrorKind;
use std::os::unix::fs::MetadataExt as _;
use std::time::Duration;

use camino::Utf8Path;
use thiserror::Error;
use tokio::net::{TcpStream, UnixStream};
use tokio::time::timeout;

use super::address::{Address, AddressError, Endpoint, NamedBy, Variables};

/// How long an engine may take to accept a connection, and again to say its version.
pub(super) const PATIENCE: Duration = Duration::from_secs(10);

/// No engine that can be used.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ConnectError {
    #[error(transparent)]
    Address(#[from] AddressError),
    #[error("{}", headline(.0))]
    Troubles(Vec<Trouble>),
}

/// Why an address does not lead to an engine.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{}: {kind}", .address.place)]
pub struct Trouble {
    pub address: Address,
    pub kind: TroubleKind,
}

/// What is wrong at an address.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum TroubleKind {
    #[error("nothing is there")]
    Absent,
    #[error("{}", forbidden(.group.as_ref()))]
    Forbidden { group: Option<Group> },
    #[error("nothing is listening there")]
    Refused,
    #[error("it does not answer")]
    Silent,
    #[error("{said} is too old: its API is {api}, and svcgen needs {oldest}")]
    TooOld {
        said: String,
        api: String,
        oldest: String,
    },
    #[error("it is too new: it needs API {wanted} or newer, and svcgen supports {newest}")]
    TooNew { wanted: String, newest: String },
    #[error("{0}")]
    Other(String),
}

/// The group that may use a socket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    pub name: String,
    /// The user was put into it after the session began.
    pub has_joined: bool,
}

impl ConnectError {
    /// Where was looked, and what was found there; one cause a line.
    pub fn causes(&self) -> Vec<String> {
        match self {
            Self::Address(_) => Vec::new(),
            // The headline says it all.
            Self::Troubles(troubles) if troubles.len() == 1 => Vec::new(),
            Self::Troubles(troubles) => troubles.iter().map(Trouble::to_string).collect(),
        }
    }

    /// What to do about it: commands, at most two.
    pub fn hints(&self, variables: Variables<'_>) -> Vec<String> {
        let mut hints = match self {
            Self::Address(error) => return error.hints(),
            Self::Troubles(troubles) => match first(troubles) {
                Some(trouble) => trouble.hints(variables),
                None => Vec::new(),
            },
        };
        hints.truncate(2);
        hints
    }
}

/// The trouble that is nearest to an engine that works.
fn first(troubles: &[Trouble]) -> Option<&Trouble> {
    let present = |trouble: &&Trouble| trouble.kind != TroubleKind::Absent;
    troubles.iter().find(present).or_else(|| troubles.first())
}

fn headline(troubles: &[Trouble]) -> String {
    let Some(trouble) = first(troubles) else {
        return "there is no container engine".into();
    };
    let Trouble { address, kind } = trouble;
    match (&address.named_by, kind) {
        (NamedBy::Docker | NamedBy::Podman, TroubleKind::Absent) => {
            "no container engine is running here".into()
        }
        (NamedBy::DockerHost, _) => {
            format!("the container engine of DOCKER_HOST cannot be used: {trouble}")
        }
        (NamedBy::Context(name), _) => {
            format!("the container engine of the docker context `{name}` cannot be used: {trouble}")
        }
        (NamedBy::Docker, _) => format!("Docker cannot be used: {trouble}"),
        (NamedBy::Podman, _) => format!("Podman cannot be used: {trouble}"),
    }
}

fn forbidden(group: Option<&Group>) -> String {
    let mut text = "you are not allowed to use it".to_owned();
    // Writing to a string cannot fail.
    let _written = match group {
        Some(Group {
            name,
            has_joined: true,
        }) => write!(
            text,
            ": you are in the group {name}, but this session started before that"
        ),
        Some(Group { name, .. }) => write!(text, ": only the group {name} may"),
        None => write!(text, ": only root may"),
    };
    text
}

impl Trouble {
    fn hints(&self, variables: Variables<'_>) -> Vec<String> {
        let Self { address, kind } = self;
        match kind {
            TroubleKind::Absent | TroubleKind::Refused | TroubleKind::Silent => {
                start(address, kind)
            }
            TroubleKind::Forbidden {
                group:
                    Some(Group {
                        name,
                        has_joined: true,
                    }),
            } => vec![format!("newgrp {name}    # or log in again")],
            TroubleKind::Forbidden { group: Some(group) } => {
                let user = variables("USER").or_else(|| variables("LOGNAME"));
                vec![format!(
                    "sudo usermod -aG {} {}    # then log in again",
                    group.name,
                    user.unwrap_or_else(|| "YOU".into())
                )]
            }
            // The engine of root; everybody can have one of their own.
            TroubleKind::Forbidden { group: None } => {
                vec!["systemctl --user enable --now podman.socket".into()]
            }
            TroubleKind::TooOld { .. } => {
                vec![format!("{}apt-get install docker.io", as_root())]
            }
            TroubleKind::TooNew { .. } | TroubleKind::Other(_) => match address.named_by {
                NamedBy::DockerHost => vec!["unset DOCKER_HOST".into()],
                NamedBy::Context(_) => vec!["docker context use default".into()],
                NamedBy::Docker => vec!["docker version".into()],
                NamedBy::Podman => vec!["podman version".into()],
            },
        }
    }
}

/// How to start the engine, or to get one.
fn start(address: &Address, kind: &TroubleKind) -> Vec<String> {
    let verb = match kind {
        TroubleKind::Absent => "start",
        _ => "restart",
    };
    let docker = service(verb);
    let podman = "systemctl --user enable --now podman.socket".to_owned();
    let has = |program: &str| which::which(program).is_ok();
    // Somebody named it: only where it is a place of Docker's or Podman's own does a service of this machine listen there.
    let named = |otherwise: &str| {
        let service = service_at(&address.place, verb);
        service.into_iter().chain([otherwise.to_owned()]).collect()
    };
    match address.named_by {
        NamedBy::DockerHost => named("unset DOCKER_HOST"),
        NamedBy::Context(_) => named("docker context use default"),
        NamedBy::Podman => vec![podman],
        NamedBy::Docker if *kind != TroubleKind::Absent => vec![docker],
        // None is there: what is installed decides.
        NamedBy::Docker => match (has("dockerd") || has("docker"), has("podman")) {
            (true, true) => vec![docker, podman],
            (true, false) => vec![docker],
            (false, true) => vec![podman],
            (false, false) => vec![format!("{}apt-get install docker.io", as_root())],
        },
    }
}

/// What starts the service that listens at a place, where that is known.
fn service_at(place: &Endpoint, verb: &str) -> Option<String> {
    let Endpoint::Socket(path) = place else {
        return None;
    };
    let is_users = path.starts_with("/run/user");
    match path.as_str() {
        "/var/run/docker.sock" | "/run/docker.sock" => Some(service(verb)),
        path if is_users && path.ends_with("/podman/podman.sock") => {
            Some("systemctl --user enable --now podman.socket".to_owned())
        }
        path if is_users && path.ends_with("/docker.sock") => {
            Some(format!("systemctl --user {verb} docker"))
        }
        _ => None,
    }
}

/// Whether systemd runs this machine (sd_booted(3)).
pub(crate) fn has_systemd() -> bool {
    Utf8Path::new("/run/systemd/system").is_dir()
}

/// The command that starts Docker: of systemd, where that runs this machine, else of its scripts.
fn service(verb: &str) -> String {
    match has_systemd() {
        true => format!("{}systemctl {verb} docker", as_root()),
        false => format!("{}service docker {verb}", as_root()),
    }
}

fn as_root() -> &'static str {
    match rustix::process::geteuid().is_root() {
        true => "",
        false => "sudo ",
    }
}

/// Tries whether somebody listens at an address.
pub(super) async fn knock(address: &Address) -> Result<(), TroubleKind> {
    let tried = timeout(PATIENCE, async {
        match &address.place {
            Endpoint::Socket(path) => UnixStream::connect(path).await.map(drop),
            Endpoint::Tcp { host, .. } => TcpStream::connect(host.as_str()).await.map(drop),
        }
    });
    let error = match tried.await {
        Ok(Ok(())) => return Ok(()),
        Ok(Err(error)) => error,
        Err(_) => return Err(TroubleKind::Silent),
    };
    Err(match (error.kind(), &address.place) {
        (ErrorKind::NotFound, _) => TroubleKind::Absent,
        (ErrorKind::PermissionDenied, Endpoint::Socket(path)) => TroubleKind::Forbidden {
            group: group_of(path),
        },
        (ErrorKind::ConnectionRefused, _) => TroubleKind::Refused,
        _ => TroubleKind::Other(crate::error::reworded(&error)),
    })
}

/// The group that may write to a socket; none where root alone may.
fn group_of(socket: &Utf8Path) -> Option<Group> {
    const GROUP_WRITES: u32 = 0o020;
    let found = std::fs::metadata(socket).ok()?;
    if found.mode() & GROUP_WRITES == 0 || found.gid() == 0 {
        return None;
    }
    let groups = std::fs::read_to_string("/etc/group").ok()?;
    let mut lines = groups.lines().map(|line| line.split(':'));
    lines.find_map(|mut fields| {
        let (name, _, gid, members) = (
            fields.next()?,
            fields.next()?,
            fields.next()?,
            fields.next()?,
        );
        let user = std::env::var("USER").unwrap_or_default();
        (gid.parse() == Ok(found.gid())).then(|| Group {
            name: name.to_owned(),
            has_joined: !user.is_empty() && members.split(',').any(|member| member == user),
        })
    })
}
