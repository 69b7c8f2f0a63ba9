//! What svcgen wrote into a checkout, as the git directory remembers it.

mod asked;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use camino::{Utf8Path, Utf8PathBuf};

use super::branch::Branch;
use super::committed::Use;
use super::made::OfBranch;
use super::memory::Memory;
use super::record::{Form, Index, Origin, Record, RecordError, Written, content_name};
use super::staging::{self, Staging};
use crate::git::committed_texts;
use crate::model::ServiceName;
use crate::worktree::Worktree;

/// How many contents of a file are looked at that it had in commits.
const MOST_CONTENTS: usize = 6;

/// The text that svcgen last wrote into a checkout: the base of the three-way merge.
///
/// It lives in `$(git rev-parse --git-common-dir)/svcgen/rendered/<service>/`; of shared files it holds only
/// svcgen's own entries. Beside it, `<service>.<generator>.json` lists what each generator wrote, so that what is
/// no longer wanted can be taken away, and what stood there before, so that a write that was undone is known as one.
/// Beside these, `svcgen/commits` has what commits were made of. Outside of a git repository there is none of it.
#[derive(Debug, Clone)]
pub struct Rendered {
    pub(super) folder: Option<Utf8PathBuf>,
    pub(super) index: Option<Utf8PathBuf>,
    pub(super) origin: Option<Origin>,
    /// Whether files that others wrote are taken over.
    pub(super) takes_over: bool,
    /// Files that hold somebody's uncommitted changes besides what svcgen writes.
    pub(super) mixed: Vec<Utf8PathBuf>,
    pub(super) use_of: Use,
    pub(super) branch: Branch,
    /// What svcgen's commits on that branch were made of, once it was looked for.
    pub(super) own: OnceLock<Option<OfBranch>>,
    /// The same of what its files tell.
    pub(super) in_tree: Arc<OnceLock<Option<OfBranch>>>,
    /// Git's names for the contents that files had in commits, once they were looked for.
    pub(super) contents: Arc<Mutex<BTreeMap<Utf8PathBuf, Vec<String>>>>,
}

impl Rendered {
    /// The store of a service in the repository that a folder belongs to.
    pub fn of(root: &Utf8Path, service: &ServiceName) -> Self {
        let repository = git2::Repository::open(root).ok();
        let common = repository.as_ref().and_then(|repository| {
            Utf8PathBuf::from_path_buf(repository.commondir().to_owned()).ok()
        });
        Self {
            folder: common.map(|common| common.join("svcgen/rendered").join(service.as_str())),
            branch: repository.as_ref().map(Branch::of).unwrap_or_default(),
            ..Self::none()
        }
    }

    /// The same store for one generator, which also remembers what it wrote and wants no more.
    #[must_use]
    pub fn by(self, generator: &str) -> Self {
        // The name of a service holds no dot, so that no two of these are one.
        let index = self
            .folder
            .as_ref()
            .map(|folder| folder.with_extension(format!("{generator}.json")));
        Self {
            index,
            own: OnceLock::new(),
            in_tree: Arc::default(),
            ..self
        }
    }

    /// A store of its own beside it, for a generator that writes into the same files as another.
    #[must_use]
    pub fn apart(self, generator: &str) -> Self {
        // The name of a service holds no dot, so that no two of these are one.
        let name =
            |folder: &Utf8Path| format!("{}.{generator}", folder.file_name().unwrap_or_default());
        let folder = self
            .folder
            .map(|folder| folder.with_file_name(name(&folder)));
        let index = folder.as_ref().and_then(|folder| {
            let file = format!("{}.json", folder.file_name()?);
            Some(folder.with_file_name(file))
        });
        Self {
            folder,
            index,
            own: OnceLock::new(),
            in_tree: Arc::default(),
            ..self
        }
    }

    /// The same store, which also remembers the model.
    #[must_use]
    pub fn from_model(self, origin: Origin) -> Self {
        Self {
            origin: Some(origin),
            ..self
        }
    }

