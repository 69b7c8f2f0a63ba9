use camino::{Utf8Path, Utf8PathBuf};

/// A folder of files that goes when it is dropped.
pub(crate) struct Tree {
    _folder: tempfile::TempDir,
    pub(crate) root: Utf8PathBuf,
}

impl Tree {
    /// Writes files into a new folder.
    pub(crate) fn new(files: &[(&str, &str)]) -> Self {
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
    pub(crate) fn write(&self, path: &str, text: &str) {
        let path = self.root.join(path);
        fs_err::create_dir_all(path.parent().unwrap()).unwrap();
        fs_err::write(path, text).unwrap();
    }
}
