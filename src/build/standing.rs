//! What a build looks at in a commit of the deploy repository.

use camino::Utf8PathBuf;
use git2::{FileMode, ObjectType, Oid, Repository, Tree};

use super::manifest::PACKAGE;
use super::provenance::Provenance;
use super::submodule::GITMODULES;
use crate::git::{Checkout, GitError};
use crate::review::CommitMessage;

/// Where the modules are in a deploy repository.
pub(super) const MODULES: &str = "node_modules";

/// A commit of a deploy repository, as far as a build looks at it.
#[derive(Debug, Clone)]
pub(super) struct Standing {
    pub(super) commit: Oid,
    pub(super) tree: Oid,
    pub(super) gitmodules: Option<String>,
    /// Where `package.json` leads to, where it is a link.
    pub(super) linked: Option<Utf8PathBuf>,
    /// Whether `package.json` is a file of its own.
    pub(super) has_own_package: bool,
    pub(super) modules: Option<Oid>,
}

/// Where the modules of a commit come from.
#[derive(Debug, Clone)]
pub(super) enum Origin {
    Known(Provenance),
    /// Built, and changed by somebody in a later commit, whose name this is.
    Changed(String),
    /// By another tool, or by hand.
    Elsewhere,
}

impl Standing {
    /// Reads a commit.
    pub(super) fn read(checkout: &Checkout, commit: Oid) -> Result<Self, GitError> {
        let read = || -> Result<Self, git2::Error> {
            let repository = checkout.repository();
            let tree = repository.find_commit(commit)?.tree()?;
            let package = tree.get_name(PACKAGE);
            let is_link = |mode: i32| mode == i32::from(FileMode::Link);
            let linked = package.as_ref().filter(|entry| is_link(entry.filemode()));
            let linked = linked.and_then(|_| text(repository, &tree, PACKAGE));
            Ok(Self {
                commit,
                tree: tree.id(),
                gitmodules: text(repository, &tree, GITMODULES),
                has_own_package: package.is_some() && linked.is_none(),
                linked: linked.map(Utf8PathBuf::from),
                modules: tree.get_name(MODULES).map(|entry| entry.id()),
            })
        };
        read().map_err(|source| checkout.unreadable("a commit", source))
    }

    /// The beginning of its name.
    pub(super) fn short(&self) -> String {
        self.commit.to_string()[..7].to_owned()
    }

    /// The commit of a submodule.
    pub(super) fn gitlink(&self, checkout: &Checkout, path: &camino::Utf8Path) -> Option<Oid> {
        let tree = checkout.repository().find_tree(self.tree).ok()?;
        let entry = tree.get_path(path.as_std_path()).ok()?;
        (entry.kind() == Some(ObjectType::Commit)).then(|| entry.id())
    }

    /// Finds out where its modules come from: from the last commit that says so, unless they are others by now.
    pub(super) fn origin(&self, checkout: &Checkout) -> Result<Origin, GitError> {
        let find = || -> Result<Origin, git2::Error> {
            let repository = checkout.repository();
            let mut last = repository.find_commit(self.commit)?;
            let modules_of = |commit: &git2::Commit<'_>| -> Result<Option<Oid>, git2::Error> {
                Ok(commit.tree()?.get_name(MODULES).map(|entry| entry.id()))
            };
            let (mut changed, mut was_built) = (None, false);
            loop {
                let modules = modules_of(&last)?;
                let message = CommitMessage::parse(&String::from_utf8_lossy(last.message_bytes()));
                if let Some(provenance) = Provenance::read(&message) {
                    if modules == self.modules {
                        return Ok(Origin::Known(provenance));
                    }
                    was_built = true;
                }
                // Where history is cut off, a parent is not here.
                let parent = last.parent(0).ok();
                let before = parent.as_ref().map(modules_of).transpose()?.flatten();
                if before != self.modules && changed.is_none() {
                    changed = Some(last.id().to_string()[..7].to_owned());
                }
                match parent {
                    Some(parent) => last = parent,
                    None => break,
                }
            }
            Ok(match changed.filter(|_| was_built) {
                Some(commit) => Origin::Changed(commit),
                None => Origin::Elsewhere,
            })
        };
        find().map_err(|source| checkout.unreadable("the history", source))
    }
}

fn text(repository: &Repository, tree: &Tree<'_>, name: &str) -> Option<String> {
    let blob = repository.find_blob(tree.get_name(name)?.id()).ok()?;
    Some(String::from_utf8_lossy(blob.content()).into_owned())
}
