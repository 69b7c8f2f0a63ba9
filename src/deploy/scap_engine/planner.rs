mod checks;
mod command;
mod revision;

use std::time::Duration;

use camino::Utf8PathBuf;
use indexmap::IndexMap;
use serde_json::json;

use super::plan::{HostBefore, Pull, ScapPlan};
use super::refusal::ScapRefusal;
use super::server::{DeploymentServer, Helper};
use super::survey::{LockHolder, Survey, Trouble};
use super::verdict::Reading;
use crate::deploy::limit::Limit;
use crate::deploy::planner::groups;
use crate::deploy::repository::DeployRepository;
use crate::deploy::{Action, DeployId, Owner, PlannedGroup};
use crate::model::{HostName, Revision};
use crate::scap::{ScapConfig, ScapDirectory, ScapEnvironment};

/// What is wanted of Scap.
#[derive(Debug, Clone)]
pub struct ScapWish {
    pub id: DeployId,
    pub action: Action,
    /// The revision, as somebody named it; for a rollback where it goes.
    pub rev: Option<String>,
    pub owner: Owner,
    pub limit: Option<Limit>,
    /// The only hosts, where groups were named.
    pub hosts: Option<Vec<HostName>>,
    pub force: bool,
    /// Revisions whose last deploy is known not to have come to its end: nobody goes back to them unasked.
    pub failed: Vec<Revision>,
    /// Whether a plan is made while somebody holds Scap's lock: only to look.
    pub ignores_lock: bool,
    pub environment: Option<ScapEnvironment>,
    /// Whether Scap is to announce what it does, where it is configured to.
    pub announces: bool,
    /// The folder of all deploy directories on the server.
    pub directory: Utf8PathBuf,
    /// The words of the command.
    pub command: Vec<String>,
}

/// Everything about a deploy with Scap that is known without the server.
pub struct ScapPlanner<'a> {
    repository: &'a DeployRepository,
    config: ScapConfig,
    groups: Vec<PlannedGroup>,
    wish: ScapWish,
}

/// How long the server may take for a look: a fetch of git's is part of it.
const PATIENCE: Duration = Duration::from_secs(120);

/// How much of the server is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Extent {
    /// Who holds Scap's lock.
    Lock,
    /// Everything, as it is.
    Standing,
    /// Everything, with what git fetches before.
    Fetched,
}

impl<'a> ScapPlanner<'a> {
    /// Reads what a deploy needs out of the directory of the working tree.
    ///
    /// # Errors
    /// Where no host is left, or there is no service to restart.
    pub fn new(
        repository: &'a DeployRepository,
        directory: &ScapDirectory,
        wish: ScapWish,
    ) -> Result<Self, ScapRefusal> {
        if wish.action.is_of_service() && directory.config.services.is_empty() {
            return Err(crate::deploy::PlannerError::NoService.into());
        }
        let groups = groups(
            &directory.groups,
            wish.limit.as_ref(),
            wish.hosts.as_deref(),
        )?;
        Ok(Self {
            repository,
            config: directory.config.clone(),
            groups,
            wish,
        })
    }

    /// What only looks at the server, whatever the hosts are.
    pub fn of_server(
        repository: &'a DeployRepository,
        directory: &ScapDirectory,
        wish: ScapWish,
    ) -> Self {
        Self {
            repository,
            config: directory.config.clone(),
            groups: Vec::new(),
            wish,
        }
    }

    /// All hosts, in the order of their groups.
    pub fn hosts(&self) -> Vec<HostName> {
        let waves = self.groups.iter().flat_map(|group| &group.waves);
        waves.flatten().cloned().collect()
    }

    /// Who holds Scap's lock on the server, where anybody does.
    ///
    /// # Errors
    /// Where the server does not answer.
    pub async fn lock(&self, server: &DeploymentServer) -> Result<Option<LockHolder>, ScapRefusal> {
        Ok(self.survey(server, Extent::Lock).await?.lock)
    }

    /// Looks at the server, changes nothing there, and tells everything that stands in the way of a deploy.
    ///
    /// # Errors
    /// Where the server does not answer.
    pub async fn obstacles(
        &self,
        server: &DeploymentServer,
    ) -> Result<Vec<ScapRefusal>, ScapRefusal> {
        let survey = self.survey(server, Extent::Standing).await?;
        Ok(self.obstacles_of(&survey, server.host()))
    }

    /// Looks at the server, and makes the plan out of that and of what the hosts told.
    ///
    /// # Errors
    /// Whatever speaks against it.
    pub async fn plan(
        &self,
        server: &DeploymentServer,
        readings: &IndexMap<HostName, Reading>,
    ) -> Result<ScapPlan, ScapRefusal> {
        let survey = self.survey(server, Extent::Fetched).await?;
        self.of_survey(survey, server.host(), readings)
    }

