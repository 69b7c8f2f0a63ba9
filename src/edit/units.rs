use std::cmp::Ordering;
use std::collections::BTreeSet;

use serde_json::Value;

use super::record::Form;

/// What a text of svcgen's is made of, and a file that has it: lines of a whole file and of a list, single values of entries with
/// their places. Nothing where it is not understood.
pub(super) fn units(form: Form, text: &str) -> BTreeSet<String> {
    let mut units = BTreeSet::new();
    match form {
        Form::Whole | Form::Begun | Form::Blocks | Form::Lines => {
            units.extend(text.lines().map(|line| line.trim().to_owned()));
            units.remove("");
        }
        Form::Yaml => {
            if let Ok(node) = crate::yaml::parse(text) {
                flatten("", &node.to_value(), &mut units);
            }
        }
        Form::Json => {
            if let Ok(value) = serde_json::from_str::<Value>(text) {
                flatten("", &value, &mut units);
            }
        }
        Form::Ini => {
            let sections = crate::ini::parse(text).map(|ini| ini.sections);
            for section in sections.unwrap_or_default() {
                let settings = section.settings.iter();
                units
                    .extend(settings.map(|it| format!("{}/{}={}", section.name, it.key, it.value)));
            }
        }
        Form::Gone => {}
    }
    units
}

/// Whether a file is rather of one version of what is written into it than of another: it has nothing that only the other wrote.
/// Nothing is written where there is no text.
pub(super) fn compare(
    form: Form,
    (text, than): (Option<&str>, Option<&str>),
    content: Option<&str>,
) -> Ordering {
    let units = |text: Option<&str>| text.map_or_else(BTreeSet::new, |text| units(form, text));
    let (text, than, there) = (units(text), units(than), units(content));
    let of_text: BTreeSet<&String> = text.difference(&than).collect();
    let of_than: BTreeSet<&String> = than.difference(&text).collect();
    let is_there = |units: &BTreeSet<&String>| units.iter().any(|unit| there.contains(*unit));
    match (is_there(&of_text), is_there(&of_than)) {
        (_, true) => Ordering::Less,
        (true, false) => Ordering::Greater,
        // What only one of them wrote is lacking: somebody made another thing of it where both wrote some.
        (false, false) => of_than.len().min(1).cmp(&of_text.len().min(1)),
    }
}

fn flatten(place: &str, value: &Value, units: &mut BTreeSet<String>) {
    match value {
        Value::Object(members) => {
            for (name, value) in members {
                flatten(&format!("{place}/{name}"), value, units);
            }
        }
        Value::Array(items) if !items.is_empty() => {
            units.extend(items.iter().map(|item| format!("{place}[]={item}")));
        }
        value => {
            units.insert(format!("{place}={value}"));
        }
    }
}
