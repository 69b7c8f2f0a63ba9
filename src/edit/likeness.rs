use std::cmp::Reverse;

use serde_json::{Map, Value};
use similar::{ChangeTag, TextDiff};

use super::record::Form;
use super::yaml::{Entry, Other};
use super::{Desired, lines};

/// How many of a hundred lines of a whole file are there, at the least, where it is svcgen's and somebody edited it.
const LEAST_OF_FILE: usize = 70;

/// The same for the values of entries in a shared file.
const LEAST_OF_ENTRIES: usize = 50;

/// How much of what is wanted in a file is there: lines of a whole file, else single values of entries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Likeness {
    there: usize,
    lacking: Reverse<usize>,
}

impl Likeness {
    /// How much is there; `None` where that does not make it svcgen's.
    pub(super) fn of(wanted: &Desired, content: &str) -> Option<Self> {
        let (there, all, least) = match wanted {
            Desired::File { text, .. } => {
                let there = same_lines(text, content);
                (there, text.lines().count(), LEAST_OF_FILE)
            }
            // Whatever somebody made of it is theirs.
            Desired::Paper { text, .. } => (usize::from(text == content), 1, 100),
            wanted => {
                let values = values(wanted, content)?;
                let there = values.iter().filter(|is_there| **is_there).count();
                (there, values.len(), LEAST_OF_ENTRIES)
            }
        };
        Self::enough(there, all, least)
    }

    /// How much is there of what was written once, which has this form; `None` as above.
    pub(super) fn of_written(form: Form, written: &str, content: &str) -> Option<Self> {
        let mut values = Vec::new();
        match form {
            Form::Whole | Form::Begun => {
                let there = same_lines(written, content);
                return Self::enough(there, written.lines().count(), LEAST_OF_FILE);
            }
            Form::Yaml => {
                let value = |text| Some(crate::yaml::parse(text).ok()?.to_value());
                compare(&value(written)?, value(content).as_ref(), &mut values);
            }
            Form::Json => {
                let value = |text| serde_json::from_str::<Value>(text).ok();
                compare(&value(written)?, value(content).as_ref(), &mut values);
            }
            Form::Ini => {
                let (written, content) = (crate::ini::parse(written), crate::ini::parse(content));
                let (written, content) = written.ok().zip(content.ok())?;
                for section in &written.sections {
                    values.extend(section.settings.iter().map(|setting| {
                        let found = content.find(&section.name, &setting.key);
                        found.is_some_and(|found| found.value == setting.value)
                    }));
                }
            }
            Form::Lines | Form::Blocks => {
                let is_there = |line: &str| content.lines().any(|it| it.trim() == line.trim());
                values.extend(written.lines().map(is_there));
            }
            Form::Gone => return None,
        }
        let there = values.iter().filter(|is_there| **is_there).count();
        Self::enough(there, values.len(), LEAST_OF_ENTRIES)
    }

    fn enough(there: usize, all: usize, least: usize) -> Option<Self> {
        let is_enough = there > 0 && there * 100 >= all * least;
        is_enough.then_some(Self {
            there,
            lacking: Reverse(all.saturating_sub(there)),
        })
    }

    /// Whether all of it is there.
    pub(super) fn is_whole(self) -> bool {
        self.lacking.0 == 0
    }
}

/// How many lines two texts have in common, in their order.
fn same_lines(text: &str, other: &str) -> usize {
    let diff = TextDiff::from_lines(text, other);
    let changes = diff.iter_all_changes();
    changes.filter(|it| it.tag() == ChangeTag::Equal).count()
}

