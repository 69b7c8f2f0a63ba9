use std::ops::Range;

use textwrap::core::{Word, display_width};

use super::Commands;

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

/// What stands in front of a command that is proposed.
const PROPOSED: [&str; 3] = ["next: ", "or: ", "back: "];

/// What parts a command from what is said of it.
const GAP: &str = "    ";

/// What a shell wants where a command goes on in another line.
const GOES_ON: &str = " \\";

/// The words of a line, which may be parted from each other; a command is one word where it fits into so many columns.
pub(super) fn words(line: &str, room: usize, commands: Commands) -> Vec<Word<'_>> {
    let Some(Range { start, end }) = alone(line, commands) else {
        return sentence(line, room);
    };
    let mut words = sentence(&line[..start], room);
    words.extend(command(&line[start..end], room));
    words.extend(sentence(&line[end..], room));
    words
}

/// Where a command begins that a line ends with.
pub(super) fn command_at(line: &str) -> Option<usize> {
    let command = alone(line, Commands::Alone)?;
    (command.end == line.len()).then_some(command.start)
}

/// Where a command stands in a line that has no other.
fn alone(line: &str, commands: Commands) -> Option<Range<usize>> {
    if commands == Commands::Quoted {
        return None;
    }
    let start = prompted(line).or_else(|| proposed(line)).unwrap_or(0);
    let is_prompted = prompted(line).is_some();
    let rest = &line[start..];
    let end = rest.find(GAP);
    let end = end.map_or(rest.len(), |at| at + GAP.len());
    let text = &rest[..end];
    let is_sentence = text.contains('`') || text.contains(", ") && !text.contains(['\'', '"']);
    (is_prompted || begins(rest) && !is_sentence).then_some(start..start + end)
}

fn begins(text: &str) -> bool {
    COMMANDS.iter().any(|begin| text.starts_with(begin))
}

/// Where a line goes on behind the prompt of a shell.
fn prompted(line: &str) -> Option<usize> {
    let (before, _) = line.split_once("$ ")?;
    (!before.contains(' ')).then_some(before.len() + 2)
}

/// Where a command begins that comes next, maybe behind the name of what it does.
fn proposed(line: &str) -> Option<usize> {
    let marks = PROPOSED.iter().filter_map(|mark| {
        let at = line.rfind(mark)?;
        Some(at + mark.len())
    });
    let first = marks.max()?;
    let later = line[first..]
        .match_indices(": ")
        .map(|(at, _)| first + at + 2);
    std::iter::once(first)
        .chain(later)
        .find(|at| begins(&line[*at..]))
}

/// The words of a sentence: what is in backticks is one, with its spaces. One that is alone quotes nothing.
fn sentence(line: &str, room: usize) -> Vec<Word<'_>> {
    let are_pairs = line.matches('`').count().is_multiple_of(2);
    let words = parted(line, |c, open| match c {
        '`' if are_pairs && open.is_some() => None,
        '`' if are_pairs => Some('`'),
        _ => open,
    });
    let words = words.into_iter().flat_map(|word| {
        let quoted = word.split_once('`').map(|(_, quoted)| quoted);
        match quoted.filter(|_| display_width(word.trim_end()) > room) {
            Some(quoted) if begins(quoted) => command(word, room),
            Some(_) => word
                .split_inclusive(' ')
                .flat_map(|it| steps(it, room))
                .collect(),
            None => vec![Word::from(word)],
        }
    });
    words.collect()
}

/// A word in one piece where it fits, else behind the slashes of a path.
fn steps(word: &str, room: usize) -> Vec<Word<'_>> {
    let is_long = |text: &str| display_width(text.trim_end()) > room;
    let steps = || word.split_inclusive('/');
    match is_long(word) && !steps().any(is_long) {
        true => steps().map(Word::from).collect(),
        false => vec![Word::from(word)],
    }
}

