//! Values as `JSON.stringify` writes them.

use super::coerce;
use super::text::Text;
use super::value::Value;

/// Writes a value, its parts so many spaces further in; none: all in one line.
pub(super) fn stringify(value: &Value, indent: usize) -> Text {
    let mut writer = Writer {
        out: Text::default(),
        indent,
        depth: 0,
    };
    writer.value(value);
    writer.out
}

struct Writer {
    out: Text,
    indent: usize,
    depth: usize,
}

impl Writer {
    fn value(&mut self, value: &Value) {
        match value {
            Value::Null => self.out.push_str("null"),
            Value::Bool(true) => self.out.push_str("true"),
            Value::Bool(false) => self.out.push_str("false"),
            Value::Number(number) if number.is_finite() => {
                self.out.push_str(&coerce::number_text(*number));
            }
            Value::Number(_) => self.out.push_str("null"),
            Value::Text(text) => self.out.push(&quoted(text)),
            Value::Array(values) => self.list('[', values.iter(), ']', Self::value),
            Value::Object(object) => {
                self.list(
                    '{',
                    object.entries().into_iter(),
                    '}',
                    |writer, (key, value)| {
                        writer.out.push(&quoted(key));
                        writer
                            .out
                            .push_str(if writer.indent > 0 { ": " } else { ":" });
                        writer.value(value);
                    },
                );
            }
        }
    }

    fn list<T>(
        &mut self,
        open: char,
        parts: impl ExactSizeIterator<Item = T>,
        close: char,
        mut write: impl FnMut(&mut Self, T),
    ) {
        self.out.push_unit(open as u16);
        let is_empty = parts.len() == 0;
        self.depth += 1;
        for (number, part) in parts.enumerate() {
            if number > 0 {
                self.out.push_str(",");
            }
            self.new_line();
            write(self, part);
        }
        self.depth -= 1;
        if !is_empty {
            self.new_line();
        }
        self.out.push_unit(close as u16);
    }

    fn new_line(&mut self) {
        if self.indent > 0 {
            self.out.push_str("\n");
            self.out.push_str(&" ".repeat(self.indent * self.depth));
        }
    }
}

/// A text in quotes.
pub(super) fn quoted(text: &Text) -> Text {
    let mut out = Text::from("\"");
    for result in char::decode_utf16(text.units().iter().copied()) {
        match result {
            Ok('"') => out.push_str("\\\""),
            Ok('\\') => out.push_str("\\\\"),
            Ok('\u{8}') => out.push_str("\\b"),
            Ok('\u{c}') => out.push_str("\\f"),
            Ok('\n') => out.push_str("\\n"),
            Ok('\r') => out.push_str("\\r"),
            Ok('\t') => out.push_str("\\t"),
            Ok(c) if c < ' ' => out.push_str(&format!("\\u{:04x}", c as u32)),
            Ok(c) => out.push_str(c.encode_utf8(&mut [0; 4])),
            Err(half) => out.push_str(&format!("\\u{:04x}", half.unpaired_surrogate())),
        }
    }
    out.push_str("\"");
    out
}
