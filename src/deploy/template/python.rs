//! Values as Python prints them.

use minijinja::value::{Tuple, ValueKind};
use minijinja::{Error, ErrorKind, State, Value as Jinja};

use crate::yaml::{Key, Kind, Node, resolve_python};

/// The order of the keys of mappings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Order {
    AsWritten,
    /// As PyYAML writes them: in order, where they can be compared.
    Sorted,
}

/// A value as PyYAML reads it.
pub(super) fn value(node: &Node, order: Order) -> Jinja {
    match &node.kind {
        Kind::Null => Jinja::from(()),
        Kind::Bool(flag) => Jinja::from(*flag),
        Kind::Integer(number) => Jinja::from(*number),
        Kind::Float(number) => Jinja::from(*number),
        Kind::String(text) => Jinja::from(text.as_str()),
        Kind::Sequence(items) => items.iter().map(|item| value(item, order)).collect(),
        Kind::Mapping(entries) => {
            let entries = entries.iter();
            let mut pairs: Vec<(Jinja, Jinja)> = entries
                .map(|(key, node)| (key_of(key), value(node, order)))
                .collect();
            if order == Order::Sorted {
                sort(&mut pairs);
            }
            Jinja::from_pairs(pairs)
        }
    }
}

/// A key, which need not be text.
fn key_of(key: &Key) -> Jinja {
    let kind = match key.is_plain() {
        true => resolve_python(&key.text),
        false => Kind::String(key.text.clone()),
    };
    match kind {
        Kind::Null => Jinja::from(()),
        Kind::Bool(flag) => Jinja::from(flag),
        Kind::Integer(number) => Jinja::from(number),
        Kind::Float(number) => Jinja::from(number),
        Kind::String(_) | Kind::Sequence(_) | Kind::Mapping(_) => Jinja::from(key.text.as_str()),
    }
}

/// Sorts by keys that are all text, or all numbers; Python does not compare others.
pub(super) fn sort(pairs: &mut [(Jinja, Jinja)]) {
    let number = |key: &Jinja| match key.kind() {
        ValueKind::Bool => Some(f64::from(u8::from(key.is_true()))),
        ValueKind::Number => f64::try_from(key.clone()).ok(),
        _ => None,
    };
    if pairs.iter().all(|(key, _)| key.as_str().is_some()) {
        pairs.sort_by(|(a, _), (b, _)| a.as_str().cmp(&b.as_str()));
    } else if pairs.iter().all(|(key, _)| number(key).is_some()) {
        pairs.sort_by(|(a, _), (b, _)| {
            number(a)
                .unwrap_or_default()
                .total_cmp(&number(b).unwrap_or_default())
        });
    }
}

/// A value as `str()` gives it.
///
/// # Errors
/// Where it is not defined, or the template has done too much.
pub(super) fn text(state: &State<'_, '_>, value: &Jinja) -> Result<String, Error> {
    let mut out = String::new();
    match value.as_str() {
        Some(text) => out.push_str(text),
        None => repr(state, &mut out, value)?,
    }
    Ok(out)
}

/// Writes a value as `repr()` gives it.
fn repr(state: &State<'_, '_>, out: &mut String, value: &Jinja) -> Result<(), Error> {
    // A list may hold the same list a thousand times, and that one again.
    state.consume_fuel(1)?;
    match value.kind() {
        ValueKind::String => match value.as_str() {
            Some(text) => quote(out, text),
            None => out.push_str(&value.to_string()),
        },
        ValueKind::Number => match f64::try_from(value.clone()) {
            Ok(number) if !value.is_integer() => out.push_str(&float(number)),
            _ => out.push_str(&value.to_string()),
        },
        ValueKind::Seq | ValueKind::Iterable => {
            let is_tuple = value.downcast_object_ref::<Tuple>().is_some();
            let (open, close) = if is_tuple { ('(', ')') } else { ('[', ']') };
            out.push(open);
            let mut count = 0;
            for item in value.try_iter()? {
                if count > 0 {
                    out.push_str(", ");
                }
                repr(state, out, &item)?;
                count += 1;
            }
            if is_tuple && count == 1 {
                out.push(',');
            }
            out.push(close);
        }
        ValueKind::Map if value.as_object().is_some() => {
            out.push('{');
            for (index, key) in value.try_iter()?.enumerate() {
                if index > 0 {
                    out.push_str(", ");
                }
                repr(state, out, &key)?;
                out.push_str(": ");
                repr(state, out, &value.get_item(&key)?)?;
            }
            out.push('}');
        }
        ValueKind::None | ValueKind::Bool => out.push_str(&value.to_string()),
        ValueKind::Undefined => {
            let message = "a value that is printed here is not defined";
            return Err(Error::new(ErrorKind::UndefinedError, message));
        }
        kind => {
            let message = format!("a {kind} is not printed");
            return Err(Error::new(ErrorKind::InvalidOperation, message));
        }
    }
    Ok(())
}

