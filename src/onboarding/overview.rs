//! The last part of the interview: all answers, from which any can be changed.

use super::interview::{Interview, InterviewError, Mistake, Turn, failed};
use super::prompter::{Current, Note, Prompt, Reply};
use super::question::{Kind, Question, Section};
use super::tree;
use crate::visible::visible;

/// The widest line, in characters.
const WIDTH: usize = 79;

/// What the review says of itself.
const HELP: &str = "Nothing is written yet. Type a number or a name, such as `port`, to change that answer; `<` goes back \
                    to the last question; Ctrl-C keeps the answers for `svcgen new --resume`.";

/// What keeps answers from being a model.
enum Hindrance<'a> {
    None,
    In(&'a Question),
    /// In something that no question asks for.
    Elsewhere,
}

impl<'a> Interview<'a> {
    /// Shows all answers, and changes those that are named, until it is enough.
    pub(super) fn review(&mut self) -> Result<Turn, InterviewError> {
        self.draft.at = None;
        self.keep()?;
        if let Some(question) = self.open() {
            self.change(question)?;
        }
        // What is said about an answer that changes nothing has to stand below the answers, not above them.
        let mut is_shown = false;
        loop {
            let rows: Vec<(&'a Section, &'a Question)> = self.rows();
            let mistakes = self.mistakes(&self.draft.answers)?;
            if !is_shown {
                self.show(&rows, &mistakes)?;
                self.tell_kept()?;
                is_shown = true;
            }
            let meant = match self.prompter.ask(&prompt()).map_err(failed)? {
                Reply::Back => return Ok(Turn::Back),
                Reply::Stopped(_) => return Err(InterviewError::Interrupted),
                Reply::Help => {
                    self.tell(&Note::Help(HELP))?;
                    None
                }
                Reply::Current | Reply::Nothing => match self.hindrance(&rows, &mistakes)? {
                    Hindrance::None => return Ok(Turn::Next),
                    Hindrance::In(question) => Some(question),
                    Hindrance::Elsewhere => None,
                },
                Reply::Text(text) => self.named(&rows, text.trim())?,
            };
            if let Some(question) = meant {
                self.change(question)?;
                is_shown = false;
            }
        }
    }

