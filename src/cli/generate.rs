//! All generators at once: what fails is listed at the end, what works is done.

use crate::cli::given;
use std::cell::RefCell;

use camino::Utf8PathBuf;
use clap::Args;
use serde_json::{Value, json};

use super::context::{Context, Loaded};
use super::generator::{
    Again, CheckoutArgs, Ended, Generator, GeneratorOptions, Run, Target, UnknownCheckout, finish,
    go_on,
};
use super::{Failure, GlobalArgs};
use crate::error::{CommandError, ErrorKind};
use crate::interrupt;
use crate::ui::{Format, Ui};

/// The options of all generators at once.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "Where to write")]
pub struct GenerateArgs {
    #[command(flatten)]
    checkouts: CheckoutArgs,
    /// Write into an empty folder instead of checkouts, as if it held the newest trees that svcgen knows.
    #[arg(long, value_name = "DIR", conflicts_with_all = ["vagrant_repo", "puppet_repo", "deploy_repo", "source_repo", "commit", "review"], value_parser = given::path())]
    output: Option<Utf8PathBuf>,
    #[command(flatten)]
    options: GeneratorOptions,
}

impl GenerateArgs {
    /// Only looks, in the checkouts that the configuration names.
    pub(super) fn dry_run() -> Self {
        let options = GeneratorOptions {
            dry_run: true,
            ..GeneratorOptions::default()
        };
        Self {
            options,
            ..Self::default()
        }
    }
}

pub(super) fn run(args: &GenerateArgs, global: &GlobalArgs, ui: &Ui) -> Result<(), Failure> {
    let context = Context::new(global, ui)?;
    let loaded = context.load_newest(global)?;
    let targets = targets(args, &context, &loaded, ui)?;
    let deploy = targets.iter().find_map(|(generator, target)| match target {
        Target::Checkout { path, .. } if *generator == Generator::Scap => Some(path.clone()),
        _ => None,
    });
    let documents = RefCell::default();
    let run = Run {
        context: &context,
        loaded: &loaded,
        options: &args.options,
        global,
        ui,
        deploy,
        documents: (ui.format == Format::Json).then_some(&documents),
    };
    // What one generator commits would hide from the next that the service had another name.
    for (generator, target) in &targets {
        if let (Target::Checkout { .. }, Ok(tree)) = (target, target.open()) {
            run.planner().refuse_renamed(*generator, &tree)?;
        }
    }
    let mut command = Again::new("generate", global, &args.options);
    command.path("--output", args.output.as_deref());
    command.checkouts(&args.checkouts);
    let ended = run_each(&run, &targets);
    let (ended, failures) = ended.map_err(|end| go_on(end, &command, &args.options))?;
    if ui.format == Format::Json {
        let document = json!({ "repositories": documents.take() });
        ui.result(&format!("{document:#}\n"))?;
    }
    let Some(worst) = failures.iter().map(|(_, error)| error.kind).max() else {
        return finish(ended, &command, ui);
    };
    Err(summarise(&failures, targets.len(), worst).into())
}

/// The checkouts that are meant, each with its generator; tells of those that nobody knows.
fn targets(
    args: &GenerateArgs,
    context: &Context,
    loaded: &Loaded,
    ui: &Ui,
) -> Result<Vec<(Generator, Target)>, Failure> {
    let mut targets: Vec<(Generator, Target)> = Vec::new();
    let mut unknown: Vec<UnknownCheckout> = Vec::new();
    for generator in Generator::ALL {
        let named = args.checkouts.named(generator);
        match (named, &args.output) {
            (Some(checkout), _) => targets.push((generator, Target::named(checkout))),
            (None, Some(_)) if generator == Generator::Source => {}
            (None, Some(folder)) => {
                targets.push((generator, Target::Output(folder.join(generator.name()))))
            }
            (None, None) => match Target::find(generator, context, loaded) {
                Ok(target) => targets.push((generator, target)),
                Err(missing) => unknown.push(missing),
            },
        }
    }
    if targets.is_empty() {
        return Err(
            CommandError::usage("no checkout of any repository is named")
                .hint("add `--vagrant-repo`, `--puppet-repo`, `--deploy-repo` or `--source-repo`")
                .hint("or write `checkouts` and `services` into the configuration")
                .into(),
        );
    }
    for missing in unknown {
        let (what, way_out) = (missing.repository(), missing.way_out());
        ui.warning(&format!("{what} is left out: {way_out}"));
    }
    Ok(targets)
}

/// A generator that failed.
type Failed = (Generator, CommandError);

/// Runs all of them, whatever becomes of one; returns how the one ended that has most to do, and those that failed.
fn run_each(
    run: &Run<'_>,
    targets: &[(Generator, Target)],
) -> Result<(Ended, Vec<Failed>), Failure> {
    let ui = run.ui;
    let mut ended = Ended::Done;
    let mut failures: Vec<Failed> = Vec::new();
    for (generator, target) in targets {
        let repository = generator.repository();
        interrupt::check(&format!("{repository} and what follows are as they were"))?;
        ui.heading(repository);
        let ended_so = match generator {
            Generator::Puppet => run.puppet(target),
            Generator::Vagrant | Generator::Source | Generator::Scap => run.one(*generator, target),
        };
        match ended_so {
            Ok(one) => ended = ended.min(one),
            Err(Failure::Error(error)) if error.kind.is_interruption() => return Err(error.into()),
            Err(Failure::Error(error)) => {
                if ui.verbosity < 0 && ui.format == Format::Text {
                    ui.always(&format!("{}: {}", generator.name(), target.path()));
                }
                ui.error(&error);
                note(run, *generator, &error);
                failures.push((*generator, error));
            }
            Err(end @ (Failure::Closed | Failure::Silent(_))) => return Err(end),
        }
    }
    Ok((ended, failures))
}

/// Adds a failure to what scripts are told of a generator.
fn note(run: &Run<'_>, generator: Generator, error: &CommandError) {
    let Some(documents) = run.documents else {
        return;
    };
    let mut documents = documents.borrow_mut();
    let is_told = |document: &&mut Value| document["generator"] == generator.name();
    let failure = json!({
        "exit_code": error.kind.exit_code(),
        "message": error.message,
        "causes": error.causes,
        "hints": error.hints().collect::<Vec<_>>(),
    });
    match documents.last_mut().filter(is_told) {
        Some(document) => document["failure"] = failure,
        None => documents.push(json!({ "generator": generator.name(), "failure": failure })),
    }
}

/// One failure that names those of the single repositories, which have been shown.
fn summarise(failures: &[Failed], of: usize, worst: ErrorKind) -> CommandError {
    let names: Vec<&str> = failures
        .iter()
        .map(|(generator, _)| generator.name())
        .collect();
    let again = "run the same command again once that is fixed: what is done is not repeated";
    CommandError::new(
        worst,
        format!(
            "{} of {of} repositories failed: {}",
            failures.len(),
            names.join(", ")
        ),
    )
    .hint(again)
}
