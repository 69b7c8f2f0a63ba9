//! Single values, written as those around them are.

use std::net::Ipv4Addr;

use serde_json::Value;

use crate::render::quoting::{is_escaped, yaml_entry};
use crate::yaml::{Kind, Node};

/// Whether a node is a single value that stands in one line.
pub(super) fn is_single(text: &str, node: &Node) -> bool {
    match &node.kind {
        Kind::Mapping(_) | Kind::Sequence(_) => false,
        Kind::Null | Kind::Bool(_) | Kind::Integer(_) | Kind::Float(_) | Kind::String(_) => {
            let raw = text.get(node.span.clone()).unwrap_or_default();
            !raw.is_empty() && !raw.contains('\n') && !raw.starts_with(['|', '>', '*', '&', '!'])
        }
    }
}

/// A value as it would stand in the place of another, which is given as it is written.
pub(super) fn written_like(raw: &str, value: &Value) -> String {
    let usual = || {
        let entry = yaml_entry("_", value, 0);
        entry.trim_start_matches("_: ").trim_end().to_owned()
    };
    let Value::String(word) = value else {
        return usual();
    };
    match raw.chars().next() {
        Some('"') if !word.contains(is_escaped) => value.to_string(),
        Some('\'') if !word.contains(is_escaped) => format!("'{}'", word.replace('\'', "''")),
        Some('"' | '\'') => usual(),
        // Four numbers are no number.
        _ if word.parse::<Ipv4Addr>().is_ok() => word.clone(),
        _ => usual(),
    }
}
