//! Lines that somebody wrote, each with a number of its own.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{LazyLock, Mutex};

use git2::{ObjectType, Oid, Repository};
use regex::bytes::Regex;

/// The numbers of some lines.
pub(crate) type Lines = BTreeSet<usize>;

static NUMBER: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"hand-([0-9]+)x").unwrap());

/// How a line is marked that has a number.
pub(crate) fn mark(number: usize) -> String {
    format!("hand-{number}x")
}

/// The lines of somebody's in a text.
pub(crate) fn lines_in(text: &[u8]) -> Lines {
    let found = NUMBER.captures_iter(text);
    found
        .map(|number| std::str::from_utf8(&number[1]).unwrap().parse().unwrap())
        .collect()
}

/// The lines of objects that were looked at: an object is the same in each repository.
#[derive(Debug, Default)]
pub(crate) struct Known {
    /// Of trees and files.
    content: Mutex<BTreeMap<Oid, Lines>>,
    /// Of commits, with all that are before them.
    past: Mutex<BTreeMap<Oid, Lines>>,
}

impl Known {
    /// The lines of a file or of a folder.
    pub(crate) fn content(&self, repository: &Repository, id: Oid) -> Lines {
        if let Some(lines) = self.content.lock().unwrap().get(&id) {
            return lines.clone();
        }
        let object = repository.find_object(id, None).unwrap();
        let lines = match object.kind() {
            Some(ObjectType::Tree) => {
                let tree = object.peel_to_tree().unwrap();
                let entries = tree
                    .iter()
                    .filter(|it| it.kind() != Some(ObjectType::Commit));
                entries
                    .flat_map(|entry| {
                        let mut lines = self.content(repository, entry.id());
                        // A file may be somebody's by its name.
                        lines.extend(lines_in(entry.name_bytes()));
                        lines
                    })
                    .collect()
            }
            _ => lines_in(object.as_blob().unwrap().content()),
        };
        self.content.lock().unwrap().insert(id, lines.clone());
        lines
    }

    /// The lines of a commit's files.
    pub(crate) fn tip(&self, repository: &Repository, commit: Oid) -> Lines {
        self.content(
            repository,
            repository.find_commit(commit).unwrap().tree_id(),
        )
    }

    /// The lines of a commit and of all that are before it.
    pub(crate) fn past(&self, repository: &Repository, commit: Oid) -> Lines {
        if let Some(lines) = self.past.lock().unwrap().get(&commit) {
            return lines.clone();
        }
        let mut lines = self.tip(repository, commit);
        for parent in repository.find_commit(commit).unwrap().parent_ids() {
            lines.extend(self.past(repository, parent));
        }
        self.past.lock().unwrap().insert(commit, lines.clone());
        lines
    }
}
