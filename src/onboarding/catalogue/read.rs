//! Reads sections and questions as the model is read: all mistakes at once, each with its place.

use serde_json::Value;

use super::super::condition::Condition;
use super::super::question::{Choice, Kind, Question, RoadStep, Section};
use crate::model::{Fields, Line, Problem, Read, Text, choice, map, read_version};
use crate::yaml::Node;

/// The place of a section that says nothing of it.
const LAST: u32 = 100;

impl Read for Section {
    /// Reads everything but the questions.
    fn read(node: &Node, problems: &mut Vec<Problem>) -> Option<Self> {
        let mut fields = Fields::of(node, problems)?;
        fields.node("version");
        read_version(node, "questions", problems);
        let title: Option<Line> = fields.required("title", problems);
        let order = fields.or("order", LAST, problems);
        let intro = text(&mut fields, "intro", problems);
        let can_wait = fields.or("can_wait", false, problems);
        let needed_for = fields.or("needed_for", Vec::new(), problems);
        fields.node("questions");
        fields.end(problems);
        Some(Self {
            name: String::new(),
            title: title?.as_str().to_owned(),
            order,
            intro,
            can_wait,
            needed_for,
            questions: Vec::new(),
        })
    }
}

impl Read for Question {
    fn read(node: &Node, problems: &mut Vec<Problem>) -> Option<Self> {
        let before = problems.len();
        let mut fields = Fields::of(node, problems)?;
        let id: Option<Line> = fields.required("id", problems);
        let title: Option<Line> = fields.required("text", problems);
        let help = text(&mut fields, "help", problems);
        let kind = fields.or("type", Kind::Line, problems);
        let default: Option<Value> = fields.optional("default", problems);
        let from: Vec<String> = fields.or("from", Vec::new(), problems);
        let when = fields.node("when");
        let when = when.and_then(|node| map(node, |path| Ok(path.to_owned()), problems));
        let rare = fields.or("rare", false, problems);
        let needed_for = fields.optional("needed_for", problems);
        let choices = fields.or("choices", Vec::new(), problems);
        let of_items = fields.or("fields", Vec::new(), problems);
        let noun: Option<Line> = fields.optional("noun", problems);
        let keyed = fields.or("keyed", false, problems);
        fields.end(problems);
        // One that is half understood would only be told more mistakes.
        if problems.len() > before {
            return None;
        }
        Some(Self {
            id: id?.as_str().to_owned(),
            text: title?.as_str().to_owned(),
            help,
            kind,
            default,
            from,
            when: Condition::new(when.unwrap_or_default().into_iter().collect()),
            rare,
            needed_for,
            choices,
            fields: of_items,
            noun: noun.map(|noun| noun.as_str().to_owned()),
            keyed,
        })
    }
}

impl Read for Choice {
    fn read(node: &Node, problems: &mut Vec<Problem>) -> Option<Self> {
        let mut fields = Fields::of(node, problems)?;
        let value: Option<Line> = fields.required("value", problems);
        let text: Option<Line> = fields.optional("text", problems);
        fields.end(problems);
        Some(Self {
            value: value?.as_str().to_owned(),
            text: text.map_or_else(String::new, |text| text.as_str().to_owned()),
        })
    }
}

impl Read for Kind {
    fn read(node: &Node, problems: &mut Vec<Problem>) -> Option<Self> {
        choice(node, &Self::ALL, problems)
    }
}

impl Read for RoadStep {
    fn read(node: &Node, problems: &mut Vec<Problem>) -> Option<Self> {
        choice(node, &Self::ALL, problems)
    }
}

/// A text that may be left out.
fn text(fields: &mut Fields<'_>, key: &'static str, problems: &mut Vec<Problem>) -> String {
    let text: Option<Text> = fields.optional(key, problems);
    text.map_or_else(String::new, |text| text.as_str().to_owned())
}
