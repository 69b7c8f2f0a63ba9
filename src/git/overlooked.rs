//! What git was told to show otherwise than it is: files to overlook (`git update-index --assume-unchanged` or
//! `--skip-worktree`), sparse checkouts, and other line ends.

use camino::Utf8Path;

use super::checkout::Checkout;
use super::program::GitError;

/// The bits of an entry of the index, of `gitformat-index(5)`: "assume-valid", and "skip-worktree" of the extended ones.
const ASSUME_VALID: u16 = 1 << 15;
const SKIP_WORKTREE: u16 = 1 << 14;

impl Checkout {
    /// Refuses a sparse checkout, where nobody sees which files a tree has.
    ///
    /// # Errors
    /// Where it is one, or git does not answer.
    pub fn check_whole(&self) -> Result<(), GitError> {
        // git alone reads the settings of a single work tree, where it keeps this one.
        let patterns = self.repository().path().join("info/sparse-checkout");
        if !patterns.exists() {
            return Ok(());
        }
        // It fails where nothing is set.
        let key = ["config", "--bool", "core.sparseCheckout"];
        match self.git().output(&key)?.text().trim() {
            "true" => Err(GitError::Sparse {
                root: self.root().to_owned(),
            }),
            _ => Ok(()),
        }
    }

    /// Refuses a checkout in which git writes other line ends than the repository has: every line would count as somebody's.
    ///
    /// # Errors
    /// Where it is one, or its settings cannot be read.
    pub fn check_line_ends(&self) -> Result<(), GitError> {
        let config = self.repository().config();
        let config = config.map_err(|source| self.unreadable("the settings", source))?;
        // The third value, `input`, changes nothing here.
        match config.get_bool("core.autocrlf") {
            Ok(true) => Err(GitError::LineEnds {
                root: self.root().to_owned(),
            }),
            Ok(false) | Err(_) => Ok(()),
        }
    }

    /// Refuses a file that git overlooks and that is not as git knows it: neither a status nor a commit would see it.
    ///
    /// # Errors
    /// Where it is such a file, or the index cannot be read.
    pub(super) fn check_seen(&self, place: &Utf8Path) -> Result<(), GitError> {
        let repository = self.repository();
        let differs = || -> Result<bool, git2::Error> {
            let Some(entry) = repository.index()?.get_path(place.as_std_path(), 0) else {
                return Ok(false);
            };
            let is_overlooked =
                entry.flags & ASSUME_VALID != 0 || entry.flags_extended & SKIP_WORKTREE != 0;
            let path = self.root().join(place);
            // What a sparse checkout leaves out is not there, as it shall be.
            if !is_overlooked || path.symlink_metadata().is_err() {
                return Ok(false);
            }
            Ok(repository.blob_path(path.as_std_path()).ok() != Some(entry.id))
        };
        match differs() {
            Ok(false) => Ok(()),
            Ok(true) => Err(GitError::Overlooked {
                root: self.root().to_owned(),
                place: place.to_owned(),
            }),
            Err(source) => Err(self.unreadable("the index", source)),
        }
    }
}
