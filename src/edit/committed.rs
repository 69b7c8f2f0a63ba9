//! What commits were made of: files that a run wrote and nobody committed are another matter.

use camino::{Utf8Path, Utf8PathBuf};

use super::earlier::Known;
use super::made::LAST;
use super::record::{Commits, Written, content_name};
use super::rendered::Rendered;
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
        let last = self.last_commits().unwrap_or_default();
        let resolved = self.paths().into_iter().filter_map(|path| {
            let text = worktree.read(&path).ok().flatten()?;
            let is_new = !last.files.contains_key(&path);
            (is_new || self.is_resolved(&path, &text)).then_some((path, text))
        });
        let resolved: Vec<(Utf8PathBuf, String)> = resolved.collect();
        self.upon_commits(&resolved)
    }

    /// What the commits were made of; none where that is not asked for, or none was made.
    pub(super) fn in_commits(&self) -> Option<Commits> {
        match &self.use_of {
            Use::Commits { .. } => self.last_commits(),
            Use::Files | Use::FilesOfCommits => None,
        }
    }

    /// What svcgen's last commits on the branch were made of that is checked out, or where it made none there, on any.
    fn last_commits(&self) -> Option<Commits> {
        let own = self.of_tree().map(|own| own.commits.clone());
        own.or_else(|| self.made(LAST))
    }

    /// The same, where it was last written to the file on another branch, or before these commits.
    pub(super) fn elsewhere(&self, now: &Written) -> Option<Commits> {
        let at = now.at.as_ref()?;
        let own = self.of_tree()?;
        (!self.is_since(own, at)).then(|| own.commits.clone())
    }

    /// Whether svcgen left a file so, by git's name for its content, in its last commits on the branch.
    pub(super) fn was_committed(&self, path: &Utf8Path, name: &Option<String>) -> bool {
        let own = self.of_tree();
        let file = own.and_then(|own| own.commits.files.get(path));
        file.is_some_and(|file| file.left == *name)
    }

    /// Whether commits of the branch had a file; those of svcgen's that somebody made otherwise are known by their Change-Ids.
    pub(super) fn had(&self, path: &Utf8Path) -> bool {
        let own = self.of_branch().map(|own| &own.commits);
        let own = own.filter(|commits| self.branch.has(&commits.change_ids));
        let file = own.and_then(|commits| commits.files.get(path));
        file.is_some_and(|file| file.left.is_some()) || !self.past_contents(path).is_empty()
    }

    /// What is remembered of a file in a commit, unless its content is the one that is remembered now. In the files as they
    /// are, that is one that svcgen left just so, or one of another branch than what was written last.
    pub(super) fn known_in_commits(
        &self,
        now: Option<&Written>,
        path: &Utf8Path,
        content: Option<&str>,
    ) -> Option<Known> {
        let name = content.and_then(content_name);
        if name.is_some() && now.is_some_and(|now| now.left == name) {
            return None;
        }
        let mut commits = self.last_commits()?;
        let file = commits.files.remove(path);
        let is_meant = match &self.use_of {
            Use::Commits { resolved } => {
                let mut resolved = resolved.iter();
                !resolved.any(|(other, text)| other == path && Some(text) == name.as_ref())
            }
            Use::Files | Use::FilesOfCommits => {
                let left = file.as_ref().and_then(|file| file.left.as_ref());
                let is_elsewhere = || now.is_some_and(|now| self.elsewhere(now).is_some());
                name.is_some() && (left == name.as_ref() || is_elsewhere())
            }
        };
        if !is_meant {
            return None;
        }
        match file {
            Some(file) => self.as_it_was(&file.written, name.is_some() && file.left == name),
            None => Some(Known::default()),
        }
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
        store.note_commits(None, Vec::new()).unwrap();
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
