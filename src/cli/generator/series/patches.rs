use std::io;

use super::plan::Planned;
use super::summary::SeriesSummary;
use super::{Chosen, Run};
use crate::cli::Failure;
use crate::cli::generator::conflicts::Conflicts;
use crate::cli::generator::verify;
use crate::edit::{Conflict, Rendered};
use crate::generate::SeriesStep;
use crate::interrupt;
use crate::worktree::Worktree;

/// The patches of the series as they are planned, with what is told of them, whether they become commits or not.
pub(super) struct Patches<'a> {
    pub(super) run: &'a Run<'a>,
    pub(super) chosen: &'a Chosen,
    pub(super) worktree: &'a Worktree,
    /// What svcgen remembers of each patch, of those too that are not chosen.
    pub(super) stores: &'a [(SeriesStep, Rendered)],
    pub(super) planned: &'a [Planned],
    pub(super) told: SeriesSummary<'a>,
}

impl<'a> Patches<'a> {
    pub(super) fn new(
        run: &'a Run<'a>,
        chosen: &'a Chosen,
        worktree: &'a Worktree,
        (stores, planned): (&'a [(SeriesStep, Rendered)], &'a [Planned]),
    ) -> Self {
        Self {
            run,
            chosen,
            worktree,
            stores,
            planned,
            told: SeriesSummary::new(worktree.root(), planned),
        }
    }

    /// All that svcgen remembers of the patches.
    pub(super) fn all_stores(&self) -> Vec<&'a Rendered> {
        self.stores.iter().map(|(_, store)| store).collect()
    }

    /// Whether a patch changes any file.
    pub(super) fn have_edits(&self) -> bool {
        self.planned
            .iter()
            .any(|patch| !patch.edits.edits.is_empty())
    }

    /// Prints each patch under its heading.
    pub(super) fn show(&self) -> io::Result<()> {
        for patch in self.planned {
            self.told.show(patch, self.run.ui, self.run.options)?;
        }
        Ok(())
    }

    /// What somebody and svcgen both changed, where there is anything, which is reached this way.
    pub(super) fn conflicts(&self, way: Option<String>) -> Option<Conflicts<'a>> {
        let all = self.planned.iter().flat_map(|patch| &patch.edits.conflicts);
        let all: Vec<&Conflict> = all.collect();
        let root = self.worktree.root();
        (!all.is_empty()).then(|| Conflicts {
            all,
            again: self.run.series_in_files(self.chosen, root),
            whole: self.run.series_again(self.chosen, root),
            uncommitted: Vec::new(),
            note: None,
            way,
        })
    }

    /// Has each patch judged in the tree as it is after it.
    pub(super) fn judge(&mut self) -> Result<(), Failure> {
        let Run {
            ui,
            options,
            loaded,
            ..
        } = *self.run;
        if !options.verifies() {
            return Ok(());
        }
        for patch in self.planned {
            let has_edits = !patch.edits.edits.is_empty();
            let is_there = !patch.patch.generated.desired.is_empty();
            if !(has_edits || options.verify && is_there) {
                continue;
            }
            let what = format!("verifying {}...", patch.step.name());
            let verdict = ui.busy(&what, || {
                verify::judge_patch(patch.step, &patch.after, &patch.patch.generated, loaded)
            })?;
            interrupt::check(interrupt::UNWRITTEN)?;
            self.told.judged(patch, verdict, ui)?;
        }
        Ok(())
    }
}
