//! A folder of files that generators read and edits are applied to: a checkout, or an empty folder.
//!
//! Only paths below the root are touched, and never through a symlink that leads out of it.

use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::sync::Arc;

use camino::{Utf8Component, Utf8Path, Utf8PathBuf};
use thiserror::Error;

/// A folder of files.
#[derive(Debug, Clone)]
pub struct Worktree {
    root: Utf8PathBuf,
    /// Files that are taken for another text than the one on the disk, or for gone.
    texts: Arc<BTreeMap<Utf8PathBuf, Option<String>>>,
}

/// A file that is taken for another text: its path, the text on the disk, and the other one.
pub type Difference = (Utf8PathBuf, Option<String>, Option<String>);

/// A file that cannot be read or written.
#[derive(Debug, Error)]
pub enum WorktreeError {
    #[error("`{path}` is not a folder")]
    NotAFolder { path: Utf8PathBuf },
    #[error("`{path}` leads out of `{root}`")]
    Outside {
        path: Utf8PathBuf,
        root: Utf8PathBuf,
    },
    #[error("`{path}` is a symlink that leads nowhere")]
    Dangling { path: Utf8PathBuf },
    #[error("`{path}` is not UTF-8 text")]
    NotText { path: Utf8PathBuf },
    #[error("`{path}` is {found}, where a file is expected")]
    NotAFile {
        path: Utf8PathBuf,
        found: &'static str,
    },
    #[error("{}", crate::error::reworded(.0))]
    Io(#[from] std::io::Error),
}

impl WorktreeError {
    /// What to do about it.
    pub fn hint(&self) -> String {
        match self {
            Self::NotAFolder { .. } => "name an existing folder".into(),
            Self::Outside { .. } => {
                "put a real folder there: svcgen does not write through a symlink that leads out"
                    .into()
            }
            Self::Dangling { path } => format!("`ls -l {path}` shows where it leads; remove it"),
            Self::NotText { .. } => "save it as UTF-8; `file` shows what it is".into(),
            Self::NotAFile { .. } => "move what is there elsewhere, and run this again".into(),
            Self::Io(_) => "`ls -ld` shows what is there, and its permissions".into(),
        }
    }
}

impl Worktree {
    /// Opens a folder.
    ///
    /// # Errors
    /// Where it is not there, or not a folder.
    pub fn open(root: &Utf8Path) -> Result<Self, WorktreeError> {
        match root.canonicalize_utf8() {
            Ok(root) if root.is_dir() => Ok(Self {
                root,
                texts: Arc::default(),
            }),
            Ok(_) => Err(WorktreeError::NotAFolder {
                path: root.to_owned(),
            }),
            Err(error) if error.kind() == ErrorKind::NotFound => Err(WorktreeError::NotAFolder {
                path: root.to_owned(),
            }),
            Err(error) => Err(error.into()),
        }
    }

    /// A folder that is there or will be made, by the first file that is written into it.
    ///
    /// # Errors
    /// Where something else is there, or on the way.
    pub fn planned(root: &Utf8Path) -> Result<Self, WorktreeError> {
        let here = || WorktreeError::NotAFolder {
            path: root.to_owned(),
        };
        let absolute =
            Utf8PathBuf::from_path_buf(std::path::absolute(root)?).map_err(|_| here())?;
        let is_there = |folder: &&Utf8Path| folder.symlink_metadata().is_ok();
        let present = absolute.ancestors().find(is_there).ok_or_else(here)?;
        let below = absolute.strip_prefix(present).map_err(|_| here())?;
        match Self::open(present) {
            Ok(found) if below.as_str().is_empty() => Ok(found),
            // What does not exist cannot be a link; `..` in it would be.
            Ok(found)
                if below
                    .components()
                    .all(|c| matches!(c, Utf8Component::Normal(_))) =>
            {
                Ok(Self {
                    root: found.root.join(below),
                    texts: Arc::default(),
                })
            }
            Ok(_) | Err(WorktreeError::NotAFolder { .. }) => Err(here()),
            Err(error) => Err(error),
        }
    }

    /// The same folder, looked at as if these files had these texts; nothing is written.
    #[must_use]
    pub fn as_if(&self, files: impl IntoIterator<Item = (Utf8PathBuf, Option<String>)>) -> Self {
        let mut texts = (*self.texts).clone();
        texts.extend(files);
        Self {
            root: self.root.clone(),
            texts: Arc::new(texts),
        }
    }

    /// The files that are taken for another text than the one on the disk: path, disk, text.
    ///
    /// # Errors
    /// As of `read`.
    pub fn differences(&self) -> Result<Vec<Difference>, WorktreeError> {
        let disk = Self {
            root: self.root.clone(),
            texts: Arc::default(),
        };
        let mut all = Vec::new();
        for (path, text) in self.texts.iter() {
            let before = disk.read(path)?;
            if before != *text {
                all.push((path.clone(), before, text.clone()));
            }
        }
        Ok(all)
    }

    /// The folder itself, without symlinks.
    pub fn root(&self) -> &Utf8Path {
        &self.root
    }

