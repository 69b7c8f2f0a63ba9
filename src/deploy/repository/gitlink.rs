use std::collections::HashMap;

use camino::{Utf8Path, Utf8PathBuf};
use git2::{ObjectType, Oid, Repository, Tree, TreeWalkMode, TreeWalkResult};
use serde::Serialize;

use super::error::RepositoryError;
use super::{DeployRepository, missing, oid, revision, utf8};
use crate::git::Head;
use crate::model::Revision;
use crate::scap::{Submodule, read_submodules};

/// A submodule of a revision, at any depth: what git calls a gitlink, and where its objects are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Gitlink {
    /// Its name in the `.gitmodules` of the repository that it is in.
    pub name: String,
    /// From the root of the deploy repository.
    pub path: Utf8PathBuf,
    pub commit: Revision,
    pub url: String,
    /// Where git keeps it, from the git folder of the deploy repository: `modules/a`, or `modules/a/modules/b`.
    pub module: Utf8PathBuf,
    /// The git folder on this machine that has the commit.
    pub git_dir: Utf8PathBuf,
}

/// A repository whose tree is being walked.
struct Level<'a> {
    repository: &'a Repository,
    commit: &'a Revision,
    /// Of its root, from that of the deploy repository.
    path: &'a Utf8Path,
    module: &'a Utf8Path,
    /// Where git may keep its submodules.
    git_dirs: Vec<Utf8PathBuf>,
    is_checked_out: bool,
}

/// How deep submodules may be nested.
const DEEPEST: usize = 16;
const GITMODULES: &str = ".gitmodules";

impl DeployRepository {
    /// Every submodule of a revision, those of submodules too; one stands before those that are in it.
    ///
    /// # Errors
    /// Where one is not described, or not safe to place, or its commit is not on this machine.
    pub fn submodules(&self, of: &Revision) -> Result<Vec<Gitlink>, RepositoryError> {
        self.commit(of)?;
        let repository = self.repository();
        let mut found = Vec::new();
        let level = Level {
            repository,
            commit: of,
            path: "".into(),
            module: "".into(),
            git_dirs: git_dirs(repository)?,
            is_checked_out: matches!(
                self.checkout.head()?,
                Head::Branch { tip, .. } | Head::Detached { tip } if tip == oid(of)
            ),
        };
        self.collect(&level, 0, &mut found)?;
        Ok(found)
    }

    fn collect(
        &self,
        level: &Level<'_>,
        depth: usize,
        found: &mut Vec<Gitlink>,
    ) -> Result<(), RepositoryError> {
        let commit = level.repository.find_commit(oid(level.commit));
        let tree = commit.and_then(|commit| commit.tree());
        let tree = tree.map_err(|source| self.unreadable("a commit", source))?;
        let links = self.links(level, &tree)?;
        if links.is_empty() {
            return Ok(());
        }
        let modules = self.modules(level, &tree)?;
        for (path, commit) in links {
            let whole = level.path.join(&path);
            if depth >= DEEPEST {
                return Err(RepositoryError::UnsafePath {
                    path: whole.into_string(),
                    revision: level.commit.clone(),
                    rule: "submodules are nested too deeply",
                });
            }
            let Some(module) = modules.get(&path) else {
                return Err(RepositoryError::Unlisted {
                    path: whole,
                    revision: level.commit.clone(),
                });
            };
            if let Some(rule) = unsafe_name(&module.name) {
                return Err(RepositoryError::UnsafeName {
                    name: module.name.clone(),
                    path: whole,
                    revision: level.commit.clone(),
                    rule,
                });
            }
            let (repository, git_dir) = self.locate(level, &module.name, &whole, &commit)?;
            let link = Gitlink {
                name: module.name.clone(),
                module: level.module.join("modules").join(&module.name),
                path: whole,
                commit,
                url: module.url.clone(),
                git_dir,
            };
            found.push(link.clone());
            let below = Level {
                repository: &repository,
                commit: &link.commit,
                path: &link.path,
                module: &link.module,
                git_dirs: git_dirs(&repository)?,
                is_checked_out: level.is_checked_out,
            };
            self.collect(&below, depth + 1, found)?;
        }
        Ok(())
    }

    /// The gitlinks of a tree, in its order.
    fn links(
        &self,
        level: &Level<'_>,
        tree: &Tree<'_>,
    ) -> Result<Vec<(Utf8PathBuf, Revision)>, RepositoryError> {
        let mut links: Vec<(Vec<u8>, Oid)> = Vec::new();
        let walked = tree.walk(TreeWalkMode::PreOrder, |folder, entry| {
            if entry.kind() == Some(ObjectType::Commit) {
                let path = [folder.as_bytes(), entry.name_bytes()].concat();
                links.push((path, entry.id()));
            }
            TreeWalkResult::Ok
        });
        walked.map_err(|source| self.unreadable("a folder", source))?;
        let checked = links.into_iter().map(|(path, commit)| {
            let refused = |rule| RepositoryError::UnsafePath {
                path: level
                    .path
                    .join(String::from_utf8_lossy(&path).as_ref())
                    .into_string(),
                revision: level.commit.clone(),
                rule,
            };
            let path = std::str::from_utf8(&path).map_err(|_| refused("it is not UTF-8"))?;
            match unsafe_path(path) {
                Some(rule) => Err(refused(rule)),
                None => Ok((Utf8PathBuf::from(path), revision(commit))),
            }
        });
        checked.collect()
    }

