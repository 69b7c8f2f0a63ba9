//! A thing in a list, while its fields are asked.

use serde_json::{Map, Value};

use crate::onboarding::interview::Mistake;
use crate::onboarding::question::{Kind, Question};
use crate::onboarding::tree;

/// The thing that is open, and the list that it stands in.
#[derive(Debug)]
pub(super) struct Thing {
    /// The list as it was, without one that is new.
    pub(super) list: Vec<Value>,
    /// Its place there, from 0; that behind the last where it is new.
    pub(super) index: usize,
    pub(super) is_new: bool,
    /// What is said of it so far.
    pub(super) said: Value,
    /// What is wrong with the others.
    pub(super) known: Vec<Mistake>,
}

impl Thing {
    /// Opens the thing of a place; one that was begun is the last, and not in the list yet.
    pub(super) fn open(mut list: Vec<Value>, index: usize, is_begun: bool) -> Self {
        let is_begun = is_begun && index + 1 == list.len();
        let is_new = is_begun || index >= list.len();
        let said = list.get(index).cloned();
        if is_begun {
            list.pop();
        }
        Self {
            list,
            index,
            is_new,
            said: said.unwrap_or_else(|| Value::Object(Map::new())),
            known: Vec::new(),
        }
    }

    /// The list as it is now. A new thing of which nothing is said is not in it.
    pub(super) fn placed(&self) -> Vec<Value> {
        let is_empty = self.said.as_object().is_some_and(Map::is_empty);
        match self.is_new && is_empty {
            true => self.list.clone(),
            false => self.placed_as(&self.said),
        }
    }

    /// The list where this is said of the thing.
    pub(super) fn placed_as(&self, said: &Value) -> Vec<Value> {
        let mut list = self.list.clone();
        match list.get_mut(self.index) {
            Some(present) => *present = said.clone(),
            None => list.push(said.clone()),
        }
        list
    }

    /// Whether something is answered here that is not in the list as it was.
    pub(super) fn is_changed(&self) -> bool {
        match self.list.get(self.index) {
            Some(was) => self.said != *was,
            None => self.placed().len() > self.list.len(),
        }
    }

    /// The other things of the list.
    pub(super) fn others(&self) -> Vec<Value> {
        let others = self.list.iter().enumerate();
        let others = others.filter(|(index, _)| *index != self.index);
        others.map(|(_, other)| other.clone()).collect()
    }

    /// Whether its other fields call for one.
    pub(super) fn calls_for(&self, question: &Question, field: &Question) -> bool {
        self.calls_for_as(&self.said, question, field)
    }

    /// Whether they do where this is said of it.
    pub(super) fn calls_for_as(&self, said: &Value, question: &Question, field: &Question) -> bool {
        field.when.holds(|path| {
            let other = question.fields.iter().find(|other| other.id == path);
            // A field that is said to be nothing has no default.
            let is_cleared = said.get(path).is_some_and(Value::is_null);
            let default = other
                .filter(|_| self.is_new && !is_cleared)
                .and_then(|other| other.default.clone());
            // In an item that is there, what is not said is no.
            let is_yes_no = other.is_some_and(|other| other.kind == Kind::YesNo);
            let said = tree::find(said, path).cloned().or(default);
            said.unwrap_or(match is_yes_no {
                true => Value::Bool(false),
                false => Value::Null,
            })
        })
    }

    /// The field that is asked before one, where there is any.
    pub(super) fn asked_before(&self, question: &Question, at: usize) -> Option<usize> {
        (0..at)
            .rev()
            .find(|&earlier| self.calls_for(question, &question.fields[earlier]))
    }
}
