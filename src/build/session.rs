mod compare;
mod container;
mod found;
mod install;
mod listener;
mod outline;
mod prepare;

use camino::Utf8PathBuf;
use git2::Oid;

use super::engine::Bench;
use super::error::BuildError;
use super::inputs::Inputs;
use super::log::BuildLog;
use super::manifest::Manifest;
use super::message::{Words, bugs, message};
use super::plan::{BuildPlan, Modules};
use super::provenance::Provenance;
use super::settings::Settings;
use super::source::Source;
use super::standing::Standing;
use super::submodule::SourceModule;
use super::tools::Tools;
use super::tree::assemble;
use crate::configuration::User;
use crate::git::Checkout;
use crate::interrupt;
use crate::model::{BranchName, Build, Site};
use crate::render::Templates;
use crate::review::{ChangeId, Pending, Replacement, Topic};

/// What a build is asked for.
#[derive(Debug)]
pub struct Request<'a> {
    /// The deploy repository.
    pub root: Utf8PathBuf,
    pub settings: Settings,
    /// The name of the service, where it is known before the source is fetched.
    pub name: Option<String>,
    /// Where the source is cloned from, where there is no submodule yet.
    pub url: Option<String>,
    /// The branch of both repositories, where git's configuration says nothing.
    pub branch: BranchName,
    /// The build of the model, which holds where `package.json` has no stanza.
    pub model: Option<&'a Build>,
    pub site: &'a Site,
    pub templates: &'a Templates,
    pub workbench: Workbench,
    pub force: Force,
    pub user: User,
}

/// Where modules are built.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Workbench {
    /// In a container of the target's image.
    Container {
        /// How it reaches the network, where that is not how the engine does by default.
        network: Option<String>,
    },
    /// On this machine, by its own npm.
    Host,
}

/// Whether modules are built that nothing has changed for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Force {
    No,
    Yes,
}

/// How far a build is.
#[derive(Debug)]
pub enum Progress<'a> {
    /// What is built writes into this log.
    Begun { log: &'a camino::Utf8Path },
    /// An image is made upon this one, where that is not there yet.
    Image { image: &'a str },
    /// An instruction of the Dockerfile begins.
    Step(&'a str),
    /// npm begins.
    Installing { command: &'a str },
    /// A line of its that people want to see.
    Line(&'a str),
    /// So many files came over the network.
    Fetched(usize),
    /// The modules are there, and go into git.
    Storing,
}

/// A build that is planned, with all that it needs to be done.
pub struct Session {
    plan: BuildPlan,
    checkout: Checkout,
    topic: Topic,
    base: Standing,
    pending: Option<Pending>,
    /// Where the topic branch was, where it was there.
    before: Option<Oid>,
    source: Source,
    module: SourceModule,
    next: Oid,
    manifest: Manifest,
    inputs: Inputs,
    /// What builds the modules; none where they are kept.
    tools: Option<Tools>,
    templates: Templates,
    kept: Kept,
}

/// Modules that are kept, and where they come from.
#[derive(Debug, Clone, Default)]
struct Kept {
    modules: Option<Oid>,
    provenance: Option<Provenance>,
}

/// What a build made.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Built {
    pub commit: String,
    pub tree: String,
    pub change_id: ChangeId,
    /// What the tools wrote, where modules were built.
    pub log: Option<Utf8PathBuf>,
    pub warnings: Vec<String>,
}

impl Session {
    /// What would be done.
    pub fn plan(&self) -> &BuildPlan {
        &self.plan
    }

    /// The topic, to be sent.
    pub fn topic(&self) -> &Topic {
        &self.topic
    }

    /// Makes sure that the tools are there which the plan needs, before anything is begun.
    ///
    /// # Errors
    /// Where no container engine can be used.
    pub fn connect(&mut self) -> Result<(), BuildError> {
        if let Some(Tools::Container { bench, .. }) = &mut self.tools
            && bench.is_none()
        {
            *bench = Some(Box::new(Bench::connect()?));
        }
        Ok(())
    }

    /// Does what was planned; the topic branch moves last.
    ///
    /// # Errors
    /// Where a tool fails, or the run is to end; then nothing has changed.
    pub fn build(&self, tell: &mut (dyn FnMut(Progress<'_>) + Send)) -> Result<Built, BuildError> {
        let mut warnings = Vec::new();
        let (mut kept, mut path) = (self.kept.clone(), None);
        if let Modules::Built(_) = self.plan.modules {
            let mut log = BuildLog::begin(&self.plan.service)?;
            path = Some(log.path().to_owned());
            kept = self.install(&mut log, &mut warnings, tell)?;
        }
        if interrupt::is_pending() {
            return Err(BuildError::Interrupted);
        }
        let tree = assemble(
            &self.checkout,
            &self.base,
            &self.module,
            self.next,
            kept.modules,
        )?;
        let place = &self.plan.source;
        let message = message(&Words {
            service: &self.plan.service,
            source: self.next,
            short: &place.next_short,
            is_first: place.now.is_none(),
            commits: &place.commits,
            is_rebuilt: kept.modules != self.base.modules,
            modules: kept.provenance.as_ref(),
            earlier: self.pending.as_ref().map(|pending| &pending.message),
        });
        let (commit, change_id) = self.topic.replace(
            self.pending.as_ref(),
            Replacement {
                tree,
                parent: self.base.commit,
                before: self.before,
                message,
                bugs: &bugs(&place.commits),
            },
        )?;
        Ok(Built {
            commit: commit.to_string(),
            tree: tree.to_string(),
            change_id,
            log: path,
            warnings,
        })
    }
}
