//! Updates the deploy repository from the source repository: the plan, the modules, the commit, the review.

mod failure;
mod places;
mod progress;
mod shown;

use camino::Utf8PathBuf;
use clap::Args;
use serde::Serialize;

use self::places::Places;
use self::progress::Screen;
use super::context::Context;
use super::generator::{Again, tell_pushed};
use super::{Failure, GlobalArgs};
use crate::build::{BuildError, BuildPlan, Built, Change, Force, Session, Workbench};
use crate::cli::given;
use crate::error::{CommandError, ErrorKind};
use crate::interrupt;
use crate::review::{Others, Over, Pushed};
use crate::ui::{Format, Ui};

/// The options of `svcgen build`.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "What to do")]
pub struct BuildArgs {
    /// Only fetch, and print what would be done.
    #[arg(long)]
    dry_run: bool,
    /// Build the modules even if nothing that they depend on has changed.
    #[arg(long, short)]
    force: bool,
    /// Send the change for review.
    #[arg(long, short)]
    review: bool,
    /// How the container reaches the network: host, or the name of a network [default: the engine's own].
    #[arg(long, value_name = "MODE", value_parser = given::text())]
    network: Option<String>,
    /// Build with the npm of this machine instead of in a container.
    #[arg(long, conflicts_with = "network")]
    no_container: bool,
    /// The checkout of the deploy repository [default: here or above, else as configured].
    #[arg(long, value_name = "DIR", help_heading = "Where", value_parser = given::path())]
    deploy_repo: Option<Utf8PathBuf>,
    /// The checkout of the source repository, whose git configuration is used [default: here or above].
    #[arg(long, value_name = "DIR", help_heading = "Where", value_parser = given::path())]
    source_repo: Option<Utf8PathBuf>,
}

/// What a run did, as it is told to scripts.
#[derive(Debug, Serialize)]
struct Document<'a> {
    #[serde(flatten)]
    plan: &'a BuildPlan,
    built: Option<Built>,
    review: Option<Pushed>,
}

/// Runs `svcgen build`.
pub(super) fn run(args: &BuildArgs, global: &GlobalArgs, ui: &Ui) -> Result<(), Failure> {
    let context = Context::new(global, ui)?;
    let places = Places::find(args, &context, global, ui)?;
    let workbench = workbench(args, &context);
    let force = if args.force { Force::Yes } else { Force::No };
    if args.review
        && let Some(warning) = places.elsewhere(&context)
    {
        ui.warning(&warning);
    }
    let prepared = ui.busy("fetching...", || {
        Session::prepare(places.request(&context, workbench, force))
    });
    let mut session = prepared.map_err(explained)?;
    if interrupt::is_pending() {
        return Err(CommandError::from(BuildError::Interrupted).into());
    }
    if !args.dry_run && session.plan().is_needed() {
        session.connect().map_err(|error| {
            let is_absent = matches!(error, BuildError::Connect(_));
            let error = explained(error);
            match is_absent {
                true => error.hint(format!(
                    "{} --no-container    builds with the npm of this machine",
                    again(args, global)
                )),
                false => error,
            }
        })?;
    }
    let plan = session.plan();
    for warning in &plan.warnings {
        ui.warning(warning);
    }
    if ui.format == Format::Text {
        let text = shown::plan(plan, ui.page());
        match args.dry_run {
            true => ui.result(&text)?,
            false => ui.announce(&text)?,
        }
    }
    let mut document = Document {
        plan,
        built: None,
        review: None,
    };
    let again = again(args, global);
    if !args.dry_run {
        if plan.is_needed() {
            if !ui.confirm(&question(args, plan))? {
                ui.status("nothing was changed");
                return Err(Failure::Silent(ErrorKind::Differences));
            }
            document.built = Some(build(&session, ui)?);
        }
        if args.review && plan.change != Change::Nothing {
            document.review = Some(send(&session, ui)?);
        }
    }
    if ui.format == Format::Json {
        let document = serde_json::to_value(&document).map_err(std::io::Error::other)?;
        ui.result(&format!("{document:#}\n"))?;
    }
    match (args.dry_run, plan.is_needed(), args.review) {
        (true, true, _) => ui.next(&again),
        (false, _, false) if plan.change != Change::Nothing => {
            ui.next(&format!("{again} --review"));
        }
        _ => {}
    }
    Ok(())
}

/// Where the modules are built.
fn workbench(args: &BuildArgs, context: &Context) -> Workbench {
    if args.no_container {
        return Workbench::Host;
    }
    let configured = &context.configuration.build.network;
    Workbench::Container {
        network: args.network.clone().or_else(|| configured.clone()),
    }
}

fn question(args: &BuildArgs, plan: &BuildPlan) -> String {
    let what = match args.review {
        true => "build, commit and send this",
        false => "build and commit this",
    };
    format!("{what} on {} of {}?", plan.topic, plan.root)
}

fn build(session: &Session, ui: &Ui) -> Result<Built, CommandError> {
    let mut screen = Screen::new(*ui);
    let built = session.build(&mut |progress| screen.show(&progress));
    drop(screen);
    let built = built.map_err(explained)?;
    for warning in &built.warnings {
        ui.warning(warning);
    }
    let verb = match session.plan().change {
        Change::Update { .. } => "amended",
        Change::New | Change::Nothing | Change::Pending { .. } => "committed",
    };
    let topic = session.topic().branch();
    ui.status(&format!("build: {verb} {} on {topic}", &built.commit[..10]));
    Ok(built)
}

/// Sends the change, unless somebody sent another patch set of it.
fn send(session: &Session, ui: &Ui) -> Result<Pushed, CommandError> {
    let topic = session.topic();
    topic.check_newer(Over::Never)?;
    let pushed = ui.busy("sending...", || topic.push_elsewhere(Others::Refuse))?;
    tell_pushed("build", &pushed, "", ui);
    Ok(pushed)
}

/// The command that was given, as it would be typed again; without what says how far it goes.
fn again(args: &BuildArgs, global: &GlobalArgs) -> String {
    let mut command = Again::of("build", global);
    command.path("--deploy-repo", args.deploy_repo.as_deref());
    command.path("--source-repo", args.source_repo.as_deref());
    command.option("--network", args.network.as_deref());
    let flag = if args.no_container {
        " --no-container"
    } else {
        ""
    };
    format!("{}{flag}", command.as_str())
}

fn explained(error: BuildError) -> CommandError {
    match interrupt::is_pending() {
        // What fails in that moment fails because of it.
        true => BuildError::Interrupted.into(),
        false => error.into(),
    }
}
