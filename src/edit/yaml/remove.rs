//! Takes entries out of a file again, with the blank line that they brought along.

use serde_json::Value;

use super::anchor::content_end;
use super::comment::comments;
use super::{item, read};
use crate::edit::{EntryError, Resolution};
use crate::place::{line_end, line_of, line_start};
use crate::yaml::{Key, Kind, Node, parse};

/// A text without some entries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Removed {
    pub text: String,
    /// The lines of entries that stay, counted from one, and why they do.
    pub kept: Vec<(usize, String)>,
    /// The keys that lead to them.
    pub staying: Vec<Vec<String>>,
    /// Whether others stay because they are somebody's from now on.
    pub is_given_up: bool,
}

/// Takes entries out of a text, each by the keys that lead to it; `base` holds them as svcgen wrote them.
///
/// An entry that somebody changed since stays, unless it is decided whose it is. A mapping that is left without entries
/// becomes `{}`.
///
/// # Errors
/// Where the text is not understood.
pub fn remove(
    text: &str,
    entries: &[Vec<String>],
    base: Option<&str>,
    resolution: Resolution,
) -> Result<Removed, EntryError> {
    let base = base.and_then(|base| parse(base).ok());
    let mut text = text.to_owned();
    let (mut kept, mut staying) = (Vec::new(), Vec::new());
    let mut is_given_up = false;
    for keys in entries {
        let path = || keys.iter().map(String::as_str);
        let root = read(&text)?;
        if let Some((list, item)) = item::of_keys(keys) {
            if let Some(after) = item::remove(&text, &root, list, item, base.as_ref()) {
                text = after;
            }
            continue;
        }
        let (Some(found), Some(name)) = (root.find_path(path()), keys.last()) else {
            continue;
        };
        let written = base.as_ref().and_then(|base| base.find_path(path()));
        let is_changed = written.map(Node::to_value) != Some(found.to_value())
            || has_comments(&text, &root, keys);
        let reason = if is_changed && resolution == Resolution::Yours {
            is_given_up = true;
            continue;
        } else if is_changed && resolution == Resolution::Mark {
            "someone changed it"
        } else if let Some(after) = without(&text, &root, keys) {
            text = after;
            continue;
        } else {
            "it cannot be removed without changing something else"
        };
        let reason = format!("svcgen wrote `{name}` and no longer wants it, but {reason}");
        kept.push((line_of(&text, found.span.start), reason));
        staying.push(keys.clone());
    }
    Ok(Removed {
        text,
        kept,
        staying,
        is_given_up,
    })
}

/// Whether somebody wrote comments into an entry of several lines, where svcgen writes none; that of a single line goes with
/// it.
fn has_comments(text: &str, root: &Node, keys: &[String]) -> bool {
    let found = || {
        let (last, way) = keys.split_last()?;
        let holder = root.find_path(way.iter().map(String::as_str))?;
        let (key, value) = holder
            .entries()
            .iter()
            .rfind(|(key, _)| key.text == *last)?;
        let lines = lines_of(text, key, value)?;
        let is_long = text[lines.clone()].trim_end().contains('\n');
        Some(is_long && !comments(text, &lines, key, value).is_empty())
    };
    found().unwrap_or_default()
}

/// Whether a text has entries, each by the keys that lead to it, as they are in another.
pub(in crate::edit) fn has_all(text: &str, entries: &[Vec<String>], base: &str) -> bool {
    let (Ok(root), Ok(base)) = (parse(text), parse(base)) else {
        return false;
    };
    let find = |root: &Node, keys: &[String]| {
        let found = root.find_path(keys.iter().map(String::as_str));
        found.map(Node::to_value)
    };
    entries.iter().all(|keys| match item::of_keys(keys) {
        Some((list, item)) => {
            let list = root.find_path(list.iter().map(String::as_str));
            list.is_some_and(|list| item::holds(list, item))
        }
        None => find(&root, keys).is_some_and(|found| Some(found) == find(&base, keys)),
    })
}

/// The text without an entry; `None` where nothing else would stay as it is.
pub(super) fn without(text: &str, root: &Node, keys: &[String]) -> Option<String> {
    let after = cut(text, root, keys)?;
    let mut meant = root.to_value();
    drop_key(&mut meant, keys)?;
    if meant.as_object().is_some_and(serde_json::Map::is_empty) {
        meant = Value::Null;
    }
    (read(&after).ok()?.to_value() == meant).then_some(after)
}

/// Takes an entry out of a document without places.
fn drop_key(document: &mut Value, keys: &[String]) -> Option<Value> {
    let (last, way) = keys.split_last()?;
    let holder = way
        .iter()
        .try_fold(document, |at, key| at.get_mut(key.as_str()))?;
    holder.as_object_mut()?.shift_remove(last)
}

fn cut(text: &str, root: &Node, keys: &[String]) -> Option<String> {
    let (last, way) = keys.split_last()?;
    let mapping = root.find_path(way.iter().map(String::as_str))?;
    let entries = mapping.entries();
    let index = entries.iter().rposition(|(key, _)| key.text == *last)?;
    let (key, value) = &entries[index];
    let lines = lines_of(text, key, value)?;
    if mapping.flow {
        return None;
    }
    if let (1, Some((outer, way))) = (entries.len(), way.split_last()) {
        let holder = root.find_path(way.iter().map(String::as_str))?;
        let (key, _) = holder
            .entries()
            .iter()
            .rfind(|(key, _)| key.text == *outer)?;
        let colon = key.span.end + text[key.span.end..].find(':')? + 1;
        return Some(format!(
            "{} {{}}{}{}",
            &text[..colon],
            text.get(colon..lines.start)?,
            &text[lines.end..]
        ));
    }
    let lines = with_blank_line(text, lines, index, entries.len());
    Some(format!("{}{}", &text[..lines.start], &text[lines.end..]))
}

/// The bytes of the lines of an entry; `None` where something else stands before it in its line.
pub(super) fn lines_of(text: &str, key: &Key, value: &Node) -> Option<std::ops::Range<usize>> {
    let start = line_start(text, key.span.start);
    let is_alone = text[start..key.span.start].trim().is_empty();
    let end = match value.kind {
        // What is not written has its place where the next thing is.
        Kind::Null if value.span.is_empty() => key.span.end,
        _ => content_end(text, value).max(key.span.end),
    };
    is_alone.then(|| start..line_end(text, end))
}

/// The lines of the entry of an index, with the blank one that parted them from what is around them.
fn with_blank_line(
    text: &str,
    lines: std::ops::Range<usize>,
    index: usize,
    count: usize,
) -> std::ops::Range<usize> {
    let next = line_end(text, lines.end);
    let is_blank_after = next > lines.end && text[lines.end..next].trim().is_empty();
    let previous = line_start(text, lines.start.saturating_sub(1));
    let is_blank_before = previous < lines.start && text[previous..lines.start].trim().is_empty();
    if is_blank_after && (is_blank_before || index == 0) {
        lines.start..next
    } else if is_blank_before && index + 1 == count {
        previous..lines.end
    } else {
        lines
    }
}
