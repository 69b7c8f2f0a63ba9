//! The objects that targets lack, as git packs them; each pack is made once for all hosts that lack the same.

use std::collections::HashMap;
use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};
use thiserror::Error;
use tokio::sync::Mutex;

use super::session::Input;
use crate::error::{alone, is_lack_of_room, reworded, temporary};
use crate::folders::{self, Claim};
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
    /// Where files cannot be locked there is none, and the folder of a deploy that is killed stays.
    _claim: Option<Claim>,
    make: Arc<MakePack>,
    made: Mutex<HashMap<Lacking, std::path::PathBuf>>,
}

/// What the names of the folders begin with.
const PREFIX: &str = "svcgen-packs-";

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
        folders::sweep(&std::env::temp_dir(), PREFIX);
        let folder = tempfile::Builder::new().prefix(PREFIX).tempdir();
        let folder = folder.map_err(temporary)?;
        let claim = Utf8Path::from_path(folder.path()).map(Claim::new);
        Ok(Self {
            folder,
            _claim: claim.and_then(Result::ok),
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
