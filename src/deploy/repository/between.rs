use std::collections::BTreeMap;

use camino::Utf8PathBuf;
use git2::{ObjectType, Oid, Repository, TreeWalkMode, TreeWalkResult};

use super::error::RepositoryError;
use super::history::walk;
use super::{Commits, DeployRepository, oid, revision};
use crate::model::Revision;

/// What lies between two revisions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Between {
    /// What the second one has and the first one has not.
    pub added: Commits,
    /// What the first one has and the second one has not.
    pub removed: Commits,
    pub modules: Vec<ModuleChange>,
}

/// A submodule of which two revisions have different commits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModuleChange {
    pub path: Utf8PathBuf,
    pub from: Option<Revision>,
    pub to: Option<Revision>,
    /// What was added and removed in it; nothing where its repository is not here, or lacks one of them.
    pub commits: Option<(Commits, Commits)>,
}

impl DeployRepository {
    /// What lies between two revisions, with the submodules, listing at most so many commits each time.
    ///
    /// # Errors
    /// Where one of them is not here, or the history is cut off before it is known.
    pub fn between(
        &self,
        from: &Revision,
        to: &Revision,
        most: usize,
    ) -> Result<Between, RepositoryError> {
        Ok(Between {
            added: self.commits(from, to, most)?,
            removed: self.commits(to, from, most)?,
            modules: self.module_changes(from, to, most)?,
        })
    }

    fn module_changes(
        &self,
        from: &Revision,
        to: &Revision,
        most: usize,
    ) -> Result<Vec<ModuleChange>, RepositoryError> {
        let (old, new) = (self.gitlinks(from)?, self.gitlinks(to)?);
        if old == new {
            return Ok(Vec::new());
        }
        // Where one of them is not here, the others are not known either; what was changed still is.
        let placed = [to, from].map(|revision| self.submodules(revision).unwrap_or_default());
        let place = |path: &Utf8PathBuf| {
            let mut all = placed.iter().flatten();
            let link = all.find(|link| link.path == *path)?;
            Repository::open(&link.git_dir).ok()
        };
        let mut paths: Vec<&Utf8PathBuf> = old.keys().chain(new.keys()).collect();
        paths.sort();
        paths.dedup();
        let changed = paths
            .into_iter()
            .filter(|path| old.get(*path) != new.get(*path));
        let changes = changed.map(|path| {
            let (from, to) = (old.get(path).copied(), new.get(path).copied());
            let commits = match (from, to, place(path)) {
                (Some(from), Some(to), Some(repository)) => {
                    let added = walk(&repository, Some(from), to, most).ok();
                    let removed = walk(&repository, Some(to), from, most).ok();
                    added.zip(removed)
                }
                _ => None,
            };
            ModuleChange {
                path: path.clone(),
                from: from.map(revision),
                to: to.map(revision),
                commits,
            }
        });
        Ok(changes.collect())
    }

    /// The submodules of a revision itself, as git has them.
    fn gitlinks(&self, of: &Revision) -> Result<BTreeMap<Utf8PathBuf, Oid>, RepositoryError> {
        let tree = self
            .repository()
            .find_commit(oid(of))
            .and_then(|c| c.tree());
        let tree = tree.map_err(|source| self.unreadable("a commit", source))?;
        let mut links = BTreeMap::new();
        let walked = tree.walk(TreeWalkMode::PreOrder, |folder, entry| {
            if entry.kind() == Some(ObjectType::Commit) {
                let name = String::from_utf8_lossy(entry.name_bytes()).into_owned();
                links.insert(Utf8PathBuf::from(format!("{folder}{name}")), entry.id());
            }
            TreeWalkResult::Ok
        });
        walked.map_err(|source| self.unreadable("a folder", source))?;
        Ok(links)
    }
}
