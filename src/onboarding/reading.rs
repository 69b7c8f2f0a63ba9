//! What answers mean: the model that they make, and what goes without saying in it.

use serde_json::Value;

use super::answers::Answers;
use super::question::{Question, Section, shown};
use super::tree;
use crate::model::{Problem, SiteError, Sites};

/// What answers are read with: the questions that they belong to, and the sites that there are.
#[derive(Clone, Copy)]
pub(super) struct Reading<'a> {
    pub(super) sections: &'a [Section],
    pub(super) sites: &'a Sites,
}

impl<'a> Reading<'a> {
    pub(super) fn questions(self) -> impl Iterator<Item = &'a Question> {
        self.sections.iter().flat_map(|section| &section.questions)
    }

    /// The mistakes in answers, each with the question that it belongs to.
    pub(super) fn problems(self, answers: &Value) -> Result<Vec<(String, Problem)>, SiteError> {
        let found = self.typed(answers).preview(self.sites)?;
        Ok(found.err().unwrap_or_default())
    }

    /// The model of answers with everything filled in that goes without saying, where they make one.
    pub(super) fn model(self, answers: &Value) -> Result<Option<Value>, SiteError> {
        let found = self.typed(answers).preview(self.sites)?;
        Ok(found
            .ok()
            .and_then(|service| serde_json::to_value(service).ok()))
    }

    /// What is answered, or what goes without saying.
    pub(super) fn effective(self, answers: &Value, path: &str) -> Value {
        if let Some(value) = tree::find(answers, path) {
            return value.clone();
        }
        let model = self.model(answers).ok().flatten();
        let found = model.as_ref().and_then(|model| tree::find(model, path));
        found.cloned().unwrap_or_default()
    }

    /// Fills `{path}` and `{path without hyphens}` of a default; `None` where an answer is missing.
    pub(super) fn filled(self, answers: &Value, template: &str) -> Option<String> {
        let mut text = String::new();
        let mut rest = template;
        while let Some((before, after)) = rest.split_once('{') {
            let (name, after) = after.split_once('}')?;
            let (path, is_plain) = match name.strip_suffix(" without hyphens") {
                Some(path) => (path, true),
                None => (name, false),
            };
            let answer = shown(&self.effective(answers, path));
            if answer.is_empty() {
                return None;
            }
            text.push_str(before);
            text.push_str(&if is_plain {
                answer.replace('-', "")
            } else {
                answer
            });
            rest = after;
        }
        text.push_str(rest);
        Some(text)
    }

    fn typed(self, answers: &Value) -> Answers {
        let mut typed = Answers::default();
        typed.put_value("", answers);
        let mut ids: Vec<&str> = self
            .questions()
            .map(|question| question.id.as_str())
            .collect();
        // What is asked of a part comes after what is asked of the whole.
        ids.sort_by_key(|id| id.len());
        for id in ids {
            if let Some(value) = tree::find(answers, id) {
                typed.put_value(id, value);
            }
        }
        typed
    }
}
