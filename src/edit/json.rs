//! Sets members of a JSON file that others write too, such as `package.json`; every other byte stays.
//!
//! The file is parsed only to find places; the text is spliced, parsed again, and compared with the old
//! document plus the change that was meant.

mod scan;
mod splice;

use serde_json::{Map, Value};

use super::yaml::short;
use super::{EntryError, Resolution};
use crate::json::JsonError;
use crate::place::line_of;
use scan::scan;

/// One member of svcgen's.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// The keys that lead to the member, and its own.
    pub path: Vec<String>,
    pub value: Value,
    /// Whether a file without it means the same.
    pub implied: bool,
}

impl Entry {
    /// A member that has to be there.
    pub fn new(path: &[&str], value: impl Into<Value>) -> Self {
        Self {
            path: path.iter().map(|&key| key.to_owned()).collect(),
            value: value.into(),
            implied: false,
        }
    }

    /// The same member, where it may be left out or not.
    #[must_use]
    pub fn implied(self, implied: bool) -> Self {
        Self { implied, ..self }
    }

    fn name(&self) -> String {
        self.path.join(".")
    }
}

/// Brings members into a text; `base` holds the members that svcgen wrote last.
///
/// A value that somebody changed since then stays for as long as svcgen wants the one it wrote.
///
/// # Errors
/// Where somebody else wrote something different and that is not decided, or the text is not understood.
pub fn patch(
    text: Option<&str>,
    entries: &[Entry],
    base: Option<&str>,
    resolution: Resolution,
) -> Result<String, EntryError> {
    let original = text.unwrap_or("{}\n");
    let base: Value = base
        .and_then(|text| serde_json::from_str(text).ok())
        .unwrap_or_default();
    let mut meant = parse(original)?;
    let mut text = original.to_owned();
    let before = scan(original);
    let mut places = Vec::new();
    for entry in entries {
        let root = scan(&text);
        let (depth, node) = root.descend(&entry.path);
        if depth < entry.path.len() {
            if !entry.implied {
                if !node.is_object() {
                    if resolution == Resolution::Svcgen {
                        let value = nested(&entry.path[depth..], &entry.value);
                        text = splice::replace(&text, &root, node, &value);
                        set(&mut meant, entry);
                    }
                    if resolution.is_decided() {
                        continue;
                    }
                    let name = entry.path[..depth].join(".");
                    let reason = format!(
                        "`{name}` is not an object, and `{}` belongs in it",
                        entry.name()
                    );
                    places.push((Some(line_of(&text, node.span.start)), reason));
                    continue;
                }
                let value = nested(&entry.path[depth + 1..], &entry.value);
                text = splice::insert(&text, &root, node, &entry.path[depth], &value);
                set(&mut meant, entry);
            }
            continue;
        }
        let found = at(&meant, &entry.path);
        if found == Some(&entry.value) {
            continue;
        }
        let written = at(&base, &entry.path);
        if written == Some(&entry.value) || (resolution == Resolution::Yours && written != found) {
            continue;
        }
        if (found.is_some() && found == written) || resolution == Resolution::Svcgen {
            text = splice::replace(&text, &root, node, &entry.value);
            set(&mut meant, entry);
            continue;
        }
        let (now, wanted) = (found.map(short).unwrap_or_default(), short(&entry.value));
        let (_, place) = before.descend(&entry.path);
        let reason = format!("`{}` is {now}, not {wanted}", entry.name());
        places.push((Some(line_of(original, place.span.start)), reason));
    }
    if !places.is_empty() {
        return Err(EntryError::Conflict { places });
    }
    if parse(&text)? != meant {
        let reason = "the change could not be made without changing something else".into();
        return Err(EntryError::Unreadable { line: 1, reason });
    }
    Ok(text)
}

/// The members alone, as a document of their own; what is remembered as svcgen's.
pub fn fragment(entries: &[Entry]) -> String {
    let mut document = Value::Object(Map::new());
    for entry in entries {
        set(&mut document, entry);
    }
    format!("{document:#}\n")
}

/// Parses a text; a byte order mark before it is no part of it.
///
/// # Errors
/// Where it is not JSON, or not an object.
pub fn parse(text: &str) -> Result<Value, EntryError> {
    match crate::json::parse(text) {
        Ok(value @ Value::Object(_)) => Ok(value),
        Ok(_) => Err(EntryError::Unreadable {
            line: 1,
            reason: "it is not an object: `{…}`".into(),
        }),
        Err(JsonError { line, reason }) => Err(EntryError::Unreadable { line, reason }),
    }
}

/// The place of a member in a text that is known to be JSON.
pub fn place(text: &str, path: &[&str]) -> Option<std::ops::Range<usize>> {
    let path: Vec<String> = path.iter().map(|&key| key.to_owned()).collect();
    let root = scan(text);
    let (depth, node) = root.descend(&path);
    (depth == path.len()).then(|| node.span.clone())
}

/// The value as what leads to it.
fn nested(path: &[String], value: &Value) -> Value {
    path.iter().rev().fold(
        value.clone(),
        |value, key| serde_json::json!({ key.as_str(): value }),
    )
}

pub(super) fn at<'a>(document: &'a Value, path: &[String]) -> Option<&'a Value> {
    path.iter().try_fold(document, |value, key| value.get(key))
}

/// Puts a member into a document without places.
fn set(document: &mut Value, entry: &Entry) {
    let mut at = document;
    for key in &entry.path {
        if !at.is_object() {
            *at = Value::Object(Map::new());
        }
        at = &mut at[key.as_str()];
    }
    *at = entry.value.clone();
}

#[cfg(test)]
mod tests;
