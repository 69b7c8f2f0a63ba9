use std::io::{self, ErrorKind, Write as _};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::time::{Duration, SystemTime};

use camino::{Utf8Path, Utf8PathBuf};
use rustix::fs::{Access, access};
use tempfile::NamedTempFile;

use crate::error::reworded;

/// What the names of temporary files begin with.
const PREFIX: &str = ".svcgen-";

/// After what time a temporary file is what a killed run left: none lives longer than its run writes.
const STALE: Duration = Duration::from_secs(3600);

/// Where new contents are written, before the first of them takes the place of an old one.
///
/// Dropping it takes back the folders that were made, where they are empty.
#[derive(Debug)]
pub(super) struct Staging {
    /// A folder that git does not look at; none outside of a repository.
    folder: Option<Utf8PathBuf>,
    made: Vec<Utf8PathBuf>,
    reserve: Option<NamedTempFile>,
}

/// A new content that is whole on the disk, and the file that it is for.
#[derive(Debug)]
pub(super) struct Staged {
    temporary: NamedTempFile,
    target: Utf8PathBuf,
}

impl Staging {
    /// Makes the folder ready, and clears it of what killed runs left.
    ///
    /// # Errors
    /// Where it cannot be made.
    pub(super) fn open(folder: Option<Utf8PathBuf>) -> io::Result<Self> {
        if let Some(folder) = &folder {
            fs_err::create_dir_all(folder)?;
            sweep(folder);
        }
        Ok(Self {
            folder,
            made: Vec::new(),
            reserve: None,
        })
    }

    /// Makes a folder of the tree and those that lead to it.
    ///
    /// # Errors
    /// Where one cannot be made.
    pub(super) fn make_folder(&mut self, folder: &Utf8Path) -> io::Result<()> {
        let missing = folder.ancestors().take_while(|folder| !folder.exists());
        let missing: Vec<&Utf8Path> = missing.collect();
        for folder in missing.into_iter().rev() {
            fs_err::create_dir(folder)?;
            self.made.push(folder.to_owned());
        }
        Ok(())
    }

    /// Writes a new content beside the one that it is to replace, out of git's sight where that is possible.
    ///
    /// # Errors
    /// Where there is no room for it, or the file may not be replaced.
    pub(super) fn stage(&self, target: Utf8PathBuf, content: &[u8]) -> io::Result<Staged> {
        let folder = target.parent().unwrap_or(&target);
        access(folder.as_std_path(), Access::WRITE_OK | Access::EXEC_OK)
            .map_err(|error| refused(folder, error.into()))?;
        // What is on another file system cannot be renamed.
        let hidden = match &self.folder {
            Some(hidden) if fs_err::metadata(hidden)?.dev() == fs_err::metadata(folder)?.dev() => {
                hidden
            }
            _ => {
                sweep(folder);
                folder
            }
        };
        Staged::new(hidden, target.clone(), content)
    }

    /// Takes room on the disk, in bytes, for what is remembered of each file after it is replaced.
    ///
    /// # Errors
    /// Where there is no such room.
    pub(super) fn reserve(&mut self, size: usize) -> io::Result<()> {
        if let Some(folder) = &self.folder {
            let reserve = write(folder, &vec![0; size]);
            self.reserve = Some(reserve.map_err(|error| refused(folder, error))?);
        }
        Ok(())
    }

    /// Keeps the folders that were made, and gives the room back to those who need it now.
    pub(super) fn keep(mut self) {
        self.made.clear();
    }
}

impl Drop for Staging {
    fn drop(&mut self) {
        for folder in self.made.iter().rev() {
            // One that somebody has put something into stays.
            let _removed = std::fs::remove_dir(folder);
        }
    }
}

impl Staged {
    fn new(folder: &Utf8Path, target: Utf8PathBuf, content: &[u8]) -> io::Result<Self> {
        let temporary = write(folder, content).map_err(|error| refused(folder, error))?;
        let permissions = match fs_err::metadata(&target) {
            Ok(metadata) => metadata.permissions(),
            // Temporary files are private; a new file of a tree is readable as git writes it.
            Err(_) => std::fs::Permissions::from_mode(0o644),
        };
        temporary.as_file().set_permissions(permissions)?;
        Ok(Self { temporary, target })
    }

