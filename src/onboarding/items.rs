//! The part of the interview that asks for lists of things with fields of their own.

mod beside;
mod field;
mod thing;

use serde_json::{Map, Value};

use self::thing::Thing;
use super::draft::Within;
use super::interview::{Interview, InterviewError, Mistake, Turn, failed};
use super::prompter::{Current, Note, Prompt, Reply};
use super::question::{Kind, Question};
use super::tree;
use crate::visible::visible;

/// What is done with a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Act {
    Add,
    Change(usize),
    Remove(usize),
}

/// What came of asking that.
enum Answered {
    Act(Act),
    /// The list is left.
    Left(Turn),
    Nothing,
}

/// What stands behind the path of a list where its things are whole.
const WHOLE: &str = ".*";

impl<'a> Interview<'a> {
    /// Shows the items that are there, and asks what is done with them, until it is enough.
    pub(super) fn items(
        &mut self,
        question: &'a Question,
        count: Option<(usize, usize)>,
    ) -> Result<Turn, InterviewError> {
        let mut is_begun = false;
        let within = self.draft.within.take();
        if let Some(within) = within.filter(|it| it.list == question.id) {
            self.tell_resumed(question, &within)?;
            self.item(question, within.index, Some(&within))?;
            self.keep()?;
        }
        loop {
            let mut items = self.present(question);
            self.list(question, &items, is_begun)?;
            is_begun = true;
            match self.act(question, count, items.len())? {
                Answered::Left(Turn::Back) => return Ok(Turn::Back),
                Answered::Left(Turn::Next) => {
                    let mistakes = self.mistakes(&self.draft.answers)?;
                    let mut mistakes = mistakes.into_iter();
                    match mistakes.find(|mistake| mistake.id == question.id) {
                        None => return Ok(Turn::Next),
                        Some(mistake) => self.refuse(&mistake)?,
                    }
                    continue;
                }
                Answered::Act(Act::Add) => self.item(question, items.len(), None)?,
                Answered::Act(Act::Change(index)) => self.item(question, index, None)?,
                Answered::Act(Act::Remove(index)) => {
                    items.remove(index);
                    // The others have other places now.
                    self.aside.retain(|(list, _), _| *list != question.id);
                    self.put_items(question, items);
                }
                Answered::Nothing => continue,
            }
            self.keep()?;
        }
    }

    /// Says which item is gone on with.
    fn tell_resumed(&mut self, question: &Question, within: &Within) -> Result<(), InterviewError> {
        let items = self.present(question);
        let item = items.get(within.index);
        let said = item.map(|item| format!("  {}", question.item_shown(item)));
        let (number, noun) = (within.index + 1, question.noun());
        let line = format!("{:>3}{}", number, said.unwrap_or_default());
        let head = format!("{}: continuing with this {noun}", question.text);
        self.tell(&Note::Lines(&[head, line]))
    }

    /// Shows the items that are there, and at first what they are.
    fn list(
        &mut self,
        question: &Question,
        items: &[Value],
        is_begun: bool,
    ) -> Result<(), InterviewError> {
        if items.is_empty() {
            return Ok(());
        }
        if !is_begun {
            self.tell(&Note::Lines(&[format!("{}:", question.text)]))?;
        }
        let lines = items.iter().enumerate();
        let lines: Vec<String> = lines
            .map(|(index, item)| format!("{:>3}  {}", index + 1, question.item_shown(item)))
            .collect();
        self.tell(&Note::Lines(&lines))
    }

    /// Asks once what is done with a list of so many items.
    fn act(
        &mut self,
        question: &Question,
        count: Option<(usize, usize)>,
        of: usize,
    ) -> Result<Answered, InterviewError> {
        let noun = question.noun();
        let article = match noun.starts_with(['a', 'e', 'i', 'o']) {
            true => "an",
            false => "a",
        };
        let text = match of {
            0 => format!("{}: none yet; `+` adds one", question.text),
            _ => format!("`+` adds {article} {noun}, `1` changes the first, `-1` removes it"),
        };
        let done = Current {
            text: "Enter continues".into(),
            origin: None,
        };
        let prompt = Prompt {
            count,
            text: &text,
            kind: Kind::Items,
            choices: &[],
            current: Some(done),
            typed: String::new(),
            is_refused: false,
            can_drop: false,
        };
        Ok(match self.prompter.ask(&prompt).map_err(failed)? {
            Reply::Back => Answered::Left(Turn::Back),
            Reply::Stopped(_) => return Err(InterviewError::Interrupted),
            Reply::Current | Reply::Nothing => Answered::Left(Turn::Next),
            Reply::Help => {
                let help = self.help(question);
                self.tell(&Note::Help(&help))?;
                Answered::Nothing
            }
            Reply::Text(text) => match act(&text, of) {
                Some(act) => Answered::Act(act),
                None => {
                    let reason = format!("`{}` is not understood", visible(text.trim()));
                    let rule = "`+`, the number of an item, or `-` and its number";
                    self.tell(&Note::Wrong(&reason, Some(rule)))?;
                    Answered::Nothing
                }
            },
        })
    }

