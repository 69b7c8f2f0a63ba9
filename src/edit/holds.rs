use serde_json::{Map, Value};

use super::Desired;
use super::json::at;

/// Whether a shared file still holds all entries that svcgen wrote into it last.
///
/// What cannot be read holds nothing.
pub(crate) fn holds(wanted: &Desired, text: &str, written: &str) -> bool {
    match wanted {
        Desired::File { .. } | Desired::Paper { .. } => text == written,
        Desired::Yaml { .. } => {
            let value = |text| crate::yaml::parse(text).map(|node| node.to_value());
            matches!((value(text), value(written)), (Ok(text), Ok(written)) if is_part(&written, &text))
        }
        Desired::Json { entries, .. } => {
            let value = |text| serde_json::from_str::<Value>(text);
            let (Ok(text), Ok(mut written)) = (value(text), value(written)) else {
                return false;
            };
            for entry in entries.iter().filter(|it| at(&text, &it.path).is_none()) {
                // What went without saying was remembered, and not written.
                if entry.implied || at(&written, &entry.path) != Some(&entry.value) {
                    remove(&mut written, &entry.path);
                }
            }
            is_part(&written, &text)
        }
        Desired::Ini { .. } => match (crate::ini::parse(text), crate::ini::parse(written)) {
            (Ok(text), Ok(written)) => written.sections.iter().all(|section| {
                section.settings.iter().all(|setting| {
                    text.find(&section.name, &setting.key)
                        .is_some_and(|found| found.value == setting.value)
                })
            }),
            _ => false,
        },
        Desired::Lines { .. } | Desired::Blocks { .. } => {
            let mut lines = written.lines();
            lines.all(|line| text.lines().any(|other| other.trim() == line.trim()))
        }
    }
}

/// Whether every member of a value is in another, at the same place.
fn is_part(part: &Value, of: &Value) -> bool {
    match (part, of) {
        (Value::Object(part), Value::Object(of)) => part
            .iter()
            .all(|(key, value)| of.get(key).is_some_and(|found| is_part(value, found))),
        (part, of) => part == of,
    }
}

/// Takes away a member, and what is empty above it then.
fn remove(value: &mut Value, path: &[String]) {
    let (Some(map), Some((key, rest))) = (value.as_object_mut(), path.split_first()) else {
        return;
    };
    if let Some(below) = map.get_mut(key) {
        remove(below, rest);
        if rest.is_empty() || below.as_object().is_some_and(Map::is_empty) {
            map.shift_remove(key);
        }
    }
}
