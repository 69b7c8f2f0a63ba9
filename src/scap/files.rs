use camino::{Utf8Path, Utf8PathBuf};

use crate::edit::EditPlan;
use crate::worktree::{Worktree, WorktreeError};

/// Where the files of a deploy repository are read from.
pub trait Files {
    /// Reads a file, relative to the root of the repository; `None` where it is not there.
    ///
    /// # Errors
    /// Where it is not readable, or not text.
    fn read(&self, path: &Utf8Path) -> Result<Option<String>, WorktreeError>;

    /// Whether there is a folder, relative to the root of the repository.
    fn has_folder(&self, path: &Utf8Path) -> bool;

    /// The names in a folder, as far as they are known: a misspelt one means one of them.
    fn names(&self, _folder: &Utf8Path) -> Vec<String> {
        Vec::new()
    }
}

/// A worktree as it will be once a plan is applied.
#[derive(Debug, Clone, Copy)]
pub struct Overlay<'a> {
    pub worktree: &'a Worktree,
    pub plan: &'a EditPlan,
}

impl Files for Worktree {
    fn read(&self, path: &Utf8Path) -> Result<Option<String>, WorktreeError> {
        self.read(path)
    }

    fn has_folder(&self, path: &Utf8Path) -> bool {
        self.has_folder(path)
    }

    fn names(&self, folder: &Utf8Path) -> Vec<String> {
        self.list(folder)
    }
}

impl Files for Overlay<'_> {
    fn read(&self, path: &Utf8Path) -> Result<Option<String>, WorktreeError> {
        match self.plan.edits.iter().find(|edit| edit.path == path) {
            Some(edit) => Ok(edit.after.clone()),
            None => self.worktree.read(path),
        }
    }

    fn has_folder(&self, path: &Utf8Path) -> bool {
        self.worktree.has_folder(path)
            || self
                .plan
                .edits
                .iter()
                .any(|edit| edit.after.is_some() && edit.path.starts_with(path))
    }

    fn names(&self, folder: &Utf8Path) -> Vec<String> {
        let edits = self.plan.edits.iter().filter(|edit| edit.after.is_some());
        let planned = edits.filter(|edit| edit.path.parent() == Some(folder));
        let planned = planned.filter_map(|edit| edit.path.file_name().map(str::to_owned));
        self.worktree
            .list(folder)
            .into_iter()
            .chain(planned)
            .collect()
    }
}

/// Reads the first of several files that is there.
///
/// # Errors
/// Where one is not readable, or not text.
pub(super) fn read_first(
    files: &dyn Files,
    paths: impl IntoIterator<Item = Utf8PathBuf>,
) -> Result<Option<(Utf8PathBuf, String)>, WorktreeError> {
    for path in paths {
        if let Some(text) = files.read(&path)? {
            return Ok(Some((path, text)));
        }
    }
    Ok(None)
}
