use std::process::{Command, Stdio};

use camino::Utf8Path;

use super::error::RepositoryError;
use super::{missing, oid};
use crate::git::{Git, text_as_input};
use crate::model::Revision;

/// Makes the command that writes a pack of what a revision has and others have not.
///
/// It is `git pack-objects`: its output is the pack, for `git index-pack --fix-thin --stdin` of a repository that has
/// one of the others. Of those, what this repository does not know is left out. A pack may hold no object at all. Only
/// its output is left to be read; and no object is fetched on the way.
///
/// # Errors
/// Where the repository does not have the revision with its history, or there is no place for a temporary file.
pub fn pack(
    git_dir: &Utf8Path,
    want: &Revision,
    have: &[Revision],
) -> Result<Command, RepositoryError> {
    let not_here = || RepositoryError::NotHere {
        text: want.to_string(),
        root: git_dir.to_owned(),
        near: None,
        known: Vec::new(),
    };
    let repository = missing::open(git_dir)?.ok_or_else(not_here)?;
    let is_here = |revision: &Revision| repository.find_commit(oid(revision)).is_ok();
    if !is_here(want) {
        return Err(not_here());
    }
    // A history that is cut off here would be cut off there, without anybody's knowing.
    if repository.is_shallow() {
        return Err(RepositoryError::Shallow {
            repository: git_dir.to_owned(),
        });
    }
    let have: Vec<&Revision> = have.iter().filter(|have| is_here(have)).collect();
    missing::refuse_incomplete(git_dir, want, &have)?;
    let mut revisions = format!("{want}\n");
    for have in have {
        revisions.push_str(&format!("^{have}\n"));
    }
    let mut command = Git::at(git_dir).command(&[
        // A folder inside of another repository is never mistaken for it.
        "--git-dir=.",
        "pack-objects",
        "--revs",
        "--thin",
        "--stdout",
        "--delta-base-offset",
        "-q",
    ]);
    command
        .env("GIT_NO_LAZY_FETCH", "1")
        .stdin(text_as_input(&revisions)?)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    Ok(command)
}
