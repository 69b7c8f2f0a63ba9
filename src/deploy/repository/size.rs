use camino::Utf8Path;
use git2::{ObjectType, Repository, TreeWalkMode, TreeWalkResult};
use serde::Serialize;

use super::error::RepositoryError;
use super::{DeployRepository, missing, oid, utf8};
use crate::model::Revision;

/// How much a release takes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct TreeSize {
    pub files: u64,
    pub bytes: u64,
}

impl DeployRepository {
    /// Counts the files of a revision and their bytes, those of its submodules too. Every object of the release is
    /// looked for, so that one that is missing is found before a host is.
    ///
    /// # Errors
    /// Where an object or a submodule is not here.
    pub fn tree_size(&self, of: &Revision) -> Result<TreeSize, RepositoryError> {
        let mut size = TreeSize::default();
        let place = utf8(self.repository().commondir())?;
        size.add(self.repository(), &place, of)?;
        for link in self.submodules(of)? {
            let repository = missing::open(&link.git_dir)?;
            let repository = repository.ok_or_else(|| RepositoryError::NoModule {
                path: link.path.clone(),
                root: self.root().to_owned(),
            })?;
            size.add(&repository, &link.git_dir, &link.commit)?;
        }
        Ok(size)
    }
}

impl TreeSize {
    fn add(
        &mut self,
        repository: &Repository,
        place: &Utf8Path,
        of: &Revision,
    ) -> Result<(), RepositoryError> {
        let mut lacks = None;
        let mut count = || -> Result<(), git2::Error> {
            let odb = repository.odb()?;
            let tree = repository.find_commit(oid(of))?.tree()?;
            tree.walk(TreeWalkMode::PreOrder, |_, entry| {
                if entry.kind() != Some(ObjectType::Blob) {
                    return TreeWalkResult::Ok;
                }
                match odb.read_header(entry.id()) {
                    Ok((bytes, _)) => {
                        self.files += 1;
                        self.bytes += bytes as u64;
                        TreeWalkResult::Ok
                    }
                    Err(_) => {
                        lacks = Some(entry.id());
                        TreeWalkResult::Abort
                    }
                }
            })
        };
        let counted = count();
        match (counted, lacks) {
            (Ok(()), None) => Ok(()),
            _ if missing::is_partial(place) => Err(RepositoryError::Partial {
                repository: place.to_owned(),
            }),
            (error, lacks) => Err(RepositoryError::NoObject {
                repository: place.to_owned(),
                object: match (lacks, error) {
                    (Some(id), _) => id.to_string(),
                    (None, Err(error)) => error.message().to_owned(),
                    (None, Ok(())) => String::new(),
                },
                revision: of.clone(),
            }),
        }
    }
}
