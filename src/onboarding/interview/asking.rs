//! One question, asked until it is answered or left.

use serde_json::Value;

use super::after::After;
use super::{Interview, InterviewError, MODELS_OWN, Mistake, Turn, failed};
use crate::onboarding::follow::{self, followed};
use crate::onboarding::prompter::{Current, Note, Prompt, Reply};
use crate::onboarding::question::{Choice, Kind, Question, pairs, shown};
use crate::onboarding::shape::Shape;
use crate::onboarding::{entry, tree};
use crate::visible::visible;

impl<'a> Interview<'a> {
    /// Asks one question until it is answered, or left.
    pub(in crate::onboarding) fn ask(
        &mut self,
        question: &'a Question,
        count: Option<(usize, usize)>,
    ) -> Result<Turn, InterviewError> {
        if question.kind == Kind::Items {
            return self.items(question, count);
        }
        let turn = self.ask_value(question, count)?;
        if turn == Turn::Next {
            self.end_unfinished(&question.id);
        }
        Ok(turn)
    }

    /// Asks one question that is not one of things in a list.
    fn ask_value(
        &mut self,
        question: &'a Question,
        count: Option<(usize, usize)>,
    ) -> Result<Turn, InterviewError> {
        let choices = self.choices(question);
        // What was refused, or was not ended, can be mended, and need not be typed again.
        let mut refused = self.unfinished(&question.id);
        loop {
            let present = self.answer(&question.id).cloned();
            let (value, origin) = match &present {
                Some(value) => (Some(value.clone()), None),
                None => self.proposed(question)?,
            };
            let can_drop = value.is_some() || !self.is_required(question);
            let prompt = Prompt {
                count,
                choices: &choices,
                can_drop,
                ..prompt(question, (value.as_ref(), origin.clone()), refused.clone())
            };
            match self.prompter.ask(&prompt).map_err(failed)? {
                Reply::Back => return Ok(Turn::Back),
                Reply::Stopped(text) => return Err(self.stop_at(&question.id, text)?),
                Reply::Help => {
                    let help = self.help(question);
                    self.tell(&Note::Help(&help))?;
                }
                // It is asked once more, with what Enter answers.
                Reply::Nothing if refused.is_some() && value.is_some() => {
                    refused = None;
                    self.end_unfinished(&question.id);
                }
                Reply::Nothing if self.is_required(question) => {
                    self.tell(&Note::Wrong("this needs an answer", None))?;
                }
                Reply::Nothing => return self.leave_out(question),
                // Whoever typed something does not mean what is there, nor nothing.
                Reply::Current if refused.is_some() && can_drop => {}
                Reply::Current => match value {
                    // What the model says by itself is not written into it.
                    Some(value) if present.is_some() || origin.as_deref() == Some(MODELS_OWN) => {
                        if self.is_still_right(question)? {
                            self.doubt(question, &value)?;
                            return Ok(Turn::Next);
                        }
                    }
                    Some(value) => {
                        if self.take(question, vec![value])? {
                            return Ok(Turn::Next);
                        }
                    }
                    None if self.is_required(question) => {
                        self.tell(&Note::Wrong("this needs an answer", None))?;
                    }
                    None => return Ok(Turn::Next),
                },
                Reply::Text(text) => match self.take_typed(&with(question, &choices), text)? {
                    Some(text) => refused = Some(text),
                    None => return Ok(Turn::Next),
                },
            }
        }
    }

    /// Takes what was typed; returns what is refused of it.
    fn take_typed(
        &mut self,
        question: &Question,
        text: String,
    ) -> Result<Option<String>, InterviewError> {
        let (text, email) = self.parted(question, text);
        let earlier = self.hold(&question.id, &text)?;
        let is_taken = match self.typed(question, &text) {
            Ok(values) => self.take(question, values)?,
            Err(reason) => {
                self.tell(&Note::Wrong(&reason, None))?;
                false
            }
        };
        if !is_taken {
            return Ok(Some(text));
        }
        self.draft.unfinished = earlier;
        self.take_email(question, email)?;
        Ok(None)
    }

    /// Answers nothing.
    fn leave_out(&mut self, question: &Question) -> Result<Turn, InterviewError> {
        let before = self.draft.answers.clone();
        self.forget(question);
        self.follow(question, &before)?;
        let stays = question.shown(&self.effective(&question.id));
        if !stays.is_empty() {
            let text = format!("  left out: by default, it is {}", visible(&stays));
            self.tell_after(After::Lines(vec![text]))?;
        }
        Ok(Turn::Next)
    }

    fn choices(&self, question: &Question) -> Vec<Choice> {
        if question.id != "site" {
            return question.choices.clone();
        }
        let name = |value| Choice {
            value,
            text: String::new(),
        };
        self.setting.sites.names().into_iter().map(name).collect()
    }

    /// The values that a text may mean, where that is an answer to the question.
    fn typed(&self, question: &Question, text: &str) -> Result<Vec<Value>, String> {
        let values = entry::values(question, text)?;
        let shape = Shape::root(&self.schema).at(&question.id);
        if shape.is_some_and(Shape::is_free)
            && let Some(Err(reason)) = values.first().map(|value| entry::check(question, value))
        {
            return Err(reason);
        }
        Ok(values)
    }

    /// The help of a question, with the command that needs the answer where the question names one.
    pub(in crate::onboarding) fn help(&self, question: &Question) -> String {
        match question.needed_for {
            None => question.help.clone(),
            Some(step) => format!("{}\n\nNeeded for `{}`.", question.help, step.command())
                .trim_start()
                .to_owned(),
        }
    }

