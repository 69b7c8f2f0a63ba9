use std::fmt;

use git2::{ObjectType, Oid};
use serde::Serialize;

/// What Gerrit knows a change by, through all its versions: `I` and 40 hexadecimal digits.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct ChangeId(String);

/// What a commit will be made of, from which its Change-Id is made as Gerrit's own hook makes it.
#[derive(Debug, Clone)]
pub(super) struct Seed<'a> {
    pub(super) tree: Oid,
    pub(super) parent: Option<Oid>,
    /// As `git var` gives them: name, address, time.
    pub(super) author: &'a str,
    pub(super) committer: &'a str,
    pub(super) message: &'a str,
}

impl ChangeId {
    /// Parses a Change-Id; `None` where it is none.
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.strip_prefix('I')?;
        let hex = digits.len() == 40 && digits.bytes().all(|b| b.is_ascii_hexdigit());
        hex.then(|| Self(text.to_ascii_lowercase().replacen('i', "I", 1)))
    }

    /// Makes a new one.
    pub(super) fn new(seed: &Seed<'_>) -> Result<Self, git2::Error> {
        let parent = seed
            .parent
            .map(|parent| format!("parent {parent}\n"))
            .unwrap_or_default();
        let Seed {
            tree,
            author,
            committer,
            message,
            ..
        } = seed;
        let commit =
            format!("tree {tree}\n{parent}author {author}\ncommitter {committer}\n\n{message}");
        Ok(Self(format!(
            "I{}",
            Oid::hash_object(ObjectType::Commit, commit.as_bytes())?
        )))
    }
}

impl fmt::Display for ChangeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_change_ids_are_taken() {
        let id = format!("I{}", "0a".repeat(20));
        assert_eq!(ChangeId::parse(&id).unwrap().to_string(), id);
        for bad in [
            "",
            "I",
            &id[1..],
            &format!("{id}0"),
            &id.replace('a', "g"),
            &format!(" {id}"),
        ] {
            assert_eq!(ChangeId::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn everything_in_the_commit_makes_another_change_id() {
        let tree = Oid::hash_object(ObjectType::Tree, b"").unwrap();
        let seed = Seed {
            tree,
            parent: None,
            author: "A <a@b> 1 +0000",
            committer: "A <a@b> 1 +0000",
            message: "m\n",
        };
        let first = ChangeId::new(&seed).unwrap();
        // The hash of `git hash-object -t commit` over the same text.
        assert_eq!(
            first.to_string(),
            "If6af8fdf148c6c1e27eba44d04295ebbbb2fdf69"
        );
        assert_ne!(
            first,
            ChangeId::new(&Seed {
                parent: Some(tree),
                ..seed.clone()
            })
            .unwrap()
        );
        assert_ne!(
            first,
            ChangeId::new(&Seed {
                author: "A <a@b> 2 +0000",
                ..seed.clone()
            })
            .unwrap()
        );
        assert_ne!(
            first,
            ChangeId::new(&Seed {
                message: "n\n",
                ..seed
            })
            .unwrap()
        );
    }
}
