use camino::{Utf8Path, Utf8PathBuf};
use git2::{ErrorCode, Oid, Repository};
use serde::Serialize;

use super::error::BuildError;
use crate::git::{Git, GitError};
use crate::model::{BranchName, TaskId};

/// The repository of the source, as it is kept beside the deploy repository: where git keeps the submodule, or, where that
/// was never cloned, one of svcgen's own.
pub(super) struct Source {
    git_dir: Utf8PathBuf,
    url: String,
    branch: BranchName,
    repository: Repository,
}

/// A commit of the source that an update brings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SourceCommit {
    pub id: String,
    pub short: String,
    pub subject: String,
    /// The tasks that its message names.
    #[serde(skip)]
    pub(super) bugs: Vec<TaskId>,
}

/// How `git log` writes a commit: its names, subject and message, each with an end that no text has.
const FORMAT: &str = "--format=%H%x00%h%x00%s%x00%B%x00%x01";

impl Source {
    /// Opens the store of a submodule by its name, or makes it; nothing is fetched.
    pub(super) fn open(
        deploy_git_dir: &Utf8Path,
        name: &str,
        url: String,
        branch: BranchName,
    ) -> Result<Self, BuildError> {
        let kept = deploy_git_dir.join("modules").join(name);
        let own = deploy_git_dir.join("svcgen/sources").join(name);
        let (git_dir, repository) = match Repository::open_bare(&kept) {
            Ok(repository) => (kept, repository),
            Err(_) => {
                let opened = Repository::open_bare(&own).or_else(|_| Repository::init_bare(&own));
                let repository = opened.map_err(|source| unreadable(&own, "itself", source))?;
                (own, repository)
            }
        };
        Ok(Self {
            git_dir,
            url,
            branch,
            repository,
        })
    }

    /// Where it is fetched from.
    pub(super) fn url(&self) -> &str {
        &self.url
    }

    /// The branch that is followed.
    pub(super) fn branch(&self) -> &BranchName {
        &self.branch
    }

    /// Fetches the branch; returns its last commit.
    pub(super) fn fetch(&self) -> Result<Oid, BuildError> {
        let tracking = format!("refs/remotes/origin/{}", self.branch);
        let fetched = self.fetch_spec(&format!("+refs/heads/{}:{tracking}", self.branch));
        match fetched {
            Ok(()) => {}
            Err(GitError::Failed { source, .. })
                if source.as_str().contains("couldn't find remote ref") =>
            {
                return Err(BuildError::NoSourceBranch {
                    url: self.url.clone(),
                    branch: self.branch.clone(),
                });
            }
            Err(source) => {
                return Err(BuildError::Fetch {
                    url: self.url.clone(),
                    source,
                });
            }
        }
        let tip = self.repository.refname_to_id(&tracking);
        tip.map_err(|source| self.unreadable("a branch", source))
    }

    /// Makes sure that a commit is here, by asking the server for it where it is not.
    pub(super) fn require(
        &self,
        commit: Oid,
        root: &Utf8Path,
        path: &Utf8Path,
    ) -> Result<(), BuildError> {
        if self.has(commit) {
            return Ok(());
        }
        match self.fetch_spec(&commit.to_string()) {
            Ok(()) if self.has(commit) => Ok(()),
            _ => Err(BuildError::MissingCommit {
                root: root.to_owned(),
                path: path.to_owned(),
                commit: commit.to_string(),
                url: self.url.clone(),
            }),
        }
    }

    fn fetch_spec(&self, spec: &str) -> Result<(), GitError> {
        let flags = ["fetch", "--quiet", "--no-tags", "--no-recurse-submodules"];
        let args = [&flags[..], &["--", &self.url, spec]].concat();
        self.git().network().run(&args).map(drop)
    }

    /// Whether a commit is here.
    pub(super) fn has(&self, commit: Oid) -> bool {
        self.repository.find_commit(commit).is_ok()
    }

    /// The user's own git, in the store; a work tree that it names need not be there.
    fn git(&self) -> Git {
        let git = Git::at(&self.git_dir).having("GIT_DIR", ".");
        git.having("GIT_WORK_TREE", ".")
    }

