//! Is this machine ready? Everything that a command needs, found or missing, with what puts it right.
//!
//! It looks, and changes nothing; servers and hosts are asked with the user's own `ssh`, and not for long.

mod accounts;
mod announcements;
mod checkouts;
mod engine;
mod gerrit;
mod git;
mod machine;
mod registry;
mod space;
mod ssh;
mod tools;

use std::process::Command;
use std::time::Duration;

use camino::Utf8Path;
use serde::Serialize;

pub use self::checkouts::{ExpectedCheckout, Found};
use crate::child;
use crate::configuration::Configuration;
use crate::error::{alone, reworded};
use crate::model::{HostName, Service, Site};

/// How long one program or server may take to answer.
const DEADLINE: Duration = Duration::from_secs(10);

/// One thing that commands need.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// For scripts: it stays the same.
    pub id: &'static str,
    /// For people.
    pub what: String,
    pub state: State,
    /// What was found, or why it will not do.
    pub found: String,
    /// What puts it right.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fix: Option<Fix>,
    /// The commands that need it; all of them where none is named.
    pub needed_by: &'static [&'static str],
}

/// What puts a thing right.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Fix {
    /// To be typed as it is.
    Command(String),
    /// What to do, in words.
    Advice(String),
}

impl From<&str> for Fix {
    fn from(command: &str) -> Self {
        Self::Command(command.to_owned())
    }
}

impl From<String> for Fix {
    fn from(command: String) -> Self {
        Self::Command(command)
    }
}

/// How a thing is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    Fine,
    /// Commands work without it, and worse.
    Doubtful,
    /// A command does not work.
    Missing,
    /// It could not be found out, or was not to be.
    Unknown,
}

impl State {
    /// The word that people read.
    pub fn word(self) -> &'static str {
        match self {
            Self::Fine => "ok",
            Self::Doubtful => "doubtful",
            Self::Missing => "MISSING",
            Self::Unknown => "unknown",
        }
    }
}

/// What is looked at.
pub struct Surroundings<'a> {
    /// The only commands whose needs matter; all where none is named.
    pub commands: &'a [String],
    pub configuration: &'a Configuration,
    /// The organisation, where anything says which.
    pub site: Option<&'a Site>,
    /// The service, where there is a model.
    pub service: Option<&'a Service>,
    /// The checkouts that generators would take.
    pub checkouts: Vec<ExpectedCheckout>,
    /// The hosts that are asked whether they let the user in.
    pub hosts: Option<Vec<HostName>>,
    /// Whether hosts are folders of this machine, which nothing leads to but a path.
    pub has_local_hosts: bool,
    /// Whether servers and hosts are asked.
    pub reach: Reach,
    /// The environment.
    pub variables: &'a (dyn Fn(&str) -> Option<String> + Sync),
}

/// How far the examination goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// This machine alone.
    Machine,
    /// Servers and hosts, too.
    Network,
}

impl Surroundings<'_> {
    /// Whether one of the commands needs what these need.
    pub fn want(&self, needed_by: &[&str]) -> bool {
        let mut needed_by = needed_by.iter().filter_map(|by| by.split(' ').next());
        self.commands.is_empty()
            || needed_by.clone().next().is_none()
            || needed_by.any(|by| self.commands.iter().any(|command| command == by))
    }
}

/// Looks at everything; what takes its time is looked at side by side.
pub fn examine(surroundings: &Surroundings<'_>) -> Vec<Finding> {
    let rooms: [fn(&Surroundings<'_>) -> Vec<Finding>; 10] = [
        machine::examine,
        git::examine,
        ssh::examine,
        gerrit::examine,
        tools::examine,
        engine::examine,
        registry::examine,
        checkouts::examine,
        accounts::examine,
        announcements::examine,
    ];
    let found = std::thread::scope(|scope| {
        let running = rooms.map(|room| scope.spawn(move || room(surroundings)));
        running.map(|room| room.join().unwrap_or_default())
    });
    found.into_iter().flatten().collect()
}

impl Finding {
    pub(crate) fn new(
        id: &'static str,
        what: impl Into<String>,
        needed_by: &'static [&'static str],
    ) -> Self {
        Self {
            id,
            what: what.into(),
            state: State::Fine,
            found: String::new(),
            fix: None,
            needed_by,
        }
    }

    pub(crate) fn fine(mut self, found: impl Into<String>) -> Self {
        self.found = found.into();
        self
    }

    pub(crate) fn missing(self, found: impl Into<String>, fix: impl Into<Fix>) -> Self {
        self.wrong(State::Missing, found, fix)
    }

    pub(crate) fn doubtful(self, found: impl Into<String>, fix: impl Into<Fix>) -> Self {
        self.wrong(State::Doubtful, found, fix)
    }

    pub(crate) fn unknown(mut self, found: impl Into<String>) -> Self {
        self.state = State::Unknown;
        self.found = found.into();
        self
    }

    fn wrong(mut self, state: State, found: impl Into<String>, fix: impl Into<Fix>) -> Self {
        self.state = state;
        self.found = found.into();
        self.fix = Some(fix.into());
        self
    }
}

/// Does something that waits for others, within a time; what waits still then does not hold the end up.
fn in_time<T>(work: impl Future<Output = T>) -> Result<T, String> {
    let mut builder = tokio::runtime::Builder::new_current_thread();
    let runtime = builder.enable_all().build();
    let runtime = runtime.map_err(|error| reworded(&error))?;
    let done = runtime.block_on(async { tokio::time::timeout(DEADLINE, work).await });
    runtime.shutdown_background();
    done.map_err(|_| format!("it does not answer within {} s", DEADLINE.as_secs()))
}

/// What to do where no command does it.
pub(crate) fn advice(text: impl Into<String>) -> Fix {
    Fix::Advice(text.into())
}

/// The first that is there, of a folder and of those above, if it takes the others; else why it does not.
pub(crate) fn writable(folder: &Utf8Path) -> Result<&Utf8Path, String> {
    // A link that leads nowhere is in the way as a file is.
    let is_there = |path: &&Utf8Path| path.symlink_metadata().is_ok();
    let there = folder.ancestors().find(is_there);
    let there = there.unwrap_or(Utf8Path::new("/"));
    if !there.is_dir() {
        return Err(format!("`{there}` is not a folder"));
    }
    match tempfile::tempfile_in(there) {
        Ok(_) => Ok(there),
        Err(error) => Err(format!("cannot write to `{there}`: {}", reworded(&error))),
    }
}

/// The last of the reasons, in its last line: what git itself said.
fn innermost(error: &(dyn std::error::Error + 'static)) -> String {
    let mut last = error;
    while let Some(next) = last.source() {
        last = next;
    }
    let text = alone(last);
    let said = text
        .lines()
        .find(|line| line.starts_with("ssh: ") || line.contains("denied"));
    let line = said.or_else(|| text.lines().find(|line| !line.trim().is_empty()));
    line.unwrap_or("git says nothing").trim().to_owned()
}

/// What a program prints, in one line; `None` where there is none, or it fails.
fn said(program: &str, arguments: &[&str]) -> Option<String> {
    told(Command::new(program).args(arguments))
}

/// What a command prints, in one line; `None` where it fails.
fn told(command: &mut Command) -> Option<String> {
    let output = child::run(command, DEADLINE).ok()?;
    let text = String::from_utf8_lossy(&output.stdout);
    let line = text.lines().next().unwrap_or_default().trim().to_owned();
    output.success.then_some(line)
}
