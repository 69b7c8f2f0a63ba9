//! Texts in lines that fit on a terminal: broken between words, and never within what somebody copies.

use textwrap::core::Word;
use textwrap::{Options, WordSeparator, WordSplitter};

/// How commands begin that stand alone, without backticks around them.
const COMMANDS: [&str; 12] = [
    "apt-get ",
    "docker ",
    "export ",
    "git ",
    "journalctl ",
    "newgrp ",
    "podman ",
    "ssh ",
    "sudo ",
    "svcgen ",
    "systemctl ",
    "unset ",
];

/// A text whose lines take so many columns at most; `before` stands in front of the first, and `further` begins the others.
/// Lines that fit stay as they are.
pub(super) fn fold(text: &str, before: usize, further: &str, width: usize) -> String {
    let lines = text.split('\n').enumerate().map(|(number, line)| {
        let begin = if number == 0 { before } else { further.len() };
        match is_command(line) {
            true => line.to_owned(),
            false => one(line, begin, further, width),
        }
    });
    lines.collect::<Vec<_>>().join(&format!("\n{further}"))
}

/// Whether all of it is to be copied.
fn is_command(line: &str) -> bool {
    COMMANDS.iter().any(|begin| line.starts_with(begin)) && !line.contains('`')
}

fn one(line: &str, begin: usize, further: &str, width: usize) -> String {
    let width = width.max(further.len() + 1);
    if textwrap::core::display_width(line) + begin <= width {
        return line.to_owned();
    }
    // What stands in front is printed already.
    let first = "\u{a0}".repeat(begin);
    let options = Options::new(width)
        .initial_indent(&first)
        .subsequent_indent(further)
        .break_words(false)
        .word_separator(WordSeparator::Custom(words))
        .word_splitter(WordSplitter::NoHyphenation);
    let folded = textwrap::wrap(line, options).join("\n");
    folded.strip_prefix(&first).unwrap_or(&folded).to_owned()
}

/// The words of a line: what is in backticks is one, with its spaces. One that is alone quotes nothing.
fn words(line: &str) -> Box<dyn Iterator<Item = Word<'_>> + '_> {
    let mut rest = line;
    let are_pairs = line.matches('`').count().is_multiple_of(2);
    Box::new(std::iter::from_fn(move || {
        let mut is_quoted = false;
        let mut was_space = false;
        let end = rest.char_indices().find_map(|(at, c)| {
            let is_begin = was_space && c != ' ';
            if c == '`' && !is_begin && are_pairs {
                is_quoted = !is_quoted;
            }
            was_space = c == ' ' && !is_quoted;
            is_begin.then_some(at)
        });
        let (word, after) = rest.split_at(end.unwrap_or(rest.len()));
        rest = after;
        (!word.is_empty()).then(|| Word::from(word))
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SEVEN: &str = "       ";

    #[test]
    fn lines_are_broken_between_words_and_what_is_copied_is_not() {
        let text = "a check of the service failed; `svcgen log --host tea1.example.org` shows what it wrote";
        insta::assert_snapshot!(format!("hint: {}", fold(text, 6, SEVEN, 40)), @"
        hint: a check of the service failed;
               `svcgen log --host tea1.example.org`
               shows what it wrote
        ");
        let path = "/srv/a/very/long/path/that/is/wider/than/the/terminal";
        assert_eq!(
            fold(&format!("of {path} too"), 7, SEVEN, 30),
            format!("of\n       {path}\n       too")
        );
        let command = "svcgen deploy --deploy-repo /srv/a/deploy/repository --resume";
        assert_eq!(fold(command, 6, SEVEN, 30), command);
        assert_eq!(fold("# one two three", 0, "# ", 10), "# one two\n# three");
        assert_eq!(fold("    one two", 0, "      ", 10), "    one\n      two");
        // What fits stays, however it is laid out.
        assert_eq!(fold("a  b\n   c", 7, SEVEN, 30), "a  b\n          c");
        assert_eq!(
            fold("one ` two three", 7, SEVEN, 16),
            "one ` two\n       three"
        );
    }
}
