use camino::{Utf8Path, Utf8PathBuf};

use super::record::{Form, Origin, Written};
use super::rendered::Rendered;
use crate::worktree::Worktree;

/// Another service that the same generator wrote into a checkout.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Other {
    pub name: String,
    /// The model that it was generated from.
    pub origin: Origin,
    /// A file that holds something of it; none where nothing is left.
    pub file: Option<Utf8PathBuf>,
}

impl Rendered {
    /// The other services of the generator, by name.
    pub fn others(&self, worktree: &Worktree) -> Vec<Other> {
        let stores = self.neighbours().into_iter();
        let others = stores.filter_map(|(name, store)| {
            // A list that is not understood is told when that service is generated.
            let index = store.index().ok()?;
            let mut files = index.files.iter();
            let file = files.find(|(path, written)| store.is_held(path, written, worktree));
            Some(Other {
                name,
                origin: index.model?,
                file: file.map(|(path, _)| path.clone()),
            })
        });
        others.collect()
    }

    /// The model that the service was last generated from here.
    pub fn last_model(&self) -> Option<Origin> {
        self.index().ok()?.model
    }

    /// Where it is remembered what a generator wrote of another service.
    pub fn store_of(&self, service: &str, generator: &str) -> Option<Utf8PathBuf> {
        let folder = self.index.as_ref()?.parent()?;
        Some(folder.join(format!("{service}.{generator}.json")))
    }

    /// The stores of other services for the same generator, with their names.
    fn neighbours(&self) -> Vec<(String, Self)> {
        let names = || {
            let index = self.index.as_ref()?;
            let (_, kind) = index.file_name()?.split_once('.')?;
            let folder = index.parent()?;
            let entries = folder.read_dir_utf8().ok()?.flatten();
            let other = |entry: &camino::Utf8DirEntry| {
                let name = entry.file_name().strip_suffix(kind)?.strip_suffix('.')?;
                let own = folder.join(name);
                (Some(&own) != self.folder.as_ref()).then(|| name.to_owned())
            };
            let mut names: Vec<String> = entries.filter_map(|entry| other(&entry)).collect();
            names.sort();
            let store = |name: &String| Self {
                folder: Some(folder.join(name)),
                index: Some(folder.join(format!("{name}.{kind}"))),
                ..Self::none()
            };
            Some(
                names
                    .iter()
                    .map(|name| (name.clone(), store(name)))
                    .collect(),
            )
        };
        names().unwrap_or_default()
    }

    /// Whether something of svcgen's is still in a file.
    ///
    /// A file that svcgen only began, and members of a file that is there without the service, say nothing.
    fn is_held(&self, path: &Utf8Path, written: &Written, worktree: &Worktree) -> bool {
        match written.form {
            Form::Gone | Form::Begun | Form::Json => false,
            Form::Whole => worktree.has_file(path),
            Form::Yaml | Form::Ini | Form::Lines | Form::Blocks => {
                let (Ok(Some(text)), Some(base)) = (worktree.read(path), self.read(path)) else {
                    return false;
                };
                let mut entries = base.lines().map(str::trim);
                entries.any(|entry| {
                    let is_entry = !entry.is_empty() && !entry.starts_with(['[', '#']);
                    is_entry && text.lines().any(|line| line.trim() == entry)
                })
            }
        }
    }
}
