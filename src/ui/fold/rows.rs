use std::borrow::Cow;

use textwrap::core::display_width;

use super::words::command_at;
use super::{Commands, one};

/// Where a command stands that would otherwise begin too far to the right.
const LEFT: usize = 4;

/// A command that has so many columns need not be moved to the left, where it does not fit either.
const ENOUGH: usize = 40;

/// A text of lines that each stand for themselves, in lines that fit: what follows keeps the indent, or stands below the
/// last of its columns. Lines that fit stay as they are.
pub(crate) fn rows(text: &str, width: usize) -> String {
    let lines = text.split('\n').map(|line| row(line, width));
    lines.collect::<Vec<_>>().join("\n")
}

fn row(line: &str, width: usize) -> String {
    let text = expanded(line);
    if display_width(&text) <= width {
        return line.to_owned();
    }
    let text = moved(&text, width);
    if display_width(&text) <= width {
        return text.into_owned();
    }
    match hold(&text, width) {
        Hold::Further { at, further } => {
            let (head, rest) = text.split_at(at);
            let further = " ".repeat(further);
            let rest = one(rest, display_width(head), &further, width, Commands::Alone);
            format!("{head}{rest}")
        }
        Hold::Broken { at, further } => {
            let (head, rest) = text.split_at(at);
            let rest = format!("{}{rest}", " ".repeat(further));
            format!("{}\n{}", head.trim_end(), row(&rest, width))
        }
    }
}

/// The row with its command further to the left, where a command alone stands in it and would be broken without need; an
/// advice only where next to nothing has room beside it.
fn moved(line: &str, width: usize) -> Cow<'_, str> {
    let text = line.trim_start_matches(' ');
    let indent = line.len() - text.len();
    let is_narrow = width < indent + ENOUGH;
    let fits = LEFT + display_width(text) <= width;
    let is_moved = match text.split_once(' ') {
        Some(("$", _)) => is_narrow || fits,
        Some(("->", _)) => is_narrow,
        _ => false,
    };
    match is_moved && indent > LEFT {
        true => Cow::Owned(format!("{}{text}", " ".repeat(LEFT))),
        false => Cow::Borrowed(line),
    }
}

/// What of a row stays where it is.
enum Hold {
    /// The row goes on behind it, and further lines begin so far from the left.
    Further { at: usize, further: usize },
    /// The rest is on a line of its own.
    Broken { at: usize, further: usize },
}

fn hold(line: &str, width: usize) -> Hold {
    let indent = line.len() - line.trim_start_matches(' ').len();
    let text = &line[indent..];
    if let Some(mark) = mark(text) {
        let at = indent + mark;
        return Hold::Further { at, further: at };
    }
    // A command that is broken begins at the left: it is easier to read, and has fewer breaks.
    if let Some(at) = command_at(text).map(|at| indent + at)
        && at > indent + LEFT + LEFT
        && display_width(&line[at..]) + LEFT > width
    {
        let further = indent + LEFT;
        return Hold::Broken { at, further };
    }
    let (gaps, columns) = gaps(line, indent, width);
    if let Some(last) = gaps.last().copied().filter(|_| columns == gaps.len()) {
        let further = display_width(&line[..last]);
        let rest = line[last..].trim_end();
        let is_lost = !rest.contains(' ') && further + display_width(rest) > width;
        if further <= width * 3 / 5 && !is_lost {
            return Hold::Further { at: last, further };
        }
    }
    if let Some(last) = gaps.last() {
        let further = indent + number(text) + LEFT;
        return Hold::Broken { at: *last, further };
    }
    let further = if indent == 0 { LEFT } else { indent + 2 };
    Hold::Further {
        at: indent,
        further,
    }
}

/// How many columns the number of a row takes, which is aligned to the right.
fn number(text: &str) -> usize {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    match text[digits..].starts_with("  ") {
        true => digits,
        false => 0,
    }
}

/// How much of a row stands in front of its text: a time, or a sign.
fn mark(text: &str) -> Option<usize> {
    const CLOCK: &str = "00:00:00 ";
    let signs = ["- ", "* ", "! ", "-> ", "# "];
    let is_clock = text.len() > CLOCK.len()
        && CLOCK
            .bytes()
            .zip(text.bytes())
            .all(|(like, byte)| match like {
                b'0' => byte.is_ascii_digit(),
                _ => byte == like,
            });
    let sign = signs.iter().find(|sign| text.starts_with(**sign));
    match is_clock {
        true => Some(CLOCK.len()),
        false => sign.map(|sign| sign.len()),
    }
}

