//! What changes in a thing of a list besides the field that is answered.

use serde_json::Value;

use super::thing::Thing;
use crate::onboarding::interview::{Interview, InterviewError, Mistake, also_changed};
use crate::onboarding::prompter::Note;
use crate::onboarding::question::Question;
use crate::onboarding::tree;
use crate::visible::visible;

/// A field that changes with another: it goes, or comes back.
#[derive(Debug)]
pub(super) enum Beside {
    Gone(String, Value),
    Back(String, Value),
}

impl Interview<'_> {
    /// What an answer to a field makes wrong, and was not before.
    pub(super) fn first_mistake(
        &self,
        question: &Question,
        known: &[Mistake],
        thing: &Thing,
        said: &Value,
    ) -> Result<Option<Mistake>, InterviewError> {
        let mistakes = self.mistakes_of(question, &thing.placed_as(said))?;
        let mut mistakes = mistakes.into_iter();
        Ok(mistakes.find(|mistake| !known.contains(mistake)))
    }

    /// Takes away answers to later fields that do not fit an answer, as few as have to go; nothing where that is not enough.
    pub(super) fn make_room(
        &self,
        (question, field): (&Question, &Question),
        known: &[Mistake],
        thing: &Thing,
        said: &mut Value,
    ) -> Result<Option<Vec<Beside>>, InterviewError> {
        let later = question.fields.iter().skip_while(|it| it.id != field.id);
        let later = later.skip(1);
        let later: Vec<(String, Value)> = later
            .filter_map(|it| Some((it.id.clone(), tree::find(said, &it.id)?.clone())))
            .collect();
        let mut bare = said.clone();
        for (id, _) in &later {
            tree::remove(&mut bare, id);
        }
        if later.is_empty() || self.first_mistake(question, known, thing, &bare)?.is_some() {
            return Ok(None);
        }
        let mut gone = Vec::new();
        for (id, value) in later {
            let mut with = bare.clone();
            self.put_field(question, &mut with, &id, value.clone());
            match self.first_mistake(question, known, thing, &with)? {
                None => bare = with,
                Some(_) => gone.push(Beside::Gone(id, value)),
            }
        }
        *said = bare;
        Ok(Some(gone))
    }

    /// Puts answers back that went with an earlier answer to this field, where they fit again.
    pub(super) fn bring_back(
        &self,
        (question, field): (&Question, &Question),
        known: &[Mistake],
        thing: &Thing,
        said: &mut Value,
    ) -> Result<Vec<Beside>, InterviewError> {
        let mut back = Vec::new();
        let aside = self.aside.get(&(question.id.clone(), thing.index));
        for (id, value) in aside.into_iter().flatten() {
            let other = question.fields.iter().find(|it| it.id == *id);
            let is_asked = other.is_some_and(|other| thing.calls_for_as(said, question, other));
            if !is_asked || *id == field.id || tree::find(said, id).is_some() {
                continue;
            }
            let mut with = said.clone();
            self.put_field(question, &mut with, id, value.clone());
            if self.first_mistake(question, known, thing, &with)?.is_none() {
                *said = with;
                back.push(Beside::Back(id.clone(), value.clone()));
            }
        }
        Ok(back)
    }

    /// Puts aside what goes, and tells what changed besides.
    pub(super) fn take_beside(
        &mut self,
        (question, field): (&Question, &Question),
        beside: Vec<Beside>,
        thing: &Thing,
    ) -> Result<(), InterviewError> {
        let key = (question.id.clone(), thing.index);
        let mut aside = self.aside.remove(&key).unwrap_or_default();
        let mut changed = Vec::new();
        for beside in beside {
            let (Beside::Gone(id, value) | Beside::Back(id, value)) = &beside;
            aside.retain(|(other, _)| other != id);
            let other = question.fields.iter().find(|it| it.id == *id);
            let shown = other.map_or_else(String::new, |other| other.shown(value));
            let shown = visible(&shown);
            match &beside {
                Beside::Gone(..) => {
                    changed.push(format!("{id}: nothing (it was `{shown}`)"));
                    aside.push((id.clone(), value.clone()));
                }
                Beside::Back(..) => changed.push(format!("{id}: {shown}")),
            }
        }
        self.aside.insert(key, aside);
        match changed.is_empty() {
            true => Ok(()),
            false => self.tell(&Note::Lines(&also_changed(&field.id, &changed))),
        }
    }
}

/// Takes away what an answer leaves no question for.
pub(super) fn left_without_question(
    (question, field): (&Question, &Question),
    said: &mut Value,
    thing: &Thing,
) -> Vec<Beside> {
    let mut gone = Vec::new();
    for other in question.fields.iter().filter(|other| other.id != field.id) {
        if !thing.calls_for_as(said, question, other) {
            let value = tree::find(said, &other.id).cloned();
            gone.extend(value.map(|value| Beside::Gone(other.id.clone(), value)));
            tree::remove(said, &other.id);
        }
    }
    gone
}
