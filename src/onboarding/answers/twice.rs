use std::collections::HashSet;

use super::value::follow;
use crate::onboarding::shape::Shape;
use crate::yaml::{Key, Kind, Node};

/// The answers of a file so far: each may be written as a line with its path, or within what is above it, and not as both.
#[derive(Debug, Default)]
pub(super) struct Given(HashSet<String>);

impl Given {
    /// Takes the answers of an entry; the path of one that stands there already.
    pub(super) fn take(&mut self, path: &[Key], value: &Node, schema: Shape<'_>) -> Option<String> {
        let words: Vec<&str> = path.iter().map(|key| key.text.as_str()).collect();
        let mut answers = Vec::new();
        collect(&words.join("."), value, follow(schema, path), &mut answers);
        let twice = answers
            .iter()
            .find(|answer| self.0.contains(*answer))
            .cloned();
        self.0.extend(answers);
        twice
    }
}

/// The paths of what is answered below a path; what is empty answers nothing.
fn collect(path: &str, value: &Node, shape: Shape<'_>, answers: &mut Vec<String>) {
    match &value.kind {
        Kind::Null => {}
        Kind::Mapping(entries) => {
            for (key, value) in entries {
                let shape = shape.child(&key.text);
                collect(&format!("{path}.{}", key.text), value, shape, answers);
            }
        }
        Kind::Sequence(items) if shape.is_named_list() => {
            for item in items {
                let name = item.find("name").and_then(|name| match &name.kind {
                    Kind::String(name) => Some(name.as_str()),
                    _ => None,
                });
                for (key, value) in item.entries().iter().filter(|(key, _)| key.text != "name") {
                    let path = format!("{path}.{}.{}", name.unwrap_or_default(), key.text);
                    collect(&path, value, shape.item().child(&key.text), answers);
                }
            }
        }
        _ => answers.push(path.to_owned()),
    }
}
