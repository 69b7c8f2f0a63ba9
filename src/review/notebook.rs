//! Lines that are remembered of a repository, in svcgen's folder of its git directory.

use std::io::Write as _;

use camino::Utf8PathBuf;
use fs_err::OpenOptions;

use super::error::ReviewError;
use crate::git::{Checkout, GitError};

/// A file of lines, the oldest first.
#[derive(Debug)]
pub(super) struct Notebook {
    /// None where the folder has no name that can be written.
    path: Option<Utf8PathBuf>,
}

impl Notebook {
    pub(super) fn of(checkout: &Checkout, name: &str) -> Self {
        let folder = checkout.repository().commondir().to_owned();
        let folder = Utf8PathBuf::from_path_buf(folder).ok();
        Self {
            path: folder.map(|folder| folder.join("svcgen").join(name)),
        }
    }

    pub(super) fn lines(&self) -> Vec<String> {
        let text = self.path.as_ref().map(fs_err::read_to_string);
        let text = text.and_then(Result::ok).unwrap_or_default();
        text.lines().map(str::to_owned).collect()
    }

    /// Adds lines; a run that ends in the middle leaves at most one that says nothing.
    pub(super) fn add(&self, lines: &[String]) -> Result<(), ReviewError> {
        let Some(path) = self.path.as_ref().filter(|_| !lines.is_empty()) else {
            return Ok(());
        };
        let write = || -> std::io::Result<()> {
            if let Some(folder) = path.parent() {
                fs_err::create_dir_all(folder)?;
            }
            let mut file = OpenOptions::new().create(true).append(true).open(path)?;
            let lines: String = lines.iter().map(|line| format!("{line}\n")).collect();
            file.write_all(lines.as_bytes())
        };
        let path = path.clone();
        Ok(write().map_err(|source| GitError::Write { path, source })?)
    }
}
