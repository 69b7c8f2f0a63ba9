//! Derives from a service what has to stand in each repository.
//!
//! A generator reads its tree first, in a struct of its own (`…Tree::read`), and then decides without I/O.
//! It never writes, asks or prints.

mod error;
mod source_repo;

use crate::edit::Desired;

pub use error::GenerateError;
pub use source_repo::{SourceRepo, source_repo};

/// What a generator wants in one tree.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Generated {
    pub desired: Vec<Desired>,
    /// What the user should know, each in one sentence without a full stop.
    pub warnings: Vec<String>,
    /// Subject and body of the commit, without trailers.
    pub message: CommitText,
}

/// The text of a commit before its trailers.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CommitText {
    pub subject: String,
    pub body: String,
}
