//! Finds out whether a repository has everything, before somebody relies on it.

use camino::Utf8Path;
use git2::{ErrorCode, Repository};

use super::error::RepositoryError;
use crate::git::{Git, GitError};
use crate::model::Revision;

/// Opens a repository by its git folder, or by the folder that its `.git` is in; `None` where there is none.
pub(super) fn open(place: &Utf8Path) -> Result<Option<Repository>, RepositoryError> {
    // As a bare one first: git's folder of a submodule names a work tree that need not be there.
    match Repository::open_bare(place).or_else(|_| Repository::open(place)) {
        Ok(repository) => Ok(Some(repository)),
        Err(error) if error.code() == ErrorCode::NotFound => Ok(None),
        Err(_) if is_partial(place) => Err(RepositoryError::PartialFormat {
            repository: place.to_owned(),
        }),
        Err(source) => Err(RepositoryError::Git(GitError::Unreadable {
            root: place.to_owned(),
            what: "the repository".into(),
            source,
        })),
    }
}

/// Whether a repository may lack objects that a server has (`git clone --filter`).
pub(super) fn is_partial(place: &Utf8Path) -> bool {
    let settings = r"^(extensions\.partialclone|remote\..*\.(promisor|partialclonefilter))$";
    let output = Git::at(place).output(&["config", "--local", "--get-regexp", settings]);
    output.is_ok_and(|output| output.status.success())
}

/// Refuses a repository that has not all of what some revisions have and others have not.
pub(super) fn refuse_incomplete(
    git_dir: &Utf8Path,
    want: &Revision,
    have: &[&Revision],
) -> Result<(), RepositoryError> {
    if !is_partial(git_dir) {
        return Ok(());
    }
    // Git would fetch what it lacks, one object after the other, in the middle of a deploy.
    let mut arguments = vec![
        "--git-dir=.",
        "rev-list",
        "--objects",
        "--missing=print",
        "--max-count=1",
        want.as_str(),
        "--not",
    ];
    arguments.extend(have.iter().map(|have| have.as_str()));
    let output = Git::at(git_dir).run(&arguments)?;
    match output.text().lines().any(|line| line.starts_with('?')) {
        true => Err(RepositoryError::Partial {
            repository: git_dir.to_owned(),
        }),
        false => Ok(()),
    }
}
