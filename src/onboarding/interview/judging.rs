//! What an answer is worth: what is proposed for a question, and what the model says to what was answered.

use serde_json::Value;

use super::super::prompter::Current;
use super::super::question::Question;
use super::super::reading::Reading;
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
            Some(Value::String(template)) => {
                let filled = self.reading().filled(&self.draft.answers, template);
                filled.map(Value::String)
            }
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
        let mistakes = self.reading().problems(answers)?.into_iter();
        let mistake = |(id, problem): (String, crate::model::Problem)| Mistake {
            id,
            message: problem.message,
            rule: problem.rule,
        };
        Ok(mistakes.map(mistake).collect())
    }

    /// The model of answers with everything filled in that goes without saying, where they make one.
    pub(in super::super) fn model(&self, answers: &Value) -> Result<Option<Value>, InterviewError> {
        Ok(self.reading().model(answers)?)
    }

    /// What is answered, or what goes without saying.
    pub(super) fn effective(&self, path: &str) -> Value {
        self.reading().effective(&self.draft.answers, path)
    }

    /// What the answers are read with.
    pub(super) fn reading(&self) -> Reading<'_> {
        Reading {
            sections: self.setting.sections,
            sites: self.setting.sites,
        }
    }
}
