use std::collections::BTreeMap;
use std::io;
use std::os::unix::fs::symlink;

use camino::{Utf8Component, Utf8Path};

/// New texts by the folders that lead to them.
#[derive(Debug, Default)]
pub(super) struct Overlay<'a> {
    entries: BTreeMap<&'a str, Entry<'a>>,
}

#[derive(Debug)]
enum Entry<'a> {
    File(&'a str),
    /// A file that is there and will not be.
    Gone,
    Folder(Overlay<'a>),
}

impl<'a> Overlay<'a> {
    /// Adds a file with its new text; a later one of the same path wins.
    ///
    /// # Errors
    /// Where the path is not relative, leaves the tree, or goes through another file of the overlay.
    pub(super) fn add(&mut self, path: &'a Utf8Path, text: &'a str) -> io::Result<()> {
        self.put(path, Entry::File(text))
    }

    /// Leaves a file out.
    ///
    /// # Errors
    /// As [`Overlay::add`].
    pub(super) fn remove(&mut self, path: &'a Utf8Path) -> io::Result<()> {
        self.put(path, Entry::Gone)
    }

    fn put(&mut self, path: &'a Utf8Path, last: Entry<'a>) -> io::Result<()> {
        let refuse = || {
            io::Error::new(
                io::ErrorKind::InvalidInput,
                format!("`{path}` is not a place in the tree"),
            )
        };
        let name = path.file_name().ok_or_else(refuse)?;
        let mut folder = self;
        for component in path.parent().into_iter().flat_map(Utf8Path::components) {
            let Utf8Component::Normal(name) = component else {
                return Err(refuse());
            };
            let entry = folder
                .entries
                .entry(name)
                .or_insert_with(|| Entry::Folder(Overlay::default()));
            let Entry::Folder(inner) = entry else {
                return Err(refuse());
            };
            folder = inner;
        }
        match folder.entries.insert(name, last) {
            Some(Entry::Folder(_)) => Err(refuse()),
            Some(Entry::File(_) | Entry::Gone) | None => Ok(()),
        }
    }

    /// Makes a folder that looks like `source` with the new texts: real folders lead to them, and everything
    /// beside is a symlink into `source`.
    ///
    /// # Errors
    /// Where a folder cannot be read or something cannot be written below `target`.
    pub(super) fn build(&self, source: &Utf8Path, target: &Utf8Path) -> io::Result<()> {
        fs_err::create_dir(target)?;
        if source.is_dir() {
            for entry in fs_err::read_dir(source)? {
                let name = entry?.file_name();
                // Nothing that is judged lives there, and git must not find a repository.
                let is_ours = name
                    .to_str()
                    .is_some_and(|name| name == ".git" || self.entries.contains_key(name));
                if !is_ours {
                    symlink(
                        source.as_std_path().join(&name),
                        target.as_std_path().join(&name),
                    )?;
                }
            }
        }
        for (name, entry) in &self.entries {
            match entry {
                Entry::File(text) => fs_err::write(target.join(name), text)?,
                Entry::Gone => {}
                Entry::Folder(inner) => inner.build(&source.join(name), &target.join(name))?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listing(folder: &Utf8Path) -> Vec<String> {
        let mut lines = Vec::new();
        for entry in fs_err::read_dir(folder).unwrap() {
            let path = camino::Utf8PathBuf::from_path_buf(entry.unwrap().path()).unwrap();
            let name = path.file_name().unwrap().to_owned();
            if path.is_symlink() {
                lines.push(format!(
                    "{name} -> {}",
                    fs_err::read_to_string(&path).unwrap_or_else(|_| "folder".into())
                ));
            } else if path.is_dir() {
                lines.extend(listing(&path).iter().map(|line| format!("{name}/{line}")));
            } else {
                lines.push(format!(
                    "{name} = {}",
                    fs_err::read_to_string(&path).unwrap()
                ));
            }
        }
        lines.sort();
        lines
    }

    #[test]
    fn only_the_way_to_new_texts_is_real() {
        let folder = tempfile::tempdir().unwrap();
        let root = Utf8Path::from_path(folder.path()).unwrap();
        for (path, text) in [
            ("tree/.git/HEAD", "x"),
            ("tree/a/b/old", "old"),
            ("tree/a/b/gone", "gone"),
            ("tree/a/c/d", "d"),
            ("tree/e", "e"),
        ] {
            fs_err::create_dir_all(root.join(path).parent().unwrap()).unwrap();
            fs_err::write(root.join(path), text).unwrap();
        }
        let before = listing(&root.join("tree"));
        let mut overlay = Overlay::default();
        overlay.add(Utf8Path::new("a/b/old"), "changed").unwrap();
        overlay.add(Utf8Path::new("a/new/file"), "new").unwrap();
        overlay.remove(Utf8Path::new("a/b/gone")).unwrap();
        overlay
            .build(&root.join("tree"), &root.join("overlay"))
            .unwrap();
        assert_eq!(
            listing(&root.join("overlay")),
            [
                "a/b/old = changed",
                "a/c -> folder",
                "a/new/file = new",
                "e -> e"
            ]
        );
        assert_eq!(listing(&root.join("tree")), before);
    }

    #[test]
    fn a_path_that_leaves_the_tree_is_refused() {
        let mut overlay = Overlay::default();
        for path in ["../x", "/etc/x", "a/../../x", ".."] {
            assert!(overlay.add(Utf8Path::new(path), "").is_err(), "{path}");
        }
        overlay.add(Utf8Path::new("b"), "").unwrap();
        assert!(overlay.add(Utf8Path::new("b/c"), "").is_err());
    }
}
