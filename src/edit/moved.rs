//! Files of svcgen's that somebody moved.

use camino::{Utf8Path, Utf8PathBuf};

use super::likeness::Likeness;
use super::record::Form;
use super::rendered::Rendered;
use crate::worktree::Worktree;

impl Rendered {
    /// The file that svcgen wrote, that is no longer in its place, and whose lines are in this one.
    pub(crate) fn moved_to(&self, path: &Utf8Path, worktree: &Worktree) -> Option<Utf8PathBuf> {
        let content = worktree.read(path).ok().flatten()?;
        let index = self.index().ok()?;
        let whole = index
            .files
            .iter()
            .filter(|(_, written)| written.form == Form::Whole);
        let gone = whole
            .map(|(path, _)| path)
            .filter(|path| !worktree.has_file(path));
        let alike = gone.filter_map(|path| {
            let likeness = Likeness::of_written(Form::Whole, &self.read(path)?, &content)?;
            Some((likeness, path))
        });
        alike.max().map(|(_, path)| path.clone())
    }
}
