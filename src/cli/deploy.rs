//! Deploys a revision, and what else is done with deploys: back, the log, the history, the locks.

mod access;
mod announced;
pub(super) mod args;
mod asking;
mod earlier;
mod engine;
mod failure;
mod opened;
mod refusal;
mod service;
mod shown;
mod signals;
mod standing;
mod view;
mod way_in;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;

use self::announced::Announced;
use self::args::ViewArgs;
pub(super) use self::args::{DeployArgs, RepositoryArgs, RollbackArgs};
use self::asking::{Asked, Terminal};
use self::earlier::Survey;
pub(super) use self::opened::{Opened, owner};
pub(super) use self::refusal::Attempt;
pub(super) use self::service::{ServiceWish, handle_service};
pub(super) use self::shown::named;
pub(super) use self::signals::{interrupts, kind as signal_kind};
use super::context::Context;
use super::report::{ReportFile, Subject};
use super::{Failure, GlobalArgs};
use crate::deploy::limit::Limit;
use crate::deploy::{
    Action, Crew, Decide, DeployPlan, Executor, Interrupts, Journals, NotBegun, OnFailure, Options,
    Outcome, Packs, Planned, Planner, PlannerError, ProblemKind, Request, Run, ScapLock,
};
use crate::error::{CommandError, ErrorKind};
use crate::event::{DeployId, DeployResult};
use crate::model::Revision;
use crate::ui::Ui;

/// What a run is to do, whichever command asked for it.
struct Wish {
    request: Request,
    is_dry: bool,
    on_failure: OnFailure,
    wait: Duration,
    view: ViewArgs,
    report: Option<ReportFile>,
    /// How long a question waits for its answer; for ever where nothing is said.
    patience: Option<Duration>,
}

/// What a run has at hand.
struct Scene<'a> {
    repository: &'a RepositoryArgs,
    opened: &'a Opened,
    context: &'a Context,
    ui: &'a Ui,
    interrupts: Interrupts,
}

/// Runs `svcgen deploy`.
pub(super) fn run(args: &DeployArgs, global: &GlobalArgs, ui: &Ui) -> Result<(), Failure> {
    let context = Context::new(global, ui)?;
    let opened = Opened::open(&args.repository, &context, global)?;
    opened.check_engine()?;
    let limit = limit(args.limit.as_deref())?;
    let report = ReportFile::named(args.report.as_deref())?;
    let action = if args.service_restart {
        Action::Restart
    } else {
        Action::Deploy
    };
    let on_failure = match action {
        // A restart changes nothing that could be brought back.
        Action::Restart | Action::Start | Action::Stop => OnFailure::Stop,
        Action::Deploy | Action::Rollback => asking::on_failure(args.on_failure, args.dry_run, ui)?,
    };
    let config = &opened.working.value.config;
    let rev = args.rev.as_deref().or(config.git_rev.as_deref());
    let revision = match args.resume {
        Some(_) => None,
        None => {
            let resolved = opened.repository.resolve(rev.unwrap_or("HEAD"));
            Some(resolved.map_err(CommandError::from)?)
        }
    };
    with_runtime(async {
        let scene = Scene::new(&args.repository, &opened, &context, ui)?;
        let id = DeployId::new(Timestamp::now());
        let (mut request, mut survey) = match revision {
            Some(revision) => (request(&id, action, revision, &args.message), None),
            None => {
                let survey = Survey::of(&scene, action, limit.as_ref()).await?;
                let named = args.resume.as_deref().filter(|id| !id.is_empty());
                (survey.resumed(ui, &id, named)?, Some(survey))
            }
        };
        if args.resume.is_none() {
            request.owner.limit = args.limit.clone();
        }
        request.force = args.force;
        request.ignores_locks = args.dry_run;
        request.limit = limit.clone();
        let wish = Wish {
            request,
            is_dry: args.dry_run,
            on_failure,
            wait: Duration::from_secs(args.wait.unwrap_or_default()),
            view: args.view,
            report,
            patience: args.answer_within.map(Duration::from_secs),
        };
        let crew = survey.take().map(|survey| survey.crew);
        carry_out(&scene, wish, crew).await
    })
}

