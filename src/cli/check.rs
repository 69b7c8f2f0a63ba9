//! Whether the model, the checkouts and the deploy repository still say the same.

mod closing;
mod refused;
mod series;
mod ways;

use camino::Utf8PathBuf;
use clap::Args;
use serde::Serialize;

use self::closing::closed;
use self::refused::{in_the_way, taken};
use self::ways::Ways;
use super::context::Context;
use super::generator::{
    CheckoutArgs, Generator, NotPlanned, Planner, Target, differing, without_blocks,
};
use super::{Failure, GlobalArgs};
use crate::drift::{Difference, Direction, Remedy};
use crate::edit::Resolution;
use crate::error::{CommandError, ErrorKind};
use crate::generate::GenerateError;
use crate::review::uncommitted;
use crate::ui::{Format, Ui};

/// What begins the lines of a text that does not fit on one.
const FURTHER: &str = "      ";

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
    let loaded = context.load(global)?;
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
        crate::interrupt::check()?;
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

/// Compares one checkout with the model.
fn look(
    planner: &Planner<'_>,
    generator: Generator,
    target: &Target,
    (global, checkouts): (&GlobalArgs, &CheckoutArgs),
) -> Result<Looked, CommandError> {
    let tree = target.open()?;
    let mut worktree = tree.clone();
    if generator == Generator::Puppet {
        // What other patches of the series put into its files is no edit of somebody's.
        worktree = without_blocks(&worktree, planner.loaded)?;
    }
    let ways = Ways::find(planner, generator, &tree, (global, checkouts));
    let planned = match planner.plan(generator, target, &worktree) {
        Ok(planned) => planned,
        Err(refused @ NotPlanned::Refused(GenerateError::Taken { .. })) => {
            let drift = taken(planner, generator, target, &worktree, &ways, refused)?;
            return Ok(Looked {
                generator: generator.name(),
                root: worktree.root().to_owned(),
                differences: vec![drift],
                uncommitted: None,
                not_compared: Vec::new(),
            });
        }
        Err(error) => return Err(error.into()),
    };
    let mut all = Vec::new();
    let differences = differing(planner.loaded, generator, &planned, &worktree)?;
    let ways = ways.about(&differences);
    for difference in differences {
        all.push(closed(difference, generator, &planned, &worktree, &ways)?);
    }
    if let Some(setting) = &planned.setting {
        all.push(Drift {
            difference: Difference {
                path: ".git/config".into(),
                line: None,
                direction: Direction::Model,
                what: format!("`{}` is not `{}`", setting.key, setting.after),
                remedy: Remedy::Generate,
            },
            command: ways.again(),
            instead: None,
        });
    }
    let patches = match generator {
        Generator::Puppet => series::find(planner, &tree, &ways)?,
        Generator::Vagrant | Generator::Scap | Generator::Source => series::Found::default(),
    };
    all.extend(patches.drifts);
    let desired = planned.generated.desired.iter();
    let is_in_step = all.is_empty();
    let paths: Vec<Utf8PathBuf> = match is_in_step {
        true => desired.map(|it| it.path().clone()).collect(),
        // The commands that close the differences commit these files too.
        false => Vec::new(),
    };
    let paths = uncommitted(tree.root(), &paths, &[&planned.rendered])?.own;
    all.extend(in_the_way(
        planner, generator, &planned, &tree, &ways, &all,
    )?);
    all.sort_by_key(|drift| turn(&drift.command));
    let own = (!paths.is_empty()).then(|| Uncommitted {
        paths,
        command: ways.again(),
    });
    let uncommitted = match (own, patches.uncommitted.filter(|_| is_in_step)) {
        // What the patches are made of is committed with them.
        (Some(own), Some(mut of_series)) => {
            of_series.paths.extend(own.paths);
            of_series.paths.sort();
            of_series.paths.dedup();
            Some(of_series)
        }
        (own, of_series) => of_series.or(own),
    };
    Ok(Looked {
        generator: generator.name(),
        root: worktree.root().to_owned(),
        uncommitted,
        not_compared: patches.not_compared,
        differences: all,
    })
}

/// In which turn a command is typed: what puts changes of somebody's away comes before the runs that they are in the way of.
fn turn(command: &str) -> u8 {
    match command.split_whitespace().next() {
        Some("git" | "mv") if !command.contains(" switch ") => 0,
        _ if command.contains(" --force") => 1,
        _ => 2,
    }
}

fn text(findings: &Findings, ui: &Ui) -> String {
    let mut out = String::new();
    for looked in &findings.checkouts {
        let Looked {
            generator,
            root,
            differences,
            uncommitted,
            not_compared,
        } = looked;
        let state = match differences.len() {
            0 if !not_compared.is_empty() => "in step, as far as it was compared".to_owned(),
            0 => "in step".to_owned(),
            1 => "1 difference".to_owned(),
            count => format!("{count} differences"),
        };
        out.push_str(&format!("{generator}: {root}: {state}\n"));
        for drift in differences {
            let difference = &drift.difference;
            let line = difference.line.map(|line| format!(":{line}"));
            let what = format!("    {}: {}", side(difference.direction), difference.what);
            out.push_str(&format!(
                "  {}{}\n{}\n    $ {}\n",
                difference.path,
                line.unwrap_or_default(),
                ui.fitted(&what, FURTHER),
                drift.command
            ));
            if let Some(instead) = &drift.instead {
                let instead = ui.fitted(&format!("    {instead}"), FURTHER);
                out.push_str(&format!("{instead}\n"));
            }
        }
        if let Some(Uncommitted { paths, command }) = uncommitted {
            let files = match paths.as_slice() {
                [path] => format!("{path} is"),
                paths => format!("{} files are", paths.len()),
            };
            out.push_str(&format!("  {files} in no commit yet\n    $ {command}\n"));
        }
        for NotCompared {
            patch,
            reason,
            way_out,
        } in not_compared
        {
            let line = format!("  the patch `{patch}` is not compared: {reason}");
            out.push_str(&format!("{}\n", ui.fitted(&line, FURTHER)));
            for way_out in way_out {
                let line = format!("    {way_out}");
                out.push_str(&format!("{}\n", ui.fitted(&line, FURTHER)));
            }
        }
    }
    for passed in &findings.not_looked_at {
        let line = format!("{}: not looked at: {}", passed.generator, passed.way_out);
        out.push_str(&format!("{}\n", ui.fitted(&line, FURTHER)));
    }
    for failed in &findings.failed {
        out.push_str(&format!("{}: cannot be compared\n", failed.generator));
    }
    out
}

fn side(direction: Direction) -> &'static str {
    match direction {
        Direction::Model => "the model is newer",
        Direction::Tree => "the tree was changed",
        Direction::Both => "both were changed",
        Direction::Unknown => "one of them was changed",
    }
}

fn json(findings: &impl Serialize) -> Result<String, CommandError> {
    let text = serde_json::to_string_pretty(findings)
        .map_err(|error| CommandError::from(std::io::Error::other(error)))?;
    Ok(text + "\n")
}
