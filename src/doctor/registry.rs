use std::process::Command;

use camino::{Utf8Path, Utf8PathBuf};
use futures_util::future::join_all;
use reqwest::{Certificate, Client, Proxy, StatusCode, Url};

use super::{DEADLINE, Finding, Reach, Surroundings, advice, in_time, innermost};
use crate::build::Registries;
use crate::child;
use crate::container::HostNetwork;

const NEEDED_BY: &[&str] = &["build"];

/// The registries that packages come from, and the way there.
pub(super) fn examine(surroundings: &Surroundings<'_>) -> Vec<Finding> {
    if !surroundings.want(NEEDED_BY) {
        return Vec::new();
    }
    let variables = |name: &str| (surroundings.variables)(name);
    let mut registries = Registries::of(&source(surroundings), &variables);
    let mut unnamed = None;
    if registries.is_npms_own {
        match npms_own() {
            Some(address) => registries.addresses.insert(0, address),
            None => {
                let finding = Finding::new("npm.registry", "npm's own registry", NEEDED_BY);
                unnamed = Some(
                    finding.unknown("there is no npm on this machine, whose settings name it"),
                );
            }
        }
    }
    let mode = surroundings.configuration.build.network.clone();
    let network = HostNetwork::new(mode, &variables);
    let findings = match surroundings.reach {
        Reach::Machine => {
            let addresses = registries.addresses.iter();
            addresses
                .map(|address| finding(address).unknown("not asked"))
                .collect()
        }
        Reach::Network => asked(&registries, &network),
    };
    let findings = unnamed.into_iter().chain(findings);
    findings.chain(proxy(&network)).collect()
}

/// The registry that npm takes where no setting names one, as npm itself tells.
fn npms_own() -> Option<String> {
    let mut command = Command::new("npm");
    command.args(["config", "get", "registry"]);
    let output = child::run(&mut command, DEADLINE).ok()?;
    let told = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    told.starts_with("http").then_some(told)
}

/// The source of the service, whose own `.npmrc` counts.
fn source(surroundings: &Surroundings<'_>) -> Utf8PathBuf {
    let mut checkouts = surroundings.checkouts.iter();
    let source = checkouts.find(|place| place.command == "source");
    let found = source.and_then(|place| place.found.path().map(Utf8Path::to_owned));
    found.unwrap_or_else(|| Utf8PathBuf::from("."))
}

fn finding(address: &str) -> Finding {
    let shown = without_user(address);
    Finding::new("npm.registry", format!("npm's registry {shown}"), NEEDED_BY)
}

/// An address without who asks, and their password.
fn without_user(address: &str) -> String {
    let Ok(mut url) = Url::parse(address) else {
        return address.to_owned();
    };
    // An address that cannot have a user has none.
    let _removed = url.set_username("").and_then(|()| url.set_password(None));
    url.to_string()
}

/// Asks all of them at once.
fn asked(registries: &Registries, network: &HostNetwork) -> Vec<Finding> {
    let addresses = registries.addresses.iter();
    let failed = |why: String| {
        let addresses = registries.addresses.iter();
        addresses
            .map(|address| finding(address).unknown(why.clone()))
            .collect()
    };
    match client(registries, network) {
        Ok(client) => {
            in_time(join_all(addresses.map(|address| one(&client, address)))).unwrap_or_else(failed)
        }
        Err(error) => failed(innermost(&error)),
    }
}

/// What goes the way that npm goes; certificates are those that containers get, too.
fn client(registries: &Registries, network: &HostNetwork) -> reqwest::Result<Client> {
    // A second installation is refused, and is the same one.
    let _installed = rustls::crypto::ring::default_provider().install_default();
    let files = network.certificates.iter().chain(&registries.authorities);
    let texts = files.filter_map(|file| std::fs::read(file).ok());
    let trusted: Vec<Certificate> = texts
        .filter_map(|bytes| Certificate::from_pem_bundle(&bytes).ok())
        .flatten()
        .collect();
    let mut builder = Client::builder()
        .timeout(DEADLINE * 4 / 5)
        .user_agent(concat!("svcgen/", env!("CARGO_PKG_VERSION")))
        .tls_certs_merge(trusted)
        // Nothing secret is sent: what npm does not look at is no reason to say that it cannot.
        .tls_danger_accept_invalid_certs(!registries.are_certificates_checked);
    if let Some(proxy) = &registries.proxy {
        builder = builder.proxy(Proxy::all(proxy)?);
    }
    builder.build()
}

/// Whether a registry answers; with what, is between it and npm, which knows the user's token.
async fn one(client: &Client, address: &str) -> Finding {
    let finding = finding(address);
    let ping = format!("{}/-/ping", address.trim_end_matches('/'));
    match client.get(ping).send().await.map(|answer| answer.status()) {
        Ok(StatusCode::PROXY_AUTHENTICATION_REQUIRED) => finding.missing(
            "the proxy refuses you",
            advice("name your account in the address of the proxy, in `https_proxy` or `.npmrc`"),
        ),
        Ok(status) if status.is_server_error() => finding.doubtful(
            format!("it answers with {status}"),
            advice("try again later, or ask the people who run it"),
        ),
        Ok(_) => finding.fine("it answers this machine; no container was tried"),
        Err(error) => {
            let why = match error.is_timeout() {
                true => "it takes too long".to_owned(),
                false => innermost(&error),
            };
            match why.contains("certificate") {
                true => finding.doubtful(
                    why,
                    advice(
                        "`NODE_EXTRA_CA_CERTS=FILE` names the certificates of your organisation",
                    ),
                ),
                false => finding.missing(
                    why,
                    advice("check the network, the proxy and `npm config get registry`"),
                ),
            }
        }
    }
}

/// A proxy that programs on this machine reach, and containers do not.
fn proxy(network: &HostNetwork) -> Option<Finding> {
    let proxy = network.unreachable_proxy()?;
    let finding = Finding::new("container.proxy", format!("the proxy {proxy}"), NEEDED_BY);
    Some(finding.doubtful(
        "it is out of reach of a container",
        "svcgen build --network host",
    ))
}
