//! Derives from a service what has to stand in each repository.
//!
//! A generator reads its tree first, in a struct of its own (`…Tree::read`), and then decides without I/O.
//! It never writes, asks or prints.

mod commit_text;
mod deploy_repo;
mod error;
mod mediawiki_vagrant;
mod names;
mod operations_puppet;
mod ports;
mod puppet_code;
mod scan;
mod service_node;
mod source_repo;
mod stray;
mod taken;
pub mod tickets;
mod values;

use camino::Utf8PathBuf;
use serde_json::Value;

use crate::edit::Desired;
use crate::place::line_of;
use crate::puppet::{Signature, signature};
use crate::render::Templates;
use crate::worktree::Worktree;
use crate::yaml::{Node, parse};

pub use commit_text::{CommitText, LaterText};
pub use deploy_repo::{DeployRepo, deploy_repo, odd_hosts};
pub use error::GenerateError;
pub use mediawiki_vagrant::{VagrantTree, mediawiki_vagrant};
pub use operations_puppet::{
    Claimed, ClaimedNumber, LeftOut, Patch, PuppetTree, SeriesStep, SeriesTree, operations_puppet,
    series_patch,
};
pub use source_repo::{SOURCE_REPOSITORY, SourceRepo, source_repo};
pub use stray::Stray;
pub use taken::{Taken, puppet_class, puppet_files, vagrant_class};

/// What a generator wants in one tree.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Generated {
    pub desired: Vec<Desired>,
    /// What the user should know, each in one sentence without a full stop.
    pub warnings: Vec<String>,
    /// What the tree has beside the model; the warnings tell them, too.
    pub strays: Vec<Stray>,
    /// Subject and body of the commit, without trailers.
    pub message: CommitText,
    /// Keys that only the private repository has, with harmless values that stand in for it.
    pub secrets: Vec<(String, Value)>,
}

impl Generated {
    /// Has the warnings tell what the tree has beside the model.
    fn tell_strays(&mut self) {
        self.warnings
            .extend(self.strays.iter().map(Stray::to_string));
    }
}

/// Parses a YAML file of a tree.
fn read_yaml(path: Utf8PathBuf, text: &str) -> Result<Node, GenerateError> {
    parse(text).map_err(|error| GenerateError::NotUnderstood {
        path,
        line: line_of(text, error.at),
        reason: error.message,
    })
}

/// The `service::node` of a tree, and its code; `None` where the tree has none.
fn tree_node(
    worktree: &Worktree,
    path: &str,
) -> Result<Option<(Signature, String)>, GenerateError> {
    let Some(code) = worktree.read(path)? else {
        return Ok(None);
    };
    if let Some(node) = signature(&code, "define", "service::node") {
        return Ok(Some((node, code)));
    }
    let begins = |line: &str| line.trim_start().starts_with("define service::node");
    match code.lines().position(begins) {
        None => Ok(None),
        Some(index) => Err(GenerateError::NotUnderstood {
            path: path.into(),
            line: index + 1,
            reason: "the parameter list of `define service::node` is not closed".into(),
        }),
    }
}

/// The `service::node` of the newest tree that is known, and its code.
fn assumed_node(templates: &Templates, name: &str) -> Result<(Signature, String), GenerateError> {
    let code = templates.text(name)?;
    let node = signature(&code, "define", "service::node").ok_or_else(|| {
        GenerateError::NotUnderstood {
            path: name.into(),
            line: 1,
            reason: "there is no `define service::node` in it".into(),
        }
    })?;
    Ok((node, code))
}
