//! The service on its hosts: started, stopped, restarted part by part, or looked at.

mod shown;
mod status;

use crate::cli::given;
use std::time::Duration;

use clap::{Args, ValueEnum};

use super::context::Context;
use super::deploy::args::ViewArgs;
use super::deploy::{Opened, RepositoryArgs, ServiceWish, handle_service};
use super::number::seconds;
use super::{Failure, GlobalArgs};
use crate::deploy::Action;
use crate::error::CommandError;
use crate::model::{HostName, did_you_mean};
use crate::ui::Ui;

/// The options of `svcgen service`.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "What to do")]
pub struct ServiceArgs {
    /// Start, stop or restart the service, or show its state.
    #[arg(value_enum, help_heading = None::<&str>)]
    verb: Verb,
    /// Only the hosts of these groups [default: all].
    #[arg(value_name = "GROUP", help_heading = None::<&str>)]
    groups: Vec<String>,
    /// Only these hosts, as for `svcgen deploy`.
    #[arg(long, short, value_name = "HOSTS", allow_hyphen_values = true, value_parser = given::text())]
    limit: Option<String>,
    /// Only this service, if `service_name` lists several.
    #[arg(long, value_name = "SERVICE")]
    name: Vec<String>,
    /// Ask the hosts, print what would be done, touch nothing.
    #[arg(long)]
    dry_run: bool,
    /// How long to wait for someone else's deploy to end; an hour if no number is given.
    #[arg(long, value_name = "SECONDS", value_parser = seconds, num_args = 0..=1, default_missing_value = "3600")]
    wait: Option<u64>,
    /// The reason, for the log.
    #[arg(long, value_name = "TEXT", value_parser = given::text())]
    reason: Option<String>,
    #[command(flatten)]
    view: ViewArgs,
    #[command(flatten)]
    repository: RepositoryArgs,
}

/// What is done with the service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Verb {
    Start,
    Stop,
    Restart,
    Status,
}

impl ServiceArgs {
    /// Whether anything is done to hosts.
    pub(super) fn changes(&self) -> bool {
        self.verb.action().is_some()
    }

    /// The first option that goes with what is done to hosts alone.
    fn needless(&self) -> Option<&'static str> {
        let needless = [
            (self.dry_run, "--dry-run"),
            (self.wait.is_some(), "--wait"),
            (self.reason.is_some(), "--reason"),
            (self.view.no_announce, "--no-announce"),
        ];
        let mut named = needless.into_iter().filter(|(is_named, _)| *is_named);
        named.next().map(|(_, option)| option)
    }
}

impl Verb {
    /// What it does to hosts.
    fn action(self) -> Option<Action> {
        match self {
            Self::Start => Some(Action::Start),
            Self::Stop => Some(Action::Stop),
            Self::Restart => Some(Action::Restart),
            Self::Status => None,
        }
    }
}

/// Runs `svcgen service`.
pub(super) fn run(args: &ServiceArgs, global: &GlobalArgs, ui: &Ui) -> Result<(), Failure> {
    let context = Context::new(global, ui)?;
    let mut opened = Opened::open(&args.repository, &context, global)?;
    choose_services(&mut opened, &args.name)?;
    let of_groups = hosts_of(&opened, &args.groups)?;
    let Some(action) = args.verb.action() else {
        if let Some(option) = args.needless() {
            return Err(CommandError::usage(format!(
                "`{option}` works only with start, stop and restart"
            ))
            .hint("`svcgen service status` only looks: leave it out")
            .into());
        }
        let hosts = limited(&opened, of_groups, args.limit.as_deref())?;
        return status::run(hosts, &opened, args, ui);
    };
    let hosts = limited(&opened, of_groups.clone(), args.limit.as_deref())?;
    let is_everywhere = hosts.len() == opened.hosts().len();
    if action == Action::Stop && is_everywhere && !args.dry_run {
        let names = names(&opened).join(" and ");
        let question = match hosts.as_slice() {
            [one] => format!("stop {names} on {one}, its only host?"),
            more => format!("stop {names} on all {} hosts?", more.len()),
        };
        if !ui.confirm_danger(&question)? {
            ui.status("nothing was stopped");
            return Ok(());
        }
    }
    let wish = ServiceWish {
        repository: &args.repository,
        opened: &opened,
        action,
        hosts: of_groups,
        limit: args.limit.as_deref(),
        reason: args.reason.as_deref().unwrap_or_default(),
        is_dry: args.dry_run,
        wait: Duration::from_secs(args.wait.unwrap_or_default()),
        view: args.view,
    };
    handle_service(wish, &context, ui)
}

/// The names of the services that are meant.
fn names(opened: &Opened) -> Vec<&str> {
    let services = opened.working.value.config.services.iter();
    services.map(|service| service.name.as_str()).collect()
}

/// Leaves out the services that are not meant.
fn choose_services(opened: &mut Opened, named: &[String]) -> Result<(), CommandError> {
    let known = names(opened);
    if known.is_empty() {
        return Err(
            CommandError::usage("`service_name` is not set in `scap/scap.cfg`")
                .hint("`service_name: NAME` there names the service to start and stop"),
        );
    }
    for name in named {
        if !known.contains(&name.as_str()) {
            let hint = near(name, &known);
            return Err(CommandError::usage(format!(
                "--name: `{name}` is not a service of `service_name`"
            ))
            .hint(hint));
        }
    }
    let config = &mut opened.working.value.config;
    let all = config.services.len();
    if !named.is_empty() {
        config
            .services
            .retain(|service| named.contains(&service.name));
    }
    if config.services.len() < all {
        // Nobody can tell from outside which of them has it.
        config.service_port = None;
    }
    Ok(())
}

/// The hosts of the groups that were named; nothing where none was.
fn hosts_of(opened: &Opened, named: &[String]) -> Result<Option<Vec<HostName>>, CommandError> {
    let groups = &opened.working.value.groups;
    let known: Vec<&str> = groups
        .iter()
        .map(|group| group.group.name.as_str())
        .collect();
    for name in named {
        if known.contains(&name.as_str()) {
            continue;
        }
        let all = opened.hosts();
        let hint = match all.iter().any(|host| host.as_str() == name) {
            true => format!("`-l {name}` means the host"),
            false => near(name, &known),
        };
        return Err(CommandError::usage(format!("there is no group `{name}`")).hint(hint));
    }
    let chosen = groups.iter().filter(|group| {
        let name = group.group.name.as_str();
        named.iter().any(|named| named == name)
    });
    let hosts = chosen.flat_map(|group| group.hosts.clone()).collect();
    Ok((!named.is_empty()).then_some(hosts))
}

/// The name that was likely meant, or all that there are.
fn near(name: &str, known: &[&str]) -> String {
    did_you_mean(name, known.iter().copied())
        .unwrap_or_else(|| format!("known: {}", known.join(", ")))
}

/// The hosts that are meant, in the order of their groups.
fn limited(
    opened: &Opened,
    of_groups: Option<Vec<HostName>>,
    limit: Option<&str>,
) -> Result<Vec<HostName>, CommandError> {
    let mut hosts = opened.limited(limit)?;
    if let Some(of_groups) = of_groups {
        hosts.retain(|host| of_groups.contains(host));
    }
    match hosts.is_empty() {
        true => Err(CommandError::usage("no host of these groups is meant")
            .hint("look at `--limit` and at the groups of `scap/scap.cfg`")),
        false => Ok(hosts),
    }
}
