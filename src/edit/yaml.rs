//! Brings entries into a YAML file that others write too; every byte outside of the inserted lines stays.
//!
//! The file is parsed only to find places; the text is spliced, parsed again, and compared with the old
//! document plus the change that was meant.

mod anchor;
mod comment;
mod entry;
mod hollow;
mod item;
mod patch;
mod remove;
mod rewrite;
mod scalar;
mod splice;
#[cfg(test)]
mod tests;
mod told;

use serde_json::{Map, Value};

use super::three_way::differences;
use super::{EntryError, Resolution};
use crate::place::line_of;
use crate::render::quoting::yaml_entry;
use crate::yaml::{Node, parse};

pub use comment::lost_comments;
pub use entry::{Entry, List, Other, Position, Style};
pub(super) use hollow::{is_hollow, made_for, without_hollow};
pub(super) use item::is_item;
use patch::Patch;
pub(super) use remove::has_all;
pub use remove::{Removed, remove};
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
    let before = read(original)?;
    let mut patch = Patch {
        original,
        before: &before,
        base: base.and_then(|text| parse(text).ok()),
        resolution,
        text: original.to_owned(),
        meant: before.to_value(),
        places: Vec::new(),
    };
    for index in 0..entries.len() {
        patch.bring(entries, index)?;
    }
    patch.done()
}

/// The entries that svcgen wrote and that are not there, where others of them are or svcgen made the file: somebody took them
/// out. Where none is there, another branch may be checked out.
pub(super) fn taken_out(
    text: &str,
    entries: &[Entry],
    base: Option<&str>,
    is_made: bool,
) -> Vec<String> {
    let base = base.and_then(|text| parse(text).ok());
    let (Some(base), Ok(root)) = (base, read(text)) else {
        return Vec::new();
    };
    let has = |root: &Node, entry: &Entry| match (root.find_path(entry.path()), entry.is_item()) {
        (Some(list), true) => list.items().iter().any(|it| it.to_value() == entry.value),
        (found, _) => found.is_some(),
    };
    let written = entries.iter().filter(|entry| has(&base, entry));
    let (there, gone): (Vec<&Entry>, Vec<&Entry>) = written.partition(|entry| has(&root, entry));
    let name = |entry: &&Entry| match entry.is_item() {
        true => format!("{}: {}", entry.key, item::plain(&entry.value)),
        false => entry.key.clone(),
    };
    match there.is_empty() && !is_made {
        true => Vec::new(),
        false => gone.iter().map(name).collect(),
    }
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