    /// The same store, where it is decided what becomes of files that svcgen did not write.
    #[must_use]
    pub fn taking_over(self, takes_over: bool) -> Self {
        Self { takes_over, ..self }
    }

    /// The same store, where these files hold somebody's uncommitted changes, too.
    ///
    /// What svcgen leaves in them is not its own, so that it is not remembered as such.
    #[must_use]
    pub fn mixed_in(self, mixed: Vec<Utf8PathBuf>) -> Self {
        Self { mixed, ..self }
    }

    /// The files that hold somebody's uncommitted changes, too.
    pub(crate) fn mixed(&self) -> &[Utf8PathBuf] {
        &self.mixed
    }

    /// A store that holds nothing and keeps nothing.
    pub fn none() -> Self {
        Self {
            folder: None,
            index: None,
            origin: None,
            takes_over: false,
            mixed: Vec::new(),
            use_of: Use::default(),
            branch: Branch::default(),
            own: OnceLock::new(),
            in_tree: Arc::default(),
            contents: Arc::default(),
        }
    }

    /// A folder on the same disk for what is not yet in its place: git does not look there.
    pub(super) fn staging(&self) -> Option<Utf8PathBuf> {
        let store = self.folder.as_ref()?.parent()?;
        Some(store.with_file_name("tmp"))
    }

    /// Makes sure that the disk has room for files of these sizes, in bytes, and for what is remembered of them.
    ///
    /// # Errors
    /// Where it has not.
    pub(crate) fn check_room(&self, sizes: impl Iterator<Item = usize>) -> std::io::Result<()> {
        // A file system gives room in blocks, and each file may need a new folder.
        const BLOCK: usize = 4096;
        let blocks = sizes.map(|size| (size.div_ceil(BLOCK) * 2 + 2) * BLOCK);
        let mut staging = Staging::open(self.staging())?;
        staging.reserve(blocks.sum())
    }

    /// Where something is kept.
    pub(crate) fn place(&self, path: &Utf8Path) -> Utf8PathBuf {
        let folder = self.folder.as_ref();
        folder.map_or_else(|| path.to_owned(), |folder| folder.join(path))
    }

    /// The text last written for a file.
    pub fn read(&self, path: &Utf8Path) -> Option<String> {
        fs_err::read_to_string(self.folder.as_ref()?.join(path)).ok()
    }

    /// Whether anything below a folder was written.
    pub fn has_folder(&self, path: &Utf8Path) -> bool {
        self.folder
            .as_ref()
            .is_some_and(|folder| folder.join(path).is_dir())
    }

