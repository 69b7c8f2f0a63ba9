use std::collections::BTreeSet;

use camino::Utf8PathBuf;
use git2::{Oid, Repository};

/// How many moves of a branch are looked at.
const MOST_TIPS: usize = 100;

/// How many commits below the tip are looked at.
const DEEPEST: usize = 30;

/// The branch that is checked out.
#[derive(Debug, Clone, Default)]
pub(super) struct Branch {
    /// The commits that it has led to, newest first.
    pub(super) tips: Vec<String>,
    /// The Change-Ids of its last commits.
    change_ids: BTreeSet<String>,
    /// The work tree.
    pub(super) root: Option<Utf8PathBuf>,
}

impl Branch {
    pub(super) fn of(repository: &Repository) -> Self {
        let head = repository.find_reference("HEAD").ok();
        let branch = head
            .as_ref()
            .and_then(|head| head.symbolic_target().ok().flatten());
        let reflog = branch.and_then(|branch| repository.reflog(branch).ok());
        let entries = reflog.iter().flat_map(|reflog| reflog.iter());
        let tips = entries
            .take(MOST_TIPS)
            .map(|entry| entry.id_new().to_string());
        Self {
            tips: tips.collect(),
            change_ids: change_ids(repository).unwrap_or_default(),
            root: repository
                .workdir()
                .and_then(|root| Utf8PathBuf::from_path_buf(root.to_owned()).ok()),
        }
    }

    /// Whether a commit is its last one, or below that; one that is not there any more is not.
    pub(super) fn is_upon(&self, commit: &str) -> bool {
        let is_upon = || {
            let repository = Repository::open(self.root.as_ref()?).ok()?;
            let head = repository.head().ok()?.peel_to_commit().ok()?.id();
            let commit = Oid::from_str(commit).ok()?;
            let is_below = repository.graph_descendant_of(head, commit);
            Some(head == commit || is_below.unwrap_or(false))
        };
        is_upon().unwrap_or(false)
    }

    /// Whether it has the change of one of these Change-Ids.
    pub(super) fn has(&self, change_ids: &[String]) -> bool {
        change_ids.iter().any(|id| self.change_ids.contains(id))
    }

    /// Whether a text names one of its changes.
    pub(super) fn is_named_in(&self, text: &str) -> bool {
        self.change_ids.iter().any(|id| text.contains(id))
    }

    /// How many tips it has had without the one that it began at, unless it is there still.
    pub(super) fn since_it_began(&self) -> usize {
        self.tips.len().saturating_sub(1).max(1)
    }
}

fn change_ids(repository: &Repository) -> Result<BTreeSet<String>, git2::Error> {
    let mut found = BTreeSet::new();
    let mut commit = repository.head()?.peel_to_commit()?;
    for _ in 0..DEEPEST {
        let message = String::from_utf8_lossy(commit.message_bytes()).into_owned();
        let ids = message
            .lines()
            .filter_map(|line| line.strip_prefix("Change-Id: "));
        found.extend(ids.map(|id| id.trim().to_owned()));
        match commit.parent(0) {
            Ok(parent) => commit = parent,
            // The first of all.
            Err(_) => break,
        }
    }
    Ok(found)
}
