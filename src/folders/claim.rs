//! Whose a folder among the temporary files is: that of a run that will remove it, or of one that was killed.

use std::fs::File;
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

use camino::{Utf8Path, Utf8PathBuf};
use rustix::fs::{FlockOperation, Mode, OFlags, flock};
use rustix::io::{FdFlags, fcntl_setfd};

/// The file in such a folder that its run locks until it ends. A folder that is kept has none.
const FILE: &str = "removed-at-the-end";

/// The folder is this program's, which removes it at its end; the lock ends with the program, however that ends.
#[derive(Debug)]
pub(crate) struct Claim {
    lock: File,
}

impl Claim {
    /// Claims a folder.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub(crate) fn new(root: &Utf8Path) -> io::Result<Self> {
        // It has its name once it is locked: nobody finds it without a lock before that.
        let path = root.join(format!("{FILE}.new"));
        let lock = fs_err::File::create(&path)?.into_parts().0;
        flock(&lock, FlockOperation::LockExclusive)?;
        fs_err::rename(&path, root.join(FILE))?;
        Ok(Self { lock })
    }

    /// Has the programs that are started from now on hold the claim, too: who is left of them uses the folder still.
    ///
    /// # Errors
    /// Where the system refuses.
    pub(crate) fn for_children(self) -> io::Result<Self> {
        fcntl_setfd(&self.lock, FdFlags::empty())?;
        Ok(self)
    }
}

/// The folders in a folder for temporary files, by the beginning of their names, of runs of this user that were killed before
/// they removed them.
pub(crate) fn left(temporary: &Path, prefix: &str) -> Vec<Utf8PathBuf> {
    let entries = temporary.read_dir().into_iter().flatten().flatten();
    let paths = entries.filter_map(|entry| Utf8PathBuf::from_path_buf(entry.path()).ok());
    let mut paths: Vec<Utf8PathBuf> = paths.filter(|path| is_left(path, prefix)).collect();
    paths.sort();
    paths
}

/// Removes the folders that runs of this user left there when they were killed.
pub(crate) fn sweep(temporary: &Path, prefix: &str) {
    for left in left(temporary, prefix) {
        // Another run may be removing it at the same time; one that stays is tried again.
        let _removed = std::fs::remove_dir_all(left);
    }
}

/// Whether a folder is surely that of a run of this user that has ended.
fn is_left(root: &Utf8Path, prefix: &str) -> bool {
    let user = rustix::process::geteuid().as_raw();
    let is_own = root
        .symlink_metadata()
        .is_ok_and(|found| found.is_dir() && found.uid() == user);
    let is_named = root
        .file_name()
        .is_some_and(|name| name.starts_with(prefix));
    is_own && is_named && is_unlocked(&root.join(FILE), user)
}

/// Whether a file of a user's is there, and nobody locks it.
fn is_unlocked(path: &Utf8Path, user: u32) -> bool {
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
    let Ok(file) = rustix::fs::open(path.as_std_path(), flags, Mode::empty()) else {
        return false;
    };
    let file = File::from(file);
    let is_own = file
        .metadata()
        .is_ok_and(|found| found.is_file() && found.uid() == user);
    is_own && flock(&file, FlockOperation::NonBlockingLockShared).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_killed_run_left_goes_and_what_is_used_stays() {
        let temporary = tempfile::tempdir().unwrap();
        let place = Utf8Path::from_path(temporary.path()).unwrap();
        let folder = |name: &str| {
            let path = place.join(name);
            std::fs::create_dir(&path).unwrap();
            std::fs::write(path.join("something"), "").unwrap();
            path
        };
        let [left, used, new] = ["left", "used", "new"].map(|it| folder(&format!("packs-{it}")));
        let other = folder("other");
        drop(Claim::new(&left).unwrap());
        let _claim = Claim::new(&used).unwrap();
        drop(Claim::new(&other).unwrap());
        let link = place.join("packs-link");
        std::os::unix::fs::symlink(&other, &link).unwrap();
        sweep(temporary.path(), "packs-");
        assert!(!left.exists());
        for path in [used, new, other.join("something"), link] {
            assert!(path.exists(), "{path}");
        }
    }
}
