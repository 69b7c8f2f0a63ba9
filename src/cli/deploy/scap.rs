//! Deploys that Scap carries out on the deployment server: the same ends as those of svcgen's own engine.

mod obstacles;
mod refused;
mod shown;

pub(in crate::cli) use self::obstacles::obstacles;

use std::time::Duration;

use futures_util::future::LocalBoxFuture;
use indexmap::IndexMap;
use jiff::Timestamp;

use super::already_live::AlreadyLive;
use super::announced::Announced;
use super::args::ViewArgs;
use super::asking;
use super::carrying_out::BETWEEN_LOOKS;
use super::engine::{Carrier, ScapServer};
use super::opened::Opened;
use super::{
    DeployArgs, RollbackArgs, Scene, ServiceWish, failure, journal, opened, service, view,
};
use crate::cli::report::ReportFile;
use crate::cli::{Failure, records};
use crate::deploy::limit::Limit;
use crate::deploy::scap_engine::{
    DeploymentServer, Reading, Readings, ScapEnd, ScapPlan, ScapPlanner, ScapRefusal, ScapRun,
    ScapWish, ServerError,
};
use crate::deploy::{Action, Journals, OnFailure, PastDeploy};
use crate::error::CommandError;
use crate::event::{DeployId, DeployResult};
use crate::model::{HostName, Revision};
use crate::transport::{Ssh, SshOptions, Visit};
use crate::ui::Below;

/// What Scap is to do, and how svcgen goes about it.
pub(super) struct Order {
    wish: ScapWish,
    is_dry: bool,
    on_failure: OnFailure,
    wait: Duration,
    report: Option<ReportFile>,
    patience: Option<Duration>,
}

impl Order {
    /// That of `svcgen deploy`.
    pub(super) fn of_deploy(
        args: &DeployArgs,
        action: Action,
        on_failure: OnFailure,
        scene: &Scene<'_>,
        server: &ScapServer,
    ) -> Result<Self, CommandError> {
        if args.resume.is_some() {
            let message = "a deploy that Scap has carried out cannot be resumed";
            return Err(CommandError::usage(message)
                .hint("`svcgen deploy --force` does everything again")
                .hint("`svcgen rollback` goes back to what was live before"));
        }
        let mut wish = wish(scene, server, action, args.view, &args.message.join(" "));
        wish.rev = args.rev.clone();
        wish.limit = scene.opened.limit(args.limit.as_deref())?;
        wish.owner.limit = args.limit.clone();
        wish.force = args.force;
        wish.ignores_lock = args.dry_run;
        Ok(Self {
            wish,
            is_dry: args.dry_run,
            on_failure,
            wait: Duration::from_secs(args.wait.unwrap_or_default()),
            report: ReportFile::named(args.report.as_deref())?,
            patience: args.answer_within.map(Duration::from_secs),
        })
    }

    /// That of `svcgen rollback`.
    pub(super) fn of_rollback(
        args: &RollbackArgs,
        scene: &Scene<'_>,
        server: &ScapServer,
    ) -> Result<Self, CommandError> {
        let message = args.message.join(" ");
        let mut wish = wish(scene, server, Action::Rollback, args.view, &message);
        wish.rev = args.to.clone();
        wish.failed = failed(scene);
        wish.ignores_lock = args.dry_run;
        wish.limit = scene.opened.limit(args.limit.as_deref())?;
        wish.owner.limit = args.limit.clone();
        Ok(Self {
            wish,
            is_dry: args.dry_run,
            on_failure: OnFailure::Stop,
            wait: Duration::from_secs(args.wait.unwrap_or_default()),
            report: ReportFile::named(args.report.as_deref())?,
            patience: None,
        })
    }

    /// That of `svcgen service restart`.
    pub(super) fn of_service(
        of: &ServiceWish<'_>,
        limit: Option<Limit>,
        scene: &Scene<'_>,
        server: &ScapServer,
    ) -> Self {
        let mut wish = wish(scene, server, of.action, of.view, of.reason);
        wish.limit = limit;
        wish.owner.limit = of.limit.map(str::to_owned);
        wish.hosts.clone_from(&of.hosts);
        wish.ignores_lock = of.is_dry;
        Self {
            wish,
            is_dry: of.is_dry,
            on_failure: OnFailure::Stop,
            wait: of.wait,
            report: None,
            patience: None,
        }
    }
}

