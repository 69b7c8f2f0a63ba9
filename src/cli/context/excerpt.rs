//! The lines around a mistake, as they fit on a terminal.

use std::ops::Range;

use camino::Utf8Path;
use miette::{
    GraphicalReportHandler, GraphicalTheme, LabeledSpan, MietteDiagnostic, NamedSource, Report,
    ThemeCharacters, ThemeStyles,
};

use crate::model::Problem;
use crate::place::{line_of, line_start};

/// How wide all of it may be.
const WIDTH: usize = 80;

/// What is drawn before a line beside its number, in characters: `  │ `.
const BESIDE: usize = 4;

/// How much of a long line is shown before the mistake.
const BEFORE: usize = 30;

/// What stands where a line was cut.
const CUT: &str = "…";

/// Shows a mistake in its line, underlined, with the rule.
pub(super) fn underline(path: &Utf8Path, text: &str, problem: &Problem) -> String {
    let span = problem.span.clone();
    let end = text[span.clone()].trim_end().len() + span.start;
    let number = line_of(text, end) + 1;
    let room = WIDTH - BESIDE - number.to_string().len();
    let (shown, marked) = cut(text, span.start..end.max(span.start), room);
    let label = LabeledSpan::new(None, marked.start, marked.len());
    let mut diagnostic = MietteDiagnostic::new(problem.message.clone()).with_label(label);
    diagnostic.help.clone_from(&problem.rule);
    let source = NamedSource::new(path.as_str(), shown.clone());
    let report = Report::new(diagnostic).with_source_code(source);
    let theme = GraphicalTheme {
        characters: ThemeCharacters::unicode(),
        styles: ThemeStyles::none(),
    };
    let mut out = String::new();
    // Writing into a string does not fail.
    let _rendered = GraphicalReportHandler::new_themed(theme)
        .with_width(WIDTH)
        .with_context_lines(1)
        .render_report(&mut out, report.as_ref());
    placed(&out, path, text, span.start)
}

/// The same with the column that a place has in the file, in characters, whatever is shown of its line.
fn placed(drawn: &str, path: &Utf8Path, text: &str, at: usize) -> String {
    let column = text[line_start(text, at)..at].chars().count() + 1;
    let place = format!("[{path}:{}:", line_of(text, at));
    let parts = drawn.split_once(&place);
    match parts.and_then(|(before, rest)| Some((before, rest.split_once(']')?.1))) {
        Some((before, after)) => format!("{before}{place}{column}]{after}"),
        None => drawn.to_owned(),
    }
}

/// A text whose lines have room, and where a range of it is there.
fn cut(text: &str, range: Range<usize>, room: usize) -> (String, Range<usize>) {
    let mut shown = String::with_capacity(text.len());
    let mut marked = range.clone();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let content = line.trim_end_matches(['\n', '\r']);
        let is_in = |at: usize| (start..=start + content.len()).contains(&at);
        let focus = is_in(range.start).then(|| range.start - start);
        let window = window(content, focus.unwrap_or(0), room);
        if window.start > 0 {
            shown.push_str(CUT);
        }
        let at = |place: usize| {
            let place = place.saturating_sub(start).clamp(window.start, window.end);
            shown.len() + place - window.start
        };
        if is_in(range.start) {
            marked.start = at(range.start);
        }
        if is_in(range.end) {
            marked.end = at(range.end);
        }
        shown.push_str(&content[window.clone()]);
        if window.end < content.len() {
            shown.push_str(CUT);
        }
        shown.push_str(&line[content.len()..]);
        start += line.len();
    }
    marked.end = marked.end.max(marked.start);
    (shown, marked)
}

/// The part of a line that is shown, around a place in it; the marks of what is cut take room, too.
fn window(line: &str, focus: usize, room: usize) -> Range<usize> {
    let places: Vec<usize> = line.char_indices().map(|(at, _)| at).collect();
    if places.len() <= room {
        return 0..line.len();
    }
    let room = room - 2;
    let focus = places.partition_point(|at| *at < focus);
    let first = match focus + BEFORE < room {
        true => 0,
        false => (focus - BEFORE.min(focus)).min(places.len() - room),
    };
    let end = places.get(first + room).copied();
    places[first]..end.unwrap_or(line.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_line_is_cut_around_the_mistake_and_its_place_stays() {
        let text = format!(
            "a: 1\nlist: [{}ten, {}]\nb: {}\n",
            "é, ".repeat(40),
            "x, ".repeat(50),
            "y".repeat(90)
        );
        let start = text.find("ten").unwrap();
        let problem = Problem::new(start..start + 3, "`ten` is no number");
        let drawn = underline("m.yaml".into(), &text, &problem);
        assert!(drawn.contains("[m.yaml:2:128]"), "{drawn}");
        assert!(drawn.contains("───") || drawn.contains("─┬─"), "{drawn}");
        let widest = drawn.lines().map(|line| line.chars().count()).max();
        assert!(widest.unwrap() <= WIDTH, "{drawn}");
        // The mark is below what it is about.
        let lines: Vec<Vec<char>> = drawn.lines().map(|line| line.chars().collect()).collect();
        let at = lines
            .iter()
            .position(|line| line.iter().collect::<String>().contains("ten, x"));
        let at = at.unwrap();
        let column = lines[at]
            .iter()
            .collect::<String>()
            .split("ten")
            .next()
            .unwrap()
            .chars()
            .count();
        assert_eq!(lines[at + 1][column], '─', "{drawn}");
        assert_eq!(lines[at + 1][column - 1], ' ', "{drawn}");
    }

    #[test]
    fn short_lines_stay() {
        let text = "a: 1\nb: two\r\n";
        assert_eq!(cut(text, 8..11, 20), (text.to_owned(), 8..11));
        let long = format!("{}\nend", "z".repeat(200));
        let (shown, marked) = cut(&long, 201..204, 70);
        assert_eq!(&shown[marked], "end");
    }
}
