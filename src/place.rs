//! Where in a text something is: bytes, lines, what the lines end with, and the marks of a merge.

use std::ops::Range;

/// What parts the two sides of a conflict that is marked.
pub(crate) const MERGE_MIDDLE: &str = "=======";

/// What is wrong with a text in which git marked a conflict.
pub(crate) const UNFINISHED_MERGE: &str =
    "an unfinished merge: resolve what is between `<<<<<<<` and `>>>>>>>`";

/// The line of a byte, counted from one.
pub(crate) fn line_of(text: &str, at: usize) -> usize {
    let before = &text.as_bytes()[..at.min(text.len())];
    before.iter().filter(|byte| **byte == b'\n').count() + 1
}

/// The start of the line that a byte is on.
pub(crate) fn line_start(text: &str, at: usize) -> usize {
    text[..at].rfind('\n').map_or(0, |newline| newline + 1)
}

/// The end of the line that a byte is on, after its line end.
pub(crate) fn line_end(text: &str, at: usize) -> usize {
    text[at..]
        .find('\n')
        .map_or(text.len(), |newline| at + newline + 1)
}

/// The line end that a text uses.
pub(crate) fn line_ending(text: &str) -> &'static str {
    if text.contains("\r\n") { "\r\n" } else { "\n" }
}

/// The lines of the conflicts that are marked in a text, as git marks them, counted from zero.
pub(crate) fn merge_marks(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let (mut begun, mut has_middle) = (None, false);
    for (index, line) in text.lines().enumerate() {
        if line.starts_with("<<<<<<< ") {
            (begun, has_middle) = (Some(index), false);
        } else if line.trim_end() == MERGE_MIDDLE {
            has_middle = true;
        } else if line.starts_with(">>>>>>> ") && has_middle {
            found.extend(begun.take().map(|begun| begun..index + 1));
        }
    }
    found
}
