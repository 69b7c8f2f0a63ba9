//! The npm of this machine, and how it is called.

use std::process::Command;

use camino::{Utf8Path, Utf8PathBuf};
use thiserror::Error;

use super::complaint::Complaint;
use super::stanza::Stanza;
use crate::child::{self, DEADLINE};
use crate::error::ErrorKind;

/// The npm and Node of this machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct HostNpm {
    pub(super) node: HostNode,
    pub(super) version: String,
}

/// The Node of this machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct HostNode {
    /// Such as `v20.19.2`.
    pub(super) version: String,
    /// What native modules are compiled for, such as `linux x64`.
    pub(super) machine: String,
}

/// An npm that is not there, or does not do what it is asked to.
#[derive(Debug, Error)]
pub enum NpmError {
    #[error("`{program}` cannot be run")]
    Missing {
        program: &'static str,
        source: std::io::Error,
    },
    #[error("`{program} --version` failed: {words}")]
    Broken {
        program: &'static str,
        words: String,
    },
    #[error("`{command}` failed{}", code.map(|code| format!(" with code {code}")).unwrap_or_default())]
    Failed {
        command: String,
        code: Option<i32>,
        #[source]
        complaint: Complaint,
        log: Utf8PathBuf,
    },
}

/// What Node says about itself: its version, and the machine.
const ABOUT: &str = "console.log(process.version + '\\n' + process.platform + ' ' + process.arch)";

impl HostNpm {
    /// Asks the programs of this machine.
    pub(super) fn find() -> Result<Self, NpmError> {
        Ok(Self {
            node: HostNode::find()?,
            version: said("npm", Command::new("npm").arg("--version"))?,
        })
    }

    /// Versions and machine as a trailer has them.
    pub(super) fn describe(&self) -> String {
        let HostNode { version, machine } = &self.node;
        format!("node {version}, npm {}, {machine}", self.version)
    }
}

impl HostNode {
    /// Asks it.
    pub(super) fn find() -> Result<Self, NpmError> {
        let about = said("node", Command::new("node").args(["-e", ABOUT]))?;
        let (version, machine) = about.split_once('\n').unwrap_or((&about, ""));
        Ok(Self {
            version: version.to_owned(),
            machine: machine.to_owned(),
        })
    }
}

fn said(program: &'static str, command: &mut Command) -> Result<String, NpmError> {
    let output = child::run(command, DEADLINE);
    let output = output.map_err(|source| NpmError::Missing { program, source })?;
    let text = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    if output.success && !text.is_empty() {
        return Ok(text);
    }
    let words = child::last_words(program, &output);
    Err(NpmError::Broken { program, words })
}

/// The arguments by which npm installs what production needs.
pub(super) fn arguments(version: &str, has_lock: bool, stanza: &Stanza) -> Vec<String> {
    let major = version
        .split('.')
        .next()
        .and_then(|it| it.parse::<u32>().ok());
    let command = if has_lock { "ci" } else { "install" };
    // Before version 7 the flag had another name.
    let without = match major {
        Some(..7) => "--production",
        _ => "--omit=dev",
    };
    let mut all = vec![command.to_owned(), without.to_owned()];
    all.extend(stanza.install_opts.iter().map(|it| it.as_str().to_owned()));
    all
}

/// Arguments that change only what npm says.
pub(super) const QUIET: [&str; 4] = [
    "--no-audit",
    "--no-fund",
    "--no-update-notifier",
    "--loglevel=http",
];

/// Whether a line belongs into the log, not on the screen: it tells of one request, or is repeated by the error at the end.
pub(super) fn is_chatter(line: &str) -> bool {
    let beginnings = ["npm http ", "npm error", "npm ERR!"];
    line.trim().is_empty() || beginnings.iter().any(|it| line.starts_with(it))
}

/// Whether a line tells that something was fetched.
pub(super) fn is_fetch(line: &str) -> bool {
    line.starts_with("npm http fetch GET 200") || line.starts_with("npm http fetch GET 304")
}

