//! What earlier deploys left on the hosts: to go on with, or to go back from.

use indexmap::IndexMap;
use jiff::Timestamp;

use super::{Attempt, Scene, opened};
use crate::deploy::limit::Limit;
use crate::deploy::{
    Action, Crew, Earlier, EarlierError, Facts, Inquiry, Next, Owner, PlanProblem, PlannerError,
    Request,
};
use crate::error::CommandError;
use crate::event::DeployId;
use crate::model::{HostName, Revision, suggest};
use crate::transport::Visit;
use crate::ui::Ui;

/// How many releases are named that may be gone back to.
const CANDIDATES: usize = 5;

/// All hosts, asked how they are.
pub(super) struct Survey {
    pub(super) crew: Crew,
    facts: IndexMap<HostName, Facts>,
}

impl Survey {
    /// Asks the hosts of all groups, for something that is to be done to them.
    ///
    /// # Errors
    /// Where one cannot be reached; a limit leaves it out.
    pub(super) async fn of(
        scene: &Scene<'_>,
        action: Action,
        limit: Option<&Limit>,
        visit: Visit,
    ) -> Result<Self, CommandError> {
        let directory = &scene.opened.working.value;
        let mut hosts = scene.opened.hosts();
        if let Some(limit) = limit {
            hosts = limit.of(&hosts).map_err(PlannerError::from)?;
        }
        let (config, all) = (&directory.config, hosts.len());
        let place = config.git_deploy_dir.join(config.git_repo.as_str());
        let transport = scene.opened.transport(visit)?;
        // The name and the owner follow once it is known what is done.
        let id = DeployId::new(Timestamp::now());
        let owner = opened::owner(&id, action.as_str(), "");
        let mut crew = Crew::new(hosts, &transport, &place, &id, &owner);
        let inquiry = Inquiry::default();
        let asked = crew.probe(&inquiry, Next::Nothing, config.batch_size as usize);
        let (facts, unreachable) = scene.unless_interrupted(asked).await?;
        if !unreachable.is_empty() {
            crew.close().await;
            let problems: Vec<PlanProblem> = unreachable.iter().map(PlanProblem::of).collect();
            let attempt = Attempt {
                opened: scene.opened,
                action: Some(action),
                hosts: all,
                is_limited: limit.is_some(),
            };
            return Err(attempt.refused(&problems));
        }
        Ok(Self { crew, facts })
    }

    /// What it takes to go on with a deploy: the one that is named, or the last that was interrupted.
    ///
    /// # Errors
    /// Where there is none.
    pub(super) fn resumed(
        &self,
        ui: &Ui,
        id: &DeployId,
        named: Option<&str>,
    ) -> Result<Request, CommandError> {
        let meant = |mut error: CommandError| {
            if let Some(near) = named.and_then(|named| self.near(named)) {
                error.hints = vec![format!("did you mean `{near}`?")];
            }
            error
        };
        let parsed = named.map(DeployId::parse).transpose();
        let parsed = parsed.map_err(|refused| {
            let error = CommandError::usage(format!("--resume: {refused}"));
            meant(error.hint("`svcgen history` lists the deploys"))
        })?;
        let sequel = Earlier::of(&self.facts).resumed(parsed.as_ref());
        let sequel = sequel.map_err(|error| match error {
            // Its name is not the mistake.
            EarlierError::Overtaken { .. } => error.into(),
            _ => meant(error.into()),
        })?;
        let Owner {
            user,
            machine,
            message,
            ..
        } = &sequel.owner;
        let action = sequel.action;
        let what = sequel.follows.as_ref().map_or("", DeployId::as_str);
        let verb = match action {
            // What is gone on with is the way back from it.
            Action::Rollback => "going on with the rollback of",
            Action::Deploy | Action::Restart | Action::Start | Action::Stop => {
                "going on with the deploy"
            }
        };
        ui.status(&format!("{verb} {what} of {user} on {machine}"));
        let owner = opened::owner(id, action.as_str(), message);
        Ok(sequel.request(id, owner))
    }

    /// The deploy that the hosts know by a name like that one.
    fn near(&self, named: &str) -> Option<&str> {
        let lines = self.facts.values().flat_map(|facts| &facts.record);
        let known = lines.filter_map(|line| line.deploy.as_ref());
        suggest(named, known.map(DeployId::as_str)).filter(|near| *near != named)
    }

    /// What it takes to go back: to a revision, or on each host to what was live before the last deploy.
    ///
    /// # Errors
    /// Where a host has nothing to go back to.
    pub(super) fn back(
        &self,
        ui: &Ui,
        id: &DeployId,
        to: Option<&Revision>,
        message: &str,
    ) -> Result<Request, CommandError> {
        let earlier = Earlier::of(&self.facts);
        let sequel = earlier.back(to)?;
        let owner = sequel.follows.as_ref().and_then(|id| earlier.owner(id));
        if let Some(owner) = owner.filter(|owner| Action::read(&owner.action) == Action::Rollback) {
            ui.warning(&format!(
                "the last action was the rollback {} by {} on {}: it is taken back",
                owner.deploy, owner.user, owner.machine
            ));
        }
        Ok(sequel.request(id, opened::owner(id, Action::Rollback.as_str(), message)))
    }
}

impl From<EarlierError> for CommandError {
    fn from(error: EarlierError) -> Self {
        let this = Self::usage(error.to_string());
        match error {
            EarlierError::NoneInterrupted => this.hint("`svcgen history` lists the deploys"),
            EarlierError::NotThere(_) => this
                .hint("`svcgen history` lists the deploys")
                .hint("`svcgen deploy` starts over"),
            EarlierError::Overtaken {
                action, revision, ..
            } => {
                let command = match action {
                    Action::Rollback => format!("svcgen rollback --to {revision}"),
                    _ => format!("svcgen deploy --rev {revision}"),
                };
                this.hint(format!("`{command}` goes to its revision anyway"))
                    .hint("`svcgen history` lists the deploys")
            }
            EarlierError::NothingBefore { hosts, candidates } => {
                let Some((newest, _)) = candidates.first() else {
                    return this.hint("`--to REV` names a revision");
                };
                let newest = format!("`svcgen rollback --to {newest}` goes to the newest of them");
                let host = hosts.first().map_or("", HostName::as_str);
                let listed = candidates.iter().take(CANDIDATES);
                listed
                    .fold(this, |this, (revision, at)| {
                        let at = Timestamp::from_second(*at).unwrap_or_default();
                        let at = at.strftime("%Y-%m-%d %H:%M");
                        this.cause(format!("{host} has {revision}, made at {at} UTC"))
                    })
                    .hint(newest)
            }
            EarlierError::NoHosts => this.hint("`svcgen history` lists the deploys"),
        }
    }
}
