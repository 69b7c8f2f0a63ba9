use std::io::Write as _;

use camino::{Utf8Path, Utf8PathBuf};
use thiserror::Error;

use super::plan::EditPlan;
use super::rendered::Rendered;
use crate::worktree::{Worktree, WorktreeError};

/// An edit that could not be applied; the files before it are new, it and those after it are old.
#[derive(Debug, Error)]
pub enum ApplyError {
    #[error(transparent)]
    Worktree(#[from] WorktreeError),
    #[error("`{path}` was changed by somebody else in the meantime")]
    Changed { path: Utf8PathBuf },
    #[error("`{path}` could not be written")]
    Write {
        path: Utf8PathBuf,
        source: std::io::Error,
    },
}

/// Applies a plan: each file by a temporary file that is flushed to disk and renamed over the old one, or taken away.
///
/// # Errors
/// At the first file that cannot be written, or that is no longer what the plan was made from.
pub fn apply(plan: &EditPlan, worktree: &Worktree, rendered: &Rendered) -> Result<(), ApplyError> {
    for edit in &plan.edits {
        if worktree.read(&edit.path)? != edit.before {
            return Err(ApplyError::Changed {
                path: edit.path.clone(),
            });
        }
    }
    for edit in &plan.edits {
        let failed = |source| ApplyError::Write {
            path: edit.path.clone(),
            source,
        };
        match &edit.after {
            Some(text) => write(worktree, &edit.path, text)?,
            None => remove(worktree, &edit.path)?,
        }
        rendered
            .remember(&edit.path, &edit.record, edit.after.as_deref())
            .map_err(failed)?;
    }
    for (path, record) in &plan.records {
        let failed = |source| ApplyError::Write {
            path: path.clone(),
            source,
        };
        rendered.remember(path, record, None).map_err(failed)?;
    }
    Ok(())
}

fn write(worktree: &Worktree, path: &Utf8Path, text: &str) -> Result<(), ApplyError> {
    let failed = |source| ApplyError::Write {
        path: path.to_owned(),
        source,
    };
    let target = worktree.resolve(path)?;
    let folder = target.parent().unwrap_or(worktree.root());
    fs_err::create_dir_all(folder).map_err(failed)?;
    // A folder that was just made could have been replaced by a link in between.
    let target = worktree.resolve(path)?;
    replace(&target, text.as_bytes()).map_err(failed)
}

/// Takes a file away, and the folders that it leaves empty, as git does.
fn remove(worktree: &Worktree, path: &Utf8Path) -> Result<(), ApplyError> {
    let failed = |source| ApplyError::Write {
        path: path.to_owned(),
        source,
    };
    let target = worktree.resolve(path)?;
    fs_err::remove_file(&target).map_err(failed)?;
    let folders = target.ancestors().skip(1);
    for folder in folders.take_while(|folder| *folder != worktree.root()) {
        // A folder that is not empty refuses, and stays.
        if std::fs::remove_dir(folder).is_err() {
            break;
        }
    }
    Ok(())
}

/// Replaces a file by another content: the old one stays until the new one is whole on the disk.
pub(crate) fn replace(path: &Utf8Path, content: &[u8]) -> std::io::Result<()> {
    let folder = path.parent().unwrap_or(path);
    let mut temporary = tempfile::Builder::new()
        .prefix(".svcgen-")
        .tempfile_in(folder)?;
    temporary.write_all(content)?;
    let permissions = match fs_err::metadata(path) {
        Ok(metadata) => metadata.permissions(),
        Err(_) => default_permissions(),
    };
    temporary.as_file().set_permissions(permissions)?;
    temporary.as_file().sync_all()?;
    temporary.persist(path)?;
    std::fs::File::open(folder)?.sync_all()
}

/// Temporary files are private; a new file of a tree is readable as git writes it.
fn default_permissions() -> std::fs::Permissions {
    std::os::unix::fs::PermissionsExt::from_mode(0o644)
}
