//! Texts in pages of MediaWiki.

/// Writes a text so that MediaWiki shows it as it is, in one line, inside of a template too.
pub fn wikitext(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let is_plain = |c: char| c.is_alphanumeric() || " .,;()!?/\"%+$@-".contains(c);
    // A sign at the beginning of a line makes a list, several dashes a rule or a dash of another kind.
    let is_text = line.starts_with(|c: char| c.is_alphanumeric())
        && !line.contains("--")
        && !line.contains("//");
    if line.is_empty() || is_text && line.chars().all(is_plain) {
        return line;
    }
    let quoted = line
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;");
    format!("<nowiki>{quoted}</nowiki>")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_text_has_a_meaning() {
        for (text, written) in [
            ("Fix the feed, again (50%).", "Fix the feed, again (50%)."),
            ("two\nlines", "two lines"),
            ("", ""),
            ("a|b}}{{c}}", "<nowiki>a|b}}{{c}}</nowiki>"),
            ("* item", "<nowiki>* item</nowiki>"),
            ("https://a.example", "<nowiki>https://a.example</nowiki>"),
            (
                "</nowiki>{{x}}&",
                "<nowiki>&lt;/nowiki&gt;{{x}}&amp;</nowiki>",
            ),
            ("~~~~", "<nowiki>~~~~</nowiki>"),
        ] {
            assert_eq!(wikitext(text), written);
        }
    }
}
