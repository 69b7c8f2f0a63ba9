//! Reads JSON that people and other programs write, and says in svcgen's words what is wrong with it.

use serde::de::DeserializeOwned;
use thiserror::Error;

use crate::place::{UNFINISHED_MERGE, merge_marks};

/// A text that is not the JSON that is wanted.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("line {line}: {reason}")]
pub(crate) struct JsonError {
    pub(crate) line: usize,
    pub(crate) reason: String,
}

/// Parses a text; a byte order mark before it is no part of it.
///
/// # Errors
/// The first mistake, with its line.
pub(crate) fn parse<T: DeserializeOwned>(text: &str) -> Result<T, JsonError> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    serde_json::from_str(text).map_err(|error| JsonError::of(&error, text))
}

impl JsonError {
    /// What is wrong with a text; the reader's own words are meant for programmers.
    fn of(error: &serde_json::Error, text: &str) -> Self {
        use serde_json::error::Category;
        if let Some(conflict) = merge_marks(text).first() {
            return Self {
                line: conflict.start + 1,
                reason: UNFINISHED_MERGE.to_owned(),
            };
        }
        let reason = match error.classify() {
            _ if text.trim().is_empty() => "it is empty".to_owned(),
            Category::Eof => {
                "it ends too early: a bracket, brace or quote is not closed".to_owned()
            }
            Category::Syntax => syntax(&error.to_string()).to_owned(),
            // What was read is JSON, and not of the form that is wanted.
            Category::Data | Category::Io => "it is not of the form that belongs there".to_owned(),
        };
        Self {
            line: error.line().max(1),
            reason,
        }
    }
}

/// What is wrong, by how the reader's words begin.
fn syntax(words: &str) -> &'static str {
    const REASONS: [(&str, &str); 9] = [
        (
            "trailing comma",
            "a comma follows the last item of a list or object",
        ),
        ("trailing characters", "something follows the end"),
        ("expected `,` or `}`", "`,` or `}` is missing"),
        ("expected `,` or `]`", "`,` or `]` is missing"),
        ("expected `:`", "`:` is missing after a name"),
        ("key must be a string", "put names in double quotes"),
        (
            "control character",
            "a line break or tab in a text is written `\\n` or `\\t`",
        ),
        ("invalid escape", "`\\` in a text is written `\\\\`"),
        ("recursion limit", "it is nested too deeply"),
    ];
    let mut reasons = REASONS.into_iter();
    let reason = reasons.find(|(begin, _)| words.starts_with(begin));
    reason.map_or("it is not JSON", |(_, reason)| reason)
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    #[test]
    fn a_mistake_is_told_in_words_that_anybody_knows() {
        let told = |text| parse::<Value>(text).unwrap_err().to_string();
        for (text, words) in [
            ("", "line 1: it is empty"),
            (
                "{\"a\": 1,\n}",
                "line 2: a comma follows the last item of a list or object",
            ),
            ("{\"a\": 1\n\"b\": 2}", "line 2: `,` or `}` is missing"),
            ("[1 2]", "line 1: `,` or `]` is missing"),
            ("{\"a\" 1}", "line 1: `:` is missing after a name"),
            ("{a: 1}", "line 1: put names in double quotes"),
            ("{} {}", "line 1: something follows the end"),
            (
                "{\"a\": \"\n\"}",
                "line 2: a line break or tab in a text is written `\\n` or `\\t`",
            ),
            (
                "{\"a\": \"\\s\"}",
                "line 1: `\\` in a text is written `\\\\`",
            ),
            (
                "{\"a\": [1, 2",
                "line 1: it ends too early: a bracket, brace or quote is not closed",
            ),
            ("foo", "line 1: it is not JSON"),
            (
                "{\n<<<<<<< HEAD\n\"a\": 1\n=======\n\"a\": 2\n>>>>>>> topic\n}",
                "line 2: an unfinished merge: resolve what is between `<<<<<<<` and `>>>>>>>`",
            ),
        ] {
            assert_eq!(told(text), words, "{text}");
        }
        assert_eq!(parse::<Value>("\u{feff}{}"), Ok(serde_json::json!({})));
        let text = parse::<String>("{}").unwrap_err().to_string();
        assert_eq!(text, "line 1: it is not of the form that belongs there");
    }
}
