//! Writes values so that the parser of the destination gives back exactly the same value.

use serde_json::Value;

use crate::yaml::{Kind, parse};

pub use super::remarkup::remarkup;
pub use super::wikitext::wikitext;

/// Writes a text as a Puppet string: single quotes, or double ones where line ends have to be escaped.
///
/// puppet-lint takes `${` in single quotes for a mistake.
pub fn puppet_string(text: &str) -> String {
    if text.contains(|c: char| c.is_control()) || text.contains("${") {
        let mut quoted = String::from("\"");
        for c in text.chars() {
            match c {
                '\n' => quoted.push_str("\\n"),
                '\t' => quoted.push_str("\\t"),
                '\r' => quoted.push_str("\\r"),
                '\\' | '"' | '$' => {
                    quoted.push('\\');
                    quoted.push(c);
                }
                _ => quoted.push(c),
            }
        }
        quoted.push('"');
        return quoted;
    }
    format!("'{}'", text.replace('\\', "\\\\").replace('\'', "\\'"))
}

/// Writes a value as a Puppet literal in one line.
pub fn puppet_value(value: &Value) -> String {
    match value {
        Value::Null => "undef".into(),
        Value::Bool(value) => value.to_string(),
        Value::Number(number) => puppet_number(number),
        Value::String(text) => puppet_string(text),
        Value::Array(items) => {
            format!(
                "[{}]",
                items
                    .iter()
                    .map(puppet_value)
                    .collect::<Vec<_>>()
                    .join(", ")
            )
        }
        Value::Object(map) if map.is_empty() => "{}".into(),
        Value::Object(map) => {
            let entries: Vec<String> = map
                .iter()
                .map(|(k, v)| format!("{} => {}", puppet_string(k), puppet_value(v)))
                .collect();
            format!("{{ {} }}", entries.join(", "))
        }
    }
}

fn puppet_number(number: &serde_json::Number) -> String {
    // Puppet's lexer takes `1.0e30`, neither `1e30` nor `1.0e+30`.
    let text = number.to_string().replace("e+", "e");
    match (number.is_f64(), text.split_once('e')) {
        (true, Some((mantissa, exponent))) if !mantissa.contains('.') => {
            format!("{mantissa}.0e{exponent}")
        }
        _ => text,
    }
}

/// Writes a text as a YAML scalar that YAML 1.1 and 1.2 both read as that text.
pub fn yaml_string(text: &str) -> String {
    if text.contains(is_escaped) || text.contains("%{") {
        return double_quoted(text);
    }
    if is_plain(text) {
        text.to_owned()
    } else {
        format!("'{}'", text.replace('\'', "''"))
    }
}

/// Whether a character cannot stand in YAML as it is, or would be taken for the end of a line.
pub(crate) fn is_escaped(c: char) -> bool {
    c.is_control() || matches!(c, '\u{2028}' | '\u{2029}' | '\u{feff}')
}

/// A double-quoted string: those of JSON, which leaves some characters alone that YAML does not.
fn double_quoted(text: &str) -> String {
    let mut quoted = String::new();
    for c in Value::from(text).to_string().chars() {
        if is_escaped(c) {
            quoted.push_str(&format!("\\u{:04x}", u32::from(c)));
        } else {
            quoted.push(c);
        }
    }
    quoted
}

/// Whether a text means itself without quotes, to readers of YAML 1.1 too.
fn is_plain(text: &str) -> bool {
    let inner = |c: char| c.is_alphanumeric() || " _./@+,=()-:".contains(c);
    let lower = text.to_ascii_lowercase();
    let word = matches!(
        lower.as_str(),
        "y" | "n" | "yes" | "no" | "on" | "off" | "true" | "false" | "null"
    );
    text.starts_with(|c: char| c.is_alphabetic() || c == '/' || c == '_')
        && text.chars().all(inner)
        && !text.ends_with([' ', ':'])
        && !text.contains(": ")
        && !word
        && parse(text).is_ok_and(|node| node.kind == Kind::String(text.to_owned()))
}

/// Writes an entry of a block mapping, with the line ends of all its lines.
pub fn yaml_entry(key: &str, value: &Value, indent: usize) -> String {
    let pad = " ".repeat(indent);
    let key = yaml_string(key);
    match value {
        Value::Array(items) if !items.is_empty() => {
            format!(
                "{pad}{key}:\n{}",
                items
                    .iter()
                    .map(|item| yaml_item(item, indent + 2))
                    .collect::<String>()
            )
        }
        Value::Object(map) if !map.is_empty() => {
            format!(
                "{pad}{key}:\n{}",
                map.iter()
                    .map(|(k, v)| yaml_entry(k, v, indent + 2))
                    .collect::<String>()
            )
        }
        _ => format!("{pad}{key}: {}\n", yaml_flow(value)),
    }
}

