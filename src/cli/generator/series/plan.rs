use camino::Utf8PathBuf;
use git2::Oid;

use super::is_on;
use crate::cli::context::Loaded;
use crate::cli::generator::explain::whose_file;
use crate::cli::generator::{Generator, Run, renamed};
use crate::edit::{EditPlan, FileEdit, Rendered, Resolution, blocks, plan};
use crate::error::CommandError;
use crate::generate::{GenerateError, LaterText, Patch, SeriesTree, Step, series_patch};
use crate::model::ServiceName;
use crate::review::{Chain, CommitMessage, ReviewError, Topic};
use crate::worktree::Worktree;

/// One patch with what it changes, and the tree after it.
#[derive(Debug)]
pub(super) struct Planned {
    pub(super) step: Step,
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
pub(super) fn stores(worktree: &Worktree, service: &ServiceName) -> Vec<(Step, Rendered)> {
    Step::ALL
        .into_iter()
        .map(|step| (step, step.store(worktree.root(), service)))
        .collect()
}

/// The tree without the lines that the series wrote into files of the generator itself.
pub(crate) fn without_blocks(
    worktree: &Worktree,
    service: &ServiceName,
) -> Result<Worktree, CommandError> {
    let mut without = worktree.clone();
    for (_, store) in stores(worktree, service) {
        for (path, written) in store.blocks() {
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
    steps: &[Step],
    worktree: &Worktree,
    stores: &[(Step, Rendered)],
) -> Result<Vec<Planned>, CommandError> {
    let planner = Planner::of(run);
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

/// Patches that are planned upon the commits of a branch.
pub(super) struct Planning<'a> {
    pub(super) planned: Vec<Planned>,
    /// The tree after each patch of the whole series.
    pub(super) trees: Vec<Oid>,
    /// Of each, whether its commit holds nothing of anybody else's.
    pub(super) own: Vec<bool>,
    pub(super) chain: Chain<'a>,
}

/// Plans patches one on top of the other, each upon its commit where it has one.
pub(super) fn in_commits<'a>(
    run: &Run<'_>,
    steps: &[Step],
    worktree: &Worktree,
    stores: &[(Step, Rendered)],
    topic: &'a Topic,
) -> Result<Planning<'a>, CommandError> {
    let planner = Planner::of(run);
    let all: Vec<&Rendered> = stores.iter().map(|(_, store)| store).collect();
    let mut chain = topic.chain(&all)?;
    let mut tree: Option<SeriesTree> = None;
    let recorded: Vec<Utf8PathBuf> = all.iter().flat_map(|store| store.paths()).collect();
    let view = |chain: &Chain<'_>, state: Oid| -> Result<Worktree, CommandError> {
        Ok(worktree.as_if(chain.texts(state, &recorded)?))
    };
    if chain.is_unknown() && topic.has_commits()? {
        let mut subjects = Vec::new();
        let root = view(&chain, chain.root_tree()?)?;
        for (step, rendered) in stores {
            let planned = planner.one(*step, &root, rendered, &mut tree);
            let message = planned.ok().map(|planned| planned.patch.generated.message);
            let message = message.filter(|message| !message.subject.is_empty());
            let later = message.as_ref().and_then(|message| message.later.as_ref());
            let later = later.and_then(LaterText::subject);
            let first = message.map(|message| CommitMessage::new(&message).subject().to_owned());
            subjects.push(first.into_iter().chain(later).collect());
        }
        chain.find_by_subjects(&subjects)?;
        tree = None;
    }
    let mut state = chain.base_tree()?;
    let (mut planned, mut trees, mut own) = (Vec::new(), Vec::new(), Vec::new());
    for (index, (step, rendered)) in stores.iter().enumerate() {
        let is_as_left = chain.is_as_left(index, rendered)?;
        own.push(is_as_left || !chain.has(index));
        // Where lines of svcgen's own are in the way of each other, they are written anew.
        let (before, is_anew) = match chain.replayed(index, state) {
            Ok(replayed) => (replayed, false),
            Err(ReviewError::Diverged { .. }) if is_as_left => (state, true),
            Err(error) => return Err(renamed::explain_replayed(run.loaded, rendered, error)),
        };
        if !steps.contains(step) && !is_anew {
            state = before;
            trees.push(state);
            continue;
        }
        let mut patch = planner.one(*step, &view(&chain, before)?, rendered, &mut tree)?;
        let mut before = before;
        if patch.patch.generated.desired.is_empty() && is_as_left && before != state {
            // Nothing is wanted of it: what is left is what was there without it.
            before = state;
            patch = planner.one(*step, &view(&chain, before)?, rendered, &mut tree)?;
        }
        // What is merged has lines of the patches after it, which nobody would take along.
        if !chain.has(index) {
            renamed::refuse_classes(run.loaded, rendered, &patch.edits)?;
        }
        state = chain.edited(before, &patch.edits.edits)?;
        planned.push(patch);
        trees.push(state);
    }
    Ok(Planning {
        planned,
        trees,
        own,
        chain,
    })
}

/// Plans single patches.
#[derive(Debug, Clone, Copy)]
pub(super) struct Planner<'a> {
    pub(super) loaded: &'a Loaded,
    pub(super) resolution: Resolution,
}

impl<'a> Planner<'a> {
    fn of(run: &Run<'a>) -> Self {
        Self {
            loaded: run.loaded,
            resolution: run.options.conflicts.into(),
        }
    }

    /// Plans one patch.
    pub(super) fn one(
        self,
        step: Step,
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
fn refused(step: Step, error: GenerateError) -> CommandError {
    let is_file = matches!(&error, GenerateError::Taken { is_file: true, .. });
    let error = CommandError::from(error);
    let error = error.cause(format!("this is the patch `{}` of the series", step.name()));
    match is_file {
        true => whose_file(error),
        false => error,
    }
}
