//! Texts in lines that fit on a terminal: broken between words, and within what somebody copies only as a shell allows it.

mod rows;
mod words;

use textwrap::WrapAlgorithm;
use textwrap::core::{Word, display_width};

pub(crate) use rows::rows;
use words::words;

/// What counts as a command, and what becomes of one that is wider than a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Commands {
    /// Only what is in backticks is one: the text is a sentence. A wide one is broken, with `\` where a shell wants it.
    Quoted,
    /// A line may be one, too.
    Alone,
}

/// A text whose lines take so many columns at most; `before` stands in front of the first, and `further` begins the others.
/// Lines that fit stay as they are.
pub(super) fn fold(
    text: &str,
    before: usize,
    further: &str,
    width: usize,
    commands: Commands,
) -> String {
    let lines = text.split('\n').enumerate().map(|(number, line)| {
        let begin = if number == 0 { before } else { further.len() };
        one(line, begin, further, width, commands)
    });
    lines.collect::<Vec<_>>().join(&format!("\n{further}"))
}

/// A line that begins in a column, in lines that fit.
fn one(line: &str, begin: usize, further: &str, width: usize, commands: Commands) -> String {
    let width = width.max(further.len() + 1);
    if display_width(line) + begin <= width {
        return line.to_owned();
    }
    let (indent, text) = line.split_at(line.len() - line.trim_start_matches(' ').len());
    let room = width - further.len();
    let words = words(text, room, commands);
    let columns = [width.saturating_sub(begin + indent.len()), room];
    let lines = WrapAlgorithm::new().wrap(&words, &columns);
    let mut folded = indent.to_owned();
    for (number, words) in lines.iter().enumerate() {
        if number > 0 {
            folded.push('\n');
            folded.push_str(further);
        }
        folded.push_str(&printed(words));
    }
    folded
}

/// Words in a line; what is behind the last is printed only where the line ends.
fn printed(words: &[Word<'_>]) -> String {
    let Some((last, others)) = words.split_last() else {
        return String::new();
    };
    let mut line = String::new();
    for word in others {
        line.push_str(word.word);
        line.push_str(word.whitespace);
    }
    line.push_str(last.word);
    line.push_str(last.penalty);
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    const SEVEN: &str = "       ";

    fn folded(text: &str, before: usize, further: &str, width: usize) -> String {
        fold(text, before, further, width, Commands::Alone)
    }

    #[test]
    fn lines_are_broken_between_words_and_what_is_copied_is_not() {
        let text = "a check of the service failed; `svcgen log --host tea1.example.org` shows what it wrote";
        insta::assert_snapshot!(format!("hint: {}", folded(text, 6, SEVEN, 43)), @"
        hint: a check of the service failed;
               `svcgen log --host tea1.example.org`
               shows what it wrote
        ");
        let path = "/srv/a/very/long/path/that/is/wider/than/the/terminal";
        assert_eq!(
            folded(&format!("of {path} too"), 7, SEVEN, 30),
            format!("of\n       {path}\n       too")
        );
        assert_eq!(folded("# one two three", 0, "# ", 10), "# one two\n# three");
        assert_eq!(folded("    one two", 0, "      ", 10), "    one\n      two");
        // What fits stays, however it is laid out.
        assert_eq!(folded("a  b\n   c", 7, SEVEN, 30), "a  b\n          c");
        assert_eq!(
            folded("one ` two three", 7, SEVEN, 16),
            "one ` two\n       three"
        );
    }

    #[test]
    fn a_command_that_is_too_wide_is_broken_as_a_shell_takes_it() {
        let command = "svcgen lock take --deploy-repo /srv/tea --reason 'new disks for all'";
        insta::assert_snapshot!(format!("hint: {}", folded(command, 6, SEVEN, 34)), @r"
        hint: svcgen lock take \
               --deploy-repo /srv/tea \
               --reason \
               'new disks for all'
        ");
        let quoted = format!("`{command}`, and then the next");
        insta::assert_snapshot!(folded(&quoted, 7, SEVEN, 40), @r"
        `svcgen lock take \
               --deploy-repo /srv/tea \
               --reason 'new disks for all'`,
               and then the next
        ");
    }

    #[test]
    fn a_sentence_that_begins_like_a_command_is_none() {
        let text = "git does not know who is committing here";
        assert_eq!(
            fold(text, 7, SEVEN, 30, Commands::Quoted),
            "git does not know who\n       is committing here"
        );
        assert_eq!(
            folded("unset HOME, or set it to a folder", 6, SEVEN, 30),
            "unset HOME, or set it to\n       a folder"
        );
        assert_eq!(
            folded("svcgen demo --keep    leaves the folder", 6, SEVEN, 30),
            "svcgen demo --keep\n       leaves the folder"
        );
    }
}
