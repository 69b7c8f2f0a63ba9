mod after;
mod asking;
mod gate;
mod judging;
mod owner;
mod places;
mod unfinished;

use std::collections::{BTreeMap, BTreeSet};
use std::io;

use serde_json::Value;
use thiserror::Error;

use self::after::After;
pub(super) use self::asking::{also_changed, prompt};
use super::answers::REQUIRED;
use super::draft::Draft;
use super::facts::Facts;
use super::prompter::{Current, Note, Prompter};
use super::question::{Kind, Question, Section};
use super::shape::Shape;
use super::tree;
use crate::model::{SiteError, Sites, model_schema};

/// What an interview needs besides somebody to ask.
pub struct Setting<'a> {
    pub sections: &'a [Section],
    pub sites: &'a Sites,
    pub facts: &'a Facts,
    /// Tells whose an answer is already, by the path and the answer.
    pub taken: &'a dyn Fn(&str, &Value) -> Option<String>,
    /// What speaks against an answer that is taken nevertheless, by the path, the answer and all answers.
    pub doubts: &'a dyn Fn(&str, &Value, &Value) -> Vec<String>,
    /// Keeps the answers so far; called after each.
    pub keep: &'a mut dyn FnMut(&Draft) -> io::Result<()>,
}

/// An interview that did not come to its end; the answers have been kept.
#[derive(Debug, Error)]
pub enum InterviewError {
    #[error("the interview was interrupted")]
    Interrupted,
    #[error("cannot use the terminal")]
    Terminal(#[source] io::Error),
    #[error("cannot save the answers")]
    Keep(#[source] io::Error),
    #[error(transparent)]
    Site(#[from] SiteError),
}

/// An interview: which question is open, and what has been answered.
///
/// It does nothing but ask through the [`Prompter`], and keep the answers through the setting.
pub struct Interview<'a> {
    pub(super) setting: Setting<'a>,
    pub(super) prompter: &'a mut dyn Prompter,
    pub(super) draft: Draft,
    schema: Value,
    /// Answers that somebody else has, and that were given nevertheless.
    insisted: BTreeSet<String>,
    /// Answers to fields of a thing, by its list and place, that went with an answer to another field: they come back where that
    /// one is taken back.
    pub(super) aside: BTreeMap<(String, usize), Vec<(String, Value)>>,
    /// What is told of an answer later, where it is not told at once.
    after: Option<Vec<After>>,
}

/// What became of questions that nobody was asked, each by its path.
#[derive(Debug)]
pub struct Proposals {
    /// All answers.
    pub draft: Draft,
    /// What was taken, with where it comes from.
    pub taken: Vec<(String, Current)>,
    /// What was found and not taken because somebody has it, and whose it is.
    pub refused: Vec<(String, Current, String)>,
}

/// A place in the interview.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Stop<'a> {
    /// Whether a section is answered now.
    Gate(usize, &'a Section),
    Question(&'a Question),
}

/// Where to go from a question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Turn {
    Next,
    Back,
}

/// A mistake in the answers: the question it is in, what is wrong, and the rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Mistake {
    pub(super) id: String,
    pub(super) message: String,
    pub(super) rule: Option<String>,
}

impl Stop<'_> {
    fn name(&self) -> String {
        match self {
            Self::Gate(_, section) => format!("section {}", section.name),
            Self::Question(question) => question.id.clone(),
        }
    }
}

impl<'a> Interview<'a> {
    /// Begins an interview, or goes on with one.
    pub fn new(setting: Setting<'a>, prompter: &'a mut dyn Prompter, draft: Draft) -> Self {
        Self {
            setting,
            prompter,
            draft,
            schema: model_schema(),
            insisted: BTreeSet::new(),
            aside: BTreeMap::new(),
            after: None,
        }
    }

    /// Asks everything from the question that is open, then shows the review; returns the answers.
    ///
    /// # Errors
    /// Where the user wants to stop, or nothing can be asked or kept.
    pub fn run(mut self) -> Result<Draft, InterviewError> {
        self.prompter.tell(&Note::Keys).map_err(failed)?;
        let start = self.draft.at.clone();
        let mut open = self.place(start.as_deref());
        let mut heading: Option<&str> = None;
        loop {
            let Some(place) = open else {
                match self.review()? {
                    Turn::Next => return Ok(self.draft),
                    Turn::Back => open = self.places(true).last().copied(),
                }
                heading = None;
                continue;
            };
            self.draft.at = Some(place.name());
            let (index, section) = self.section_of(place);
            if heading != Some(section.name.as_str()) {
                heading = Some(&section.name);
                self.head(index, section)?;
            }
            let turn = match place {
                Stop::Gate(_, section) => self.gate(section)?,
                Stop::Question(question) => self.question(question)?,
            };
            open = match turn {
                Turn::Next => self.after(place),
                Turn::Back => self.before(place).or(Some(place)),
            };
            self.draft.at = open.map(|place| place.name());
            self.keep()?;
        }
    }

