use super::Ways;
use crate::cli::check::Drift;
use crate::drift::{Difference, Direction, Remedy};
use crate::generate::Stray;
use crate::worktree::Worktree;

impl Ways<'_> {
    /// What a tree has beside the model, with its way out.
    pub(in crate::cli::check) fn beside(&self, stray: &Stray, worktree: &Worktree) -> Drift {
        let difference = Difference {
            path: stray.path.clone(),
            line: Some(stray.line),
            direction: Direction::Unknown,
            what: stray.what.clone(),
            remedy: Remedy::Edit,
        };
        Drift {
            instead: Some(stray.way_out.to_owned()),
            ..self.close(difference, worktree)
        }
    }
}