    /// What `.gitmodules` says, by path.
    fn modules(
        &self,
        level: &Level<'_>,
        tree: &Tree<'_>,
    ) -> Result<HashMap<Utf8PathBuf, Submodule>, RepositoryError> {
        let Some(entry) = tree.get_name(GITMODULES) else {
            return Ok(HashMap::new());
        };
        let blob = level.repository.find_blob(entry.id());
        let blob = blob.map_err(|source| self.unreadable("`.gitmodules`", source))?;
        let text = String::from_utf8_lossy(blob.content());
        let read = read_submodules(&level.path.join(GITMODULES), &text);
        let modules = read.map_err(|source| RepositoryError::Modules {
            revision: level.commit.clone(),
            source,
        })?;
        let by_path = modules.into_iter().map(|module| {
            let path = module.path.as_str().trim_end_matches('/');
            let path = path.strip_prefix("./").unwrap_or(path);
            (Utf8PathBuf::from(path), module)
        });
        Ok(by_path.collect())
    }

    /// Finds the repository on this machine that has a commit of a submodule.
    fn locate(
        &self,
        level: &Level<'_>,
        name: &str,
        path: &Utf8Path,
        commit: &Revision,
    ) -> Result<(Repository, Utf8PathBuf), RepositoryError> {
        let kept = level
            .git_dirs
            .iter()
            .map(|git_dir| git_dir.join("modules").join(name));
        // Clones of before git 1.7.8 have a `.git` folder in the submodule.
        let places: Vec<Utf8PathBuf> = kept.chain([self.root().join(path)]).collect();
        let mut without = None;
        for place in places {
            let Some(repository) = missing::open(&place)? else {
                continue;
            };
            let git_dir = utf8(repository.commondir())?;
            if repository.find_commit(oid(commit)).is_ok() {
                return Ok((repository, git_dir));
            }
            without.get_or_insert(git_dir);
        }
        Err(match without {
            Some(git_dir) => RepositoryError::NoCommit {
                path: path.to_owned(),
                root: self.root().to_owned(),
                git_dir,
                commit: commit.clone(),
                is_checked_out: level.is_checked_out,
            },
            None => RepositoryError::NoModule {
                path: path.to_owned(),
                root: self.root().to_owned(),
            },
        })
    }
}

/// The git folders of a repository: its own one, and, where it is linked, that of the main checkout.
fn git_dirs(repository: &Repository) -> Result<Vec<Utf8PathBuf>, RepositoryError> {
    let mut all = vec![utf8(repository.path())?, utf8(repository.commondir())?];
    all.dedup();
    Ok(all)
}

/// The rule that a path breaks: whoever checks it out must stay below the root, and out of git's own files.
pub(crate) fn unsafe_path(path: &str) -> Option<&'static str> {
    if path.contains(|c: char| c.is_control()) {
        return Some("it contains invisible characters");
    }
    if path.starts_with('-') {
        return Some("it begins with `-`");
    }
    let is_dots = |part: &str| matches!(part, "" | "." | "..");
    if path.split('/').any(is_dots) || path.contains('\\') {
        return Some("it leads out of the repository");
    }
    let is_git = |part: &str| {
        part.trim_end_matches(['.', ' '])
            .eq_ignore_ascii_case(".git")
    };
    path.split('/')
        .any(is_git)
        .then_some("it is among git's own files")
}

/// The rule that a name breaks: it becomes a folder below `.git/modules`.
pub(crate) fn unsafe_name(name: &str) -> Option<&'static str> {
    // Hosts are told of it in lines, whose ends do not count.
    if name.trim() != name {
        return Some("it begins or ends with a space");
    }
    unsafe_path(name).map(|rule| match rule {
        "it is among git's own files" => "it would be among git's own files",
        "it leads out of the repository" => "it would lead out of `.git/modules`",
        rule => rule,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_submodule_stays_in_its_place() {
        for good in ["src", "a/b", "node modules", ".gitignore", "a..b", "é"] {
            assert_eq!(unsafe_path(good), None, "{good}");
        }
        for bad in [
            "",
            "/a",
            "..",
            "a/../b",
            "a/..",
            "./a",
            "a//b",
            ".git",
            ".GIT/hooks",
            "a/.git",
            ".git./x",
            ".git ",
            "-x",
            "a\nb",
            "a\\..\\b",
        ] {
            assert!(
                unsafe_path(bad).is_some() && unsafe_name(bad).is_some(),
                "{bad:?}"
            );
        }
        assert!(unsafe_name("my lib").is_none() && unsafe_name("lib ").is_some());
    }
}