fn yaml_item(value: &Value, indent: usize) -> String {
    let pad = " ".repeat(indent);
    match value {
        Value::Object(map) if !map.is_empty() => {
            let block: String = map
                .iter()
                .map(|(k, v)| yaml_entry(k, v, indent + 2))
                .collect();
            format!("{pad}- {}", block.trim_start())
        }
        Value::Array(items) if !items.is_empty() => {
            let block: String = items
                .iter()
                .map(|item| yaml_item(item, indent + 2))
                .collect();
            format!("{pad}- {}", block.trim_start())
        }
        _ => format!("{pad}- {}\n", yaml_flow(value)),
    }
}

fn yaml_flow(value: &Value) -> String {
    match value {
        Value::String(text) => yaml_string(text),
        Value::Null => "null".into(),
        Value::Number(number) => yaml_number(number),
        other => other.to_string(),
    }
}

/// Writes a number so that readers of YAML 1.1 take it for one: with a point and a signed exponent.
fn yaml_number(number: &serde_json::Number) -> String {
    let text = number.to_string();
    let Some((mantissa, exponent)) = text.split_once('e').filter(|_| number.is_f64()) else {
        return text;
    };
    let point = if mantissa.contains('.') { "" } else { ".0" };
    let sign = if exponent.starts_with(['-', '+']) {
        ""
    } else {
        "+"
    };
    format!("{mantissa}{point}e{sign}{exponent}")
}

/// Writes a text so that Hiera does not interpolate it.
pub fn hiera_text(text: &str, has_literal: bool) -> String {
    // Hiera 1 (Puppet 3) has no `literal`; there an empty interpolation parts the two characters.
    text.replace(
        "%{",
        if has_literal {
            "%{literal('%')}{"
        } else {
            "%%{}{"
        },
    )
}

/// Writes every text in a value so that Hiera does not interpolate it.
pub fn hiera_value(value: &Value, has_literal: bool) -> Value {
    match value {
        Value::String(text) => Value::from(hiera_text(text, has_literal)),
        Value::Array(items) => items
            .iter()
            .map(|item| hiera_value(item, has_literal))
            .collect(),
        Value::Object(map) => map
            .iter()
            .map(|(k, v)| (hiera_text(k, has_literal), hiera_value(v, has_literal)))
            .collect(),
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn values() -> impl Strategy<Value = Value> {
        let text = prop_oneof![
            any::<String>(),
            "[-+.0-9eExX_: ~#'\"%{}<>$\\\\a-z]{0,12}",
            prop::sample::select(vec![
                "yes",
                "No",
                "on",
                "null",
                "~",
                "1:30",
                "0777",
                "1_0",
                "2001-01-01",
                "=",
                "<<",
                "- a",
                "a: b",
                "a #b",
                ".5",
                "0x1f",
                "é",
                "a:"
            ])
            .prop_map(str::to_owned),
        ];
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            (-1e12..1e12).prop_map(Value::from),
            text.prop_map(Value::from),
        ];
        leaf.prop_recursive(3, 24, 5, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                prop::collection::btree_map("[a-z~:% #'\"-]{1,6}", inner, 0..4)
                    .prop_map(|map| Value::Object(map.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn yaml_gives_the_value_back(value in values()) {
            let text = yaml_entry("key", &value, 2);
            let node = parse(&text).unwrap();
            prop_assert_eq!(node.find("key").unwrap().to_value(), value.clone(), "{}", text);
            let other: serde_json::Value = serde_yaml::from_str(&text).unwrap();
            prop_assert_eq!(&other["key"], &value, "{}", text);
        }
    }

    #[test]
    fn yaml_is_quoted_where_it_has_to_be_and_only_there() {
        for (value, text) in [
            ("kafka1001:9092", "kafka1001:9092"),
            ("127.0.0.1:9092", "'127.0.0.1:9092'"),
            ("yes", "'yes'"),
            ("it's", "'it''s'"),
            ("%{x}", "\"%{x}\""),
            ("a\nb", "\"a\\nb\""),
            ("\u{85}\u{2028}é", "\"\\u0085\\u2028é\""),
            ("/srv/log", "/srv/log"),
        ] {
            assert_eq!(yaml_string(value), text);
        }
    }

    #[test]
    fn numbers_are_numbers_in_yaml_1_1_too() {
        for (value, text) in [
            (1e-9, "1.0e-9"),
            (1e30, "1.0e+30"),
            (-2.5e-12, "-2.5e-12"),
            (1.5, "1.5"),
        ] {
            let line = format!("size: {text}\n");
            assert_eq!(yaml_entry("size", &Value::from(value), 0), line);
            let read = parse(&line).unwrap();
            assert_eq!(read.find("size").unwrap().to_value(), value);
        }
    }

    #[test]
    fn puppet_literals() {
        assert_eq!(puppet_string("it's \\ $x"), "'it\\'s \\\\ $x'");
        assert_eq!(puppet_string("a\n$x\"\\"), "\"a\\n\\$x\\\"\\\\\"");
        assert_eq!(
            puppet_value(&serde_json::json!({"a b": [1, 2.5, null, true]})),
            "{ 'a b' => [1, 2.5, undef, true] }"
        );
        assert_eq!(puppet_value(&serde_json::json!(1e30)), "1.0e30");
    }
}
