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
            .and_then(|repository| Utf8PathBuf::from_path_buf(repository.commondir().to_owned()).ok())
            .map(|common| common.join("svcgen/rendered").join(service.as_str()));
        Self { folder }
    }

    /// A store that holds nothing and keeps nothing.
    pub fn none() -> Self {
        Self { folder: None }
    }

    /// The text last written for a file.
    pub fn read(&self, path: &Utf8Path) -> Option<String> {
        fs_err::read_to_string(self.folder.as_ref()?.join(path)).ok()
    }

    /// Keeps what svcgen wrote of a file, and which content the file as a whole had then.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub fn write(&self, path: &Utf8Path, record: &str, whole: &str) -> std::io::Result<()> {
        let Some(folder) = &self.folder else { return Ok(()) };
        keep(&folder.join(path), record)?;
        keep(&contents(folder).join(path), &content_id(whole)?)
    }

    /// Whether a file has the very content that svcgen gave it: then an uncommitted change in it is svcgen's.
    pub fn is_as_written(&self, path: &Utf8Path, whole: &str) -> bool {
        let Some(folder) = &self.folder else { return false };
        let kept = fs_err::read_to_string(contents(folder).join(path)).ok();
        kept.is_some() && kept == content_id(whole).ok()
    }
}

/// The folder of the contents' ids, beside that of the records.
fn contents(folder: &Utf8Path) -> Utf8PathBuf {
    folder.with_file_name(format!("{}.contents", folder.file_name().unwrap_or_default()))
}

/// What git would call the content.
fn content_id(text: &str) -> std::io::Result<String> {
    let id = git2::Oid::hash_object(git2::ObjectType::Blob, text.as_bytes());
    id.map(|id| id.to_string()).map_err(std::io::Error::other)
}

fn keep(file: &Utf8Path, text: &str) -> std::io::Result<()> {
    let parent = file.parent().unwrap_or(file);
    fs_err::create_dir_all(parent)?;
    let mut temporary = tempfile::NamedTempFile::new_in(parent)?;
    std::io::Write::write_all(&mut temporary, text.as_bytes())?;
    temporary.persist(file)?;
    Ok(())
}
