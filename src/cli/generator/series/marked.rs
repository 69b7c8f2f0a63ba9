//! Conflicts that were marked in the files, and are in no commit yet.

use camino::{Utf8Path, Utf8PathBuf};

use super::{Chosen, Run};
use crate::edit::Rendered;
use crate::error::CommandError;
use crate::generate::Step;
use crate::review::uncommitted;

impl Run<'_> {
    /// Refuses to make commits from commits while the files have what somebody decided, or has to decide.
    pub(super) fn refuse_marked(
        &self,
        chosen: &Chosen,
        root: &Utf8Path,
        stores: &[(Step, Rendered)],
    ) -> Result<(), CommandError> {
        let marked = stores.iter().flat_map(|(_, store)| store.marked());
        let marked: Vec<Utf8PathBuf> = marked.collect();
        let found = uncommitted(root, &marked, &[])?;
        let mut paths = found.others.iter().chain(&found.own);
        let Some(path) = paths.next() else {
            return Ok(());
        };
        let git = format!("git -C {}", shell_words::quote(root.as_str()));
        let file = shell_words::quote(path.as_str());
        let again = self.series_in_files(chosen, root);
        Err(CommandError::conflict(format!(
            "`{path}` had conflicts marked, and is not committed since"
        ))
        .hint(format!(
            "resolve what stands between `<<<<<<<` and `>>>>>>>`, then `{git} commit --amend --no-edit -- {file}`"
        ))
        .hint(format!(
            "before that, `{again} --conflicts yours` keeps what was there, `--conflicts svcgen` takes what svcgen wants"
        )))
    }
}
