//! What runs on a target: small programs for `sh`, sent along with each command. Nothing is installed there.

use std::time::Duration;

use camino::{Utf8Path, Utf8PathBuf};
use serde::Serialize;

use super::action::Action;
use super::needs;
use super::plan::ServicePlan;
use crate::event::DeployId;
use crate::model::{CheckKind, Revision};
use crate::scap::{DeployCheck, DeployStage, ServiceAction, ServiceUnit};
use crate::transport::Word;

/// The text of a program: what all of them begin with, and its parts.
macro_rules! source {
    ($($part:literal),+) => {
        concat!(
            include_str!("remote/common.sh"),
            $(include_str!(concat!("remote/", $part, ".sh"))),+
        )
    };
}

/// A program with its arguments.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Program {
    text: &'static str,
    arguments: Vec<Word>,
}

/// What becomes of a step when nobody is there any more to wait for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Policy {
    /// It is ended: nothing is lost by that, and it can be repeated.
    Kill,
    /// It goes on to its end, and its result is kept in the target's record.
    Finish,
}

/// A program as a step of a deploy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    pub stage: DeployStage,
    /// The check that it is; the stage itself where it is none.
    pub check: Option<String>,
    pub policy: Policy,
    /// How long it may take.
    pub deadline: Duration,
    /// The revision that it is about.
    pub revision: Revision,
    pub program: Program,
}

/// What a target is asked, besides how it stands.
#[derive(Debug, Clone, Default)]
pub struct Inquiry {
    /// Commits that it may have, by the stores of their objects; the first is that of the release.
    pub commits: Vec<(Utf8PathBuf, Revision)>,
    /// Files that matter.
    pub files: Vec<Utf8PathBuf>,
    /// Programs that it has to have beside those of every target.
    pub programs: Vec<&'static str>,
    /// Extensions of git that a release cannot be made without.
    pub tools: Vec<String>,
    /// Services that something will be done to, which takes permission.
    pub services: Option<(ServicePlan, Action)>,
    /// Whether that is done where the release is live already.
    pub again: bool,
}

/// A submodule of a release, at any depth.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Module {
    /// Its folder, from the root of the release.
    pub path: Utf8PathBuf,
    /// Its store, below `.git` of the root: `modules/NAME`.
    pub store: Utf8PathBuf,
    pub name: String,
    pub commit: Revision,
    /// Where it comes from, unless that is the deployment server.
    pub url: Option<String>,
}

/// How the objects of a release get to a target.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Objects {
    /// They are there.
    There,
    /// From a git server, by its address.
    Server(String),
    /// As packs, on the standard input.
    Packs,
}

/// Where a release stands in a rollback.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    Forward,
    Back,
}

/// Everything that a release is made from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Release<'a> {
    pub revision: &'a Revision,
    pub objects: &'a Objects,
    /// Whether it is made anew where it is there.
    pub force: bool,
    pub binary_managers: &'a [String],
    /// Where large files come from.
    pub lfs_url: Option<&'a str>,
    /// Files of the release that are rendered into it.
    pub rendered: &'a [Utf8PathBuf],
    pub modules: &'a [Module],
}

fn yes(value: bool) -> String {
    if value { "yes" } else { "no" }.to_owned()
}

/// What `service` is told to do with a service.
fn verb(unit: &ServiceUnit, action: Action) -> &'static str {
    match (action, unit.action) {
        (Action::Start, _) => "start",
        (Action::Stop, _) => "stop",
        (Action::Deploy | Action::Rollback | Action::Restart, ServiceAction::Restart) => "restart",
        (Action::Deploy | Action::Rollback | Action::Restart, ServiceAction::Reload) => "reload",
    }
}

/// What is done to each service, as the programs on a target read it.
fn units(service: &ServicePlan, action: Action) -> Vec<String> {
    let units = service.units.iter().map(|unit| {
        let secondary = if unit.disable_secondary {
            ":disable-secondary"
        } else {
            ""
        };
        format!("{}={}{secondary}", unit.name, verb(unit, action))
    });
    units.collect()
}

