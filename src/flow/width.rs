//! How much room a text takes, and where it is broken.

use textwrap::core::{Word, display_width};
use textwrap::{Options, WordSeparator, WordSplitter, wrap};

/// Breaks a text into lines of at most so many columns of a terminal: names of hosts between their parts and before the
/// port, paths and words behind what joins them and before a bracket, and within a part only where it is wider than a line.
pub(super) fn broken(text: &str, columns: usize) -> Vec<String> {
    let options = Options::new(columns)
        .break_words(true)
        .word_separator(WordSeparator::Custom(pieces))
        .word_splitter(WordSplitter::NoHyphenation);
    let lines: Vec<String> = wrap(text, options)
        .into_iter()
        .map(|line| line.trim().to_owned())
        .collect();
    if lines.is_empty() {
        vec![String::new()]
    } else {
        lines
    }
}

/// What a line may not be broken within.
fn pieces(line: &str) -> Box<dyn Iterator<Item = Word<'_>> + '_> {
    let mut chars = line.char_indices().peekable();
    let mut start = 0;
    let next = move || {
        loop {
            let (at, c) = chars.next()?;
            let after = at + c.len_utf8();
            let Some(&(_, following)) = chars.peek() else {
                return Some((std::mem::replace(&mut start, after), after));
            };
            let is_end = match c {
                ' ' => following != ' ',
                '-' | '.' | '/' | '_' => following.is_alphanumeric() || "([{<".contains(following),
                _ if c.is_alphanumeric() => matches!(following, ':' | '(' | '[' | '{' | '<'),
                _ => following == ':',
            };
            if is_end {
                return Some((std::mem::replace(&mut start, after), after));
            }
        }
    };
    Box::new(std::iter::from_fn(next).map(|(start, end)| Word::from(&line[start..end])))
}

/// The columns that a text takes in a terminal.
pub(super) fn columns(text: &str) -> i32 {
    display_width(text) as i32
}

/// The pixels that a text takes at most in the fonts of a picture.
///
/// A picture brings no font with it; this is what a wide one (DejaVu Sans) needs, so that text fits in all.
pub(super) fn pixels(text: &str, size: f64) -> i32 {
    let em: f64 = text.chars().map(em).sum();
    (em * size).ceil() as i32
}

fn em(c: char) -> f64 {
    match c {
        'i' | 'j' | 'l' | '\'' | '|' | '.' | ',' | ':' | ';' | ' ' | '!' => 0.36,
        'f' | 't' | 'r' | '(' | ')' | '[' | ']' | '/' | '\\' | '-' | 'I' => 0.44,
        'm' | 'M' | 'W' | '@' | '%' => 1.02,
        'w' | '+' | '<' | '>' | '=' | '~' | '#' | '→' | '↻' => 0.85,
        'A'..='Z' => 0.80,
        c if c.is_ascii() => 0.65,
        c => match display_width(c.encode_utf8(&mut [0; 4])) {
            0 => 0.0,
            1 => 0.80,
            _ => 1.10,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_broken_and_nothing_is_lost() {
        assert_eq!(broken("trending-edits", 10), ["trending-", "edits"]);
        assert_eq!(broken("aaaaaaaaaaaaaaaaaaaa", 8).concat().len(), 20);
        assert_eq!(broken("", 8), [""]);
        assert_eq!(
            broken("restbase.svc.eqiad.wmnet:7231", 18),
            ["restbase.svc.", "eqiad.wmnet:7231"]
        );
        assert_eq!(
            broken("the api-gateway:8087 of", 14),
            ["the api-", "gateway:8087", "of"]
        );
        assert_eq!(
            broken("mail.example.org:25", 16),
            ["mail.example.", "org:25"]
        );
        assert_eq!(broken("GET /page/summary", 10), ["GET /page/", "summary"]);
        assert_eq!(broken("/page/{title}", 8), ["/page/", "{title}"]);
        assert_eq!(broken("get_summary[page]", 12), ["get_summary", "[page]"]);
        assert_eq!(columns("日本"), 4);
        assert_eq!(columns("e\u{301}"), 1);
        assert!(pixels("WWWW", 10.0) > pixels("iiii", 10.0) * 2);
    }
}
