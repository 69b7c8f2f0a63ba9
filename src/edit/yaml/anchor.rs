//! Finds the place where a careful person would put a new key.

use super::{Entry, Position};
use crate::edit::order::gap;
use crate::place::{line_end, line_start};
use crate::yaml::{Key, Node};

/// A place in the text, and the blank lines that belong around what is inserted there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Anchor {
    pub(super) at: usize,
    pub(super) blank_before: bool,
    pub(super) blank_after: bool,
}

/// The key that a new one of the same namespace goes beside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Near<'a> {
    After(&'a str),
    Before(&'a str),
}

/// Finds the place of a new key in a block mapping.
pub(super) fn anchor(text: &str, mapping: &Node, entry: &Entry, near: Option<Near<'_>>) -> Anchor {
    let entries = mapping.entries();
    if entries.is_empty() {
        return Anchor {
            at: text.len(),
            blank_before: false,
            blank_after: false,
        };
    }
    match &entry.place {
        Position::Group => {
            beside(text, entries, near).unwrap_or_else(|| group(text, entries, &entry.key))
        }
        Position::First => among(text, entries, 0),
        Position::After(other) => {
            let found = entries.iter().rposition(|(key, _)| key.text == *other);
            among(
                text,
                entries,
                found.map_or(entries.len(), |index| index + 1),
            )
        }
        Position::Sorted if is_sorted(entries) => {
            let names: Vec<&str> = entries.iter().map(|(key, _)| key.text.as_str()).collect();
            among(text, entries, gap(&names, &entry.key))
        }
        Position::Sorted | Position::End => among(text, entries, entries.len()),
    }
}

/// The place before the entry of an index, in the manner in which the mapping parts its entries.
fn among(text: &str, entries: &[(Key, Node)], index: usize) -> Anchor {
    let parted = is_parted(text, entries);
    match entries.get(index) {
        Some((key, _)) => {
            let floor = index
                .checked_sub(1)
                .map_or(0, |i| entry_end(text, &entries[i]));
            Anchor {
                at: heading(text, key, floor),
                blank_before: false,
                blank_after: parted,
            }
        }
        None => Anchor {
            at: last_end(text, entries),
            blank_before: parted,
            blank_after: false,
        },
    }
}

/// The place beside another key.
fn beside(text: &str, entries: &[(Key, Node)], near: Option<Near<'_>>) -> Option<Anchor> {
    let find = |name: &str| entries.iter().rposition(|(key, _)| key.text == name);
    let at = match near? {
        Near::After(name) => entry_end(text, &entries[find(name)?]),
        Near::Before(name) => {
            let index = find(name)?;
            let floor = index
                .checked_sub(1)
                .map_or(0, |i| entry_end(text, &entries[i]));
            heading(text, &entries[index].0, floor)
        }
    };
    Some(Anchor {
        at,
        blank_before: false,
        blank_after: false,
    })
}

/// The place of a key in the group of its namespace, or of the new group.
fn group(text: &str, entries: &[(Key, Node)], key: &str) -> Anchor {
    let own = namespace(key);
    if let Some(index) = entries
        .iter()
        .rposition(|(other, _)| namespace(&other.text) == own)
    {
        let at = entry_end(text, &entries[index]);
        return Anchor {
            at,
            blank_before: false,
            blank_after: false,
        };
    }
    let groups = groups(text, entries);
    let names: Vec<&str> = groups
        .iter()
        .map(|&first| namespace(&entries[first].0.text))
        .collect();
    match groups.get(gap(&names, own)) {
        Some(&first) => {
            let floor = first
                .checked_sub(1)
                .map_or(0, |i| entry_end(text, &entries[i]));
            Anchor {
                at: heading(text, &entries[first].0, floor),
                blank_before: false,
                blank_after: true,
            }
        }
        None => Anchor {
            at: last_end(text, entries),
            blank_before: true,
            blank_after: false,
        },
    }
}

/// The indexes of the entries that begin a group: after a blank line, or with another first name.
fn groups(text: &str, entries: &[(Key, Node)]) -> Vec<usize> {
    let begins = |index: usize| {
        let Some(previous) = index.checked_sub(1) else {
            return true;
        };
        has_blank_line(text, &entries[previous], &entries[index].0)
    };
    // The list of classes at the top of the file is no namespace; nothing goes before it.
    (0..entries.len())
        .filter(|&i| begins(i) && entries[i].0.text.contains("::"))
        .collect()
}

/// Whether most neighbours are in order.
fn is_sorted(entries: &[(Key, Node)]) -> bool {
    let pairs = entries.windows(2);
    let total = pairs.len();
    let ascending = pairs
        .filter(|pair| pair[0].0.text <= pair[1].0.text)
        .count();
    ascending * 5 >= total * 3
}

/// Whether blank lines stand between most neighbours.
fn is_parted(text: &str, entries: &[(Key, Node)]) -> bool {
    let total = entries.len() - 1;
    let parted = entries
        .windows(2)
        .filter(|pair| has_blank_line(text, &pair[0], &pair[1].0));
    parted.count() * 2 > total
}

/// Whether a blank line stands between an entry and the key after it.
fn has_blank_line(text: &str, entry: &(Key, Node), next: &Key) -> bool {
    let between = entry_end(text, entry)..line_start(text, next.span.start);
    text.get(between)
        .is_some_and(|between| between.lines().any(|line| line.trim().is_empty()))
}

pub(super) fn namespace(key: &str) -> &str {
    key.rsplit_once("::")
        .map_or(key, |(namespace, _)| namespace)
}

/// The start of the comment lines that stand directly above a key and belong to it.
fn heading(text: &str, key: &Key, floor: usize) -> usize {
    let mut start = line_start(text, key.span.start);
    while start > floor {
        let previous = line_start(text, start - 1);
        let line = text[previous..start].trim();
        if previous < floor || !line.starts_with('#') || is_commented_entry(line) {
            break;
        }
        start = previous;
    }
    start
}

/// Whether a comment is an entry that was switched off (`#    lvs_service: x`): it belongs to the key above it.
fn is_commented_entry(line: &str) -> bool {
    let content = line.trim_start_matches('#');
    let indent = content.len() - content.trim_start().len();
    let word = content.trim_start().split(':').next().unwrap_or_default();
    let is_word = !word.is_empty()
        && word
            .chars()
            .all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '/'));
    indent >= 2 && content.contains(':') && is_word
}

