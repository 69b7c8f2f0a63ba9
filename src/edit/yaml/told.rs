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
            "`{name}` is {} now, and svcgen would take it out",
            short(found)
        ),
        (None, wanted) => {
            let wanted = wanted.as_ref().map(short).unwrap_or_default();
            format!("`{name}` was taken out, and svcgen would make it {wanted}")
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
    format!(
        "`{name}` is {} already, not {}",
        short(found),
        short(wanted)
    )
}

pub(in crate::edit) fn short(value: &Value) -> String {
    let mut text = format!("`{value}`");
    if text.len() > 60 {
        text.truncate(text.floor_char_boundary(56));
        text.push_str("...`");
    }
    text
}
