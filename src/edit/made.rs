//! What each of svcgen's commits was made of, kept under the commit's name; and which of these a branch has.

mod in_tree;

use camino::Utf8PathBuf;
use git2::Oid;

use super::record::{Commits, Committed, RecordError};
use super::rendered::{Rendered, replace};

/// The name of what the last commits were made of, on whatever branch.
pub(super) const LAST: &str = "last";

/// Of how many commits it is remembered what they were made of.
const MOST_COMMITS: usize = 200;

/// How long a note is at the most, in bytes: a block of a disk holds it.
const NOTE: usize = 4096;

/// What svcgen's commits on a branch were made of.
#[derive(Debug, Clone)]
pub(super) struct OfBranch {
    /// The commit that was the last of them then.
    name: String,
    pub(super) commits: Commits,
    /// How many tips the branch has had since then.
    since: usize,
}

impl Rendered {
    /// What svcgen's commits were made of that the branch has.
    ///
    /// They are known by the moves of the branch and by their Change-Ids: another branch may have been put in its place, or
    /// they may have come from one. It is looked for once: this store does not see what is noted after that.
    pub(super) fn of_branch(&self) -> Option<&OfBranch> {
        self.own.get_or_init(|| self.find_of_branch()).as_ref()
    }

    /// The same, or where it has these commits no more, what those were made of whose files it has.
    pub(super) fn of_tree(&self) -> Option<&OfBranch> {
        let own = self.of_branch();
        let is_there = own.is_some_and(|own| self.branch.has(&own.commits.change_ids));
        if is_there {
            return own;
        }
        let found = self.in_tree.get_or_init(|| self.find_in_tree());
        found.as_ref().or(own)
    }

    fn find_of_branch(&self) -> Option<OfBranch> {
        let mut moves = self
            .branch
            .tips
            .iter()
            .enumerate()
            .filter_map(|(index, tip)| {
                Some(OfBranch {
                    commits: self.made(tip)?,
                    name: tip.clone(),
                    since: index + 1,
                })
            });
        let has = |it: &OfBranch| self.branch.has(&it.commits.change_ids);
        let last = moves.next();
        if last.as_ref().is_some_and(has) {
            return last;
        }
        moves.find(has).or_else(|| self.brought()).or(last)
    }

    /// What commits were made of that came to the branch from another one, the last of these.
    fn brought(&self) -> Option<OfBranch> {
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

    /// Whether a commit was a tip of the branch since svcgen made its last ones.
    pub(super) fn is_since(&self, own: &OfBranch, commit: &String) -> bool {
        self.branch
            .tips
            .iter()
            .take(own.since)
            .any(|tip| tip == commit)
    }

    /// Makes sure that all that is kept of what commits were made of can be read.
    ///
    /// # Errors
    /// Where it is there and not understood.
    pub(super) fn check_made(&self) -> Result<(), RecordError> {
        let folders = self.commits_by_age();
        let named = folders.iter().filter_map(|folder| folder.file_name());
        let files = named.chain([LAST]).filter_map(|name| self.made_of(name));
        for path in files.filter(|path| path.exists()) {
            let wrong = match std::fs::read_to_string(&path) {
                Ok(text) => crate::json::parse::<Commits>(&text)
                    .err()
                    .map(|error| error.to_string()),
                Err(error) => Some(crate::error::reworded(&error)),
            };
            if let Some(reason) = wrong {
                return Err(RecordError::Commits { path, reason });
            }
        }
        Ok(())
    }

    pub(super) fn made(&self, commit: &str) -> Option<Commits> {
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
}
