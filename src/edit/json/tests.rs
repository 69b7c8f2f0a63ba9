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
    let before = "{\n  \"name\": \"\\u0061\",\n  \"n\": 1.50e+2,\n  \"a\": [1,2],\n  \"e\": {}\n}";
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
    let decided = |side| patch(Some(r#"{"deploy": 1}"#), &entries(), None, side).unwrap();
    assert_eq!(decided(Resolution::Yours), r#"{"deploy": 1}"#);
    let taken: Value = serde_json::from_str(&decided(Resolution::Svcgen)).unwrap();
    assert_eq!(taken["deploy"]["target"], "debian");
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
