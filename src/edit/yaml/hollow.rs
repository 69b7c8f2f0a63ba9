//! Mappings that svcgen made for its entries, and that nothing is left in.

use super::remove::without;
use super::{Entry, read};
use crate::yaml::{Kind, Node, parse};

/// Whether a text holds no value, but for empty mappings and lists, and no comment.
pub(in crate::edit) fn is_hollow(text: &str) -> bool {
    fn is_empty(node: &Node) -> bool {
        match &node.kind {
            Kind::Null => true,
            Kind::Mapping(entries) => entries
                .iter()
                .all(|(_, value)| !matches!(value.kind, Kind::Null) && is_empty(value)),
            Kind::Sequence(items) => items.is_empty(),
            _ => false,
        }
    }
    !text.contains('#') && parse(text).is_ok_and(|root| is_empty(&root))
}

/// The mappings around entries that svcgen makes for them, or made: those that are not in the text before. Where nothing is known,
/// as in a clone that remembers nothing, it is those that have the entries and nothing else.
pub(in crate::edit) fn made_for(
    entries: &[Entry],
    before: Option<&str>,
    known: Option<&[Vec<String>]>,
) -> Vec<Vec<String>> {
    let root = before.and_then(|text| parse(text).ok());
    let is_there = |path: &[String]| {
        let root = root.as_ref();
        root.is_some_and(|root| root.find_path(path.iter().map(String::as_str)).is_some())
    };
    let is_alone = |path: &[String]| {
        let root = root.as_ref();
        let found = root.and_then(|root| root.find_path(path.iter().map(String::as_str)));
        let inside: Vec<&Entry> = entries.iter().filter(|it| it.at == path).collect();
        found.is_some_and(|found| {
            let there = found.entries().iter().map(|(key, _)| key.text.as_str());
            !inside.is_empty() && there.eq(inside.iter().map(|it| it.key.as_str()))
        })
    };
    let mut made: Vec<Vec<String>> = Vec::new();
    for entry in entries {
        for end in 1..=entry.at.len() {
            let path = entry.at[..end].to_vec();
            let is_known = match known {
                Some(known) => known.contains(&path),
                None => is_alone(&path),
            };
            let is_made = is_known || !is_there(&path);
            if is_made && !made.contains(&path) {
                made.push(path);
            }
        }
    }
    made
}

/// A text without those of some mappings that nothing is left in.
pub(in crate::edit) fn without_hollow(mut text: String, mut paths: Vec<Vec<String>>) -> String {
    // What is left of an outer one shows once the inner ones are gone.
    paths.sort_by_key(|path| std::cmp::Reverse(path.len()));
    for path in paths {
        let Ok(root) = read(&text) else {
            return text;
        };
        let found = root.find_path(path.iter().map(String::as_str));
        let is_empty =
            found.is_some_and(|node| matches!(&node.kind, Kind::Mapping(all) if all.is_empty()));
        if let Some(after) = without(&text, &root, &path).filter(|_| is_empty) {
            text = after;
        }
    }
    text
}
