//! Files that somebody took out of the work tree, and that are written anew for it.

use std::collections::BTreeSet;

use camino::Utf8PathBuf;

use super::Run;
use super::commits::Planning;
use crate::cli::generator::uncommitted::{lines_of_others, restore};
use crate::count::count;
use crate::edit::Rendered;
use crate::git::committed_text;
use crate::worktree::Worktree;

impl Run<'_> {
    /// Warns where the last commit has lines of somebody's in such a file: they go.
    pub(super) fn warn_of_gone(
        &self,
        planning: &Planning<'_>,
        worktree: &Worktree,
        stores: &[&Rendered],
    ) {
        let (chain, root) = (&planning.chain, worktree.root());
        let gone = (0..stores.len()).flat_map(|patch| chain.gone(patch));
        let gone: BTreeSet<&Utf8PathBuf> = gone.collect();
        for path in gone {
            let Some(text) = committed_text(&root.join(path)) else {
                continue;
            };
            let others = lines_of_others(&text, path, stores);
            if others > 0 {
                let (lines, restore) = (count(others, "line"), restore(root, path));
                self.ui.warning(&format!(
                    "{path} is gone here and is written anew, without {lines} of somebody's that the last commit has: \
                     `{restore}` brings it back"
                ));
            }
        }
    }
}