    /// The beginning of a commit's name, as git shows it.
    pub(super) fn short(&self, commit: Oid) -> String {
        let object = self.repository.find_object(commit, None);
        let short = object.and_then(|object| object.short_id());
        let short = short
            .ok()
            .and_then(|it| it.as_str().ok().map(str::to_owned));
        short.unwrap_or_else(|| commit.to_string()[..7].to_owned())
    }

    /// The object that a path of a commit is; the whole tree for an empty path.
    pub(super) fn entry(&self, commit: Oid, path: &str) -> Option<Oid> {
        let tree = self.repository.find_commit(commit).ok()?.tree().ok()?;
        if path.is_empty() {
            return Some(tree.id());
        }
        let entry = tree.get_path(std::path::Path::new(path)).ok()?;
        Some(entry.id())
    }

    /// The text of a file of a commit.
    pub(super) fn text(&self, commit: Oid, path: &str) -> Result<Option<String>, BuildError> {
        let read = || -> Result<Vec<u8>, git2::Error> {
            let tree = self.repository.find_commit(commit)?.tree()?;
            let entry = tree.get_path(std::path::Path::new(path))?;
            Ok(self.repository.find_blob(entry.id())?.content().to_vec())
        };
        match read() {
            Ok(bytes) => {
                let text = String::from_utf8(bytes);
                let text = text.map_err(|_| BuildError::NotText {
                    path: format!("{}:{path}", self.short(commit)),
                })?;
                Ok(Some(text))
            }
            Err(error) if error.code() == ErrorCode::NotFound => Ok(None),
            Err(source) => Err(self.unreadable(path, source)),
        }
    }

    /// The commits that one has and another has not, oldest first, without merges: as service-runner lists them.
    pub(super) fn commits(&self, from: Oid, to: Oid) -> Result<Vec<SourceCommit>, BuildError> {
        if from == to {
            return Ok(Vec::new());
        }
        let range = format!("{from}..{to}");
        let args = ["log", "--no-merges", "--reverse", "--no-color", FORMAT];
        let output = self.git().run(&[&args[..], &[&range, "--"]].concat())?;
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let commits = text.split('\u{1}').filter_map(|block| {
            let mut parts = block.trim_start_matches('\n').split('\0');
            let (id, short) = (parts.next()?, parts.next()?);
            let (subject, message) = (parts.next()?, parts.next()?);
            Some(SourceCommit {
                id: id.to_owned(),
                short: short.to_owned(),
                subject: subject.to_owned(),
                bugs: bugs(message),
            })
        });
        Ok(commits.collect())
    }

    /// When a commit was made, in seconds.
    pub(super) fn time(&self, commit: Oid) -> Option<i64> {
        let commit = self.repository.find_commit(commit).ok()?;
        Some(commit.time().seconds())
    }

    /// Writes the files of a commit into a folder.
    pub(super) fn export(
        &self,
        commit: Oid,
        folder: &Utf8Path,
        index: &Utf8Path,
    ) -> Result<(), BuildError> {
        let git = Git::at(folder)
            .having("GIT_DIR", self.git_dir.as_str())
            .having("GIT_WORK_TREE", folder.as_str())
            .having("GIT_INDEX_FILE", index.as_str())
            .with("core.autocrlf", "false");
        git.run(&["read-tree", &commit.to_string()])?;
        git.run(&["checkout-index", "--all", "--quiet"])?;
        Ok(())
    }

    fn unreadable(&self, what: &str, source: git2::Error) -> BuildError {
        unreadable(&self.git_dir, what, source)
    }
}

fn unreadable(root: &Utf8Path, what: &str, source: git2::Error) -> BuildError {
    BuildError::Git(GitError::Unreadable {
        root: root.to_owned(),
        what: what.to_owned(),
        source,
    })
}

/// The tasks that a message names, each on a line of its own.
fn bugs(message: &str) -> Vec<TaskId> {
    let lines = message.lines().filter_map(|line| line.strip_prefix("Bug:"));
    lines
        .filter_map(|task| TaskId::parse(task.trim()).ok())
        .collect()
}
