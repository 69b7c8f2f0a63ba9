//! The command line: parses it, runs one command, and turns its end into an exit code.

mod age;
mod build;
mod check;
mod completions;
mod context;
mod demo;
mod deploy;
mod doctor;
mod failure;
mod generate;
mod generator;
mod given;
mod history;
mod lock;
mod log;
mod man;
mod manner;
mod model;
mod new;
mod number;
mod records;
mod report;
mod request;
mod schedule;
mod schema;
mod service;
mod status;
mod tail;
mod told;

use std::process::ExitCode;

use camino::Utf8PathBuf;
use clap::{ArgAction, Args, Parser, Subcommand};

pub use self::failure::Failure;
use self::manner::{is_colorless, manner};
use crate::ui::{Color, Format, Manner, Questions, Ui};

/// Takes a service of a wiki farm from idea to production, and keeps it there.
#[derive(Debug, Parser)]
#[command(
    name = "svcgen",
    version,
    max_term_width = 80,
    disable_help_flag = true,
    disable_version_flag = true,
    subcommand_required = true,
    arg_required_else_help = true,
    after_help = "Begin in the source repository of the service:\n  \
                  svcgen new --defaults --set port=6699\n  \
                  svcgen vagrant --repo ~/vagrant --dry-run\n\n\
                  To learn more:\n  \
                  svcgen COMMAND --help\n  \
                  svcgen man DIR    # a page for each command, for `man DIR/svcgen-deploy.1`"
)]
pub struct Cli {
    #[command(flatten)]
    pub global: GlobalArgs,
    /// Print the version.
    #[arg(long, short = 'V', action = ArgAction::Version, help_heading = GLOBAL)]
    version: Option<bool>,
    #[command(subcommand)]
    pub command: Command,
}

/// The heading of the options that every command takes.
const GLOBAL: &str = "Global options";

/// Options that every command takes.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = GLOBAL)]
pub struct GlobalArgs {
    /// The model [default: svcgen.yaml here or above].
    #[arg(long, global = true, value_name = "FILE", value_parser = given::path())]
    pub service: Option<Utf8PathBuf>,
    /// The site to use instead of the model's.
    #[arg(
        long,
        global = true,
        env = "SVCGEN_SITE",
        hide_env_values = true,
        value_name = "NAME"
    )]
    pub site: Option<String>,
    /// A configuration other than ~/.config/svcgen/config.yaml.
    #[arg(long, global = true, value_name = "FILE", value_parser = given::path())]
    pub config: Option<Utf8PathBuf>,
    /// How results are printed.
    #[arg(long, global = true, value_enum, default_value = "text")]
    pub format: Format,
    /// When to use colour; auto: on a terminal without NO_COLOR.
    #[arg(
        long,
        global = true,
        value_enum,
        default_value = "auto",
        value_name = "WHEN"
    )]
    pub color: Color,
    /// Print lines that are never redrawn, without colour: for screen readers and recordings.
    #[arg(
        long,
        global = true,
        env = "SVCGEN_PLAIN",
        hide_env_values = true,
        value_parser = clap::builder::FalseyValueParser::new()
    )]
    pub plain: bool,
    /// Go on without asking; a conflict is still an error.
    #[arg(long, short, global = true)]
    pub yes: bool,
    /// Say more; twice for everything.
    #[arg(long, short, global = true, action = ArgAction::Count)]
    pub verbose: u8,
    /// Say less.
    #[arg(long, short, global = true, conflicts_with = "verbose")]
    pub quiet: bool,
    /// Print this help.
    #[arg(long, short, global = true, action = ArgAction::HelpShort)]
    help: Option<bool>,
}

