use std::process::Command;

use camino::Utf8Path;

use super::{DEADLINE, Finding, Reach, Surroundings, advice, said};
use crate::child;
use crate::hosts::{self, Answer};
use crate::model::Site;

const REVIEW: &[&str] = &[
    "vagrant --review",
    "puppet --review",
    "scap",
    "source",
    "build --review",
];
const HOSTS: &[&str] = &["deploy", "rollback", "service", "tail"];

/// ssh with its keys, and who lets the user in.
pub(super) fn examine(surroundings: &Surroundings<'_>) -> Vec<Finding> {
    let finding = Finding::new(
        "ssh",
        "ssh",
        &["deploy", "rollback", "service", "tail", "puppet --review"],
    );
    if which::which("ssh").is_err() {
        return vec![finding.missing(
            "there is no `ssh` on this machine",
            "apt-get install openssh-client",
        )];
    }
    let version = child::run(Command::new("ssh").arg("-V"), DEADLINE);
    let version = version.map(|output| String::from_utf8_lossy(&output.stderr).trim().to_owned());
    let mut findings = vec![finding.fine(version.unwrap_or_default()), agent()];
    let config = surroundings.configuration.ssh_config();
    let config = config.as_deref();
    if let Some(file) = config {
        let finding = Finding::new("ssh.config", "the configuration of ssh", HOSTS);
        findings.push(match file.is_file() {
            true => finding.fine(file.to_string()),
            false => finding.missing(
                format!("`{file}` is not there"),
                advice("correct `ssh.config_file` of the configuration, or SVCGEN_SSH_CONFIG"),
            ),
        });
    }
    if let Some(site) = surroundings.site {
        findings.extend(gerrit(site, surroundings, config));
    }
    findings.extend(targets(surroundings, config));
    findings
}

/// The agent that holds keys with passphrases.
fn agent() -> Finding {
    let finding = Finding::new("ssh.agent", "keys in the ssh agent", HOSTS);
    let listed = child::run(Command::new("ssh-add").arg("-l"), DEADLINE);
    match listed.map(|output| (output.code, output.stdout)) {
        Ok((Some(0), keys)) => match String::from_utf8_lossy(&keys).lines().count() {
            1 => finding.fine("one"),
            more => finding.fine(more.to_string()),
        },
        Ok((Some(1), _)) => finding.doubtful("the agent holds none", "ssh-add"),
        _ => finding.doubtful(
            "there is no agent; only a key without a passphrase works then",
            "eval \"$(ssh-agent)\" && ssh-add",
        ),
    }
}

/// Whether the review server lets the user in.
fn gerrit(
    site: &Site,
    surroundings: &Surroundings<'_>,
    config: Option<&Utf8Path>,
) -> Option<Finding> {
    let host = site.gerrit.host.as_ref()?;
    if !surroundings.want(REVIEW) {
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
    let mut command = ssh(config);
    command.args(["-p", &port]);
    if let Some(user) = &user {
        command.args(["-l", user]);
    }
    command.args(["-T", "--", host.as_str(), "gerrit version"]);
    let output = match child::run(&mut command, DEADLINE) {
        Ok(output) => output,
        Err(error) => {
            return Some(finding.missing(error.to_string(), format!("ssh -p {port} {host}")));
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
    let fix = if said.contains("Host key verification failed") {
        advice(format!(
            "compare its fingerprint with the published one: `ssh -p {port} {host}`"
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
        format!("ssh -p {port} {host}").into()
    };
    Some(finding.missing(why, fix))
}

/// Whether the hosts of production let the user in.
fn targets(surroundings: &Surroundings<'_>, config: Option<&Utf8Path>) -> Vec<Finding> {
    if !surroundings.want(HOSTS) {
        return Vec::new();
    }
    let (Some(service), Some(site), Some(names)) =
        (surroundings.service, surroundings.site, &surroundings.hosts)
    else {
        return Vec::new();
    };
    let finding = || Finding::new("hosts", "the hosts of the service", HOSTS);
    if names.is_empty() {
        return vec![finding().unknown("the model names none yet")];
    }
    if surroundings.reach == Reach::Machine {
        return vec![finding().unknown("not asked")];
    }
    let link = site
        .deployment
        .directory
        .join(service.repositories.key.as_str());
    let answers = hosts::ask(names, &link, config);
    let in_vain: Vec<_> = answers
        .iter()
        .filter_map(|(host, answer)| Some((host, trouble(answer)?)))
        .collect();
    let Some((first, (why, fix))) = in_vain.first() else {
        return vec![finding().fine(format!("{} of {} let you in", names.len(), names.len()))];
    };
    let more = match in_vain.len() {
        1 => String::new(),
        more => format!(" ({more} of {} do not let you in)", names.len()),
    };
    vec![finding().missing(
        format!("{first}: {why}{more}"),
        fix.replace("HOST", first.as_str()),
    )]
}

/// What is wrong where a host does not answer, and what to do.
fn trouble(answer: &Answer) -> Option<(&str, &'static str)> {
    match answer {
        Answer::Release { .. } | Answer::Nothing => None,
        Answer::Denied { why } => Some((why, "svcgen request access")),
        Answer::Silent { why } => Some((why, "ssh HOST")),
    }
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
