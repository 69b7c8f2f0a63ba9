//! The part of the interview that asks for lists of things with fields of their own.

use serde_json::{Map, Value};

use super::entry;
use super::interview::{Interview, InterviewError, Mistake, Turn, failed, typed};
use super::prompter::{Current, Note, Prompt, Reply};
use super::question::{Kind, Question};
use super::shape::Shape;
use super::tree;

/// What is done with a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Act {
    Add,
    Change(usize),
    Remove(usize),
}

impl<'a> Interview<'a> {
    /// Shows the items that are there, and asks what is done with them, until it is enough.
    pub(super) fn items(
        &mut self,
        question: &'a Question,
        count: Option<(usize, usize)>,
    ) -> Result<Turn, InterviewError> {
        let mut is_begun = false;
        loop {
            let items = self.present(question);
            let noun = question.noun();
            let text = match items.len() {
                0 => format!("{}: none yet; `+` adds one", question.text),
                _ => format!("`+` adds a {noun}, `1` changes the first, `-1` removes it"),
            };
            if !items.is_empty() {
                if !is_begun {
                    self.tell(&Note::Lines(&[format!("{}:", question.text)]))?;
                }
                let lines = items.iter().enumerate();
                let lines: Vec<String> = lines
                    .map(|(index, item)| format!("{:>3}  {}", index + 1, question.item_shown(item)))
                    .collect();
                self.tell(&Note::Lines(&lines))?;
            }
            is_begun = true;
            let done = Current {
                text: "Enter goes on".into(),
                origin: None,
            };
            let prompt = Prompt {
                count,
                text: &text,
                kind: Kind::Items,
                choices: &[],
                current: Some(done),
                typed: String::new(),
                optional: true,
            };
            let act = match self.prompter.ask(&prompt).map_err(failed)? {
                Reply::Back => return Ok(Turn::Back),
                Reply::Help => {
                    let help = self.help(question);
                    self.tell(&Note::Help(&help))?;
                    continue;
                }
                Reply::Current | Reply::Nothing => {
                    let mistakes = self.mistakes(&self.draft.answers)?;
                    match mistakes
                        .into_iter()
                        .find(|mistake| mistake.id == question.id)
                    {
                        None => return Ok(Turn::Next),
                        Some(mistake) => self.refuse(&mistake)?,
                    }
                    continue;
                }
                Reply::Text(text) => match act(&text, items.len()) {
                    Some(act) => act,
                    None => {
                        let reason = format!("`{}` is not understood", text.trim().escape_debug());
                        self.tell(&Note::Wrong(
                            &reason,
                            Some("`+`, the number of an item, or `-` and its number"),
                        ))?;
                        continue;
                    }
                },
            };
            match act {
                Act::Add => self.item(question, items.len())?,
                Act::Change(index) => self.item(question, index)?,
                Act::Remove(index) => {
                    let mut items = items;
                    items.remove(index);
                    self.put_items(question, items);
                }
            }
            self.keep()?;
        }
    }

    /// Asks the fields of one item; going back from the first leaves it as it was.
    fn item(&mut self, question: &'a Question, index: usize) -> Result<(), InterviewError> {
        let before = self.present(question);
        let mut without = before.clone();
        if index < without.len() {
            without.remove(index);
        }
        let is_new = index == before.len();
        let known = self.mistakes_of(question, &without)?;
        let mut item = before
            .get(index)
            .cloned()
            .unwrap_or_else(|| Value::Object(Map::new()));
        let mut at = 0;
        loop {
            let Some(field) = question.fields.get(at) else {
                let mistakes = self.mistakes_of(question, &placed(&before, index, &item))?;
                match mistakes
                    .into_iter()
                    .find(|mistake| !known.contains(mistake))
                {
                    None => return Ok(()),
                    Some(mistake) => self.refuse(&mistake)?,
                }
                at = 0;
                continue;
            };
            let is_asked = is_called_for(question, field, &item, is_new);
            if !is_asked {
                tree::remove(&mut item, &field.id);
                at += 1;
                continue;
            }
            match self.field(question, field, &mut item, (&before, index))? {
                Turn::Next => at += 1,
                Turn::Back => {
                    let asked_before = (0..at).rev().find(|&earlier| {
                        let field = &question.fields[earlier];
                        is_called_for(question, field, &item, is_new) || earlier == 0
                    });
                    match asked_before {
                        Some(earlier) => at = earlier,
                        None => {
                            self.put_items(question, before);
                            return Ok(());
                        }
                    }
                }
            }
            let items = placed(&before, index, &item);
            self.put_items(question, items);
            self.keep()?;
            if is_new && at == 0 && item.as_object().is_some_and(Map::is_empty) {
                self.put_items(question, before);
                return Ok(());
            }
        }
    }

