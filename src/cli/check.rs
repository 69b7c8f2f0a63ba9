//! Whether the model, the checkouts and the deploy repository still say the same.

mod closing;
mod look;
mod refused;
mod series;
mod shown;
mod ways;

use camino::Utf8PathBuf;
use clap::Args;
use serde::Serialize;

use self::look::look;
use self::shown::text;
use super::context::Context;
use super::generator::{CheckoutArgs, Generator, Planner, Target};
use super::{Failure, GlobalArgs};
use crate::drift::Difference;
use crate::edit::Resolution;
use crate::error::{CommandError, ErrorKind};
use crate::interrupt;
use crate::ui::{Format, Ui};

/// The options of a check.
#[derive(Debug, Args)]
pub struct CheckArgs {
    #[command(flatten)]
    checkouts: CheckoutArgs,
}

/// What was found, in all checkouts.
#[derive(Debug, Default, Serialize)]
struct Findings {
    checkouts: Vec<Looked>,
    not_looked_at: Vec<Passed>,
    failed: Vec<Failed>,
}

/// A checkout that was looked at.
#[derive(Debug, Serialize)]
struct Looked {
    generator: &'static str,
    root: Utf8PathBuf,
    differences: Vec<Drift>,
    /// What svcgen wrote, as the model says it, and nobody committed yet.
    #[serde(skip_serializing_if = "Option::is_none")]
    uncommitted: Option<Uncommitted>,
    /// Patches of the series that nobody knows to be there or not.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    not_compared: Vec<NotCompared>,
}

/// A patch of the series that svcgen did not write here, and cannot plan.
#[derive(Debug, Serialize)]
struct NotCompared {
    patch: &'static str,
    reason: String,
    way_out: Vec<String>,
}

/// Files that are in no commit yet, and the command that commits them.
#[derive(Debug, Serialize)]
struct Uncommitted {
    paths: Vec<Utf8PathBuf>,
    command: String,
}

/// A difference, and the way out of it.
#[derive(Debug, Serialize)]
struct Drift {
    #[serde(flatten)]
    difference: Difference,
    /// What closes it.
    command: String,
    /// What else could be done.
    #[serde(skip_serializing_if = "Option::is_none")]
    instead: Option<String>,
}

/// A checkout that was not looked at.
#[derive(Debug, Serialize)]
struct Passed {
    generator: &'static str,
    reason: String,
    /// What to add.
    #[serde(skip)]
    way_out: String,
}

/// A checkout that cannot be compared.
#[derive(Debug, Serialize)]
struct Failed {
    generator: &'static str,
    message: String,
    #[serde(skip)]
    error: CommandError,
}

/// Compares, and tells what differs; exit code 3 where anything does.
pub(super) fn run(args: &CheckArgs, global: &GlobalArgs, ui: &Ui) -> Result<(), Failure> {
    let context = Context::new(global, ui)?;
    let loaded = context.load_newest(global)?;
    let deploy = args.checkouts.named(Generator::Scap);
    let planner = Planner {
        context: &context,
        loaded: &loaded,
        deploy,
        resolution: Resolution::Mark,
        commits: false,
    };
    let mut findings = Findings::default();
    for generator in Generator::ALL {
        interrupt::check(interrupt::UNWRITTEN)?;
        let named = args.checkouts.named(generator);
        let target = match named {
            Some(path) => Ok(Target::named(path)),
            None => Target::find(generator, &context, &loaded),
        };
        match target {
            Ok(target) => match look(&planner, generator, &target, (global, &args.checkouts)) {
                Ok(looked) => findings.checkouts.push(looked),
                Err(error) => findings.failed.push(Failed {
                    generator: generator.name(),
                    message: error.to_string(),
                    error,
                }),
            },
            Err(unknown) => findings.not_looked_at.push(Passed {
                generator: generator.name(),
                way_out: unknown.way_out(),
                reason: CommandError::from(unknown).to_string(),
            }),
        }
    }
    if findings.checkouts.is_empty() && findings.failed.is_empty() {
        return Err(nothing_named().into());
    }
    match ui.format {
        Format::Json => ui.result(&json(&findings)?)?,
        Format::Text => ui.result(&text(&findings, ui))?,
    }
    let worst = findings.failed.iter().map(|failed| failed.error.kind).max();
    for error in each_once(findings.failed) {
        ui.error(&error);
    }
    if let Some(worst) = worst {
        return Err(Failure::Silent(worst));
    }
    let mut looked = findings.checkouts.iter();
    if looked.any(|looked| !looked.differences.is_empty()) {
        return Err(Failure::Silent(ErrorKind::Differences));
    }
    Ok(())
}

/// The errors; what is wrong in several checkouts is said once, with the causes that each of them has.
fn each_once(failed: Vec<Failed>) -> Vec<CommandError> {
    let mut errors: Vec<CommandError> = Vec::new();
    for Failed { error, .. } in failed {
        match errors.iter_mut().find(|it| it.message == error.message) {
            Some(told) => {
                let causes = error.causes.into_iter();
                let new: Vec<String> = causes.filter(|it| !told.causes.contains(it)).collect();
                told.causes.extend(new);
            }
            None => errors.push(error),
        }
    }
    errors
}

fn nothing_named() -> CommandError {
    CommandError::usage("no checkout of any repository is named")
        .hint("add `--vagrant-repo`, `--puppet-repo`, `--deploy-repo` or `--source-repo`")
        .hint("or write `checkouts` and `services` into the configuration")
}

fn json(findings: &impl Serialize) -> Result<String, CommandError> {
    let text = serde_json::to_string_pretty(findings)
        .map_err(|error| CommandError::from(std::io::Error::other(error)))?;
    Ok(text + "\n")
}
