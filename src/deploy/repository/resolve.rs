use std::collections::BTreeSet;

use git2::{ErrorCode, ObjectType};

use super::error::RepositoryError;
use super::{DeployRepository, revision};
use crate::model::{Revision, suggest};

/// Where git looks for a short name of a reference, in its order.
const PLACES: &[&str] = &["refs/tags/", "refs/heads/", "refs/remotes/"];

/// The fewest digits that name a commit.
const SHORTEST: usize = 4;

fn is_hex(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

impl DeployRepository {
    /// Finds the commit that a branch, a tag, a name of a commit or its beginning, or an expression (`HEAD~2`) means.
    ///
    /// A name that a tag and a branch share is refused, where git would warn and take the tag: what is deployed is
    /// never a guess.
    ///
    /// # Errors
    /// Where it means no commit here, or more than one.
    pub fn resolve(&self, text: &str) -> Result<Revision, RepositoryError> {
        let refuse = |rule| RepositoryError::Refused {
            text: text.to_owned(),
            rule,
        };
        if text.is_empty() {
            return Err(refuse("a branch, a tag or a commit"));
        }
        // No option ever reaches git's command line through here; it is a mistake all the same.
        if text.starts_with('-') {
            return Err(refuse("it begins with `-`"));
        }
        if text.contains(|c: char| c.is_control()) {
            return Err(refuse("it contains invisible characters"));
        }
        if text.contains("..") {
            return Err(refuse("a range is not a single commit"));
        }
        self.refuse_ambiguous(text)?;
        let object = match self.repository().revparse_single(text) {
            Ok(object) => object,
            Err(error) if error.code() == ErrorCode::Ambiguous && text.len() >= SHORTEST => {
                return Err(self.ambiguous(text, Vec::new()));
            }
            Err(error) if matches!(error.code(), ErrorCode::NotFound | ErrorCode::Ambiguous) => {
                return Err(match self.not_here(text) {
                    RepositoryError::NotHere { near: None, .. }
                        if is_hex(text) && text.len() < SHORTEST =>
                    {
                        refuse("a commit is named by four digits or more")
                    }
                    not_here => not_here,
                });
            }
            Err(error) if error.code() == ErrorCode::InvalidSpec => {
                return Err(refuse("git does not read it as one"));
            }
            Err(source) => return Err(self.unreadable(&format!("`{text}`"), source)),
        };
        let peeled = match object.kind() {
            Some(ObjectType::Tag) => object.peel(ObjectType::Any).unwrap_or(object),
            _ => object,
        };
        match peeled.kind() {
            Some(ObjectType::Commit) => Ok(revision(peeled.id())),
            kind => Err(RepositoryError::NotACommit {
                text: text.to_owned(),
                found: match kind {
                    Some(ObjectType::Tree) => "a folder",
                    Some(ObjectType::Blob) => "a file",
                    _ => "something else",
                },
            }),
        }
    }

    /// Refuses a name that several references have, or a reference and the beginning of a commit.
    fn refuse_ambiguous(&self, text: &str) -> Result<(), RepositoryError> {
        let end = text.find(['~', '^', '@', ':']).unwrap_or(text.len());
        let name = &text[..end];
        let mut meanings = Vec::new();
        for place in PLACES {
            let whole = format!("{place}{name}");
            if let Some(commit) = self.checkout.resolve(&whole) {
                meanings.push((commit, whole));
            }
        }
        let is_short = (SHORTEST..40).contains(&name.len()) && is_hex(name);
        if is_short
            && !meanings.is_empty()
            && let Ok(commit) = self.repository().find_commit_by_prefix(name)
        {
            meanings.push((commit.id(), commit.id().to_string()));
        }
        match meanings.split_first() {
            Some(((first, _), rest)) if rest.iter().any(|(commit, _)| commit != first) => {
                let candidates = meanings.into_iter().map(|(_, meaning)| meaning).collect();
                Err(self.ambiguous(text, candidates))
            }
            _ => Ok(()),
        }
    }

    fn ambiguous(&self, text: &str, candidates: Vec<String>) -> RepositoryError {
        RepositoryError::Ambiguous {
            text: text.to_owned(),
            root: self.root().to_owned(),
            candidates,
        }
    }

    fn not_here(&self, text: &str) -> RepositoryError {
        let names = self.names();
        let near = suggest(text, names.iter().map(String::as_str)).map(str::to_owned);
        // A commit, or a step from something that is there, is not found in a list of names.
        let is_commit = is_hex(text) && text.len() >= SHORTEST;
        let is_name = !is_commit && !text.contains(['~', '^', '@']);
        RepositoryError::NotHere {
            text: text.to_owned(),
            root: self.root().to_owned(),
            near,
            known: if is_name { names } else { Vec::new() },
        }
    }

    /// The names of all branches and tags, those of remotes with their remote.
    fn names(&self) -> Vec<String> {
        let Ok(references) = self.repository().references() else {
            return Vec::new();
        };
        let short = |name: &str| {
            let name = PLACES.iter().find_map(|place| name.strip_prefix(place))?;
            (!name.ends_with("/HEAD")).then(|| name.to_owned())
        };
        let names: BTreeSet<String> = references
            .flatten()
            .filter_map(|reference| short(&String::from_utf8_lossy(reference.name_bytes())))
            .collect();
        names.into_iter().collect()
    }
}
