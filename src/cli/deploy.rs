//! Deploys a revision, and what else is done with deploys: back, the log, the history, the locks.

pub(super) mod args;
mod asking;
mod failure;
mod opened;
mod shown;
mod signals;

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;

pub(super) use self::args::DeployArgs;
use self::asking::{Asked, Terminal};
pub(super) use self::opened::Opened;
use super::context::Context;
use super::{Failure, GlobalArgs};
use crate::deploy::limit::Limit;
use crate::deploy::{
    Action, Crew, Decide, DeployPlan, Executor, Journals, OnFailure, Options, Outcome, Packs,
    Planned, Planner, Request, Run,
};
use crate::error::{CommandError, ErrorKind};
use crate::event::DeployId;
use crate::report::{Json, Plain, Reporter};
use crate::transport::{Ssh, SshOptions, Transport};
use crate::ui::{Format, Ui};

/// What a run is to do, whichever command asked for it.
pub(super) struct Wish {
    pub(super) request: Request,
    pub(super) is_dry: bool,
    pub(super) on_failure: OnFailure,
    pub(super) wait: Duration,
}

/// Runs `svcgen deploy`.
pub(super) fn run(args: &DeployArgs, global: &GlobalArgs, ui: &Ui) -> Result<(), Failure> {
    let context = Context::new(global)?;
    let opened = Opened::open(&args.repository, &context, global)?;
    let wish = wish(args, &opened, ui)?;
    carry_out(&opened, wish, &context, ui)
}

fn wish(args: &DeployArgs, opened: &Opened, ui: &Ui) -> Result<Wish, CommandError> {
    let config = &opened.working.value.config;
    let rev = args.rev.as_deref().or(config.git_rev.as_deref());
    let revision = opened.repository.resolve(rev.unwrap_or("HEAD"))?;
    let limit = args.limit.as_deref().map(Limit::parse).transpose();
    let limit = limit.map_err(|error| CommandError::usage(format!("--limit: {error}")))?;
    let id = DeployId::new(Timestamp::now());
    let action = if args.service_restart {
        Action::Restart
    } else {
        Action::Deploy
    };
    let request = Request {
        owner: opened::owner(&id, &args.message.join(" ")),
        id,
        action,
        revision,
        limit,
        force: args.force,
        resumes: None,
        revisions: Default::default(),
    };
    let on_failure = match action {
        // A restart changes nothing that could be brought back.
        Action::Restart => OnFailure::Stop,
        Action::Deploy | Action::Rollback => asking::on_failure(args.on_failure, args.dry_run, ui)?,
    };
    Ok(Wish {
        request,
        is_dry: args.dry_run,
        on_failure,
        wait: Duration::from_secs(args.wait.unwrap_or_default()),
    })
}

/// Plans, shows, and carries out.
pub(super) fn carry_out(
    opened: &Opened,
    wish: Wish,
    context: &Context,
    ui: &Ui,
) -> Result<(), Failure> {
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
    asking::warn_about_repository(&opened.repository, &wish.request, ui)?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    let done = runtime.block_on(carry_out_async(opened, &planner, &wish, context, ui));
    // What still waits for a host that does not answer does not hold the end up.
    runtime.shutdown_timeout(Duration::from_millis(200));
    done
}

async fn carry_out_async(
    opened: &Opened,
    planner: &Planner<'_>,
    wish: &Wish,
    context: &Context,
    ui: &Ui,
) -> Result<(), Failure> {
    let interrupts = signals::interrupts()?;
    let ssh = Ssh::new(SshOptions {
        config_file: context.ssh_config(),
        user: planner.config().ssh_user.clone(),
        handshakes: (planner.config().batch_size as usize).min(HANDSHAKES),
    })?;
    let transport: Arc<dyn Transport> = Arc::new(ssh);
    let mut crew = planner.crew(&transport);
    let mut stop = interrupts.clone();
    let planned = tokio::select! {
        planned = planner.plan(&mut crew) => planned.map_err(CommandError::from)?,
        _ = stop.changed() => {
            crew.close().await;
            let message = "interrupted while asking the hosts; nothing was touched";
            return Err(CommandError::new(signals::kind(), message).into());
        }
    };
    let plan = match planned {
        Planned::Plan(plan) => plan,
        Planned::NothingToDo(plan) => {
            crew.close().await;
            return shown::nothing_to_do(&plan, wish.is_dry, ui);
        }
        Planned::Refused(problems) => {
            crew.close().await;
            return Err(failure::refused(&problems, wish.request.limit.is_some()).into());
        }
    };
    if wish.is_dry {
        crew.close().await;
        shown::plan(&plan, &opened.repository, ui)?;
        return Ok(());
    }
    shown::beginning(&plan, ui);
    let outcome = execute(opened, plan, crew, wish, interrupts, ui).await?;
    failure::ended(&outcome, ui)
}

async fn execute(
    opened: &Opened,
    plan: Box<DeployPlan>,
    crew: Crew,
    wish: &Wish,
    interrupts: crate::deploy::Interrupts,
    ui: &Ui,
) -> Result<Outcome, Failure> {
    let plan = Arc::new(*plan);
    let journals = Journals::of(&plan.repository)
        .ok_or_else(|| CommandError::usage("there is no home folder to keep the journal in"))?;
    let journal = journals
        .begin(&plan.id)
        .map_err(|error| CommandError::from_error(ErrorKind::Unexpected, &error))?;
    let packs = Arc::new(Packs::new(opened.pack_maker(&plan)?)?);
    let mut reporter: Box<dyn Reporter> = match ui.format {
        Format::Text => Box::new(Plain::new(*ui)),
        Format::Json => Box::new(Json::new(*ui)),
    };
    let decide: Box<dyn Decide> = match wish.on_failure {
        OnFailure::Ask => Box::new(Terminal::new(*ui)),
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
        reporter: reporter.as_mut(),
        decide: decide.as_ref(),
        interrupts,
        options,
    });
    Ok(executor.run().await.map_err(CommandError::from)?)
}

/// The most connections that are opened at a time: a server takes ten that are not through yet, and then drops some.
const HANDSHAKES: usize = 32;
