//! Whether a program printed what a page shows.
//!
//! Names of commits, times and the like are others in each run: they are compared by what they are, not by what they say.

use std::sync::LazyLock;

use regex::Regex;

/// A line that stands for any lines.
const ANY: &str = "...";

/// What differs from run to run, and the word that stands for it.
static CHANGING: LazyLock<Vec<(Regex, &str)>> = LazyLock::new(|| {
    let all = [
        (r"\b\d{8}T\d{6}Z?-[0-9a-f]+\b", "ID"),
        (r"\bI[0-9a-f]{40}\b", "CHANGE"),
        (r"\b[0-9a-f]{7,64}\b", "COMMIT"),
        (
            r"\b\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)?)?",
            "TIME",
        ),
        (r"\b\d?\d:\d\d(:\d\d(\.\d+)?)?Z?\b", "TIME"),
        (r"\b\d+(\.\d+)? ?(ms|s|min|h|days?)\b", "WHILE"),
        (r"\btea-pot/\d+\b", "tea-pot/PID"),
        (r"\bopen +\d+$", "open PID"),
        (r"  +", " "),
    ];
    let compiled = all
        .into_iter()
        .map(|(pattern, word)| (Regex::new(pattern).unwrap(), word));
    compiled.collect()
});

fn lines(text: &str) -> Vec<String> {
    let of_one = |line: &str| {
        let changing = CHANGING.iter();
        changing.fold(line.trim_end().to_owned(), |line, (pattern, word)| {
            pattern.replace_all(&line, *word).into_owned()
        })
    };
    text.trim_end().lines().map(of_one).collect()
}

/// Whether the lines are those that are shown, up to `...`.
pub(super) fn is_shown(shown: &str, printed: &str) -> bool {
    let (shown, printed) = (lines(shown), lines(printed));
    let mut pieces = shown.split(|line| line == ANY);
    let first = pieces.next().unwrap_or_default();
    let Some(mut rest) = printed.strip_prefix(first) else {
        return false;
    };
    let mut pieces = pieces.peekable();
    if pieces.peek().is_none() {
        return rest.is_empty();
    }
    while let Some(piece) = pieces.next() {
        let is_last = pieces.peek().is_none();
        let place = match (is_last, piece.is_empty()) {
            (_, true) => Some(0),
            (true, false) => rest.len().checked_sub(piece.len()),
            (false, false) => rest.windows(piece.len()).position(|lines| lines == piece),
        };
        match place {
            Some(place) if rest[place..].starts_with(piece) => rest = &rest[place + piece.len()..],
            _ => return false,
        }
    }
    true
}

/// The same where hosts are told of as they come: in any order.
pub(super) fn is_shown_in_any_order(shown: &str, printed: &str) -> bool {
    let (shown, mut printed) = (lines(shown), lines(printed));
    let is_part = shown.iter().any(|line| line == ANY);
    let all_there = shown.iter().filter(|line| *line != ANY).all(|line| {
        let place = printed.iter().position(|other| other == line);
        place.map(|place| printed.remove(place)).is_some()
    });
    all_there && (is_part || printed.is_empty())
}

#[test]
fn what_changes_is_compared_by_its_kind() {
    let printed = "12:00:01 4be1c09 is live\nin 1.3 s\nall\n";
    assert!(is_shown(
        "23:59:59 0a0b0c0 is live\nin 12 s\nall\n",
        printed
    ));
    assert!(!is_shown("23:59:59 0a0b0c0 is live\nin 12 s\n", printed));
    assert!(is_shown("...\nin 12 s\n...\n", printed));
    assert!(is_shown("...\nall\n", printed));
    assert!(!is_shown("...\nin 12 s\n", printed));
    assert!(!is_shown("in 12 s\n...\n", printed));
    assert!(!is_shown(
        "all\nin 12 s\n23:59:59 0a0b0c0 is live\n",
        printed
    ));
    assert!(is_shown_in_any_order(
        "all\nin 12 s\n23:59:59 0a0b0c0 is live\n",
        printed
    ));
    assert!(is_shown_in_any_order("all\n...\n", printed));
    assert!(!is_shown_in_any_order("all\nall\n...\n", printed));
}
