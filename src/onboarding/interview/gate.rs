//! Whether a section is answered now, or later.

use super::{Interview, InterviewError, Turn, failed};
use crate::onboarding::condition::Condition;
use crate::onboarding::entry;
use crate::onboarding::prompter::{Current, Note, Prompt, Reply};
use crate::onboarding::question::{Choice, Kind, Question, Section, shown};
use crate::visible::visible;

impl<'a> Interview<'a> {
    /// Asks whether a section is answered now.
    pub(super) fn gate(&mut self, section: &'a Section) -> Result<Turn, InterviewError> {
        let choice = |value: &str, text: &str| Choice {
            value: value.into(),
            text: text.into(),
        };
        let mut choices = vec![choice("now", "the questions that most services need")];
        if section.questions.iter().any(|question| question.rare) {
            choices.push(choice(
                "all",
                "every question, including those with a good default",
            ));
        }
        choices.push(choice("later", "go on with the next section"));
        let present = match (&self.draft.later, &self.draft.whole) {
            (later, _) if later.contains(&section.name) => "later",
            (_, whole) if whole.contains(&section.name) => "all",
            _ => "now",
        };
        let question = Question {
            id: String::new(),
            text: "Answer these now".into(),
            help: "You can answer what is left for later at any time: run `svcgen new` again."
                .into(),
            kind: Kind::Choice,
            default: None,
            from: Vec::new(),
            when: Condition::default(),
            rare: false,
            needed_for: None,
            choices,
            fields: Vec::new(),
            noun: None,
            keyed: false,
        };
        let prompt = Prompt {
            count: None,
            text: &question.text,
            kind: Kind::Choice,
            choices: &question.choices,
            current: Some(Current {
                text: present.into(),
                origin: None,
            }),
            typed: present.into(),
            is_refused: false,
            can_drop: false,
        };
        loop {
            let said = match self.prompter.ask(&prompt).map_err(failed)? {
                Reply::Back => return Ok(Turn::Back),
                Reply::Stopped(_) => return Err(InterviewError::Interrupted),
                Reply::Help => {
                    self.tell(&Note::Help(&question.help))?;
                    continue;
                }
                Reply::Current | Reply::Nothing => present.to_owned(),
                Reply::Text(text) => match entry::values(&question, &text) {
                    Ok(values) => shown(&values[0]),
                    Err(_) => text,
                },
            };
            if !question.choices.iter().any(|choice| choice.value == said) {
                let words = question.choices.iter().enumerate();
                let words = words.map(|(index, it)| format!("`{}` ({})", it.value, index + 1));
                let words = words.collect::<Vec<_>>().join(", ");
                let reason = format!("`{}` is not one of the choices", visible(&said));
                self.tell(&Note::Wrong(&reason, Some(&words)))?;
                continue;
            }
            let name = section.name.clone();
            self.draft.later.remove(&name);
            self.draft.whole.remove(&name);
            match said.as_str() {
                "later" => self.draft.later.insert(name),
                "all" => self.draft.whole.insert(name),
                _ => true,
            };
            return Ok(Turn::Next);
        }
    }
}