impl Direction {
    fn is_back(self) -> String {
        yes(self == Self::Back)
    }
}

impl Program {
    /// The words that run it on a target for a service; `place` is the path that the service is run from.
    pub fn words(&self, place: &Utf8Path) -> Vec<Word> {
        let words = ["sh", "-c", self.text, "svcgen"].map(Word::Borrowed);
        let words = words.into_iter().chain([place.to_string().into()]);
        words.chain(self.arguments.iter().cloned()).collect()
    }

    fn new(text: &'static str, arguments: impl IntoIterator<Item = String>) -> Self {
        Self {
            text,
            arguments: arguments.into_iter().map(Word::Owned).collect(),
        }
    }

    /// Holds a lock for as long as signs of life come, once it is told which.
    pub fn keeper() -> Self {
        Self::new(source!("keeper"), [])
    }

    /// Tells how things are: which commits are there, and what stands in a few files.
    pub fn probe(inquiry: &Inquiry) -> Self {
        let commits = inquiry.commits.iter();
        let commits = commits.map(|(store, commit)| format!("{commit} {store}"));
        let commits = commits.collect::<Vec<_>>().join("\n");
        let files = inquiry.files.iter().map(ToString::to_string);
        let (units, valid, secondary, port) = match &inquiry.services {
            Some((service, action)) => (
                units(service, *action).join(" "),
                yes(service.valid_only),
                service.secondary.to_string(),
                service.port.filter(|_| *action == Action::Deploy),
            ),
            None => Default::default(),
        };
        let port = port.unwrap_or_default().to_string();
        let again = yes(inquiry.again);
        let programs: Vec<&str> = needs::programs().chain(inquiry.programs.clone()).collect();
        let programs = programs.join(" ");
        let tools = inquiry.tools.join(" ");
        let arguments = [
            commits, programs, tools, again, units, valid, secondary, port,
        ];
        let text = source!("units", "port", "probe");
        Self::new(text, arguments.into_iter().chain(files))
    }

    /// Makes a release, complete or not at all.
    pub fn fetch(release: &Release<'_>) -> Self {
        let (mode, server) = match release.objects {
            Objects::There => ("none", String::new()),
            Objects::Server(url) => ("server", url.clone()),
            Objects::Packs => ("packs", String::new()),
        };
        let modules = release.modules.iter().map(|module| {
            let url = module.url.as_deref().unwrap_or("-");
            let Module {
                path,
                store,
                name,
                commit,
                ..
            } = module;
            format!("{path}\t{store}\t{name}\t{commit}\t{url}")
        });
        let modules = modules.collect::<Vec<_>>().join("\n");
        let rendered = release.rendered.iter().map(ToString::to_string);
        let rendered = rendered.collect::<Vec<_>>().join("\n");
        let arguments = [
            release.revision.to_string(),
            mode.to_owned(),
            server,
            yes(release.force),
            release.binary_managers.join(","),
            release.lfs_url.unwrap_or_default().to_owned(),
            rendered,
            modules,
        ];
        Self::new(source!("fetch"), arguments)
    }

    /// Writes rendered configuration, which comes on the standard input, into a release.
    pub fn config(id: &DeployId, revision: &Revision) -> Self {
        let arguments = [id.to_string(), revision.to_string()];
        Self::new(source!("config"), arguments)
    }

    /// Makes a release the one that is live; `config` are the files outside of it that lead into it.
    pub fn promote(
        id: &DeployId,
        revision: &Revision,
        direction: Direction,
        config: &[Utf8PathBuf],
    ) -> Self {
        let arguments = [id.to_string(), revision.to_string(), direction.is_back()];
        let config = config.iter().map(ToString::to_string);
        Self::new(source!("promote"), arguments.into_iter().chain(config))
    }

