use std::collections::BTreeSet;

use camino::{Utf8Path, Utf8PathBuf};
use git2::{ErrorCode, Oid, Repository, RepositoryState, Sort, Status, StatusOptions};

use super::program::{Git, GitError};
use crate::worktree::Worktree;

/// A checkout, as far as it is read: the root of a repository with a work tree, linked or not.
pub struct Checkout {
    repository: Repository,
    worktree: Worktree,
}

/// What is checked out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Head {
    Branch {
        name: String,
        tip: Oid,
    },
    Detached {
        tip: Oid,
    },
    /// A branch without a commit, as in an empty repository.
    Unborn {
        name: String,
    },
}

impl Checkout {
    /// Opens a checkout by its root; folders inside of it, and what they are in, are not looked at.
    ///
    /// # Errors
    /// Where it is not the root of a checkout, or git cannot read it.
    pub fn open(root: &Utf8Path) -> Result<Self, GitError> {
        let not_one = || GitError::NotACheckout {
            root: root.to_owned(),
        };
        let worktree = Worktree::open(root).map_err(|_| not_one())?;
        let repository = match Repository::open(worktree.root()) {
            Ok(repository) if repository.workdir().is_some() => repository,
            Ok(_) => return Err(not_one()),
            Err(error) if error.code() == ErrorCode::NotFound => {
                // To libgit2 what cannot be read is not there.
                return Err(match locked_up(worktree.root()) {
                    Some(reason) => GitError::Unreadable {
                        root: root.to_owned(),
                        what: "`.git`".into(),
                        source: git2::Error::from_str(&reason),
                    },
                    None => not_one(),
                });
            }
            Err(source) => {
                return Err(GitError::Unreadable {
                    root: root.to_owned(),
                    what: "the repository".into(),
                    source,
                });
            }
        };
        Ok(Self {
            repository,
            worktree,
        })
    }

    /// The root, without symlinks.
    pub fn root(&self) -> &Utf8Path {
        self.worktree.root()
    }

    /// The files of the checkout.
    pub fn worktree(&self) -> &Worktree {
        &self.worktree
    }

    /// The user's own git in this checkout.
    pub fn git(&self) -> Git {
        Git::at(self.root())
    }

    /// libgit2's view of the repository.
    pub fn repository(&self) -> &Repository {
        &self.repository
    }

    /// Reads what is checked out.
    ///
    /// # Errors
    /// Where git cannot read it.
    pub fn head(&self) -> Result<Head, GitError> {
        let failed = |source| self.unreadable("HEAD", source);
        match self.repository.head() {
            Ok(head) => {
                let tip = head.peel_to_commit().map_err(failed)?.id();
                if self.repository.head_detached().map_err(failed)? {
                    return Ok(Head::Detached { tip });
                }
                Ok(Head::Branch {
                    name: String::from_utf8_lossy(head.shorthand_bytes()).into_owned(),
                    tip,
                })
            }
            Err(error) if error.code() == ErrorCode::UnbornBranch => {
                let head = self.repository.find_reference("HEAD").map_err(failed)?;
                let target =
                    String::from_utf8_lossy(head.symbolic_target_bytes().unwrap_or_default())
                        .into_owned();
                let name = target
                    .strip_prefix("refs/heads/")
                    .unwrap_or(&target)
                    .to_owned();
                Ok(Head::Unborn { name })
            }
            Err(source) => Err(failed(source)),
        }
    }