    async fn survey(
        &self,
        server: &DeploymentServer,
        extent: Extent,
    ) -> Result<Survey, ScapRefusal> {
        let by_default = || {
            let name = self.config.git_repo.as_str().replace('/', "_");
            Utf8PathBuf::from(format!("/var/lock/scap.{name}.lock"))
        };
        let request = json!({
            "do": "survey",
            "only_lock": extent == Extent::Lock,
            "fetches": extent == Extent::Fetched,
            "directory": self.directory(),
            "command": self.wish.command,
            "lock": self.config.lock_file.clone().unwrap_or_else(by_default),
            "rev": self.rev(),
        });
        let asked = server.ask(Helper::Survey, &request, PATIENCE).await;
        asked.map_err(|error| ScapRefusal::Server {
            host: server.host().clone(),
            error: Box::new(error),
        })
    }

    fn directory(&self) -> Utf8PathBuf {
        self.wish.directory.join(self.config.git_repo.as_str())
    }

    /// The revision as it was named, here or in `scap.cfg`.
    fn rev(&self) -> &str {
        let of_config = match self.wish.action {
            Action::Rollback => None,
            Action::Deploy | Action::Restart | Action::Start | Action::Stop => {
                self.config.git_rev.as_deref()
            }
        };
        self.wish.rev.as_deref().or(of_config).unwrap_or("HEAD")
    }

    /// What stands in the way; the first is what a deploy would be refused for.
    fn obstacles_of(&self, survey: &Survey, host: &HostName) -> Vec<ScapRefusal> {
        let (host, directory) = (|| host.clone(), || self.directory());
        let said = || survey.said.clone();
        let mut found = Vec::new();
        match survey.trouble {
            None => {}
            Some(Trouble::Absent) => found.push(ScapRefusal::Absent {
                host: host(),
                directory: directory(),
            }),
            Some(Trouble::NoRepository | Trouble::Empty) => {
                found.push(ScapRefusal::NoRepository {
                    host: host(),
                    directory: directory(),
                    said: said(),
                });
            }
        }
        found.extend(self.check_command(survey, &host()).err());
        if survey.trouble.is_some() {
            return found;
        }
        if !survey.dirty.is_empty() {
            found.push(ScapRefusal::Dirty {
                host: host(),
                directory: directory(),
                paths: survey.dirty.clone(),
            });
        }
        if !survey.fetched && survey.upstream.is_some() {
            found.push(ScapRefusal::NotFetched {
                host: host(),
                directory: directory(),
                said: said(),
            });
        }
        if survey.ahead > 0 && survey.behind > 0 {
            found.push(ScapRefusal::Diverged {
                host: host(),
                directory: directory(),
                upstream: survey.upstream.clone().unwrap_or_default(),
                ahead: survey.ahead,
                behind: survey.behind,
            });
        }
        found
    }

    fn of_survey(
        &self,
        survey: Survey,
        host: &HostName,
        readings: &IndexMap<HostName, Reading>,
    ) -> Result<ScapPlan, ScapRefusal> {
        let (host, directory) = (host.clone(), self.directory());
        if let Some(holder) = survey.lock.clone().filter(|_| !self.wish.ignores_lock) {
            return Err(ScapRefusal::Locked(Box::new(holder)));
        }
        if let Some(first) = self.obstacles_of(&survey, &host).into_iter().next() {
            return Err(first);
        }
        let (Some(from), Some(to), Some(tree)) = (&survey.head, &survey.tip, &survey.tree) else {
            return Err(ScapRefusal::NoRepository {
                host,
                directory,
                said: survey.said,
            });
        };
        self.check_directory(tree, &host)?;
        let revision = self.revision(&survey, readings, &host)?;
        // Scap takes a release that is live for one that is good, whatever became of its restart and its checks.
        let is_half_done = |reading: &Reading| reading.is_half_done(&revision);
        let repeats = !self.wish.action.is_of_service() && readings.values().any(is_half_done);
        let pull = Pull {
            from: from.clone(),
            to: to.clone(),
            count: survey.behind,
            commits: survey.commits.clone(),
            modules: survey.modules.clone(),
            stale: survey.stale.clone(),
            own: survey.ahead,
        };
        Ok(ScapPlan {
            id: self.wish.id.clone(),
            action: self.wish.action,
            repository: self.config.git_repo.to_string(),
            environment: self.config.environment.as_ref().map(ToString::to_string),
            command: self.command(&revision, &survey.command.help, repeats),
            repeats,
            directory,
            owner: self.wish.owner.clone(),
            pull,
            hosts: self.before(readings),
            groups: self.groups.clone(),
            services: self
                .config
                .services
                .iter()
                .map(|s| s.name.clone())
                .collect(),
            tree: tree.clone(),
            lock: survey.lock,
            server: host,
            revision,
        })
    }

    fn before(&self, readings: &IndexMap<HostName, Reading>) -> IndexMap<HostName, HostBefore> {
        let mut hosts = IndexMap::new();
        for group in &self.groups {
            for name in group.waves.iter().flatten() {
                let reading = readings.get(name).cloned().unwrap_or_default();
                let group = group.name.clone();
                hosts.insert(name.clone(), HostBefore { group, reading });
            }
        }
        hosts
    }
}
