//! What a generator would do where the remote's branch is, as last fetched.

use camino::Utf8PathBuf;

use super::series::without_blocks;
use super::{Generator, Planned, Planner, Target};
use crate::error::CommandError;
use crate::review::Topic;
use crate::worktree::Worktree;

/// A tree with the files of the remote's branch, and the plan for it.
pub(crate) struct Upstream {
    pub(crate) worktree: Worktree,
    pub(crate) planned: Planned,
}

impl Upstream {
    /// Plans for the files `own` of the remote's branch; nothing where it is not known, or where nothing can be planned for it.
    ///
    /// # Errors
    /// Where git cannot read the checkout.
    pub(crate) fn plan(
        planner: &Planner<'_>,
        (generator, target): (Generator, &Target),
        topic: &Topic,
        worktree: &Worktree,
        own: &[Utf8PathBuf],
    ) -> Result<Option<Self>, CommandError> {
        let texts = topic.upstream_texts(own)?;
        if texts.is_empty() {
            return Ok(None);
        }
        let mut worktree = worktree.as_if(texts);
        if generator == Generator::Puppet {
            worktree = without_blocks(&worktree, planner.loaded)?;
        }
        // What cannot be planned there is told where it is planned here.
        let planned = planner.plan(generator, target, &worktree).ok();
        Ok(planned.map(|planned| Self { worktree, planned }))
    }

    /// Whether the branch has something else than svcgen would leave there.
    pub(crate) fn is_outdated(&self) -> bool {
        !self.planned.edits.edits.is_empty()
    }
}
