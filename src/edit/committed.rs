//! What commits were made of: files that a run wrote and nobody committed are another matter.

use camino::{Utf8Path, Utf8PathBuf};

use super::earlier::Known;
use super::record::{Written, content_name};
use super::rendered::{Rendered, replace};
use crate::worktree::Worktree;

/// What a store is asked for.
#[derive(Debug, Clone, Default)]
pub(super) enum Use {
    /// A plan for the files as they are.
    #[default]
    Files,
    /// The same, where what is marked as a conflict counts as that until it is committed.
    FilesOfCommits,
    /// A plan for trees of commits. Of these files, conflicts were resolved in the work tree, with these contents by git's name.
    Commits {
        resolved: Vec<(Utf8PathBuf, String)>,
    },
}

impl Rendered {
    /// The same store, for files whose commits are made from commits.
    #[must_use]
    pub(crate) fn of_commits(self) -> Self {
        Self {
            use_of: Use::FilesOfCommits,
            ..self
        }
    }

    /// The same store, for the trees of commits; `resolved` has the files of the work tree in which conflicts were resolved.
    #[must_use]
    pub(crate) fn upon_commits(self, resolved: &[(Utf8PathBuf, String)]) -> Self {
        let names = resolved
            .iter()
            .filter_map(|(path, text)| Some((path.clone(), content_name(text)?)));
        let resolved = names.collect();
        Self {
            use_of: Use::Commits { resolved },
            ..self
        }
    }

    pub(super) fn keeps_marks(&self) -> bool {
        matches!(self.use_of, Use::FilesOfCommits)
    }

    /// The same store, where a work tree is committed as it will be: conflicts that were resolved in it count as that, and
    /// files that no commit has yet as what was written last.
    #[must_use]
    pub(crate) fn committing(self, worktree: &Worktree) -> Self {
        let last = self.last_commits().and_then(|store| store.index().ok());
        let last = last.unwrap_or_default();
        let resolved = self.paths().into_iter().filter_map(|path| {
            let text = worktree.read(&path).ok().flatten()?;
            let is_new = !last.files.contains_key(&path);
            (is_new || self.is_resolved(&path, &text)).then_some((path, text))
        });
        let resolved: Vec<(Utf8PathBuf, String)> = resolved.collect();
        self.upon_commits(&resolved)
    }

    /// What was remembered when the commits were made; none where that is not asked for, or none was made.
    pub(super) fn in_commits(&self) -> Option<Self> {
        match &self.use_of {
            Use::Commits { .. } => self.last_commits(),
            Use::Files | Use::FilesOfCommits => None,
        }
    }

    fn last_commits(&self) -> Option<Self> {
        let store = self.committed()?;
        store.index.as_ref()?.exists().then_some(store)
    }

    fn committed(&self) -> Option<Self> {
        let (folder, index) = (self.folder.as_ref()?, self.index.as_ref()?);
        let beside = folder.parent()?.with_file_name("committed");
        Some(Self {
            folder: Some(beside.join(folder.file_name()?)),
            index: Some(beside.join(index.file_name()?)),
            ..Self::none()
        })
    }

    /// Remembers that the commits are made of what is remembered now.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub(crate) fn note_commits(&self) -> std::io::Result<()> {
        let Some(store) = self.committed() else {
            return Ok(());
        };
        let mut index = self.index().map_err(std::io::Error::other)?;
        let is_changed = self.keep_former(&mut index, &store)?;
        for path in index.files.keys() {
            match self.read(path) {
                Some(text) => store.write(path, &text)?,
                None => store.remove(path)?,
            }
        }
        let text = serde_json::to_string_pretty(&index).map_err(std::io::Error::other)?;
        let own = self.index.as_ref().filter(|_| is_changed);
        for file in own.into_iter().chain(&store.index) {
            replace(file, &format!("{text}\n"))?;
        }
        Ok(())
    }

    /// What is remembered of a file in a commit, unless its content is the one that is remembered now. In the files as they
    /// are, only one that svcgen left just so is known by it: another branch was checked out since.
    pub(super) fn known_in_commits(
        &self,
        now: Option<&Written>,
        path: &Utf8Path,
        content: Option<&str>,
    ) -> Option<Known> {
        let store = self.last_commits()?;
        let name = content.and_then(content_name);
        let is_left = name.is_some() && now.is_some_and(|now| now.left == name);
        let written = store.index().ok()?.files.get(path).cloned();
        let is_other = match &self.use_of {
            Use::Commits { resolved } => {
                let mut resolved = resolved.iter();
                resolved.any(|(other, text)| other == path && Some(text) == name.as_ref())
            }
            Use::Files | Use::FilesOfCommits => {
                let left = written.as_ref().and_then(|written| written.left.as_ref());
                name.is_none() || left != name.as_ref()
            }
        };
        if is_left || is_other {
            return None;
        }
        Some(Known {
            written,
            base: store.read(path),
            is_undone: false,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::edit::memory::Memory;
    use crate::edit::record::{Form, Record};
    use crate::model::ServiceName;

    #[test]
    fn a_commit_is_made_of_what_the_last_one_was_made_of() {
        let folder = tempfile::tempdir().unwrap();
        let root = Utf8Path::from_path(folder.path()).unwrap();
        git2::Repository::init(root).unwrap();
        let store = Rendered::of(root, &ServiceName::parse("tea").unwrap()).by("vagrant");
        let write = |path: &str, text: &str| {
            let record = Record::Written {
                form: Form::Whole,
                text: text.into(),
                keys: Vec::new(),
                is_made: true,
                made: Vec::new(),
            };
            let memory = Memory {
                record: &record,
                before: None,
                left: Some(text),
                is_marked: false,
            };
            store.remember(path.into(), &memory).unwrap();
        };
        write("old", "one");
        store.note_commits().unwrap();
        write("old", "two");
        write("new", "first");
        for (path, text) in [("old", "one, edited"), ("new", "first, edited")] {
            fs_err::write(root.join(path), text).unwrap();
        }
        let worktree = Worktree::open(root).unwrap();
        let base = |store: &Rendered, path: &str, text| store.base(path.into(), Some(text));
        let committing = store.clone().committing(&worktree);
        assert_eq!(
            base(&committing, "old", "one, edited").as_deref(),
            Some("one")
        );
        assert_eq!(
            base(&committing, "new", "first, edited").as_deref(),
            Some("first")
        );
        // In the files as they are, what svcgen left in a commit is known just so, and an edit is one of what it wrote last.
        assert_eq!(base(&store, "old", "one").as_deref(), Some("one"));
        assert_eq!(base(&store, "old", "one, edited").as_deref(), Some("two"));
    }
}
