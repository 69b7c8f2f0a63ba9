//! What all generators have in common: read the tree, plan, show, judge, apply.

use camino::{Utf8Path, Utf8PathBuf};
use clap::Args;

use super::context::{Context, Loaded};
use super::{Failure, GlobalArgs};
use crate::edit::{ApplyError, EditPlan, PlanError, Rendered, apply, diff, plan};
use crate::error::{CommandError, ErrorKind};
use crate::generate::{GenerateError, Generated, PuppetTree, VagrantTree, mediawiki_vagrant, operations_puppet};
use crate::ui::{Format, Ui};
use crate::worktree::{Worktree, WorktreeError};

/// The generators, by the repository that they write to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Generator {
    Vagrant,
    Puppet,
}

/// Options of a generator.
#[derive(Debug, Clone, Args)]
pub struct GeneratorArgs {
    /// The checkout; by default the one of the configuration.
    #[arg(long, value_name = "CHECKOUT")]
    repo: Option<Utf8PathBuf>,
    /// Only print what would change; exit code 3 where something would.
    #[arg(long)]
    dry_run: bool,
}

pub(super) fn run(generator: Generator, args: &GeneratorArgs, global: &GlobalArgs, ui: &Ui) -> Result<(), Failure> {
    let context = Context::new(global)?;
    let loaded = context.load(global)?;
    let root = checkout(generator, args, &context)?;
    let worktree = Worktree::open(&root).map_err(CommandError::from)?;
    let rendered = Rendered::of(worktree.root(), &loaded.service.name);
    let generated = generate(generator, &loaded, &context, &worktree, &rendered)?;
    let edits = plan(&generated.desired, &worktree, &rendered).map_err(CommandError::from)?;
    for warning in &generated.warnings {
        ui.warning(warning);
    }
    refuse_conflicts(&edits)?;
    show(generator, &worktree, &edits, ui)?;
    if edits.edits.is_empty() {
        return Ok(());
    }
    if args.dry_run {
        return Err(Failure::Silent(ErrorKind::Differences));
    }
    if !ui.confirm("apply these changes?")? {
        return Err(CommandError::new(ErrorKind::Differences, "nothing was changed").into());
    }
    apply(&edits, &worktree, &rendered).map_err(CommandError::from)?;
    Ok(())
}

fn checkout(generator: Generator, args: &GeneratorArgs, context: &Context) -> Result<Utf8PathBuf, CommandError> {
    let checkouts = &context.configuration.checkouts;
    let (configured, name) = match generator {
        Generator::Vagrant => (&checkouts.vagrant, "vagrant"),
        Generator::Puppet => (&checkouts.puppet, "puppet"),
    };
    args.repo.clone().or_else(|| configured.clone()).ok_or_else(|| {
        CommandError::usage("no checkout is named")
            .hint("add `--repo CHECKOUT`")
            .hint(format!("or write `checkouts: {{{name}: ...}}` into the configuration"))
    })
}

fn generate(
    generator: Generator,
    loaded: &Loaded,
    context: &Context,
    worktree: &Worktree,
    rendered: &Rendered,
) -> Result<Generated, CommandError> {
    let (service, site, templates) = (&loaded.service, &loaded.site, &context.templates);
    let generated = match generator {
        Generator::Vagrant => VagrantTree::read(worktree, rendered)
            .and_then(|tree| mediawiki_vagrant(service, site, &tree, templates)),
        Generator::Puppet => PuppetTree::read(worktree, service, rendered)
            .and_then(|tree| operations_puppet(service, site, &tree, templates)),
    };
    generated.map_err(CommandError::from)
}

fn refuse_conflicts(edits: &EditPlan) -> Result<(), CommandError> {
    let Some((first, rest)) = edits.conflicts.split_first() else { return Ok(()) };
    let describe = |conflict: &crate::edit::Conflict| match conflict.line {
        Some(line) => format!("{}:{line}: {}", conflict.path, conflict.reason),
        None => format!("{}: {}", conflict.path, conflict.reason),
    };
    let error = CommandError::conflict(describe(first));
    Err(rest.iter().fold(error, |error, conflict| error.cause(describe(conflict))))
}

fn show(generator: Generator, worktree: &Worktree, edits: &EditPlan, ui: &Ui) -> Result<(), Failure> {
    if ui.format == Format::Json {
        let json = serde_json::to_string_pretty(edits).map_err(std::io::Error::other)?;
        ui.result(&format!("{json}\n"))?;
        return Ok(());
    }
    ui.result(&diff::render(edits))?;
    let (added, removed) = diff::count(edits);
    let place = place(generator, worktree.root());
    ui.status(&match edits.edits.len() {
        0 => format!("{place}: nothing to do"),
        files => format!("{place}: {files} files, {added} lines added, {removed} removed"),
    });
    Ok(())
}

fn place(generator: Generator, root: &Utf8Path) -> String {
    match generator {
        Generator::Vagrant => format!("vagrant {root}"),
        Generator::Puppet => format!("puppet {root}"),
    }
}

impl From<GenerateError> for CommandError {
    fn from(error: GenerateError) -> Self {
        match &error {
            GenerateError::Unrecognised { looked_for, .. } => {
                looked_for.iter().fold(Self::usage(error.to_string()), |e, what| e.cause(format!("looked for {what}")))
            }
            GenerateError::Taken { free, .. } => {
                let this = Self::conflict(error.to_string());
                match free {
                    Some(port) => this.hint(format!("{port} is free in this tree")),
                    None => this.hint("choose another name in the model"),
                }
            }
            GenerateError::Incomplete { hint, .. } => Self::usage(error.to_string()).hint(hint.clone()),
            GenerateError::NotUnderstood { .. } => Self::usage(error.to_string()),
            GenerateError::Render(_) => Self::from_error(ErrorKind::Usage, &error),
            GenerateError::Worktree(_) => Self::from_error(ErrorKind::Unexpected, &error),
        }
    }
}

impl From<WorktreeError> for CommandError {
    fn from(error: WorktreeError) -> Self {
        let kind = match error {
            WorktreeError::NotAFolder { .. } | WorktreeError::NotText { .. } => ErrorKind::Usage,
            WorktreeError::Outside { .. } | WorktreeError::NotAFile { .. } => ErrorKind::Conflict,
            WorktreeError::Io(_) => ErrorKind::Unexpected,
        };
        Self::from_error(kind, &error)
    }
}

impl From<PlanError> for CommandError {
    fn from(error: PlanError) -> Self {
        match error {
            PlanError::Worktree(error) => error.into(),
            PlanError::Unreadable { .. } => Self::usage(error.to_string()),
        }
    }
}

impl From<ApplyError> for CommandError {
    fn from(error: ApplyError) -> Self {
        match error {
            ApplyError::Worktree(error) => error.into(),
            ApplyError::Changed { .. } => Self::conflict(error.to_string()),
            ApplyError::Write { .. } => Self::from_error(ErrorKind::Unexpected, &error),
        }
    }
}
