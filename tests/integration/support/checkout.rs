use std::path::PathBuf;

use super::{Env, copy, sample_tree};

impl Env {
    /// A copy of a sample tree in the working directory, as a checkout with one commit.
    pub(crate) fn checkout(&self, tree: &str) -> PathBuf {
        let folder = self.work().join(tree);
        copy(&sample_tree(tree), &folder);
        self.git_in(&folder, &["init", "-q", "-b", "master"]);
        self.git_in(&folder, &["add", "-A"]);
        self.git_in(&folder, &["commit", "-q", "-m", "Begin"]);
        folder
    }
}
