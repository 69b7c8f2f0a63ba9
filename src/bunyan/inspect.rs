//! Values as `util.inspect` of Node.js (12 and later) shows them.

mod columns;
mod escape;

use self::columns::in_columns;
use self::escape::escaped;
use super::coerce::signed;
use super::paint::{Coloring, Paint};
use super::text::Text;
use super::value::Value;

/// A value with all that is in it, in colour.
pub(super) fn in_full(value: &Value) -> Text {
    Inspector::new(usize::MAX, Coloring::Colored)
        .value(value, 0)
        .text
}

/// A value without what is in its parts, as `%s` shows it.
pub(super) fn brief(value: &Value) -> Text {
    Inspector::new(0, Coloring::Plain).value(value, 0).text
}

/// The length of a line that is broken.
const BREAK: usize = 80;

/// How much of a text is shown, and how many elements of an array.
const LONGEST_TEXT: usize = 10_000;
const MOST_ELEMENTS: usize = 100;

/// A text up to here is not broken at its line ends.
const SHORT_TEXT: usize = 16;

/// How many levels may share a line.
const COMPACT: usize = 3;

struct Inspector {
    deepest: usize,
    coloring: Coloring,
    indent: usize,
    /// How deep the value is that was begun last.
    depth: usize,
}

/// What is shown of a value, and how long that is without its colours.
#[derive(Debug, Clone, Default)]
struct Shown {
    text: Text,
    width: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Array,
    Object,
}

impl Inspector {
    fn new(deepest: usize, coloring: Coloring) -> Self {
        Self {
            deepest,
            coloring,
            indent: 0,
            depth: 0,
        }
    }

    fn paint(&self, text: Text, paint: Paint) -> Shown {
        Shown {
            width: text.len(),
            text: paint.on(text, self.coloring),
        }
    }

    fn value(&mut self, value: &Value, depth: usize) -> Shown {
        match value {
            Value::Null => self.paint(Text::from("null"), Paint::BOLD),
            Value::Bool(value) => self.paint(Text::from(value.to_string()), Paint::YELLOW),
            Value::Number(number) => self.paint(signed(*number), Paint::YELLOW),
            Value::Text(text) => self.text(text),
            Value::Array(values) if values.is_empty() => Shown::plain(Text::from("[]")),
            Value::Object(object) if object.entries().is_empty() => Shown::plain(Text::from("{}")),
            Value::Array(_) if depth > self.deepest => {
                self.paint(Text::from("[Array]"), Paint::CYAN)
            }
            Value::Object(_) if depth > self.deepest => {
                self.paint(Text::from("[Object]"), Paint::CYAN)
            }
            Value::Array(values) => {
                self.depth = depth + 1;
                let shown = values.iter().take(MOST_ELEMENTS);
                let mut parts: Vec<Shown> =
                    shown.map(|value| self.part(value, depth + 1)).collect();
                let has_rest = values.len() > MOST_ELEMENTS;
                if has_rest {
                    let rest = rest(values.len() - MOST_ELEMENTS, "item");
                    parts.push(Shown::plain(Text::from(rest)));
                }
                let count = parts.len();
                let mut looked_at = values.iter().take(count);
                let are_numbers = looked_at.all(|value| matches!(value, Value::Number(_)));
                if count > 6 {
                    parts = in_columns(parts, self.indent, has_rest, are_numbers);
                }
                let is_grouped = parts.len() != count;
                self.joined(parts, Kind::Array, is_grouped, depth + 1)
            }
            Value::Object(object) => {
                self.depth = depth + 1;
                let mut parts = Vec::new();
                for (key, value) in object.entries() {
                    let value = self.part(value, depth + 1);
                    parts.push(self.key(key).and(": ", &value));
                }
                self.joined(parts, Kind::Object, false, depth + 1)
            }
        }
    }

    fn part(&mut self, value: &Value, depth: usize) -> Shown {
        self.indent += 2;
        let shown = self.value(value, depth);
        self.indent -= 2;
        shown
    }

    fn key(&self, key: &Text) -> Shown {
        let name = key.to_string();
        let is_letter = |c: char| c.is_ascii_alphabetic() || c == '_';
        let is_plain =
            name.starts_with(is_letter) && name.chars().all(|c| is_letter(c) || c.is_ascii_digit());
        match name.as_str() {
            "__proto__" => Shown::plain(Text::from("['__proto__']")),
            _ if is_plain => Shown::plain(key.clone()),
            _ => self.paint(escaped(key.units()), Paint::GREEN),
        }
    }

    fn text(&self, text: &Text) -> Shown {
        let units = text.units();
        let (units, rest_of) = units.split_at(units.len().min(LONGEST_TEXT));
        let trailer = match rest_of.len() {
            0 => Shown::default(),
            more => Shown::plain(Text::from(rest(more, "character"))),
        };
        let is_broken = units.len() > SHORT_TEXT && units.len() + self.indent + 4 > BREAK;
        let lines: Vec<&[u16]> = match is_broken {
            true => units
                .split_inclusive(|unit| *unit == u16::from(b'\n'))
                .collect(),
            false => vec![units],
        };
        let mut shown = Shown::default();
        for (number, line) in lines.into_iter().enumerate() {
            let between = match number {
                0 => String::new(),
                _ => format!(" +\n{}", " ".repeat(self.indent + 2)),
            };
            shown = shown.and(&between, &self.paint(escaped(line), Paint::GREEN));
        }
        shown.and("", &trailer)
    }

    /// The parts in one line, where they fit and are not too deep, else one below the other.
    fn joined(&self, parts: Vec<Shown>, kind: Kind, is_grouped: bool, depth: usize) -> Shown {
        let (open, close) = match kind {
            Kind::Array => ("[", "]"),
            Kind::Object => ("{", "}"),
        };
        let mut shown = Shown::plain(Text::from(open));
        // As it counts: two for each part, eleven for the rest.
        let length = 2 * parts.len() + self.indent + 11;
        let width: usize = parts.iter().map(|part| part.width).sum();
        let is_short = self.depth - depth < COMPACT
            && !is_grouped
            && length + width <= BREAK
            && !parts.iter().any(|part| part.text.has('\n'));
        let (begin, between, end) = match is_short {
            true => (" ".to_owned(), ", ".to_owned(), " ".to_owned()),
            false => {
                let line = format!("\n{}", " ".repeat(self.indent));
                (format!("{line}  "), format!(",{line}  "), line)
            }
        };
        for (number, part) in parts.iter().enumerate() {
            shown = shown.and(if number == 0 { &begin } else { &between }, part);
        }
        shown.and(&end, &Shown::plain(Text::from(close)))
    }
}

impl Shown {
    fn plain(text: Text) -> Self {
        Self {
            width: text.len(),
            text,
        }
    }

    /// This, and another behind it.
    fn and(mut self, between: &str, other: &Self) -> Self {
        self.text.push_str(between);
        self.text.push(&other.text);
        self.width += between.encode_utf16().count() + other.width;
        self
    }
}

fn rest(count: usize, what: &str) -> String {
    let s = if count > 1 { "s" } else { "" };
    format!("... {count} more {what}{s}")
}
