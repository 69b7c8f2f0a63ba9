use std::process::Command;

use camino::Utf8Path;

use super::{DEADLINE, Finding, Reach, Surroundings, advice, gerrit};
use crate::child;
use crate::hosts::{self, Answer};
use crate::model::HostName;

/// What needs ssh: first what speaks to hosts, then what sends to the review server.
const ALL: &[&str] = &[
    "deploy",
    "rollback",
    "service",
    "lock",
    "tail",
    "history",
    "status",
    "vagrant --review",
    "puppet --review",
    "source --review",
    "scap --review",
    "generate --review",
    "build --review",
];
const HOSTS: &[&str] = ALL.split_at(7).0;
const REVIEWS: &[&str] = ALL.split_at(7).1;

const NEEDLESS: &str = "nothing here is reached by ssh";

/// ssh with its keys, and whether the hosts of the model let the user in.
pub(super) fn examine(surroundings: &Surroundings<'_>) -> Vec<Finding> {
    let finding = Finding::new("ssh", "ssh", ALL);
    let is_needed = is_needed(surroundings);
    if which::which("ssh").is_err() {
        if !is_needed {
            return vec![finding.fine(format!("there is none, and {NEEDLESS}"))];
        }
        return vec![finding.missing(
            "there is no `ssh` on this machine",
            "apt-get install openssh-client",
        )];
    }
    let version = child::run(Command::new("ssh").arg("-V"), DEADLINE);
    let version = version.map(|output| String::from_utf8_lossy(&output.stderr).trim().to_owned());
    let mut findings = vec![finding.fine(version.unwrap_or_default()), agent(is_needed)];
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
    findings.extend(targets(surroundings, config));
    findings
}

/// Whether anything is reached by ssh: hosts, or the review server where a change may be sent to it.
fn is_needed(surroundings: &Surroundings<'_>) -> bool {
    let reviews = surroundings.want(REVIEWS) && gerrit::is_by_ssh(surroundings);
    !surroundings.has_local_hosts || reviews
}

/// The agent that holds keys with passphrases.
fn agent(is_needed: bool) -> Finding {
    let finding = Finding::new("ssh.agent", "keys in the ssh agent", HOSTS);
    if !is_needed {
        return finding.fine(format!("none is needed: {NEEDLESS}"));
    }
    let listed = child::run(Command::new("ssh-add").arg("-l"), DEADLINE);
    match listed.map(|output| (output.code, output.stdout)) {
        Ok((Some(0), keys)) => match String::from_utf8_lossy(&keys).lines().count() {
            1 => finding.fine("one"),
            more => finding.fine(more.to_string()),
        },
        Ok((Some(1), _)) => finding.doubtful("the agent holds none", "ssh-add"),
        _ => finding.doubtful(
            "there is no agent; only a key without a passphrase will work",
            "eval \"$(ssh-agent)\" && ssh-add",
        ),
    }
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
        .filter_map(|(host, answer)| Some((host, trouble(answer, host, config)?)))
        .collect();
    let Some((first, (why, fix))) = in_vain.first() else {
        return vec![finding().fine(format!("{} of {} let you in", names.len(), names.len()))];
    };
    let more = match in_vain.len() {
        1 => String::new(),
        more => format!(" ({more} of {} do not let you in)", names.len()),
    };
    vec![finding().missing(format!("{first}: {why}{more}"), fix.as_str())]
}

/// What is wrong where a host does not answer, and what to do.
fn trouble<'a>(
    answer: &'a Answer,
    host: &HostName,
    config: Option<&Utf8Path>,
) -> Option<(&'a str, String)> {
    match answer {
        Answer::Release { .. } | Answer::Nothing => None,
        Answer::Denied { why } => Some((why, "svcgen request access".to_owned())),
        Answer::Silent { why } => Some((why, format!("{} {host}", typed(config)))),
    }
}

/// ssh as somebody types it to get where svcgen does.
pub(super) fn typed(config: Option<&Utf8Path>) -> String {
    match config {
        Some(file) => format!("ssh -F {}", shell_words::quote(file.as_str())),
        None => "ssh".to_owned(),
    }
}
