//! Derives from a service what has to stand in each repository.
//!
//! A generator reads its tree first, in a struct of its own (`…Tree::read`), and then decides without I/O.
//! It never writes, asks or prints.

mod error;
mod mediawiki_vagrant;
mod names;
mod operations_puppet;
mod ports;
mod puppet_code;
mod scan;
mod service_node;
pub mod tickets;
mod values;

use camino::Utf8PathBuf;
use serde_json::Value;

use crate::edit::Desired;
use crate::yaml::{Node, parse};

pub use error::GenerateError;
pub use mediawiki_vagrant::{VagrantTree, mediawiki_vagrant};
pub use operations_puppet::{PuppetTree, operations_puppet};

/// What a generator wants in one tree.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Generated {
    pub desired: Vec<Desired>,
    /// What the user should know, each in one sentence without a full stop.
    pub warnings: Vec<String>,
    /// Subject and body of the commit, without trailers.
    pub message: CommitText,
    pub judged: Judged,
}

/// What the verification of a tree needs to know.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Judged {
    /// The class whose catalogue is compiled.
    pub role: Option<String>,
    /// Keys that only the private repository has, with harmless values that stand in for it.
    pub secrets: Vec<(String, Value)>,
}

/// The text of a commit before its trailers.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CommitText {
    pub subject: String,
    pub body: String,
}

/// Parses a YAML file of a tree.
fn read_yaml(path: Utf8PathBuf, text: &str) -> Result<Node, GenerateError> {
    parse(text).map_err(|error| GenerateError::NotUnderstood {
        path,
        line: text[..error.at.min(text.len())].matches('\n').count() + 1,
        reason: error.message,
    })
}
