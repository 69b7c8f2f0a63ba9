//! What is asked of the memory of a checkout, file by file.

use camino::{Utf8Path, Utf8PathBuf};

use super::Rendered;
use crate::edit::merge::markers;
use crate::edit::record::{Form, Record, Written, content_name};
use crate::worktree::Worktree;

impl Rendered {
    /// Whether svcgen took a file away.
    pub(crate) fn is_gone(&self, path: &Utf8Path) -> bool {
        let index = self.index().unwrap_or_default();
        index
            .files
            .get(path)
            .is_some_and(|written| written.form == Form::Gone)
    }

    /// What is remembered of a file, to be remembered again.
    pub(crate) fn record(&self, path: &Utf8Path) -> Option<Record> {
        let written = self.index().unwrap_or_default().files.remove(path)?;
        Some(Record::Written {
            form: written.form,
            text: self.read(path)?,
            keys: written.keys,
            is_made: written.is_made,
            made: written.made,
        })
    }

    /// Whether a file is, byte for byte, as svcgen left it.
    pub(crate) fn is_as_left(&self, path: &Utf8Path, content: &str) -> bool {
        let index = self.index().unwrap_or_default();
        let left = index.files.get(path).map(|written| &written.left);
        let name = content_name(content);
        name.is_some() && (left == Some(&name) || self.was_committed(path, &name))
    }

    /// The blocks that the generator wrote, by their files.
    pub(crate) fn blocks(&self) -> Vec<(Utf8PathBuf, Vec<String>)> {
        let files = self.index().unwrap_or_default().files.into_iter();
        let files = files.map(|(path, written)| (path, written.form, written.keys));
        let commits = self.in_commits().unwrap_or_default().files.into_iter();
        let commits = commits.map(|(path, it)| (path, it.written.form, it.written.keys));
        files
            .chain(commits)
            .filter(|(_, form, _)| *form == Form::Blocks)
            .map(|(path, _, keys)| (path, keys.into_iter().flatten().collect()))
            .collect()
    }

    /// The files that svcgen left conflict markers in, whether those are resolved or not.
    pub(crate) fn marked(&self) -> Vec<Utf8PathBuf> {
        let files = self.index().unwrap_or_default().files.into_iter();
        let marked = files.filter(|(_, written)| written.is_marked);
        marked.map(|(path, _)| path).collect()
    }

    /// All files that the generator wrote something into.
    pub(crate) fn paths(&self) -> Vec<Utf8PathBuf> {
        self.index().unwrap_or_default().files.into_keys().collect()
    }

    /// Whether a file had conflict markers of svcgen's, which somebody has resolved since.
    pub(crate) fn is_resolved(&self, path: &Utf8Path, content: &str) -> bool {
        let index = self.index().unwrap_or_default();
        let is_marked = index
            .files
            .get(path)
            .is_some_and(|written| written.is_marked);
        is_marked && markers(content).is_empty() && !self.is_taken_back(path, content)
    }

    /// Whether a file has conflict markers of svcgen's still.
    pub(crate) fn has_marks(&self, path: &Utf8Path, worktree: &Worktree) -> bool {
        let is_marked = self.marked().iter().any(|marked| marked == path);
        let text = worktree.read(path).ok().flatten();
        is_marked && text.is_some_and(|text| !markers(&text).is_empty())
    }

    /// Whether a file is again what it was before svcgen left conflict markers in it: somebody undid that, and resolved nothing.
    pub(crate) fn is_taken_back(&self, path: &Utf8Path, content: &str) -> bool {
        let index = self.index().unwrap_or_default();
        let marked = index.files.get(path).filter(|written| written.is_marked);
        marked.is_some_and(|marked| {
            let name = content_name(content);
            let mut earlier = marked.earlier.iter();
            earlier.any(|it| Some(&it.content) == name.as_ref()) || self.was_committed(path, &name)
        })
    }

    /// Whether the generator wrote a file, or this key of it, by what is remembered of the content that it has now.
    pub(crate) fn has_written(&self, path: &Utf8Path, key: &str, worktree: &Worktree) -> bool {
        let index = self.index().unwrap_or_default();
        let content = worktree.read(path).ok().flatten();
        let known = self.known(&index, path, content.as_deref());
        known.written.is_some_and(|written| {
            let is_key = |keys: &Vec<String>| keys.last().is_some_and(|last| last == key);
            written.form == Form::Whole || written.keys.iter().any(is_key)
        })
    }

    /// Whether what was written last into a file has an entry below a key.
    pub(crate) fn has_entry(&self, path: &Utf8Path, key: &str) -> bool {
        let index = self.index().unwrap_or_default();
        let written = index.files.get(path);
        written.is_some_and(|it| it.keys.iter().flatten().any(|other| other == key))
    }

    /// The files that the generator does not want and that are changed by it alone: those that it took away, and
    /// those that it took its entries out of.
    pub(crate) fn leftovers(&self, worktree: &Worktree) -> Vec<Utf8PathBuf> {
        let is_ours = |path: &Utf8Path, written: &Written| match worktree.read(path) {
            Ok(None) => written.form == Form::Gone,
            Ok(Some(text)) => written.left.is_some() && written.left == content_name(&text),
            Err(_) => false,
        };
        let index = self.index().unwrap_or_default();
        index
            .files
            .into_iter()
            .filter(|(path, written)| is_ours(path, written))
            .map(|(path, _)| path)
            .collect()
    }
}
