use std::collections::BTreeMap;

use camino::{Utf8Path, Utf8PathBuf};

use super::address::Variables;

/// How containers reach the network: as this machine does.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HostNetwork {
    /// `host`, or the name of a network; what the engine does by default where there is none.
    pub mode: Option<String>,
    /// The variables that name proxies.
    pub proxies: BTreeMap<String, String>,
    /// The certificates that this machine trusts, in one file.
    pub certificates: Option<Utf8PathBuf>,
}

/// Programs know them in small and in capital letters.
const PROXIES: [&str; 8] = [
    "http_proxy",
    "https_proxy",
    "ftp_proxy",
    "no_proxy",
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "FTP_PROXY",
    "NO_PROXY",
];

/// Variables that name a file of certificates.
const CERTIFICATES: [&str; 4] = [
    "SSL_CERT_FILE",
    "NODE_EXTRA_CA_CERTS",
    "GIT_SSL_CAINFO",
    "CURL_CA_BUNDLE",
];

/// Where systems have theirs.
const BUNDLES: [&str; 4] = [
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/ssl/cert.pem",
];

/// Where containers find the certificates.
pub(super) const CERTIFICATES_INSIDE: &str = "/etc/svcgen-certificates.crt";

impl HostNetwork {
    /// Finds out how this machine reaches the network.
    pub fn new(mode: Option<String>, variables: Variables<'_>) -> Self {
        let set = |name: &&str| {
            let value = variables(name).filter(|value| !value.is_empty())?;
            Some(((*name).to_owned(), value))
        };
        let named = CERTIFICATES.iter().filter_map(set).map(|(_, file)| file);
        let known = BUNDLES.iter().map(|file| (*file).to_owned());
        let mut files = named.chain(known).map(Utf8PathBuf::from);
        Self {
            mode,
            proxies: PROXIES.iter().filter_map(set).collect(),
            certificates: files.find(|file| file.is_absolute() && file.is_file()),
        }
    }

    /// The proxy that no container reaches, since it listens on this machine only: its host and its port.
    pub fn unreachable_proxy(&self) -> Option<&str> {
        let is_local = |host: &&str| {
            ["127.", "localhost", "[::1]"]
                .iter()
                .any(|local| host.starts_with(local))
        };
        if self.mode.as_deref() == Some("host") {
            return None;
        }
        let named = self.proxies.iter();
        let mut proxies = named
            .filter(|(name, _)| !name.eq_ignore_ascii_case("no_proxy"))
            .map(|(_, address)| host(address));
        proxies.find(is_local)
    }

    /// The variables that containers get.
    pub(super) fn environment(&self) -> BTreeMap<String, String> {
        let mut environment = self.proxies.clone();
        if self.certificates.is_some() {
            for name in CERTIFICATES {
                environment.insert(name.to_owned(), CERTIFICATES_INSIDE.to_owned());
            }
        }
        environment
    }

    pub(super) fn certificates(&self) -> Option<&Utf8Path> {
        self.certificates.as_deref()
    }
}

/// The host and the port of an address, without who asks, and their password.
fn host(address: &str) -> &str {
    let rest = address.split_once("://").map_or(address, |(_, rest)| rest);
    rest.rsplit_once('@').map_or(rest, |(_, host)| host)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn network(mode: Option<&str>, proxy: &str) -> HostNetwork {
        HostNetwork::new(mode.map(str::to_owned), &|name| {
            (name == "https_proxy").then(|| proxy.to_owned())
        })
    }

    #[test]
    fn a_proxy_on_this_machine_is_out_of_reach_but_with_its_network() {
        for (address, local) in [
            ("http://127.0.0.1:8080", "127.0.0.1:8080"),
            ("localhost:3128", "localhost:3128"),
            ("http://me:pw@[::1]:1", "[::1]:1"),
        ] {
            assert_eq!(network(None, address).unreachable_proxy(), Some(local));
            assert_eq!(network(Some("host"), address).unreachable_proxy(), None);
        }
        let other = network(None, "http://proxy.example.org:8080");
        assert_eq!(other.unreachable_proxy(), None);
    }
}
