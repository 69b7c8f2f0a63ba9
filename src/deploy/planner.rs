//! From a deploy repository and what its targets tell to a plan, or to everything that speaks against one.

mod assembly;
mod groups;
mod hosts;
mod inquiry;
mod problem;

use std::collections::{BTreeMap, BTreeSet};

use camino::Utf8PathBuf;
use indexmap::IndexMap;

pub(super) use self::groups::groups;
use self::groups::without_hosts;
use self::hosts::HostPlanner;
pub use self::problem::{PlanProblem, ProblemKind};
use super::action::Action;
use super::crew::{Crew, Unreachable};
use super::facts::Facts;
use super::limit::Limit;
use super::plan::{DeployPlan, HostPlan, PlannedGroup};
use super::program::Module;
use super::repository::{DeployRepository, RepositoryError, TreeSize};
use super::session::Next;
use super::{DeployId, Owner};
use crate::model::{HostName, Revision};
use crate::scap::{Mistake, Reading, ScapConfig, ScapDirectory, ScapError};

/// What is asked for.
#[derive(Debug, Clone)]
pub struct Request {
    pub id: DeployId,
    pub action: Action,
    pub revision: Revision,
    pub owner: Owner,
    pub limit: Option<Limit>,
    /// The only hosts, where an earlier deploy says which.
    pub hosts: Option<Vec<HostName>>,
    /// Whether everything is done, needed or not.
    pub force: bool,
    pub resumes: Option<DeployId>,
    /// Whether a plan is made for hosts on which somebody else deploys: only to look.
    pub ignores_locks: bool,
    /// What hosts get that get another revision than the rest.
    pub revisions: BTreeMap<HostName, Revision>,
    /// Hosts that go back to before there was any release.
    pub withdrawn: BTreeSet<HostName>,
}

/// Everything about a deploy that is known without its targets.
pub struct Planner<'a> {
    pub(super) repository: &'a DeployRepository,
    /// Its configuration and groups are those of the working tree, the rest that of the revision.
    pub(super) directory: ScapDirectory,
    pub(super) request: Request,
    /// The submodules of each revision that a host gets, as far as it is known here.
    modules: BTreeMap<Revision, Vec<Module>>,
    groups: Vec<PlannedGroup>,
    /// What is odd and harms nothing.
    pub warnings: Vec<Mistake>,
}