/// The revisions whose last deploy from here did not come to its end: Scap tags them as it tags the others.
fn failed(scene: &Scene<'_>) -> Vec<Revision> {
    let journals = Journals::of(&scene.opened.working.value.config.git_repo);
    let past = journals.iter().flat_map(|journals| {
        let ids = journals.list().into_iter();
        ids.filter_map(|id| PastDeploy::of_journal(journals, &id).ok().flatten())
    });
    let mut last: IndexMap<Revision, bool> = IndexMap::new();
    for deploy in past.filter(|past| past.action == Action::Deploy.as_str()) {
        if let Some(revision) = deploy.revision {
            let is_good = deploy.result == Some(DeployResult::Deployed);
            last.entry(revision).or_insert(is_good);
        }
    }
    last.retain(|_, is_good| !*is_good);
    last.into_keys().collect()
}

/// What is wanted where nothing else is said.
fn plain_wish(opened: &Opened, server: &ScapServer, action: Action, message: &str) -> ScapWish {
    let id = DeployId::new(Timestamp::now());
    ScapWish {
        owner: opened::owner(&id, action.as_str(), message),
        id,
        action,
        rev: None,
        limit: None,
        hosts: None,
        force: false,
        failed: Vec::new(),
        ignores_lock: false,
        environment: opened.working.value.config.environment.clone(),
        announces: true,
        directory: server.directory.clone(),
        command: server.command.clone(),
    }
}

fn wish(
    scene: &Scene<'_>,
    server: &ScapServer,
    action: Action,
    view: ViewArgs,
    message: &str,
) -> ScapWish {
    ScapWish {
        announces: !view.no_announce,
        ..plain_wish(scene.opened, server, action, message)
    }
}

/// Plans, shows, and has Scap carry it out.
pub(super) async fn carry_out(
    scene: &Scene<'_>,
    server: &ScapServer,
    order: Order,
) -> Result<(), Failure> {
    let (opened, ui) = (scene.opened, scene.ui);
    for warning in &opened.working.warnings {
        ui.warning(&warning.to_string());
    }
    let action = order.wish.action;
    let planner = ScapPlanner::new(
        &opened.repository,
        &opened.working.value,
        order.wish.clone(),
    );
    let planner = planner.map_err(CommandError::from)?;
    asking::about_the_time(opened, action == Action::Deploy, order.is_dry, ui)?;
    let connected = scene.unless_interrupted(connect(opened, server)).await?;
    let connected = connected.map_err(CommandError::from)?;
    let hosts = Hosts {
        scene,
        names: planner.hosts(),
    };
    let planning = plan_when_free(&planner, &connected, &hosts, &order, scene);
    let planned = scene.unless_interrupted(planning).await?;
    let plan = match planned {
        Ok(plan) => plan,
        Err(refusal) => {
            connected.close().await;
            return Err(CommandError::from(refusal).into());
        }
    };
    if order.is_dry {
        connected.close().await;
        return shown::plan(&plan, ui);
    }
    if plan.is_done() && !order.wish.force {
        connected.close().await;
        let has_service = !opened.working.value.config.services.is_empty();
        return AlreadyLive::by_scap(&plan, has_service).told(scene);
    }
    shown::beginning(&plan, ui);
    let end = execute(scene, &plan, connected, &hosts, &order).await?;
    ended(&end, &plan, scene, &order)
}

/// Connects to the server.
async fn connect(opened: &Opened, server: &ScapServer) -> Result<DeploymentServer, ScapRefusal> {
    let refusal = |error| ScapRefusal::Server {
        host: server.host.clone(),
        error: Box::new(error),
    };
    let ssh = Ssh::new(SshOptions {
        config_file: opened.ssh_config.clone(),
        // Scap is run by who deploys; the account of the targets is its own business.
        user: None,
        handshakes: 1,
    });
    let ssh = ssh.map_err(|error| refusal(ServerError::Failed(error.to_string())))?;
    let connecting = DeploymentServer::connect(server.host.clone(), std::sync::Arc::new(ssh));
    connecting.await.map_err(refusal)
}

