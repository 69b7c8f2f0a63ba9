use std::process::Command;

use camino::Utf8Path;

use super::ssh::typed;
use super::{DEADLINE, Finding, Reach, Surroundings, advice, said};
use crate::child;
use crate::git::Git;
use crate::model::Site;

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

/// Whether the review server lets the user in.
fn by_ssh(site: &Site, surroundings: &Surroundings<'_>) -> Option<Finding> {
    let config = surroundings.configuration.ssh_config();
    let host = site.gerrit.host.as_ref()?;
    if !surroundings.want(REVIEW) || which::which("ssh").is_err() {
        return None;
    }
    let port = site
        .gerrit
        .port
        .map_or(29418, std::num::NonZeroU16::get)
        .to_string();
    let finding = Finding::new("gerrit", format!("the review server {host}"), REVIEW);
    if surroundings.reach == Reach::Machine {
        return Some(finding.unknown("not asked"));
    }
    let user = surroundings.configuration.user.gerrit.clone();
    let user = user.or_else(|| said("git", &["config", "gitreview.username"]));
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
    let git = Git::at(Utf8Path::new("."))
        .within(DEADLINE)
        .having("GIT_TERMINAL_PROMPT", "0");
    Some(
        match git.run(&["ls-remote", "--quiet", "--heads", "--", &url]) {
            Ok(_) => finding.fine("they can be read"),
            Err(error) => {
                finding.doubtful(super::innermost(&error), format!("git ls-remote {url}"))
            }
        },
    )
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
