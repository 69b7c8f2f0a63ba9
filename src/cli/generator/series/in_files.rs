use std::io;

use camino::{Utf8Path, Utf8PathBuf};

use super::patches::Patches;
use crate::cli::Failure;
use crate::cli::generator::conflicts::Conflicts;
use crate::cli::generator::run::Job;
use crate::cli::generator::uncommitted::Uncommitted;
use crate::cli::generator::{Ended, Generator};
use crate::edit::apply;
use crate::error::CommandError;
use crate::review::dirty;

/// The patches, written into the files without a commit.
pub(super) struct InFiles<'a> {
    patches: Patches<'a>,
    /// The files that have uncommitted changes of somebody's.
    mixed: Vec<Utf8PathBuf>,
}

impl<'a> InFiles<'a> {
    pub(super) fn new(patches: Patches<'a>) -> Self {
        Self {
            patches,
            mixed: Vec::new(),
        }
    }
}

impl<'a> Job<'a> for InFiles<'a> {
    fn root(&self) -> &Utf8Path {
        self.patches.worktree.root()
    }

    fn show(&self) -> io::Result<()> {
        self.patches.show()
    }

    fn conflicts(&self) -> Result<Option<Conflicts<'a>>, CommandError> {
        Ok(self.patches.conflicts(None))
    }

    fn is_blocked(&self) -> bool {
        self.patches.planned.iter().any(|it| it.edits.is_blocked())
    }

    fn keep_apart(&mut self) -> Result<(), CommandError> {
        let Patches {
            run,
            worktree,
            planned,
            ..
        } = self.patches;
        let held = planned.iter().flat_map(|patch| patch.edits.held());
        let paths: Vec<Utf8PathBuf> = held.cloned().collect();
        let all = self.patches.all_stores();
        self.mixed = dirty(worktree.root(), &paths, &all)?;
        if run.options.force {
            return Ok(());
        }
        let is_touched =
            |path: &&Utf8PathBuf| planned.iter().any(|patch| patch.edits.changes(path));
        let touched: Vec<Utf8PathBuf> = self.mixed.iter().filter(is_touched).cloned().collect();
        let uncommitted = Uncommitted {
            generator: Generator::Puppet,
            worktree,
            paths: &touched,
            stores: &all,
            forced: Some(run.options.forced(touched.len())),
            is_of_commits: false,
        };
        uncommitted.refuse()
    }

    fn judge(&mut self) -> Result<(), Failure> {
        self.patches.judge()
    }

    fn has_differences(&self) -> bool {
        self.patches.have_edits()
    }

    fn write(&mut self, is_touched: &mut bool) -> Result<Ended, CommandError> {
        let Patches {
            run,
            worktree,
            planned,
            ..
        } = self.patches;
        *is_touched |= self.has_differences();
        for patch in planned {
            let rendered = patch.rendered.clone().mixed_in(self.mixed.clone());
            apply(&patch.edits, worktree, &rendered)?;
            self.patches.told.applied(patch, run.ui);
        }
        let is_written = self.has_differences() && worktree.root().join(".git").exists();
        Ok(match is_written {
            true => Ended::Written,
            false => Ended::Done,
        })
    }

    fn told(&self) -> serde_json::Result<serde_json::Value> {
        serde_json::to_value(&self.patches.told)
    }
}
