//! Reads many small files at once and keeps those that speak of something.

use camino::{Utf8Path, Utf8PathBuf};

use crate::worktree::Worktree;

/// The files whose text contains a word, with their texts, in the order of the list.
///
/// Files that are not there or not text are passed over. Two threads share the work: what takes time is the
/// kernel, and the machines of service owners have at least two cores.
pub(super) fn scan(
    worktree: &Worktree,
    paths: &[Utf8PathBuf],
    word: &str,
) -> Vec<(Utf8PathBuf, String)> {
    read_all(worktree, paths, |_, text| {
        text.contains(word).then(|| text.to_owned())
    })
}

/// What a function finds in each of many files, in the order of the list.
pub(super) fn read_all<T: Send>(
    worktree: &Worktree,
    paths: &[Utf8PathBuf],
    look: impl Fn(&Utf8Path, &str) -> Option<T> + Sync,
) -> Vec<(Utf8PathBuf, T)> {
    let read = |paths: &[Utf8PathBuf]| -> Vec<(Utf8PathBuf, T)> {
        let found = paths.iter().filter_map(|path| {
            let text = std::fs::read_to_string(worktree.root().join(path)).ok()?;
            Some((path.clone(), look(path, &text)?))
        });
        found.collect()
    };
    let (first, second) = paths.split_at(paths.len() / 2);
    std::thread::scope(|scope| {
        let handle = scope.spawn(|| read(first));
        let mut rest = read(second);
        let mut all = match handle.join() {
            Ok(all) => all,
            Err(panic) => std::panic::resume_unwind(panic),
        };
        all.append(&mut rest);
        all
    })
}
