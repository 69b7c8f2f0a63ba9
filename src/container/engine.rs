use std::fmt;
use std::time::Duration;

use bollard::{API_DEFAULT_VERSION, ClientVersion, Docker};
use camino::{Utf8Path, Utf8PathBuf};
use tokio::time::timeout;

use super::address::{Address, Endpoint, Variables, addresses};
use super::connect::{ConnectError, PATIENCE, Trouble, TroubleKind, has_systemd, knock};

/// The API that is spoken: that of Docker 20.10 and Podman 4. A newer one only where an engine insists on it.
const SPOKEN: ClientVersion = ClientVersion {
    major_version: 1,
    minor_version: 41,
};

/// How long the engine may take to begin an answer to a question.
const ANSWER: Duration = Duration::from_secs(120);

/// How long it may take to begin the answer to what takes a while, such as to wait for the end of a container.
const WHOLE_DAY: Duration = Duration::from_secs(24 * 3600);

/// A container engine that answers.
#[derive(Debug, Clone)]
pub struct Engine {
    docker: Docker,
    name: EngineName,
    is_rootless: bool,
    /// The folder of images and containers, of an engine on this machine.
    storage: Option<Utf8PathBuf>,
}

/// What an engine is, and where it listens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EngineName {
    product: Product,
    /// With its version and its address.
    text: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Product {
    Docker,
    Podman,
}

impl Engine {
    /// Finds an engine: the one that is named by `DOCKER_HOST` or a docker context, else the first that answers.
    ///
    /// # Errors
    /// Where there is none that can be used, with what is wrong at each place.
    pub async fn connect(variables: Variables<'_>) -> Result<Self, ConnectError> {
        let mut troubles = Vec::new();
        for address in addresses(variables)? {
            match Self::at(address.clone()).await {
                Ok(engine) => return Ok(engine),
                Err(kind) => troubles.push(Trouble { address, kind }),
            }
        }
        Err(ConnectError::Troubles(troubles))
    }

    /// Connects to the engine at one address.
    async fn at(address: Address) -> Result<Self, TroubleKind> {
        knock(&address).await?;
        let spoken = agree(&address).await?;
        let docker = client(&address, &spoken, ANSWER)?;
        let found = answered(docker.version()).await?;
        let product = match found.components.unwrap_or_default().first() {
            Some(component) if component.name.starts_with("Podman") => Product::Podman,
            _ => Product::Docker,
        };
        let version = format!("{product} {}", found.version.unwrap_or_default());
        let api = found.api_version.unwrap_or_default();
        if parse(&api).is_none_or(|api| api < SPOKEN) {
            return Err(TroubleKind::TooOld {
                said: version,
                api,
                oldest: SPOKEN.to_string(),
            });
        }
        let info = answered(docker.info()).await?;
        let options = info.security_options.unwrap_or_default();
        let is_rootless = options.iter().any(|option| option.contains("rootless"));
        let storage = match address.place {
            Endpoint::Socket(_) => info.docker_root_dir.map(Utf8PathBuf::from),
            Endpoint::Tcp { .. } => None,
        };
        Ok(Self {
            docker,
            name: EngineName {
                product,
                text: format!("{version} at {}", address.place),
            },
            is_rootless,
            storage,
        })
    }

    /// What it is, and where.
    pub fn name(&self) -> &EngineName {
        &self.name
    }

    /// Where images and containers are kept, where that may be on this machine.
    pub fn storage(&self) -> Option<&Utf8Path> {
        self.storage.as_deref()
    }

    pub(super) fn api(&self) -> &Docker {
        &self.docker
    }

    /// The same, for what takes a while.
    pub(super) fn patient(&self) -> Docker {
        self.docker.clone().with_timeout(WHOLE_DAY)
    }

    pub(super) fn is_podman(&self) -> bool {
        self.name.product == Product::Podman
    }

    /// Whether it runs as the user, so that root in a container is the user outside.
    pub(super) fn is_rootless(&self) -> bool {
        self.is_rootless
    }
}

