//! What an answer is worth: what is proposed for a question, and what the model says to what was answered.

use serde_json::Value;

use super::super::answers::Answers;
use super::super::prompter::Current;
use super::super::question::{Question, shown};
use super::super::tree;
use super::{Interview, InterviewError, MODELS_OWN, Mistake};

impl Interview<'_> {
    /// The answer that Enter gives to a question that is not answered, and where it comes from.
    pub(super) fn proposed(
        &self,
        question: &Question,
    ) -> Result<(Option<Value>, Option<String>), InterviewError> {
        let owner = self.answer("owner.name").and_then(Value::as_str);
        let found = question
            .from
            .iter()
            .filter_map(|source| self.setting.facts.get(source, owner));
        for (value, origin) in found {
            if self.is_valid(question, &value)?
                && (self.setting.taken)(&question.id, &value).is_none()
            {
                return Ok((Some(value), Some(origin)));
            }
        }
        let own = match &question.default {
            Some(Value::String(template)) => self.filled(template).map(Value::String),
            other => other.clone(),
        };
        if let Some(value) = own
            && self.is_valid(question, &value)?
        {
            return Ok((Some(value), None));
        }
        if self.is_required(question) {
            return Ok((None, None));
        }
        let model = self.model(&self.draft.answers)?;
        let is_known =
            question.id.split('.').next() != Some("puppet_name") || self.answer("name").is_some();
        let value = model
            .as_ref()
            .and_then(|model| tree::find(model, &question.id));
        let value = value.filter(|value| is_known && !question.shown(value).is_empty());
        Ok((value.cloned(), value.map(|_| MODELS_OWN.to_owned())))
    }

    /// What was found for a question and would be proposed, if somebody had not got it already; each with whose it is.
    pub(super) fn passed_over(
        &self,
        question: &Question,
    ) -> Result<Vec<(String, Current, String)>, InterviewError> {
        let owner = self.answer("owner.name").and_then(Value::as_str);
        let mut passed = Vec::new();
        for source in &question.from {
            let Some((value, origin)) = self.setting.facts.get(source, owner) else {
                continue;
            };
            if !self.is_valid(question, &value)? {
                continue;
            }
            let Some(whose) = (self.setting.taken)(&question.id, &value) else {
                break;
            };
            let found = Current {
                text: question.shown(&value),
                origin: Some(origin),
            };
            passed.push((question.id.clone(), found, whose));
        }
        Ok(passed)
    }

    /// Fills `{path}` and `{path without hyphens}` of a default; `None` where an answer is missing.
    fn filled(&self, template: &str) -> Option<String> {
        let mut text = String::new();
        let mut rest = template;
        while let Some((before, after)) = rest.split_once('{') {
            let (name, after) = after.split_once('}')?;
            let (path, is_plain) = match name.strip_suffix(" without hyphens") {
                Some(path) => (path, true),
                None => (name, false),
            };
            let answer = shown(&self.effective(path));
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

    pub(super) fn is_valid(
        &self,
        question: &Question,
        value: &Value,
    ) -> Result<bool, InterviewError> {
        let mut answers = self.draft.answers.clone();
        self.put(&mut answers, &question.id, value.clone());
        let mistakes = self.mistakes(&answers)?;
        Ok(mistakes.iter().all(|mistake| mistake.id != question.id))
    }

    /// The mistakes in answers, each with the question that it belongs to.
    pub(in super::super) fn mistakes(
        &self,
        answers: &Value,
    ) -> Result<Vec<Mistake>, InterviewError> {
        let found = self.typed_answers(answers).preview(self.setting.sites)?;
        let mistakes = found.err().unwrap_or_default().into_iter();
        let mistake = |(id, problem): (String, crate::model::Problem)| Mistake {
            id,
            message: problem.message,
            rule: problem.rule,
        };
        Ok(mistakes.map(mistake).collect())
    }

    /// The model of answers with everything filled in that goes without saying, where they make one.
    pub(in super::super) fn model(&self, answers: &Value) -> Result<Option<Value>, InterviewError> {
        let found = self.typed_answers(answers).preview(self.setting.sites)?;
        Ok(found
            .ok()
            .and_then(|service| serde_json::to_value(service).ok()))
    }

    fn typed_answers(&self, answers: &Value) -> Answers {
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

    /// What is answered, or what goes without saying.
    pub(super) fn effective(&self, path: &str) -> Value {
        if let Some(value) = self.answer(path) {
            return value.clone();
        }
        let model = self.model(&self.draft.answers).ok().flatten();
        let found = model.as_ref().and_then(|model| tree::find(model, path));
        found.cloned().unwrap_or_default()
    }
}