/// Runs `svcgen rollback`.
pub(super) fn run_rollback(
    args: &RollbackArgs,
    global: &GlobalArgs,
    ui: &Ui,
) -> Result<(), Failure> {
    let context = Context::new(global, ui)?;
    let opened = Opened::open(&args.repository, &context, global)?;
    opened.check_engine()?;
    let limit = limit(args.limit.as_deref())?;
    let report = ReportFile::named(args.report.as_deref())?;
    let to = match &args.to {
        // What is on the hosts need not be known here.
        Some(text) => Some(match Revision::parse(text) {
            Ok(revision) => revision,
            Err(_) => {
                let resolved = opened.repository.resolve(text);
                resolved.map_err(CommandError::from)?
            }
        }),
        None => None,
    };
    with_runtime(async {
        let scene = Scene::new(&args.repository, &opened, &context, ui)?;
        let id = DeployId::new(Timestamp::now());
        let survey = Survey::of(&scene, Action::Rollback, limit.as_ref()).await?;
        let mut request = survey.back(&id, to.as_ref(), &args.message.join(" "))?;
        request.ignores_locks = args.dry_run;
        request.limit = limit.clone();
        let wish = Wish {
            request,
            is_dry: args.dry_run,
            on_failure: OnFailure::Stop,
            wait: Duration::from_secs(args.wait.unwrap_or_default()),
            view: args.view,
            report,
            patience: None,
        };
        carry_out(&scene, wish, Some(survey.crew)).await
    })
}

/// Runs what waits for hosts.
pub(super) fn with_runtime<T, E: From<std::io::Error>>(
    work: impl Future<Output = Result<T, E>>,
) -> Result<T, E> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    let done = runtime.block_on(work);
    // What still waits for a host that does not answer does not hold the end up.
    runtime.shutdown_timeout(Duration::from_millis(200));
    done
}

fn limit(text: Option<&str>) -> Result<Option<Limit>, CommandError> {
    let limit = text.map(Limit::parse).transpose();
    limit.map_err(|error| CommandError::usage(format!("--limit: {error}")))
}

fn request(id: &DeployId, action: Action, revision: Revision, message: &[String]) -> Request {
    Request {
        owner: opened::owner(id, action.as_str(), &message.join(" ")),
        id: id.clone(),
        action,
        revision,
        limit: None,
        hosts: None,
        force: false,
        resumes: None,
        ignores_locks: false,
        revisions: BTreeMap::new(),
        withdrawn: BTreeSet::new(),
    }
}

impl<'a> Scene<'a> {
    fn new(
        repository: &'a RepositoryArgs,
        opened: &'a Opened,
        context: &'a Context,
        ui: &'a Ui,
    ) -> std::io::Result<Self> {
        Ok(Self {
            repository,
            opened,
            context,
            ui,
            interrupts: signals::interrupts()?,
        })
    }

    /// Writes a report of a deploy that is over. Whatever comes of that, the deploy is what it is.
    fn report(&self, id: &DeployId, file: &ReportFile, journals: &Journals) {
        let subject = Subject {
            id,
            journals,
            opened: self.opened,
            context: self.context,
            repository: self.repository,
        };
        match file.write(&subject) {
            Ok(()) => self.ui.status(&format!("report: {}", file.path())),
            Err(error) => {
                let causes = error.causes.iter().map(String::as_str);
                let told: Vec<&str> = [error.message.as_str()].into_iter().chain(causes).collect();
                self.ui.warning(&format!("no report: {}", told.join(": ")));
            }
        }
    }

    /// Waits for hosts, unless somebody has enough of that.
    async fn unless_interrupted<T>(
        &self,
        work: impl Future<Output = T>,
    ) -> Result<T, CommandError> {
        let mut stop = self.interrupts.clone();
        tokio::select! {
            done = work => Ok(done),
            _ = stop.changed() => {
                let message = "interrupted while asking the hosts; nothing was touched";
                Err(CommandError::new(signals::kind(), message))
            }
        }
    }
}

