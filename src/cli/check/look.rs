use camino::Utf8PathBuf;
use indexmap::IndexSet;

use super::closing::closed;
use super::refused::{of_others, taken};
use super::ways::Ways;
use super::{Drift, Looked, Uncommitted, series};
use crate::cli::GlobalArgs;
use crate::cli::generator::{
    CheckoutArgs, Generator, NotPlanned, Planned, Planner, Series, Target, as_committed, differing,
    look as look_at_series, refuse_classes, without_blocks,
};
use crate::drift::{Difference, Direction, Remedy};
use crate::error::CommandError;
use crate::generate::GenerateError;
use crate::git::Setting;
use crate::review::written;
use crate::worktree::Worktree;

/// Compares one checkout with the model.
pub(super) fn look(
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
        refuse_classes(planner, &tree)?;
    }
    let series = match generator {
        Generator::Puppet => look_at_series(planner.loaded, &tree),
        Generator::Vagrant | Generator::Scap | Generator::Source => Ok(Series::default()),
    };
    let planned = planner.plan(generator, target, &worktree);
    let known = (series.as_ref().ok(), planned.as_ref().ok());
    let ways = Ways::find(planner, generator, &tree, known, (global, checkouts));
    let planned = match planned {
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
    let series = series?;
    let of_series = series::files(&series);
    let others = of_others(planner, generator, &planned, &tree, &of_series)?;
    let ways = ways.about(&differences, others.tracked(), others.own(), &tree);
    for difference in differences {
        all.push(closed(difference, generator, &planned, &worktree, &ways)?);
    }
    if let Some(setting) = &planned.setting {
        all.push(unset(setting, &ways));
    }
    let strays = planned.generated.strays.iter();
    all.extend(strays.map(|stray| ways.beside(stray, &worktree)));
    let patches = series::find(planner, &series, &tree, &ways)?;
    all.extend(patches.drifts);
    let is_in_step = all.is_empty();
    let paths = match is_in_step {
        true => written(tree.root(), &touched(&planned), &[&planned.rendered])?,
        // The commands that close the differences commit these files too.
        false => Vec::new(),
    };
    let patches_are_left = patches.uncommitted.is_some();
    let drifts = others.told(&planned, &of_series, (&tree, &ways), &all, patches_are_left);
    all.extend(drifts);
    all.sort_by_key(turn);
    let own = match paths.is_empty() {
        true => None,
        false => {
            let there = ways.is_chain().then(|| {
                let committed = as_committed(&worktree, &paths);
                planner.plan(generator, target, &committed)
            });
            let there = there.and_then(Result::ok);
            Some(uncommitted_own(paths, there.as_ref(), (&tree, &ways)))
        }
    };
    let of_series = patches.uncommitted.filter(|_| is_in_step);
    let uncommitted = match (own, of_series) {
        (Some(own), Some(of_series)) => Some(of_series.with(own)),
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

/// The files that are wanted, and those that something was wanted in.
fn touched(planned: &Planned) -> Vec<Utf8PathBuf> {
    let desired = planned.generated.desired.iter();
    let desired = desired.map(|it| it.path().clone());
    let all: IndexSet<Utf8PathBuf> = desired.chain(planned.rendered.paths()).collect();
    all.into_iter().collect()
}

/// Files as svcgen left them that are in no commit so; `there` is the plan for what the last commit has.
fn uncommitted_own(
    paths: Vec<Utf8PathBuf>,
    there: Option<&Planned>,
    (tree, ways): (&Worktree, &Ways<'_>),
) -> Uncommitted {
    // Commits of a series are made of commits: a run leaves in one what somebody took out here.
    let is_left = |path: &&Utf8PathBuf| there.is_some_and(|there| !there.edits.changes(path));
    let left: Vec<Utf8PathBuf> = paths.iter().filter(is_left).cloned().collect();
    let command = match (left.is_empty(), left.len() < paths.len()) {
        (true, _) => ways.commit_own(&paths, tree),
        (false, true) => format!("{} && {}", ways.amend(&left, tree), ways.again()),
        (false, false) => ways.amend(&left, tree),
    };
    Uncommitted { command, paths }
}

/// A setting of git's that the checkout lacks.
fn unset(setting: &Setting, ways: &Ways<'_>) -> Drift {
    Drift {
        difference: Difference {
            path: ".git/config".into(),
            line: None,
            direction: Direction::Model,
            what: format!("`{}` is not `{}`", setting.key, setting.after),
            remedy: Remedy::Generate,
        },
        command: ways.again(),
        instead: None,
    }
}

impl Uncommitted {
    /// What a patch is made of is committed with it.
    fn with(mut self, own: Self) -> Self {
        self.paths.extend(own.paths);
        self.paths.sort();
        self.paths.dedup();
        self
    }
}

/// In which turn a command is typed: what puts changes of somebody's away, or commits them, and what is decided by hand comes before
/// the runs that they are in the way of.
fn turn(drift: &Drift) -> u8 {
    let Drift {
        difference,
        command,
        ..
    } = drift;
    let is_conflict = difference.direction == Direction::Both;
    if is_conflict && difference.remedy == Remedy::Edit {
        return 1;
    }
    match command.split_whitespace().next() {
        Some("git" | "mv") if !command.contains(" switch ") => match command.contains("svcgen ") {
            true => 1,
            false => 0,
        },
        _ if command.contains(" --force") => 2,
        _ => 3,
    }
}
