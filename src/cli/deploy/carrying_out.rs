//! From a wish to its end: plans, shows the plan, and has it carried out.

use std::sync::Arc;
use std::time::Duration;

use super::already_live::AlreadyLive;
use super::announced::Announced;
use super::{Attempt, Scene, Wish, asking, failure, journal, service, shown, standing, view};
use crate::cli::Failure;
use crate::deploy::{
    Action, Crew, DeployPlan, Executor, Journals, NotBegun, Options, Outcome, Owner, Packs,
    Planned, Planner, PlannerError, ProblemKind, Run, ScapLock,
};
use crate::error::CommandError;
use crate::event::{DeployId, DeployResult};
use crate::model::{RepositoryName, Revision};
use crate::transport::Visit;
use crate::ui::{Below, Format, Ui};

/// Plans, shows, and carries out.
pub(super) async fn carry_out(
    scene: &Scene<'_>,
    wish: Wish,
    crew: Option<Crew>,
) -> Result<(), Failure> {
    let (opened, ui) = (scene.opened, scene.ui);
    let planner = Planner::new(
        &opened.repository,
        opened.working.clone(),
        wish.request.clone(),
    )
    .map_err(CommandError::from)?;
    for warning in &planner.warnings {
        ui.warning(&warning.to_string());
    }
    if wish.request.action == Action::Deploy {
        opened.warn_of_new_hosts(planner.hosts(), ui);
    }
    let is_new = wish.request.action == Action::Deploy && wish.request.resumes.is_none();
    asking::about_the_time(opened, is_new, wish.is_dry, ui)?;
    let mut known = match crew {
        Some(mut crew) => {
            crew.retain(|host| planner.hosts().any(|planned| planned == host));
            crew.name(&wish.request.id, &wish.request.owner);
            Some(crew)
        }
        None => Some(connecting(&planner, scene, &wish)?),
    };
    if let Some(reading) =
        standing::Reading::begin(&opened.repository, &opened.working.value, &wish.request)
    {
        reading.warn(wish.is_dry, ui).await?;
    }
    let begun = tokio::time::Instant::now();
    loop {
        let mut crew = match known.take() {
            Some(crew) => crew,
            None => connecting(&planner, scene, &wish)?,
        };
        let patience = wish.wait.saturating_sub(begun.elapsed());
        let planned = plan_when_free(&planner, &mut crew, patience, ui);
        let planned = scene.unless_interrupted(planned).await?;
        let planned = planned.map_err(CommandError::from)?;
        let Some(plan) = settled(planned, &mut crew, &planner, scene, &wish).await? else {
            return Ok(());
        };
        shown::beginning(&plan, ui);
        let begun_with = BegunWith::of(&plan);
        if begun_with.head.is_some() {
            opened.list_for_servers(&plan.revision, ui);
        }
        match execute(scene, plan, crew, &wish).await? {
            Ok(outcome) => return begun_with.ended(&outcome, scene, &wish),
            // What an earlier deploy left is another thing once somebody has deployed since.
            Err(NotBegun::Changed { host })
                if begun.elapsed() < wish.wait && wish.request.hosts.is_none() =>
            {
                ui.status(&format!(
                    "someone has deployed to {host} in the meantime; making a new plan"
                ));
            }
            Err(error) => return Err(CommandError::from(error).into()),
        }
    }
}

/// The plan that is to be carried out; nothing where all was said with it.
async fn settled(
    planned: Planned,
    crew: &mut Crew,
    planner: &Planner<'_>,
    scene: &Scene<'_>,
    wish: &Wish,
) -> Result<Option<Box<DeployPlan>>, Failure> {
    let (opened, ui) = (scene.opened, scene.ui);
    let plan = match planned {
        Planned::Plan(plan) => plan,
        Planned::NothingToDo(plan) => {
            let live = AlreadyLive::of(&plan, crew, scene).await;
            crew.close().await;
            let live = live?;
            if let Some(file) = &wish.report {
                ui.warning(&format!(
                    "`{}` is not written: no deploy, no report",
                    file.path()
                ));
            }
            match (wish.is_dry, ui.format) {
                (true, Format::Json) => {
                    shown::plan(&plan, &opened.repository, ui)?;
                    live.ended(scene)?;
                }
                (true, Format::Text) | (false, _) => {
                    if wish.is_dry {
                        shown::warnings(plan.hosts.iter(), ui);
                    }
                    live.told(scene)?;
                }
            }
            return Ok(None);
        }
        Planned::Refused(problems) => {
            crew.close().await;
            let attempt = Attempt {
                opened,
                action: Some(wish.request.action),
                hosts: planner.hosts().count(),
                is_limited: wish.request.limit.is_some(),
            };
            return Err(attempt.refused(&problems).into());
        }
    };
    if wish.is_dry {
        crew.close().await;
        shown::plan(&plan, &opened.repository, ui)?;
        return Ok(None);
    }
    Ok(Some(plan))
}

