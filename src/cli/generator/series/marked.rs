//! Conflicts that were marked in the files, and what somebody made of them there.

use camino::{Utf8Path, Utf8PathBuf};

use super::{Chosen, Run};
use crate::edit::Rendered;
use crate::error::CommandError;
use crate::generate::SeriesStep;
use crate::review::uncommitted;
use crate::worktree::Worktree;

/// Files with their texts, in which conflicts were marked and are no more.
#[derive(Debug, Default)]
pub(super) struct Resolved {
    pub(super) all: Vec<(Utf8PathBuf, String)>,
    /// Those that are not committed as they are.
    pub(super) uncommitted: Vec<Utf8PathBuf>,
}

impl Resolved {
    /// What a patch takes from the work tree, of whose files these are.
    pub(super) fn taken_by(&self, rendered: &Rendered) -> Vec<(Utf8PathBuf, String)> {
        let own = rendered.marked();
        let all = self.all.iter();
        all.filter(|(path, _)| own.contains(path) && self.uncommitted.contains(path))
            .cloned()
            .collect()
    }
}

impl Run<'_> {
    /// Finds what conflicts were resolved to in the files.
    ///
    /// # Errors
    /// Where one is marked still, or nobody knows which patch lines belong to.
    pub(super) fn resolved(
        &self,
        chosen: &Chosen,
        worktree: &Worktree,
        stores: &[(SeriesStep, Rendered)],
    ) -> Result<Resolved, CommandError> {
        let mut resolved = Resolved::default();
        for (_, store) in stores {
            let marked = store.marked();
            let found = uncommitted(worktree.root(), &marked, &[])?;
            for path in marked {
                let Some(text) = worktree.read(&path)? else {
                    continue;
                };
                if store.is_taken_back(&path, &text) {
                    continue;
                }
                let is_uncommitted = found.others.contains(&path) || found.own.contains(&path);
                if is_uncommitted && !store.is_resolved(&path, &text) {
                    return Err(self.unresolved(chosen, worktree.root(), &path));
                }
                let holders = stores
                    .iter()
                    .filter(|(_, store)| store.paths().contains(&path));
                if is_uncommitted && holders.count() > 1 {
                    return Err(shared(worktree.root(), &path));
                }
                if is_uncommitted {
                    resolved.uncommitted.push(path.clone());
                }
                resolved.all.push((path, text));
            }
        }
        Ok(resolved)
    }

    fn unresolved(&self, chosen: &Chosen, root: &Utf8Path, path: &Utf8Path) -> CommandError {
        let again = self.series_in_files(chosen, root);
        CommandError::conflict(format!("`{path}` has conflicts marked that are not resolved"))
            .hint(format!(
                "resolve what is between `<<<<<<<` and `>>>>>>>`, then run `{}`",
                self.series_again(chosen, root)
            ))
            .hint(format!(
                "`{again} --conflicts yours` keeps what was there, `--conflicts svcgen` takes what svcgen wants"
            ))
    }
}

/// Lines of several patches are in the file.
fn shared(root: &Utf8Path, path: &Utf8Path) -> CommandError {
    let git = format!("git -C {}", shell_words::quote(root.as_str()));
    let file = shell_words::quote(path.as_str());
    CommandError::conflict(format!(
        "`{path}` has lines of several patches, and what its conflicts were resolved to is in no commit yet"
    ))
    .hint(format!("`{git} commit --amend --no-edit -- {file}` puts it into the last one"))
}
