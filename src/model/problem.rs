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
}

impl Problem {
    /// Makes a problem without a rule.
    pub fn new(span: Span, message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            span,
            rule: None,
        }
    }

    /// Adds the rule that was broken, or the way out.
    #[must_use]
    pub fn rule(mut self, rule: impl Into<String>) -> Self {
        self.rule = Some(rule.into());
        self
    }
}

/// Finds the candidate that a misspelt word most likely means.
pub fn suggest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    candidates
        .into_iter()
        .map(|candidate| (likeness(word, candidate), candidate))
        .filter(|(likeness, _)| *likeness > 0.82)
        // Of several that are as near, the first.
        .reduce(|best, next| if next.0 > best.0 { next } else { best })
        .map(|(_, candidate)| candidate)
}

/// How much two words are alike, from nought to one.
fn likeness(word: &str, candidate: &str) -> f64 {
    let (word, candidate) = (word.to_lowercase(), candidate.to_lowercase());
    let likeness = strsim::jaro_winkler(&word, &candidate);
    // Two letters that changed places make much of a short word.
    let is_short = (3..=6).contains(&word.chars().count());
    match is_short && strsim::osa_distance(&word, &candidate) == 1 {
        true => likeness.max(0.9),
        false => likeness,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_is_understood_and_another_word_is_not() {
        let engines = ["ssh", "local", "scap"];
        for (word, meant) in [
            ("shs", Some("ssh")),
            ("sssh", Some("ssh")),
            ("loacl", Some("local")),
            ("Scpa", Some("scap")),
            ("docker", None),
            ("s", None),
            ("", None),
        ] {
            assert_eq!(suggest(word, engines), meant, "{word}");
        }
        assert_eq!(suggest("mian", ["master", "main", "mean"]), Some("main"));
    }
}