/// Quotes a text: with `'`, unless only that is in it.
fn quote(out: &mut String, text: &str) {
    let mark = match text.contains('\'') && !text.contains('"') {
        true => '"',
        false => '\'',
    };
    out.push(mark);
    for c in text.chars() {
        match c {
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\\' => out.push_str("\\\\"),
            c if c == mark => out.extend(['\\', c]),
            c if is_printable(c) => out.push(c),
            c => out.push_str(&match u32::from(c) {
                code @ 0..=0xff => format!("\\x{code:02x}"),
                code @ 0x100..=0xffff => format!("\\u{code:04x}"),
                code => format!("\\U{code:08x}"),
            }),
        }
    }
    out.push(mark);
}

/// Whether Python prints a character as it is: by the same classes of characters as Rust, whose own quoting also escapes
/// what joins the character before it, but only where there is none.
fn is_printable(c: char) -> bool {
    let shown: String = ['a', c].iter().collect::<String>().escape_debug().collect();
    matches!(c, '\'' | '"') || shown.chars().count() == 2
}

/// A number with a point, as few digits as tell it from its neighbours, and an exponent from 1e+16 and below 1e-04.
fn float(number: f64) -> String {
    if number.is_nan() {
        return "nan".into();
    }
    if number.is_infinite() {
        return if number > 0.0 { "inf" } else { "-inf" }.into();
    }
    let text = format!("{number:e}");
    let (digits, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let exponent: i32 = exponent.parse().unwrap_or_default();
    if (-4..16).contains(&exponent) {
        let plain = number.to_string();
        return match plain.contains('.') {
            true => plain,
            false => format!("{plain}.0"),
        };
    }
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{digits}e{sign}{:02}", exponent.abs())
}

#[cfg(test)]
mod tests {
    use minijinja::Environment;

    use super::*;

    #[test]
    fn values_look_as_in_python() {
        let values = serde_json::json!([
            null, true, false, 1, -2, 1.0, 0.1, 1e15, 1e16, 1.5e-4, 1e-5, -1.25e300, "a'b", "a\"b'", "\u{7}\n\\", "é ❤",
            "e\u{301}", "\u{a0}\u{200b}\u{feff}", "\u{1f600}\u{e0001}", [], {}, {"b": [1], "a": {"x": null}}
        ]);
        let value = Jinja::from(minijinja::value::Serde(&values));
        let environment = Environment::new();
        let text = |value: &Jinja| text(&environment.empty_state(), value).unwrap();
        insta::assert_snapshot!(text(&value), @r#"[None, True, False, 1, -2, 1.0, 0.1, 1000000000000000.0, 1e+16, 0.00015, 1e-05, -1.25e+300, "a'b", 'a"b\'', '\x07\n\\', 'é ❤', 'é', '\xa0\u200b\ufeff', '😀\U000e0001', [], {}, {'b': [1], 'a': {'x': None}}]"#);
        let one = Jinja::from(Tuple::from([Jinja::from(1)]));
        assert_eq!(text(&one), "(1,)");
        assert_eq!(text(&Jinja::from("a'b")), "a'b");
    }

    #[test]
    fn keys_are_sorted_as_pyyaml_writes_them() {
        let shown = |text: &str, order| {
            let node = crate::yaml::parse_python(text).unwrap();
            let environment = Environment::new();
            super::text(&environment.empty_state(), &value(&node, order)).unwrap()
        };
        let text = "{b: {z: 1, a: [{d: 1, c: 2}]}, B: 1, é: 1, '10': 1}";
        assert_eq!(
            shown(text, Order::Sorted),
            "{'10': 1, 'B': 1, 'b': {'a': [{'c': 2, 'd': 1}], 'z': 1}, 'é': 1}"
        );
        assert_eq!(
            shown(text, Order::AsWritten),
            "{'b': {'z': 1, 'a': [{'d': 1, 'c': 2}]}, 'B': 1, 'é': 1, '10': 1}"
        );
        assert_eq!(
            shown("{443: 1, 80: 2, no: 3}", Order::Sorted),
            "{False: 3, 80: 2, 443: 1}"
        );
        assert_eq!(
            shown("{b: 1, 80: 2, a: 3}", Order::Sorted),
            "{'b': 1, 80: 2, 'a': 3}"
        );
    }
}