    /// What git is in the middle of, as the command that goes on with it.
    pub fn in_progress(&self) -> Option<&'static str> {
        match self.repository.state() {
            RepositoryState::Clean => None,
            RepositoryState::Merge => Some("merge"),
            RepositoryState::Revert | RepositoryState::RevertSequence => Some("revert"),
            RepositoryState::CherryPick | RepositoryState::CherryPickSequence => {
                Some("cherry-pick")
            }
            RepositoryState::Bisect => Some("bisect"),
            RepositoryState::Rebase
            | RepositoryState::RebaseInteractive
            | RepositoryState::RebaseMerge => Some("rebase"),
            RepositoryState::ApplyMailbox | RepositoryState::ApplyMailboxOrRebase => Some("am"),
        }
    }

    /// The commit that a reference of this full name leads to.
    pub fn resolve(&self, reference: &str) -> Option<Oid> {
        let reference = self.repository.find_reference(reference).ok()?;
        reference.peel_to_commit().ok().map(|commit| commit.id())
    }

    /// The commit that a branch began at: where it was last created or put by `git switch`.
    pub fn beginning(&self, branch: &str) -> Option<Oid> {
        let put = |entry: &(Oid, String)| {
            entry.1.starts_with("branch: Created from") || entry.1.starts_with("branch: Reset to")
        };
        self.reflog(branch)
            .into_iter()
            .find(put)
            .map(|(commit, _)| commit)
    }

    /// The commits that `git commit --amend` made the last one of a branch from, newest first.
    pub fn amended(&self, branch: &str) -> Vec<Oid> {
        let reflog = self.reflog(branch);
        let chain = reflog
            .iter()
            .take_while(|(_, message)| message.starts_with("commit (amend)"));
        let count = chain.count();
        reflog
            .into_iter()
            .skip(1)
            .take(count)
            .map(|(commit, _)| commit)
            .collect()
    }

    /// What a branch has led to, newest first, and how it came there.
    fn reflog(&self, branch: &str) -> Vec<(Oid, String)> {
        let Ok(reflog) = self.repository.reflog(&format!("refs/heads/{branch}")) else {
            return Vec::new();
        };
        let message = |entry: &git2::ReflogEntry<'_>| {
            String::from_utf8_lossy(entry.message_bytes().unwrap_or_default()).into_owned()
        };
        reflog
            .iter()
            .map(|entry| (entry.id_new(), message(&entry)))
            .collect()
    }

    /// How often a branch has moved, as far as is remembered here.
    pub fn moves(&self, branch: &str) -> usize {
        self.reflog(branch).len()
    }

    /// The commits that a branch has led to, newest first, as far as they are remembered here and there still.
    pub fn places_of(&self, branch: &str) -> Vec<Oid> {
        let reflog = self.reflog(branch).into_iter().map(|(id, _)| id);
        reflog
            .filter(|id| self.repository.find_commit(*id).is_ok())
            .collect()
    }

    /// Whether there is a remote of this name.
    pub fn has_remote(&self, name: &str) -> bool {
        self.repository.find_remote(name).is_ok()
    }

    /// The address of a remote.
    pub fn remote_url(&self, name: &str) -> Option<String> {
        let remote = self.repository.find_remote(name).ok()?;
        Some(String::from_utf8_lossy(remote.url_bytes()).into_owned())
    }

    /// The address that a remote is sent to, which may be another one than it is fetched from.
    pub fn push_url(&self, name: &str) -> Option<String> {
        let remote = self.repository.find_remote(name).ok()?;
        let url = remote.pushurl_bytes().unwrap_or(remote.url_bytes());
        Some(String::from_utf8_lossy(url).into_owned())
    }

    /// The full name of the reference that follows a branch of a remote.
    pub fn tracking(&self, remote: &str, branch: &str) -> Option<String> {
        let remote = self.repository.find_remote(remote).ok()?;
        let source = format!("refs/heads/{branch}");
        let specs = remote.refspecs();
        specs
            .filter(|spec| spec.direction() == git2::Direction::Fetch && spec.src_matches(&source))
            .find_map(|spec| {
                spec.transform(&source)
                    .ok()
                    .and_then(|name| name.as_str().ok().map(str::to_owned))
            })
    }

    /// A setting of the user's, as `git config` gives it.
    pub fn setting(&self, key: &str) -> Option<String> {
        self.repository
            .config()
            .ok()?
            .snapshot()
            .ok()?
            .get_string(key)
            .ok()
            .filter(|value| !value.is_empty())
    }

    /// The last commit that two histories share.
    pub fn merge_base(&self, one: Oid, other: Oid) -> Option<Oid> {
        self.repository.merge_base(one, other).ok()
    }

    /// Whether a commit is in the history of another, or is that commit.
    pub fn is_ancestor(&self, ancestor: Oid, of: Oid) -> bool {
        ancestor == of
            || self
                .repository
                .graph_descendant_of(of, ancestor)
                .unwrap_or(false)
    }

    /// The commits of a history that another does not have, newest first.
    ///
    /// # Errors
    /// Where git cannot read them.
    pub fn commits(&self, tip: Oid, without: Option<Oid>) -> Result<Vec<Oid>, GitError> {
        let walk = || -> Result<Vec<Oid>, git2::Error> {
            let mut walk = self.repository.revwalk()?;
            walk.set_sorting(Sort::TOPOLOGICAL)?;
            walk.push(tip)?;
            if let Some(without) = without {
                walk.hide(without)?;
            }
            walk.collect()
        };
        walk().map_err(|source| self.unreadable("the history", source))
    }

    /// The message of a commit.
    ///
    /// # Errors
    /// Where git cannot read it.
    pub fn message(&self, commit: Oid) -> Result<String, GitError> {
        let commit = self
            .repository
            .find_commit(commit)
            .map_err(|source| self.unreadable("a commit", source))?;
        Ok(String::from_utf8_lossy(commit.message_bytes()).into_owned())
    }

    /// The place of a file in the repository: symlinks on the way are followed, as writing does.
    ///
    /// # Errors
    /// Where it leads out of the checkout.
    pub fn place(&self, path: &Utf8Path) -> Result<Utf8PathBuf, GitError> {
        let resolved = self
            .worktree
            .resolve(path)
            .map_err(|source| GitError::Path {
                path: path.to_owned(),
                source,
            })?;
        Ok(resolved
            .strip_prefix(self.root())
            .unwrap_or(path)
            .to_owned())
    }

    /// Which of these files differ from the last commit, in the index or in the work tree; no other file is looked at.
    ///
    /// # Errors
    /// Where git cannot read them, or overlooks one that was changed.
    pub fn status(&self, places: &[Utf8PathBuf]) -> Result<Vec<(Utf8PathBuf, Status)>, GitError> {
        // Without a path, git would look at everything.
        if places.is_empty() {
            return Ok(Vec::new());
        }
        let mut options = StatusOptions::new();
        options
            .disable_pathspec_match(true)
            .include_untracked(true)
            .recurse_untracked_dirs(true);
        options.include_ignored(true).recurse_ignored_dirs(true);
        let mut seen = BTreeSet::new();
        for place in places.iter().filter(|place| seen.insert(*place)) {
            self.check_seen(place)?;
            options.pathspec(place.as_str());
        }
        let statuses = self.repository.statuses(Some(&mut options));
        let statuses = statuses.map_err(|source| self.unreadable("the status", source))?;
        let changed = statuses.iter().filter_map(|entry| {
            let path = Utf8PathBuf::from(String::from_utf8_lossy(entry.path_bytes()).into_owned());
            (seen.contains(&path) && entry.status() != Status::CURRENT)
                .then(|| (path, entry.status()))
        });
        Ok(changed.collect())
    }

    pub(crate) fn unreadable(&self, what: &str, source: git2::Error) -> GitError {
        // What is read may have to be made first. Of a short write libgit2 says nothing at all.
        let folder = self.repository().path();
        let message = source.message();
        if message.contains("No space left") || (message == "no error" && is_full(folder)) {
            return GitError::Write {
                path: folder.display().to_string().into(),
                source: std::io::ErrorKind::StorageFull.into(),
            };
        }
        GitError::Unreadable {
            root: self.root().to_owned(),
            what: what.to_owned(),
            source,
        }
    }
}

