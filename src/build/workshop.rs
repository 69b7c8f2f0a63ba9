//! The folder that modules are built in, away from every repository.

use std::io;

use camino::{Utf8Path, Utf8PathBuf};
use tempfile::TempDir;

use super::error::BuildError;
use crate::folders::{self, Claim};

/// A folder in which modules are built; it goes when it is dropped, and what a killed build left goes with the next one.
///
/// It is in no repository: scripts of packages set hooks in the one that they find themselves in.
#[derive(Debug)]
pub(super) struct Workshop {
    _folder: TempDir,
    path: Utf8PathBuf,
    /// Where files cannot be locked there is none, and the folder of a build that is killed stays.
    _claim: Option<Claim>,
}

/// What the names of the folders begin with.
const PREFIX: &str = "at-";

impl Workshop {
    /// Makes one in `$XDG_CACHE_HOME/svcgen/build/`.
    pub(super) fn open() -> Result<Self, BuildError> {
        let parent = folder();
        let failed = |source| BuildError::Workshop {
            path: parent.clone(),
            source,
        };
        std::fs::create_dir_all(&parent).map_err(failed)?;
        folders::sweep(parent.as_std_path(), PREFIX);
        let folder = tempfile::Builder::new().prefix(PREFIX).tempdir_in(&parent);
        let folder = folder.map_err(failed)?;
        let path = Utf8PathBuf::try_from(folder.path().to_owned());
        let path = path.map_err(|error| failed(io::Error::other(error)))?;
        let path = path.canonicalize_utf8().map_err(failed)?;
        let claim = Claim::new(&path).ok();
        for name in [SOURCE, TREE] {
            std::fs::create_dir(path.join(name)).map_err(failed)?;
        }
        Ok(Self {
            _folder: folder,
            path,
            _claim: claim,
        })
    }

    /// The whole of it.
    pub(super) fn path(&self) -> &Utf8Path {
        &self.path
    }

    /// Where the files of the source are, and npm runs.
    pub(super) fn source(&self) -> Utf8PathBuf {
        self.path.join(SOURCE)
    }

    /// Where nothing but the modules is, once they are done.
    pub(super) fn tree(&self) -> Utf8PathBuf {
        self.path.join(TREE)
    }

    /// Where npm keeps what it has fetched, from build to build.
    pub(super) fn npm_cache(&self) -> Result<Utf8PathBuf, BuildError> {
        let path = self.path.parent().unwrap_or(&self.path);
        let path = path.with_file_name("npm");
        std::fs::create_dir_all(&path).map_err(|source| BuildError::Workshop {
            path: path.clone(),
            source,
        })?;
        Ok(path)
    }

    /// Where npm's settings are written to, for containers.
    pub(super) fn settings(&self) -> Utf8PathBuf {
        self.path.join("npm-settings")
    }

    /// A place for an index of git's.
    pub(super) fn index(&self, name: &str) -> Utf8PathBuf {
        self.path.join(format!("{name}.index"))
    }
}

const SOURCE: &str = "source";
const TREE: &str = "tree";

/// The folder in which builds happen; a temporary one where there is no home.
pub fn folder() -> Utf8PathBuf {
    folders::cache()
        .unwrap_or_else(folders::temporary)
        .join("build")
}
