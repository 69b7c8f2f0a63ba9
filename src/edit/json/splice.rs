//! Splices members into the text of a document, in the style of what is around them.

use serde::Serialize as _;
use serde_json::Value;
use serde_json::ser::{PrettyFormatter, Serializer};

use super::scan::Node;
use crate::place::{line_ending, line_start};

/// How a value is written.
enum Style<'a> {
    OneLine,
    /// On several lines: the line end, the white space before the line of its key, and what each level adds to it.
    Lines {
        eol: &'a str,
        indent: String,
        unit: &'a str,
    },
}

/// Inserts a member at the end of an object.
pub(super) fn insert(text: &str, root: &Node, object: &Node, key: &str, value: &Value) -> String {
    let unit = unit(text, root);
    let eol = line_ending(text);
    let close = object.span.end - 1;
    let written_key = Value::from(key);
    match (object.members().last(), object.members().first(), unit) {
        (Some(last), Some(first), Some(unit)) if starts_line(text, first.start) => {
            let indent = line_indent(text, first.start).to_owned();
            let style = Style::Lines {
                eol,
                indent: indent.clone(),
                unit,
            };
            let member = format!(",{eol}{indent}{written_key}: {}", write(value, &style));
            splice(text, last.value.span.end, last.value.span.end, &member)
        }
        (Some(last), _, _) => {
            let member = format!(", {written_key}: {}", write(value, &Style::OneLine));
            splice(text, last.value.span.end, last.value.span.end, &member)
        }
        (None, _, Some(unit)) => {
            let outer = line_indent(text, object.span.start);
            let indent = format!("{outer}{unit}");
            let style = Style::Lines {
                eol,
                indent: indent.clone(),
                unit,
            };
            let member = format!(
                "{eol}{indent}{written_key}: {}{eol}{outer}",
                write(value, &style)
            );
            splice(text, object.span.start + 1, close, &member)
        }
        (None, _, None) => {
            let member = format!("{written_key}: {}", write(value, &Style::OneLine));
            splice(text, object.span.start + 1, close, &member)
        }
    }
}

/// Replaces a value.
pub(super) fn replace(text: &str, root: &Node, old: &Node, value: &Value) -> String {
    let eol = line_ending(text);
    let was = &text[old.span.clone()];
    let was_one_line = !was.contains('\n') && !matches!(was, "[]" | "{}");
    let lines = root
        .holder(old)
        .filter(|(object, _)| {
            object
                .members()
                .iter()
                .all(|member| starts_line(text, member.start))
        })
        .and_then(|(_, member)| {
            Some((
                line_indent(text, member.start).to_owned(),
                unit(text, root)?,
            ))
        })
        .filter(|_| !(was_one_line && was.starts_with(['[', '{'])));
    let style = match lines {
        Some((indent, unit)) => Style::Lines { eol, indent, unit },
        None => Style::OneLine,
    };
    splice(text, old.span.start, old.span.end, &write(value, &style))
}

fn splice(text: &str, start: usize, end: usize, with: &str) -> String {
    format!("{}{with}{}", &text[..start], &text[end..])
}

/// What each level is indented by; `None` where the document is written in one line.
fn unit<'a>(text: &'a str, root: &Node) -> Option<&'a str> {
    let first = root.members().first()?;
    starts_line(text, first.start).then(|| line_indent(text, first.start))
}

/// The white space that a line begins with.
fn line_indent(text: &str, at: usize) -> &str {
    let line = &text[line_start(text, at)..at];
    &line[..line.len() - line.trim_start_matches([' ', '\t']).len()]
}

/// Whether only white space stands before a place in its line, and the line is not the first.
fn starts_line(text: &str, at: usize) -> bool {
    let start = line_start(text, at);
    start > 0 && text[start..at].trim().is_empty()
}

fn write(value: &Value, style: &Style<'_>) -> String {
    match style {
        Style::OneLine => one_line(value),
        Style::Lines { eol, indent, unit } => {
            let mut bytes = Vec::new();
            let formatter = PrettyFormatter::with_indent(unit.as_bytes());
            // A value without foreign types, written into memory, does not fail.
            let _written = value.serialize(&mut Serializer::with_formatter(&mut bytes, formatter));
            String::from_utf8_lossy(&bytes).replace('\n', &format!("{eol}{indent}"))
        }
    }
}

fn one_line(value: &Value) -> String {
    match value {
        Value::Array(items) => format!(
            "[{}]",
            items.iter().map(one_line).collect::<Vec<_>>().join(", ")
        ),
        Value::Object(members) => {
            let members = members
                .iter()
                .map(|(key, value)| format!("{}: {}", Value::from(key.as_str()), one_line(value)));
            format!("{{{}}}", members.collect::<Vec<_>>().join(", "))
        }
        other => other.to_string(),
    }
}