    /// Asks only what is required and not answered; returns the answers.
    ///
    /// # Errors
    /// As [`Interview::run`].
    pub fn run_missing(mut self) -> Result<Draft, InterviewError> {
        let missing: Vec<&Question> = self
            .questions()
            .filter(|question| self.is_required(question) && self.answer(&question.id).is_none())
            .collect();
        let mut index = 0;
        while let Some(question) = missing.get(index) {
            let turn = self.ask(question, Some((index + 1, missing.len())))?;
            index = match turn {
                Turn::Next => index + 1,
                Turn::Back => index.saturating_sub(1),
            };
            self.keep()?;
        }
        Ok(self.draft)
    }

    /// Asks nothing: takes what is proposed for questions that are not answered.
    ///
    /// # Errors
    /// Where the site cannot be read.
    pub fn take_proposals(mut self) -> Result<Proposals, InterviewError> {
        let (mut taken, mut refused) = (Vec::new(), Vec::new());
        for question in self.questions() {
            let is_open = question.kind != Kind::Items && self.answer(&question.id).is_none();
            if !is_open || !self.is_called_for(question) {
                continue;
            }
            refused.extend(self.passed_over(question)?);
            let (value, origin) = self.proposed(question)?;
            let Some(value) = value.filter(|_| origin.as_deref() != Some(MODELS_OWN)) else {
                continue;
            };
            let text = question.shown(&value);
            taken.push((question.id.clone(), Current { text, origin }));
            let mut answers = std::mem::take(&mut self.draft.answers);
            self.put(&mut answers, &question.id, value);
            self.draft.answers = answers;
        }
        Ok(Proposals {
            draft: self.draft,
            taken,
            refused,
        })
    }

    /// The question with its place in the count.
    pub(super) fn question(&mut self, question: &'a Question) -> Result<Turn, InterviewError> {
        let asked = self.places(false);
        let index = asked
            .iter()
            .position(|place| *place == Stop::Question(question));
        let count = index.map(|index| (index + 1, asked.len()));
        self.ask(question, count)
    }

    fn head(&mut self, index: usize, section: &Section) -> Result<(), InterviewError> {
        let needed: Vec<String> = section
            .needed_for
            .iter()
            .map(|step| format!("`{}`", step.command()))
            .collect();
        let mut intro = section.intro.clone();
        if section.can_wait && !needed.is_empty() {
            intro = format!("{intro} Needed for {}.", needed.join(", "));
        }
        let of = self.setting.sections.len();
        let title = &section.title;
        let note = Note::Heading {
            title,
            intro: &intro,
            index: index + 1,
            of,
        };
        self.prompter.tell(&note).map_err(failed)
    }

    pub(super) fn answer(&self, path: &str) -> Option<&Value> {
        tree::find(&self.draft.answers, path)
    }

    pub(super) fn put(&self, answers: &mut Value, path: &str, value: Value) {
        let root = Shape::root(&self.schema);
        let is_named = |path: &str| root.at(path).is_some_and(Shape::is_named_list);
        tree::put(answers, path, value, is_named);
    }

    pub(super) fn forget(&mut self, question: &Question) {
        tree::remove(&mut self.draft.answers, &question.id);
    }

    pub(super) fn is_required(&self, question: &Question) -> bool {
        REQUIRED.iter().any(|(path, _)| *path == question.id)
    }

    /// The shape of one item of a list or mapping.
    pub(super) fn item_shape(&self, question: &Question) -> Shape<'_> {
        let shape = question
            .id
            .split('.')
            .fold(Shape::root(&self.schema), Shape::child);
        match question.keyed {
            true => shape.child("item"),
            false => shape.item(),
        }
    }

    pub(super) fn tell(&mut self, note: &Note<'_>) -> Result<(), InterviewError> {
        self.prompter.tell(note).map_err(failed)
    }

    pub(super) fn keep(&mut self) -> Result<(), InterviewError> {
        (self.setting.keep)(&self.draft).map_err(InterviewError::Keep)
    }

    pub(super) fn questions(&self) -> impl Iterator<Item = &'a Question> + use<'a> {
        let sections: &'a [Section] = self.setting.sections;
        sections.iter().flat_map(|section| &section.questions)
    }

    /// Whether the other answers call for a question.
    pub(super) fn is_called_for(&self, question: &Question) -> bool {
        question.when.holds(|path| self.effective(path))
    }
}

/// The origin of an answer that the model gives by itself.
const MODELS_OWN: &str = "default";

pub(super) fn failed(error: io::Error) -> InterviewError {
    match error.kind() {
        io::ErrorKind::Interrupted => InterviewError::Interrupted,
        _ => InterviewError::Terminal(error),
    }
}

#[cfg(test)]
mod tests;