/// A deploy repository that nothing can be deployed from.
#[derive(Debug, thiserror::Error)]
pub enum PlannerError {
    #[error("the `scap/` directory of {} cannot be used", revision.short())]
    Scap {
        revision: Revision,
        source: ScapError,
    },
    #[error(transparent)]
    Repository(#[from] RepositoryError),
    #[error(transparent)]
    Limit(#[from] super::limit::LimitError),
    #[error("no group of `server_groups` has a host")]
    NoHosts,
    #[error("`service_name` is not set, so there is no service")]
    NoService,
}

/// What a plan was made from, or why there is none.
#[derive(Debug)]
pub enum Planned {
    Plan(Box<DeployPlan>),
    /// Every host is as it should be.
    NothingToDo(Box<DeployPlan>),
    Refused(Vec<PlanProblem>),
}

impl<'a> Planner<'a> {
    /// Reads what a deploy of the revision needs; `working` is the directory of the working tree.
    ///
    /// # Errors
    /// Where the directory of the revision is wrong, a submodule is missing, or no host is left.
    pub fn new(
        repository: &'a DeployRepository,
        working: Reading<ScapDirectory>,
        request: Request,
    ) -> Result<Self, PlannerError> {
        let Reading {
            value: working,
            mut warnings,
        } = working;
        let directory = match repository.files(&request.revision) {
            Ok(files) => {
                let wrong = |source| PlannerError::Scap {
                    revision: request.revision.clone(),
                    source,
                };
                let read = ScapDirectory::read_revision(&files, &working).map_err(wrong)?;
                if request.action == Action::Deploy {
                    read.value.check_scripts(&files).map_err(wrong)?;
                }
                // Of most files the working copy is the revision's.
                let known = warnings.clone();
                let more = read.warnings.into_iter();
                warnings.extend(more.filter(|warning| !known.contains(warning)));
                read.value
            }
            // What is gone back to is on the targets, whether anybody has it here or not.
            Err(_) if request.action == Action::Rollback => working,
            Err(error) => return Err(error.into()),
        };
        if request.action.is_of_service() && directory.config.services.is_empty() {
            return Err(PlannerError::NoService);
        }
        let mut modules = BTreeMap::new();
        let wanted = [&request.revision]
            .into_iter()
            .chain(request.revisions.values());
        for revision in wanted {
            // A release that is gone back to may be of a revision that nobody has here any more.
            let is_known = repository.files(revision).is_ok();
            if directory.config.git_submodules && is_known {
                modules.insert(
                    revision.clone(),
                    modules_of(repository, &directory, revision)?,
                );
            }
        }
        let groups = groups(
            &directory.groups,
            request.limit.as_ref(),
            request.hosts.as_deref(),
        )?;
        if request.action == Action::Deploy {
            warnings.extend(without_hosts(&directory.groups));
        }
        Ok(Self {
            repository,
            modules,
            groups,
            directory,
            request,
            warnings,
        })
    }

    /// All hosts, in the order of their groups.
    pub fn hosts(&self) -> impl Iterator<Item = &HostName> {
        let waves = self.groups.iter().flat_map(|group| &group.waves);
        waves.flatten()
    }

    pub fn config(&self) -> &ScapConfig {
        &self.directory.config
    }

    /// The path that the service is run from.
    pub fn place(&self) -> Utf8PathBuf {
        let config = self.config();
        config.git_deploy_dir.join(config.git_repo.as_str())
    }

    /// Gathers the targets.
    pub fn crew(&self, transport: &std::sync::Arc<dyn crate::transport::Transport>) -> Crew {
        let Request { id, owner, .. } = &self.request;
        Crew::new(self.hosts().cloned(), transport, &self.place(), id, owner)
    }

    /// Asks the targets, and makes the plan.
    pub async fn plan(&self, crew: &mut Crew) -> Result<Planned, PlannerError> {
        let at_a_time = self.config().batch_size as usize;
        let next = match self.request.ignores_locks {
            true => Next::Nothing,
            false => Next::Lock,
        };
        let (facts, unreachable) = crew.probe(&self.inquiry(), next, at_a_time).await;
        self.of_facts(&facts, &unreachable)
    }

    /// Makes the plan from what targets told.
    fn of_facts(
        &self,
        facts: &IndexMap<HostName, Facts>,
        unreachable: &[Unreachable],
    ) -> Result<Planned, PlannerError> {
        let mut problems: Vec<PlanProblem> = unreachable.iter().map(PlanProblem::of).collect();
        let has_release = |facts: &Facts| facts.releases.contains_key(&self.request.revision);
        let size = match facts.values().all(has_release) {
            // Nothing has to get there.
            true => TreeSize::default(),
            false => match self.repository.tree_size(&self.request.revision) {
                Err(_) if self.request.action == Action::Rollback => TreeSize::default(),
                size => size?,
            },
        };
        let planner = HostPlanner {
            planner: self,
            size,
        };
        let mut hosts: IndexMap<HostName, HostPlan> = IndexMap::new();
        for group in &self.groups {
            for name in group.waves.iter().flatten() {
                let Some(facts) = facts.get(name) else {
                    continue;
                };
                match planner.plan(name, group, facts) {
                    Ok(host) => {
                        hosts.insert(name.clone(), host);
                    }
                    Err(found) => problems.extend(found),
                }
            }
        }
        if !problems.is_empty() {
            return Ok(Planned::Refused(problems));
        }
        let plan = Box::new(self.assemble(hosts)?);
        if plan.worked_on().next().is_none() {
            return Ok(Planned::NothingToDo(plan));
        }
        Ok(Planned::Plan(plan))
    }
}

/// The submodules of a revision, as its releases have them.
fn modules_of(
    repository: &DeployRepository,
    directory: &ScapDirectory,
    revision: &Revision,
) -> Result<Vec<Module>, PlannerError> {
    let is_upstream = directory.config.git_upstream_submodules;
    let links = repository.submodules(revision)?.into_iter();
    let modules = links.map(|link| Module {
        path: link.path,
        store: link.module,
        name: link.name,
        commit: link.commit,
        url: is_upstream.then_some(link.url),
    });
    Ok(modules.collect())
}
