//! One field of a thing in a list.

use serde_json::Value;

use super::beside::{Beside, left_without_question};
use super::thing::Thing;
use crate::onboarding::interview::{Interview, InterviewError, Mistake, Turn, failed, prompt};
use crate::onboarding::prompter::{Note, Prompt, Reply};
use crate::onboarding::question::{Question, shown};
use crate::onboarding::shape::Shape;
use crate::onboarding::{entry, tree};
use crate::visible::visible;

/// What becomes of an answer.
enum Fitting {
    /// The thing with the answer in it, and what changed besides.
    Item(Value, Vec<Beside>),
    Refused(Mistake),
    /// There was no value to try.
    Nothing,
}

/// How a field is left that has to be answered.
const WAY_OUT: Option<&str> = Some("`<` goes back; at the first question, it leaves this entry");

impl<'a> Interview<'a> {
    /// Asks one field of an item.
    pub(super) fn field(
        &mut self,
        question: &'a Question,
        field: &'a Question,
        thing: &mut Thing,
    ) -> Result<Turn, InterviewError> {
        let name = format!("{}.{}.{}", question.id, thing.index, field.id);
        let turn = self.field_value((question, field), &name, thing)?;
        if turn == Turn::Next {
            self.end_unfinished(&name);
        }
        Ok(turn)
    }

    /// Asks for the value of a field, which a draft knows by a name.
    fn field_value(
        &mut self,
        (question, field): (&'a Question, &'a Question),
        name: &str,
        thing: &mut Thing,
    ) -> Result<Turn, InterviewError> {
        let is_required = is_key(question, field) || self.item_shape(question).requires(&field.id);
        let without = {
            let mut without = thing.said.clone();
            tree::remove(&mut without, &field.id);
            without
        };
        // A mistake that is there without this field is not this field's.
        let known = self.mistakes_of(question, &thing.placed_as(&without))?;
        let text = format!("{}: {}", question.noun(), field.text);
        let mut mended = self.unfinished(name);
        let mut earlier = None;
        loop {
            let value = tree::find(&thing.said, &field.id)
                .or(field.default.as_ref().filter(|_| thing.is_new))
                .cloned();
            let can_drop = value.is_some() || !is_required;
            let prompt = Prompt {
                text: &text,
                can_drop,
                ..prompt(field, (value.as_ref(), None), mended.clone())
            };
            let values = match self.prompter.ask(&prompt).map_err(failed)? {
                Reply::Back => return Ok(Turn::Back),
                Reply::Stopped(text) => return Err(self.stop_at(name, text)?),
                Reply::Help => {
                    self.tell(&Note::Help(&field.help))?;
                    continue;
                }
                // It is asked once more, with what Enter answers.
                Reply::Nothing if mended.is_some() && value.is_some() => {
                    mended = None;
                    self.end_unfinished(name);
                    continue;
                }
                // Whoever typed something does not mean what is there, nor nothing.
                Reply::Current if mended.is_some() && can_drop => continue,
                reply if is_required && is_none(&reply, value.as_ref()) => {
                    self.tell(&Note::Wrong("this needs an answer", WAY_OUT))?;
                    continue;
                }
                Reply::Nothing => {
                    tree::remove(&mut thing.said, &field.id);
                    if field.default.is_some() {
                        thing.said[field.id.as_str()] = Value::Null;
                    }
                    return Ok(Turn::Next);
                }
                Reply::Current => match value {
                    None => return Ok(Turn::Next),
                    Some(value) => vec![value],
                },
                Reply::Text(text) => {
                    let values = entry::values(field, &text);
                    let held = self.hold(name, &text)?;
                    earlier = held.or(earlier);
                    mended = Some(text);
                    match values {
                        Ok(values) => values,
                        Err(reason) => {
                            self.tell(&Note::Wrong(&reason, None))?;
                            continue;
                        }
                    }
                }
            };
            match self.fitting((question, field), &without, values, &known, thing)? {
                Fitting::Item(changed, beside) => {
                    thing.said = changed;
                    if earlier.is_some() {
                        self.draft.unfinished = earlier;
                    }
                    self.take_beside((question, field), beside, thing)?;
                    return Ok(Turn::Next);
                }
                Fitting::Refused(mistake) => self.refuse(&mistake)?,
                Fitting::Nothing => {}
            }
        }
    }

    /// The thing with the first of some values that it takes, or what is wrong with the first one.
    fn fitting(
        &self,
        (question, field): (&Question, &Question),
        without: &Value,
        values: Vec<Value>,
        known: &[Mistake],
        thing: &Thing,
    ) -> Result<Fitting, InterviewError> {
        let is_key = is_key(question, field);
        let mut refused: Option<Mistake> = None;
        for value in values {
            let mut changed = without.clone();
            self.put_field(question, &mut changed, &field.id, value);
            let mut beside = left_without_question((question, field), &mut changed, thing);
            let is_named_so = |other: &Value| other["name"] == changed["name"];
            if is_key && thing.others().iter().any(is_named_so) {
                let name = shown(&changed["name"]);
                refused.get_or_insert(Mistake {
                    id: question.id.clone(),
                    message: format!("`{}` is there already", visible(&name)),
                    rule: None,
                });
                continue;
            }
            let mut mistake = self.first_mistake(question, known, thing, &changed)?;
            if mistake.is_some()
                && let Some(gone) = self.make_room((question, field), known, thing, &mut changed)?
            {
                beside.extend(gone);
                mistake = None;
            }
            if let Some(mistake) = mistake {
                refused.get_or_insert(mistake);
                continue;
            }
            let back = self.bring_back((question, field), known, thing, &mut changed)?;
            beside.extend(back);
            return Ok(Fitting::Item(changed, beside));
        }
        Ok(refused.map_or(Fitting::Nothing, Fitting::Refused))
    }

    pub(super) fn put_field(
        &self,
        question: &Question,
        item: &mut Value,
        path: &str,
        value: Value,
    ) {
        let shape = self.item_shape(question);
        let is_named = |path: &str| shape.at(path).is_some_and(Shape::is_named_list);
        tree::put(item, path, value, is_named);
    }
}

/// Whether a field is what tells the things of a list apart.
fn is_key(question: &Question, field: &Question) -> bool {
    question.keyed && field.id == "name"
}

/// Whether a reply leaves a field without a value.
fn is_none(reply: &Reply, current: Option<&Value>) -> bool {
    match reply {
        Reply::Nothing => true,
        Reply::Current => current.is_none(),
        Reply::Text(_) | Reply::Help | Reply::Back | Reply::Stopped(_) => false,
    }
}
