use std::collections::BTreeSet;

use crate::edit::Desired;
use crate::edit::likeness::Likeness;
use crate::edit::record::content_name;
use crate::edit::rendered::Rendered;
use crate::worktree::Worktree;

impl Rendered {
    /// Whether it remembers nothing, though it could.
    pub(crate) fn is_blank(&self) -> bool {
        self.index.as_ref().is_some_and(|index| !index.exists())
    }

    /// The version of the model that is remembered, by git's name for its text.
    pub(crate) fn version(&self) -> Option<String> {
        self.index().ok()?.model?.version
    }

    /// Whether what it remembers of a file tells at least as much of it as what a later version of the model wants, all of
    /// which is there.
    pub(super) fn tells(&self, wanted: &Desired, content: &str) -> bool {
        let index = self.index().unwrap_or_default();
        let at = index.files.get(wanted.path()).map(|it| it.at.as_ref());
        // Nobody brought anything here since it was looked at.
        if at.is_some_and(|at| at == self.branch.tips.first()) {
            return true;
        }
        let Some(base) = self.base(wanted.path(), Some(content)) else {
            return false;
        };
        let likeness = |text: &str| Likeness::of_written(wanted.form(), text, content);
        likeness(&base) >= likeness(&wanted.record())
    }

    /// Whether it remembers what was written upon commits that are not below the one that is checked out, and that is not what is
    /// there.
    pub(super) fn is_elsewhere(&self, worktree: &Worktree) -> bool {
        let index = self.index().unwrap_or_default();
        let all: BTreeSet<&String> = index.files.values().flat_map(|it| &it.at).collect();
        let other = all.into_iter().filter(|at| !self.branch.is_upon(at));
        let other: BTreeSet<&String> = other.collect();
        let mut files = index.files.iter().filter(|(path, written)| {
            let is_left = || {
                let content = worktree.read(path).ok().flatten();
                content.as_deref().and_then(content_name) == written.left
            };
            written.at.as_ref().is_some_and(|at| other.contains(at)) && !is_left()
        });
        self.of_branch().is_none() && files.next().is_some()
    }
}
