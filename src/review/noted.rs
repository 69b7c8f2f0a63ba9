//! What is remembered of svcgen's commits, once they are made.

use super::chain::CHANGE_ID;
use super::commit::MESSAGE;
use super::error::ReviewError;
use super::kept::COMMIT;
use super::topic::Topic;
use crate::edit::Rendered;
use crate::git::GitError;

impl Topic {
    /// Notes what the commits of the branch are made of; where it has none, that of the last ones.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub fn note_made(&self, store: &Rendered) -> Result<(), ReviewError> {
        self.note_names(store)?;
        let tip = match self.has_commits()? {
            true => self.tip(),
            false => None,
        };
        written(store, store.note_commits(tip))
    }

    /// Notes by what the commits of the branch are known, whatever they are made of.
    ///
    /// # Errors
    /// As of `note_made`.
    pub fn note_names(&self, store: &Rendered) -> Result<(), ReviewError> {
        match self.tip() {
            Some(tip) if self.has_commits()? => {
                written(store, store.keep_notes(tip, &[MESSAGE, CHANGE_ID, COMMIT]))
            }
            Some(_) | None => Ok(()),
        }
    }
}

fn written(store: &Rendered, written: std::io::Result<()>) -> Result<(), ReviewError> {
    let failed = |source| GitError::Write {
        path: store.place("".into()),
        source,
    };
    Ok(written.map_err(failed)?)
}
