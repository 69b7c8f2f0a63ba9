//! What a generator would refuse, though no text differs or no plan can be made.

use camino::Utf8PathBuf;
use indexmap::IndexSet;

use super::Drift;
use super::ways::{Ways, edit};
use crate::cli::generator::{Generator, Moved, NotPlanned, Planned, Planner, Target};
use crate::drift::{Difference, Direction, Remedy};
use crate::edit::Rendered;
use crate::error::CommandError;
use crate::generate::{GenerateError, SeriesStep};
use crate::review::{Uncommitted, uncommitted};
use crate::worktree::Worktree;

/// What becomes of lines in a file that the patches of a series will make.
const OF_PATCHES: &str =
    "what you wrote goes into its patch with `git commit --amend`, once that is made";

/// The files of a generator, and of patches, that somebody changed and that are in no commit so: a run would not commit them.
pub(super) struct Others(Uncommitted);

/// Finds what somebody changed and did not commit: the mode, the index, or lines that are none of svcgen's.
pub(super) fn of_others(
    planner: &Planner<'_>,
    generator: Generator,
    planned: &Planned,
    tree: &Worktree,
    more: &[Utf8PathBuf],
) -> Result<Others, CommandError> {
    let held = planned.edits.held().chain(more);
    let paths: IndexSet<Utf8PathBuf> = held.cloned().collect();
    let paths: Vec<Utf8PathBuf> = paths.into_iter().collect();
    let name = &planner.loaded.service.name;
    let patches = match generator {
        Generator::Puppet => SeriesStep::ALL
            .map(|step| step.store(tree.root(), name))
            .to_vec(),
        Generator::Vagrant | Generator::Scap | Generator::Source => Vec::new(),
    };
    let stores: Vec<&Rendered> = patches.iter().chain([&planned.rendered]).collect();
    Ok(Others(uncommitted(tree.root(), &paths, &stores)?))
}

impl Others {
    /// Those that a commit has in another form.
    pub(super) fn tracked(&self) -> Vec<Utf8PathBuf> {
        let Uncommitted { others, new, .. } = &self.0;
        others
            .iter()
            .filter(|it| !new.contains(it))
            .cloned()
            .collect()
    }

    /// Those that hold nothing but what svcgen wrote.
    pub(super) fn own(&self) -> &[Utf8PathBuf] {
        &self.0.own
    }

    /// Those that are as the model says, so that nothing else tells them; `is_left` says whether a run is left to do.
    pub(super) fn told(
        &self,
        planned: &Planned,
        more: &[Utf8PathBuf],
        (tree, ways): (&Worktree, &Ways<'_>),
        told: &[Drift],
        is_left: bool,
    ) -> Vec<Drift> {
        let is_told = |path: &Utf8PathBuf| told.iter().any(|drift| drift.difference.path == *path);
        let is_one =
            |path: &Utf8PathBuf| planned.edits.unchanged.contains(path) || more.contains(path);
        let paths = self
            .0
            .others
            .iter()
            .filter(|path| is_one(path) && !is_told(path));
        let drifts = paths.map(|path| {
            let is_new = self.0.new.contains(path);
            let what = match is_new {
                true => "is in no commit yet, and svcgen did not write all of it",
                false => "has uncommitted changes that svcgen did not make, and would not commit",
            };
            let difference = Difference {
                path: path.clone(),
                line: None,
                direction: Direction::Tree,
                what: what.into(),
                remedy: Remedy::Edit,
            };
            match is_new {
                true if !ways.is_of_commits() => ways.add(difference, tree),
                true => Drift {
                    instead: Some(OF_PATCHES.to_owned()),
                    ..ways.stash(difference, tree, true)
                },
                false => ways.stash(difference, tree, is_left || !told.is_empty()),
            }
        });
        drifts.collect()
    }
}

/// What somebody has already, as far as the checkout knows, with the ways out that a generator names.
pub(super) fn taken(
    planner: &Planner<'_>,
    generator: Generator,
    target: &Target,
    worktree: &Worktree,
    ways: &Ways<'_>,
    refused: NotPlanned,
) -> Result<Drift, CommandError> {
    let own = Rendered::of(worktree.root(), &planner.loaded.service.name).by(generator.name());
    if let NotPlanned::Refused(error) = &refused
        && let Some(Moved { from, to, back }) = Moved::of(error, &own, worktree)
    {
        return Ok(Drift {
            difference: Difference {
                path: from,
                line: None,
                direction: Direction::Tree,
                what: format!("it was moved to `{to}`"),
                remedy: Remedy::Edit,
            },
            command: back,
            instead: None,
        });
    }
    let NotPlanned::Refused(GenerateError::Taken {
        what,
        path,
        line,
        owner,
        is_file,
        ..
    }) = &refused
    else {
        return Err(refused.into());
    };
    let difference = Difference {
        path: path.clone(),
        line: Some(*line),
        direction: Direction::Unknown,
        what: match is_file {
            true => format!("{what} is there, and nothing here says that svcgen wrote it"),
            false => format!(
                "{what} belongs to {owner}, which this checkout does not know to be svcgen's"
            ),
        },
        remedy: if *is_file {
            Remedy::Adopt
        } else {
            Remedy::Edit
        },
    };
    if *is_file {
        return Ok(ways.close(difference, worktree));
    }
    let hints = planner.explain(refused, generator, target, worktree).hints;
    Ok(Drift {
        // What is somebody else's is not to be changed.
        command: edit(&planner.loaded.path, None),
        instead: Some(hints.join("; ")),
        difference,
    })
}
