//! Puts single items into lists that others write too, and takes them out again.

use std::ops::Range;

use serde_json::Value;

use super::anchor::content_end;
use super::scalar::written_like;
use super::{Entry, Position, Style, read, splice};
use crate::edit::EntryError;
use crate::edit::order::gap;
use crate::place::{line_end, line_ending, line_of, line_start};
use crate::yaml::Node;

/// What an item is called among keys.
const ITEM: &str = "- ";

/// The last of the keys that lead to an item.
pub(super) fn name(value: &Value) -> String {
    format!("{ITEM}{}", plain(value))
}

/// The keys of the list and the item, where keys lead to one.
pub(super) fn of_keys(keys: &[String]) -> Option<(&[String], &str)> {
    let (last, list) = keys.split_last()?;
    Some((list, last.strip_prefix(ITEM)?))
}

/// Whether keys lead to an item.
pub(in crate::edit) fn is_item(keys: &[String]) -> bool {
    of_keys(keys).is_some()
}

pub(super) fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// Puts an item into its list, which is made where nothing is there; `None` where the item is in it.
pub(super) fn insert(text: &str, root: &Node, entry: &Entry) -> Result<Option<String>, EntryError> {
    let Some(list) = root.find_path(entry.path()) else {
        return splice::insert(text, root, entry, None).map(Some);
    };
    let wrong = |reason: String| EntryError::conflict(Some(line_of(text, list.span.start)), reason);
    let items = list.items();
    if items.iter().any(|item| item.to_value() == entry.value) {
        return Ok(None);
    }
    let index = index(&items.iter().map(Node::to_value).collect::<Vec<_>>(), entry);
    let Style::Item { comment, .. } = &entry.style else {
        return Ok(None);
    };
    let quoted = quoted(text, items, &entry.value);
    let Some(neighbour) = items.get(index.saturating_sub(1)) else {
        let (start, end) = (list.span.start, list.span.end);
        return Ok(Some(format!(
            "{}[{quoted}]{}",
            &text[..start],
            &text[end..]
        )));
    };
    if neighbour.span.start < list.span.start {
        return Err(wrong(format!(
            "`{}` holds an alias where `{}` would go",
            entry.key,
            plain(&entry.value)
        )));
    }
    let (at, inserted) = match list.flow {
        true => in_line(text, items, index, &quoted),
        false => {
            let start = line_start(text, neighbour.span.start);
            let comment = comment
                .as_ref()
                .map(|comment| format!(" # {comment}"))
                .unwrap_or_default();
            let line = format!(
                "{}{quoted}{comment}{}",
                &text[start..neighbour.span.start].trim_end_matches(['\'', '"']),
                line_ending(text)
            );
            match index {
                0 => (start, line),
                _ => after_line(text, content_end(text, neighbour), line),
            }
        }
    };
    Ok(Some(format!("{}{inserted}{}", &text[..at], &text[at..])))
}

/// The place after a line, which may be the last one and lack its end.
fn after_line(text: &str, at: usize, line: String) -> (usize, String) {
    let end = line_end(text, at);
    match text[..end].ends_with('\n') {
        true => (end, line),
        false => (end, format!("{}{}", line_ending(text), line.trim_end())),
    }
}

/// What is inserted into a list in flow style, which may go over several lines.
fn in_line(text: &str, items: &[Node], index: usize, quoted: &str) -> (usize, String) {
    let separator = |one: &Node, other: &Node| {
        let own_line = line_start(text, other.span.start) > one.span.start;
        let column = other.span.start - line_start(text, other.span.start);
        match own_line {
            true => format!(",{}{}", line_ending(text), " ".repeat(column)),
            false => ", ".to_owned(),
        }
    };
    match (index, items) {
        (0, [first, ..]) => {
            let next = items
                .get(1)
                .map_or(", ".to_owned(), |next| separator(first, next));
            (first.span.start, format!("{quoted}{next}"))
        }
        _ => {
            let previous = &items[index - 1];
            let neighbours = match (index.checked_sub(2), items.get(index)) {
                (_, Some(next)) => separator(previous, next),
                (Some(before), None) => separator(&items[before], previous),
                (None, None) => ", ".to_owned(),
            };
            (previous.span.end, format!("{neighbours}{quoted}"))
        }
    }
}

