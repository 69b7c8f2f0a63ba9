use crate::yaml::Span;

/// One mistake in a file: where it is, and the rule that was broken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// What is wrong, with the offending text.
    pub message: String,
    /// The bytes to underline.
    pub span: Span,
    /// The rule, or the way out.
    pub rule: Option<String>,
    /// The key, where it is one that is not known where it stands, and is no slip of one that is.
    pub(crate) stray: Option<String>,
}

impl Problem {
    /// Makes a problem without a rule.
    pub fn new(span: Span, message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            span,
            rule: None,
            stray: None,
        }
    }

    /// Adds the rule that was broken, or the way out.
    #[must_use]
    pub fn rule(mut self, rule: impl Into<String>) -> Self {
        self.rule = Some(rule.into());
        self
    }
}
