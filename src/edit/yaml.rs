//! Brings entries into a YAML file that others write too; every byte outside of the inserted lines stays.
//!
//! The file is parsed only to find places; the text is spliced, parsed again, and compared with the old
//! document plus the change that was meant.

mod anchor;
mod comment;
mod entry;
mod hollow;
mod item;
mod remove;
mod rewrite;
mod scalar;
mod splice;
#[cfg(test)]
mod tests;
mod told;

use serde_json::{Map, Value};

use super::three_way::{differences, merge};
use super::{EntryError, Resolution};
use crate::place::line_of;
use crate::render::quoting::yaml_entry;
use crate::yaml::{Node, parse};

use anchor::{Near, namespace};
pub use comment::lost_comments;
pub use entry::{Entry, List, Other, Place, Style};
pub(super) use hollow::{is_hollow, made_for, without_hollow};
pub(super) use item::is_item;
pub(super) use remove::has_all;
pub use remove::{Removed, remove};
use rewrite::rewrite;
pub(super) use told::short;
use told::told;

/// Brings entries into a text; `base` holds the entries that svcgen wrote last.
///
/// A value, or a member of one, that somebody changed since then stays for as long as svcgen wants the one it wrote.
///
/// # Errors
/// Where somebody else wrote something different and that is not decided, or the text is not understood.
pub fn patch(
    text: Option<&str>,
    entries: &[Entry],
    base: Option<&str>,
    resolution: Resolution,
) -> Result<String, EntryError> {
    let original = text.unwrap_or_default();
    let base = base.and_then(|text| parse(text).ok());
    let mut text = original.to_owned();
    let before = read(original)?;
    let mut meant = before.to_value();
    let mut places = Vec::new();
    for (index, entry) in entries.iter().enumerate() {
        let root = read(&text)?;
        if entry.is_item() {
            if let Some(after) = item::insert(&text, &root, entry)? {
                item::set(&mut meant, entry);
                text = after;
            }
            continue;
        }
        let Some(found) = root.find_path(entry.path()) else {
            let near = near(&root, base.as_ref(), entries, index);
            text = splice::insert(&text, &root, entry, near)?;
            set(&mut meant, entry, entry.value.clone());
            continue;
        };
        let found = found.to_value();
        let written = base.as_ref().and_then(|base| base.find_path(entry.path()));
        let decided = match entry.other {
            Other::Stays => Resolution::Yours,
            Other::Refused => resolution,
        };
        let wanted = entry.wanted_beside(&found);
        let merged = merge(
            &found,
            written.map(Node::to_value).as_ref(),
            &wanted,
            decided,
        );
        if !merged.apart.is_empty() {
            places.extend(
                merged
                    .apart
                    .iter()
                    .map(|apart| told(original, &before, entry, apart)),
            );
            continue;
        }
        // It may have become so by an alias to an entry before it.
        let mut then = meant.clone();
        set(&mut then, entry, merged.value.clone());
        if merged.value != found {
            match rewrite(&text, entry, &merged.value, resolution) {
                Ok(after) if is_meant(&after, &then, &entries[index + 1..]) => text = after,
                Ok(_) if decided == Resolution::Yours => continue,
                Ok(_) => {
                    let place = before.find_path(entry.path()).unwrap_or(&before);
                    let reason = format!(
                        "`{}` cannot be changed without changing something else, by an alias",
                        entry.key
                    );
                    places.push((Some(line_of(original, place.span.start)), reason));
                    continue;
                }
                Err(EntryError::Conflict { places: lost }) => {
                    if decided == Resolution::Mark {
                        places.extend(lost);
                    }
                    continue;
                }
                Err(error) => return Err(error),
            }
        }
        meant = then;
    }
    if !places.is_empty() {
        return Err(EntryError::Conflict { places });
    }
    let after = read(&text)?.to_value();
    if after != meant {
        let reason = "the change could not be made without changing something else".into();
        return Err(EntryError::Unreadable { line: 1, reason });
    }
    Ok(text)
}

