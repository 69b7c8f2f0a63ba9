//! Is this machine ready?

use clap::Args;
use serde_json::json;

use super::context::{Context, Loaded, working_directory};
use super::generator::{Generator, Target};
use super::status::wrapped;
use super::{Failure, GlobalArgs};
use crate::doctor::{Finding, Fix, Place, Reach, State, Surroundings, examine};
use crate::error::{CommandError, ErrorKind};
use crate::model::find_model;
use crate::ui::{Format, Ui};

#[derive(Debug, Args)]
pub struct DoctorArgs {
    /// Only what these commands need, such as `deploy` [default: all].
    #[arg(value_name = "COMMAND")]
    commands: Vec<String>,
    /// Ask no server and no host.
    #[arg(long)]
    offline: bool,
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
    let surroundings = Surroundings {
        configuration: &context.configuration,
        site: site.as_ref(),
        service: loaded.as_ref().map(|loaded| &loaded.service),
        checkouts: checkouts(&context, loaded.as_ref()),
        reach: match args.offline {
            true => Reach::Machine,
            false => Reach::Network,
        },
        variables: &|name| std::env::var(name).ok(),
    };
    let mut findings = ui.busy("looking...", || examine(&surroundings));
    findings.retain(|finding| is_for(finding, &args.commands));
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
        Format::Text => ui.result(&text(&findings))?,
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
            return Err(match crate::model::suggest(name, known.iter().copied()) {
                Some(near) => error.hint(format!("did you mean `{near}`?")),
                None => error.hint("`svcgen --help` lists them"),
            });
        }
    }
    Ok(())
}

/// Whether one of the commands needs it.
fn is_for(finding: &Finding, commands: &[String]) -> bool {
    let mut needed_by = finding
        .needed_by
        .iter()
        .filter_map(|command| command.split(' ').next());
    commands.is_empty()
        || finding.needed_by.is_empty()
        || needed_by.any(|by| commands.iter().any(|command| command == by))
}

/// The checkouts that generators would take.
fn checkouts(context: &Context, loaded: Option<&Loaded>) -> Vec<Place> {
    let configured = &context.configuration.checkouts;
    let place = |generator: Generator| {
        let (command, what, fix) = match generator {
            Generator::Vagrant => (
                "vagrant",
                "a checkout of MediaWiki-Vagrant",
                Fix::Advice(
                    "`checkouts: {vagrant: PATH}` in the configuration, or `--vagrant-repo`"
                        .to_owned(),
                ),
            ),
            Generator::Puppet => (
                "puppet",
                "a checkout of operations/puppet",
                Fix::Advice(
                    "`checkouts: {puppet: PATH}` in the configuration, or `--puppet-repo`"
                        .to_owned(),
                ),
            ),
            Generator::Source => (
                "source",
                "the checkout of the source",
                Fix::Command("svcgen source --clone DIR".to_owned()),
            ),
            Generator::Scap => (
                "scap",
                "the deploy repository",
                Fix::Command("svcgen scap --clone DIR".to_owned()),
            ),
        };
        let target = match (generator, loaded) {
            (_, Some(loaded)) => Target::find(generator, context, loaded)
                .map_err(|unknown| CommandError::from(unknown).message),
            (Generator::Vagrant, None) => of(configured.vagrant.clone()),
            (Generator::Puppet, None) => of(configured.puppet.clone()),
            (Generator::Source | Generator::Scap, None) => Err("there is no model here".to_owned()),
        };
        let found = target.and_then(|target| {
            let worktree = target.open().map_err(|error| error.message)?;
            Ok(worktree.root().to_owned())
        });
        Place {
            command,
            what,
            found,
            fix,
        }
    };
    Generator::ALL.into_iter().map(place).collect()
}

fn of(path: Option<camino::Utf8PathBuf>) -> Result<Target, String> {
    path.map(Target::Checkout)
        .ok_or_else(|| "the configuration names none".to_owned())
}

fn text(findings: &[Finding]) -> String {
    let states = findings
        .iter()
        .map(|finding| finding.state.word().len())
        .max()
        .unwrap_or_default();
    let indent = 2 + states + 2;
    let mut out = String::new();
    for Finding {
        what,
        state,
        found,
        fix,
        needed_by,
        ..
    } in findings
    {
        let line = format!("{what}: {found}");
        out.push_str(&format!(
            "  {:states$}  {}\n",
            state.word(),
            wrapped(&line, indent)
        ));
        if *state == State::Missing && !needed_by.is_empty() {
            let needed = format!("needed by: {}", needed_by.join(", "));
            out.push_str(&format!("  {:states$}  {}\n", "", wrapped(&needed, indent)));
        }
        let fix = match fix {
            Some(Fix::Command(command)) => format!("$ {command}"),
            Some(Fix::Advice(advice)) => wrapped(&format!("-> {advice}"), indent),
            None => continue,
        };
        out.push_str(&format!(
            "  {:states$}  {fix}
",
            ""
        ));
    }
    let count = |state| {
        findings
            .iter()
            .filter(|finding| finding.state == state)
            .count()
    };
    let end = match (count(State::Missing), count(State::Doubtful)) {
        (0, 0) => "nothing is missing".to_owned(),
        (0, doubtful) => format!("nothing is missing, {doubtful} could be better"),
        (missing, _) => format!("missing: {missing}"),
    };
    out.push_str(&format!("\n{end}\n"));
    out
}
