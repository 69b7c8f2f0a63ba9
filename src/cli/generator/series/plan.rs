use super::look;
use crate::cli::context::Loaded;
use crate::cli::generator::explain::{Moved, whose_file};
use crate::cli::generator::renamed::Renaming;
use crate::cli::generator::{Generator, Run};
use crate::count::count;
use crate::edit::{Conflict, EditPlan, Rendered, Resolution, blocks, diff, plan};
use crate::error::CommandError;
use crate::generate::{GenerateError, Patch, SeriesStep, SeriesTree, series_patch};
use crate::model::ServiceName;
use crate::review::merged_texts;
use crate::worktree::Worktree;

/// Why a commit is written anew.
const AROUND: &str = "its commit is written anew, as others changed the lines around it";

/// One patch with what it changes, and the tree after it.
#[derive(Debug)]
pub(super) struct Planned {
    pub(super) step: SeriesStep,
    pub(super) patch: Patch,
    pub(super) rendered: Rendered,
    pub(super) edits: EditPlan,
    pub(super) after: Worktree,
    /// The lines that its commit brings which is made anew upon changes of others, where it is.
    pub(super) before: Option<Vec<String>>,
}

impl Planned {
    /// Who has to approve it; nobody where nothing is wanted, and nothing is taken away.
    pub(super) fn approval(&self) -> Option<&str> {
        let is_nothing = self.patch.left_out.is_some() && self.edits.edits.is_empty();
        (!is_nothing).then_some(self.patch.approval.as_str())
    }

    /// What there is to say of a commit that is made anew: its diff shows all of it.
    pub(super) fn told_anew(&self) -> Option<String> {
        let mut before = self.before.clone()?;
        let (mut same, mut new) = (0, 0);
        for line in diff::added(&self.edits) {
            match before.iter().position(|it| *it == line) {
                Some(at) => {
                    before.swap_remove(at);
                    same += 1;
                }
                None => new += 1,
            }
        }
        let (same, gone) = (count(same, "line"), before.len());
        Some(match (new, gone) {
            (0, 0) => format!("{AROUND}, with the same {same}"),
            _ => format!("{AROUND}: {same} as they were, {new} new, {gone} gone"),
        })
    }
}

/// What svcgen remembers of each patch.
pub(super) fn stores(worktree: &Worktree, service: &ServiceName) -> Vec<(SeriesStep, Rendered)> {
    SeriesStep::ALL
        .into_iter()
        .map(|step| (step, step.store(worktree.root(), service)))
        .collect()
}

/// What svcgen remembers of the other patches.
pub(crate) fn stores_beside(
    step: SeriesStep,
    loaded: &Loaded,
    worktree: &Worktree,
) -> Vec<(SeriesStep, Rendered)> {
    let mut others = stores(worktree, &loaded.service.name);
    others.retain(|(other, _)| *other != step);
    others
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

/// Plans patches one on top of the other, in the files as they are; `is_for_commits` says that this only shows what commits
/// will bring.
pub(super) fn in_files(
    planner: PatchPlanner<'_>,
    steps: &[SeriesStep],
    worktree: &Worktree,
    stores: &[(SeriesStep, Rendered)],
    is_for_commits: bool,
) -> Result<Vec<Planned>, CommandError> {
    let mut planned: Vec<Planned> = Vec::new();
    let mut tree: Option<SeriesTree> = None;
    for (step, rendered) in stores.iter().filter(|(step, _)| steps.contains(step)) {
        let before = planned.last().map_or(worktree, |patch| &patch.after);
        let mut patch = planner.one(*step, before, rendered, &mut tree)?;
        if !is_for_commits {
            let others = stores_beside(*step, planner.loaded, worktree);
            if let Some(renaming) = Renaming::of(planner.loaded, rendered, others) {
                renaming.refuse_kept(&patch.edits)?;
                let lost = renaming.lost(&patch.edits, rendered);
                patch.patch.generated.warnings.extend(lost);
            }
        }
        planned.push(patch);
    }
    if let (Some(last), false) = (planned.last(), is_for_commits) {
        refuse_left(planner.loaded, stores, &last.after)?;
    }
    Ok(planned)
}

/// Refuses another name of the classes where a file would be left that goes by the old one.
pub(super) fn refuse_left(
    loaded: &Loaded,
    stores: &[(SeriesStep, Rendered)],
    after: &Worktree,
) -> Result<(), CommandError> {
    let mut stores = stores.iter();
    let renaming = stores.find_map(|(_, store)| Renaming::of(loaded, store, Vec::new()));
    renaming.map_or(Ok(()), |renaming| renaming.refuse_left(after))
}

/// Plans single patches.
#[derive(Debug, Clone, Copy)]
pub(super) struct PatchPlanner<'a> {
    pub(super) loaded: &'a Loaded,
    pub(super) resolution: Resolution,
    /// The patches whose commits the user wants out of the chain.
    pub(super) left_out: &'a [SeriesStep],
}

impl<'a> PatchPlanner<'a> {
    pub(super) fn of(run: &Run<'a>) -> Self {
        Self {
            loaded: run.loaded,
            resolution: run.options.conflicts.into(),
            left_out: &[],
        }
    }

    /// The same, without these patches.
    pub(super) fn without(self, left_out: &'a [SeriesStep]) -> Self {
        Self { left_out, ..self }
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
            None => SeriesTree::read(before, service, rendered).map(|tree| {
                let base = Generator::Puppet.base(service, site);
                tree.merged_as(merged_texts(before.root(), base, SeriesTree::GROUPS.into()))
            }),
        };
        let read = tree.insert(read.map_err(CommandError::from)?);
        let patch = series_patch(step, service, site, read, templates);
        let mut patch = match self.left_out.contains(&step) {
            true => patch.unwrap_or_default().taken_out(),
            false => patch.map_err(|error| match Moved::of(&error, rendered, before) {
                Some(moved) => moved.refused(),
                None => refused(step, error),
            })?,
        };
        let mut edits = plan(&patch.generated.desired, before, rendered, self.resolution)?;
        if patch.generated.desired.is_empty() && self.resolution == Resolution::Yours {
            let undecided = plan(&[], before, rendered, Resolution::Mark)?;
            let left = undecided.kept.iter().map(left_to_somebody);
            patch.generated.warnings.extend(left);
        }
        // What is taken away goes whole: half a patch was never tried by anybody.
        if patch.generated.desired.is_empty() && !edits.edits.is_empty() {
            edits.conflicts.append(&mut edits.kept);
        }
        Ok(Planned {
            step,
            after: edits.after(before),
            patch,
            rendered: rendered.clone(),
            edits,
            before: None,
        })
    }
}

/// What stays of a patch that is taken away, because somebody changed it and wants it.
fn left_to_somebody(kept: &Conflict) -> String {
    let Conflict { path, reason, .. } = kept;
    format!("{path}: {reason}: it is left unchanged, and no longer counts as svcgen's")
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
