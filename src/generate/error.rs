use camino::{Utf8Path, Utf8PathBuf};
use thiserror::Error;

use crate::model::Port;
use crate::render::RenderError;
use crate::worktree::WorktreeError;

/// A tree that cannot be generated into.
#[derive(Debug, Error)]
pub enum GenerateError {
    /// The folder is not the repository that the generator is for.
    #[error("`{root}` is not recognised as {tree}")]
    Unrecognised {
        root: Utf8PathBuf,
        tree: &'static str,
        looked_for: Vec<String>,
    },
    /// Somebody else has the port or the name.
    #[error("{}", taken(.what, .path, *.line, .owner, *.is_file))]
    Taken {
        what: String,
        path: Utf8PathBuf,
        line: usize,
        owner: String,
        free: Option<Port>,
        /// Whether it is the very file that svcgen would write.
        is_file: bool,
        /// What the classes are called that declare a service of the same name, which may be this one.
        known_as: Option<String>,
    },
    /// Somebody moved the list that svcgen wrote an entry into, with the entry in it.
    #[error("{path}:{line} has the entry `{key}` that svcgen wrote into `{home}`")]
    Moved {
        path: Utf8PathBuf,
        line: usize,
        key: String,
        home: Utf8PathBuf,
    },
    /// The model lacks something that this tree needs.
    #[error("{message}")]
    Incomplete { message: String, hint: String },
    /// A file of the tree is not understood.
    #[error("{path}:{line}: {reason}")]
    NotUnderstood {
        path: Utf8PathBuf,
        line: usize,
        reason: String,
    },
    #[error(transparent)]
    Render(#[from] RenderError),
    #[error(transparent)]
    Worktree(#[from] WorktreeError),
}

impl GenerateError {
    /// The same, where classes of this name declare what may be the service itself.
    #[must_use]
    pub(super) fn known_as(mut self, class: Option<String>) -> Self {
        if let Self::Taken { known_as, .. } = &mut self {
            *known_as = class;
        }
        self
    }
}

/// Says that something is somebody else's; of the very file that svcgen would write nobody knows whose it is.
fn taken(what: &str, path: &Utf8Path, line: usize, owner: &str, is_file: bool) -> String {
    match is_file {
        true => format!(
            "{what} already exists: {path}:{line} has {owner}, and nothing here says that svcgen wrote it"
        ),
        false => format!("{what} is taken: {path}:{line} gives it to {owner}"),
    }
}
