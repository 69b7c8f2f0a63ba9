//! The locks of hosts: shown, held so that nobody deploys, or broken where nobody lets them go.

mod breaking;
mod show;
mod take;

use crate::cli::given;
use clap::{Args, ValueEnum};

use super::context::Context;
use super::deploy::{Attempt, Opened, RepositoryArgs};
use super::number::seconds;
use super::{Failure, GlobalArgs};
use crate::deploy::PlannerError;
use crate::error::CommandError;
use crate::model::HostName;
use crate::ui::Ui;

/// The options of `svcgen lock`.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "What to do")]
pub struct LockArgs {
    /// Show who holds the locks, hold them all until Ctrl-C, or break them.
    #[arg(value_enum, default_value = "show", help_heading = None::<&str>)]
    verb: Verb,
    /// Only these hosts, as for `svcgen deploy`.
    #[arg(long, short, value_name = "HOSTS", allow_hyphen_values = true, value_parser = given::text())]
    limit: Option<String>,
    /// The reason, shown to whoever finds the lock, or finds it gone; `take` and `break` need one.
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
    /// How long `take` waits for someone else's deploy to end; an hour if no number is given.
    #[arg(long, value_name = "SECONDS", value_parser = seconds, num_args = 0..=1, default_missing_value = "3600")]
    wait: Option<u64>,
    #[command(flatten)]
    repository: RepositoryArgs,
}

/// What is done with locks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Verb {
    Show,
    Take,
    Break,
}

/// What a run has at hand.
struct Scene<'a> {
    args: &'a LockArgs,
    opened: &'a Opened,
    hosts: Vec<HostName>,
    ui: &'a Ui,
}

/// Runs `svcgen lock`.
pub(super) fn run(args: &LockArgs, global: &GlobalArgs, ui: &Ui) -> Result<(), Failure> {
    let context = Context::new(global, ui)?;
    let opened = Opened::open(&args.repository, &context, global)?;
    let hosts = opened.limited(args.limit.as_deref())?;
    if hosts.is_empty() {
        return Err(CommandError::from(PlannerError::NoHosts).into());
    }
    let scene = Scene {
        args,
        opened: &opened,
        hosts,
        ui,
    };
    match args.verb {
        Verb::Show => show::run(&scene),
        Verb::Take => take::run(&scene),
        Verb::Break => breaking::run(&scene),
    }
}

impl Scene<'_> {
    /// The hosts, where they are only asked.
    fn asked(&self) -> Attempt<'_> {
        Attempt {
            opened: self.opened,
            action: None,
            hosts: self.hosts.len(),
            is_limited: self.args.limit.is_some(),
        }
    }

    /// Why, which whoever meets the lock wants to know.
    fn reason(&self) -> Result<&str, CommandError> {
        let reason = self.args.reason.as_deref().map(str::trim);
        reason.filter(|reason| !reason.is_empty()).ok_or_else(|| {
            let verb = match self.args.verb {
                Verb::Show => "show",
                Verb::Take => "take",
                Verb::Break => "break",
            };
            CommandError::usage(format!("`svcgen lock {verb}` needs a reason"))
                .hint(format!("svcgen lock {verb} --reason 'TEXT'"))
        })
    }
}

/// A few hosts by their names, and how many more there are.
fn named(hosts: &[HostName]) -> String {
    let names: Vec<&str> = hosts.iter().map(HostName::as_str).collect();
    crate::cli::deploy::named(&names)
}
