//! Reads the checkout of a deploy repository: what a revision is, what is in it, and how it is sent.
//!
//! Everything is read from git's objects, so that what lies in the working tree cannot change what is deployed.
//! Nothing here writes into the repository or speaks to a server.

mod between;
mod error;
mod files;
mod gitlink;
mod history;
mod missing;
mod pack;
mod resolve;
mod size;

use camino::{Utf8Path, Utf8PathBuf};
use git2::{Commit, Oid, Repository, Status, StatusOptions};

pub use between::{Between, ModuleChange};
pub use error::RepositoryError;
pub use files::TreeFiles;
pub use gitlink::Gitlink;
pub(crate) use gitlink::{unsafe_name, unsafe_path};
pub use history::{Behind, Commits, Subject};
pub use pack::pack;
pub use size::TreeSize;

use crate::git::{Checkout, GitError};
use crate::model::Revision;
use crate::scap::CONFIG_FILE;

/// The checkout of a deploy repository.
pub struct DeployRepository {
    checkout: Checkout,
}

impl DeployRepository {
    /// Opens a checkout by its root.
    ///
    /// # Errors
    /// Where it is not the root of a checkout, or git cannot read it.
    pub fn open(root: &Utf8Path) -> Result<Self, RepositoryError> {
        match Checkout::open(root) {
            Ok(checkout) => Ok(Self { checkout }),
            Err(GitError::Unreadable { .. }) if missing::is_partial(root) => {
                Err(RepositoryError::PartialFormat {
                    repository: root.to_owned(),
                })
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Finds the deploy repository that a folder is in.
    pub fn above(folder: &Utf8Path) -> Option<Utf8PathBuf> {
        let is_one = |folder: &&Utf8Path| folder.join(CONFIG_FILE).is_file();
        folder.ancestors().find(is_one).map(Utf8Path::to_owned)
    }

    /// The root, without symlinks.
    pub fn root(&self) -> &Utf8Path {
        self.checkout.root()
    }

    /// The checkout, for its head, its remotes and its settings.
    pub fn checkout(&self) -> &Checkout {
        &self.checkout
    }

    /// The folder of git's own files, which holds the objects: that of the main checkout, where this one is linked to it.
    ///
    /// # Errors
    /// Where its path is not UTF-8.
    pub fn git_dir(&self) -> Result<Utf8PathBuf, RepositoryError> {
        utf8(self.repository().commondir())
    }

    /// The files that differ from the last commit, and those of `scap/` that git does not know.
    ///
    /// A submodule is one of them where another commit of it is checked out; what was changed inside is not looked at.
    ///
    /// # Errors
    /// Where git cannot read them.
    pub fn uncommitted(&self) -> Result<Vec<Utf8PathBuf>, RepositoryError> {
        let mut options = StatusOptions::new();
        options.include_untracked(true).recurse_untracked_dirs(true);
        let statuses = self.repository().statuses(Some(&mut options));
        let statuses = statuses.map_err(|source| self.unreadable("the status", source))?;
        let mut paths = Vec::new();
        for entry in statuses.iter() {
            let path = Utf8PathBuf::from(String::from_utf8_lossy(entry.path_bytes()).into_owned());
            if entry.status() != Status::WT_NEW || path.starts_with("scap") {
                paths.push(path);
            }
        }
        paths.sort();
        Ok(paths)
    }

    fn repository(&self) -> &Repository {
        self.checkout.repository()
    }

    /// Finds the commit of a revision.
    fn commit(&self, revision: &Revision) -> Result<Commit<'_>, RepositoryError> {
        let found = self.repository().find_commit(oid(revision));
        found.map_err(|_| RepositoryError::NotHere {
            text: revision.to_string(),
            root: self.root().to_owned(),
            near: None,
            known: Vec::new(),
        })
    }

    fn unreadable(&self, what: &str, source: git2::Error) -> RepositoryError {
        self.checkout.unreadable(what, source).into()
    }
}

/// The name of an object as libgit2 has it.
fn oid(revision: &Revision) -> Oid {
    Oid::from_str(revision.as_str()).unwrap_or_else(|_| unreachable!("40 hexadecimal digits"))
}

/// The name of a commit as the model has it.
fn revision(oid: Oid) -> Revision {
    Revision::parse(&oid.to_string()).unwrap_or_else(|refused| unreachable!("{refused}"))
}

/// A path as libgit2 gives it, without the slash at its end.
fn utf8(path: &std::path::Path) -> Result<Utf8PathBuf, RepositoryError> {
    Utf8PathBuf::from_path_buf(path.components().collect()).map_err(|path| {
        RepositoryError::NotText {
            path: path.to_string_lossy().into_owned(),
        }
    })
}