    /// Asks one field of an item.
    fn field(
        &mut self,
        question: &'a Question,
        field: &'a Question,
        item: &mut Value,
        (items, index): (&[Value], usize),
    ) -> Result<Turn, InterviewError> {
        let is_key = question.keyed && field.id == "name";
        let is_required = is_key || self.item_shape(question).requires(&field.id);
        let without = {
            let mut without = item.clone();
            tree::remove(&mut without, &field.id);
            without
        };
        let known = self.mistakes_of(question, &placed(items, index, &without))?;
        let is_new = index == items.len();
        let text = format!("{}: {}", question.noun(), field.text);
        let mut mended: Option<String> = None;
        loop {
            let value = tree::find(item, &field.id)
                .or(field.default.as_ref().filter(|_| is_new))
                .cloned();
            let current = value.as_ref().map(|value| Current {
                text: field.shown(value),
                origin: None,
            });
            let prompt = Prompt {
                count: None,
                text: &text,
                kind: field.kind,
                choices: &field.choices,
                typed: mended
                    .take()
                    .or_else(|| value.as_ref().map(|value| typed(field, value)))
                    .unwrap_or_default(),
                current: current.filter(|current| !current.text.is_empty()),
                optional: !is_required,
            };
            let values = match self.prompter.ask(&prompt).map_err(failed)? {
                Reply::Back => return Ok(Turn::Back),
                Reply::Help => {
                    self.tell(&Note::Help(&field.help))?;
                    continue;
                }
                Reply::Nothing | Reply::Current if is_required && value.is_none() => {
                    self.tell(&Note::Wrong("this has to be answered", None))?;
                    continue;
                }
                Reply::Nothing if is_required => {
                    self.tell(&Note::Wrong("this has to be answered", None))?;
                    continue;
                }
                Reply::Nothing => {
                    tree::remove(item, &field.id);
                    if field.default.is_some() {
                        item[field.id.as_str()] = Value::Null;
                    }
                    return Ok(Turn::Next);
                }
                Reply::Current => match value {
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
            let mut refused: Option<Mistake> = None;
            for value in values {
                let mut changed = without.clone();
                self.put_field(question, &mut changed, &field.id, value);
                // What this answer leaves no question for goes with it.
                for other in question.fields.iter().filter(|other| other.id != field.id) {
                    if !is_called_for(question, other, &changed, is_new) {
                        tree::remove(&mut changed, &other.id);
                    }
                }
                if is_key
                    && items
                        .iter()
                        .enumerate()
                        .any(|(i, other)| i != index && other["name"] == changed["name"])
                {
                    let name = super::question::shown(&changed["name"]);
                    refused.get_or_insert(Mistake {
                        id: question.id.clone(),
                        message: format!("`{}` is there already", name.escape_debug()),
                        rule: None,
                    });
                    continue;
                }
                let mistakes = self.mistakes_of(question, &placed(items, index, &changed))?;
                match mistakes
                    .into_iter()
                    .find(|mistake| !known.contains(mistake))
                {
                    Some(mistake) => {
                        refused.get_or_insert(mistake);
                    }
                    None => {
                        *item = changed;
                        return Ok(Turn::Next);
                    }
                }
            }
            if let Some(mistake) = refused {
                self.refuse(&mistake)?;
            }
        }
    }

    fn refuse(&mut self, mistake: &Mistake) -> Result<(), InterviewError> {
        self.tell(&Note::Wrong(&mistake.message, mistake.rule.as_deref()))
    }

    /// The items that are answered; where nothing is, none.
    fn present(&self, question: &Question) -> Vec<Value> {
        self.answer(&question.id)
            .map(|value| question.items(value))
            .unwrap_or_default()
    }

    fn mistakes_of(
        &self,
        question: &Question,
        items: &[Value],
    ) -> Result<Vec<Mistake>, InterviewError> {
        let mut answers = self.draft.answers.clone();
        self.put(&mut answers, &question.id, whole(question, items));
        self.mistakes(&answers)
    }

    fn put_items(&mut self, question: &Question, items: Vec<Value>) {
        if items.is_empty() {
            return self.forget(question);
        }
        let mut answers = std::mem::take(&mut self.draft.answers);
        self.put(&mut answers, &question.id, whole(question, &items));
        self.draft.answers = answers;
    }

    fn put_field(&self, question: &Question, item: &mut Value, path: &str, value: Value) {
        let shape = self.item_shape(question);
        let is_named = |path: &str| shape.at(path).is_some_and(Shape::is_named_list);
        tree::put(item, path, value, is_named);
    }
}

/// Whether the other fields of an item call for one.
fn is_called_for(question: &Question, field: &Question, item: &Value, is_new: bool) -> bool {
    field.when.holds(|path| {
        let other = question.fields.iter().find(|other| other.id == path);
        let default = other
            .filter(|_| is_new && !is_cleared(item, path))
            .and_then(|other| other.default.clone());
        // In an item that is there, what is not said is no.
        let is_yes_no = other.is_some_and(|other| other.kind == Kind::YesNo);
        let said = tree::find(item, path).cloned().or(default);
        said.unwrap_or(match is_yes_no {
            true => Value::Bool(false),
            false => Value::Null,
        })
    })
}

/// Whether a field is said to be nothing, so that its default does not count.
fn is_cleared(item: &Value, path: &str) -> bool {
    item.get(path).is_some_and(Value::is_null)
}

/// The items with one of them as it is now.
fn placed(items: &[Value], index: usize, item: &Value) -> Vec<Value> {
    let mut items = items.to_vec();
    match items.get_mut(index) {
        Some(present) => *present = item.clone(),
        None => items.push(item.clone()),
    }
    items
}

/// The items as the model has them.
fn whole(question: &Question, items: &[Value]) -> Value {
    let clean = |item: &Value| {
        let fields = item.as_object().into_iter().flatten();
        let said = fields.filter(|(_, value)| !value.is_null());
        said.map(|(key, value)| (key.clone(), value.clone()))
            .collect::<Map<_, _>>()
    };
    if !question.keyed {
        return items
            .iter()
            .map(|item| Value::Object(clean(item)))
            .collect();
    }
    let mut map = Map::new();
    for item in items {
        let mut fields = clean(item);
        let name = fields.shift_remove("name").unwrap_or_default();
        map.insert(super::question::shown(&name), Value::Object(fields));
    }
    Value::Object(map)
}

fn act(text: &str, of: usize) -> Option<Act> {
    let number = |text: &str| {
        let number = text.trim().parse::<usize>().ok()?;
        number.checked_sub(1).filter(|index| *index < of)
    };
    match text.trim() {
        "+" => Some(Act::Add),
        text => match text.strip_prefix('-') {
            Some(rest) => number(rest).map(Act::Remove),
            None => number(text).map(Act::Change),
        },
    }
}
