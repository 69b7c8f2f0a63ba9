//! Who commits.

use camino::Utf8Path;

use super::error::ReviewError;
use crate::configuration::User;
use crate::git::{Git, GitError};
use crate::model::MailAddress;

/// Who would commit in a folder, as `Ada Example <ada@example.org>`.
///
/// # Errors
/// Where git does not know.
pub fn committer(folder: &Utf8Path, user: &User) -> Result<String, ReviewError> {
    let git = with_identity(Git::at(folder), user)?;
    let told = git.run(&["var", "GIT_COMMITTER_IDENT"])?.text();
    // The time stands behind it.
    let end = told.rfind('>').map_or(told.len(), |end| end + 1);
    Ok(told[..end].to_owned())
}

/// Makes sure that git knows who commits: as it is configured, else as svcgen is.
///
/// What git would guess from the account and the host is not taken.
pub(super) fn with_identity(git: Git, user: &User) -> Result<Git, ReviewError> {
    let known = |git: &Git| -> Result<Option<crate::git::Words>, GitError> {
        for variable in ["GIT_AUTHOR_IDENT", "GIT_COMMITTER_IDENT"] {
            let output = git.output(&["var", variable])?;
            if !output.status.success() {
                return Ok(Some(output.words()));
            }
        }
        Ok(None)
    };
    let strict = git.with("user.useConfigOnly", "true");
    if known(&strict)?.is_none() {
        return Ok(strict);
    }
    let mut filled = strict;
    let email = user.email.as_ref().map(MailAddress::as_str);
    for (key, value) in [("user.name", user.name.as_deref()), ("user.email", email)] {
        let there = filled.output(&["config", "--get", key])?;
        if let Some(value) = value.filter(|_| there.text().is_empty()) {
            filled = filled.with(key, value);
        }
    }
    match known(&filled)? {
        None => Ok(filled),
        Some(words) => Err(ReviewError::NoIdentity { source: words }),
    }
}
