//! What JavaScript makes of a value where it wants a text or a number; nothing is what it calls `undefined`.

use super::inspect;
use super::text::Text;
use super::value::Value;

/// A number as JavaScript writes it.
pub(super) fn number_text(number: f64) -> String {
    ryu_js::Buffer::new().format(number).to_owned()
}

/// `String(value)`.
pub(super) fn text(value: Option<&Value>) -> Text {
    match value {
        None => Text::from("undefined"),
        Some(Value::Null) => Text::from("null"),
        Some(Value::Bool(true)) => Text::from("true"),
        Some(Value::Bool(false)) => Text::from("false"),
        Some(Value::Number(number)) => Text::from(number_text(*number)),
        Some(Value::Text(text)) => text.clone(),
        Some(Value::Array(values)) => {
            let parts = values.iter().map(|value| match value {
                Value::Null => Text::default(),
                value => text(Some(value)),
            });
            Text::join(&parts.collect::<Vec<_>>(), ",")
        }
        Some(Value::Object(_)) => Text::from("[object Object]"),
    }
}

/// What `%s` of Node.js's `util.format` makes of it.
pub(super) fn formatted(value: Option<&Value>) -> Text {
    match value {
        Some(Value::Number(number)) => signed(*number),
        Some(value @ (Value::Array(_) | Value::Object(_))) => inspect::brief(value),
        None | Some(Value::Null | Value::Bool(_) | Value::Text(_)) => text(value),
    }
}

/// What `%d` of Node.js's `util.format` makes of it.
pub(super) fn formatted_number(value: Option<&Value>) -> Text {
    signed(number(value))
}

/// A number with the sign of a zero, which `String` leaves out.
pub(super) fn signed(number: f64) -> Text {
    match number == 0.0 && number.is_sign_negative() {
        true => Text::from("-0"),
        false => Text::from(number_text(number)),
    }
}

/// `Number(value)`.
pub(super) fn number(value: Option<&Value>) -> f64 {
    match value {
        None | Some(Value::Object(_)) => f64::NAN,
        Some(Value::Null) => 0.0,
        Some(Value::Bool(value)) => f64::from(u8::from(*value)),
        Some(Value::Number(number)) => *number,
        Some(Value::Text(text)) => number_of(text),
        Some(array @ Value::Array(_)) => number_of(&text(Some(array))),
    }
}

/// The number that a text is.
pub(super) fn number_of(text: &Text) -> f64 {
    let text = text.trimmed().to_string();
    let radix = |digits: &str, radix: u32| {
        let is_number = !digits.is_empty() && digits.chars().all(|c| c.is_digit(radix));
        let digits = digits.chars().filter_map(|c| c.to_digit(radix));
        let number = digits.fold(0.0, |sum, digit| sum * f64::from(radix) + f64::from(digit));
        if is_number { number } else { f64::NAN }
    };
    match text.get(..2).map(str::to_ascii_lowercase).as_deref() {
        Some("0x") => return radix(&text[2..], 16),
        Some("0o") => return radix(&text[2..], 8),
        Some("0b") => return radix(&text[2..], 2),
        _ => {}
    }
    match text.as_str() {
        "" => 0.0,
        "Infinity" | "+Infinity" => f64::INFINITY,
        "-Infinity" => f64::NEG_INFINITY,
        // Rust knows more names of numbers.
        text if text.contains(|c: char| !c.is_ascii_digit() && !"+-.eE".contains(c)) => f64::NAN,
        text => text.parse().unwrap_or(f64::NAN),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_as_in_javascript() {
        for (number, expected) in [
            (1e21, "1e+21"),
            (123_456_789_012_345_680_000.0, "123456789012345680000"),
            (1e-7, "1e-7"),
            (0.000_001, "0.000001"),
            (-0.0, "0"),
            (0.1 + 0.2, "0.30000000000000004"),
            (f64::INFINITY, "Infinity"),
            (f64::NAN, "NaN"),
        ] {
            assert_eq!(number_text(number), expected);
        }
    }

    #[test]
    fn texts_are_numbers_where_javascript_says_so() {
        for (text, expected) in [
            ("", 0.0),
            (" 12\n", 12.0),
            ("0x1F", 31.0),
            ("0b101", 5.0),
            ("5.", 5.0),
            (".5e1", 5.0),
            ("-Infinity", f64::NEG_INFINITY),
        ] {
            assert_eq!(number_of(&Text::from(text)), expected, "{text}");
        }
        for text in [
            "inf", "nan", "infinity", "1_000", "0x", "12px", "-0x1", "e5", ".",
        ] {
            assert!(number_of(&Text::from(text)).is_nan(), "{text}");
        }
    }
}