/// The entries that svcgen wrote and that are not there, where others of them are: somebody took them out. Where none is there,
/// another branch may be checked out.
pub(super) fn taken_out(text: &str, entries: &[Entry], base: Option<&str>) -> Vec<String> {
    let base = base.and_then(|text| parse(text).ok());
    let (Some(base), Ok(root)) = (base, read(text)) else {
        return Vec::new();
    };
    let written = entries
        .iter()
        .filter(|entry| !entry.is_item() && base.find_path(entry.path()).is_some());
    let is_there = |entry: &&Entry| root.find_path(entry.path()).is_some();
    let (there, gone): (Vec<&Entry>, Vec<&Entry>) = written.partition(is_there);
    match there.is_empty() {
        true => Vec::new(),
        false => gone.iter().map(|entry| entry.key.clone()).collect(),
    }
}

/// Whether a text says what is meant, but for entries that are still to be changed: they may have an alias of this one.
fn is_meant(text: &str, meant: &Value, later: &[Entry]) -> bool {
    let without = |value: &Value| {
        let mut value = value.clone();
        for entry in later.iter().filter(|entry| !entry.is_item()) {
            set(&mut value, entry, Value::Null);
        }
        value
    };
    read(text).is_ok_and(|root| without(&root.to_value()) == without(meant))
}

/// The values of entries that somebody changed: the line of each, counted from one, and what it is.
///
/// What only others have in them is not looked at, nor what they may make of an entry.
pub fn tuned(text: &str, entries: &[Entry]) -> Vec<(Option<usize>, String)> {
    let Ok(root) = read(text) else {
        return Vec::new();
    };
    let is_ours = |entry: &&Entry| !entry.is_item() && entry.other == Other::Refused;
    let mut all = Vec::new();
    for entry in entries.iter().filter(is_ours) {
        if let Some(found) = root.find_path(entry.path()).map(Node::to_value) {
            let apart = differences(&found, &entry.wanted_beside(&found));
            all.extend(apart.iter().map(|apart| told(text, &root, entry, apart)));
        }
    }
    all
}

/// The nearest of svcgen's own keys in the group of an entry that is not there yet; where there is none, the last one that it
/// wrote there and wants no more.
fn near<'a>(
    root: &Node,
    base: Option<&'a Node>,
    entries: &'a [Entry],
    index: usize,
) -> Option<Near<'a>> {
    let entry = &entries[index];
    let is_near = |other: &&Entry| {
        other.at == entry.at
            && namespace(&other.key) == namespace(&entry.key)
            && root.find_path(other.path()).is_some()
    };
    let before = entries[..index].iter().rev().find(is_near);
    if let Some(before) = before {
        return Some(Near::After(&before.key));
    }
    let after = entries[index + 1..].iter().find(is_near);
    if let Some(after) = after {
        return Some(Near::Before(&after.key));
    }
    let at = || entry.at.iter().map(String::as_str);
    let written = base?.find_path(at())?.entries().iter().rev();
    let mut written = written.map(|(key, _)| key.text.as_str());
    let there = root.find_path(at())?;
    let is_near = |key: &&str| namespace(key) == namespace(&entry.key) && there.find(key).is_some();
    written.find(is_near).map(Near::After)
}

/// The entries alone, as a document of their own; what is remembered as svcgen's.
pub fn fragment(entries: &[Entry]) -> String {
    let mut document = Value::Object(Map::new());
    for entry in entries {
        match entry.style {
            Style::Item { .. } => item::set(&mut document, entry),
            Style::Block | Style::Text(_) => set(&mut document, entry, entry.value.clone()),
        }
    }
    let top = document.as_object().into_iter().flatten();
    top.map(|(key, value)| yaml_entry(key, value, 0)).collect()
}

fn read(text: &str) -> Result<Node, EntryError> {
    let root = parse(text).map_err(|e| EntryError::Unreadable {
        line: line_of(text, e.at),
        reason: e.message,
    })?;
    match root.kind {
        crate::yaml::Kind::Mapping(_) | crate::yaml::Kind::Null => Ok(root),
        _ => Err(EntryError::Unreadable {
            line: 1,
            reason: format!("a mapping was expected, not {}", root.describe()),
        }),
    }
}

/// Puts the value of an entry into a document without places.
fn set(document: &mut Value, entry: &Entry, value: Value) {
    let mut at = document;
    for key in &entry.at {
        if !at.is_object() {
            *at = Value::Object(Map::new());
        }
        at = &mut at[key.as_str()];
    }
    if !at.is_object() {
        *at = Value::Object(Map::new());
    }
    at[entry.key.as_str()] = value;
}
