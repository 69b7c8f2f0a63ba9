//! What to do about a host that cannot be reached.

use camino::Utf8Path;

use super::Opened;
use super::access::Access;
use super::engine::Carrier;
use crate::model::{AccountName, HostName};
use crate::transport::{ConnectFailure, HostKey};

/// Files of the machine, not of the user.
const OF_MACHINE: &str = "/etc/";

impl Opened {
    /// What can be done about a target, or whom to ask; nothing where that is not known.
    pub(in crate::cli) fn way_in(
        &self,
        kind: Option<&ConnectFailure>,
        host: &HostName,
    ) -> Option<String> {
        if let Carrier::Local(hosts) = &self.carrier {
            let place = self.place_of_local_hosts();
            return match kind? {
                ConnectFailure::NoPort => Some(format!(
                    "a lower `first_port` in {place} leaves room for it; now it is {}",
                    u16::from(hosts.first_port)
                )),
                ConnectFailure::NoShell => {
                    Some("`export PATH=\"$PATH:/usr/bin:/bin\"`: that is where it is".to_owned())
                }
                ConnectFailure::Other => Some(format!(
                    "correct `root` in {place}, the folder of the folders of all hosts"
                )),
                ConnectFailure::Denied
                | ConnectFailure::TooManyKeys
                | ConnectFailure::HostKeyChanged(_)
                | ConnectFailure::HostKeyUnknown
                | ConnectFailure::HostKeyRefused
                | ConnectFailure::UnknownName
                | ConnectFailure::Unreachable
                | ConnectFailure::NoSsh => None,
            };
        }
        let way = WayIn {
            config_file: self.ssh_config.as_deref(),
            account: self.working.value.config.ssh_user.as_ref(),
            access: &self.access,
            named_in: "a file of targets",
        };
        Some(way.hint(kind, host))
    }

    /// What can be done about the deployment server, or whom to ask.
    pub(in crate::cli) fn way_into_server(&self, kind: &ConnectFailure, host: &HostName) -> String {
        let way = WayIn {
            config_file: self.ssh_config.as_deref(),
            account: None,
            access: &self.access,
            named_in: "`deployment.server` of the site",
        };
        way.hint(Some(kind), host)
    }
}

/// How svcgen gets to a host, as somebody would type it.
struct WayIn<'a> {
    config_file: Option<&'a Utf8Path>,
    /// The account there, where it is not that of the configuration of ssh.
    account: Option<&'a AccountName>,
    access: &'a Access,
    /// What says the name of the host.
    named_in: &'static str,
}

impl WayIn<'_> {
    fn hint(&self, kind: Option<&ConnectFailure>, host: &HostName) -> String {
        let more = || format!("`{}` shows more", self.ssh("", host));
        match kind {
            Some(ConnectFailure::Denied) => self.access.hint(),
            Some(ConnectFailure::NoSsh) => "`apt-get install openssh-client`".to_owned(),
            Some(ConnectFailure::TooManyKeys) => format!(
                "name its key in your ssh configuration: `IdentityFile` and `IdentitiesOnly yes` below `Host {host}`"
            ),
            Some(ConnectFailure::HostKeyChanged(key)) => self.renewed(key, host),
            Some(ConnectFailure::HostKeyUnknown) => format!(
                "`{}` shows its fingerprint: answer `yes` where whoever runs {host} confirms it",
                self.asking(host)
            ),
            Some(ConnectFailure::UnknownName) => {
                format!("is `{host}` misspelt in {}? {}", self.named_in, more())
            }
            Some(
                ConnectFailure::HostKeyRefused
                | ConnectFailure::Unreachable
                | ConnectFailure::NoPort
                | ConnectFailure::NoShell
                | ConnectFailure::Other,
            )
            | None => more(),
        }
    }

    /// What to do about a key that is another, once it is known to be the right one.
    fn renewed(&self, key: &HostKey, host: &HostName) -> String {
        let confirmed = match key.fingerprint {
            Some(_) => format!("if whoever runs {host} confirms that fingerprint"),
            None => format!("if whoever runs {host} confirms that its key is new"),
        };
        match &key.known {
            Some((file, _)) if file.as_str().starts_with(OF_MACHINE) => {
                format!("{confirmed}, ask who runs this machine to renew {file}")
            }
            Some((file, _)) => {
                let file = shell_words::quote(file.as_str());
                let name = shell_words::quote(&key.name);
                let asking = self.asking(host);
                format!("{confirmed}: `ssh-keygen -f {file} -R {name}`, then `{asking}`")
            }
            None => format!("{confirmed}: `ssh-keygen -R {}`", key.name),
        }
    }

    /// The command that asks whether a key is to be trusted from now on.
    fn asking(&self, host: &HostName) -> String {
        self.ssh(" -o StrictHostKeyChecking=ask", host)
    }

    /// The command that gets to a host as svcgen does.
    fn ssh(&self, options: &str, host: &HostName) -> String {
        let file = match self.config_file {
            Some(file) => format!(" -F {}", shell_words::quote(file.as_str())),
            None => String::new(),
        };
        let account = match self.account {
            Some(user) => format!("{user}@"),
            None => String::new(),
        };
        format!("ssh{file}{options} {account}{host}")
    }
}
