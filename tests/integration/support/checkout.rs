use std::path::{Path, PathBuf};

use super::{Env, sample_tree};

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

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy(&path, &target);
        } else {
            std::fs::copy(&path, &target).unwrap();
        }
    }
}