    /// The place of a file below the root.
    ///
    /// # Errors
    /// Where the path is not relative, or a symlink on the way leads out of the root, to git's own files, or nowhere.
    pub fn resolve(&self, path: &Utf8Path) -> Result<Utf8PathBuf, WorktreeError> {
        let outside = || WorktreeError::Outside {
            path: path.to_owned(),
            root: self.root.clone(),
        };
        let mut resolved = self.root.clone();
        for component in path.components() {
            let Utf8Component::Normal(name) = component else {
                return Err(outside());
            };
            resolved.push(name);
            if resolved.symlink_metadata().is_ok_and(|m| m.is_symlink()) {
                let dangling = || WorktreeError::Dangling {
                    path: path.to_owned(),
                };
                resolved = resolved.canonicalize_utf8().map_err(|_| dangling())?;
                if !resolved.starts_with(&self.root) {
                    return Err(outside());
                }
            }
        }
        let below = resolved.strip_prefix(&self.root).unwrap_or(&resolved);
        // Git's own files run as hooks, and no tree has them.
        if below
            .components()
            .any(|part| part.as_str().eq_ignore_ascii_case(".git"))
        {
            return Err(outside());
        }
        Ok(resolved)
    }

    /// Reads a file; `None` where it is not there.
    ///
    /// # Errors
    /// Where it is outside, not text, not a file, or not readable.
    pub fn read(&self, path: impl AsRef<Utf8Path>) -> Result<Option<String>, WorktreeError> {
        let path = path.as_ref();
        let resolved = self.resolve(path)?;
        if let Some(text) = self.texts.get(path) {
            return Ok(text.clone());
        }
        match fs_err::read(&resolved) {
            Ok(bytes) => String::from_utf8(bytes)
                .map(Some)
                .map_err(|_| WorktreeError::NotText {
                    path: path.to_owned(),
                }),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(_) if resolved.is_dir() => Err(WorktreeError::NotAFile {
                path: path.to_owned(),
                found: "a folder",
            }),
            Err(error) if error.kind() == ErrorKind::NotADirectory => {
                Err(WorktreeError::NotAFile {
                    path: path.to_owned(),
                    found: "below a file",
                })
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Whether there is a file.
    pub fn has_file(&self, path: impl AsRef<Utf8Path>) -> bool {
        match self.texts.get(path.as_ref()) {
            Some(text) => text.is_some(),
            None => self.resolve(path.as_ref()).is_ok_and(|path| path.is_file()),
        }
    }

    /// Whether there is a folder.
    pub fn has_folder(&self, path: impl AsRef<Utf8Path>) -> bool {
        self.resolve(path.as_ref()).is_ok_and(|path| path.is_dir())
    }

    /// The names in a folder, sorted; none where it is not there.
    pub fn list(&self, path: impl AsRef<Utf8Path>) -> Vec<String> {
        let Ok(resolved) = self.resolve(path.as_ref()) else {
            return Vec::new();
        };
        let entries = fs_err::read_dir(resolved).into_iter().flatten().flatten();
        let mut names: Vec<String> = entries
            .filter_map(|e| e.file_name().into_string().ok())
            .collect();
        names.sort();
        names
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_read_through_a_symlink_that_leads_out() {
        let folder = tempfile::tempdir().unwrap();
        let root = Utf8Path::from_path(folder.path()).unwrap().join("tree");
        fs_err::create_dir_all(root.join("sub")).unwrap();
        fs_err::write(root.join("../secret"), "s").unwrap();
        fs_err::write(root.join("sub/file"), "f").unwrap();
        std::os::unix::fs::symlink("..", root.join("out")).unwrap();
        std::os::unix::fs::symlink("sub", root.join("in")).unwrap();
        let tree = Worktree::open(&root).unwrap();
        assert_eq!(tree.read("in/file").unwrap().as_deref(), Some("f"));
        assert_eq!(tree.read("in/none").unwrap(), None);
        assert!(matches!(
            tree.read("out/secret"),
            Err(WorktreeError::Outside { .. })
        ));
        std::os::unix::fs::symlink("none", root.join("nowhere")).unwrap();
        assert!(matches!(
            tree.read("nowhere"),
            Err(WorktreeError::Dangling { .. })
        ));
        assert!(matches!(
            tree.read("../secret"),
            Err(WorktreeError::Outside { .. })
        ));
        fs_err::create_dir_all(root.join(".git/hooks")).unwrap();
        std::os::unix::fs::symlink(".git/hooks", root.join("manifests")).unwrap();
        for path in ["manifests/pre-commit", ".git/config", "sub/.GIT/x"] {
            assert!(matches!(
                tree.resolve(path.into()),
                Err(WorktreeError::Outside { .. })
            ));
        }
        assert!(matches!(
            tree.read("/etc/passwd"),
            Err(WorktreeError::Outside { .. })
        ));
        assert!(matches!(
            tree.read("sub"),
            Err(WorktreeError::NotAFile { .. })
        ));
        assert!(matches!(
            tree.read("sub/file/x"),
            Err(WorktreeError::NotAFile { .. })
        ));
    }
}
