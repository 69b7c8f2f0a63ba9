use camino::{Utf8Path, Utf8PathBuf};

use crate::model::ServiceName;

/// The text that svcgen last wrote into a checkout: the base of the three-way merge.
///
/// It lives in `$(git rev-parse --git-common-dir)/svcgen/rendered/<service>/`; of shared files it holds only
/// svcgen's own entries. Outside of a git repository there is none.
#[derive(Debug, Clone)]
pub struct Rendered {
    folder: Option<Utf8PathBuf>,
}

impl Rendered {
    /// The store of a service in the repository that a folder belongs to.
    pub fn of(root: &Utf8Path, service: &ServiceName) -> Self {
        let folder = git2::Repository::open(root)
            .ok()
            .and_then(|repository| {
                Utf8PathBuf::from_path_buf(repository.commondir().to_owned()).ok()
            })
            .map(|common| common.join("svcgen/rendered").join(service.as_str()));
        Self { folder }
    }

    /// A store that holds nothing and keeps nothing.
    pub fn none() -> Self {
        Self { folder: None }
    }

    /// A folder on the same disk for what is not yet in its place: git does not look there.
    pub(super) fn staging(&self) -> Option<Utf8PathBuf> {
        let store = self.folder.as_ref()?.parent()?;
        Some(store.with_file_name("tmp"))
    }

    /// The text last written for a file.
    pub fn read(&self, path: &Utf8Path) -> Option<String> {
        fs_err::read_to_string(self.folder.as_ref()?.join(path)).ok()
    }

    /// Keeps the text written for a file.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub fn write(&self, path: &Utf8Path, text: &str) -> std::io::Result<()> {
        let Some(folder) = &self.folder else {
            return Ok(());
        };
        let file = folder.join(path);
        let parent = file.parent().unwrap_or(folder);
        fs_err::create_dir_all(parent)?;
        let mut temporary = tempfile::NamedTempFile::new_in(parent)?;
        std::io::Write::write_all(&mut temporary, text.as_bytes())?;
        temporary.persist(&file)?;
        Ok(())
    }
}
