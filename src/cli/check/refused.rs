//! What a generator would refuse, though no text differs or no plan can be made.

use camino::Utf8PathBuf;

use super::Drift;
use super::ways::Ways;
use crate::cli::generator::{Generator, NotPlanned, Planned, Planner, Target};
use crate::drift::{Difference, Direction, Remedy};
use crate::edit::Rendered;
use crate::error::CommandError;
use crate::generate::{GenerateError, SeriesStep};
use crate::review::uncommitted;
use crate::worktree::Worktree;

/// Files that are as the model says, and that a run would not commit: somebody changed their mode, the index, or lines that
/// are none of svcgen's.
pub(super) fn in_the_way(
    planner: &Planner<'_>,
    generator: Generator,
    planned: &Planned,
    tree: &Worktree,
    ways: &Ways<'_>,
    told: &[Drift],
) -> Result<Vec<Drift>, CommandError> {
    let is_told = |path: &Utf8PathBuf| told.iter().any(|drift| drift.difference.path == *path);
    let paths: Vec<Utf8PathBuf> = planned.edits.unchanged.clone();
    let paths: Vec<Utf8PathBuf> = paths.into_iter().filter(|path| !is_told(path)).collect();
    let name = &planner.loaded.service.name;
    let patches = match generator {
        Generator::Puppet => SeriesStep::ALL
            .map(|step| step.store(tree.root(), name))
            .to_vec(),
        Generator::Vagrant | Generator::Scap | Generator::Source => Vec::new(),
    };
    let stores: Vec<&Rendered> = patches.iter().chain([&planned.rendered]).collect();
    let changed = uncommitted(tree.root(), &paths, &stores)?;
    let drifts = changed.others.into_iter().map(|path| {
        let is_new = changed.new.contains(&path);
        let what = match is_new {
            true => "is in no commit yet, and svcgen did not write all of it",
            false => "has uncommitted changes that svcgen did not make, and would not commit",
        };
        let difference = Difference {
            path,
            line: None,
            direction: Direction::Tree,
            what: what.into(),
            remedy: Remedy::Edit,
        };
        match is_new {
            true => ways.add(difference, tree),
            false => ways.stash(difference, tree),
        }
    });
    Ok(drifts.collect())
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
        command: format!(
            "\"${{EDITOR:-vi}}\" {}",
            shell_words::quote(planner.loaded.path.as_str())
        ),
        instead: Some(hints.join("; ")),
        difference,
    })
}
