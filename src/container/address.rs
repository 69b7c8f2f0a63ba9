use std::collections::BTreeMap;
use std::fmt;

use camino::{Utf8Path, Utf8PathBuf};
use serde::Deserialize;
use thiserror::Error;

/// Looks up a variable of the environment.
pub type Variables<'a> = &'a dyn Fn(&str) -> Option<String>;

/// Where an engine may listen, and who says so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    pub place: Endpoint,
    pub named_by: NamedBy,
}

/// Where an engine may listen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Endpoint {
    Socket(Utf8PathBuf),
    /// A host and a port; with the folder of the certificates where the connection is encrypted.
    Tcp {
        host: String,
        certificates: Option<Utf8PathBuf>,
    },
}

/// Who says where an engine listens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NamedBy {
    /// The variable `DOCKER_HOST`.
    DockerHost,
    /// A context of the `docker` program.
    Context(String),
    /// It is where Docker listens by default.
    Docker,
    /// It is where Podman listens by default.
    Podman,
}

/// An address that cannot be understood.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum AddressError {
    #[error("DOCKER_HOST is `{0}`: svcgen knows unix:///PATH and tcp://HOST:PORT")]
    Host(String),
    #[error(
        "the docker context `{name}` is `{host}`: svcgen knows unix:///PATH and tcp://HOST:PORT"
    )]
    ContextHost { name: String, host: String },
    #[error("there is no docker context `{0}`")]
    NoContext(String),
    #[error("{path} cannot be read: {reason}")]
    Unreadable { path: Utf8PathBuf, reason: String },
}

impl AddressError {
    /// What to do about it: commands.
    pub fn hints(&self) -> Vec<String> {
        match self {
            Self::Host(_) => vec!["unset DOCKER_HOST".into()],
            Self::ContextHost { .. } | Self::NoContext(_) => {
                vec!["docker context use default".into()]
            }
            Self::Unreadable { .. } => {
                vec!["`export DOCKER_HOST=unix:///var/run/docker.sock` names the engine".into()]
            }
        }
    }
}

/// Lists where to look for an engine, in order.
///
/// Where somebody names an engine, it is the only one: another would not have the same images.
///
/// # Errors
/// Where what is named cannot be understood.
pub fn addresses(variables: Variables<'_>) -> Result<Vec<Address>, AddressError> {
    let variable = |name: &str| variables(name).filter(|value| !value.is_empty());
    if let Some(host) = variable("DOCKER_HOST") {
        let place = place(&host, variables).ok_or(AddressError::Host(host))?;
        let named_by = NamedBy::DockerHost;
        return Ok(vec![Address { place, named_by }]);
    }
    if let Some(name) = context(variables)? {
        let host = context_host(&name, variables)?;
        let place = place(&host, &|_| None).ok_or_else(|| AddressError::ContextHost {
            name: name.clone(),
            host,
        })?;
        let named_by = NamedBy::Context(name);
        return Ok(vec![Address { place, named_by }]);
    }
    let own = variable("XDG_RUNTIME_DIR").map(Utf8PathBuf::from);
    let own = |socket: &str| own.as_ref().map(|folder| folder.join(socket));
    let sockets = [
        (NamedBy::Docker, Some("/var/run/docker.sock".into())),
        (NamedBy::Docker, own("docker.sock")),
        (NamedBy::Podman, own("podman/podman.sock")),
        (NamedBy::Podman, Some("/run/podman/podman.sock".into())),
    ];
    let known = |(named_by, socket): (NamedBy, Option<Utf8PathBuf>)| {
        let place = Endpoint::Socket(socket?);
        Some(Address { place, named_by })
    };
    Ok(sockets.into_iter().filter_map(known).collect())
}

/// Reads an address as the `docker` program writes it.
fn place(text: &str, variables: Variables<'_>) -> Option<Endpoint> {
    if let Some(path) = text.strip_prefix("unix://") {
        return path.starts_with('/').then(|| Endpoint::Socket(path.into()));
    }
    let (host, is_encrypted) = match text.split_once("://")? {
        ("tcp", host) => (host, encrypts(variables)),
        ("http", host) => (host, false),
        ("https", host) => (host, true),
        _ => return None,
    };
    let host = host.trim_end_matches('/');
    if host.is_empty() || host.contains('/') {
        return None;
    }
    let has_port = host
        .rsplit_once(':')
        .is_some_and(|(_, port)| port.parse::<u16>().is_ok());
    let host = match (has_port, is_encrypted) {
        (true, _) => host.to_owned(),
        (false, true) => format!("{host}:2376"),
        (false, false) => format!("{host}:2375"),
    };
    let certificates = is_encrypted.then(|| certificates(variables)).flatten();
    (certificates.is_some() == is_encrypted).then_some(Endpoint::Tcp { host, certificates })
}

/// Whether the variables ask for an encrypted connection.
fn encrypts(variables: Variables<'_>) -> bool {
    variables("DOCKER_TLS_VERIFY").is_some_and(|value| !value.is_empty())
}

