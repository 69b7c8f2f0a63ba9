//! Asks hosts which release of a service they run: over ssh, with the user's own `ssh`, its keys and configuration, or in the
//! folders that they are.
//!
//! It only looks, never asks for a password, and does not wait for long: a host that does not answer stays unknown.

use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use camino::Utf8Path;
use serde::Serialize;

use crate::child;
use crate::git::Words;
use crate::model::HostName;

/// How long one host may take to answer.
const DEADLINE: Duration = Duration::from_secs(10);

/// How long all hosts together may take.
const WHOLE: Duration = Duration::from_secs(30);

/// How many are asked at the same time.
const AT_ONCE: usize = 16;

/// What ssh itself ends with when it fails; anything else is the end of the command on the host.
const SSH_FAILED: i32 = 255;

/// What a host said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case", tag = "answer")]
pub enum Answer {
    /// It runs this release, by the name of its folder: a revision.
    Release { revision: String },
    /// It can be logged in to, and there is no release.
    Nothing,
    /// It does not let the user in.
    Denied { why: String },
    /// It did not answer.
    Silent { why: String },
}

/// Asks each host where the link of the deployed repository leads; the answers are in the order of the hosts.
pub fn ask(
    hosts: &[HostName],
    link: &Utf8Path,
    ssh_config: Option<&Utf8Path>,
) -> Vec<(HostName, Answer)> {
    let end = Instant::now() + WHOLE;
    let next = AtomicUsize::new(0);
    let answers = Mutex::new(vec![None; hosts.len()]);
    let work = || {
        while let Some((index, host)) = {
            let index = next.fetch_add(1, Ordering::Relaxed);
            hosts.get(index).map(|host| (index, host))
        } {
            let left = end.saturating_duration_since(Instant::now());
            let answer = match left.is_zero() {
                true => Answer::Silent {
                    why: format!("not asked: the others took {} s", WHOLE.as_secs()),
                },
                false => ask_one(host, link, ssh_config, left.min(DEADLINE)),
            };
            answers.lock().unwrap_or_else(PoisonError::into_inner)[index] = Some(answer);
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..hosts.len().min(AT_ONCE) {
            scope.spawn(work);
        }
    });
    let answers = answers.into_inner().unwrap_or_else(PoisonError::into_inner);
    let pairs = hosts.iter().cloned().zip(answers);
    pairs
        .filter_map(|(host, answer)| Some((host, answer?)))
        .collect()
}

/// Looks where the link of the deployed repository leads on hosts that are folders below `root`; the answers are in the order
/// of the hosts.
pub fn look(hosts: &[HostName], link: &Utf8Path, root: &Utf8Path) -> Vec<(HostName, Answer)> {
    let inside = link.strip_prefix("/").unwrap_or(link);
    let look_at = |host: &HostName| {
        let folder = root.join(host.as_str());
        if !folder.is_dir() {
            let why = format!("there is no folder `{folder}`");
            return Answer::Silent { why };
        }
        let target = folder.join(inside).read_link_utf8();
        match target.as_ref().ok().and_then(|target| target.file_name()) {
            Some(name) => Answer::Release {
                revision: name.to_owned(),
            },
            None => Answer::Nothing,
        }
    };
    let answers = hosts.iter().map(|host| (host.clone(), look_at(host)));
    answers.collect()
}

fn ask_one(
    host: &HostName,
    link: &Utf8Path,
    ssh_config: Option<&Utf8Path>,
    deadline: Duration,
) -> Answer {
    let mut command = Command::new("ssh");
    for option in [
        "BatchMode=yes",
        "ConnectTimeout=5",
        "ConnectionAttempts=1",
        "ClearAllForwardings=yes",
        // A master that stays in the background would hold the streams open.
        "ControlMaster=no",
    ] {
        command.args(["-o", option]);
    }
    if let Some(file) = ssh_config {
        command.args(["-F", file.as_str()]);
    }
    let question = format!("readlink -- {}", shell_words::quote(link.as_str()));
    command.args(["-T", "--", host.as_str(), &question]);
    match child::run(&mut command, deadline) {
        Ok(output) => understood(&output),
        Err(error) => Answer::Silent {
            why: match error.kind() {
                std::io::ErrorKind::NotFound => "there is no `ssh` on this machine".into(),
                _ => crate::error::reworded(&error),
            },
        },
    }
}

fn understood(output: &child::Output) -> Answer {
    let said = Words::new(&output.stderr);
    let last = said.as_str().lines().last().unwrap_or_default();
    match output.code {
        Some(0) => {
            let link = String::from_utf8_lossy(&output.stdout);
            let link = link.lines().last().unwrap_or_default().trim();
            match Utf8Path::new(link).file_name() {
                Some(name) => Answer::Release {
                    revision: Words::new(name.as_bytes()).as_str().to_owned(),
                },
                None => Answer::Silent {
                    why: "it said nothing".into(),
                },
            }
        }
        // `readlink` says nothing where there is no link.
        Some(1) if output.stdout.is_empty() && output.stderr.is_empty() => Answer::Nothing,
        Some(SSH_FAILED) if said.as_str().contains("Permission denied") => Answer::Denied {
            why: last.to_owned(),
        },
        Some(SSH_FAILED) if !last.is_empty() => Answer::Silent {
            why: last.to_owned(),
        },
        code => Answer::Silent {
            why: format!(
                "`readlink` ended with {}: {said}",
                code.map_or("a signal".to_owned(), |code| code.to_string())
            ),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(code: i32, stdout: &str, stderr: &str) -> Answer {
        understood(&child::Output {
            success: code == 0,
            code: Some(code),
            stdout: stdout.into(),
            stderr: stderr.into(),
        })
    }

    #[test]
    fn what_a_host_says_is_understood_or_told() {
        let release = |revision: &str| Answer::Release {
            revision: revision.into(),
        };
        let silent = |why: &str| Answer::Silent { why: why.into() };
        let link = "x-cache/revs/0123456789abcdef0123456789abcdef01234567";
        let revision = "0123456789abcdef0123456789abcdef01234567";
        assert_eq!(answer(0, &format!("{link}\n"), ""), release(revision));
        assert_eq!(
            answer(0, &format!("Welcome!\r\n/srv/{link}\n"), "motd"),
            release(revision)
        );
        assert_eq!(answer(1, "", ""), Answer::Nothing);
        assert_eq!(answer(0, "", ""), silent("it said nothing"));
        let denied = "Banner\r\nada@a1: Permission denied (publickey).\r\n";
        let why = "ada@a1: Permission denied (publickey).".to_owned();
        assert_eq!(answer(255, "", denied), Answer::Denied { why });
        let gone = "ssh: connect to host a1 port 22: Connection refused";
        assert_eq!(answer(255, "", gone), silent(gone));
        assert_eq!(
            answer(127, "", "sh: readlink: not found\n"),
            silent("`readlink` ended with 127: sh: readlink: not found")
        );
    }
}