/// What is still wanted of a plan once it is carried out.
struct BegunWith {
    action: Action,
    id: DeployId,
    repository: RepositoryName,
    revision: Revision,
    owner: Owner,
    /// What Scap goes by, where another revision is made live.
    head: Option<String>,
    /// Whether a host has anything to go back to.
    has_before: bool,
}

impl BegunWith {
    fn of(plan: &DeployPlan) -> Self {
        let head = match plan.action {
            Action::Deploy | Action::Rollback => plan.heads.get(&plan.revision).cloned(),
            Action::Restart | Action::Start | Action::Stop => None,
        };
        Self {
            action: plan.action,
            id: plan.id.clone(),
            repository: plan.repository.clone(),
            revision: plan.revision.clone(),
            owner: plan.owner.clone(),
            head,
            has_before: plan.hosts.values().any(|host| {
                let old = host.old.as_ref();
                old.is_some_and(|old| *old != host.revision)
            }),
        }
    }

    /// Tells others what is live, writes the report, and says what came of it.
    fn ended(self, outcome: &Outcome, scene: &Scene<'_>, wish: &Wish) -> Result<(), Failure> {
        let is_live = matches!(outcome.result, DeployResult::Deployed)
            || outcome.result == DeployResult::RolledBack && self.action == Action::Rollback;
        if let Some(head) = self.head.filter(|_| is_live) {
            let (opened, ui) = (scene.opened, scene.ui);
            opened.publish(&head, &self.revision, &self.owner, ui);
        }
        if let (Some(file), Ok(journals)) = (&wish.report, Journals::of(&self.repository)) {
            scene.report(&self.id, file, &journals);
        }
        match self.action.is_of_service() {
            true => service::ended(outcome, self.action, &self.id, scene),
            false => {
                let ways = failure::WaysOn {
                    onward: format!("svcgen deploy --resume {}", self.id),
                    has_before: self.has_before,
                };
                failure::ended(outcome, self.action, &self.id, &ways, scene)
            }
        }
    }
}

/// The targets of a plan that is to be made, with connections that are being opened.
fn connecting(planner: &Planner<'_>, scene: &Scene<'_>, wish: &Wish) -> Result<Crew, Failure> {
    let mut crew = planner.crew(&scene.opened.transport(Visit::of(wish.is_dry))?);
    crew.begin_to_connect();
    Ok(crew)
}

/// Plans; where somebody else deploys, plans again once that is over, since what is live will have changed.
async fn plan_when_free(
    planner: &Planner<'_>,
    crew: &mut Crew,
    wait: Duration,
    ui: &Ui,
) -> Result<Planned, PlannerError> {
    let begun = tokio::time::Instant::now();
    let mut is_told = false;
    loop {
        let planned = planner.plan(crew).await?;
        let Planned::Refused(problems) = &planned else {
            return Ok(planned);
        };
        let locked = problems.iter().find_map(|problem| match &problem.kind {
            ProblemKind::Locked(owner) => Some(owner),
            _ => None,
        });
        let is_only_that = problems
            .iter()
            .all(|problem| matches!(problem.kind, ProblemKind::Locked(_)));
        match locked {
            Some(owner) if is_only_that && begun.elapsed() < wait => {
                if !std::mem::replace(&mut is_told, true) {
                    ui.status(&format!("waiting for {owner}"));
                }
            }
            _ => return Ok(planned),
        }
        tokio::time::sleep(BETWEEN_LOOKS).await;
    }
}

/// How often it is looked whether somebody else's deploy is over.
pub(super) const BETWEEN_LOOKS: Duration = Duration::from_secs(1);

async fn execute(
    scene: &Scene<'_>,
    plan: Box<DeployPlan>,
    crew: Crew,
    wish: &Wish,
) -> Result<Result<Outcome, NotBegun>, Failure> {
    let mut plan = *plan;
    plan.batch_size = scene.opened.at_a_time(plan.batch_size);
    let plan = Arc::new(plan);
    let journal = journal::begin(&plan.repository, &plan.id, scene.ui)?;
    let config = &scene.opened.working.value.config;
    let _scap = ScapLock::take(config, &plan.owner).map_err(CommandError::from)?;
    let packs = Arc::new(Packs::new(scene.opened.pack_maker(&plan)?)?);
    let ui = *scene.ui;
    let below = Below::default();
    let reporter = view::reporter(ui, below.clone());
    let mut reporter = Announced::new(reporter, scene.opened, wish.view);
    let is_asked = asking::asks_to_go_on(plan.action, wish.on_failure, &ui);
    let decide = asking::decider(is_asked, wish.patience, below, ui);
    let options = Options {
        on_failure: wish.on_failure,
        confirm: is_asked && plan.groups.len() > 1,
        wait: wish.wait,
    };
    let executor = Executor::new(Run {
        plan,
        crew,
        packs,
        journal,
        reporter: &mut reporter,
        decide: decide.as_ref(),
        interrupts: scene.interrupts.clone(),
        options,
    });
    let ended = executor.run().await;
    reporter.finish(&ui, &scene.interrupts).await;
    Ok(ended)
}
