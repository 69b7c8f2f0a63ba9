//! The objects that targets lack, as git packs them; each pack is made once for all hosts that lack the same.

use std::collections::HashMap;
use std::fs::File;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;
use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};
use thiserror::Error;
use tokio::sync::Mutex;

use super::session::Input;
use crate::error::{alone, is_lack_of_room, reworded, temporary};
use crate::model::Revision;

/// What makes a pack: the store, what is wanted, what is there, and where the pack goes.
pub type MakePack = dyn Fn(&Utf8Path, &Revision, &[Revision], &std::path::Path) -> std::io::Result<()>
    + Send
    + Sync;

/// A store that lacks a commit: its place, the commit, and what it has.
pub(super) type Lacking = (Utf8PathBuf, Revision, Vec<Revision>);

/// Makes packs, and keeps them until the deploy is over.
pub struct Packs {
    folder: tempfile::TempDir,
    /// Held for as long as the folder is used.
    _lock: File,
    make: Arc<MakePack>,
    made: Mutex<HashMap<Lacking, std::path::PathBuf>>,
}

/// What the names of the folders begin with.
const PREFIX: &str = "svcgen-packs-";

/// The file that is locked for as long as a folder is used.
const LOCK: &str = "lock";

/// Locks a folder. Under its name, the lock is never seen open; where files cannot be locked, nobody sweeps either.
fn hold(folder: &Path) -> std::io::Result<File> {
    let unseen = folder.join("lock.new");
    let lock = File::create(&unseen)?;
    let _locked = lock.lock();
    std::fs::rename(unseen, folder.join(LOCK))?;
    Ok(lock)
}

/// Removes the folders of the user's that a killed deploy left.
fn sweep(temporary: &Path) {
    let user = rustix::process::geteuid().as_raw();
    for entry in temporary.read_dir().into_iter().flatten().flatten() {
        let is_own = entry.file_name().to_string_lossy().starts_with(PREFIX)
            // Of a link, this is about the link.
            && entry
                .metadata()
                .is_ok_and(|found| found.is_dir() && found.uid() == user);
        if !is_own {
            continue;
        }
        let Ok(lock) = File::open(entry.path().join(LOCK)) else {
            // It is being made just now, or removed.
            continue;
        };
        if lock.try_lock().is_ok() {
            // One that stays is tried again at the next deploy.
            let _removed = std::fs::remove_dir_all(entry.path());
        }
    }
}

/// A pack that cannot be made.
#[derive(Debug, Error)]
pub enum PackError {
    #[error("the objects of `{store}` cannot be packed: {reason}")]
    Make { store: Utf8PathBuf, reason: String },
    #[error(
        "there is no room in `{folder}` for what is sent to the hosts; `export TMPDIR=/a/folder/of/yours` names another"
    )]
    NoRoom { folder: String },
}

impl PackError {
    fn new(store: &Utf8Path, error: &std::io::Error) -> Self {
        // Git says it in words, and what it was told from here has its reason below it.
        let mut reason = reworded(error);
        let mut is_full = is_lack_of_room(error);
        let mut source = std::error::Error::source(error);
        while let Some(cause) = source {
            let system = cause.downcast_ref::<std::io::Error>();
            is_full |= system.is_some_and(is_lack_of_room);
            reason.push_str(&format!(": {}", alone(cause)));
            source = cause.source();
        }
        if is_full || reason.contains("No space left on device") {
            let folder = std::env::temp_dir().display().to_string();
            return Self::NoRoom { folder };
        }
        let store = store.to_owned();
        Self::Make { store, reason }
    }
}

impl Packs {
    /// Begins without a pack.
    ///
    /// # Errors
    /// Where there is no place for them.
    pub fn new(make: Arc<MakePack>) -> std::io::Result<Self> {
        sweep(&std::env::temp_dir());
        let folder = tempfile::Builder::new().prefix(PREFIX).tempdir();
        let folder = folder.map_err(temporary)?;
        let lock = hold(folder.path()).map_err(temporary)?;
        Ok(Self {
            folder,
            _lock: lock,
            make,
            made: Mutex::default(),
        })
    }

    /// Packs for the stores of one host, each behind a line with its length and place.
    pub(super) async fn for_stores(&self, lacking: &[Lacking]) -> Result<Input, PackError> {
        let mut files = Vec::new();
        for lack in lacking {
            let failed = |error| PackError::new(&lack.0, &error);
            let path = self.pack(lack).await?;
            let length = tokio::fs::metadata(&path).await.map_err(failed)?.len();
            files.push((format!("{length} {}\n", lack.0), path));
        }
        Ok(Input::Files(files.into()))
    }

    async fn pack(&self, lack: &Lacking) -> Result<std::path::PathBuf, PackError> {
        // Held while a pack is made: others that lack the same wait for it.
        let mut made = self.made.lock().await;
        if let Some(path) = made.get(lack) {
            return Ok(path.clone());
        }
        let path = self.folder.path().join(format!("{}.pack", made.len()));
        let (store, commit, tips) = lack.clone();
        let (make, to) = (Arc::clone(&self.make), path.clone());
        let task = tokio::task::spawn_blocking(move || make(&store, &commit, &tips, &to));
        match task.await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => return Err(PackError::new(&lack.0, &error)),
            Err(error) => return Err(PackError::new(&lack.0, &error.into())),
        }
        made.insert(lack.clone(), path.clone());
        Ok(path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_killed_deploy_left_goes_and_what_is_used_stays() {
        let temporary = tempfile::tempdir().unwrap();
        let folder = |name: &str| {
            let path = temporary.path().join(name);
            std::fs::create_dir(&path).unwrap();
            std::fs::write(path.join("0.pack"), "").unwrap();
            path
        };
        let [left, used, new] = ["left", "used", "new"].map(|it| folder(&format!("{PREFIX}{it}")));
        let other = folder("svcgen-other");
        drop(hold(&left).unwrap());
        let _lock = hold(&used).unwrap();
        drop(hold(&other).unwrap());
        let link = temporary.path().join(format!("{PREFIX}link"));
        std::os::unix::fs::symlink(&other, &link).unwrap();
        sweep(temporary.path());
        assert!(!left.exists());
        for path in [used, new, other.join("0.pack"), link] {
            assert!(path.exists(), "{}", path.display());
        }
    }
}