/// Of each value that is wanted in a shared file, whether it is there; `None` where the file is not understood.
fn values(wanted: &Desired, content: &str) -> Option<Vec<bool>> {
    let mut values = Vec::new();
    match wanted {
        Desired::File { .. } | Desired::Paper { .. } => {}
        Desired::Yaml { entries, .. } => {
            let root = crate::yaml::parse(content).ok()?;
            for entry in entries.iter().filter(|it| it.other == Other::Refused) {
                let found = root.find_path(entry.path()).map(|node| node.to_value());
                if entry.is_item() {
                    let items = found.as_ref().and_then(Value::as_array);
                    values.push(items.is_some_and(|items| items.contains(&entry.value)));
                    continue;
                }
                let (begun, wanted) = parted(entry);
                compare(&wanted, found.as_ref(), &mut values);
                // Of what svcgen only begins with, another value says nothing.
                let mut begun_there = Vec::new();
                compare(&begun, found.as_ref(), &mut begun_there);
                values.extend(begun_there.into_iter().filter(|is_there| *is_there));
            }
        }
        Desired::Json { entries, .. } => {
            let root: Value = serde_json::from_str(content).ok()?;
            for entry in entries {
                let mut path = entry.path.iter();
                let found = path.try_fold(&root, |node, key| node.get(key));
                if found.is_some() || !entry.implied {
                    compare(&entry.value, found, &mut values);
                }
            }
        }
        Desired::Ini { entries, .. } => {
            let ini = crate::ini::parse(content).ok()?;
            values.extend(entries.iter().map(|entry| {
                let found = ini.find(&entry.section, &entry.key);
                found.is_some_and(|found| found.value == entry.value)
            }));
        }
        Desired::Lines { lines, .. } => {
            values.extend(lines.iter().map(|line| lines::has(content, line)))
        }
        Desired::Blocks { blocks, .. } => {
            let is_there = |text: &str| content.contains(text.trim());
            values.extend(blocks.iter().map(|block| is_there(&block.text)));
        }
    }
    Some(values)
}

/// The members of an entry that svcgen only begins with, and the others.
fn parted(entry: &Entry) -> (Value, Value) {
    match &entry.value {
        Value::Object(members) if !entry.begun.is_empty() => {
            let is_begun = |(name, _): &(&String, &Value)| entry.begun.contains(name);
            let all = members.iter();
            let (begun, others): (Vec<_>, Vec<_>) = all.partition(is_begun);
            let object = |members: Vec<(&String, &Value)>| {
                let members = members.into_iter();
                Value::Object(
                    members
                        .map(|(name, it)| (name.clone(), it.clone()))
                        .collect(),
                )
            };
            (object(begun), object(others))
        }
        value => (Value::Object(Map::new()), value.clone()),
    }
}

/// Adds of each single value whether another document has it in the same place.
fn compare(wanted: &Value, found: Option<&Value>, values: &mut Vec<bool>) {
    match wanted {
        Value::Object(members) => {
            for (name, value) in members {
                compare(value, found.and_then(|found| found.get(name)), values);
            }
        }
        Value::Array(items) if !items.is_empty() => {
            let others = found.and_then(Value::as_array);
            let is_there = |item| others.is_some_and(|others| others.contains(item));
            values.extend(items.iter().map(is_there));
        }
        value => values.push(found == Some(value)),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn of(entries: Vec<Entry>, content: &str) -> Option<(usize, usize)> {
        let wanted = Desired::Yaml {
            path: "a.yaml".into(),
            entries,
        };
        let likeness = Likeness::of(&wanted, content)?;
        Some((likeness.there, likeness.lacking.0))
    }

    #[test]
    fn the_values_of_entries_are_counted_one_by_one() {
        let entry = || {
            Entry::sorted(
                &["all"],
                "tea",
                json!({"port": 1, "hosts": ["a", "b"], "state": "new"}),
            )
        };
        let text = "all:\n  tea:\n    port: 1\n    hosts: [a, c]\n    state: old\n";
        assert_eq!(of(vec![entry()], text), Some((2, 2)));
        // What svcgen only begins with says nothing where it is another.
        let begun = || entry().beginning_with(&["state"]);
        assert_eq!(of(vec![begun()], text), Some((2, 1)));
        let fresh = text.replace("old", "new");
        assert_eq!(of(vec![begun()], &fresh), Some((3, 1)));
        assert_eq!(of(vec![entry()], "all: {tea: {port: 1}}\n"), None);
        assert_eq!(of(vec![entry()], "all: {coffee: {}}\n"), None);
    }

    #[test]
    fn a_file_is_like_the_version_that_most_of_its_lines_are_of() {
        let file = |text: &str| Desired::File {
            path: "a".into(),
            text: text.to_owned(),
        };
        let content = "a\nb\nc\nmine\n";
        let (one, other) = (file("a\nb\nc\n"), file("a\nb\nx\nc\n"));
        let (one, other) = (Likeness::of(&one, content), Likeness::of(&other, content));
        assert!(one.unwrap().is_whole());
        assert!(!other.unwrap().is_whole());
        assert!(one > other);
        assert_eq!(Likeness::of(&file("x\ny\na\n"), content), None);
    }
}
