//! The service alone, on the engine of deploys: the same groups, locks, checks, journal and view.

use std::time::Duration;

use jiff::Timestamp;

use super::args::ViewArgs;
use super::{Scene, Wish, carry_out, request, scap, with_runtime};
use crate::cli::Failure;
use crate::cli::context::Context;
use crate::deploy::{Action, OnFailure, Outcome};
use crate::error::{CommandError, ErrorKind};
use crate::event::{DeployId, DeployResult, HostOutcome};
use crate::model::HostName;
use crate::ui::{Format, Ui};

use super::{Opened, RepositoryArgs};

/// What is to be done to the service, and where.
pub(in crate::cli) struct ServiceWish<'a> {
    pub(in crate::cli) repository: &'a RepositoryArgs,
    pub(in crate::cli) opened: &'a Opened,
    pub(in crate::cli) action: Action,
    /// The hosts of the groups that were named.
    pub(in crate::cli) hosts: Option<Vec<HostName>>,
    pub(in crate::cli) limit: Option<&'a str>,
    pub(in crate::cli) reason: &'a str,
    pub(in crate::cli) is_dry: bool,
    pub(in crate::cli) wait: Duration,
    pub(in crate::cli) view: ViewArgs,
}

/// Restarts, starts or stops the service, part by part.
pub(in crate::cli) fn handle_service(
    wish: ServiceWish<'_>,
    context: &Context,
    ui: &Ui,
) -> Result<(), Failure> {
    let opened = wish.opened;
    opened.check_local_services()?;
    let limit = opened.limit(wish.limit)?;
    // Scap restarts, and does no more to a service.
    if let (Some(server), Action::Restart) = (opened.carrier.scap(), wish.action) {
        return with_runtime(async {
            let scene = Scene::new(wish.repository, opened, context, ui)?;
            let order = scap::Order::of_service(&wish, limit, &scene, server);
            scap::carry_out(&scene, server, order).await
        });
    }
    let config = &opened.working.value.config;
    // The checks of hosts where nothing is live are those of this revision.
    let rev = config.git_rev.as_deref().unwrap_or("HEAD");
    let revision = opened.repository.resolve(rev);
    let revision = revision.map_err(CommandError::from)?;
    with_runtime(async {
        let scene = Scene::new(wish.repository, opened, context, ui)?;
        let id = DeployId::new(Timestamp::now());
        let mut request = request(&id, wish.action, revision, &[wish.reason.to_owned()]);
        request.owner.limit = wish.limit.map(str::to_owned);
        request.ignores_locks = wish.is_dry;
        request.limit = limit;
        request.hosts = wish.hosts;
        let wish = Wish {
            request,
            is_dry: wish.is_dry,
            // There is nothing that could be brought back.
            on_failure: OnFailure::Stop,
            wait: wish.wait,
            view: wish.view,
            patience: None,
            report: None,
        };
        carry_out(&scene, wish, None).await
    })
}

/// Lists what became of each host, and says what to type next.
pub(super) fn ended(
    outcome: &Outcome,
    action: Action,
    id: &DeployId,
    scene: &Scene<'_>,
) -> Result<(), Failure> {
    let (ui, done) = (scene.ui, action.done_to_service().unwrap_or_default());
    if ui.format == Format::Text {
        let mut text = String::new();
        for (host, outcome, _) in &outcome.hosts {
            let what = match outcome {
                // It may have run all along.
                HostOutcome::New if action == Action::Start => "runs",
                HostOutcome::New => done,
                HostOutcome::Old | HostOutcome::Untouched => "untouched",
                HostOutcome::Unknown => "FAILED",
            };
            text.push_str(&format!("{host}: {what}\n"));
        }
        ui.announce(&text)?;
    }
    let kind = match outcome.result {
        _ if outcome.is_interrupted => super::signal_kind(),
        DeployResult::Deployed => return Ok(()),
        DeployResult::RolledBack | DeployResult::Untouched => ErrorKind::DeployFailed,
        DeployResult::Mixed => ErrorKind::DeployUnknown,
    };
    let by_default = format!("not {done} on all hosts");
    let reason = outcome.reason.as_deref().unwrap_or(&by_default);
    let command = |text: &str| scene.repository.completed(text);
    let mut error = CommandError::new(kind, reason);
    error.hints.extend(super::failure::who_listens(reason));
    if let Some(host) = &outcome.failed {
        let log = command(&format!("svcgen log {id} --host {host} -v"));
        error = error.hint(format!("`{log}` shows what it did and wrote"));
    }
    let status = command("svcgen service status");
    error = error.hint(format!("`{status}` shows how it is on each host"));
    error.hints.truncate(2);
    ui.error(&error);
    Err(Failure::Silent(kind))
}
