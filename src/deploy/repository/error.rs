use camino::{Utf8Path, Utf8PathBuf};
use thiserror::Error;

use crate::git::GitError;
use crate::model::Revision;
use crate::scap::ScapError;
use crate::visible::visible;

/// A deploy repository that cannot be deployed from.
#[derive(Debug, Error)]
pub enum RepositoryError {
    #[error(transparent)]
    Git(#[from] GitError),
    #[error("`{}` is not a revision: {rule}", visible(text))]
    Refused { text: String, rule: &'static str },
    #[error("there is no revision `{text}` in `{root}`")]
    NotHere {
        text: String,
        root: Utf8PathBuf,
        near: Option<String>,
        /// Names that there are, where a name was meant.
        known: Vec<String>,
    },
    #[error("`{text}` could be {}", either(.candidates))]
    Ambiguous {
        text: String,
        root: Utf8PathBuf,
        /// Whole names of references and commits; none where it is the beginning of several.
        candidates: Vec<String>,
    },
    #[error("`{text}` is {found}, but only a commit can be deployed")]
    NotACommit { text: String, found: &'static str },
    #[error("`{repository}` does not have the whole history: it is a shallow clone")]
    Shallow { repository: Utf8PathBuf },
    #[error("`{repository}` does not have all objects: it is a partial clone")]
    Partial { repository: Utf8PathBuf },
    /// libgit2 does not open a partial clone as git made it before version 2.46.
    #[error("`{repository}` is a partial clone in an old format, and cannot be read")]
    PartialFormat { repository: Utf8PathBuf },
    #[error("the submodules of {} cannot be read", revision.short())]
    Modules {
        revision: Revision,
        source: ScapError,
    },
    #[error("`{path}` of {} is a submodule, and `.gitmodules` does not say which", revision.short())]
    Unlisted {
        path: Utf8PathBuf,
        revision: Revision,
    },
    #[error("`{}` of {} is not a place for a submodule: {rule}", visible(path), revision.short())]
    UnsafePath {
        path: String,
        revision: Revision,
        rule: &'static str,
    },
    #[error("the submodule `{path}` of {} cannot be named `{}`: {rule}", revision.short(), visible(name))]
    UnsafeName {
        name: String,
        path: Utf8PathBuf,
        revision: Revision,
        rule: &'static str,
    },
    #[error("the submodule `{path}` is not in `{root}`")]
    NoModule {
        path: Utf8PathBuf,
        root: Utf8PathBuf,
    },
    #[error("the submodule `{path}` lacks the commit {}", commit.short())]
    NoCommit {
        path: Utf8PathBuf,
        root: Utf8PathBuf,
        git_dir: Utf8PathBuf,
        commit: Revision,
        /// Whether it belongs to what is checked out, so that `git submodule update` fetches it.
        is_checked_out: bool,
    },
    #[error("`{repository}` lacks the object {object}, which {} needs", revision.short())]
    NoObject {
        repository: Utf8PathBuf,
        object: String,
        revision: Revision,
    },
    #[error("the path `{path}` is not UTF-8")]
    NotText { path: String },
}

impl RepositoryError {
    /// What helps; at most two.
    pub fn hints(&self) -> Vec<String> {
        let meant = match self {
            Self::NotHere { near, known, .. } => match (near, known.as_slice()) {
                (Some(near), _) => Some(format!("did you mean `{near}`?")),
                (None, []) => None,
                (None, known) => Some(format!("known: {}", first(known))),
            },
            _ => None,
        };
        let hints: Vec<String> = meant.into_iter().chain(self.command()).collect();
        match hints.is_empty() {
            true => self.advice().map(str::to_owned).into_iter().collect(),
            false => hints,
        }
    }

    /// What could be done where no command alone helps.
    fn advice(&self) -> Option<&'static str> {
        match self {
            Self::Refused { .. } | Self::NotACommit { .. } => {
                Some("it is a branch, a tag or a commit; `git log --oneline` lists commits")
            }
            Self::UnsafePath { .. } | Self::UnsafeName { .. } | Self::Modules { .. } => {
                Some("correct `.gitmodules` and commit it, or deploy another one: `--rev REV`")
            }
            Self::NotText { .. } => Some("`git mv` gives it a name of plain letters"),
            _ => None,
        }
    }

    /// A command that helps.
    fn command(&self) -> Option<String> {
        match self {
            Self::Git(error) => error.hint(),
            Self::NotHere { root, .. } => Some(format!("git -C {} fetch --tags", quoted(root))),
            Self::Ambiguous {
                text,
                root,
                candidates,
            } => Some(match candidates.first() {
                Some(one) => format!("git -C {} show --no-patch {one}", quoted(root)),
                None => format!("git -C {} rev-parse --disambiguate={text}", quoted(root)),
            }),
            Self::Shallow { repository } => {
                Some(format!("git -C {} fetch --unshallow", quoted(repository)))
            }
            Self::Partial { repository } => Some(format!(
                "git -C {} fetch --refetch --no-filter",
                quoted(repository)
            )),
            Self::PartialFormat { repository } => {
                let git = format!("git -C {}", quoted(repository));
                Some(format!(
                    "{git} fetch --refetch --no-filter && {git} config --unset extensions.partialClone"
                ))
            }
            Self::NoModule { root, .. }
            | Self::NoCommit {
                root,
                is_checked_out: true,
                ..
            } => Some(format!(
                "git -C {} submodule update --init --recursive",
                quoted(root)
            )),
            Self::NoCommit { git_dir, .. } => {
                Some(format!("git --git-dir={} fetch --tags", quoted(git_dir)))
            }
            Self::Unlisted { path, .. } => Some(format!(
                "git submodule add --force ADDRESS {}",
                quoted(path)
            )),
            Self::NoObject { repository, .. } => {
                Some(format!("git -C {} fsck", quoted(repository)))
            }
            Self::UnsafePath { .. }
            | Self::UnsafeName { .. }
            | Self::Refused { .. }
            | Self::NotACommit { .. }
            | Self::Modules { .. }
            | Self::NotText { .. } => None,
        }
    }
}

fn either(candidates: &[String]) -> String {
    match candidates {
        [] => "more than one object".into(),
        several => {
            let several: Vec<String> = several.iter().map(|name| format!("`{name}`")).collect();
            several.join(" or ")
        }
    }
}

fn quoted(path: &Utf8Path) -> String {
    shell_words::quote(path.as_str()).into_owned()
}

/// Some names, of which the first few are shown.
fn first(names: &[String]) -> String {
    const MOST: usize = 5;
    match names.split_at_checked(MOST) {
        None | Some((_, [])) => names.join(", "),
        Some((first, rest)) => format!("{} and {} more", first.join(", "), rest.len()),
    }
}
