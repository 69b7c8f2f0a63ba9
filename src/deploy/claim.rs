//! What the keeper of a lock on a target is told, and what a deploy means to do there.

use crate::event::DeployId;
use crate::model::Revision;

/// What a deploy means to do to a target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    pub revision: Revision,
    /// Where a rollback goes; nothing where there was nothing before.
    pub old: Option<Revision>,
}

/// What the keeper of a lock is told before it takes it.
#[derive(Debug, Clone, Copy)]
pub struct Claim<'a> {
    pub id: &'a DeployId,
    /// Tells the keeper from others of the same deploy.
    pub term: u64,
    /// What the record tells of; nothing where only the lock is wanted.
    pub change: Option<&'a Change>,
    /// Shown to whoever meets the lock.
    pub owner: &'a serde_json::Value,
}

impl Claim<'_> {
    /// The line that the keeper reads.
    pub fn line(&self) -> String {
        let Claim {
            id,
            term,
            change,
            owner,
        } = self;
        let named = |revision: Option<&Revision>| revision.map_or("-".into(), Revision::to_string);
        let revision = named(change.map(|change| &change.revision));
        let old = named(change.and_then(|change| change.old.as_ref()));
        format!("{id} {term} {revision} {old} {owner}\n")
    }
}