/// Names of npm and Node for a network that does not answer.
const NETWORK: [&str; 8] = [
    "ENOTFOUND",
    "EAI_AGAIN",
    "ETIMEDOUT",
    "ECONNREFUSED",
    "ECONNRESET",
    "ENETUNREACH",
    "EHOSTUNREACH",
    "ERR_SOCKET_TIMEOUT",
];

impl NpmError {
    /// What the failure means for the exit code.
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::Missing { source, .. } if source.kind() == std::io::ErrorKind::Interrupted => {
                ErrorKind::Interrupted
            }
            Self::Missing { .. } | Self::Broken { .. } => ErrorKind::Unexpected,
            Self::Failed { complaint, .. } => {
                if complaint.is(&["EUSAGE", "E404", "ETARGET", "ERESOLVE", "EJSONPARSE"]) {
                    ErrorKind::Usage
                } else {
                    ErrorKind::Unexpected
                }
            }
        }
    }

    /// What helps; at most two.
    pub fn hints(&self) -> Vec<String> {
        let Self::Failed { complaint, log, .. } = self else {
            return vec!["apt-get install nodejs npm".into()];
        };
        let log = format!("`{log}` has the complete output");
        let help = if complaint.says("in sync") {
            "run `npm install` in the source repository, and commit the lock file"
        } else if complaint.is(&NETWORK) {
            "the registry cannot be reached: check the network, the proxy and `npm config get registry`"
        } else if complaint.is(&["E401", "E403", "ENEEDAUTH"]) {
            "the registry refuses you: `npm whoami` shows who you are logged in as, `npm login` logs you in"
        } else if complaint.is(&["ENOSPC"]) || complaint.says("No space left") {
            "`export XDG_CACHE_HOME=/a/folder/of/yours` builds where there is more room"
        } else if complaint.is(&["E404", "ETARGET"]) {
            "correct the dependency in `package.json` of the source repository"
        } else if complaint.is(&[
            "SELF_SIGNED_CERT_IN_CHAIN",
            "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
        ]) {
            "`NODE_EXTRA_CA_CERTS=FILE` names the certificates of your organisation"
        } else if complaint.says("gyp ERR!") || complaint.says("fatal error:") {
            "a native module does not compile: add the libraries that it needs to `deploy.dependencies` of `package.json`"
        } else {
            return vec![log];
        };
        vec![help.into(), log]
    }
}

/// The command as a person would type it.
pub(super) fn shown(arguments: &[String]) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_=./:@,+".contains(c);
    let words = arguments
        .iter()
        .map(|word| match word.chars().all(is_plain) {
            true => word.clone(),
            false => shell_words::quote(word).into_owned(),
        });
    format!("npm {}", words.collect::<Vec<_>>().join(" "))
}

/// Whether a version satisfies what a stanza asks for: `20` is satisfied by `v20.19.2`.
pub fn is_version(asked: &str, found: &str) -> bool {
    let (asked, found) = (asked.trim_start_matches('v'), found.trim_start_matches('v'));
    asked == "system"
        || found == asked
        || found
            .strip_prefix(asked)
            .is_some_and(|rest| rest.starts_with('.'))
}

/// A program of npm's in a folder.
pub(super) fn command(folder: &Utf8Path, arguments: &[String]) -> Command {
    let mut command = Command::new("npm");
    command.current_dir(folder).args(arguments).args(QUIET);
    command
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_flag_is_the_one_that_npm_knows() {
        let stanza = Stanza::default();
        assert_eq!(arguments("9.2.0", true, &stanza), ["ci", "--omit=dev"]);
        assert_eq!(
            arguments("6.14.18", false, &stanza),
            ["install", "--production"]
        );
    }

    #[test]
    fn versions_are_compared_by_what_is_asked() {
        for (asked, found) in [
            ("system", "v18.0.0"),
            ("20", "v20.19.2"),
            ("v20.19.2", "v20.19.2"),
        ] {
            assert!(is_version(asked, found), "{asked} {found}");
        }
        assert!(!is_version("2", "v20.19.2") && !is_version("18", "v20.19.2"));
    }
}
