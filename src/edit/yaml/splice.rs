//! Splices lines into the text of a document.

use super::anchor::{Anchor, Near, anchor};
use super::{Entry, Place};
use crate::edit::EntryError;
use crate::place::{line_end, line_ending, line_of, line_start};
use crate::render::quoting::yaml_entry;
use crate::yaml::{Key, Kind, Node};

/// Inserts an entry that is not there; mappings that lead to it are made.
pub(super) fn insert(
    text: &str,
    root: &Node,
    entry: &Entry,
    near: Option<Near<'_>>,
) -> Result<String, EntryError> {
    let mut mapping = root;
    for (depth, name) in entry.at.iter().enumerate() {
        match mapping.entries().iter().rfind(|(key, _)| key.text == *name) {
            Some((key, value)) if value.entries().is_empty() => {
                let rest = &entry.at[depth + 1..];
                return fill(text, key, value, &nested(rest, entry), entry);
            }
            Some((_, value)) => mapping = value,
            None => {
                let (outer, rest) = (
                    Entry {
                        key: name.clone(),
                        ..entry.clone()
                    },
                    &entry.at[depth + 1..],
                );
                let place = if depth == 0 { Place::Group } else { Place::End };
                let outer = Entry {
                    value: nested(rest, entry),
                    at: entry.at[..depth].to_vec(),
                    place,
                    ..outer
                };
                return splice(text, mapping, &outer, None);
            }
        }
    }
    splice(text, mapping, entry, near)
}

/// The entry as the value of the mappings that lead to it.
fn nested(path: &[String], entry: &Entry) -> serde_json::Value {
    let inner = serde_json::json!({ entry.key.as_str(): entry.value.clone() });
    path.iter().rev().fold(
        inner,
        |value, key| serde_json::json!({ key.as_str(): value }),
    )
}

/// Gives a key that holds nothing (`key:` or `key: {}`) its first entries.
fn fill(
    text: &str,
    key: &Key,
    value: &Node,
    content: &serde_json::Value,
    entry: &Entry,
) -> Result<String, EntryError> {
    if !matches!(value.kind, Kind::Null | Kind::Mapping(_)) {
        let reason = format!(
            "`{}` holds {}, where `{}` belongs",
            key.text,
            value.describe(),
            entry.key
        );
        return Err(EntryError::Conflict {
            places: vec![(Some(line_of(text, key.span.start)), reason)],
        });
    }
    let eol = line_ending(text);
    let indent = key.span.start - line_start(text, key.span.start) + 2;
    let lines: String = content
        .as_object()
        .into_iter()
        .flatten()
        .map(|(k, v)| yaml_entry(k, v, indent))
        .collect();
    let lines = lines.replace('\n', eol);
    let colon = key.span.end + text[key.span.end..].find(':').map_or(0, |at| at + 1);
    let end = line_end(text, colon);
    let held = value.span.start.max(colon)..value.span.end.max(colon);
    let written = if value.kind == Kind::Null && text[colon..end].trim_start().starts_with('#') {
        colon..colon
    } else {
        held
    };
    let mut out = text[..colon].to_owned();
    out.push_str(if written.end > written.start {
        ""
    } else {
        &text[colon..written.start.max(colon)]
    });
    out.push_str(
        text[written.end.max(colon)..end.max(written.end)].trim_end_matches(['\r', '\n', ' ']),
    );
    out.push_str(eol);
    out.push_str(&lines);
    out.push_str(&text[end.max(written.end)..]);
    Ok(out)
}

/// Inserts an entry into a block mapping.
fn splice(
    text: &str,
    mapping: &Node,
    entry: &Entry,
    near: Option<Near<'_>>,
) -> Result<String, EntryError> {
    if mapping.flow {
        let reason = format!(
            "`{}` belongs into a mapping that is written in one line",
            entry.key
        );
        return Err(EntryError::Unreadable {
            line: line_of(text, mapping.span.start),
            reason,
        });
    }
    let eol = line_ending(text);
    let indent = mapping.entries().first().map_or(0, |(key, _)| {
        key.span.start - line_start(text, key.span.start)
    });
    let lines = yaml_entry(&entry.key, &entry.value, indent);
    let Anchor {
        at,
        blank_before,
        blank_after,
    } = anchor(text, mapping, entry, near);
    let mut inserted = String::new();
    if at > 0 && !text[..at].ends_with('\n') {
        inserted.push('\n');
    }
    if blank_before {
        inserted.push('\n');
    }
    inserted.push_str(&lines);
    if blank_after {
        inserted.push('\n');
    }
    Ok(format!(
        "{}{}{}",
        &text[..at],
        inserted.replace('\n', eol),
        &text[at..]
    ))
}

/// Replaces the value of an entry that is there.
pub(super) fn replace(text: &str, root: &Node, entry: &Entry) -> Result<String, EntryError> {
    let mapping = root
        .find_path(entry.at.iter().map(String::as_str))
        .unwrap_or(root);
    let Some((key, value)) = mapping
        .entries()
        .iter()
        .rfind(|(key, _)| key.text == entry.key)
    else {
        return insert(text, root, entry, None);
    };
    let start = line_start(text, key.span.start);
    let end = line_end(
        text,
        super::anchor::content_end(text, value).max(key.span.end),
    );
    let comment = trailing_comment(text, value, end);
    let lines = yaml_entry(&entry.key, &entry.value, key.span.start - start);
    let lines = match (lines.matches('\n').count(), comment) {
        (1, Some(comment)) => format!("{} {comment}\n", lines.trim_end()),
        _ => lines,
    };
    Ok(format!(
        "{}{}{}",
        &text[..start],
        lines.replace('\n', line_ending(text)),
        &text[end..]
    ))
}

fn trailing_comment<'a>(text: &'a str, value: &Node, end: usize) -> Option<&'a str> {
    let rest = text.get(value.span.end..end)?.trim();
    rest.starts_with('#').then_some(rest)
}
