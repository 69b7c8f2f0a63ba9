//! One field of a thing in a list.

use serde_json::Value;

use super::thing::Thing;
use crate::onboarding::interview::{Interview, InterviewError, Mistake, Turn, failed, prompt};
use crate::onboarding::prompter::{Note, Prompt, Reply};
use crate::onboarding::question::{Question, shown};
use crate::onboarding::shape::Shape;
use crate::onboarding::{entry, tree};
use crate::visible::visible;

/// What becomes of an answer.
enum Fitting {
    /// The thing with the answer in it.
    Item(Value),
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
        loop {
            let value = tree::find(&thing.said, &field.id)
                .or(field.default.as_ref().filter(|_| thing.is_new))
                .cloned();
            let prompt = Prompt {
                text: &text,
                ..prompt(field, (value.as_ref(), None), mended.clone())
            };
            let values = match self.prompter.ask(&prompt).map_err(failed)? {
                Reply::Back => return Ok(Turn::Back),
                Reply::Stopped(text) => return Err(self.stop_at(name, text)?),
                Reply::Help => {
                    self.tell(&Note::Help(&field.help))?;
                    continue;
                }
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
                    // Whoever typed something does not mean nothing.
                    None if mended.is_some() => continue,
                    None => return Ok(Turn::Next),
                    Some(value) => vec![value],
                },
                Reply::Text(text) => {
                    let values = entry::values(field, &text);
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
                Fitting::Item(changed) => {
                    thing.said = changed;
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
            // What this answer leaves no question for goes with it.
            for other in question.fields.iter().filter(|other| other.id != field.id) {
                if !thing.calls_for_as(&changed, question, other) {
                    tree::remove(&mut changed, &other.id);
                }
            }
            let is_named_so = |other: &Value| other["name"] == changed["name"];
            let mistake = if is_key && thing.others().iter().any(is_named_so) {
                let name = shown(&changed["name"]);
                Some(Mistake {
                    id: question.id.clone(),
                    message: format!("`{}` is there already", visible(&name)),
                    rule: None,
                })
            } else {
                let mistakes = self.mistakes_of(question, &thing.placed_as(&changed))?;
                mistakes
                    .into_iter()
                    .find(|mistake| !known.contains(mistake))
            };
            match mistake {
                Some(mistake) => refused = refused.or(Some(mistake)),
                None => return Ok(Fitting::Item(changed)),
            }
        }
        Ok(refused.map_or(Fitting::Nothing, Fitting::Refused))
    }

    fn put_field(&self, question: &Question, item: &mut Value, path: &str, value: Value) {
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
