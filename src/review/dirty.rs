//! What nobody has committed, and whose it is.

use std::collections::{BTreeMap, BTreeSet};
use std::os::unix::fs::PermissionsExt as _;

use camino::{Utf8Path, Utf8PathBuf};
use git2::{ErrorCode, Status};
use similar::{ChangeTag, TextDiff};

use super::error::ReviewError;
use crate::edit::Rendered;
use crate::git::{Checkout, GitError, Head};

/// Finds which of these files carry somebody's uncommitted change; what svcgen wrote itself is not one, as it
/// remembers in any of these stores.
///
/// A folder that is not a checkout has no uncommitted changes.
///
/// # Errors
/// Where git cannot read the checkout.
pub fn dirty(
    root: &Utf8Path,
    paths: &[Utf8PathBuf],
    stores: &[&Rendered],
) -> Result<Vec<Utf8PathBuf>, ReviewError> {
    Ok(uncommitted(root, paths, stores)?.others)
}

/// Files that differ from the last commit.
#[derive(Debug, Default)]
pub struct Uncommitted {
    /// What svcgen wrote, and nothing else.
    pub own: Vec<Utf8PathBuf>,
    /// Those that carry somebody's change.
    pub others: Vec<Utf8PathBuf>,
    /// Those of the others that the last commit does not have at all.
    pub new: Vec<Utf8PathBuf>,
}

/// Finds which of these files are not in the last commit as they are, as `dirty` does.
///
/// # Errors
/// Where git cannot read the checkout.
pub fn uncommitted(
    root: &Utf8Path,
    paths: &[Utf8PathBuf],
    stores: &[&Rendered],
) -> Result<Uncommitted, ReviewError> {
    let checkout = match Checkout::open(root) {
        Ok(checkout) => checkout,
        Err(GitError::NotACheckout { .. }) => return Ok(Uncommitted::default()),
        Err(error) => return Err(error.into()),
    };
    let places: Result<Vec<Utf8PathBuf>, _> =
        paths.iter().map(|path| checkout.place(path)).collect();
    let places = places?;
    let changed: BTreeMap<Utf8PathBuf, Status> = checkout.status(&places)?.into_iter().collect();
    let mut found = Uncommitted::default();
    for (path, place) in paths.iter().zip(&places) {
        let Some(status) = changed.get(place) else {
            continue;
        };
        match is_ours(&checkout, path, place, *status, stores)? {
            true => found.own.push(path.clone()),
            false => {
                found.others.push(path.clone());
                if status.intersects(Status::WT_NEW | Status::INDEX_NEW) {
                    found.new.push(path.clone());
                }
            }
        }
    }
    Ok(found)
}

/// Finds which of these files svcgen left so that they are not in the last commit: those that hold what it wrote and nothing else,
/// and those that it took away.
///
/// # Errors
/// Where git cannot read the checkout.
pub fn written(
    root: &Utf8Path,
    paths: &[Utf8PathBuf],
    stores: &[&Rendered],
) -> Result<Vec<Utf8PathBuf>, ReviewError> {
    let found = uncommitted(root, paths, stores)?;
    let is_taken_away = |path: &Utf8PathBuf| {
        !root.join(path).exists() && stores.iter().any(|store| store.is_gone(path))
    };
    let gone = found.others.into_iter().filter(is_taken_away);
    Ok(found.own.into_iter().chain(gone).collect())
}

/// Whether an uncommitted change is what svcgen wrote, and nothing else.
fn is_ours(
    checkout: &Checkout,
    path: &Utf8Path,
    place: &Utf8Path,
    status: Status,
    stores: &[&Rendered],
) -> Result<bool, ReviewError> {
    let deleted = Status::WT_DELETED | Status::INDEX_DELETED;
    if status.intersects(Status::CONFLICTED | deleted) {
        return Ok(false);
    }
    let records: Vec<String> = stores.iter().filter_map(|store| store.read(path)).collect();
    if records.is_empty() {
        return Ok(false);
    }
    let record = records.concat();
    let is_record = |present: &str, record: &str, committed: Option<&str>| {
        present == record
            || committed.is_some_and(|committed| is_made_of(committed, present, record))
    };
    let Some(present) = checkout.worktree().read(path).ok().flatten() else {
        return Ok(false);
    };
    let committed = committed(checkout, place)?;
    // svcgen leaves the mode of a file as it is, and makes none that can be run.
    let was_program = committed
        .as_ref()
        .is_some_and(|(_, mode)| *mode == EXECUTABLE);
    if is_program(checkout, path).is_some_and(|is_program| is_program != was_program) {
        return Ok(false);
    }
    let committed = committed.map(|(text, _)| text);
    if status.intersects(Status::INDEX_NEW | Status::INDEX_MODIFIED) {
        let staged = staged(checkout, place)?;
        if staged.as_deref() != Some(present.as_str()) && staged != committed {
            return Ok(false);
        }
    }
    let committed = committed.as_deref();
    if is_record(&present, &record, committed)
        || stores.iter().any(|store| store.is_as_left(path, &present))
        || stores.iter().any(|store| store.is_resolved(path, &present))
    {
        return Ok(true);
    }
    // A run that was killed has remembered what it did not come to write.
    let before = stores
        .iter()
        .filter_map(|store| store.base(path, Some(&present)));
    Ok(is_record(&present, &before.collect::<String>(), committed))
}

