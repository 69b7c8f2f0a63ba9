use camino::{Utf8Component, Utf8Path, Utf8PathBuf};
use git2::{ObjectType, Oid, Repository, Tree};

use super::DeployRepository;
use super::error::RepositoryError;
use crate::model::Revision;
use crate::scap::Files;
use crate::worktree::WorktreeError;

/// The files of a commit. A symlink leads to another file of the commit, and never out of it.
pub struct TreeFiles<'a> {
    repository: &'a Repository,
    tree: Tree<'a>,
    /// What messages call it.
    name: Utf8PathBuf,
}

/// What is at a path.
enum Entry {
    File(Oid),
    Folder,
    Gitlink,
}

/// How many symlinks one path may lead through, as for Linux.
const MOST_LINKS: usize = 40;
/// What git calls the mode of a symlink.
const SYMLINK: i32 = 0o120_000;

impl DeployRepository {
    /// The files of a revision, whatever is in the working tree.
    ///
    /// # Errors
    /// Where the revision is not here.
    pub fn files(&self, revision: &Revision) -> Result<TreeFiles<'_>, RepositoryError> {
        let tree = self.commit(revision)?.tree();
        Ok(TreeFiles {
            repository: self.repository(),
            tree: tree.map_err(|source| self.unreadable("a folder", source))?,
            name: Utf8PathBuf::from(format!("revision {}", revision.short())),
        })
    }
}

impl TreeFiles<'_> {
    /// Finds what is at a path, through symlinks.
    fn find(&self, path: &Utf8Path) -> Result<Option<Entry>, WorktreeError> {
        let outside = || WorktreeError::Outside {
            path: path.to_owned(),
            root: self.name.clone(),
        };
        let mut links = 0;
        // What is left to walk, last first; and where the walk is.
        let mut ahead: Vec<String> = Vec::new();
        let mut here: Vec<Tree<'_>> = vec![self.tree.clone()];
        push(&mut ahead, path).ok_or_else(outside)?;
        while let Some(name) = ahead.pop() {
            if name == ".." {
                here.pop();
                if here.is_empty() {
                    return Err(outside());
                }
                continue;
            }
            let folder = here.last().ok_or_else(outside)?;
            let found = folder.get_name_bytes(name.as_bytes());
            let found = found.map(|entry| (entry.id(), entry.kind(), entry.filemode()));
            let Some((id, kind, mode)) = found else {
                return match links {
                    0 => Ok(None),
                    _ => Err(WorktreeError::Dangling {
                        path: path.to_owned(),
                    }),
                };
            };
            if mode == SYMLINK {
                links += 1;
                if links > MOST_LINKS {
                    return Err(WorktreeError::Dangling {
                        path: path.to_owned(),
                    });
                }
                let target = self.repository.find_blob(id).map_err(io)?;
                let target = std::str::from_utf8(target.content()).map_err(|_| outside())?;
                push(&mut ahead, Utf8Path::new(target)).ok_or_else(outside)?;
                continue;
            }
            match kind {
                Some(ObjectType::Tree) => here.push(self.repository.find_tree(id).map_err(io)?),
                // Something below of what is not a folder is not there.
                _ if !ahead.is_empty() => return Ok(None),
                Some(ObjectType::Commit) => return Ok(Some(Entry::Gitlink)),
                _ => return Ok(Some(Entry::File(id))),
            }
        }
        Ok(Some(Entry::Folder))
    }
}

/// Adds the parts of a relative path to those that are left to walk.
fn push(ahead: &mut Vec<String>, path: &Utf8Path) -> Option<()> {
    for component in path.components().rev() {
        match component {
            Utf8Component::Normal(name) => ahead.push(name.to_owned()),
            Utf8Component::ParentDir => ahead.push("..".into()),
            Utf8Component::CurDir => {}
            Utf8Component::RootDir | Utf8Component::Prefix(_) => return None,
        }
    }
    Some(())
}

fn io(error: git2::Error) -> WorktreeError {
    WorktreeError::Io(std::io::Error::other(error))
}

impl Files for TreeFiles<'_> {
    fn read(&self, path: &Utf8Path) -> Result<Option<String>, WorktreeError> {
        let not_a_file = |found| WorktreeError::NotAFile {
            path: path.to_owned(),
            found,
        };
        match self.find(path)? {
            None => Ok(None),
            Some(Entry::Folder) => Err(not_a_file("a folder")),
            Some(Entry::Gitlink) => Err(not_a_file("a submodule")),
            Some(Entry::File(id)) => {
                let blob = self.repository.find_blob(id).map_err(io)?;
                let text = std::str::from_utf8(blob.content());
                let text = text.map_err(|_| WorktreeError::NotText {
                    path: path.to_owned(),
                })?;
                Ok(Some(text.to_owned()))
            }
        }
    }

    fn has_folder(&self, path: &Utf8Path) -> bool {
        matches!(self.find(path), Ok(Some(Entry::Folder)))
    }
}
