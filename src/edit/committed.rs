//! What commits were made of: files that a run wrote and nobody committed are another matter.

use camino::{Utf8Path, Utf8PathBuf};
use git2::Oid;

use super::earlier::Known;
use super::record::{Commits, Committed, Written, content_name};
use super::rendered::{Rendered, replace};
use crate::worktree::Worktree;

/// The name of what the last commits were made of, on whatever branch.
const LAST: &str = "last";

/// Of how many commits it is remembered what they were made of.
const MOST_COMMITS: usize = 200;

/// How long a note is at the most, in bytes: a block of a disk holds it.
const NOTE: usize = 4096;

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

/// What svcgen's commits on a branch were made of.
struct OfBranch<'a> {
    /// The commit that was the last of them then.
    name: String,
    commits: Commits,
    /// The tips of the branch since then.
    since: &'a [String],
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
        let own = self.of_branch().map(|own| own.commits);
        own.or_else(|| self.made(LAST))
    }

    /// What svcgen's commits were made of that the branch has, and the tips of the branch since then.
    ///
    /// They are known by the moves of the branch and by their Change-Ids: another branch may have been put in its place, or
    /// they may have come from one.
    fn of_branch(&self) -> Option<OfBranch<'_>> {
        let tips = &self.branch.tips;
        let mut moves = tips.iter().enumerate().filter_map(|(index, tip)| {
            Some(OfBranch {
                commits: self.made(tip)?,
                name: tip.clone(),
                since: &tips[..=index],
            })
        });
        let has = |it: &OfBranch<'_>| self.branch.has(&it.commits.change_ids);
        let last = moves.next();
        if last.as_ref().is_some_and(has) {
            return last;
        }
        moves.find(has).or_else(|| self.brought()).or(last)
    }

    /// What commits were made of that came to the branch from another one, the last of these.
    fn brought(&self) -> Option<OfBranch<'_>> {
        let made = self.commits_by_age().into_iter().rev();
        let mut made = made.filter_map(|folder| {
            let name = folder.file_name()?;
            Some((name.to_owned(), self.made(name)?))
        });
        let (name, commits) = made.find(|(_, it)| self.branch.has(&it.change_ids))?;
        Some(OfBranch {
            name,
            commits,
            since: self.branch.since_it_began(),
        })
    }

    /// The same, where it was last written to the file on another branch, or before these commits.
    pub(super) fn elsewhere(&self, now: &Written) -> Option<Commits> {
        let at = now.at.as_ref()?;
        let own = self.of_branch()?;
        (!own.since.contains(at)).then_some(own.commits)
    }

    /// Whether svcgen left a file so, by git's name for its content, in its last commits on the branch.
    pub(super) fn was_committed(&self, path: &Utf8Path, name: &Option<String>) -> bool {
        let own = self.of_branch();
        let file = own.and_then(|mut own| own.commits.files.remove(path));
        file.is_some_and(|file| file.left == *name)
    }

    fn made(&self, commit: &str) -> Option<Commits> {
        let text = std::fs::read_to_string(self.made_of(commit)?).ok()?;
        crate::json::parse(&text).ok()
    }

    /// The file that says what commits were made of.
    fn made_of(&self, commit: &str) -> Option<Utf8PathBuf> {
        Some(self.beside(commit)?.join(self.index.as_ref()?.file_name()?))
    }

    /// The folder of what is remembered of a commit.
    fn beside(&self, commit: &str) -> Option<Utf8PathBuf> {
        let folder = self.folder.as_ref()?.parent()?.with_file_name("commits");
        Some(folder.join(commit))
    }

    /// The file of a note on a commit.
    fn note(&self, commit: &str, name: &str) -> Option<Utf8PathBuf> {
        let store = self.folder.as_ref()?.file_name()?;
        Some(self.beside(commit)?.join(format!("{store}.{name}")))
    }

    /// What a note said when svcgen made the commits of the branch that is checked out, and what it says now, which is last.
    pub(crate) fn notes(&self, name: &str) -> Vec<String> {
        let read = |commit: &str| std::fs::read_to_string(self.note(commit, name)?).ok();
        let own = self.of_branch().and_then(|own| read(&own.name));
        let then = || self.branch.tips.iter().find_map(|tip| read(tip));
        let brought = || {
            let mut folders = self.commits_by_age().into_iter().rev();
            let named = |text: &String| self.branch.is_named_in(text);
            folders.find_map(|folder| read(folder.file_name()?).filter(named))
        };
        let past: Vec<String> = match own {
            Some(own) => vec![own],
            None => brought().into_iter().chain(then()).collect(),
        };
        past.into_iter().chain(self.read(name.into())).collect()
    }

    /// Whether a Change-Id is one that svcgen gave a commit for the service.
    pub(crate) fn has_made(&self, change_id: &str) -> bool {
        let Some(service) = self.folder.as_ref().and_then(|folder| folder.file_name()) else {
            return false;
        };
        let own = format!("{service}.");
        let folders = self.commits_by_age().into_iter();
        let files = folders.filter_map(|folder| folder.read_dir_utf8().ok());
        let mut files = files
            .flatten()
            .flatten()
            .filter(|file| file.file_name().starts_with(&own));
        files.any(|file| {
            let text = std::fs::read_to_string(file.path()).unwrap_or_default();
            text.contains(change_id)
        })
    }

    /// Keeps what a note says of this commit.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub(crate) fn keep_note(&self, tip: Oid, name: &str, text: &str) -> std::io::Result<()> {
        match self.note(&tip.to_string(), name) {
            Some(file) => replace(&file, text),
            None => Ok(()),
        }
    }

    /// Remembers that the commits up to this one are made of what is remembered now.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub(crate) fn note_commits(
        &self,
        tip: Option<Oid>,
        change_ids: Vec<String>,
    ) -> std::io::Result<()> {
        let mut commits = Commits {
            change_ids,
            ..Commits::default()
        };
        for (path, written) in self.index().map_err(std::io::Error::other)?.files {
            let elsewhere = self.elsewhere(&written);
            let file = match elsewhere.and_then(|mut it| it.files.remove(&path)) {
                Some(file) => file,
                None => Committed {
                    left: written.left.clone(),
                    written: self.past_of(written, self.read(&path).as_deref())?,
                },
            };
            commits.files.insert(path, file);
        }
        let text = serde_json::to_string_pretty(&commits).map_err(std::io::Error::other)?;
        let tip = tip.map(|tip| tip.to_string());
        for commit in tip.iter().map(String::as_str).chain([LAST]) {
            if let Some(file) = self.made_of(commit) {
                replace(&file, &format!("{text}\n"))?;
            }
        }
        self.forget_old();
        Ok(())
    }

    /// What noting commits takes on the disk, in bytes: a size for each file.
    pub(crate) fn room_of_commits(&self) -> Vec<usize> {
        let texts = self.paths().into_iter().filter_map(|path| self.read(&path));
        let mut sizes: Vec<usize> = texts.map(|text| text.len()).collect();
        // Of what is in the list, a commit and the last one are told; a note is a few lines.
        let list = self
            .index
            .as_ref()
            .and_then(|index| std::fs::metadata(index).ok());
        let list = list.and_then(|list| usize::try_from(list.len()).ok());
        sizes.extend([list.unwrap_or_default(); 2]);
        sizes.extend([NOTE; 3]);
        sizes
    }

    /// Forgets what is remembered of the oldest commits, where there are too many.
    fn forget_old(&self) {
        let mut folders = self.commits_by_age();
        let surplus = folders.len().saturating_sub(MOST_COMMITS);
        for folder in folders.drain(..surplus) {
            // What stays of it is in nobody's way.
            let _removed = std::fs::remove_dir_all(folder);
        }
    }

    /// The folders of what is remembered of commits, from the oldest on.
    fn commits_by_age(&self) -> Vec<Utf8PathBuf> {
        let last = self.beside(LAST);
        let Some(commits) = last.as_ref().and_then(|last| last.parent()) else {
            return Vec::new();
        };
        let entries = commits.read_dir_utf8().into_iter().flatten().flatten();
        let folders = entries.filter(|entry| Some(entry.path()) != last.as_deref());
        let with_age = |entry: camino::Utf8DirEntry| {
            let age = entry.metadata().ok()?.modified().ok()?;
            Some((age, entry.into_path()))
        };
        let mut folders: Vec<_> = folders.filter_map(with_age).collect();
        folders.sort();
        folders.into_iter().map(|(_, folder)| folder).collect()
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
