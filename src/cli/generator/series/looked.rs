use camino::{Utf8Path, Utf8PathBuf};

use super::plan::{PatchPlanner, Planned, stores};
use super::subjects::subjects_of;
use crate::cli::context::Loaded;
use crate::cli::generator::Generator;
use crate::cli::generator::recall::recall;
use crate::drift::{Difference, differences};
use crate::edit::{Desired, Rendered, Resolution};
use crate::error::CommandError;
use crate::generate::{SeriesStep, SeriesTree, Stray};
use crate::review::{ReviewError, Topic, uncommitted, written};
use crate::worktree::Worktree;

/// A patch of the series beside the service itself, as a tree has it.
pub(crate) struct Looked {
    planned: Planned,
    before: Worktree,
}

/// All patches of the series beside the service itself.
#[derive(Default)]
pub(crate) struct Series {
    pub(crate) patches: Vec<Looked>,
    /// Those that svcgen has not written and cannot plan, with the reason.
    pub(crate) refused: Vec<(SeriesStep, CommandError)>,
    /// Those that the user left out.
    pub(crate) left_out: Vec<SeriesStep>,
}

/// Compares a tree with the patches of the series that come after the service.
///
/// # Errors
/// Where one that svcgen wrote cannot be planned any more.
pub(crate) fn look(loaded: &Loaded, worktree: &Worktree) -> Result<Series, CommandError> {
    let planner = PatchPlanner {
        loaded,
        resolution: Resolution::Mark,
        left_out: &[],
    };
    // What this leaves open is among the differences.
    let _edited = recall(loaded, Generator::Puppet, worktree);
    let mut series = Series::default();
    let mut before = worktree.clone();
    let mut tree: Option<SeriesTree> = None;
    for (step, rendered) in stores(worktree, &loaded.service.name) {
        if rendered.is_left_out() && rendered.paths().is_empty() {
            series.left_out.push(step);
        }
        match planner.one(step, &before, &rendered, &mut tree) {
            Ok(planned) => {
                let after = planned.after.clone();
                if step != SeriesStep::Service {
                    series.patches.push(Looked { planned, before });
                }
                before = after;
            }
            // The service itself is compared without the series, and its error is told there.
            Err(_) if step == SeriesStep::Service => return Ok(Series::default()),
            Err(error) if !rendered.paths().is_empty() => return Err(error),
            Err(error) => series.refused.push((step, error)),
        }
    }
    Ok(series)
}

impl Series {
    /// The files with lines of these patches that svcgen wrote and nobody has committed.
    ///
    /// # Errors
    /// Where git cannot read the checkout.
    pub(crate) fn uncommitted(
        &self,
        loaded: &Loaded,
        worktree: &Worktree,
    ) -> Result<Vec<Utf8PathBuf>, CommandError> {
        let stores = stores(worktree, &loaded.service.name);
        let all: Vec<&Rendered> = stores.iter().map(|(_, store)| store).collect();
        let begun = self.patches.iter().filter(|patch| patch.is_written());
        // What a patch goes out of is no more among what it wants.
        let touched = begun.flat_map(|it| it.paths().chain(it.planned.rendered.paths()));
        let mut paths: Vec<Utf8PathBuf> = touched.collect();
        paths.sort();
        paths.dedup();
        Ok(written(worktree.root(), &paths, &all)?)
    }

    /// The lines of these patches in files that others write too, by file.
    pub(super) fn blocks(&self) -> Vec<(Utf8PathBuf, Vec<String>)> {
        let patches = self.patches.iter();
        let desired = patches.flat_map(|patch| &patch.planned.patch.generated.desired);
        let blocks = desired.filter_map(|desired| match desired {
            Desired::Blocks { path, blocks } => {
                let lines = blocks.iter().map(|block| block.text.clone());
                Some((path.clone(), lines.collect()))
            }
            _ => None,
        });
        blocks.collect()
    }

    /// Whether a branch has commits that are called as these patches: in a clone that remembers nothing they are known by that.
    pub(crate) fn is_called_on(&self, topic: &Topic) -> bool {
        let subjects = topic.subjects().unwrap_or_default();
        let mut called = self.patches.iter().flat_map(|patch| {
            let message = &patch.planned.patch.generated.message;
            subjects_of(message)
        });
        called.any(|subject| subjects.contains(&subject))
    }

    /// The patches that were begun, or of which nothing is wanted, and the service.
    pub(crate) fn begun(&self) -> Vec<SeriesStep> {
        let is_meant = |step: &SeriesStep| {
            let is_refused = self.refused.iter().any(|(refused, _)| refused == step);
            let patch = self.patches.iter().find(|patch| patch.step() == *step);
            !is_refused && patch.is_none_or(|patch| patch.is_begun() || !patch.is_wanted())
        };
        SeriesStep::ALL.into_iter().filter(is_meant).collect()
    }
}

impl Looked {
    pub(crate) fn step(&self) -> SeriesStep {
        self.planned.step
    }

