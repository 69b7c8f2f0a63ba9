use std::collections::BTreeSet;

use serde_json::Value;

use super::super::answers::Answers;
use super::super::facts::Facts;
use super::super::question::{Kind, Question};
use super::super::shape::Shape;
use crate::model::{Problem, Sites, did_you_mean, model_schema};
use crate::visible::visible;
use crate::yaml::{Node, Span};

/// Whether questions can be answered at all: what they ask for, and what they look at, has to be in the model.
pub(super) struct Check {
    schema: Value,
    /// The ids of all questions, for suggestions.
    ids: BTreeSet<String>,
}

impl Check {
    pub(super) fn new(ids: impl Iterator<Item = String>) -> Self {
        Self {
            schema: model_schema(),
            ids: ids.collect(),
        }
    }

    /// Looks for what is wrong in a question.
    pub(super) fn question(&self, question: &Question, node: &Node, problems: &mut Vec<Problem>) {
        let root = Shape::root(&self.schema);
        let Some(shape) = root.at(&question.id) else {
            problems.push(self.unknown(&question.id, span(node, "id")));
            return;
        };
        for (key, _) in node.find("when").map(Node::entries).unwrap_or_default() {
            if root.at(&key.text).is_none() {
                problems.push(self.unknown(&key.text, key.span.clone()));
            }
        }
        kind(question, node, shape, problems);
        self.default(question, node, problems);
        for (index, source) in question.from.iter().enumerate() {
            if !Facts::is_source(source) {
                let list = node.find("from").map(Node::items).unwrap_or_default();
                let at = list.get(index).map_or(0..0, |item| item.span.clone());
                let message = format!(
                    "`{}` is not a place where answers are found",
                    visible(source)
                );
                problems.push(Problem::new(at, message).rule(Facts::SOURCES));
            }
        }
        let item = match question.keyed {
            true => shape.child("an-item"),
            false => shape.item(),
        };
        let nodes = node.find("fields").map(Node::items).unwrap_or_default();
        for (field, node) in question.fields.iter().zip(nodes) {
            field_of(question, field, node, item, problems);
        }
    }

    fn unknown(&self, path: &str, at: Span) -> Problem {
        let message = format!("`{}` is not a path of the model", visible(path));
        let others = self.ids.iter().map(String::as_str).filter(|id| *id != path);
        Problem::new(at, message).rule(did_you_mean(path, others).unwrap_or_else(|| {
            "what the model has no place for goes to `annotations.NAME`".to_owned()
        }))
    }

    /// A default has to be an answer; a template of one has to look at what is there.
    fn default(&self, question: &Question, node: &Node, problems: &mut Vec<Problem>) {
        let Some(default) = &question.default else {
            return;
        };
        let at = span(node, "default");
        if question.kind == Kind::Items {
            problems.push(Problem::new(at, "items have no default"));
            return;
        }
        let template = default.as_str().filter(|text| text.contains('{'));
        let Some(mut rest) = template else {
            let mut answers = Answers::default();
            answers.put_value(&question.id, default);
            // Which sites there are is not known here.
            let found = (question.id != "site").then(|| answers.preview(&Sites::new(None)));
            if let Some(Ok(Err(found))) = found {
                let own = found.into_iter().filter(|(id, _)| *id == question.id);
                problems.extend(own.map(|(_, problem)| Problem {
                    span: at.clone(),
                    ..problem
                }));
            }
            return;
        };
        while let Some((_, after)) = rest.split_once('{') {
            let Some((name, after)) = after.split_once('}') else {
                problems.push(Problem::new(at, "a `{` without its `}`"));
                return;
            };
            let path = name.strip_suffix(" without hyphens").unwrap_or(name);
            if Shape::root(&self.schema).at(path).is_none() {
                problems.push(self.unknown(path, at.clone()));
            }
            rest = after;
        }
    }
}

/// Looks for what is wrong in a question about a field of an item.
fn field_of(
    list: &Question,
    field: &Question,
    node: &Node,
    item: Shape<'_>,
    problems: &mut Vec<Problem>,
) {
    let is_key = list.keyed && field.id == "name";
    let shape = if is_key { None } else { item.at(&field.id) };
    match shape {
        Some(shape) => kind(field, node, shape, problems),
        None if is_key => {}
        None => {
            let message = format!("`{}` is not a field of `{}`", field.id, list.id);
            problems.push(Problem::new(span(node, "id"), message));
        }
    }
    for (key, _) in node.find("when").map(Node::entries).unwrap_or_default() {
        if list.fields.iter().all(|other| other.id != key.text) {
            let message = format!("`{}` is not asked of `{}`", visible(&key.text), list.id);
            problems.push(Problem::new(key.span.clone(), message));
        }
    }
}

/// A type has to make what the place in the model holds, and to come with what it needs.
fn kind(question: &Question, node: &Node, shape: Shape<'_>, problems: &mut Vec<Problem>) {
    let made: &[&str] = match question.kind {
        Kind::Line | Kind::Text | Kind::Date | Kind::Choice => &["string"],
        Kind::Port | Kind::Number => &["integer", "number"],
        Kind::YesNo => &["boolean"],
        Kind::Hosts | Kind::Words | Kind::Lines => &["array"],
        Kind::Values => &["object"],
        Kind::Items if question.keyed => &["object"],
        Kind::Items => &["array"],
        Kind::Value => &[],
    };
    let held = shape.kinds();
    if !made.is_empty() && !held.is_empty() && !held.iter().any(|kind| made.contains(kind)) {
        let name = question.kind.name();
        let message = format!("`{}` cannot hold an answer of type `{name}`", question.id);
        let mut held: Vec<&str> = held.into_iter().filter(|kind| *kind != "null").collect();
        held.dedup();
        let rule = format!("it holds: {}", held.join(", "));
        problems.push(Problem::new(span(node, "type"), message).rule(rule));
    }
    if question.kind == Kind::Choice && question.choices.is_empty() && question.id != "site" {
        problems.push(Problem::new(span(node, "type"), "a choice needs `choices`"));
    }
    if question.kind == Kind::Items && question.fields.is_empty() {
        problems.push(Problem::new(span(node, "type"), "items need `fields`"));
    }
}

/// The place of a field of a question, or of its id where it is not written.
fn span(node: &Node, key: &str) -> Span {
    match node.find(key).or(node.find("id")) {
        Some(value) => value.span.clone(),
        None => node.span.start..node.span.start,
    }
}