    /// Asks the fields of one item; going back from the first leaves it as it was.
    fn item(
        &mut self,
        question: &'a Question,
        index: usize,
        from: Option<&Within>,
    ) -> Result<(), InterviewError> {
        let asked = self.fields(question, index, from);
        self.draft.within = None;
        asked
    }

    /// Asks the fields of one item, from the one that was open.
    fn fields(
        &mut self,
        question: &'a Question,
        index: usize,
        from: Option<&Within>,
    ) -> Result<(), InterviewError> {
        let is_begun = from.is_some_and(|from| from.is_new);
        let mut thing = Thing::open(self.present(question), index, is_begun);
        thing.known = self.mistakes_of(question, &thing.others())?;
        let is_open = |field: &Question| from.is_some_and(|from| from.field == field.id);
        let mut at = question.fields.iter().position(is_open).unwrap_or(0);
        let mut is_leaving = false;
        let doubted_before = self.doubts_when_whole(question);
        loop {
            let Some(field) = question.fields.get(at) else {
                match self.mistake_in(question, &thing, &thing.said)? {
                    None => {
                        let mut doubts = self.doubts_when_whole(question);
                        doubts.retain(|doubt| !doubted_before.contains(doubt));
                        return doubts
                            .iter()
                            .try_for_each(|doubt| self.tell(&Note::Doubt(doubt)));
                    }
                    Some(mistake) => self.refuse(&mistake)?,
                }
                at = 0;
                continue;
            };
            if !thing.calls_for(question, field) {
                tree::remove(&mut thing.said, &field.id);
                at += 1;
                continue;
            }
            self.draft.within = Some(Within {
                list: question.id.clone(),
                index,
                is_new: thing.is_new,
                field: field.id.clone(),
            });
            self.keep()?;
            let doubted = self.doubts_of(question);
            let turn = self.field(question, field, &mut thing)?;
            let was_leaving = std::mem::take(&mut is_leaving);
            at = match turn {
                Turn::Next => at + 1,
                Turn::Back => match thing.asked_before(question, at) {
                    Some(earlier) => earlier,
                    None if thing.is_changed() && !was_leaving => {
                        let message = "what you answered in this entry would be dropped";
                        let rule = "`<` again leaves the entry; Enter continues with it";
                        self.tell(&Note::Wrong(message, Some(rule)))?;
                        is_leaving = true;
                        at
                    }
                    None => {
                        self.put_items(question, thing.list);
                        return Ok(());
                    }
                },
            };
            self.put_items(question, thing.placed());
            self.tell_doubts(question, &doubted)?;
        }
    }

    /// What is wrong with the list where this is said of a thing in it, and was not before.
    fn mistake_in(
        &self,
        question: &Question,
        thing: &Thing,
        said: &Value,
    ) -> Result<Option<Mistake>, InterviewError> {
        let mistakes = self.mistakes_of(question, &thing.placed_as(said))?;
        let mut mistakes = mistakes.into_iter();
        Ok(mistakes.find(|mistake| !thing.known.contains(mistake)))
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

    /// Says what speaks against the items as they are, and was not told before.
    fn tell_doubts(&mut self, question: &Question, told: &[String]) -> Result<(), InterviewError> {
        let mut doubts = self.doubts_of(question);
        doubts.retain(|doubt| !told.contains(doubt));
        doubts
            .iter()
            .try_for_each(|doubt| self.tell(&Note::Doubt(doubt)))
    }

    /// What speaks against the items as they are.
    fn doubts_of(&self, question: &Question) -> Vec<String> {
        let items = self.answer(&question.id);
        items.map_or_else(Vec::new, |items| self.doubts(question, items))
    }

    /// What speaks against items of which everything is said that is to be said.
    fn doubts_when_whole(&self, question: &Question) -> Vec<String> {
        let items = self.answer(&question.id);
        let path = format!("{}{WHOLE}", question.id);
        items.map_or_else(Vec::new, |items| {
            (self.setting.doubts)(&path, items, &self.draft.answers)
        })
    }

    fn put_items(&mut self, question: &Question, items: Vec<Value>) {
        if items.is_empty() {
            return self.forget(question);
        }
        let mut answers = std::mem::take(&mut self.draft.answers);
        self.put(&mut answers, &question.id, whole(question, &items));
        self.draft.answers = answers;
    }
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
