//! The command line: parses it, runs one command, and turns its end into an exit code.

mod context;
mod generate;
mod generator;
mod new;
mod request;
mod schema;

use std::process::ExitCode;

use camino::Utf8PathBuf;
use clap::{ArgAction, Args, Parser, Subcommand};

use crate::error::{CommandError, ErrorKind};
use crate::ui::{Color, Format, Questions, Ui};

/// Takes a service of a MediaWiki farm from an idea to production, and keeps it there.
#[derive(Debug, Parser)]
#[command(name = "svcgen", version, max_term_width = 100)]
pub struct Cli {
    #[command(flatten)]
    pub global: GlobalArgs,
    #[command(subcommand)]
    pub command: Command,
}

/// Options that every command takes.
#[derive(Debug, Clone, Args)]
pub struct GlobalArgs {
    /// The model; by default svcgen.yaml here or above.
    #[arg(long, global = true, value_name = "FILE")]
    pub service: Option<Utf8PathBuf>,
    /// The site, instead of the one that the model names.
    #[arg(long, global = true, env = "SVCGEN_SITE", value_name = "NAME")]
    pub site: Option<String>,
    /// The configuration, instead of the user's own.
    #[arg(long, global = true, value_name = "FILE")]
    pub config: Option<Utf8PathBuf>,
    /// How results are printed.
    #[arg(long, global = true, value_enum, default_value = "text")]
    pub format: Format,
    /// When to use colour.
    #[arg(
        long,
        global = true,
        value_enum,
        default_value = "auto",
        value_name = "WHEN"
    )]
    pub color: Color,
    /// Ask nothing, and go on.
    #[arg(long, short, global = true)]
    pub yes: bool,
    /// Say more; twice for everything.
    #[arg(long, short, global = true, action = ArgAction::Count)]
    pub verbose: u8,
    /// Say less.
    #[arg(long, short, global = true, conflicts_with = "verbose")]
    pub quiet: bool,
}

/// What svcgen can do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Write the model of a service from answers.
    New(new::NewArgs),
    /// Add the service to a MediaWiki-Vagrant checkout: class, hieradata, role, settings.
    Vagrant(generator::GeneratorArgs),
    /// Add the service to an operations/puppet checkout: class or profile, role, deploy source, hieradata.
    Puppet(generator::GeneratorArgs),
    /// Add the scap/ directory to the deploy repository.
    Scap(generator::CloneableArgs),
    /// Add the deploy stanza to the source repository, and tell it where the deploy repository is.
    Source(generator::CloneableArgs),
    /// Run all generators.
    Generate(generate::GenerateArgs),
    /// Print the text of a request: for a new service, for access, for repositories.
    Request(request::RequestArgs),
    /// Print the JSON Schema of a file that svcgen reads.
    Schema(schema::SchemaArgs),
}

/// Runs the program and returns its exit code.
pub fn main() -> ExitCode {
    let cli = Cli::parse();
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
    let ui = Ui::new(cli.global.format, cli.global.color, questions, verbosity);
    log(verbosity);
    if let Err(error) = crate::interrupt::install() {
        ui.warning(&format!("Ctrl-C ends svcgen at once: {error}"));
    }
    match run(&cli, &ui) {
        Ok(()) => ExitCode::SUCCESS,
        Err(Failure::Closed) => ExitCode::SUCCESS,
        Err(Failure::Error(error)) => {
            ui.error(&error);
            ExitCode::from(error.kind.exit_code())
        }
        Err(Failure::Silent(kind)) => ExitCode::from(kind.exit_code()),
    }
}

/// Why a command did not end well.
#[derive(Debug)]
pub enum Failure {
    Error(CommandError),
    /// The code alone: everything has been said.
    Silent(ErrorKind),
    /// Whoever read the output has gone.
    Closed,
}

impl From<CommandError> for Failure {
    fn from(error: CommandError) -> Self {
        Self::Error(error)
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        match error.kind() {
            std::io::ErrorKind::BrokenPipe => Self::Closed,
            _ => Self::Error(error.into()),
        }
    }
}

fn run(cli: &Cli, ui: &Ui) -> Result<(), Failure> {
    match &cli.command {
        Command::Vagrant(args) => {
            generator::run(generator::Generator::Vagrant, args, &cli.global, ui)
        }
        Command::Puppet(args) => {
            generator::run(generator::Generator::Puppet, args, &cli.global, ui)
        }
        Command::Scap(args) => {
            generator::run_cloneable(generator::Generator::Scap, args, &cli.global, ui)
        }
        Command::Source(args) => {
            generator::run_cloneable(generator::Generator::Source, args, &cli.global, ui)
        }
        Command::Generate(args) => generate::run(args, &cli.global, ui),
        Command::New(args) => new::run(args, &cli.global, ui),
        Command::Request(args) => request::run(args, &cli.global, ui),
        Command::Schema(args) => schema::run(args, ui),
    }
}

/// Shows what the libraries trace, with `-vv` or as `RUST_LOG` says.
fn log(verbosity: i8) {
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
