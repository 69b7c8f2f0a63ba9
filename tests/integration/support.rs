//! What several tests need.

use camino::{Utf8Path, Utf8PathBuf};

/// A folder of files that goes when it is dropped.
pub struct Tree {
    _folder: tempfile::TempDir,
    pub root: Utf8PathBuf,
}

impl Tree {
    /// Writes files into a new folder.
    pub fn new(files: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let root = Utf8Path::from_path(folder.path()).unwrap().to_owned();
        let tree = Self {
            _folder: folder,
            root,
        };
        for (path, text) in files {
            tree.write(path, text);
        }
        tree
    }

    /// Writes a file, and the folders that lead to it.
    pub fn write(&self, path: &str, text: &str) {
        let path = self.root.join(path);
        fs_err::create_dir_all(path.parent().unwrap()).unwrap();
        fs_err::write(path, text).unwrap();
    }
}

/// Whether programs are installed; on CI a missing one is a failure, elsewhere the test is named as skipped.
pub fn has(test: &str, programs: &[&str]) -> bool {
    let Some(missing) = programs
        .iter()
        .find(|program| which::which(program).is_err())
    else {
        return true;
    };
    assert!(
        std::env::var("CI").as_deref() != Ok("true"),
        "{test} needs {missing}"
    );
    eprintln!("skipped: {test} needs {missing}");
    false
}
