//! Sets members of a JSON file that others write too, such as `package.json`; every other byte stays.
//!
//! The file is parsed only to find places; the text is spliced, parsed again, and compared with the old
//! document plus the change that was meant.

mod scan;
mod splice;

use serde_json::{Map, Value};

use super::yaml::short;
use super::{EntryError, Resolution};
use crate::place::line_of;
use scan::scan;

/// One member of svcgen's.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// The keys that lead to the member, and its own.
    pub path: Vec<String>,
    pub value: Value,
    /// Whether a file without it means the same.
    pub implied: bool,
}

impl Entry {
    /// A member that has to be there.
    pub fn new(path: &[&str], value: impl Into<Value>) -> Self {
        Self {
            path: path.iter().map(|&key| key.to_owned()).collect(),
            value: value.into(),
            implied: false,
        }
    }

    /// The same member, where it may be left out or not.
    #[must_use]
    pub fn implied(self, implied: bool) -> Self {
        Self { implied, ..self }
    }

    fn name(&self) -> String {
        self.path.join(".")
    }
}

/// Brings members into a text; `base` holds the members that svcgen wrote last.
///
/// A value that somebody changed since then stays for as long as svcgen wants the one it wrote.
///
/// # Errors
/// Where somebody else wrote something different and that is not decided, or the text is not understood.
pub fn patch(
    text: Option<&str>,
    entries: &[Entry],
    base: Option<&str>,
    resolution: Resolution,
) -> Result<String, EntryError> {
    let original = text.unwrap_or("{}\n");
    let base: Value = base
        .and_then(|text| serde_json::from_str(text).ok())
        .unwrap_or_default();
    let mut meant = parse(original)?;
    let mut text = original.to_owned();
    let before = scan(original);
    let mut places = Vec::new();
    for entry in entries {
        let root = scan(&text);
        let (depth, node) = root.descend(&entry.path);
        if depth < entry.path.len() {
            if !entry.implied {
                if !node.is_object() {
                    let name = entry.path[..depth].join(".");
                    let reason = format!(
                        "`{name}` is not an object, and `{}` belongs into it",
                        entry.name()
                    );
                    places.push((Some(line_of(&text, node.span.start)), reason));
                    continue;
                }
                let value = nested(&entry.path[depth + 1..], &entry.value);
                text = splice::insert(&text, &root, node, &entry.path[depth], &value);
                set(&mut meant, entry);
            }
            continue;
        }
        let found = at(&meant, &entry.path);
        if found == Some(&entry.value) {
            continue;
        }
        let written = at(&base, &entry.path);
        if written == Some(&entry.value) || (resolution == Resolution::Yours && written != found) {
            continue;
        }
        if (found.is_some() && found == written) || resolution == Resolution::Svcgen {
            text = splice::replace(&text, &root, node, &entry.value);
            set(&mut meant, entry);
            continue;
        }
        let (now, wanted) = (found.map(short).unwrap_or_default(), short(&entry.value));
        let (_, place) = before.descend(&entry.path);
        let reason = format!("`{}` is {now}, not {wanted}", entry.name());
        places.push((Some(line_of(original, place.span.start)), reason));
    }
    if !places.is_empty() {
        return Err(EntryError::Conflict { places });
    }
    if parse(&text)? != meant {
        let reason = "the change could not be made without changing something else".into();
        return Err(EntryError::Unreadable { line: 1, reason });
    }
    Ok(text)
}

/// The members alone, as a document of their own; what is remembered as svcgen's.
pub fn fragment(entries: &[Entry]) -> String {
    let mut document = Value::Object(Map::new());
    for entry in entries {
        set(&mut document, entry);
    }
    format!("{document:#}\n")
}

/// Parses a text; a byte order mark before it is no part of it.
///
/// # Errors
/// Where it is not JSON, or not an object.
pub fn parse(text: &str) -> Result<Value, EntryError> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    match serde_json::from_str(text) {
        Ok(value @ Value::Object(_)) => Ok(value),
        Ok(_) => Err(EntryError::Unreadable {
            line: 1,
            reason: "an object was expected".into(),
        }),
        Err(error) => {
            let text = error.to_string();
            let reason = text
                .split(" at line ")
                .next()
                .unwrap_or_default()
                .to_owned();
            Err(EntryError::Unreadable {
                line: error.line().max(1),
                reason,
            })
        }
    }
}

