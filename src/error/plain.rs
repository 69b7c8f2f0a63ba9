//! What the system and `fs_err` say, in the words of people.

use std::borrow::Cow;
use std::error::Error;
use std::io;

/// What `fs_err` calls what it does, and what people call it.
const DOINGS: [(&str, &str); 16] = [
    ("open file", "open"),
    ("create file", "create"),
    ("create directory", "make the folder"),
    ("read from file", "read"),
    ("write to file", "write"),
    ("sync file", "write"),
    ("flush file", "write"),
    ("read directory", "list"),
    ("remove file", "remove"),
    ("remove directory", "remove the folder"),
    ("query resolved metadata", "look at"),
    ("query raw metadata", "look at"),
    ("canonicalize path", "find"),
    ("read symbolic link", "read the link"),
    ("set permissions for file", "set the permissions of"),
    ("rename file from", "rename"),
];

/// Where the number of an error of the system begins.
const NUMBER: &str = " (os error ";

/// Where the name of a temporary file begins, which nobody knows.
const TEMPORARY: &str = " at path \"";

/// Tells a failure of the system in the words of people.
///
/// Only what comes from the system is put in other words: a text that quotes a file, a path, or another program may
/// have the same words, and they are not svcgen's.
pub(crate) fn reworded(error: &io::Error) -> String {
    let said = error.to_string();
    match error.kind() {
        // No failure of the system is of this kind: somebody put a text of his own into it.
        io::ErrorKind::Other => said,
        _ => plain(&said).into_owned(),
    }
}

/// Tells one error of a chain, without the causes behind it.
pub(crate) fn alone(error: &(dyn Error + 'static)) -> String {
    if let Some(error) = error.downcast_ref::<git2::Error>() {
        // Its class and code say nothing to people.
        return error.message().to_owned();
    }
    match error.downcast_ref::<io::Error>() {
        Some(error) => reworded(error),
        None => error.to_string(),
    }
}

/// Says what was said of a failure of the system without its number, and without the words of programmers.
fn plain(said: &str) -> Cow<'_, str> {
    let Some((before, after)) = said.rsplit_once(NUMBER).and_then(|(before, rest)| {
        let (number, after) = rest.split_once(')')?;
        let is_number = number.bytes().all(|byte| byte.is_ascii_digit());
        is_number.then_some((before, after))
    }) else {
        return Cow::Borrowed(said);
    };
    let (what, reason) = match before.rsplit_once(": ") {
        Some((what, reason)) => (Some(what), reason),
        None => (None, before),
    };
    let after = match after.strip_prefix(TEMPORARY) {
        Some(path) => path.split_once('"').map_or("", |(_, after)| after),
        None => after,
    };
    let mut text = String::new();
    if let Some(what) = what {
        text.push_str(&undone(what));
        text.push_str(": ");
    }
    text.push_str(&uncapitalised(reason));
    text.push_str(after);
    Cow::Owned(text)
}

/// What an error says, with its cause behind it.
pub(crate) fn with_cause(error: &(dyn Error + 'static)) -> String {
    let said = alone(error);
    match error.source().map(alone) {
        Some(cause) if cause != said => format!("{said}: {}", unrepeated(&cause, &said)),
        _ => said,
    }
}

/// The reason alone, of a cause that repeats a path of what is said before.
pub(super) fn unrepeated<'a>(cause: &'a str, before: &str) -> &'a str {
    let told = cause.strip_prefix("cannot ").and_then(|rest| {
        let (_, rest) = rest.split_once('`')?;
        let (path, reason) = rest.split_once("`: ")?;
        before.contains(&format!("`{path}`")).then_some(reason)
    });
    let refused = || {
        let (path, reason) = cause
            .strip_prefix('`')?
            .split_once("` cannot be written to: ")?;
        before.contains(&format!("`{path}`")).then_some(reason)
    };
    told.or_else(refused).unwrap_or(cause)
}

/// "failed to open file `it`" as "cannot open `it`", wherever it begins in a text.
fn undone(what: &str) -> Cow<'_, str> {
    const FAILED: &str = "failed to ";
    let Some((before, doing)) = what.split_once(FAILED).filter(|(before, rest)| {
        // Of a path, or of what another program says, nothing is changed.
        (before.is_empty() || before.ends_with(": ")) && rest.contains('`')
    }) else {
        return Cow::Borrowed(what);
    };
    let known = DOINGS.iter().find_map(|(theirs, ours)| {
        let rest = doing.strip_prefix(theirs)?;
        rest.starts_with(" `").then_some((ours, rest))
    });
    Cow::Owned(match known {
        Some((doing, path)) => format!("{before}cannot {doing}{path}"),
        None => format!("{before}cannot {doing}"),
    })
}

/// The system begins its words as sentences.
fn uncapitalised(reason: &str) -> Cow<'_, str> {
    let mut letters = reason.chars();
    match (letters.next(), letters.next()) {
        (Some(first), Some('a'..='z')) if first.is_ascii_uppercase() => {
            let rest = &reason[first.len_utf8()..];
            Cow::Owned(format!("{}{rest}", first.to_ascii_lowercase()))
        }
        _ => Cow::Borrowed(reason),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failures_of_the_system_are_told_in_words() {
        for (said, told) in [
            (
                "failed to open file `a: b`: Permission denied (os error 13)",
                "cannot open `a: b`: permission denied",
            ),
            (
                "failed to rename file from `a` to `b`: Is a directory (os error 21)",
                "cannot rename `a` to `b`: is a directory",
            ),
            (
                "failed to lock `a`: Try again (os error 11)",
                "cannot lock `a`: try again",
            ),
            (
                "a copy: failed to write to file `a`: No space left on device (os error 28)",
                "a copy: cannot write `a`: no space left on device",
            ),
            (
                "No space left on device (os error 28) at path \"/tmp/.tmpAbC\"; it is left out",
                "no space left on device; it is left out",
            ),
            (
                "`a` cannot be written to: Read-only file system (os error 30)",
                "`a` cannot be written to: read-only file system",
            ),
            ("RPC failed (os error 5)", "RPC failed"),
            ("failed to see `it`: Why", "failed to see `it`: Why"),
            ("odd (os error x)", "odd (os error x)"),
        ] {
            assert_eq!(plain(said), told);
        }
    }

    #[test]
    fn what_others_say_is_left_as_it_is() {
        let theirs = "Error: failed to open file `a`: Permission denied (os error 13)";
        assert_eq!(reworded(&io::Error::other(theirs)), theirs);
        let missing = io::Error::from_raw_os_error(2);
        assert_eq!(reworded(&missing), "no such file or directory");
        let named = "failed to open file `a (os error 3)`: Permission denied (os error 13)";
        assert_eq!(
            plain(named),
            "cannot open `a (os error 3)`: permission denied"
        );
    }

    #[test]
    fn a_path_is_told_once() {
        let cause = "cannot open `a/b`: permission denied";
        assert_eq!(
            unrepeated(cause, "`a/b` cannot be read"),
            "permission denied"
        );
        assert_eq!(unrepeated(cause, "`a` cannot be read"), cause);
        let full = "`a/b` cannot be written to: no space left on device";
        let before = "the pages cannot be written into `a/b`";
        assert_eq!(unrepeated(full, before), "no space left on device");
    }
}
