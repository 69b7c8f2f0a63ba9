//! Finds what people wrote beside values.

use crate::place::line_end;
use crate::yaml::{Key, Node, Span, parse};

/// The comments in the lines of an entry, each to the end of its line.
pub(super) fn comments(text: &str, lines: &Span, key: &Key, value: &Node) -> Vec<Span> {
    let mut written = vec![key.span.clone()];
    collect(value, &mut written);
    beside(text, lines, &written)
}

/// Comments of a document that another version of it has no more; nothing of what is no YAML.
pub fn lost_comments(before: &str, after: &str) -> Vec<String> {
    let all = |text: &str| -> Vec<String> {
        let mut written = Vec::new();
        match parse(text) {
            Ok(root) => collect(&root, &mut written),
            Err(_) => return Vec::new(),
        }
        let found = beside(text, &(0..text.len()), &written);
        found
            .into_iter()
            .map(|span| text[span].trim().to_owned())
            .collect()
    };
    let mut left = all(after);
    let mut lost = all(before);
    lost.retain(|comment| match left.iter().position(|it| it == comment) {
        Some(place) => {
            left.remove(place);
            false
        }
        None => true,
    });
    lost
}

/// What in some lines begins with a `#` and is none of the places that hold values.
fn beside(text: &str, lines: &Span, written: &[Span]) -> Vec<Span> {
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