/// The end of the line on which an entry ends, after comments that belong to it.
fn entry_end(text: &str, (key, value): &(Key, Node)) -> usize {
    let mut end = line_end(text, content_end(text, value).max(key.span.end));
    loop {
        let next = line_end(text, end);
        let line = text[end..next].trim();
        if end == next || !line.starts_with('#') || !is_commented_entry(line) {
            return end;
        }
        end = next;
    }
}

/// The end of the last entry of a mapping, after comments that stand directly below it in the same column.
fn last_end(text: &str, entries: &[(Key, Node)]) -> usize {
    let Some(last) = entries.last() else {
        return text.len();
    };
    let column = last.0.span.start - line_start(text, last.0.span.start);
    let mut end = entry_end(text, last);
    loop {
        let next = line_end(text, end);
        let line = &text[end..next];
        let indent = line.len() - line.trim_start().len();
        if !line.trim_start().starts_with('#') || indent < column {
            return end;
        }
        end = next;
    }
}

/// The end of what a value is written with, without white space after it.
pub(super) fn content_end(text: &str, node: &Node) -> usize {
    let last = node
        .items()
        .last()
        .or(node.entries().last().map(|(_, value)| value));
    let last_key = node.entries().last().map(|(key, _)| key.span.end);
    let end = match last {
        // The parts of an alias stand where its anchor is.
        Some(last) if !node.flow && last.span.start >= node.span.start => {
            content_end(text, last).max(last_key.unwrap_or_default())
        }
        _ => node.span.end,
    };
    text[..end].trim_end().len()
}
