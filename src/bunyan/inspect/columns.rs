use textwrap::core::display_width;

use super::{BREAK, COMPACT, Shown};
use crate::bunyan::text::Text;

/// The space between two columns: a comma, and a blank.
const BETWEEN: usize = 2;

/// The elements of a longer array in columns, where they are of a similar length; else as they are.
pub(super) fn in_columns(
    parts: Vec<Shown>,
    indent: usize,
    has_rest: bool,
    are_numbers: bool,
) -> Vec<Shown> {
    let (elements, rest) = parts.split_at(parts.len() - usize::from(has_rest));
    // Here it counts what a terminal takes for a character, unlike elsewhere.
    let width = |part: &Shown| display_width(&part.text.to_string());
    let lengths: Vec<usize> = elements.iter().map(width).collect();
    let widest = lengths.iter().max().copied().unwrap_or(0);
    let column = widest + BETWEEN;
    let total: usize = lengths.iter().map(|length| length + BETWEEN).sum();
    let is_even = total as f64 / column as f64 > 5.0 || widest <= 6;
    if column * 3 + indent >= BREAK || !is_even {
        return parts;
    }
    let count = columns(column, total, parts.len(), elements.len(), indent);
    if count <= 1 {
        return parts;
    }
    let widths: Vec<usize> = (0..count)
        .map(|first| {
            let column = lengths.iter().skip(first).step_by(count);
            column.max().copied().unwrap_or(0)
        })
        .collect();
    let mut lines: Vec<Shown> = elements
        .chunks(count)
        .zip(lengths.chunks(count))
        .map(|(line, lengths)| aligned(line, lengths, &widths, are_numbers))
        .collect();
    lines.extend_from_slice(rest);
    lines
}

/// How many columns make about a square, a character being two and a half times as high as wide.
fn columns(column: usize, total: usize, parts: usize, elements: usize, indent: usize) -> usize {
    const HEIGHT: f64 = 2.5;
    let bias = (column as f64 - total as f64 / parts as f64).sqrt();
    let biased = (column as f64 - 3.0 - bias).max(1.0);
    let square = ((HEIGHT * biased * elements as f64).sqrt() / biased).round() as usize;
    square
        .min((BREAK - indent) / column)
        .min(COMPACT * 4)
        .min(15)
}

/// One line of them; numbers are flush right.
fn aligned(line: &[Shown], lengths: &[usize], widths: &[usize], are_numbers: bool) -> Shown {
    let mut shown = Shown::default();
    for (number, part) in line.iter().enumerate() {
        let space = " ".repeat(widths[number] - lengths[number]);
        let is_last = number + 1 == line.len();
        shown = match (are_numbers, is_last) {
            (true, true) => shown.and(&space, part),
            (true, false) => shown.and(&space, part).and(", ", &Shown::default()),
            (false, true) => shown.and("", part),
            (false, false) => {
                let gap = format!(", {space}");
                shown
                    .and("", part)
                    .and(&gap, &Shown::plain(Text::default()))
            }
        };
    }
    shown
}
