//! What Python's YAML reader makes of a text, where that is not what YAML 1.2 says.

use std::sync::LazyLock;

use regex::Regex;

use super::node::{Key, Kind, Node};

/// Integers of YAML 1.1: with underscores, in any of four bases, and in sixties.
static INTEGER: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"^[-+]?(0b[01_]+|0[0-7_]+|0|[1-9][0-9_]*|0x[0-9a-fA-F_]+|[1-9][0-9_]*(:[0-5]?[0-9])+)$",
    )
    .ok()
});

/// Decimal numbers of YAML 1.1: always with a point, and a sign in the exponent.
static FLOAT: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"^([-+]?[0-9][0-9_]*\.[0-9_]*([eE][-+][0-9]+)?|\.[0-9][0-9_]*([eE][-+][0-9]+)?|[-+]?[0-9][0-9_]*(:[0-5]?[0-9])+\.[0-9_]*)$",
    )
    .ok()
});

/// Resolves a plain scalar as PyYAML does.
///
/// What has no kind of its own here is the text that Python prints: infinities, and integers of more than 64 bits.
/// Dates stay as they are written.
pub fn resolve(text: &str) -> Kind {
    let text_of = |text: &str| Kind::String(text.to_owned());
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Kind::Null,
        "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "on" | "On" | "ON" => {
            return Kind::Bool(true);
        }
        "no" | "No" | "NO" | "false" | "False" | "FALSE" | "off" | "Off" | "OFF" => {
            return Kind::Bool(false);
        }
        ".inf" | ".Inf" | ".INF" | "+.inf" | "+.Inf" | "+.INF" => return text_of("inf"),
        "-.inf" | "-.Inf" | "-.INF" => return text_of("-inf"),
        ".nan" | ".NaN" | ".NAN" => return text_of("nan"),
        _ => {}
    }
    let is =
        |regex: &LazyLock<Option<Regex>>| regex.as_ref().is_some_and(|regex| regex.is_match(text));
    let digits = text.replace('_', "");
    if is(&INTEGER) {
        return integer(&digits).map_or_else(|| text_of(&digits), Kind::Integer);
    }
    if is(&FLOAT) {
        return float(&digits).map_or_else(|| text_of(text), Kind::Float);
    }
    text_of(text)
}

fn integer(digits: &str) -> Option<i64> {
    let (sign, digits) = sign(digits);
    let number = match digits.as_bytes() {
        [b'0', b'b', ..] => i64::from_str_radix(&digits[2..], 2).ok()?,
        [b'0', b'x', ..] => i64::from_str_radix(&digits[2..], 16).ok()?,
        [b'0', _, ..] => i64::from_str_radix(digits, 8).ok()?,
        _ => digits.split(':').try_fold(0i64, |sum, part| {
            sum.checked_mul(60)?.checked_add(part.parse().ok()?)
        })?,
    };
    number.checked_mul(sign)
}

#[expect(clippy::cast_precision_loss, reason = "a sign is one or minus one")]
fn float(digits: &str) -> Option<f64> {
    let (sign, digits) = sign(digits);
    let parts = digits.split(':').map(|part| part.parse::<f64>().ok());
    let sum = parts
        .reduce(|sum, part| Some(sum? * 60.0 + part?))
        .flatten()?;
    Some(sum * sign as f64)
}

fn sign(digits: &str) -> (i64, &str) {
    match digits.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, digits.strip_prefix('+').unwrap_or(digits)),
    }
}

/// Puts what merge keys (`<<`) name before what a mapping has itself, which counts more.
///
/// # Errors
/// The merge key whose value is no mapping.
pub(super) fn merge(entries: Vec<(Key, Node)>, text: &str) -> Result<Vec<(Key, Node)>, Key> {
    let is_merge = |key: &Key| key.text == "<<" && text.get(key.span.clone()) == Some("<<");
    if !entries.iter().any(|(key, _)| is_merge(key)) {
        return Ok(entries);
    }
    let (merges, own): (Vec<_>, Vec<_>) = entries.into_iter().partition(|(key, _)| is_merge(key));
    let mut all = Vec::new();
    for (key, node) in merges {
        let mappings = match node.kind {
            Kind::Sequence(items) => items,
            _ => vec![node],
        };
        // The first of a list counts most, so it comes last.
        for mapping in mappings.into_iter().rev() {
            match mapping.kind {
                Kind::Mapping(entries) => all.extend(entries),
                _ => return Err(key),
            }
        }
    }
    all.extend(own);
    Ok(all)
}

#[cfg(test)]
mod tests {
    use crate::yaml::parse_python;

    #[test]
    fn scalars_resolve_as_in_python() {
        let text = "[yes, Off, y, 0644, 0o17, 1_000, 0x1F, 0b11, 1:30, 1.5, 1e3, 1.0e+3, .5, -.inf, 1:30.5, 09, '0644', \
                    2016-11-23, 99999999999999999999, +5, -0x1f, !!str 12]";
        insta::assert_snapshot!(
            parse_python(text).unwrap().to_value(),
            @r#"[true,false,"y",420,"0o17",1000,31,3,90,1.5,"1e3",1000.0,0.5,"-inf",90.5,"09","0644","2016-11-23","99999999999999999999",5,-31,"12"]"#
        );
    }

    #[test]
    fn merge_keys_are_followed() {
        let text =
            "a: &a {x: 1, y: 1}\nb: &b {y: 2, z: 2}\nc: {z: 3, <<: [*a, *b]}\nd: {'<<': 1}\n";
        let node = parse_python(text).unwrap();
        let value = node.find("c").unwrap().to_value();
        assert_eq!(value.to_string(), r#"{"y":1,"z":3,"x":1}"#);
        assert_eq!(
            node.find("d").unwrap().to_value().to_string(),
            r#"{"<<":1}"#
        );
        let error = parse_python("a: {<<: 1}").unwrap_err();
        assert_eq!(
            (error.message.as_str(), error.at),
            ("`<<` is followed by a mapping", 4)
        );
    }
}