    /// What was asked from here when the interview was stopped: a thing of a list, or an answer of which lines were typed.
    fn open(&self) -> Option<&'a Question> {
        let list = self.draft.within.as_ref().map(|it| &it.list);
        let answer = self.draft.unfinished.as_ref().map(|it| &it.of);
        let id = list.or(answer)?;
        self.questions().find(|question| question.id == *id)
    }

    /// What keeps the answers from being a model; it is told.
    fn hindrance(
        &mut self,
        rows: &[(&'a Section, &'a Question)],
        mistakes: &[Mistake],
    ) -> Result<Hindrance<'a>, InterviewError> {
        let mut questions = rows.iter().map(|(_, question)| *question);
        let missing = questions
            .clone()
            .find(|it| self.is_required(it) && self.answer(&it.id).is_none());
        if let Some(question) = missing {
            self.tell(&Note::Wrong("this needs an answer", None))?;
            return Ok(Hindrance::In(question));
        }
        if mistakes.is_empty() {
            return Ok(Hindrance::None);
        }
        let wrong = questions.find(|it| mistakes.iter().any(|mistake| mistake.id == it.id));
        if let Some(question) = wrong {
            return Ok(Hindrance::In(question));
        }
        self.tell(&Note::Wrong(
            "these answers do not make a model",
            Some("Ctrl-C keeps them; correct the model by hand"),
        ))?;
        Ok(Hindrance::Elsewhere)
    }

    /// The question of a number, or of a name; that there is none is told.
    fn named(
        &mut self,
        rows: &[(&'a Section, &'a Question)],
        named: &str,
    ) -> Result<Option<&'a Question>, InterviewError> {
        let number = named.parse::<usize>().ok();
        let by_number = number.and_then(|number| rows.get(number.checked_sub(1)?));
        let found = by_number.or_else(|| rows.iter().find(|(_, it)| it.id == named));
        if found.is_none() {
            let reason = format!("there is no answer `{}`", visible(named));
            self.tell(&Note::Wrong(&reason, None))?;
        }
        Ok(found.map(|(_, question)| *question))
    }

    fn show(
        &mut self,
        rows: &[(&'a Section, &'a Question)],
        mistakes: &[Mistake],
    ) -> Result<(), InterviewError> {
        let lines = self.lines(rows)?;
        self.tell(&Note::Lines(&lines))?;
        for mistake in mistakes {
            let message = match mistake.id.as_str() {
                "" => mistake.message.clone(),
                id => format!("{id}: {}", mistake.message),
            };
            self.tell(&Note::Wrong(&message, mistake.rule.as_deref()))?;
        }
        Ok(())
    }

    fn change(&mut self, question: &'a Question) -> Result<(), InterviewError> {
        // A list of things stands below what is told of each.
        if question.kind != Kind::Items {
            self.keep_after();
        }
        self.ask(question, None)?;
        self.keep()
    }

    /// The questions that can be changed: all that the other answers call for, and what is answered nevertheless.
    fn rows(&self) -> Vec<(&'a Section, &'a Question)> {
        let sections: &'a [Section] = self.setting.sections;
        let all = sections.iter().flat_map(|section| {
            section
                .questions
                .iter()
                .map(move |question| (section, question))
        });
        all.filter(|(_, it)| self.is_called_for(it) || self.answer(&it.id).is_some())
            .collect()
    }

    /// The review, line by line: what is answered, and dimmed by brackets what goes without saying.
    fn lines(&self, rows: &[(&Section, &Question)]) -> Result<Vec<String>, InterviewError> {
        let model = self.model(&self.draft.answers)?;
        let mut lines = Vec::new();
        let mut heading = "";
        // All answers stand below each other.
        let labels = rows.iter().enumerate();
        let widest = labels.map(|(index, (_, question))| label_width(index, question));
        let indent = widest.max().unwrap_or_default();
        for (index, (section, question)) in rows.iter().enumerate() {
            if heading != section.name {
                heading = &section.name;
                let later = match self.draft.later.contains(&section.name) {
                    true => " (left for later)",
                    false => "",
                };
                lines.push(String::new());
                lines.push(format!("{}{later}", section.title));
            }
            let by_itself = model
                .as_ref()
                .and_then(|model| tree::find(model, &question.id));
            let shown = match (self.answer(&question.id), by_itself) {
                (Some(value), _) => one_line(&question.shown(value)),
                (None, Some(value)) if !self.is_required(question) => {
                    let text = one_line(&question.shown(value));
                    if text.is_empty() {
                        "-".into()
                    } else {
                        format!("({text})")
                    }
                }
                _ => "-".to_owned(),
            };
            let label = label(index, question);
            // Columns are parted by more than one space, behind the widest label as well: narrow terminals break there.
            lines.push(cut(&format!("{label:<indent$}  {shown}")));
        }
        lines.push(String::new());
        Ok(lines)
    }
}

fn prompt() -> Prompt<'static> {
    Prompt {
        count: None,
        text: "Type an answer's number or name to change it; Enter writes the model",
        kind: Kind::Items,
        choices: &[],
        current: Some(Current {
            text: "write".into(),
            origin: None,
        }),
        typed: String::new(),
        is_refused: false,
        can_drop: false,
    }
}

/// The number of an answer, and its name.
fn label(index: usize, question: &Question) -> String {
    format!("{:>3}  {}", index + 1, question.id)
}

fn label_width(index: usize, question: &Question) -> usize {
    label(index, question).chars().count()
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Cuts a line where the terminal would.
fn cut(line: &str) -> String {
    if textwrap::core::display_width(line) <= WIDTH {
        return line.to_owned();
    }
    let mut short = String::new();
    for c in line.chars() {
        if textwrap::core::display_width(&short) + 4 > WIDTH {
            break;
        }
        short.push(c);
    }
    format!("{short}...")
}
