//! How many there are of something, in words.

/// A number with what it counts: `1 commit`, `2 commits`.
pub(crate) fn count(number: usize, what: &str) -> String {
    match number {
        1 => format!("1 {what}"),
        more => format!("{more} {what}s"),
    }
}
