use std::process::Command;

use camino::Utf8Path;

use super::ssh::typed;
use super::{DEADLINE, Finding, Reach, Surroundings, advice, said};
use crate::child;
use crate::git::Rewritten;
use crate::model::Site;
use crate::review::{ReviewError, unattended};

const REVIEW: &[&str] = &[
    "vagrant --review",
    "puppet --review",
    "generate --review",
    "scap",
    "source",
    "build --review",
];
const LOOKS: &[&str] = &["status"];

/// The review server: by ssh, to send changes there, and by its web address, to look.
pub(super) fn examine(surroundings: &Surroundings<'_>) -> Vec<Finding> {
    let Some(site) = surroundings.site else {
        return Vec::new();
    };
    std::thread::scope(|scope| {
        let web = scope.spawn(|| by_web(site, surroundings));
        let ssh = by_ssh(site, surroundings);
        ssh.into_iter().chain(web.join().ok().flatten()).collect()
    })
}

/// Whether changes are sent by ssh.
pub(super) fn is_by_ssh(surroundings: &Surroundings<'_>) -> bool {
    let Some(site) = surroundings.site.filter(|site| site.gerrit.host.is_some()) else {
        return false;
    };
    elsewhere(site, surroundings).is_none_or(|rewritten| rewritten.is_ssh())
}

/// The user's account there.
fn account(surroundings: &Surroundings<'_>) -> Option<String> {
    let user = surroundings.configuration.user.gerrit.clone();
    user.or_else(|| said("git", &["config", "gitreview.username"]))
}

/// Where git goes instead of to the review server, where its configuration says so.
fn elsewhere(site: &Site, surroundings: &Surroundings<'_>) -> Option<Rewritten> {
    let host = site.gerrit.host.as_ref()?;
    let account = account(surroundings).map(|account| format!("{account}@"));
    let account = account.unwrap_or_default();
    let repositories = [&site.repositories.vagrant, &site.repositories.puppet];
    let repository = repositories.into_iter().flatten().next();
    let repository = repository.map(ToString::to_string).unwrap_or_default();
    let address = format!("ssh://{account}{host}:{}/{repository}", port(site));
    Rewritten::of(Utf8Path::new("."), &address)
}

fn port(site: &Site) -> u16 {
    let port = site.gerrit.port;
    port.map_or(29418, std::num::NonZeroU16::get)
}

/// Whether what git goes to instead of the review server can be read.
fn instead(finding: Finding, rewritten: &Rewritten) -> Finding {
    let Rewritten { address, by } = rewritten;
    match readable(address) {
        Ok(_) => finding.fine(format!("`{by}` leads to {address}")),
        Err(error) => finding.missing(
            format!("`{by}` leads to {address}: {}", super::innermost(&error)),
            format!("git ls-remote {}", shell_words::quote(address)),
        ),
    }
}

/// Whether the review server lets the user in.
fn by_ssh(site: &Site, surroundings: &Surroundings<'_>) -> Option<Finding> {
    let config = surroundings.configuration.ssh_config();
    let host = site.gerrit.host.as_ref()?;
    if !surroundings.want(REVIEW) {
        return None;
    }
    let port = port(site).to_string();
    let finding = Finding::new("gerrit", format!("the review server {host}"), REVIEW);
    let rewritten = elsewhere(site, surroundings);
    let needs_ssh = rewritten.as_ref().is_none_or(Rewritten::is_ssh);
    if needs_ssh && which::which("ssh").is_err() {
        return None;
    }
    if surroundings.reach == Reach::Machine {
        return Some(finding.unknown("not asked"));
    }
    if let Some(rewritten) = &rewritten {
        return Some(instead(finding, rewritten));
    }
    let user = account(surroundings);
    let typed = format!("{} -p {port} {host}", typed(config.as_deref()));
    let mut command = ssh(config.as_deref());
    command.args(["-p", &port]);
    if let Some(user) = &user {
        command.args(["-l", user]);
    }
    command.args(["-T", "--", host.as_str(), "gerrit version"]);
    let output = match child::run(&mut command, DEADLINE) {
        Ok(output) => output,
        Err(error) => {
            return Some(finding.missing(error.to_string(), typed.clone()));
        }
    };
    if output.success {
        let version = String::from_utf8_lossy(&output.stdout).trim().to_owned();
        return Some(finding.fine(match user {
            Some(user) => format!("{version}, as {user}"),
            None => version,
        }));
    }
    let said = String::from_utf8_lossy(&output.stderr);
    let why = said.lines().rev().find(|line| !line.trim().is_empty());
    let why = why.unwrap_or("it says nothing").trim().to_owned();
    let fix = if said.contains("IDENTIFICATION HAS CHANGED") {
        let known = shell_words::quote(&format!("[{host}]:{port}")).into_owned();
        advice(format!(
            "if its fingerprint is the published one: `ssh-keygen -R {known}`, then `{typed}`"
        ))
    } else if said.contains("Host key verification failed") {
        advice(format!(
            "compare its fingerprint with the published one: `{typed}`"
        ))
    } else if said.contains("Permission denied") {
        match (&user, &site.gerrit.url) {
            (None, _) => "git config --global gitreview.username YOUR-ACCOUNT".into(),
            (_, Some(url)) => advice(format!(
                "add your public key at {}/settings/#SSHKeys",
                url.as_str().trim_end_matches('/')
            )),
            (_, None) => advice("add your public key to your account there"),
        }
    } else {
        typed.into()
    };
    Some(finding.missing(why, fix))
}

/// Whether repositories are read by its web address.
fn by_web(site: &Site, surroundings: &Surroundings<'_>) -> Option<Finding> {
    let repositories = &site.repositories;
    let name = repositories
        .vagrant
        .as_ref()
        .or(repositories.puppet.as_ref())?;
    let url = site.clone_url(name).filter(|_| surroundings.want(LOOKS))?;
    let finding = Finding::new("gerrit.web", format!("repositories at {url}"), LOOKS);
    if surroundings.reach == Reach::Machine {
        return Some(finding.unknown("not asked"));
    }
    Some(match readable(&url) {
        Ok(_) => finding.fine("they can be read"),
        Err(error) => finding.doubtful(super::innermost(&error), format!("git ls-remote {url}")),
    })
}

/// Whether what is at an address can be read.
fn readable(address: &str) -> Result<(), ReviewError> {
    let git = unattended(Utf8Path::new("."), DEADLINE)?;
    git.run(&["ls-remote", "--quiet", "--heads", "--", address])?;
    Ok(())
}

/// ssh, which asks nothing and does not wait for long.
fn ssh(config: Option<&Utf8Path>) -> Command {
    let mut command = Command::new("ssh");
    for option in [
        "BatchMode=yes",
        "ConnectTimeout=5",
        "ConnectionAttempts=1",
        "ControlMaster=no",
    ] {
        command.args(["-o", option]);
    }
    if let Some(file) = config {
        command.args(["-F", file.as_str()]);
    }
    command
}