/// Plans, shows, and carries out.
async fn carry_out(scene: &Scene<'_>, wish: Wish, crew: Option<Crew>) -> Result<(), Failure> {
    let (opened, ui) = (scene.opened, scene.ui);
    let planner = Planner::new(
        &opened.repository,
        opened.working.clone(),
        &opened.domain,
        wish.request.clone(),
    )
    .map_err(CommandError::from)?;
    for warning in &planner.warnings {
        ui.warning(&warning.to_string());
    }
    asking::about_the_time(opened, &wish.request, wish.is_dry, ui)?;
    let mut known = match crew {
        Some(mut crew) => {
            crew.retain(|host| planner.hosts().any(|planned| planned == host));
            crew.name(&wish.request.id, &wish.request.owner);
            Some(crew)
        }
        None => Some(connecting(&planner, scene)?),
    };
    if let Some(reading) = standing::Reading::begin(&opened.repository, &wish.request) {
        reading.warn(wish.is_dry, ui).await?;
    }
    let begun = tokio::time::Instant::now();
    loop {
        let mut crew = match known.take() {
            Some(crew) => crew,
            None => connecting(&planner, scene)?,
        };
        let patience = wish.wait.saturating_sub(begun.elapsed());
        let planned = plan_when_free(&planner, &mut crew, patience, ui);
        let planned = scene.unless_interrupted(planned).await?;
        let plan = match planned.map_err(CommandError::from)? {
            Planned::Plan(plan) => plan,
            Planned::NothingToDo(plan) => {
                crew.close().await;
                if let Some(file) = &wish.report {
                    ui.warning(&format!(
                        "`{}` is not written: no deploy, no report",
                        file.path()
                    ));
                }
                return shown::nothing_to_do(&plan, wish.is_dry, ui);
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
            return shown::plan(&plan, &opened.repository, ui);
        }
        shown::beginning(&plan, ui);
        let (action, id) = (plan.action, plan.id.clone());
        let repository = plan.repository.clone();
        let (revision, owner) = (plan.revision.clone(), plan.owner.clone());
        let head = match action {
            Action::Deploy | Action::Rollback => plan.heads.get(&revision).cloned(),
            Action::Restart | Action::Start | Action::Stop => None,
        };
        if head.is_some() {
            opened.list_for_servers(&revision, ui);
        }
        match execute(scene, plan, crew, &wish).await? {
            Ok(outcome) => {
                let is_live = matches!(outcome.result, DeployResult::Deployed)
                    || outcome.result == DeployResult::RolledBack && action == Action::Rollback;
                if let Some(head) = head.filter(|_| is_live) {
                    opened.publish(&head, &revision, &owner, ui);
                }
                if let (Some(file), Some(journals)) = (&wish.report, Journals::of(&repository)) {
                    scene.report(&id, file, &journals);
                }
                return match action.is_of_service() {
                    true => service::ended(&outcome, action, &id, scene),
                    false => failure::ended(&outcome, action, &id, scene),
                };
            }
            // What an earlier deploy left is another thing once somebody has deployed since.
            Err(NotBegun::Changed { host })
                if begun.elapsed() < wish.wait && wish.request.hosts.is_none() =>
            {
                ui.status(&format!(
                    "somebody has deployed to {host} in the meantime; the plan is made anew"
                ));
            }
            Err(error) => return Err(CommandError::from(error).into()),
        }
    }
}

/// The targets of a plan that is to be made, with connections that are being opened.
fn connecting(planner: &Planner<'_>, scene: &Scene<'_>) -> Result<Crew, Failure> {
    let mut crew = planner.crew(&scene.opened.transport()?);
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
const BETWEEN_LOOKS: Duration = Duration::from_secs(1);

async fn execute(
    scene: &Scene<'_>,
    plan: Box<DeployPlan>,
    crew: Crew,
    wish: &Wish,
) -> Result<Result<Outcome, NotBegun>, Failure> {
    let mut plan = *plan;
    plan.batch_size = scene.opened.at_a_time(plan.batch_size);
    let plan = Arc::new(plan);
    let journals = Journals::of(&plan.repository)
        .ok_or_else(|| CommandError::usage("there is no home folder to keep the journal in"))?;
    let journal = journals
        .begin(&plan.id)
        .map_err(|error| CommandError::from_error(ErrorKind::Unexpected, &error))?;
    let config = &scene.opened.working.value.config;
    let _scap = ScapLock::take(config, &plan.owner).map_err(CommandError::from)?;
    let packs = Arc::new(Packs::new(scene.opened.pack_maker(&plan)?)?);
    let ui = *scene.ui;
    let reporter = view::reporter(wish.view, ui);
    let mut reporter = Announced::new(reporter, scene.opened, wish.view);
    let decide: Box<dyn Decide> = match wish.on_failure {
        OnFailure::Ask => Box::new(Terminal::new(ui, wish.patience)),
        OnFailure::Rollback | OnFailure::Stop => Box::new(Asked),
    };
    let options = Options {
        on_failure: wish.on_failure,
        confirm: wish.on_failure == OnFailure::Ask && plan.groups.len() > 1,
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
