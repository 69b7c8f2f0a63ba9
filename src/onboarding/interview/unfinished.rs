//! Lines of an answer that were typed before the interview was stopped.

use super::{Interview, InterviewError};
use crate::onboarding::draft::Unfinished;

impl Interview<'_> {
    /// What was typed before as an answer of this.
    pub(in crate::onboarding) fn unfinished(&self, of: &str) -> Option<String> {
        let found = self.draft.unfinished.as_ref();
        found.filter(|it| it.of == of).map(|it| it.text.clone())
    }

    /// Forgets what was typed, as this is answered.
    pub(in crate::onboarding) fn end_unfinished(&mut self, of: &str) {
        self.draft.unfinished.take_if(|it| it.of == of);
    }

    /// Keeps what was typed; the error ends the interview.
    pub(in crate::onboarding) fn stop_at(
        &mut self,
        of: &str,
        text: String,
    ) -> Result<InterviewError, InterviewError> {
        let of = of.to_owned();
        self.draft.unfinished = Some(Unfinished { of, text });
        self.keep()?;
        Ok(InterviewError::Interrupted)
    }
}
