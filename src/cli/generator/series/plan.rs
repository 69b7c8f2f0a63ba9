use super::{is_on, look};
use crate::cli::context::Loaded;
use crate::cli::generator::explain::whose_file;
use crate::cli::generator::{Generator, Run, renamed};
use crate::edit::{EditPlan, FileEdit, Rendered, Resolution, blocks, plan};
use crate::error::CommandError;
use crate::generate::{GenerateError, Patch, SeriesStep, SeriesTree, series_patch};
use crate::model::ServiceName;
use crate::worktree::Worktree;

/// One patch with what it changes, and the tree after it.
#[derive(Debug)]
pub(super) struct Planned {
    pub(super) step: SeriesStep,
    pub(super) patch: Patch,
    pub(super) rendered: Rendered,
    pub(super) edits: EditPlan,
    pub(super) after: Worktree,
}

impl Planned {
    /// Who has to approve it; nobody where nothing is wanted, and nothing is taken away.
    pub(super) fn approval(&self) -> Option<&str> {
        let is_nothing = self.patch.left_out.is_some() && self.edits.edits.is_empty();
        (!is_nothing).then_some(self.patch.approval.as_str())
    }
}

/// What svcgen remembers of each patch.
pub(super) fn stores(worktree: &Worktree, service: &ServiceName) -> Vec<(SeriesStep, Rendered)> {
    SeriesStep::ALL
        .into_iter()
        .map(|step| (step, step.store(worktree.root(), service)))
        .collect()
}

/// The tree without the lines that the series wrote into files of the generator itself, or would write there: in a clone that
/// remembers nothing they are known by that.
pub(crate) fn without_blocks(
    worktree: &Worktree,
    loaded: &Loaded,
) -> Result<Worktree, CommandError> {
    let mut without = worktree.clone();
    let stores = stores(worktree, &loaded.service.name).into_iter();
    let written = stores.map(|(_, store)| store.blocks());
    let wanted = look(loaded, worktree).map(|series| series.blocks());
    for all in written.chain(wanted.ok()) {
        for (path, written) in all {
            let text = without.read(&path)?;
            if let Some(Ok(patched)) = text.map(|text| blocks::patch(Some(&text), &[], &written)) {
                without = without.as_if([(path, Some(patched.text))]);
            }
        }
    }
    Ok(without)
}

/// Plans patches one on top of the other, in the files as they are.
pub(super) fn in_files(
    run: &Run<'_>,
    steps: &[SeriesStep],
    worktree: &Worktree,
    stores: &[(SeriesStep, Rendered)],
) -> Result<Vec<Planned>, CommandError> {
    let planner = PatchPlanner::of(run);
    let mut planned: Vec<Planned> = Vec::new();
    let mut tree: Option<SeriesTree> = None;
    // Commits are planned each upon its own; files have the lines of all patches, which nobody would take along.
    let topic = run.topic(Generator::Puppet, worktree.root()).ok();
    let is_for_commits =
        run.options.dry_run && topic.is_some_and(|topic| is_on(&topic, worktree, run.loaded));
    for (step, rendered) in stores.iter().filter(|(step, _)| steps.contains(step)) {
        let before = planned.last().map_or(worktree, |patch| &patch.after);
        let patch = planner.one(*step, before, rendered, &mut tree)?;
        if !is_for_commits {
            renamed::refuse_classes(run.loaded, rendered, &patch.edits)?;
        }
        planned.push(patch);
    }
    Ok(planned)
}

/// Plans single patches.
#[derive(Debug, Clone, Copy)]
pub(super) struct PatchPlanner<'a> {
    pub(super) loaded: &'a Loaded,
    pub(super) resolution: Resolution,
}

impl<'a> PatchPlanner<'a> {
    pub(super) fn of(run: &Run<'a>) -> Self {
        Self {
            loaded: run.loaded,
            resolution: run.options.conflicts.into(),
        }
    }

    /// Plans one patch.
    pub(super) fn one(
        self,
        step: SeriesStep,
        before: &Worktree,
        rendered: &Rendered,
        tree: &mut Option<SeriesTree>,
    ) -> Result<Planned, CommandError> {
        let Loaded {
            service,
            site,
            templates,
            ..
        } = self.loaded;
        let read = match tree.take() {
            Some(mut tree) => tree.look_at(before, rendered).map(|()| tree),
            None => SeriesTree::read(before, service, rendered),
        };
        let read = tree.insert(read.map_err(CommandError::from)?);
        let patch = series_patch(step, service, site, read, templates)
            .map_err(|error| refused(step, error))?;
        let mut edits = plan(&patch.generated.desired, before, rendered, self.resolution)?;
        // What is taken away goes whole: half a patch was never tried by anybody.
        if patch.generated.desired.is_empty() && !edits.edits.is_empty() {
            edits.conflicts.append(&mut edits.kept);
        }
        let texts = edits
            .edits
            .iter()
            .map(|FileEdit { path, after, .. }| (path.clone(), after.clone()));
        Ok(Planned {
            step,
            after: before.as_if(texts),
            patch,
            rendered: rendered.clone(),
            edits,
        })
    }
}

/// Says which patch is refused.
fn refused(step: SeriesStep, error: GenerateError) -> CommandError {
    let is_file = matches!(&error, GenerateError::Taken { is_file: true, .. });
    let error = CommandError::from(error);
    let error = error.cause(format!("this is the patch `{}` of the series", step.name()));
    match is_file {
        true => whose_file(error),
        false => error,
    }
}
