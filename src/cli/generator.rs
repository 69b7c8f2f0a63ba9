//! The commands that write into repositories: what they share, from reading the tree to sending the change.

mod again;
mod checkouts;
mod conflicts;
mod differing;
mod explain;
mod mistaken;
mod options;
mod planned;
mod recall;
mod renamed;
mod run;
mod series;
mod summary;
mod target;
mod uncommitted;
mod upstream;
mod verify;

use crate::cli::given;
use camino::Utf8PathBuf;
use clap::Args;

pub(super) use self::again::Again;
pub(super) use self::checkouts::CheckoutArgs;
pub(super) use self::differing::differing;
pub(in crate::cli) use self::explain::Moved;
pub(super) use self::mistaken::mistaken;
pub(super) use self::options::GeneratorOptions;
pub(super) use self::planned::{NotPlanned, Planned, Planner};
pub(super) use self::recall::as_committed;
pub(super) use self::run::{Ended, Run, elsewhere};
use self::series::Chosen;
pub(super) use self::series::{
    Looked, Series, changed_upon, is_on, look, refuse_classes, without_blocks,
};
pub(super) use self::summary::tell_pushed;
pub(super) use self::target::{
    DEPLOY_DIR, Target, UnknownCheckout, absent, configured, misspelt_service,
};
pub(super) use self::uncommitted::{first_commit, lines_of_others, put_away, restore};
pub(super) use self::upstream::Upstream;
use super::context::Context;
use super::{Failure, GlobalArgs};
use crate::error::{CommandError, ErrorKind};
use crate::generate::{DeployRepo, GenerateError, PuppetTree, SeriesStep, SourceRepo, VagrantTree};
use crate::model::{BranchName, Service, Site, or_did_you_mean};
use crate::review::{Which, clone_repository};
use crate::ui::Ui;
use crate::worktree::Worktree;

/// The generators, by the repository that they write to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Generator {
    Vagrant,
    Puppet,
    Scap,
    Source,
}

impl Generator {
    /// All of them, in the order of the road.
    pub(super) const ALL: [Self; 4] = [Self::Vagrant, Self::Source, Self::Scap, Self::Puppet];

    /// The repository in words.
    pub(super) fn repository(self) -> &'static str {
        match self {
            Self::Vagrant => "MediaWiki-Vagrant",
            Self::Puppet => "operations/puppet",
            Self::Scap => "the deploy repository",
            Self::Source => "the source repository",
        }
    }

    /// The command.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Vagrant => "vagrant",
            Self::Puppet => "puppet",
            Self::Scap => "scap",
            Self::Source => "source",
        }
    }

    /// Looks whether a folder is the repository that it writes to.
    pub(super) fn recognise(self, worktree: &Worktree) -> Result<(), GenerateError> {
        match self {
            Self::Vagrant => VagrantTree::recognise(worktree),
            Self::Puppet => PuppetTree::recognise(worktree),
            Self::Scap => DeployRepo::recognise(worktree),
            Self::Source => SourceRepo::read(worktree).map(drop),
        }
    }

    /// The key of the configuration that names its checkout.
    pub(super) fn key(self) -> &'static str {
        match self {
            Self::Vagrant => "vagrant",
            Self::Puppet => "puppet",
            Self::Scap => "deploy",
            Self::Source => "source",
        }
    }

    /// The branch that its changes are meant for.
    pub(super) fn base<'a>(self, service: &'a Service, site: &'a Site) -> &'a BranchName {
        match self {
            Self::Vagrant => &site.repositories.vagrant_branch,
            Self::Puppet => &site.repositories.puppet_branch,
            Self::Scap | Self::Source => &service.repositories.branch,
        }
    }
}

/// The options of a generator.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Where to write")]
pub struct GeneratorArgs {
    /// The checkout [default: the one in the configuration].
    #[arg(long, value_name = "CHECKOUT", value_parser = given::path())]
    repo: Option<Utf8PathBuf>,
    /// Write into an empty folder instead of a checkout, as if it were the newest tree that svcgen knows.
    #[arg(long, value_name = "DIR", conflicts_with_all = ["repo", "commit", "review"], value_parser = given::path())]
    output: Option<Utf8PathBuf>,
    #[command(flatten)]
    options: GeneratorOptions,
}

/// The options of a generator for a repository of the service's own.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Where to write")]
pub struct CloneableArgs {
    /// Clone it into this folder first: the source to DIR/NAME, the deploy repository to DIR/deploy.
    #[arg(long, value_name = "DIR", conflicts_with_all = ["repo", "output"], value_parser = given::path())]
    clone: Option<Utf8PathBuf>,
    #[command(flatten)]
    generator: GeneratorArgs,
}

/// The options of the generator for operations/puppet.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Which patches")]
pub struct PuppetArgs {
    /// All patches up to production, each a commit of its own: service, cluster, admins, load-balancer.
    #[arg(long, conflicts_with = "output")]
    series: bool,
    /// Only these patches of the series.
    #[arg(long, value_name = "STEPS", value_delimiter = ',', value_parser = step, requires = "series")]
    steps: Vec<SeriesStep>,
    /// The series without these patches, whose commits go out of the chain.
    #[arg(long, value_name = "STEPS", value_delimiter = ',', value_parser = step, requires = "series", conflicts_with = "steps")]
    without: Vec<SeriesStep>,
    #[command(flatten)]
    generator: GeneratorArgs,
}

/// Reads the name of a patch.
fn step(text: &str) -> Result<SeriesStep, String> {
    let found = SeriesStep::ALL.into_iter().find(|step| step.name() == text);
    found.ok_or_else(|| {
        let names = SeriesStep::ALL.map(SeriesStep::name);
        let near = or_did_you_mean(text, names);
        format!("the patches are {}{near}", names.join(", "))
    })
}

