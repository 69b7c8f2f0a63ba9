//! Writes texts for files that people and git read.

/// Writes a text of one line as Markdown that shows exactly that text.
pub fn markdown_text(text: &str) -> String {
    let mut out = String::new();
    for (index, c) in text.chars().enumerate() {
        let is_first = index == 0 && matches!(c, '#' | '+' | '-' | '=' | ':');
        if is_first
            || matches!(
                c,
                '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '&' | '|' | '~' | '$' | '{' | '}'
            )
        {
            out.push('\\');
        }
        out.push(c);
    }
    // A number and a stop at the beginning would be an item of a list.
    let digits = text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    if digits > 0 && text[digits..].starts_with(['.', ')']) {
        out.insert(digits, '\\');
    }
    out
}

/// Writes a text of one line as a value of a file in git's configuration format.
pub fn git_value(text: &str) -> String {
    let is_plain = text.trim() == text && !text.contains(['#', ';', '"', '\\']);
    if is_plain {
        text.to_owned()
    } else {
        format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
    }
}

/// Breaks a text into lines of at most a number of characters, between words.
pub fn wrap(text: &str, width: usize) -> String {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_markup() {
        assert_eq!(
            markdown_text("# a_b <i> `x` {{y}} 1. $z"),
            "\\# a\\_b \\<i\\> \\`x\\` \\{\\{y\\}\\} 1. \\$z"
        );
        assert_eq!(
            markdown_text("12. Node.js and C++"),
            "12\\. Node.js and C++"
        );
        assert_eq!(git_value("https://x/y"), "https://x/y");
        assert_eq!(git_value("a#b\"c"), "\"a#b\\\"c\"");
        assert_eq!(wrap("aa bb cc ddddddd", 5), "aa bb\ncc\nddddddd");
    }
}
