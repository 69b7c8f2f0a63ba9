//! Keeps a second interview of a model away from the draft of the first.

use std::fs::{File, TryLockError};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::MetadataExt as _;

use camino::Utf8PathBuf;

/// How often the file is looked for that others take away meanwhile.
const TRIES: usize = 100;

/// The lock of a draft; it ends with the program, however that ends.
#[derive(Debug)]
pub struct DraftLock {
    path: Utf8PathBuf,
    _file: File,
}

/// What came of taking a lock.
#[derive(Debug)]
pub(super) enum Taken {
    Ours(DraftLock),
    /// Another process has it, whose number is known once it has written that.
    Held(Option<u32>),
}

impl DraftLock {
    /// Takes the lock at a path.
    ///
    /// # Errors
    /// Where files cannot be written there, or cannot be locked.
    pub(super) fn take(path: Utf8PathBuf) -> io::Result<Taken> {
        for _ in 0..TRIES {
            let mut options = File::options();
            let options = options.read(true).write(true).create(true).truncate(false);
            let mut file = options.open(&path)?;
            match file.try_lock() {
                Ok(()) => {}
                Err(TryLockError::WouldBlock) => return Ok(Taken::Held(holder(&mut file))),
                Err(TryLockError::Error(error)) => return Err(error),
            }
            // Whoever ended in between took the file away with its lock.
            let is_there = path.metadata().map(|found| found.ino());
            if is_there.ok() == Some(file.metadata()?.ino()) {
                file.set_len(0)?;
                writeln!(file, "{}", std::process::id())?;
                return Ok(Taken::Ours(Self { path, _file: file }));
            }
        }
        Ok(Taken::Held(None))
    }
}

impl Drop for DraftLock {
    fn drop(&mut self) {
        // One that stays is locked by nobody.
        let _removed = std::fs::remove_file(&self.path);
    }
}

fn holder(file: &mut File) -> Option<u32> {
    let mut text = String::new();
    file.read_to_string(&mut text).ok()?;
    text.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_at_a_time_has_a_lock_and_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let path = Utf8PathBuf::from_path_buf(folder.path().join("x.lock")).unwrap();
        let take = || DraftLock::take(path.clone()).unwrap();
        fs_err::write(&path, "left by a kill").unwrap();
        let Taken::Ours(first) = take() else {
            panic!("nobody has it")
        };
        let own = std::process::id();
        assert!(matches!(take(), Taken::Held(Some(pid)) if pid == own));
        drop(first);
        assert!(!path.exists());
        assert!(matches!(take(), Taken::Ours(_)));
    }
}
