//! Deploys a revision, and what else is done with deploys: back, the log, the history, the locks.

mod access;
mod already_live;
mod announced;
pub(super) mod args;
mod asking;
mod carrying_out;
mod earlier;
mod engine;
mod failure;
mod journal;
mod limit;
mod local_services;
mod new_hosts;
mod no_message;
mod opened;
mod refusal;
mod scap;
mod service;
mod shown;
mod signals;
mod standing;
mod view;
mod way_in;
mod ways_on;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use jiff::Timestamp;

use self::args::ViewArgs;
pub(super) use self::args::{DeployArgs, RepositoryArgs, RollbackArgs};
use self::carrying_out::carry_out;
use self::earlier::Survey;
pub(super) use self::engine::{Carrier, ScapServer};
pub(super) use self::limit::wrong_limit;
pub(super) use self::opened::{Opened, find as find_repository, owner};
pub(super) use self::refusal::Attempt;
pub(super) use self::scap::obstacles;
pub(super) use self::service::{ServiceWish, handle_service};
pub(super) use self::shown::named;
pub(super) use self::signals::{interrupts, kind as signal_kind};
pub(super) use self::ways_on::{before_that, is_lasting, ways_on};
use super::context::Context;
use super::report::{ReportFile, Subject};
use super::{Failure, GlobalArgs};
use crate::deploy::{Action, Interrupts, Journals, OnFailure, Request};
use crate::error::CommandError;
use crate::event::DeployId;
use crate::model::Revision;
use crate::transport::Visit;
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
    opened.check_local_services()?;
    no_message::refuse_name(&args.message, Action::Deploy, &opened, &args.repository)?;
    let limit = opened.limit(args.limit.as_deref())?;
    let report = ReportFile::named(args.report.as_deref())?;
    let action = if args.service_restart {
        Action::Restart
    } else {
        Action::Deploy
    };
    // What is wrong about the deploy itself comes before what it asks. Where Scap carries it out, its server knows.
    let config = &opened.working.value.config;
    let rev = args.rev.as_deref().or(config.git_rev.as_deref());
    let revision = match (&args.resume, opened.carrier.scap()) {
        (Some(_), _) | (None, Some(_)) => None,
        (None, None) => {
            let resolved = opened.repository.resolve(rev.unwrap_or("HEAD"));
            Some(resolved.map_err(CommandError::from)?)
        }
    };
    let on_failure = match action {
        // A restart changes nothing that could be brought back.
        Action::Restart | Action::Start | Action::Stop => OnFailure::Stop,
        Action::Deploy | Action::Rollback => asking::on_failure(args.on_failure, args.dry_run, ui)?,
    };
    if let Some(server) = opened.carrier.scap() {
        return with_runtime(async {
            let scene = Scene::new(&args.repository, &opened, &context, ui)?;
            let order = scap::Order::of_deploy(args, action, on_failure, &scene, server)?;
            scap::carry_out(&scene, server, order).await
        });
    }
    with_runtime(async {
        let scene = Scene::new(&args.repository, &opened, &context, ui)?;
        let id = DeployId::new(Timestamp::now());
        let (mut request, mut survey) = match revision {
            Some(revision) => (request(&id, action, revision, &args.message), None),
            None => {
                let survey =
                    Survey::of(&scene, action, limit.as_ref(), Visit::of(args.dry_run)).await?;
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
    opened.check_local_services()?;
    no_message::refuse_name(&args.message, Action::Rollback, &opened, &args.repository)?;
    if let Some(server) = opened.carrier.scap() {
        return with_runtime(async {
            let scene = Scene::new(&args.repository, &opened, &context, ui)?;
            let order = scap::Order::of_rollback(args, &scene, server)?;
            scap::carry_out(&scene, server, order).await
        });
    }
    let limit = opened.limit(args.limit.as_deref())?;
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
        let survey = Survey::of(
            &scene,
            Action::Rollback,
            limit.as_ref(),
            Visit::of(args.dry_run),
        )
        .await?;
        let mut request = survey.back(ui, &id, to.as_ref(), &args.message.join(" "))?;
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
