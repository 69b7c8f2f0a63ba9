//! Is this machine ready?

mod checkouts;
mod deployment;
mod files;
mod text;

use clap::Args;
use serde_json::json;

use self::files::{Files, Model};
use super::deploy::{Carrier, Opened, RepositoryArgs};
use super::{Failure, GlobalArgs, given};
use crate::doctor::{Finding, Reach, State, Surroundings, examine};
use crate::error::{CommandError, ErrorKind};
use crate::interrupt;
use crate::model::{LOCAL_HOSTS_FILE, did_you_mean};
use crate::ui::{Format, Ui};

#[derive(Debug, Args)]
pub struct DoctorArgs {
    /// Only what these commands need, such as `deploy` [default: all].
    #[arg(value_name = "COMMAND", value_parser = given::text())]
    commands: Vec<String>,
    /// Ask no servers and no hosts.
    #[arg(long)]
    offline: bool,
    #[command(flatten)]
    repository: RepositoryArgs,
}

/// Runs `svcgen doctor`.
pub(super) fn run(args: &DoctorArgs, global: &GlobalArgs, ui: &Ui) -> Result<(), Failure> {
    check_commands(&args.commands)?;
    let Files {
        context,
        site,
        model,
        deploy,
        findings: read,
    } = Files::read(&args.repository, global, ui)?;
    let loaded = model.loaded();
    let reach = match args.offline {
        true => Reach::Machine,
        false => Reach::Network,
    };
    let opened = deploy
        .is_some()
        .then(|| Opened::open(&args.repository, &context, global));
    let has_local_hosts = match (&opened, &deploy) {
        (Some(Ok(opened)), _) => matches!(opened.carrier, Carrier::Local(_)),
        // It takes git to read the rest of it.
        (Some(Err(_)), Some(deploy)) => deploy.join("scap").join(LOCAL_HOSTS_FILE).is_file(),
        (Some(Err(_)) | None, _) => false,
    };
    let surroundings = Surroundings {
        commands: &args.commands,
        configuration: &context.configuration,
        site: site.as_ref(),
        service: loaded.map(|loaded| &loaded.service),
        checkouts: checkouts::checkouts(&context, &model, site.as_ref(), deploy),
        // A deploy repository knows more about them.
        hosts: match (&opened, loaded) {
            (None, Some(loaded)) => Some(loaded.service.host_names()),
            _ => None,
        },
        has_local_hosts,
        reach,
        variables: &|name| std::env::var(name).ok(),
    };
    let findings = ui.busy("looking...", || {
        std::thread::scope(|scope| {
            let machine = scope.spawn(|| examine(&surroundings));
            let deployment = match &opened {
                Some(_) | None if !surroundings.want(deployment::NEEDED_BY) => Vec::new(),
                None if matches!(model, Model::None) => vec![deployment::no_service()],
                None => Vec::new(),
                Some(Ok(opened)) => deployment::examine(opened, &surroundings),
                Some(Err(error)) => vec![deployment::unreadable(error)],
            };
            [read, machine.join().unwrap_or_default(), deployment].concat()
        })
    });
    let wanted = |finding: &Finding| surroundings.want(finding.needed_by);
    let findings: Vec<Finding> = findings.into_iter().filter(wanted).collect();
    interrupt::check(interrupt::UNWRITTEN)?;
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
        Format::Text => ui.result(&text::text(&findings, ui.page()))?,
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