    /// Takes the first of the values that the model takes; says why where it takes none.
    fn take(&mut self, question: &Question, values: Vec<Value>) -> Result<bool, InterviewError> {
        let mut refused: Option<Mistake> = None;
        for value in values {
            let mut answers = self.draft.answers.clone();
            self.put(&mut answers, &question.id, value.clone());
            let mistakes = self.mistakes(&answers)?;
            let found = mistakes
                .into_iter()
                .find(|mistake| mistake.id == question.id);
            if let Some(mistake) = found {
                refused.get_or_insert(mistake);
                continue;
            }
            if let Some(owner) = (self.setting.taken)(&question.id, &value) {
                let key = format!("{} {value}", question.id);
                if self.insisted.insert(key) {
                    self.tell(&Note::Wrong(
                        &owner,
                        Some("give the same answer again to keep it anyway"),
                    ))?;
                    return Ok(false);
                }
            }
            let before = std::mem::replace(&mut self.draft.answers, answers);
            self.follow(question, &before)?;
            self.doubt(question, &value)?;
            return Ok(true);
        }
        if let Some(mistake) = refused {
            self.tell(&Note::Wrong(&mistake.message, mistake.rule.as_deref()))?;
        }
        Ok(false)
    }

    /// Says what speaks against an answer.
    fn doubt(&mut self, question: &Question, value: &Value) -> Result<(), InterviewError> {
        for doubt in self.doubts(question, value) {
            self.tell_after(After::Doubt(doubt))?;
        }
        Ok(())
    }

    /// What speaks against an answer, among those that are given.
    pub(in crate::onboarding) fn doubts(&self, question: &Question, value: &Value) -> Vec<String> {
        (self.setting.doubts)(&question.id, value, &self.draft.answers)
    }

    /// Has what nobody chose follow an answer that has changed, and tells it.
    fn follow(&mut self, question: &Question, before: &Value) -> Result<(), InterviewError> {
        let old = tree::find(before, &question.id);
        let is_first = old.is_none() && self.is_required(question);
        if is_first || old == self.answer(&question.id) {
            return Ok(());
        }
        let both = (before, &self.draft.answers);
        let questions = (self.setting.sections, self.setting.sites);
        let is_chosen = |id: &str| id == question.id;
        let followed = followed(questions, self.setting.facts, both, &is_chosen)?;
        follow::put(&mut self.draft.answers, &followed);
        let changed: Vec<String> = followed
            .iter()
            .map(|it| format!("{}: {}", it.id, visible(&it.shown)))
            .collect();
        if !changed.is_empty() {
            let lines = also_changed(&question.id, &changed);
            self.tell_after(After::Lines(lines))?;
        }
        let named = follow::named_still(question, old, &self.draft.answers);
        named.map_or(Ok(()), |named| self.tell_after(After::Doubt(named)))
    }

    /// Whether the answer that is there is none of the mistakes.
    fn is_still_right(&mut self, question: &Question) -> Result<bool, InterviewError> {
        let mistakes = self.mistakes(&self.draft.answers)?;
        match mistakes
            .into_iter()
            .find(|mistake| mistake.id == question.id)
        {
            Some(mistake) => {
                self.tell(&Note::Wrong(&mistake.message, mistake.rule.as_deref()))?;
                Ok(false)
            }
            None => Ok(true),
        }
    }
}

/// What is told of answers that follow another one.
pub(in crate::onboarding) fn also_changed(id: &str, changed: &[String]) -> Vec<String> {
    let follow = match changed.len() {
        1 => "it follows",
        _ => "they follow",
    };
    let head = format!("  also changed, as {follow} from `{id}`:");
    let each = changed.iter().map(|it| format!("    {it}"));
    std::iter::once(head).chain(each).collect()
}

/// The question with the choices that are shown.
fn with(question: &Question, choices: &[Choice]) -> Question {
    Question {
        choices: choices.to_vec(),
        ..question.clone()
    }
}

/// A question as it is shown: the value that is there can be taken, and what was refused can be mended.
pub(in crate::onboarding) fn prompt<'a>(
    question: &'a Question,
    (value, origin): (Option<&Value>, Option<String>),
    refused: Option<String>,
) -> Prompt<'a> {
    let current = value.map(|value| Current {
        text: question.shown(value),
        origin,
    });
    Prompt {
        count: None,
        text: &question.text,
        kind: question.kind,
        choices: &question.choices,
        // What was refused is not dropped by an Enter.
        current: current.filter(|current| !current.text.is_empty() && refused.is_none()),
        is_refused: refused.is_some(),
        can_drop: true,
        typed: refused
            .or_else(|| value.map(|value| typed(question, value)))
            .unwrap_or_default(),
    }
}

/// An answer as it would be typed.
fn typed(question: &Question, value: &Value) -> String {
    let lines = |value: &Value| {
        let items = value.as_array().into_iter().flatten();
        items.map(shown).collect::<Vec<_>>().join("\n")
    };
    match (question.kind, value) {
        (Kind::Hosts | Kind::Lines, value) => lines(value),
        (Kind::Values, Value::Object(map)) => pairs(map).join("\n"),
        (Kind::Value, Value::Array(_) | Value::Object(_)) => value.to_string(),
        _ => question.shown(value),
    }
}