    /// Restarts, starts or stops services, and waits for their port.
    pub fn handle_service(service: &ServicePlan, action: Action) -> Self {
        let arguments = [
            service.port.unwrap_or_default().to_string(),
            service.timeout.as_secs_f64().ceil().to_string(),
            yes(service.valid_only),
            service.secondary.to_string(),
        ];
        let text = source!("units", "runs", "port", "handle_service");
        Self::new(text, arguments.into_iter().chain(units(service, action)))
    }

    /// Tells how services are.
    pub fn status(services: &[ServiceUnit], port: Option<u16>) -> Self {
        let text = source!("port", "status");
        let port = port.unwrap_or_default().to_string();
        let services = services.iter().map(|unit| unit.name.clone());
        Self::new(text, [port].into_iter().chain(services))
    }

    /// Runs a check.
    pub fn check(revision: &Revision, check: &DeployCheck, nrpe: &Utf8Path) -> Self {
        let arguments = [
            revision.to_string(),
            check.kind.as_str().to_owned(),
            yes(check.shell),
            nrpe.to_string(),
            check.command.clone(),
        ];
        // A quote without its end was refused when the file was read.
        let words = match (check.kind, check.shell) {
            (CheckKind::Command, false) => shell_words::split(&check.command).unwrap_or_default(),
            _ => Vec::new(),
        };
        Self::new(source!("check"), arguments.into_iter().chain(words))
    }

    /// Says that a release is good, and takes the oldest ones away; what Scap goes by afterwards comes on the standard input,
    /// so many bytes. `service` is what this deploy has handled: it has to run still.
    pub fn finalize(
        revision: &Revision,
        keep: u32,
        service: Option<&ServicePlan>,
        head: usize,
    ) -> Self {
        let port = service.map(|service| service.port.unwrap_or_default().to_string());
        let arguments = [
            revision.to_string(),
            keep.to_string(),
            port.unwrap_or_else(|| "-".to_owned()),
            head.to_string(),
        ];
        let text = source!("runs", "port", "still", "finalize");
        Self::new(text, arguments)
    }

    /// Looks whether services that were handled still run.
    pub fn look(service: &ServicePlan) -> Self {
        let port = service.port.unwrap_or_default().to_string();
        Self::new(source!("runs", "port", "still", "look"), [port])
    }

    /// Takes away what a deploy did to a target that had nothing before it.
    pub fn withdraw(services: &[ServiceUnit]) -> Self {
        let services = services.iter().map(|unit| unit.name.clone());
        Self::new(source!("withdraw"), services)
    }

    /// Breaks the lock of a deploy that cannot let it go, and says in the record who did so, and why.
    pub fn unlock(id: &str, by: &serde_json::Value) -> Self {
        let arguments = [id.to_owned(), by.to_string()];
        Self::new(source!("unlock"), arguments)
    }
}

impl Step {
    /// The words that run the step under its supervisor and under no other keeper than that of `term`; `number` tells it
    /// from other steps of the deploy.
    pub fn words(&self, place: &Utf8Path, id: &DeployId, term: u64, number: u64) -> Vec<Word> {
        let policy = match self.policy {
            Policy::Kill => "kill",
            Policy::Finish => "finish",
        };
        let supervisor = [
            id.to_string(),
            term.to_string(),
            number.to_string(),
            self.stage.as_str().to_owned(),
            policy.to_owned(),
            yes(self.check.is_some()),
            self.deadline.as_secs_f64().to_string(),
            self.revision.to_string(),
        ];
        let supervisor = supervisor.into_iter().map(Word::Owned);
        let supervisor = supervisor.chain([self.program.text.into()]);
        let arguments = supervisor.chain(self.program.arguments.iter().cloned());
        let program = Program {
            text: source!("step"),
            arguments: arguments.collect(),
        };
        program.words(place)
    }

    /// The name that people know it by.
    pub fn label(&self) -> String {
        match &self.check {
            Some(check) => format!("check `{check}`"),
            None => self.stage.as_str().to_owned(),
        }
    }
}