    /// Whether svcgen wrote it.
    pub(crate) fn is_written(&self) -> bool {
        !self.planned.rendered.paths().is_empty()
    }

    /// What is remembered of it.
    pub(crate) fn rendered(&self) -> &Rendered {
        &self.planned.rendered
    }

    /// Whether the tree lacks some of it.
    pub(crate) fn is_open(&self) -> bool {
        !self.planned.edits.edits.is_empty() || !self.planned.edits.conflicts.is_empty()
    }

    /// Its files.
    pub(crate) fn paths(&self) -> impl Iterator<Item = Utf8PathBuf> {
        let desired = self.planned.patch.generated.desired.iter();
        desired.map(|desired| desired.path().clone())
    }

    /// Whether it changes a file.
    pub(crate) fn changes(&self, path: &Utf8Path) -> bool {
        self.planned.edits.changes(path)
    }

    /// The files that are there, and that change or are as they should be.
    pub(crate) fn held(&self) -> impl Iterator<Item = Utf8PathBuf> {
        self.planned.edits.held().cloned()
    }

    /// Whether svcgen wrote it, or the tree has some of it.
    pub(crate) fn is_begun(&self) -> bool {
        self.is_written() || !self.planned.edits.unchanged.is_empty()
    }

    /// Whether anything of it is wanted.
    pub(crate) fn is_wanted(&self) -> bool {
        !self.planned.patch.generated.desired.is_empty()
    }

    /// What the tree has of it beside the model.
    pub(crate) fn strays(&self) -> &[Stray] {
        &self.planned.patch.generated.strays
    }

    /// Where the tree and the model differ in it.
    pub(crate) fn differences(&self) -> Result<Vec<Difference>, CommandError> {
        let Planned {
            patch,
            rendered,
            edits,
            ..
        } = &self.planned;
        let desired = &patch.generated.desired;
        Ok(differences(desired, edits, &self.before, rendered)?)
    }
}

/// Whether files hold nothing uncommitted but what svcgen wrote for the patches of the series.
pub(crate) fn are_of_series(
    loaded: &Loaded,
    worktree: &Worktree,
    paths: &[Utf8PathBuf],
) -> Result<bool, CommandError> {
    let stores = stores(worktree, &loaded.service.name);
    let all: Vec<&Rendered> = stores.iter().map(|(_, store)| store).collect();
    Ok(uncommitted(worktree.root(), paths, &all)?.others.is_empty())
}

/// Whether the branch of a topic carries patches of the series besides the service.
pub(crate) fn is_on(topic: &Topic, worktree: &Worktree, loaded: &Loaded) -> bool {
    let stores = stores(worktree, &loaded.service.name);
    let others: Vec<&Rendered> = stores.iter().skip(1).map(|(_, store)| store).collect();
    topic
        .patches(&others)
        .is_ok_and(|patches| !patches.is_empty())
}

/// The files that commits upon the patches changed, where those are checked out.
pub(crate) fn changed_upon(
    topic: &Topic,
    worktree: &Worktree,
    loaded: &Loaded,
) -> Vec<Utf8PathBuf> {
    let stores = stores(worktree, &loaded.service.name);
    let all: Vec<&Rendered> = stores.iter().map(|(_, store)| store).collect();
    topic.upon_patches(&all).unwrap_or_default()
}

/// Whether the branch of a topic carries patches of the series, and not the service's own, which belongs below them.
pub(crate) fn is_on_alone(topic: &Topic, worktree: &Worktree, loaded: &Loaded) -> bool {
    let own = SeriesStep::Service.store(worktree.root(), &loaded.service.name);
    let is_missing = topic
        .patches(&[&own])
        .is_ok_and(|patches| patches.is_empty());
    is_missing && is_on(topic, worktree, loaded)
}

/// The subjects of the patches on the branch of a topic.
pub(crate) fn subjects_on(
    topic: &Topic,
    worktree: &Worktree,
    loaded: &Loaded,
) -> Result<Vec<String>, ReviewError> {
    let stores = stores(worktree, &loaded.service.name);
    let all: Vec<&Rendered> = stores.iter().map(|(_, store)| store).collect();
    topic.patch_subjects(&all, false)
}

/// Says of commits that are in the way of the service's own whether they are patches of the series.
pub(crate) fn explained(
    error: ReviewError,
    topic: &Topic,
    worktree: &Worktree,
    loaded: &Loaded,
    command: &str,
) -> ReviewError {
    let is_about_all = match &error {
        ReviewError::Others { .. } => false,
        ReviewError::OnTop { .. } => true,
        _ => return error,
    };
    let stores = stores(worktree, &loaded.service.name);
    let all: Vec<&Rendered> = stores.iter().map(|(_, store)| store).collect();
    match topic.patch_subjects(&all, is_about_all) {
        Ok(subjects) if subjects.len() > 1 => ReviewError::Series {
            branch: topic.branch().clone(),
            subjects,
            command: command.to_owned(),
        },
        Ok(_) | Err(_) => error,
    }
}