impl PuppetArgs {
    /// The patches that are meant, in their order.
    fn chosen(&self) -> Result<Chosen, CommandError> {
        let is_meant = |step: &SeriesStep| {
            (self.steps.is_empty() || self.steps.contains(step)) && !self.without.contains(step)
        };
        let steps: Vec<SeriesStep> = SeriesStep::ALL.into_iter().filter(is_meant).collect();
        if steps.is_empty() {
            let message = "`--without` leaves out all patches of the series: nothing is left to do";
            let names = SeriesStep::ALL.map(SeriesStep::name).join(", ");
            return Err(CommandError::usage(message).hint(format!("the patches are {names}")));
        }
        let left_out = SeriesStep::ALL.into_iter();
        let left_out = left_out.filter(|step| self.without.contains(step));
        Ok(Chosen {
            steps,
            left_out: left_out.collect(),
        })
    }
}

/// Runs the generator for operations/puppet, or the series of its patches.
pub(super) fn run_puppet(args: &PuppetArgs, global: &GlobalArgs, ui: &Ui) -> Result<(), Failure> {
    let series = args.series.then(|| args.chosen()).transpose()?;
    run_one(
        Generator::Puppet,
        &args.generator,
        series.as_ref(),
        global,
        ui,
    )
}

/// Runs one generator.
pub(super) fn run(
    generator: Generator,
    args: &GeneratorArgs,
    global: &GlobalArgs,
    ui: &Ui,
) -> Result<(), Failure> {
    run_one(generator, args, None, global, ui)
}

fn run_one(
    generator: Generator,
    args: &GeneratorArgs,
    series: Option<&Chosen>,
    global: &GlobalArgs,
    ui: &Ui,
) -> Result<(), Failure> {
    let context = Context::new(global, ui)?;
    let loaded = context.load_newest(global)?;
    let target = match (&args.repo, &args.output) {
        (Some(repo), _) => Target::named(repo),
        (None, Some(folder)) => Target::Output(folder.clone()),
        (None, None) => Target::find(generator, &context, &loaded).map_err(CommandError::from)?,
    };
    let run = Run {
        context: &context,
        loaded: &loaded,
        options: &args.options,
        global,
        ui,
        deploy: None,
        documents: None,
    };
    let mut command = Again::new(generator.name(), global, &args.options);
    command.path("--repo", args.repo.as_deref());
    command.path("--output", args.output.as_deref());
    let ended = match series {
        Some(chosen) => {
            command.series(chosen);
            run.series(chosen, &target)
        }
        None => run.one(generator, &target),
    };
    let ended = ended.map_err(|end| go_on(end, &command, &args.options))?;
    finish(ended, &command, ui)
}

/// Clones where that is asked for, and runs the generator there.
pub(super) fn run_cloneable(
    generator: Generator,
    args: &CloneableArgs,
    global: &GlobalArgs,
    ui: &Ui,
) -> Result<(), Failure> {
    let Some(folder) = &args.clone else {
        return run(generator, &args.generator, global, ui);
    };
    if args.generator.options.dry_run {
        let message = "`--clone` makes a checkout, which a dry run does not";
        let error = CommandError::usage(message);
        return Err(error
            .hint("leave out `--dry-run`, or name a checkout that is there with `--repo DIR`")
            .into());
    }
    let context = Context::new(global, ui)?;
    let loaded = context.load_newest(global)?;
    let (service, site) = (&loaded.service, &loaded.site);
    let (which, name) = match generator {
        Generator::Source => (Which::Source, service.name.as_str()),
        Generator::Scap | Generator::Vagrant | Generator::Puppet => (Which::Deploy, "deploy"),
    };
    let user = &context.configuration.user;
    let cloned = clone_repository(service, site, folder, which, user);
    ui.status(&summary::cloned(&cloned.map_err(CommandError::from)?));
    let options = &args.generator.options;
    let target = folder.join(name);
    let run = Run {
        context: &context,
        loaded: &loaded,
        options,
        global,
        ui,
        deploy: None,
        documents: None,
    };
    let mut command = Again::new(generator.name(), global, options);
    command.path("--repo", Some(&target));
    let ended = run.one(generator, &Target::named(&target));
    let ended = ended.map_err(|end| go_on(end, &command, options))?;
    finish(ended, &command, ui)
}

/// Says what comes next; a run that leaves differences says so by its exit code.
pub(super) fn finish(ended: Ended, command: &Again, ui: &Ui) -> Result<(), Failure> {
    match ended {
        Ended::Declined => return Err(Failure::Silent(ErrorKind::Differences)),
        Ended::Differs => {
            ui.next(command.as_str());
            return Err(Failure::Silent(ErrorKind::Differences));
        }
        Ended::Written => ui.next(&format!("{} --commit", command.as_str())),
        Ended::Committed => ui.next(&format!("{} --review", command.as_str())),
        Ended::Done => {}
    }
    Ok(())
}

/// Adds to an interruption what does the rest.
pub(super) fn go_on(end: Failure, command: &Again, options: &GeneratorOptions) -> Failure {
    match end {
        Failure::Error(error) if error.kind.is_interruption() => {
            let how = if options.dry_run {
                " --dry-run"
            } else {
                options.publication()
            };
            let hint = format!(
                "`{}{}{how}` begins again, and keeps what is done",
                command.as_str(),
                options.judgement()
            );
            error.hint(hint).into()
        }
        Failure::Error(_) | Failure::Silent(_) | Failure::Closed => end,
    }
}