/// The words of a command, as a shell parts them.
fn command(text: &str, room: usize) -> Vec<Word<'_>> {
    if display_width(text.trim_end()) <= room {
        return vec![Word::from(text)];
    }
    let words = parted(text, |c, open| match (c, open) {
        ('\'' | '"', None) => Some(c),
        (c, Some(quote)) if c == quote => None,
        (_, open) => open,
    });
    let words = together(text, &words, room);
    let last = words.len().saturating_sub(1);
    let words = words.into_iter().enumerate().map(|(number, word)| {
        let mut word = Word::from(word);
        if number < last {
            word.penalty = GOES_ON;
        }
        word
    });
    words.collect()
}

/// The words of a command, the program with what it is to do and an option with its value in one where they fit: they are
/// read together.
fn together<'a>(text: &'a str, words: &[&str], room: usize) -> Vec<&'a str> {
    let mut joined: Vec<&'a str> = Vec::new();
    let mut is_open = true;
    let (mut begin, mut end) = (0, 0);
    for word in words {
        end += word.len();
        let is_option = word.starts_with('-');
        let both = display_width(text[begin..end].trim_end()) + GOES_ON.len();
        match joined.last_mut() {
            Some(last) if is_open && !is_option && both <= room => {
                *last = &text[begin..end];
                is_open = false;
            }
            _ => {
                begin = end - word.len();
                is_open = joined.is_empty() || is_option && !word.contains('=');
                joined.push(&text[begin..end]);
            }
        }
    }
    joined
}

/// Parts a text behind the spaces that are in no quotes; `quote` tells from a character and the open quote which one is open
/// then.
fn parted(text: &str, quote: impl Fn(char, Option<char>) -> Option<char>) -> Vec<&str> {
    let mut words = Vec::new();
    let (mut begin, mut open, mut was_space) = (0, None, false);
    for (at, c) in text.char_indices() {
        if was_space && c != ' ' {
            words.push(&text[begin..at]);
            begin = at;
        }
        open = quote(c, open);
        was_space = c == ' ' && open.is_none();
    }
    words.push(&text[begin..]);
    words.retain(|word| !word.is_empty());
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(line: &str, commands: Commands) -> Vec<String> {
        let words = words(line, 20, commands).into_iter();
        words
            .map(|word| format!("{}{}", word.word, word.penalty))
            .collect()
    }

    #[test]
    fn commands_are_found_behind_a_prompt_and_where_they_are_proposed() {
        let all = |line| shown(line, Commands::Alone);
        assert_eq!(
            all("~/tea$ cat a/long/path another/long/path"),
            ["~/tea$", "cat a/long/path \\", "another/long/path"]
        );
        assert_eq!(
            all("next: access request: svcgen request access"),
            ["next:", "access", "request:", "svcgen request \\", "access"]
        );
        assert_eq!(
            all("07:00:00 it failed; next: svcgen rollback -l a"),
            ["07:00:00", "it", "failed;", "next:", "svcgen rollback -l a"]
        );
        assert_eq!(
            all("sudo usermod -aG docker ada    # then log in again"),
            [
                "sudo usermod \\",
                "-aG docker \\",
                "ada",
                "#",
                "then",
                "log",
                "in",
                "again"
            ]
        );
        assert_eq!(
            shown("next: svcgen request access", Commands::Quoted),
            ["next:", "svcgen", "request", "access"]
        );
    }

    #[test]
    fn a_quote_that_is_no_command_is_broken_like_a_sentence() {
        let line = "it is `not such a short one` here";
        let words = shown(line, Commands::Alone);
        assert_eq!(
            words,
            ["it", "is", "`not", "such", "a", "short", "one`", "here"]
        );
        assert_eq!(
            shown("`/a/path/of/20/letter`, here", Commands::Alone),
            ["`/", "a/", "path/", "of/", "20/", "letter`,", "here"]
        );
        assert_eq!(
            shown("it is `one word`", Commands::Alone),
            ["it", "is", "`one word`"]
        );
    }
}
