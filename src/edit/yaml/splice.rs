//! Splices lines into the text of a document.

use super::anchor::{Anchor, Near, anchor};
use super::comment::comments;
use super::remove::lines_of;
use super::{Entry, List, Position, Style};
use crate::edit::{EntryError, Resolution};
use crate::place::{line_end, line_ending, line_of, line_start};
use crate::render::quoting::{yaml_entry, yaml_string};
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
                return fill(text, key, value, rest, entry);
            }
            Some((_, value)) => mapping = value,
            None => {
                // A list of plain names has them one below the other.
                let is_plain = !name.contains("::") && root.entries().len() > 1;
                let place = match depth == 0 && !is_plain {
                    true => Position::Group,
                    false => Position::End,
                };
                let outer = Entry {
                    key: name.clone(),
                    at: entry.at[..depth].to_vec(),
                    place,
                    style: Style::Text(lines(&entry.at[depth..], entry, 0)),
                    ..entry.clone()
                };
                return splice(text, mapping, &outer, None);
            }
        }
    }
    splice(text, mapping, entry, near)
}

/// The lines of an entry, below those of mappings that lead to it.
pub(super) fn lines(path: &[String], entry: &Entry, indent: usize) -> String {
    let pad = " ".repeat(indent);
    if let Some((name, rest)) = path.split_first() {
        let inner = lines(rest, entry, indent + 2);
        return format!("{pad}{}:\n{inner}", yaml_string(name));
    }
    match &entry.style {
        Style::Block => yaml_entry(&entry.key, &entry.value, indent),
        Style::Text(text) => text
            .lines()
            .map(|line| match line {
                "" => "\n".to_owned(),
                line => format!("{pad}{line}\n"),
            })
            .collect(),
        Style::Item {
            list: List::Flow, ..
        } => {
            let item = yaml_entry("", &entry.value, 0);
            let item = item.trim_start_matches("'': ").trim_end();
            format!("{pad}{}: [{item}]\n", yaml_string(&entry.key))
        }
        Style::Item { comment, .. } => {
            let list = yaml_entry(
                &entry.key,
                &[entry.value.clone()].into_iter().collect(),
                indent,
            );
            match comment {
                Some(comment) => format!("{} # {comment}\n", list.trim_end()),
                None => list,
            }
        }
    }
}

/// Gives a key that holds nothing (`key:` or `key: {}`) its first entries.
fn fill(
    text: &str,
    key: &Key,
    value: &Node,
    path: &[String],
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
    let lines = lines(path, entry, indent).replace('\n', eol);
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
        return Err(in_one_line(text, mapping, entry));
    }
    let eol = line_ending(text);
    let indent = mapping.entries().first().map_or(0, |(key, _)| {
        key.span.start - line_start(text, key.span.start)
    });
    let lines = lines(&[], entry, indent);
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
///
/// # Errors
/// Where a comment of somebody's would go with the old value, unless that was decided.
pub(super) fn replace(
    text: &str,
    root: &Node,
    entry: &Entry,
    resolution: Resolution,
) -> Result<String, EntryError> {
    let mapping = root
        .find_path(entry.at.iter().map(String::as_str))
        .unwrap_or(root);
    let mut all = mapping.entries().iter();
    let Some((key, value)) = all.rfind(|(key, _)| key.text == entry.key) else {
        return insert(text, root, entry, None);
    };
    let Some(span) = lines_of(text, key, value) else {
        return Err(in_one_line(text, mapping, entry));
    };
    let first = line_end(text, key.span.end).min(span.end);
    let lines = lines(&[], entry, key.span.start - span.start);
    let (mut head, tail) = lines.split_at(line_end(&lines, 0));
    let mut kept = String::new();
    for comment in comments(text, &span, key, value) {
        if comment.start < first && (tail.is_empty() || head.trim_end().ends_with(':')) {
            // With the space before it: people align comments.
            let before = text[..comment.start].trim_end_matches([' ', '\t']).len();
            kept = text[before..comment.end]
                .trim_end_matches(['\r', '\n'])
                .to_owned();
            head = head.trim_end();
        } else if resolution != Resolution::Svcgen {
            let reason = format!("a comment in `{}` would go with its old value", entry.key);
            return Err(EntryError::conflict(
                Some(line_of(text, comment.start)),
                reason,
            ));
        }
    }
    let end = if kept.is_empty() { "" } else { "\n" };
    let lines = format!("{head}{kept}{end}{tail}").replace('\n', line_ending(text));
    Ok(format!(
        "{}{lines}{}",
        &text[..span.start],
        &text[span.end..]
    ))
}

fn in_one_line(text: &str, mapping: &Node, entry: &Entry) -> EntryError {
    EntryError::Unreadable {
        line: line_of(text, mapping.span.start),
        reason: format!(
            "`{}` belongs in a mapping that is written on one line",
            entry.key
        ),
    }
}