/// Whether a disk has so little room left that a write to it may have failed.
fn is_full(folder: &std::path::Path) -> bool {
    const LITTLE: u64 = 64 * 1024;
    let room = rustix::fs::statvfs(folder);
    room.is_ok_and(|room| room.f_bavail.saturating_mul(room.f_frsize) < LITTLE)
}

/// Why the `.git` of a folder, which is there, cannot be read.
fn locked_up(root: &Utf8Path) -> Option<String> {
    let git = root.join(".git");
    let is_there = |error: &std::io::Error| error.kind() != std::io::ErrorKind::NotFound;
    let refused = match std::fs::metadata(&git) {
        Err(error) => Some(error),
        Ok(found) if found.is_dir() => std::fs::read_dir(&git)
            .map(drop)
            .and_then(|()| std::fs::read(git.join("HEAD")).map(drop))
            .err(),
        Ok(_) => {
            let text = match std::fs::read_to_string(&git) {
                Ok(text) => text,
                Err(error) => return Some(crate::error::reworded(&error)),
            };
            let leads = text.trim_end().strip_prefix("gitdir: ")?;
            return match std::fs::metadata(root.join(leads)) {
                Ok(_) => None,
                Err(error) => Some(format!(
                    "it leads to `{leads}`: {}",
                    crate::error::reworded(&error)
                )),
            };
        }
    };
    refused
        .filter(is_there)
        .map(|error| crate::error::reworded(&error))
}