fn certificates(variables: Variables<'_>) -> Option<Utf8PathBuf> {
    match variables("DOCKER_CERT_PATH").filter(|value| !value.is_empty()) {
        Some(folder) => Some(folder.into()),
        None => settings(variables),
    }
}

/// The folder of the `docker` program.
fn settings(variables: Variables<'_>) -> Option<Utf8PathBuf> {
    let folder = variables("DOCKER_CONFIG").filter(|value| !value.is_empty());
    let home = || Some(Utf8PathBuf::from(variables("HOME")?).join(".docker"));
    folder.map(Utf8PathBuf::from).or_else(home)
}

/// The context that the user chose; none where it is the default one.
fn context(variables: Variables<'_>) -> Result<Option<String>, AddressError> {
    #[derive(Deserialize)]
    struct Settings {
        #[serde(default, rename = "currentContext")]
        current_context: String,
    }
    let named = variables("DOCKER_CONTEXT").filter(|name| !name.is_empty());
    let chosen = match (named, settings(variables)) {
        (Some(name), _) => name,
        (None, Some(folder)) => {
            let read = read::<Settings>(&folder.join("config.json"))?;
            read.map(|settings| settings.current_context)
                .unwrap_or_default()
        }
        (None, None) => return Ok(None),
    };
    Ok((!chosen.is_empty() && chosen != "default").then_some(chosen))
}

/// The address of a context. Its folder is named by a hash, so that all have to be looked into.
fn context_host(name: &str, variables: Variables<'_>) -> Result<String, AddressError> {
    #[derive(Deserialize)]
    #[serde(rename_all = "PascalCase")]
    struct Context {
        name: String,
        #[serde(default)]
        endpoints: BTreeMap<String, Endpoint>,
    }
    #[derive(Deserialize)]
    #[serde(rename_all = "PascalCase")]
    struct Endpoint {
        #[serde(default)]
        host: String,
    }
    let none = || AddressError::NoContext(name.to_owned());
    let folder = settings(variables).ok_or_else(none)?.join("contexts/meta");
    let entries = folder.read_dir_utf8().map_err(|_| none())?;
    for entry in entries.flatten() {
        let Some(context) = read::<Context>(&entry.path().join("meta.json"))? else {
            continue;
        };
        if context.name == name
            && let Some(endpoint) = context.endpoints.get("docker")
        {
            return Ok(endpoint.host.clone());
        }
    }
    Err(none())
}

/// Reads a JSON file; none where it is not there.
fn read<T: for<'de> Deserialize<'de>>(path: &Utf8Path) -> Result<Option<T>, AddressError> {
    let unreadable = |reason: String| AddressError::Unreadable {
        path: path.to_owned(),
        reason,
    };
    match std::fs::read_to_string(path) {
        Ok(text) => crate::json::parse(&text)
            .map(Some)
            .map_err(|error| unreadable(error.to_string())),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(unreadable(crate::error::reworded(&error))),
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Socket(path) => write!(f, "{path}"),
            Self::Tcp { host, .. } => write!(f, "tcp://{host}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(variables: &[(&str, &str)]) -> Result<Vec<String>, AddressError> {
        let variables: BTreeMap<&str, &str> = variables.iter().copied().collect();
        let found = addresses(&|name| variables.get(name).map(|value| (*value).to_owned()))?;
        Ok(found
            .iter()
            .map(|address| address.place.to_string())
            .collect())
    }

    #[test]
    fn sockets_are_tried_in_this_order() {
        assert_eq!(
            found(&[("XDG_RUNTIME_DIR", "/run/user/7")]).unwrap(),
            [
                "/var/run/docker.sock",
                "/run/user/7/docker.sock",
                "/run/user/7/podman/podman.sock",
                "/run/podman/podman.sock",
            ]
        );
    }

    #[test]
    fn an_engine_that_is_named_is_the_only_one() {
        let named = |host| found(&[("DOCKER_HOST", host), ("DOCKER_CONTEXT", "other")]);
        assert_eq!(named("unix:///a/socket").unwrap(), ["/a/socket"]);
        assert_eq!(
            named("tcp://build.example.org").unwrap(),
            ["tcp://build.example.org:2375"]
        );
        assert_eq!(named("tcp://[::1]:99/").unwrap(), ["tcp://[::1]:99"]);
        for wrong in [
            "unix://relative",
            "ssh://host",
            "tcp://",
            "tcp://a/b",
            "nonsense",
        ] {
            assert_eq!(named(wrong), Err(AddressError::Host(wrong.into())));
        }
    }

    #[test]
    fn an_encrypted_connection_needs_its_certificates() {
        let variables = BTreeMap::from([
            ("DOCKER_TLS_VERIFY", "1"),
            ("DOCKER_CERT_PATH", "/certificates"),
        ]);
        let look = |name: &str| variables.get(name).map(|value| (*value).to_owned());
        let wanted = Endpoint::Tcp {
            host: "host:2376".into(),
            certificates: Some("/certificates".into()),
        };
        assert_eq!(place("tcp://host", &look), Some(wanted));
        assert_eq!(place("https://host", &|_| None), None);
    }
}
