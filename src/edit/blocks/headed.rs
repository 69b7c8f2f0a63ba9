//! Blocks of which somebody changed the first line: the hosts of a node.

use std::ops::Range;

use super::code::{code_lines, code_places};

/// Of blocks that are not in a text as they were written, those that are there below another first line.
pub(super) fn headed_anew<'a>(text: &str, missing: &[&'a String]) -> Vec<&'a String> {
    let found = missing
        .iter()
        .filter_map(|block| Some((*block, find(text, block)?)));
    let found: Vec<(&String, Found)> = found.collect();
    // Of several that have the same lines below, it is the one whose first line is most alike.
    let is_nearest = |(_, it): &&(&String, Found)| {
        let mut others = found.iter().map(|(_, other)| other);
        others.all(|other| other.place.start != it.place.start || other.likeness <= it.likeness)
    };
    let nearest = found.iter().filter(is_nearest);
    nearest.map(|(block, _)| *block).collect()
}

/// Where a block is below another first line, with nothing else in it, and with the blank line that parted it.
pub(super) fn place_headed_anew(text: &str, block: &str) -> Option<Range<usize>> {
    let Range { start, end } = find(text, block).filter(|it| it.is_alone)?.place;
    let is_parted = text[..start].ends_with("\n\n") || start == 0;
    let more = usize::from(is_parted && text[end..].starts_with('\n'));
    Some(start..end + more)
}

/// Lines that are those of a block but for the first one.
struct Found {
    place: Range<usize>,
    /// Whether nothing else is between them.
    is_alone: bool,
    /// How many bytes the first lines have in common.
    likeness: usize,
}

/// The place whose first line is most like that of a block: it begins with the same word, and all other lines follow before
/// the next such line.
fn find(text: &str, block: &str) -> Option<Found> {
    let mut lines = code_lines(block);
    let first = lines.next()?;
    let rest: Vec<&str> = lines.collect();
    if !rest.iter().any(|line| line.contains(char::is_alphanumeric)) {
        return None;
    }
    let word = |line: &str| {
        line.split_whitespace()
            .next()
            .unwrap_or_default()
            .to_owned()
    };
    let all = code_places(text);
    let is_heading = |line: &str| word(line) == word(first);
    let headings = (0..all.len()).filter(|at| is_heading(all[*at].1));
    let found = headings.filter_map(|at| {
        let below = all[at + 1..]
            .iter()
            .take_while(|(_, line)| !is_heading(line));
        let mut wanted = rest.iter().peekable();
        let (mut end, mut passed) = (0, 0);
        for (place, line) in below {
            let Some(next) = wanted.peek() else { break };
            passed += 1;
            if *next == line {
                end = place.end;
                wanted.next();
            }
        }
        let (heading, line) = &all[at];
        wanted.peek().is_none().then(|| Found {
            place: heading.start..end,
            is_alone: passed == rest.len(),
            likeness: line
                .bytes()
                .zip(first.bytes())
                .take_while(|(one, other)| one == other)
                .count(),
        })
    });
    found.max_by_key(|it| it.likeness)
}
