use camino::{Utf8Path, Utf8PathBuf};
use thiserror::Error;

use super::memory::Memory;
use super::plan::{EditPlan, FileEdit};
use super::rendered::Rendered;
use super::staging::{Staged, Staging};
use crate::worktree::{Worktree, WorktreeError};

/// The most that remembering a file takes on the disk besides its text, in bytes: its folders, and its entry.
const PER_RECORD: usize = 32 * 1024;

/// An edit that could not be applied.
#[derive(Debug, Error)]
pub enum ApplyError {
    #[error(transparent)]
    Worktree(#[from] WorktreeError),
    #[error("`{path}` was changed by someone else in the meantime; nothing was changed")]
    Changed { path: Utf8PathBuf },
    /// Every file is old.
    #[error("`{path}` could not be written; nothing was changed")]
    Prepare {
        path: Utf8PathBuf,
        source: std::io::Error,
    },
    /// The files before it are new; it and those after it are old.
    #[error("`{path}` was changed by someone else while others were written; it is left as it is")]
    Overtaken { path: Utf8PathBuf },
    /// The files before it are new; it and those after it are old.
    #[error("`{path}` could not be replaced")]
    Write {
        path: Utf8PathBuf,
        source: std::io::Error,
    },
    /// The files before it are new; it and those after it are old.
    #[error("`{path}` was not written: it could not be recorded as svcgen's")]
    Remember {
        path: Utf8PathBuf,
        source: std::io::Error,
    },
}

/// Applies a plan: each file by a temporary file that is flushed to disk and renamed over the old one, or taken away.
///
/// All temporary files are there before the first is renamed, so that a full disk or a forbidden folder changes nothing.
///
/// # Errors
/// At the first file that cannot be written, or that is no longer what the plan was made from.
pub fn apply(plan: &EditPlan, worktree: &Worktree, rendered: &Rendered) -> Result<(), ApplyError> {
    let is_same = |edit: &FileEdit| worktree.read(&edit.path).map(|now| now == edit.before);
    for edit in &plan.edits {
        if !is_same(edit)? {
            return Err(ApplyError::Changed {
                path: edit.path.clone(),
            });
        }
    }
    for (index, (edit, staged)) in prepare(plan, worktree, rendered)?.into_iter().enumerate() {
        // Writing to the disk takes its time, in which somebody may have saved the file.
        if !is_same(edit)? {
            let path = edit.path.clone();
            return Err(match index {
                0 => ApplyError::Changed { path },
                _ => ApplyError::Overtaken { path },
            });
        }
        let memory = Memory {
            record: &edit.record,
            before: edit.before.as_deref(),
            left: edit.after.as_deref(),
            is_marked: edit.is_marked(),
        };
        rendered
            .remember(&edit.path, &memory)
            .map_err(|source| forgotten(&edit.path, source))?;
        let failed = |source| ApplyError::Write {
            path: edit.path.clone(),
            source,
        };
        match staged {
            Some(staged) => staged.replace().map_err(failed)?,
            None => remove(worktree, &edit.path)?,
        }
    }
    remember_records(plan, rendered)
}

/// Remembers what a plan wrote, where something else than `apply` has written it.
///
/// # Errors
/// Where it cannot be remembered.
pub fn remember(plan: &EditPlan, rendered: &Rendered) -> Result<(), ApplyError> {
    for edit in &plan.edits {
        let memory = Memory {
            record: &edit.record,
            before: edit.before.as_deref(),
            left: edit.after.as_deref(),
            is_marked: edit.is_marked(),
        };
        let remembered = rendered.remember(&edit.path, &memory);
        remembered.map_err(|source| forgotten(&edit.path, source))?;
    }
    remember_records(plan, rendered)
}

/// Remembers what does not change.
fn remember_records(plan: &EditPlan, rendered: &Rendered) -> Result<(), ApplyError> {
    for noted in &plan.records {
        let memory = Memory {
            record: &noted.record,
            before: None,
            left: noted.left.as_deref(),
            is_marked: false,
        };
        let remembered = rendered.remember(&noted.path, &memory);
        remembered.map_err(|source| forgotten(&noted.path, source))?;
    }
    Ok(())
}

fn forgotten(path: &Utf8Path, source: std::io::Error) -> ApplyError {
    ApplyError::Remember {
        path: path.to_owned(),
        source,
    }
}

/// Writes all new contents to disk, and makes the folders that they go into.
fn prepare<'a>(
    plan: &'a EditPlan,
    worktree: &Worktree,
    rendered: &Rendered,
) -> Result<Vec<(&'a FileEdit, Option<Staged>)>, ApplyError> {
    let Some(first) = plan.edits.first() else {
        return Ok(Vec::new());
    };
    let failed = |edit: &FileEdit| {
        let path = edit.path.clone();
        |source| ApplyError::Prepare { path, source }
    };
    let mut staging = Staging::open(rendered.staging()).map_err(failed(first))?;
    let mut prepared = Vec::new();
    for edit in &plan.edits {
        let Some(text) = &edit.after else {
            prepared.push((edit, None));
            continue;
        };
        let path = worktree.resolve(&edit.path)?;
        let folder = path.parent().unwrap_or(worktree.root());
        staging.make_folder(folder).map_err(failed(edit))?;
        // A folder that was just made could have been replaced by a link in between.
        let path = worktree.resolve(&edit.path)?;
        let staged = staging.stage(path, text.as_bytes()).map_err(failed(edit))?;
        prepared.push((edit, Some(staged)));
    }
    let lengths = plan.edits.iter().map(|edit| {
        let length = |text: &Option<String>| text.as_deref().map_or(0, str::len);
        length(&edit.before) + length(&edit.after) + PER_RECORD
    });
    staging.reserve(lengths.sum()).map_err(failed(first))?;
    staging.keep();
    Ok(prepared)
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::edit::record::Record;

    #[test]
    fn what_is_saved_while_others_are_written_stays() {
        let folder = tempfile::tempdir().unwrap();
        let root = Utf8Path::from_path(folder.path()).unwrap();
        fs_err::write(root.join("file"), "old").unwrap();
        let edit = |after: &str| FileEdit {
            path: "file".into(),
            before: Some("old".into()),
            after: Some(after.into()),
            marks: Vec::new(),
            record: Record::Forgotten,
        };
        // The first stands for somebody who saves what the second is to replace.
        let plan = EditPlan {
            edits: vec![edit("saved"), edit("lost")],
            ..EditPlan::default()
        };
        let worktree = Worktree::open(root).unwrap();
        let applied = apply(&plan, &worktree, &Rendered::none());
        assert!(matches!(applied, Err(ApplyError::Overtaken { path }) if path == "file"));
        assert_eq!(fs_err::read_to_string(root.join("file")).unwrap(), "saved");
    }
}