impl EngineName {
    /// The program of those who look after it.
    pub(super) fn program(&self) -> &'static str {
        match self.product {
            Product::Docker => "docker",
            Product::Podman => "podman",
        }
    }

    /// The command that tells how it is.
    pub(super) fn status(&self) -> String {
        match self.product {
            Product::Docker if has_systemd() => "systemctl status docker".into(),
            Product::Docker => "service docker status".into(),
            Product::Podman if has_systemd() => "systemctl --user status podman.socket".into(),
            Product::Podman => "podman info".into(),
        }
    }

    /// The commands that tell what its space is used for, and free some.
    pub fn space(&self) -> Vec<String> {
        let program = self.program();
        vec![
            format!("{program} system df"),
            format!("{program} system prune"),
        ]
    }
}

impl fmt::Display for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.name.fmt(f)
    }
}

impl fmt::Display for EngineName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl fmt::Display for Product {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Docker => "Docker",
            Self::Podman => "Podman",
        })
    }
}

/// Finds the version of the API that both sides know.
async fn agree(address: &Address) -> Result<ClientVersion, TroubleKind> {
    let docker = client(address, &SPOKEN, PATIENCE)?;
    let refusal = match timeout(PATIENCE, docker.version()).await {
        Err(_) => return Err(TroubleKind::Silent),
        Ok(Ok(_)) => return Ok(SPOKEN),
        Ok(Err(bollard::errors::Error::DockerResponseServerError { message, .. })) => message,
        Ok(Err(error)) => return Err(other(&error)),
    };
    // Engines say so in these words only.
    if let Some(api) = after(&refusal, "Maximum supported API version is ") {
        return Err(TroubleKind::TooOld {
            said: "the engine".into(),
            api: api.to_string(),
            oldest: SPOKEN.to_string(),
        });
    }
    match after(&refusal, "Minimum supported API version is ") {
        Some(wanted) if wanted <= *API_DEFAULT_VERSION => Ok(wanted),
        Some(wanted) => Err(TroubleKind::TooNew {
            wanted: wanted.to_string(),
            newest: API_DEFAULT_VERSION.to_string(),
        }),
        None => Err(TroubleKind::Other(format!("it says: {}", refusal.trim()))),
    }
}

async fn answered<T>(
    answer: impl Future<Output = Result<T, bollard::errors::Error>>,
) -> Result<T, TroubleKind> {
    let answer = timeout(PATIENCE, answer).await;
    answer
        .map_err(|_| TroubleKind::Silent)?
        .map_err(|error| other(&error))
}

fn other(error: &bollard::errors::Error) -> TroubleKind {
    match error {
        bollard::errors::Error::RequestTimeoutError => TroubleKind::Silent,
        bollard::errors::Error::DockerResponseServerError { message, .. } => {
            TroubleKind::Other(format!("it says: {}", message.trim()))
        }
        error => TroubleKind::Other(format!(
            "what answers is not an engine: {}",
            super::error::innermost(error)
        )),
    }
}

fn client(
    address: &Address,
    version: &ClientVersion,
    patience: Duration,
) -> Result<Docker, TroubleKind> {
    let seconds = patience.as_secs();
    let client = match &address.place {
        Endpoint::Socket(path) => Docker::connect_with_unix(path.as_str(), seconds, version),
        Endpoint::Tcp {
            host,
            certificates: None,
        } => Docker::connect_with_http(host, seconds, version),
        Endpoint::Tcp {
            host,
            certificates: Some(folder),
        } => {
            // It may be there already.
            let _installed = rustls::crypto::ring::default_provider().install_default();
            let file = |name: &str| folder.join(name).into_std_path_buf();
            Docker::connect_with_ssl(
                host,
                &file("key.pem"),
                &file("cert.pem"),
                &file("ca.pem"),
                seconds,
                version,
            )
        }
    };
    client.map_err(|error| TroubleKind::Other(super::error::innermost(&error)))
}

fn parse(text: &str) -> Option<ClientVersion> {
    let (major, minor) = text.split_once('.')?;
    Some(ClientVersion {
        major_version: major.parse().ok()?,
        minor_version: minor.parse().ok()?,
    })
}

/// The version that follows some words.
fn after(text: &str, words: &str) -> Option<ClientVersion> {
    let (_, rest) = text.split_once(words)?;
    let digits = |c: char| c.is_ascii_digit() || c == '.';
    let end = rest.find(|c| !digits(c)).unwrap_or(rest.len());
    parse(rest[..end].trim_end_matches('.'))
}