/// Plans; where Scap is at work there, plans again once that is over.
async fn plan_when_free(
    planner: &ScapPlanner<'_>,
    server: &DeploymentServer,
    hosts: &Hosts<'_>,
    order: &Order,
    scene: &Scene<'_>,
) -> Result<ScapPlan, ScapRefusal> {
    let (wait, is_dry) = (order.wait, order.is_dry);
    let begun = tokio::time::Instant::now();
    let mut is_told = false;
    loop {
        let holder = match is_dry {
            true => None,
            false => planner.lock(server).await?,
        };
        match holder {
            None => {
                let planned = planner.plan(server, &hosts.read().await).await;
                // Somebody may have been quicker.
                match planned {
                    Err(ScapRefusal::Locked(_)) if begun.elapsed() < wait => {}
                    planned => return planned,
                }
            }
            Some(holder) if begun.elapsed() < wait => {
                if !std::mem::replace(&mut is_told, true) {
                    scene.ui.status(&format!("waiting for {holder}"));
                }
            }
            Some(holder) => return Err(ScapRefusal::Locked(Box::new(holder))),
        }
        tokio::time::sleep(BETWEEN_LOOKS).await;
    }
}

async fn execute(
    scene: &Scene<'_>,
    plan: &ScapPlan,
    server: DeploymentServer,
    hosts: &Hosts<'_>,
    order: &Order,
) -> Result<ScapEnd, Failure> {
    let repository = &scene.opened.working.value.config.git_repo;
    let journal = journal::begin(repository, &plan.id, scene.ui)?;
    let ui = *scene.ui;
    // Scap announces what it does by itself.
    let quiet = ViewArgs { no_announce: true };
    let below = Below::default();
    let mut reporter = Announced::new(view::reporter(ui, below.clone()), scene.opened, quiet);
    let is_asked = asking::asks_to_go_on(plan.action, order.on_failure, &ui);
    let decide = asking::decider(is_asked, order.patience, below, ui);
    let run = ScapRun {
        plan,
        server,
        journal,
        reporter: &mut reporter,
        decide: decide.as_ref(),
        interrupts: scene.interrupts.clone(),
        on_failure: order.on_failure,
        confirm: is_asked,
        readings: hosts,
    };
    let ended = run.run().await.map_err(CommandError::from)?;
    if let (Some(file), Ok(journals)) = (&order.report, Journals::of(repository)) {
        scene.report(&plan.id, file, &journals);
    }
    Ok(ended)
}

fn ended(end: &ScapEnd, plan: &ScapPlan, scene: &Scene<'_>, order: &Order) -> Result<(), Failure> {
    let outcome = &end.outcome;
    if order.wish.action.is_of_service() {
        return service::ended(outcome, order.wish.action, &plan.id, scene);
    }
    if end.is_out_of_reach {
        scene.ui.warning(&format!(
            "Scap may still be at work on {}; its lock is free once it has ended: `{}` tells",
            plan.server,
            scene.repository.completed("svcgen deploy --dry-run")
        ));
    }
    let ways = failure::WaysOn {
        onward: format!("svcgen deploy --rev {} --force", plan.revision),
        // Scap's targets are not always asked what they had.
        has_before: true,
    };
    failure::ended(outcome, order.wish.action, &plan.id, &ways, scene)
}

/// The targets, as far as they can be reached from here.
struct Hosts<'a> {
    scene: &'a Scene<'a>,
    names: Vec<HostName>,
}

impl Readings for Hosts<'_> {
    fn read(&self) -> LocalBoxFuture<'_, IndexMap<HostName, Reading>> {
        Box::pin(async {
            let opened = self.scene.opened;
            let Ok(transport) = opened.transport(Visit::Looks) else {
                return IndexMap::new();
            };
            let answers = records::probe_each(self.names.clone(), opened, &transport).await;
            let told = answers.facts.iter();
            let mut readings: IndexMap<HostName, Reading> = told
                .map(|(host, facts)| (host.clone(), Reading::of(facts)))
                .collect();
            for silent in answers.silent {
                let reason = silent.reason;
                readings.insert(silent.host, Reading::Silent { reason });
            }
            readings
        })
    }
}

impl Carrier {
    /// The deployment server, where Scap carries deploys out.
    pub(in crate::cli) fn scap(&self) -> Option<&ScapServer> {
        match self {
            Self::Scap(server) => Some(server),
            Self::Ssh | Self::Local(_) => None,
        }
    }
}
