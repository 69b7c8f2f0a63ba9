//! Texts of others in messages.

/// A text as a message shows it: in one line, and what cannot be seen as an escape. Quotes are no harm and stay as they
/// are.
pub(crate) fn visible(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '\'' | '"' | '\\' => c.to_string(),
            c => c.escape_debug().to_string(),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_seen_is_an_escape_and_quotes_stay() {
        assert_eq!(visible(r#"GET /"x"\'é"#), r#"GET /"x"\'é"#);
        assert_eq!(visible("a\nb\u{1b}[1m\u{202e}"), "a\\nb\\u{1b}[1m\\u{202e}");
    }
}