    /// Takes the place of the old content.
    ///
    /// # Errors
    /// Where the file cannot be replaced; it is as it was.
    pub(super) fn replace(self) -> io::Result<()> {
        let Self { temporary, target } = self;
        let folder = target.parent().unwrap_or(&target).to_owned();
        match temporary.persist(&target) {
            Ok(_) => std::fs::File::open(folder)?.sync_all(),
            // One file system that is mounted twice.
            Err(error) if error.error.kind() == ErrorKind::CrossesDevices => {
                let content = fs_err::read(error.file.path())?;
                replace(&target, &content)
            }
            Err(error) => Err(error.error),
        }
    }
}

/// Replaces a file by another content: the old one stays until the new one is whole on the disk.
///
/// # Errors
/// Where it cannot be written; the file is as it was.
pub(crate) fn replace(path: &Utf8Path, content: &[u8]) -> io::Result<()> {
    let folder = path.parent().unwrap_or(path);
    let staged = Staged::new(folder, path.to_owned(), content)?;
    staged.temporary.persist(path)?;
    std::fs::File::open(folder)?.sync_all()
}

/// Writes a temporary file, whole and to the disk.
fn write(folder: &Utf8Path, content: &[u8]) -> io::Result<NamedTempFile> {
    let mut temporary = tempfile::Builder::new()
        .prefix(PREFIX)
        .tempfile_in(folder)?;
    temporary.write_all(content)?;
    temporary.as_file().sync_all()?;
    Ok(temporary)
}

/// Says which folder refuses, without the name of a temporary file that nobody knows.
fn refused(folder: &Utf8Path, error: io::Error) -> io::Error {
    let reason = reworded(&error);
    io::Error::new(
        error.kind(),
        format!("`{folder}` cannot be written to: {reason}"),
    )
}

/// Removes the temporary files that killed runs left in a folder.
pub(crate) fn sweep(folder: &Utf8Path) {
    let is_stale = |entry: &std::fs::DirEntry| {
        let modified = entry.metadata().and_then(|metadata| metadata.modified());
        let age = modified.map(|time| SystemTime::now().duration_since(time).unwrap_or_default());
        age.is_ok_and(|age| age > STALE)
    };
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    for entry in entries {
        if entry.file_name().to_string_lossy().starts_with(PREFIX) && is_stale(&entry) {
            // It is in nobody's way where it stays.
            let _removed = std::fs::remove_file(entry.path());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Utf8Path) -> Vec<String> {
        let entries = fs_err::read_dir(folder).unwrap();
        let mut names: Vec<String> = entries
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn what_a_killed_run_left_goes_after_a_while() {
        let folder = tempfile::tempdir().unwrap();
        let hidden = Utf8Path::from_path(folder.path()).unwrap().join("tmp");
        fs_err::create_dir(&hidden).unwrap();
        for name in [".svcgen-old", ".svcgen-new", "other"] {
            fs_err::write(hidden.join(name), "").unwrap();
        }
        let long_ago = SystemTime::now() - 2 * STALE;
        for name in [".svcgen-old", "other"] {
            let file = fs_err::File::options().write(true).open(hidden.join(name));
            file.unwrap().set_modified(long_ago).unwrap();
        }
        Staging::open(Some(hidden.clone())).unwrap();
        assert_eq!(names(&hidden), [".svcgen-new", "other"]);
    }

    #[test]
    fn nothing_is_seen_before_it_is_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let root = Utf8Path::from_path(folder.path()).unwrap();
        let mut staging = Staging::open(Some(root.join(".git/tmp"))).unwrap();
        staging.make_folder(&root.join("a/b")).unwrap();
        let staged = staging.stage(root.join("a/b/file"), b"new").unwrap();
        assert_eq!(names(&root.join("a/b")), [""; 0]);
        assert_eq!(names(&root.join(".git/tmp")).len(), 1);
        staged.replace().unwrap();
        assert_eq!(
            fs_err::read_to_string(root.join("a/b/file")).unwrap(),
            "new"
        );
        assert_eq!(names(&root.join(".git/tmp")), [""; 0]);
        drop(staging);
        assert_eq!(
            names(root),
            [".git", "a"],
            "a folder with a file in it stays"
        );
    }

    #[test]
    fn folders_go_again_where_nothing_comes_of_them() {
        let folder = tempfile::tempdir().unwrap();
        let root = Utf8Path::from_path(folder.path()).unwrap();
        let mut staging = Staging::open(None).unwrap();
        staging.make_folder(&root.join("a/b")).unwrap();
        drop(staging);
        assert_eq!(names(root), [""; 0]);
    }
}
