//! What the way to a topic branch would take out of sight.

use camino::{Utf8Path, Utf8PathBuf};
use git2::Oid;

use super::error::ReviewError;
use super::topic::Topic;
use crate::git::Head;

impl Topic {
    /// The same topic, where a file of the checkout that svcgen goes by stays as it is.
    #[must_use]
    pub fn keeping(self, model: Option<Utf8PathBuf>) -> Self {
        Self { model, ..self }
    }

    /// What is checked out, where git can go away from it.
    ///
    /// # Errors
    /// Where git is in the middle of something, and where nobody would find the commits again, which are on no branch.
    pub fn free_head(&self) -> Result<Head, ReviewError> {
        let root = || self.checkout.root().to_owned();
        if let Some(operation) = self.checkout.in_progress() {
            return Err(ReviewError::InProgress {
                root: root(),
                operation,
            });
        }
        let head = self.checkout.head()?;
        let Head::Detached { tip } = head else {
            return Ok(head);
        };
        let containing = ["for-each-ref", "--count=1", "--contains", &tip.to_string()];
        if !self.checkout.git().run(&containing)?.text().is_empty() {
            return Ok(head);
        }
        Err(ReviewError::Detached {
            root: root(),
            commit: tip.to_string()[..10].to_owned(),
        })
    }

    /// Whether the model that is committed in what is checked out is the same in another commit.
    pub(super) fn keeps_model(&self, from: Oid, to: Oid) -> bool {
        let Some(model) = &self.model else {
            return true;
        };
        let here = self.blob(from, model);
        here.is_none() || here == self.blob(to, model)
    }

    /// Refuses to switch to a commit that has another model.
    pub(super) fn check_model(&self, head: &Head, to: Oid) -> Result<(), ReviewError> {
        let (from, name) = match head {
            Head::Branch { name, tip } => (*tip, name.clone()),
            Head::Detached { tip } => (*tip, tip.to_string()),
            Head::Unborn { .. } => return Ok(()),
        };
        match &self.model {
            Some(model) if !self.keeps_model(from, to) => Err(ReviewError::OtherModel {
                root: self.checkout.root().to_owned(),
                branch: self.branch.clone(),
                model: model.clone(),
                here: name,
            }),
            _ => Ok(()),
        }
    }

    fn blob(&self, commit: Oid, path: &Utf8Path) -> Option<Oid> {
        let repository = self.checkout.repository();
        let tree = repository.find_commit(commit).ok()?.tree().ok()?;
        Some(tree.get_path(path.as_std_path()).ok()?.id())
    }
}