/// Whether a list has an item.
pub(super) fn holds(list: &Node, item: &str) -> bool {
    let mut items = list.items().iter();
    items.any(|node| plain(&node.to_value()) == item)
}

/// The item as its neighbours are quoted, where they agree.
fn quoted(text: &str, items: &[Node], value: &Value) -> String {
    let raw = |item: &Node| text.get(item.span.clone()).unwrap_or_default();
    let first = |item: &Node| raw(item).chars().next().filter(|c| matches!(c, '\'' | '"'));
    let agreed = items
        .split_first()
        .filter(|(one, others)| others.iter().all(|other| first(other) == first(one)));
    written_like(agreed.map_or("", |(one, _)| raw(one)), value)
}

/// The index at which an item goes into a list.
fn index(items: &[Value], entry: &Entry) -> usize {
    let words: Vec<String> = items.iter().map(plain).collect();
    let sortable: Vec<String> = words.iter().map(|word| natural(word)).collect();
    match &entry.place {
        Position::After(other) => {
            let found = words.iter().rposition(|word| word == other);
            found.map_or(items.len(), |index| index + 1)
        }
        Position::Sorted if words.len() > 2 && sortable.is_sorted() => {
            let words: Vec<&str> = sortable.iter().map(String::as_str).collect();
            gap(&words, &natural(&plain(&entry.value)))
        }
        Position::First => 0,
        Position::Sorted | Position::Group | Position::End => items.len(),
    }
}

/// A word that sorts as its numbers do.
fn natural(word: &str) -> String {
    let mut sortable = String::new();
    let mut digits = String::new();
    for c in word.chars().chain(['\0']) {
        if c.is_ascii_digit() {
            digits.push(c);
            continue;
        }
        if !digits.is_empty() {
            sortable.push_str(&format!("{digits:0>20}"));
            digits.clear();
        }
        sortable.push(c);
    }
    sortable
}

/// Puts an item into the list of a document without places.
pub(super) fn set(document: &mut Value, entry: &Entry) {
    let mut at = document;
    for key in entry.path() {
        if !at.is_object() {
            *at = Value::Object(serde_json::Map::new());
        }
        at = &mut at[key];
    }
    match at {
        Value::Array(items) => items.insert(index(items, entry), entry.value.clone()),
        other => *other = [entry.value.clone()].into_iter().collect(),
    }
}

/// Takes an item out of its list, where svcgen put it there, and the list with the last one; `None` where nothing is
/// to be taken.
pub(super) fn remove(
    text: &str,
    root: &Node,
    list: &[String],
    item: &str,
    base: Option<&Node>,
) -> Option<String> {
    let path = || list.iter().map(String::as_str);
    let ours = holds(base?.find_path(path())?, item);
    let node = root
        .find_path(path())
        .filter(|node| ours && holds(node, item))?;
    if node.items().len() == 1 {
        return super::remove::without(text, root, list);
    }
    without(text, root, list, item)
}

/// The text without an item of a list that has more; `None` where something else would change.
pub(super) fn without(text: &str, root: &Node, list: &[String], item: &str) -> Option<String> {
    let node = root.find_path(list.iter().map(String::as_str))?;
    let is_it = |node: &Node| plain(&node.to_value()) == item;
    let place = node.items().iter().position(is_it)?;
    let cut = cut(text, node, place)?;
    let after = format!("{}{}", &text[..cut.start], &text[cut.end..]);
    let mut meant = root.to_value();
    let holder = list
        .iter()
        .try_fold(&mut meant, |at, key| at.get_mut(key.as_str()))?;
    holder.as_array_mut()?.remove(place);
    (read(&after).ok()?.to_value() == meant).then_some(after)
}

/// The bytes that go with an item; `None` where a comment would go with them, or where it is the only one of its list.
fn cut(text: &str, list: &Node, place: usize) -> Option<Range<usize>> {
    let items = list.items();
    let item = &items[place];
    if !list.flow {
        return Some(line_start(text, item.span.start)..line_end(text, content_end(text, item)));
    }
    let (cut, between) = match (place.checked_sub(1), items.get(place + 1)) {
        (Some(previous), _) => {
            let end = items[previous].span.end;
            (end..item.span.end, end..item.span.start)
        }
        (None, Some(next)) => (
            item.span.start..next.span.start,
            item.span.end..next.span.start,
        ),
        (None, None) => return None,
    };
    (!text[between].contains('#')).then_some(cut)
}