/// The place of a member in a text that is known to be JSON.
pub fn place(text: &str, path: &[&str]) -> Option<std::ops::Range<usize>> {
    let path: Vec<String> = path.iter().map(|&key| key.to_owned()).collect();
    let root = scan(text);
    let (depth, node) = root.descend(&path);
    (depth == path.len()).then(|| node.span.clone())
}

/// The value as what leads to it.
fn nested(path: &[String], value: &Value) -> Value {
    path.iter().rev().fold(
        value.clone(),
        |value, key| serde_json::json!({ key.as_str(): value }),
    )
}

fn at<'a>(document: &'a Value, path: &[String]) -> Option<&'a Value> {
    path.iter().try_fold(document, |value, key| value.get(key))
}

/// Puts a member into a document without places.
fn set(document: &mut Value, entry: &Entry) {
    let mut at = document;
    for key in &entry.path {
        if !at.is_object() {
            *at = Value::Object(Map::new());
        }
        at = &mut at[key.as_str()];
    }
    *at = entry.value.clone();
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn entries() -> Vec<Entry> {
        vec![
            Entry::new(&["deploy", "target"], "debian"),
            Entry::new(
                &["deploy", "dependencies", "debian"],
                json!(["librdkafka-dev"]),
            ),
            Entry::new(&["deploy", "dependencies", "_all"], json!([])),
        ]
    }

    const MEMBER: &str = "\"deploy\": {\n    \"target\": \"debian\",\n    \"dependencies\": {\n      \"debian\": [\n        \
                          \"librdkafka-dev\"\n      ],\n      \"_all\": []\n    }\n  }";

    #[test]
    fn only_the_member_is_added_in_the_files_own_style() {
        let before =
            "{\n  \"name\": \"\\u0061\",\n  \"n\": 1.50e+2,\n  \"a\": [1,2],\n  \"e\": {}\n}";
        let after = patch(Some(before), &entries(), None, Resolution::Mark).unwrap();
        assert_eq!(
            after,
            before.replace("{}\n}", &format!("{{}},\n  {MEMBER}\n}}"))
        );
        let others: [fn(&str) -> String; 5] = [
            |text| format!("{text}\n"),
            |text| format!("\u{feff}{text}\n\n"),
            |text| text.replace("  ", "\t"),
            |text| text.replace("  ", "    "),
            |text| format!("{}\r\n", text.replace('\n', "\r\n")),
        ];
        for style in others {
            assert_eq!(
                patch(Some(&style(before)), &entries(), None, Resolution::Mark).unwrap(),
                style(&after)
            );
        }
        assert_eq!(
            patch(Some(&after), &entries(), None, Resolution::Mark).unwrap(),
            after
        );
    }

    #[test]
    fn one_line_stays_one_line() {
        let after = patch(Some(r#"{"name":"a"}"#), &entries(), None, Resolution::Mark).unwrap();
        let stanza = r#""deploy": {"target": "debian", "dependencies": {"debian": ["librdkafka-dev"], "_all": []}}"#;
        assert_eq!(after, format!(r#"{{"name":"a", {stanza}}}"#));
        let inside = "{\n  \"deploy\": { \"npm\": 1 },\n  \"x\": 1\n}\n";
        let after = patch(Some(inside), &entries()[..1], None, Resolution::Mark).unwrap();
        assert_eq!(
            after,
            "{\n  \"deploy\": { \"npm\": 1, \"target\": \"debian\" },\n  \"x\": 1\n}\n"
        );
        assert_eq!(
            patch(Some("{}"), &entries()[..1], None, Resolution::Mark).unwrap(),
            r#"{"deploy": {"target": "debian"}}"#
        );
        let empty = "{\n  \"deploy\": {},\n  \"x\": 1\n}\n";
        let after = patch(Some(empty), &entries()[..1], None, Resolution::Mark).unwrap();
        assert_eq!(
            after,
            "{\n  \"deploy\": {\n    \"target\": \"debian\"\n  },\n  \"x\": 1\n}\n"
        );
    }

    #[test]
    fn what_somebody_wrote_is_a_conflict_that_says_what_differs() {
        let text = "{\n  \"deploy\": {\n    \"target\": \"ubuntu\",\n    \"dependencies\": {\"debian\": [\"x\"]}\n  }\n}\n";
        let Err(EntryError::Conflict { places }) =
            patch(Some(text), &entries(), None, Resolution::Mark)
        else {
            panic!()
        };
        let reasons = [
            (Some(3), "`deploy.target` is `\"ubuntu\"`, not `\"debian\"`"),
            (
                Some(4),
                "`deploy.dependencies.debian` is `[\"x\"]`, not `[\"librdkafka-dev\"]`",
            ),
        ];
        assert_eq!(
            places,
            reasons.map(|(line, reason)| (line, reason.to_owned()))
        );
        let written = fragment(&[
            Entry::new(&["deploy", "target"], "ubuntu"),
            Entry::new(&["deploy", "dependencies", "debian"], json!(["x"])),
        ]);
        let after = patch(Some(text), &entries(), Some(&written), Resolution::Mark).unwrap();
        assert_eq!(
            after,
            "{\n  \"deploy\": {\n    \"target\": \"debian\",\n    \"dependencies\": {\"debian\": [\"librdkafka-dev\"], \
             \"_all\": []}\n  }\n}\n"
        );
        let scalar = patch(Some(r#"{"deploy": 1}"#), &entries(), None, Resolution::Mark);
        assert!(
            matches!(&scalar, Err(EntryError::Conflict { places }) if places[0].0 == Some(1)),
            "{scalar:?}"
        );
    }

    #[test]
    fn what_is_implied_is_not_added() {
        let text = "{\"deploy\": {}}";
        let implied = [Entry::new(&["deploy", "node"], "system").implied(true)];
        assert_eq!(
            patch(Some(text), &implied, None, Resolution::Mark).unwrap(),
            text
        );
        assert!(
            patch(
                Some("{\"deploy\": {\"node\": \"10\"}}"),
                &implied,
                None,
                Resolution::Mark
            )
            .is_err()
        );
    }

    #[test]
    fn what_is_not_json_is_said() {
        for (text, line) in [
            ("", 1),
            ("{\n  \"a\": 1,\n}", 3),
            ("[]", 1),
            ("{\n// c\n}", 2),
        ] {
            let Err(EntryError::Unreadable { line: found, .. }) =
                patch(Some(text), &entries(), None, Resolution::Mark)
            else {
                panic!("{text}")
            };
            assert_eq!(found, line, "{text}");
        }
    }

    fn values() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            any::<String>().prop_map(Value::from),
            "[\\[\\]{},:\"\\\\\n a]{0,8}".prop_map(Value::from),
            any::<i32>().prop_map(Value::from),
            Just(Value::Null),
        ];
        leaf.prop_recursive(3, 16, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                prop::collection::btree_map("[a-c\"\\\\]{1,2}", inner, 0..4)
                    .prop_map(|m| Value::Object(m.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn every_value_comes_back_and_the_rest_stays(
            document in prop::collection::btree_map("[a-c\"é]{1,2}", values(), 0..5),
            path in prop::collection::vec("[a-c\"\\\\é]{1,2}", 1..4),
            value in values(),
            pretty in any::<bool>(),
        ) {
            let document = Value::Object(document.into_iter().collect());
            let text = if pretty { format!("{document:#}") } else { document.to_string() };
            let entry = Entry { path, value, implied: false };
            if let Ok(after) = patch(Some(&text), std::slice::from_ref(&entry), None, Resolution::Mark) {
                let parsed: Value = serde_json::from_str(&after).unwrap();
                prop_assert_eq!(at(&parsed, &entry.path), Some(&entry.value));
                prop_assert!(after.len() >= text.len());
                let replaced = Entry { value: json!("other"), ..entry.clone() };
                let again = patch(Some(&after), std::slice::from_ref(&replaced), Some(&fragment(&[entry])), Resolution::Mark).unwrap();
                let parsed: Value = serde_json::from_str(&again).unwrap();
                prop_assert_eq!(at(&parsed, &replaced.path), Some(&replaced.value));
            }
        }
    }
}
