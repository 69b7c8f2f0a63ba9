//! The objects that targets lack, as git packs them; each pack is made once for all hosts that lack the same.

use std::collections::HashMap;
use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};
use thiserror::Error;
use tokio::sync::Mutex;

use super::session::Input;
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
    make: Arc<MakePack>,
    made: Mutex<HashMap<Lacking, std::path::PathBuf>>,
}

/// A pack that cannot be made.
#[derive(Debug, Error)]
pub enum PackError {
    #[error("the objects of `{store}` cannot be packed")]
    Make {
        store: Utf8PathBuf,
        source: std::io::Error,
    },
    #[error("the objects of `{store}` cannot be packed: {reason}")]
    Task { store: Utf8PathBuf, reason: String },
}

impl Packs {
    /// Begins without a pack.
    ///
    /// # Errors
    /// Where there is no place for them.
    pub fn new(make: Arc<MakePack>) -> std::io::Result<Self> {
        Ok(Self {
            folder: tempfile::Builder::new().prefix("svcgen-packs-").tempdir()?,
            make,
            made: Mutex::default(),
        })
    }

    /// Packs for the stores of one host, each behind a line with its length and place.
    pub(super) async fn for_stores(&self, lacking: &[Lacking]) -> Result<Input, PackError> {
        let mut files = Vec::new();
        for lack in lacking {
            let failed = |source| PackError::Make {
                store: lack.0.clone(),
                source,
            };
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
            Ok(Err(source)) => {
                let store = lack.0.clone();
                return Err(PackError::Make { store, source });
            }
            Err(error) => {
                let (store, reason) = (lack.0.clone(), error.to_string());
                return Err(PackError::Task { store, reason });
            }
        }
        made.insert(lack.clone(), path.clone());
        Ok(path)
    }
}