/// What svcgen can do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Write the model of a service from answers.
    #[command(
        after_help = "Example:\n  svcgen new --defaults --set port=6699 --set owner.shell=ada"
    )]
    New(new::NewArgs),
    /// Add the service to a MediaWiki-Vagrant checkout.
    #[command(
        after_help = "Examples:\n  svcgen vagrant --repo ~/vagrant --dry-run  # look at it\n  svcgen vagrant --repo ~/vagrant --commit   # commit it on svcgen/NAME"
    )]
    Vagrant(generator::GeneratorArgs),
    /// Add the service to an operations/puppet checkout.
    #[command(
        after_help = "Examples:\n  svcgen puppet --repo ~/puppet --review            # commit, send it to Gerrit\n  svcgen puppet --repo ~/puppet --series --dry-run  # look at all patches"
    )]
    Puppet(generator::PuppetArgs),
    /// Add the scap/ directory to the deploy repository.
    #[command(
        after_help = "Example:\n  svcgen scap --clone ~/src/my-service       # clone it into that folder first"
    )]
    Scap(generator::CloneableArgs),
    /// Add the deploy stanza to the source repository.
    #[command(
        after_help = "Examples:\n  svcgen source --repo . --commit\n  svcgen source --clone ~/src/my-service     # clone it into that folder first"
    )]
    Source(generator::CloneableArgs),
    /// Run all four generators: vagrant, source, scap, puppet.
    #[command(
        after_help = "Example:\n  svcgen generate --vagrant-repo ~/vagrant --puppet-repo ~/puppet --dry-run"
    )]
    Generate(generate::GenerateArgs),
    /// Print or file a request: for the service, access, repositories.
    #[command(after_help = "Example:\n  svcgen request service")]
    Request(request::RequestArgs),
    /// Propose when to deploy, and write the entry for the calendar.
    #[command(
        after_help = "Examples:\n  svcgen schedule                            # the next window\n  svcgen schedule --at '2026-12-01 09:00' --page deployments.txt"
    )]
    Schedule(schedule::ScheduleArgs),
    /// Show how far the service has come, and what comes next.
    #[command(
        after_help = "Example:\n  svcgen status --online                     # ask servers and hosts, too"
    )]
    Status(status::StatusArgs),
    /// Find where the model and the checkouts differ.
    #[command(
        after_help = "Example:\n  svcgen check --vagrant-repo ~/vagrant      # a checkout that is not configured"
    )]
    Check(check::CheckArgs),
    /// Update the deploy repository from the source, as one change.
    #[command(
        after_help = "Examples:\n  svcgen build --dry-run                     # look at it\n  svcgen build --review                      # build, and send it to Gerrit"
    )]
    Build(build::BuildArgs),
    /// Deploy a revision to the hosts, canary first.
    #[command(
        after_help = "Examples:\n  svcgen deploy --dry-run                    # look at it\n  svcgen deploy --on-failure rollback 'fix the feed'"
    )]
    Deploy(deploy::DeployArgs),
    /// Go back to what was live before, on every host.
    #[command(after_help = "Example:\n  svcgen rollback --dry-run                  # look at it")]
    Rollback(deploy::RollbackArgs),
    /// Show what happened in a deploy, or follow one that is running.
    #[command(
        after_help = "Examples:\n  svcgen log                                 # the newest deploy\n  svcgen log -f                              # follow it to its end\n  svcgen log --host a.example.org -v         # what one host did and wrote\n  svcgen log --level warning 20261123T1403   # only what went wrong in that one"
    )]
    Log(log::LogArgs),
    /// Show or follow the logs of all hosts as one, as bunyan does.
    #[command(
        after_help = "Examples:\n  svcgen tail                                # the last ten lines of each host\n  svcgen tail -f --level warn                # follow warnings and worse\n  svcgen tail -l 'tea1*' -n 1000 --grep feed # look for something\n  svcgen tail -n +1 -0 --no-host | bunyan    # all of it, as it was written"
    )]
    Tail(tail::TailArgs),
    /// List the deploys: when, who, what, and how each ended.
    #[command(
        after_help = "Examples:\n  svcgen history                             # the last ten\n  svcgen history --offline                   # those from this machine, at once"
    )]
    History(history::HistoryArgs),
    /// Show who holds the locks of the hosts, hold them, or break them.
    #[command(
        after_help = "Examples:\n  svcgen lock                                # who holds them\n  svcgen lock take --reason 'new disks'      # nobody deploys until Ctrl-C\n  svcgen lock break --reason 'its laptop is gone'"
    )]
    Lock(lock::LockArgs),
    /// Start, stop or restart the service, or show its state.
    #[command(
        after_help = "Examples:\n  svcgen service status                      # its state on every host\n  svcgen service restart canary              # only the group canary\n  svcgen service stop -l a1.example.org      # only one host"
    )]
    Service(service::ServiceArgs),
    /// Play through every step on this machine, in a folder of its own.
    #[command(
        after_help = "Examples:\n  svcgen demo                                # watch it, in less than a minute\n  svcgen demo --keep                         # and go on by hand\n  svcgen demo --by-hand play                 # type it all, in the folder play"
    )]
    Demo(demo::DemoArgs),
    /// Find out what this machine lacks, and how to get it.
    #[command(
        after_help = "Examples:\n  svcgen doctor                              # everything\n  svcgen doctor deploy build --offline       # for these, without asking servers"
    )]
    Doctor(doctor::DoctorArgs),
    /// Print a script that completes commands and options in a shell.
    #[command(
        after_help = "Examples:\n  mkdir -p ~/.local/share/bash-completion/completions\n  svcgen completions bash > ~/.local/share/bash-completion/completions/svcgen\n  mkdir -p ~/.zfunc && svcgen completions zsh > ~/.zfunc/_svcgen\n  # ~/.zshrc needs `fpath+=(~/.zfunc)` before its `compinit`\n  mkdir -p ~/.config/fish/completions\n  svcgen completions fish > ~/.config/fish/completions/svcgen.fish"
    )]
    Completions(completions::CompletionsArgs),
    /// Write the manual, a page for each command, into a folder.
    #[command(
        after_help = "Example:\n  svcgen man ~/.local/share/man/man1\n  MANPATH=~/.local/share/man: man svcgen-deploy"
    )]
    Man(man::ManArgs),
    /// Print the JSON Schema of what svcgen reads and writes.
    #[command(after_help = "Example:\n  svcgen schema model > svcgen.schema.json")]
    Schema(schema::SchemaArgs),
}