/// Whether all that was changed in a shared file is svcgen's entries: new lines of them, or new values of their keys.
fn is_made_of(committed: &str, present: &str, record: &str) -> bool {
    // Blanks and line ends count: whoever changes them alone has changed the file.
    let clean = |text: &str| {
        text.split_inclusive('\n')
            .map(|line| significant(line.strip_suffix('\n').unwrap_or(line)))
            .fold(String::new(), |all, line| all + line + "\n")
    };
    let (committed, present) = (clean(committed), clean(present));
    let lines: BTreeSet<&str> = record
        .lines()
        .map(|line| significant(line).trim())
        .collect();
    let key = |line: &str| {
        line.trim()
            .split([':', '='])
            .next()
            .unwrap_or_default()
            .to_owned()
    };
    // A list that has a line of svcgen's twice has one that somebody added.
    let times = |text: &str, line: &str| text.lines().filter(|it| *it == line).count();
    let is_doubled = |line: &str| {
        let had = times(record, line).max(times(&committed, line));
        line.starts_with(|c: char| c.is_ascii_alphanumeric()) && times(&present, line) > had
    };
    let (mut added, mut removed) = (BTreeSet::new(), Vec::new());
    for change in TextDiff::from_lines(&committed, &present).iter_all_changes() {
        let line = change.value();
        let whole = line.strip_suffix('\n').unwrap_or(line);
        let line = whole.trim_start();
        match change.tag() {
            ChangeTag::Equal => {}
            _ if line.is_empty() => {}
            ChangeTag::Insert if is_doubled(whole) => return false,
            ChangeTag::Insert if lines.contains(line) => drop(added.insert(key(line))),
            ChangeTag::Insert => return false,
            ChangeTag::Delete => removed.push(key(line)),
        }
    }
    removed.iter().all(|key| added.contains(key))
}

/// A line without what changes when another follows it.
fn significant(line: &str) -> &str {
    line.strip_suffix(',').unwrap_or(line)
}

/// The mode of a program in a tree of git's.
const EXECUTABLE: i32 = 0o100_755;

/// Whether a file can be run; nothing where git does not look at that.
fn is_program(checkout: &Checkout, path: &Utf8Path) -> Option<bool> {
    if checkout.setting("core.filemode").as_deref() == Some("false") {
        return None;
    }
    let found = checkout.worktree().root().join(path).metadata().ok()?;
    Some(found.permissions().mode() & 0o100 != 0)
}

/// The text and the mode of a file in the last commit.
fn committed(checkout: &Checkout, place: &Utf8Path) -> Result<Option<(String, i32)>, ReviewError> {
    let tip = match checkout.head()? {
        Head::Branch { tip, .. } | Head::Detached { tip } => tip,
        Head::Unborn { .. } => return Ok(None),
    };
    let read = || -> Result<(String, i32), git2::Error> {
        let repository = checkout.repository();
        let entry = repository
            .find_commit(tip)?
            .tree()?
            .get_path(place.as_std_path())?;
        let blob = repository.find_blob(entry.id())?;
        let text = String::from_utf8_lossy(blob.content()).into_owned();
        Ok((text, entry.filemode()))
    };
    found(checkout, read())
}

/// The text of a file in the index.
fn staged(checkout: &Checkout, place: &Utf8Path) -> Result<Option<String>, ReviewError> {
    let read = || -> Result<String, git2::Error> {
        let repository = checkout.repository();
        let Some(entry) = repository.index()?.get_path(place.as_std_path(), 0) else {
            return Err(git2::Error::new(
                ErrorCode::NotFound,
                git2::ErrorClass::Index,
                "not in the index",
            ));
        };
        let blob = repository.find_blob(entry.id)?;
        Ok(String::from_utf8_lossy(blob.content()).into_owned())
    };
    found(checkout, read())
}

fn found<T>(checkout: &Checkout, result: Result<T, git2::Error>) -> Result<Option<T>, ReviewError> {
    match result {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.code() == ErrorCode::NotFound => Ok(None),
        Err(source) => Err(checkout.unreadable("a file", source).into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_of_svcgens_are_told_from_other_changes() {
        let committed = "---\na::x: 1\n\nc::port: 5\n";
        let record = "b::port: 7\nb::name: it\n";
        let ours = "---\na::x: 1\n\nb::port: 7\nb::name: it\n\nc::port: 5\n";
        assert!(is_made_of(committed, ours, record));
        assert!(
            is_made_of(&ours.replace("port: 7", "port: 6"), ours, record),
            "a new value"
        );
        assert!(
            is_made_of(
                "{\n  \"a\": 1\n}\n",
                "{\n  \"a\": 1,\n  \"b\": 2\n}\n",
                "\"b\": 2\n"
            ),
            "a comma"
        );
        assert!(!is_made_of(
            committed,
            &ours.replace("x: 1", "x: 2"),
            record
        ));
        assert!(!is_made_of(
            committed,
            &ours.replace("c::port: 5\n", ""),
            record
        ));
        assert!(!is_made_of(committed, &format!("{ours}d::x: 1\n"), record));
        assert!(!is_made_of(
            committed,
            &ours.replace("x: 1", "x: 1  "),
            record
        ));
        assert!(!is_made_of(committed, &ours.replace("it", "it "), record));
        assert!(!is_made_of(
            "a.example\n",
            "a.example\na.example\n",
            "a.example\n"
        ));
        assert!(!is_made_of(committed, &ours.replace('\n', "\r\n"), record));
    }
}
