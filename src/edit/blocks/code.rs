use std::ops::Range;

/// Whether two texts are the same code, whatever comments and blank lines they have.
pub(crate) fn is_same_code(one: &str, other: &str) -> bool {
    code_lines(one).eq(code_lines(other))
}

/// The lines in which a text has the code of a block, with comments in between, besides places that have been seen.
pub(super) fn find_code(text: &str, block: &str, seen: &[usize]) -> Option<Range<usize>> {
    let wanted: Vec<&str> = code_lines(block).collect();
    let lines = code_places(text);
    let mut places = lines.windows(wanted.len().max(1));
    let found = places.find(|window| {
        let is_it = window.iter().map(|(_, code)| code).eq(&wanted);
        is_it && !seen.contains(&window[0].0.start)
    })?;
    Some(found.first()?.0.start..found.last()?.0.end)
}

/// The lines of a text that are code, each with its place.
pub(super) fn code_places(text: &str) -> Vec<(Range<usize>, &str)> {
    let mut lines = Vec::new();
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let place = at..at + line.len();
        at = place.end;
        if let Some(code) = code(line) {
            lines.push((place, code));
        }
    }
    lines
}

/// A commented text with the code of another block; none where that has more lines, or fewer.
pub(super) fn with_code(text: &str, block: &str) -> Option<String> {
    let mut wanted = code_lines(block);
    let mut result = String::new();
    for line in text.split_inclusive('\n') {
        match code(line) {
            Some(code) => {
                result.push_str(wanted.next()?);
                result.push_str(&line[code.len()..]);
            }
            None => result.push_str(line),
        }
    }
    wanted.next().is_none().then_some(result)
}

pub(super) fn code_lines(text: &str) -> impl Iterator<Item = &str> {
    text.lines().filter_map(code)
}

/// The beginning of a line, without its comment; none where nothing else is in it.
fn code(line: &str) -> Option<&str> {
    let mut quote = None;
    let mut before = ' ';
    let mut end = line.len();
    for (at, letter) in line.char_indices() {
        match (quote, letter) {
            (None, '#') if before.is_whitespace() => {
                end = at;
                break;
            }
            (None, '\'' | '"') => quote = Some(letter),
            (Some(open), _) if open == letter => quote = None,
            (None | Some(_), _) => {}
        }
        before = letter;
    }
    Some(line[..end].trim_end()).filter(|code| !code.is_empty())
}
