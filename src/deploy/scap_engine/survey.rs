use std::fmt;

use serde::{Deserialize, Serialize};

use crate::model::Revision;
use crate::visible::visible;

/// How the deploy directory on the server is, and what a pull would bring there.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Survey {
    pub(super) user: String,
    pub(super) machine: String,
    /// Who holds Scap's lock.
    pub(super) lock: Option<LockHolder>,
    /// What the command of Scap answers when it is asked for help.
    pub(super) command: CommandHelp,
    /// Why there is nothing to deploy from.
    pub(super) trouble: Option<Trouble>,
    /// What git said to that.
    pub(super) said: String,
    pub(super) head: Option<Revision>,
    pub(super) branch: Option<String>,
    pub(super) upstream: Option<String>,
    /// Whether it could be asked what is new.
    pub(super) fetched: bool,
    /// What is there once it is up to date.
    pub(super) tip: Option<Revision>,
    pub(super) ahead: usize,
    pub(super) behind: usize,
    /// The first commits that a pull would bring: name and subject.
    pub(super) commits: Vec<(Revision, String)>,
    pub(super) modules: Vec<ModuleChange>,
    /// Files with changes that nobody has committed.
    pub(super) dirty: Vec<String>,
    /// Submodules of which another commit is there than the one that is recorded.
    pub(super) stale: Vec<String>,
    /// The tree of `scap/` at the tip.
    pub(super) tree: Option<String>,
    /// What was asked for.
    pub(super) revision: Option<Revision>,
    /// Scap's tags with their commits, from the newest on.
    pub(super) deployed: Vec<(String, Revision)>,
}

/// What a command says of itself.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct CommandHelp {
    pub(super) code: i32,
    pub(super) help: String,
    pub(super) said: String,
}

/// Why nothing can be deployed from a directory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Trouble {
    Absent,
    NoRepository,
    Empty,
}

/// What became of an update of the directory.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Updated {
    /// The command that did not work.
    pub(super) failed: Option<String>,
    pub(super) said: String,
    pub(super) head: Option<Revision>,
    pub(super) tree: Option<String>,
    pub(super) dirty: Vec<String>,
}

/// A submodule of which a pull brings another commit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ModuleChange {
    pub path: String,
    pub from: Option<Revision>,
    pub to: Option<Revision>,
}

/// Who holds a lock of Scap's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LockHolder {
    pub path: String,
    pub pid: i64,
    pub who: Option<String>,
    pub why: Option<String>,
    pub since: Option<String>,
}

impl fmt::Display for LockHolder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let who = self.who.as_deref().unwrap_or("someone");
        write!(f, "{who} (process {}", self.pid)?;
        if let Some(since) = &self.since {
            write!(f, ", since {since} UTC")?;
        }
        f.write_str(")")?;
        match self.why.as_deref().map(str::trim) {
            None | Some("" | "{}") => Ok(()),
            Some(why) => write!(f, ", \"{}\"", visible(why)),
        }
    }
}

impl ModuleChange {
    /// The change in a few words.
    pub fn words(&self) -> String {
        let short = |revision: &Option<Revision>| {
            let short = revision
                .as_ref()
                .map(|revision| revision.short().to_owned());
            short.unwrap_or_else(|| "nothing".into())
        };
        format!("{} {} -> {}", self.path, short(&self.from), short(&self.to))
    }
}
