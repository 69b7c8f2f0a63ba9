//! What is told of an answer once it is taken: at once, or below the answers where they are shown anew first.

use super::{Interview, InterviewError};
use crate::onboarding::prompter::Note;

/// Something that is told of an answer that is taken.
#[derive(Debug)]
pub(super) enum After {
    /// Something speaks against it.
    Doubt(String),
    Lines(Vec<String>),
}

impl Interview<'_> {
    /// Tells it, or keeps it for [`Self::tell_kept`].
    pub(super) fn tell_after(&mut self, after: After) -> Result<(), InterviewError> {
        match (&mut self.after, &after) {
            (Some(kept), _) => kept.push(after),
            (None, After::Doubt(doubt)) => self.tell(&Note::Doubt(doubt))?,
            (None, After::Lines(lines)) => self.tell(&Note::Lines(lines))?,
        }
        Ok(())
    }

    /// Keeps what is told from now on.
    pub(in crate::onboarding) fn keep_after(&mut self) {
        self.after = Some(Vec::new());
    }

    /// Tells what was kept.
    pub(in crate::onboarding) fn tell_kept(&mut self) -> Result<(), InterviewError> {
        let mut kept = self.after.take().into_iter().flatten();
        kept.try_for_each(|after| self.tell_after(after))
    }
}
