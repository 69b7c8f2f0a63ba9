use granit_parser::{ErrorKind, Parser};

/// What was opened and is not closed where the parser noticed something else, with the byte where it was opened: a quote that
/// is missing is taken from the next text in quotes, and a bracket from where the next key stands.
///
/// What goes on in the next line is indented deeper than the line that it begins in. So where a line is not, the end is
/// missing before it.
pub(super) fn opened(text: &str, kind: &ErrorKind, noticed: usize) -> Option<(ErrorKind, usize)> {
    let before = text.get(..noticed)?;
    let end = match kind {
        ErrorKind::InvalidTrailingSingleQuotedScalar => before.rfind('\'')?,
        ErrorKind::InvalidTrailingDoubleQuotedScalar => before.rfind('"')?,
        ErrorKind::UnclosedQuotedScalar | ErrorKind::UnclosedFlowCollection { .. } => return None,
        _ => noticed,
    };
    let line = before.rfind('\n').map_or(0, |at| at + 1);
    // Within the line a quote is open, or before it a bracket.
    [end, line].into_iter().find_map(|end| {
        let (kind, at) = left_open(text.get(..end)?)?;
        ends_before(text, at, noticed).then_some((kind, at))
    })
}

/// What is still open at the end of a text.
fn left_open(text: &str) -> Option<(ErrorKind, usize)> {
    let mut parser = Parser::new_from_str(text);
    let error = loop {
        if let Err(error) = parser.next_event()? {
            break error;
        }
    };
    let kind = error.kind();
    let is_open = matches!(
        kind,
        ErrorKind::UnclosedQuotedScalar | ErrorKind::UnclosedFlowCollection { .. }
    );
    let at = error.marker().byte_offset().filter(|_| is_open)?;
    text.is_char_boundary(at).then(|| (kind.clone(), at))
}

/// Whether a line up to a place is not indented as what goes on from another place has to be.
fn ends_before(text: &str, opened: usize, noticed: usize) -> bool {
    let line = text[..opened].rfind('\n').map_or(0, |at| at + 1);
    let parent = parent(&text[line..opened]);
    let end = text[noticed..]
        .find('\n')
        .map_or(text.len(), |at| noticed + at);
    let mut lines = text[opened..end].lines().skip(1);
    lines.any(|line| {
        let indent = line.len() - line.trim_start_matches(' ').len();
        // What closes may stand where the line begins that opens.
        let is_end = line.trim_start().starts_with([']', '}']);
        !line.trim().is_empty() && indent <= parent && !is_end
    })
}

/// The column of the key or the item that a value belongs to, by what stands before the value in its line.
fn parent(before: &str) -> usize {
    let mut column = 0;
    let mut item = None;
    loop {
        let rest = &before[column..];
        let blanks = rest.len() - rest.trim_start_matches(' ').len();
        column += blanks;
        match before[column..].strip_prefix("- ") {
            Some(_) => {
                item = Some(column);
                column += 1;
            }
            None if column == before.len() => return item.unwrap_or(column),
            None => return column,
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::yaml::parse_strict;

    /// The line that a mistake is told to be in, and what it is.
    fn told(text: &str) -> (usize, String) {
        let error = parse_strict(text).unwrap_err();
        (text[..error.at].lines().count().max(1), error.message)
    }

    #[test]
    fn what_is_not_closed_is_told_in_the_line_that_opens_it() {
        let quote = "a quote is not closed";
        for (text, line, words) in [
            ("a: 1\nb: \"x\nc: 2\nd: \"y\"\n", 2, quote),
            ("a: 1\nb: 'x\nc: 2\nd: 'y'\n", 2, quote),
            ("a: 1\nb: 'x\nc: It's\n", 2, quote),
            ("b: \"x\nc: \"y\n", 1, quote),
            ("b: \"x\nc: \"\\d\"\n", 1, quote),
            ("a:\n  b: \"x\n  c: {d: \"y\"}\n", 2, quote),
            ("a:\n- \"x\n- \"y\"\n", 2, quote),
            ("a:\n- b: \"x\n  c: \"y\"\n", 2, quote),
            ("a: [b, \"c]\nd: \"e\"\n", 1, quote),
            ("a: [b, c\nd: e\n", 1, "the bracket `[` is not closed"),
            ("a: {b: c\nd: [e]\n", 1, "the bracket `{` is not closed"),
            ("a: {b: c\nd: e\n", 1, "the bracket `{` is not closed"),
            (
                "a:\n- {b: c\n- {b: d}\n",
                2,
                "the bracket `{` is not closed",
            ),
            (
                "a: [b,\nc: {d: e},\nf: g\n",
                1,
                "the bracket `[` is not closed",
            ),
        ] {
            let found = told(text);
            assert_eq!(found, (line, words.to_owned()), "{text}");
        }
    }

    #[test]
    fn what_is_wrong_within_is_told_where_it_is() {
        for (text, line, words) in [
            ("a: \"x\n  y \"z\" b\"\n", 2, "follows the closing quote"),
            ("a: {\n  b: c: d,\n}\n", 2, "`,` or `}` is missing"),
            ("a: [\n  b\n], c\n", 3, "indented"),
            ("a: [b,\n  c} \n]\n", 1, "is closed by `}`"),
            ("a: 'it's'\n", 1, "follows the closing quote"),
            (
                "a: [\n  'b',\n  'c'd',\n]\n",
                3,
                "follows the closing quote",
            ),
        ] {
            let (found, message) = told(text);
            assert!(
                found == line && message.contains(words),
                "{text}: {found}, {message}"
            );
        }
    }
}
