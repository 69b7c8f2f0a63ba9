//! An owner who is named with an address, `Name <address>`, as git and mail have it.

use serde_json::Value;

use super::after::After;
use super::asking::also_changed;
use super::{Interview, InterviewError};
use crate::onboarding::person::author;
use crate::onboarding::question::Question;
use crate::visible::visible;

/// Whose name may be typed with an address, and where that goes.
const OWNER: &str = "owner.name";
const EMAIL: &str = "owner.email";

impl Interview<'_> {
    /// The name and the address of an owner, where no other address is answered; any other text as it is.
    pub(super) fn parted(&self, question: &Question, text: String) -> (String, Option<String>) {
        if question.id != OWNER || !text.trim_end().ends_with('>') {
            return (text, None);
        }
        let person = author(&Value::from(text.as_str()));
        let parted = person.and_then(|person| Some((person.name, person.email?)));
        let is_free = |email: &str| {
            let present = self.answer(EMAIL);
            present.is_none_or(|present| present == email)
        };
        match parted {
            Some((name, email)) if is_free(&email) && self.is_address(&email) => {
                (name, Some(email))
            }
            _ => (text, None),
        }
    }

    /// Takes the address that came with the name.
    pub(super) fn take_email(
        &mut self,
        question: &Question,
        email: Option<String>,
    ) -> Result<(), InterviewError> {
        let Some(email) = email else { return Ok(()) };
        let changed = format!("{EMAIL}: {}", visible(&email));
        let mut answers = std::mem::take(&mut self.draft.answers);
        self.put(&mut answers, EMAIL, email.into());
        self.draft.answers = answers;
        self.tell_after(After::Lines(also_changed(&question.id, &[changed])))
    }

    fn is_address(&self, email: &str) -> bool {
        let mut questions = self.questions();
        let question = questions.find(|question| question.id == EMAIL);
        question.is_some_and(|question| self.is_valid(question, &email.into()).unwrap_or(false))
    }
}
