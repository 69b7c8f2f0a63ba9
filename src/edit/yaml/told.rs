//! What is said of values that differ.

use serde_json::{Map, Value};

use super::Entry;
use crate::edit::three_way::Apart;
use crate::place::line_of;
use crate::yaml::Node;

/// A difference that is for somebody to decide: its line, counted from one, and what it is.
pub(super) fn told(
    text: &str,
    root: &Node,
    entry: &Entry,
    apart: &Apart,
) -> (Option<usize>, String) {
    let name = || entry.path().chain(apart.path.iter().map(String::as_str));
    let ends = (0..=apart.path.len()).rev();
    let place = ends
        .filter_map(|end| {
            root.find_path(
                entry
                    .path()
                    .chain(apart.path[..end].iter().map(String::as_str)),
            )
        })
        .next();
    let line = line_of(text, place.unwrap_or(root).span.start);
    let name: Vec<&str> = name().skip(entry.at.len()).collect();
    let name = name.join(".");
    let reason = match (&apart.found, &apart.wanted) {
        (Some(found), Some(wanted)) => differing(&name, found, wanted),
        (Some(found), None) => format!(
            "`{name}` is {} now, and svcgen would remove it",
            short(found)
        ),
        (None, wanted) => {
            let wanted = wanted.as_ref().map(short).unwrap_or_default();
            format!("`{name}` was removed, and svcgen would make it {wanted}")
        }
    };
    (Some(line), reason)
}

/// In what two values differ: of maps that look alike where they are cut short, the member that differs.
fn differing(name: &str, found: &Value, wanted: &Value) -> String {
    if let (Value::Object(now), Value::Object(then)) = (found, wanted)
        && short(found) == short(wanted)
    {
        let mut keys = then.keys().chain(now.keys());
        if let Some(key) = keys.find(|key| now.get(*key) != then.get(*key)) {
            let of = |map: &Map<String, Value>| map.get(key).cloned();
            let (now, then) = (of(now).unwrap_or_default(), of(then).unwrap_or_default());
            return differing(&format!("{name}.{key}"), &now, &then);
        }
    }
    let (found, wanted) = short_pair(found, wanted);
    format!("`{name}` is {found} already, not {wanted}")
}

/// Two values that differ, cut short so that this can be seen.
fn short_pair(one: &Value, other: &Value) -> (String, String) {
    const BEFORE: usize = 20;
    let (found, wanted) = (short(one), short(other));
    if found != wanted {
        return (found, wanted);
    }
    let (one, other) = (one.to_string(), other.to_string());
    let same = one.bytes().zip(other.bytes());
    let same = same.take_while(|(one, other)| one == other).count();
    let from = |text: &str| {
        let start = text.floor_char_boundary(same.saturating_sub(BEFORE));
        cut(&format!("...{}", &text[start..]))
    };
    (from(&one), from(&other))
}

pub(in crate::edit) fn short(value: &Value) -> String {
    cut(&value.to_string())
}

/// A text of at most 60 bytes, in backticks.
fn cut(text: &str) -> String {
    match text.len() > 58 {
        true => format!("`{}...`", &text[..text.floor_char_boundary(55)]),
        false => format!("`{text}`"),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn long_values_are_cut_where_it_can_be_seen_that_they_differ() {
        let list = |last: &str| {
            let hosts = (1001..1010).map(|number| format!("host{number}.example"));
            hosts.chain([last.to_owned()]).collect::<Value>()
        };
        let told = |one: &Value, other: &Value| differing("hosts", one, other);
        assert_eq!(
            told(&list("own.example"), &list("new.example")),
            "`hosts` is `...\"host1009.example\",\"own.example\"]` already, not `...\"host1009.example\",\"new.example\"]`"
        );
        let text = |end: &str| json!(format!("{}{end}", "ä".repeat(60)));
        assert_eq!(
            told(&text("x"), &text("")),
            "`hosts` is `...ääääääääääx\"` already, not `...ääääääääää\"`"
        );
        assert_eq!(
            told(&json!(1), &json!(2)),
            "`hosts` is `1` already, not `2`"
        );
    }
}
