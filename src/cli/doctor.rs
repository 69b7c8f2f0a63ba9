//! Is this machine ready?

mod checkouts;
mod deployment;
mod text;

use clap::Args;
use serde_json::json;

use super::context::{Context, working_directory};
use super::deploy::{Opened, RepositoryArgs, find_repository};
use super::{Failure, GlobalArgs};
use crate::doctor::{Reach, State, Surroundings, examine};
use crate::error::{CommandError, ErrorKind};
use crate::interrupt;
use crate::model::{did_you_mean, find_model};
use crate::ui::{Format, Ui};

#[derive(Debug, Args)]
pub struct DoctorArgs {
    /// Only what these commands need, such as `deploy` [default: all].
    #[arg(value_name = "COMMAND")]
    commands: Vec<String>,
    /// Ask no server and no host.
    #[arg(long)]
    offline: bool,
    #[command(flatten)]
    repository: RepositoryArgs,
}

/// Runs `svcgen doctor`.
pub(super) fn run(args: &DoctorArgs, global: &GlobalArgs, ui: &Ui) -> Result<(), Failure> {
    check_commands(&args.commands)?;
    let context = Context::new(global, ui)?;
    let has_model = global.service.is_some() || find_model(&working_directory()?).is_some();
    let loaded = has_model.then(|| context.load(global)).transpose()?;
    let site = match (&loaded, &context.site) {
        (Some(loaded), _) => Some(loaded.site.clone()),
        (None, Some(name)) => Some(context.sites.find(name).map_err(CommandError::from)?),
        (None, None) => Some(context.sites.default_site().map_err(CommandError::from)?),
    };
    let reach = match args.offline {
        true => Reach::Machine,
        false => Reach::Network,
    };
    let deploy = find_repository(&args.repository, &context).ok();
    let opened = deploy
        .is_some()
        .then(|| Opened::open(&args.repository, &context, global));
    let surroundings = Surroundings {
        commands: &args.commands,
        configuration: &context.configuration,
        site: site.as_ref(),
        service: loaded.as_ref().map(|loaded| &loaded.service),
        checkouts: checkouts::checkouts(&context, loaded.as_ref(), site.as_ref(), deploy),
        // A deploy repository knows more about them.
        hosts: match (&opened, &loaded) {
            (None, Some(loaded)) => Some(loaded.service.host_names()),
            _ => None,
        },
        reach,
        variables: &|name| std::env::var(name).ok(),
    };
    let findings = ui.busy("looking...", || {
        std::thread::scope(|scope| {
            let machine = scope.spawn(|| examine(&surroundings));
            let deployment = match &opened {
                Some(_) | None if !surroundings.want(deployment::NEEDED_BY) => Vec::new(),
                None => Vec::new(),
                Some(Ok(opened)) => deployment::examine(opened, reach),
                Some(Err(error)) => vec![deployment::unreadable(error)],
            };
            [machine.join().unwrap_or_default(), deployment].concat()
        })
    });
    interrupt::check()?;
    let missing = findings
        .iter()
        .filter(|finding| finding.state == State::Missing)
        .count();
    match ui.format {
        Format::Json => {
            let site = site.as_ref().map(|site| &site.name);
            let value = json!({"site": site, "findings": findings, "missing": missing});
            ui.result(&format!("{value:#}\n"))?;
        }
        Format::Text => ui.result(&text::text(&findings))?,
    }
    match missing {
        0 => Ok(()),
        _ => Err(Failure::Silent(ErrorKind::Differences)),
    }
}

/// Takes the names of commands alone.
fn check_commands(named: &[String]) -> Result<(), CommandError> {
    use clap::CommandFactory as _;
    let all = super::Cli::command();
    let known: Vec<&str> = all.get_subcommands().map(clap::Command::get_name).collect();
    for name in named {
        if !known.contains(&name.as_str()) {
            let error = CommandError::usage(format!("there is no command `{name}`"));
            let near = did_you_mean(name, known.iter().copied());
            return Err(error.hint(near.unwrap_or_else(|| "`svcgen --help` lists them".into())));
        }
    }
    Ok(())
}
