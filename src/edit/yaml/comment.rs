//! Finds what people wrote beside values.

use crate::place::line_end;
use crate::yaml::{Key, Node, Span};

/// The comments in the lines of an entry, each to the end of its line.
pub(super) fn comments(text: &str, lines: &Span, key: &Key, value: &Node) -> Vec<Span> {
    let mut written = vec![key.span.clone()];
    collect(value, &mut written);
    let mut found: Vec<Span> = Vec::new();
    for (at, _) in text[lines.clone()].match_indices('#') {
        let at = lines.start + at;
        let is_inside = |span: &Span| span.contains(&at);
        let is_parted = text[..at]
            .chars()
            .next_back()
            .is_none_or(char::is_whitespace);
        if is_parted && !written.iter().chain(&found).any(is_inside) {
            found.push(at..line_end(text, at).min(lines.end));
        }
    }
    found
}

/// Collects the places of all single values and keys.
fn collect(node: &Node, written: &mut Vec<Span>) {
    for (key, value) in node.entries() {
        written.push(key.span.clone());
        collect(value, written);
    }
    for item in node.items() {
        collect(item, written);
    }
    if node.items().is_empty() && node.entries().is_empty() {
        written.push(node.span.clone());
    }
}