    /// Keeps the text written for a file.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub fn write(&self, path: &Utf8Path, text: &str) -> std::io::Result<()> {
        match &self.folder {
            Some(folder) => replace(&folder.join(path), text),
            None => Ok(()),
        }
    }

    /// Git's names for the contents that a file had in the last commits, the newest first.
    pub(super) fn past_contents(&self, path: &Utf8Path) -> Vec<String> {
        let Some(root) = &self.branch.root else {
            return Vec::new();
        };
        let mut contents = self.contents.lock().unwrap_or_else(PoisonError::into_inner);
        let found = contents.entry(path.to_owned()).or_insert_with(|| {
            let texts = committed_texts(&root.join(path), MOST_CONTENTS).into_iter();
            texts.filter_map(|text| content_name(&text)).collect()
        });
        found.clone()
    }

    /// Whether files that others wrote are taken over.
    pub(crate) fn takes_over(&self) -> bool {
        self.takes_over
    }

    /// Whether a file is there that svcgen did not write.
    pub(crate) fn is_foreign(&self, path: &Utf8Path, worktree: &Worktree) -> bool {
        let is_known = || {
            let content = worktree.read(path).ok().flatten();
            self.base(path, content.as_deref()).is_some()
        };
        worktree.has_file(path) && !is_known()
    }

    /// Keeps what is to be remembered of a file.
    ///
    /// That is done before the file itself changes: one that is as it was is known by that.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub(super) fn remember(&self, path: &Utf8Path, memory: &Memory<'_>) -> std::io::Result<()> {
        if let Some(file) = &self.index {
            let mut index = self.index().map_err(std::io::Error::other)?;
            index.version = Index::VERSION;
            index.model = self.origin.clone().or(index.model);
            let earlier = match memory.before {
                Some(before) => self.keep_past(&index, path, before)?,
                None => {
                    let known = index.files.get(path);
                    known.map_or_else(Vec::new, |written| written.earlier.clone())
                }
            };
            let last = index.files.remove(path);
            let last = last.filter(|last| self.elsewhere(last).is_none());
            let is_mixed = self.mixed.iter().any(|mixed| mixed == path);
            // Beside somebody's edit nothing is left as svcgen's, and what was before is not what is remembered now.
            let last = last.map(|last| match is_mixed && memory.before.is_some() {
                true => Written { left: None, ..last },
                false => last,
            });
            let was_marked = last.as_ref().is_some_and(|last| last.is_marked);
            let memory = Memory {
                left: memory.left.filter(|_| !is_mixed),
                is_marked: memory.is_marked || (was_marked && self.keeps_marks()),
                ..*memory
            };
            let written = memory.written(last, earlier).map(|it| self.here(it));
            index
                .files
                .extend(written.map(|written| (path.to_owned(), written)));
            let text = serde_json::to_string_pretty(&index).map_err(std::io::Error::other)?;
            replace(file, &format!("{text}\n"))?;
        }
        match memory.record {
            Record::Written { text, .. } => self.write(path, text),
            Record::Gone | Record::Forgotten => self.remove(path),
        }
    }

    /// What is written where this commit is checked out.
    pub(super) fn here(&self, written: Written) -> Written {
        Written {
            at: self.branch.tips.first().cloned(),
            ..written
        }
    }

    /// Whether it is known which generator writes.
    pub(super) fn has_index(&self) -> bool {
        self.index.is_some()
    }

    /// Everything that the generator wrote.
    ///
    /// # Errors
    /// Where the list is there and not understood.
    pub(crate) fn index(&self) -> Result<Index, RecordError> {
        let Some(path) = &self.index else {
            return Ok(Index::default());
        };
        let text = match fs_err::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                return Ok(Index::default());
            }
            Err(source) => {
                return Err(RecordError::Unreadable {
                    path: path.clone(),
                    source,
                });
            }
        };
        let wrong = |reason: String| RecordError::Wrong {
            path: path.clone(),
            reason,
        };
        let document: serde_json::Value =
            crate::json::parse(&text).map_err(|error| wrong(error.to_string()))?;
        let version = document["version"].as_u64().unwrap_or_default();
        let version = u32::try_from(version).unwrap_or(u32::MAX);
        if version != Index::VERSION && document["version"].is_u64() {
            return Err(RecordError::Version {
                path: path.clone(),
                version,
            });
        }
        serde_json::from_value(document)
            .map_err(|_| wrong("it does not have the form that svcgen writes".to_owned()))
    }

    /// Notes which content a file has now that another patch was written below this one.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub(crate) fn leave(&self, path: &Utf8Path, content: &str) -> std::io::Result<()> {
        let Some(file) = &self.index else {
            return Ok(());
        };
        let mut index = self.index().map_err(std::io::Error::other)?;
        let Some(written) = index.files.get_mut(path) else {
            return Ok(());
        };
        let left = content_name(content);
        if written.form == Form::Gone || written.left == left {
            return Ok(());
        }
        written.left = left;
        let text = serde_json::to_string_pretty(&index).map_err(std::io::Error::other)?;
        replace(file, &format!("{text}\n"))
    }

    pub(super) fn remove(&self, path: &Utf8Path) -> std::io::Result<()> {
        let Some(folder) = &self.folder else {
            return Ok(());
        };
        match fs_err::remove_file(folder.join(path)) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }
}

/// Replaces a file of the store; what a crash leaves is either the old or the new one.
pub(super) fn replace(file: &Utf8Path, text: &str) -> std::io::Result<()> {
    fs_err::create_dir_all(file.parent().unwrap_or(file))?;
    staging::replace(file, text.as_bytes())
}
