//! Why git could not do what it was asked to, and what helps.

use camino::{Utf8Path, Utf8PathBuf};
use thiserror::Error;

use super::quoted;
use super::words::Words;
use crate::error::{MAKE_ROOM, OTHER_TEMPORARY, is_lack_of_room, tells_of_full_disk};

/// Git could not do what it was asked to.
#[derive(Debug, Error)]
pub enum GitError {
    #[error("`git` cannot be run")]
    Missing { source: std::io::Error },
    #[error("`{command}` failed")]
    Failed {
        command: String,
        /// None where a signal ended it.
        code: Option<i32>,
        source: Words,
    },
    /// By Ctrl-C, which a terminal sends to git as well.
    #[error("interrupted; `{command}` did not come to its end")]
    Interrupted { command: String },
    #[error("`{command}` did not finish within {seconds} s, and was stopped")]
    Deadline { command: String, seconds: u64 },
    #[error("`{command}` wrote more than {mebibytes} MiB, and the rest is not read")]
    Overlong { command: String, mebibytes: usize },
    #[error("`{root}` is not the root of a git checkout")]
    NotACheckout { root: Utf8PathBuf },
    #[error("git cannot read {what} of `{root}`")]
    Unreadable {
        root: Utf8PathBuf,
        what: String,
        source: git2::Error,
    },
    #[error("`{place}` of `{root}` was changed, and git is told to ignore it")]
    Overlooked {
        root: Utf8PathBuf,
        place: Utf8PathBuf,
    },
    #[error("`{root}` is a sparse checkout: files that it leaves out would look deleted")]
    Sparse { root: Utf8PathBuf },
    #[error(
        "git writes different line endings into `{root}` than its commits have: `core.autocrlf` is set"
    )]
    LineEnds { root: Utf8PathBuf },
    #[error("cannot write a temporary file in `{folder}`")]
    Temporary {
        folder: String,
        source: std::io::Error,
    },
    #[error("`{path}` has no place in the checkout")]
    Path {
        path: Utf8PathBuf,
        source: crate::worktree::WorktreeError,
    },
    #[error("`{path}` cannot be written")]
    Write {
        path: Utf8PathBuf,
        source: std::io::Error,
    },
}

impl GitError {
    /// Whether git found no room on a disk of this machine.
    pub fn is_full(&self) -> bool {
        let said = match self {
            Self::Failed { source, .. } => source.to_string(),
            Self::Temporary { source, .. } | Self::Write { source, .. } => {
                return is_lack_of_room(source);
            }
            Self::Unreadable { source, .. } => return tells_of_full_disk(source.message()),
            _ => return false,
        };
        let mut lines = said.lines().filter(|line| !line.starts_with("remote:"));
        lines.any(|line| {
            line.contains("No space left on device") || line.contains("Out of diskspace")
        })
    }

    /// The command that takes away a lock that a git left which was killed; none where it failed by something else.
    pub fn left_lock(&self) -> Option<String> {
        let Self::Failed { source, .. } = self else {
            return None;
        };
        let said = source.to_string();
        let (_, rest) = said.split_once("Unable to create '")?;
        let (path, rest) = rest.split_once('\'')?;
        let is_lock = path.ends_with(".lock") && rest.starts_with(": File exists");
        let path = quoted(Utf8Path::new(path));
        is_lock.then(|| format!("rm {path}    if no git is running there any more"))
    }

    /// A command that helps.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Missing { .. } => Some("apt-get install git".into()),
            Self::NotACheckout { root } => Some(where_checkout_is(root)),
            Self::Unreadable { root, source, .. } if source.code() == git2::ErrorCode::Owner => {
                Some(format!(
                    "git config --global --add safe.directory {}",
                    quoted(root)
                ))
            }
            Self::Unreadable { .. } if self.is_full() => Some(MAKE_ROOM.into()),
            Self::Unreadable { root, .. } => Some(format!("git -C {} fsck", quoted(root))),
            Self::Overlooked { root, place } => Some(format!(
                "git -C {} update-index --no-assume-unchanged --no-skip-worktree -- {}",
                quoted(root),
                quoted(place)
            )),
            Self::Sparse { root } => {
                Some(format!("git -C {} sparse-checkout disable", quoted(root)))
            }
            // Nothing that is not committed is written over.
            Self::LineEnds { root } => {
                let git = format!("git -C {}", quoted(root));
                Some(format!(
                    "{git} diff --quiet HEAD && {git} config core.autocrlf input && {git} rm -rq --cached . && {git} reset -q --hard"
                ))
            }
            Self::Path { source, .. } => Some(source.hint()),
            Self::Temporary { .. } => Some(OTHER_TEMPORARY.into()),
            Self::Failed { .. } if self.is_full() => Some(MAKE_ROOM.into()),
            Self::Failed { .. } => Some(self.left_lock().unwrap_or_else(|| {
                "`svcgen doctor` checks git, its settings, and the servers".into()
            })),
            Self::Deadline { .. } => {
                Some("try again; `svcgen doctor` checks whether the servers answer".into())
            }
            // What the system refused tells more, and a smaller repository is nothing to ask for.
            Self::Write { .. } | Self::Overlong { .. } | Self::Interrupted { .. } => None,
        }
    }
}

/// Where the checkout could be, of a folder that is not the root of one.
fn where_checkout_is(folder: &Utf8Path) -> String {
    if !folder.is_dir() {
        return "name an existing folder".to_owned();
    }
    let whole = std::path::absolute(folder).unwrap_or_default();
    match whole.ancestors().any(|above| above.join(".git").exists()) {
        true => format!("git -C {} rev-parse --show-toplevel", quoted(folder)),
        false => format!("name the root of a checkout: `{folder}` is not in one"),
    }
}
