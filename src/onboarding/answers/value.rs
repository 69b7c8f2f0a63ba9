//! Values as trees with places: made, moved and read as what is wanted.

use serde_json::Value;

use crate::onboarding::entry::is_as_written;
use crate::onboarding::shape::Shape;
use crate::yaml::{Key, Kind, Node, Span};

/// A value as if it were written at one place.
pub(super) fn node(value: &Value, span: &Span) -> Node {
    let kind = match value {
        Value::Null => Kind::Null,
        Value::Bool(value) => Kind::Bool(*value),
        Value::Number(number) => match number.as_i64() {
            Some(integer) => Kind::Integer(integer),
            None => Kind::Float(number.as_f64().unwrap_or(f64::NAN)),
        },
        Value::String(text) => Kind::String(text.clone()),
        Value::Array(items) => Kind::Sequence(items.iter().map(|item| node(item, span)).collect()),
        Value::Object(map) => Kind::Mapping(
            map.iter()
                .map(|(key, value)| {
                    let key = Key {
                        text: key.clone(),
                        span: span.clone(),
                    };
                    (key, node(value, span))
                })
                .collect(),
        ),
    };
    Node {
        span: span.clone(),
        kind,
        flow: true,
    }
}

pub(super) fn shifted(span: &Span, base: usize) -> Span {
    span.start + base..span.end + base
}

/// The longest path, in names; the model's own are shorter than ten.
const LONGEST_PATH: usize = 32;

/// Splits a path into its names; `None` where one is empty, or there are too many.
pub(super) fn split(path: &str, span: Span) -> Option<Vec<Key>> {
    let name = |text: &str| {
        (!text.is_empty()).then(|| Key {
            text: text.to_owned(),
            span: span.clone(),
        })
    };
    let names: Option<Vec<Key>> = path.trim().split('.').map(name).collect();
    names.filter(|names| names.len() <= LONGEST_PATH)
}

/// The shape of what is at a path.
pub(super) fn follow<'a>(shape: Shape<'a>, path: &[Key]) -> Shape<'a> {
    path.iter().fold(shape, |shape, key| {
        if shape.is_named_list() {
            shape.item()
        } else {
            shape.child(&key.text)
        }
    })
}

/// Whether a value is one quoted text as a whole.
pub(super) fn is_quoted(node: &Node, value: &str) -> bool {
    let value = value.trim();
    let quoted = |mark| value.len() > 1 && value.starts_with(mark) && value.ends_with(mark);
    matches!(node.kind, Kind::String(_)) && node.flow && (quoted('"') || quoted('\''))
}

/// Takes numbers and words such as `yes` for the text that they are, where a text is wanted; where a number would do, too,
/// only one that is written otherwise, such as the version `1.20`.
pub(super) fn coerced(mut node: Node, shape: Shape<'_>, text: &str) -> Node {
    match &mut node.kind {
        Kind::Mapping(entries) => {
            for (key, value) in entries {
                *value = coerced(value.clone(), shape.child(&key.text), text);
            }
        }
        Kind::Sequence(items) => {
            for item in items {
                *item = coerced(item.clone(), shape.item(), text);
            }
        }
        Kind::Integer(_) | Kind::Float(_) | Kind::Bool(_)
            if shape.wants_text() || shape.is_free() =>
        {
            let written = text.get(node.span.clone()).unwrap_or_default().trim();
            if !shape.wants_text() && is_as_written(&node.to_value(), written) {
                return node;
            }
            // What an alias stands for is written elsewhere.
            if !written.is_empty() && !written.starts_with(['*', '&', '!']) {
                node.kind = Kind::String(written.to_owned());
            }
        }
        _ => {}
    }
    node
}

/// Moves a value to its place in the space of all sources.
pub(super) fn placed(mut node: Node, base: usize) -> Node {
    node.span = shifted(&node.span, base);
    match &mut node.kind {
        Kind::Mapping(entries) => {
            for (key, value) in entries {
                key.span = shifted(&key.span, base);
                *value = placed(value.clone(), base);
            }
        }
        Kind::Sequence(items) => {
            for item in items {
                *item = placed(item.clone(), base);
            }
        }
        _ => {}
    }
    node
}