/// Runs the program and returns its exit code.
pub fn main() -> ExitCode {
    // The help comes before the options are known.
    if is_colorless() {
        anstream::ColorChoice::Never.write_global();
    }
    // What nobody types is no command, which would be proposed and completed.
    if let Some(part) = demo::DemoPart::named() {
        let ui = Ui::new(Format::Text, Color::Auto, Questions::Ask, 0, Manner::Plain);
        return match part {
            Ok(part) => ended(part.run(&ui), &ui),
            Err(told) => told::tell(told),
        };
    }
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(told) => return told::tell(told),
    };
    let questions = if cli.global.yes {
        Questions::GoOn
    } else {
        Questions::Ask
    };
    let verbosity = if cli.global.quiet {
        -1
    } else {
        cli.global.verbose.min(2) as i8
    };
    let manner = manner(&cli.global);
    let ui = Ui::new(
        cli.global.format,
        cli.global.color,
        questions,
        verbosity,
        manner,
    );
    trace(verbosity);
    // A deploy counts signals itself: it has to undo what it began. Logs are left at once.
    let counts = match &cli.command {
        Command::Deploy(_) | Command::Rollback(_) | Command::Tail(_) => true,
        Command::Service(args) => args.changes(),
        _ => false,
    };
    if !counts && let Err(error) = crate::interrupt::install() {
        let reason = crate::error::reworded(&error);
        ui.warning(&format!("Ctrl-C ends svcgen at once: {reason}"));
    }
    ended(run(&cli, &ui), &ui)
}

/// The exit code, once what went wrong is told.
fn ended(result: Result<(), Failure>, ui: &Ui) -> ExitCode {
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(Failure::Closed) => ExitCode::SUCCESS,
        Err(Failure::Error(error)) => {
            ui.error(&error);
            ExitCode::from(error.kind.exit_code())
        }
        Err(Failure::Silent(kind)) => ExitCode::from(kind.exit_code()),
    }
}

fn run(cli: &Cli, ui: &Ui) -> Result<(), Failure> {
    match &cli.command {
        Command::Vagrant(args) => {
            generator::run(generator::Generator::Vagrant, args, &cli.global, ui)
        }
        Command::Puppet(args) => generator::run_puppet(args, &cli.global, ui),
        Command::Scap(args) => {
            generator::run_cloneable(generator::Generator::Scap, args, &cli.global, ui)
        }
        Command::Source(args) => {
            generator::run_cloneable(generator::Generator::Source, args, &cli.global, ui)
        }
        Command::Generate(args) => generate::run(args, &cli.global, ui),
        Command::New(args) => new::run(args, &cli.global, ui),
        Command::Request(args) => request::run(args, &cli.global, ui),
        Command::Schedule(args) => schedule::run(args, &cli.global, ui),
        Command::Status(args) => status::run(args, &cli.global, ui),
        Command::Check(args) => check::run(args, &cli.global, ui),
        Command::Demo(args) => demo::run(args, ui),
        Command::Doctor(args) => doctor::run(args, &cli.global, ui),
        Command::Completions(args) => completions::run(args, ui),
        Command::Man(args) => man::run(args, ui),
        Command::Build(args) => build::run(args, &cli.global, ui),
        Command::Deploy(args) => deploy::run(args, &cli.global, ui),
        Command::Rollback(args) => deploy::run_rollback(args, &cli.global, ui),
        Command::Log(args) => log::run(args, &cli.global, ui),
        Command::Tail(args) => tail::run(args, &cli.global, ui),
        Command::History(args) => history::run(args, &cli.global, ui),
        Command::Lock(args) => lock::run(args, &cli.global, ui),
        Command::Service(args) => service::run(args, &cli.global, ui),
        Command::Schema(args) => schema::run(args, ui),
    }
}

/// Shows what the libraries trace, with `-vv` or as `RUST_LOG` says.
fn trace(verbosity: i8) {
    if verbosity < 2 && std::env::var_os("RUST_LOG").is_none() {
        return;
    }
    let filter = tracing_subscriber::EnvFilter::try_from_default_env();
    let filter = filter.unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("svcgen=debug"));
    // A second subscriber, in tests, is not an error.
    let _set = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .try_init();
}
