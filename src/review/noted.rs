//! What is remembered of svcgen's commits, once they are made.

use git2::Oid;

use super::chain::{CHANGE_ID, remembered};
use super::change_id::ChangeId;
use super::commit::MESSAGE;
use super::commit_message::CommitMessage;
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
        let own = self.own_ids()?;
        let ids = remembered(store).into_iter().filter(|id| own.contains(id));
        let ids = ids.map(|id| id.to_string()).collect();
        let tip = self.tip().filter(|_| !own.is_empty());
        written(store, store.note_commits(tip, ids))
    }

    /// Notes by what the commits of the branch are known, whatever they are made of.
    ///
    /// # Errors
    /// As of `note_made`.
    pub fn note_names(&self, store: &Rendered) -> Result<(), ReviewError> {
        let own = self.own_ids()?;
        let Some(tip) = self.tip().filter(|_| !own.is_empty()) else {
            return Ok(());
        };
        let is_own = |id: Option<ChangeId>| id.is_some_and(|id| own.contains(&id));
        let is_meant = |name: &str, text: &str| match name {
            MESSAGE => is_own(CommitMessage::parse(text).change_id()),
            CHANGE_ID => is_own(ChangeId::parse(text.trim())),
            _ => is_of(text, tip),
        };
        for name in [MESSAGE, CHANGE_ID, COMMIT] {
            // What was written last stands last.
            let mut texts = store.notes(name).into_iter().rev();
            if let Some(text) = texts.find(|text| is_meant(name, text)) {
                written(store, store.keep_note(tip, name, &text))?;
            }
        }
        Ok(())
    }

    /// The Change-Ids of the branch's own commits.
    fn own_ids(&self) -> Result<Vec<ChangeId>, ReviewError> {
        let Some(tip) = self.tip() else {
            return Ok(Vec::new());
        };
        let own = self.own_commits(tip, self.upstream().as_ref())?;
        let ids = own.into_iter().map(|commit| self.change_id(commit));
        let ids = ids.collect::<Result<Vec<_>, ReviewError>>()?;
        Ok(ids.into_iter().flatten().collect())
    }
}

/// Whether the note of what svcgen last made is about this commit.
fn is_of(note: &str, commit: Oid) -> bool {
    let first = note.lines().next();
    first.and_then(|name| Oid::from_str(name).ok()) == Some(commit)
}

fn written(store: &Rendered, written: std::io::Result<()>) -> Result<(), ReviewError> {
    let failed = |source| GitError::Write {
        path: store.place("".into()),
        source,
    };
    Ok(written.map_err(failed)?)
}
