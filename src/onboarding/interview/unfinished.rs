//! Answers that were typed and are not taken: they were refused, or the interview was stopped before they were ended.

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

    /// Keeps an answer until it is taken: one that is refused can be mended, whatever happens. Returns what was kept of another.
    pub(in crate::onboarding) fn hold(
        &mut self,
        of: &str,
        text: &str,
    ) -> Result<Option<Unfinished>, InterviewError> {
        let held = Unfinished {
            of: of.to_owned(),
            text: text.to_owned(),
        };
        let earlier = self.draft.unfinished.replace(held);
        self.keep()?;
        Ok(earlier.filter(|it| it.of != of))
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