/// Where the columns begin that are parted by more than one space and come after a column that fits; and how many there are
/// in all.
fn gaps(line: &str, indent: usize, width: usize) -> (Vec<usize>, usize) {
    let mut gaps = Vec::new();
    let mut columns = 0;
    let mut spaces = 0;
    for (at, c) in line.char_indices().skip(indent) {
        if c != ' ' && spaces > 1 {
            columns += 1;
            if display_width(line[..at].trim_end()) <= width {
                gaps.push(at);
            }
        }
        spaces = if c == ' ' { spaces + 1 } else { 0 };
    }
    (gaps, columns)
}

/// The line with spaces in place of tabs.
fn expanded(line: &str) -> Cow<'_, str> {
    const STOP: usize = 8;
    if !line.contains('\t') {
        return Cow::Borrowed(line);
    }
    let mut text = String::new();
    for part in line.split_inclusive('\t') {
        let word = part.trim_end_matches('\t');
        text.push_str(word);
        if word.len() < part.len() {
            let column = display_width(&text);
            text.push_str(&" ".repeat(STOP - column % STOP));
        }
    }
    Cow::Owned(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at_40(text: &str) -> String {
        rows(text, 40)
    }

    #[test]
    fn further_lines_keep_their_indent() {
        insta::assert_snapshot!(at_40(
            "build: the log is where nobody looks for it\n    tea1.example.org: error: it does not listen at all\n"
        ), @"
        build: the log is where nobody looks
            for it
            tea1.example.org: error: it does not
              listen at all
        ");
        insta::assert_snapshot!(at_40(
            "14:10:04 tea1.example.org: error: check `tea` failed (exit code 1)\n  - as long as a line that is broken can be"
        ), @"
        14:10:04 tea1.example.org: error: check
                 `tea` failed (exit code 1)
          - as long as a line that is broken
            can be
        ");
    }

    #[test]
    fn a_command_goes_to_the_left_before_it_is_broken() {
        insta::assert_snapshot!(at_40(
            "               $ svcgen scap --clone DIR\n                                   $ svcgen request service\n               $ svcgen vagrant --repo CHECKOUT --dry-run"
        ), @r"
                       $ svcgen scap --clone DIR
            $ svcgen request service
            $ svcgen vagrant --repo CHECKOUT \
              --dry-run
        ");
        assert_eq!(
            at_40("                                   -> after service request"),
            "    -> after service request"
        );
        insta::assert_snapshot!(at_40("next: service request: svcgen request service"), @"
        next: service request:
            svcgen request service
        ");
        insta::assert_snapshot!(at_40("next: service request: svcgen request --service /srv/src/tea/svcgen.yaml service"), @r"
        next: service request:
            svcgen request --service \
              /srv/src/tea/svcgen.yaml service
        ");
        let long = "               $ svcgen vagrant --service /srv/source/tea/svcgen.yaml --repo CHECKOUT --dry-run";
        insta::assert_snapshot!(rows(long, 80), @r"
                       $ svcgen vagrant --service /srv/source/tea/svcgen.yaml \
                         --repo CHECKOUT --dry-run
        ");
    }

    #[test]
    fn columns_stay_columns_where_there_is_room() {
        insta::assert_snapshot!(at_40(
            "  ok        the checkout of the source: /home/ada/src/tea\n  done         both repositories         fetched as `origin/master`"
        ), @"
          ok        the checkout of the source:
                    /home/ada/src/tea
          done         both repositories
              fetched as `origin/master`
        ");
        insta::assert_snapshot!(at_40(
            "host                  state   live     since  port       pid"
        ), @"
        host                  state   live
            since  port       pid
        ");
        assert_eq!(
            at_40("2026-11-29 14:10  20261129T141003Z-f54a1c"),
            "2026-11-29 14:10\n    20261129T141003Z-f54a1c"
        );
        assert_eq!(at_40("\ta\tb"), "\ta\tb");
        assert_eq!(
            at_40("\tone two three four five six seven"),
            "        one two three four five six\n          seven"
        );
    }

    #[test]
    fn rows_that_are_numbered_go_on_below_each_other() {
        let list = "  9  owner.name                                the Team of Tea and Cake\n \
                    10  production.load_balancer.addresses        10.0.0.1, 10.0.0.2";
        assert_eq!(
            rows(list, 40),
            "  9  owner.name\n       the Team of Tea and Cake\n 10  production.load_balancer.addresses\n       10.0.0.1, 10.0.0.2"
        );
    }
}
