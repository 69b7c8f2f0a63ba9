//! Lists, and entries that are written in another form.

use super::*;

#[test]
fn items_go_into_lists_as_their_neighbours_are_written() {
    let item = |value: &str| Entry::item(&["s"], "k", value);
    let after = |value: &str, other: &str| item(value).placed(Position::After(other.into()));
    for (before, entry, with) in [
        (
            "s:\n  k:\n  - a # one\n  - b\n",
            item("c"),
            "s:\n  k:\n  - a # one\n  - b\n  - c\n",
        ),
        ("s:\n  k:\n  - b", item("a"), "s:\n  k:\n  - b\n  - a"),
        (
            "s:\n  k: ['a b',\n      'c d']\n",
            item("e f"),
            "s:\n  k: ['a b',\n      'c d',\n      'e f']\n",
        ),
        ("s:\n  k: [a, b, d]\n", item("c"), "s:\n  k: [a, b, c, d]\n"),
        ("s:\n  k: [a, c]\n", after("b", "a"), "s:\n  k: [a, b, c]\n"),
        ("s:\n  k: [] # none\n", item("a"), "s:\n  k: [a] # none\n"),
        (
            "s:\n  k:\n  - 10.0.0.2\n  - 10.0.0.10\n  - 10.0.0.20\n",
            item("10.0.0.9"),
            "s:\n  k:\n  - 10.0.0.2\n  - 10.0.0.9\n  - 10.0.0.10\n  - 10.0.0.20\n",
        ),
    ] {
        let entries = [entry];
        let text = patch(Some(before), &entries, None, Resolution::Mark).unwrap();
        assert_eq!(text, with);
        assert_eq!(
            patch(Some(&text), &entries, None, Resolution::Mark).unwrap(),
            text
        );
        let base = fragment(&entries);
        let keys = [entries[0].keys()];
        let removed = remove(&text, &keys, Some(&base), Resolution::Mark)
            .unwrap()
            .text;
        let without = if before.contains("[]") {
            "s: {}"
        } else {
            before.trim_end()
        };
        assert_eq!(removed.trim_end(), without);
    }
    let wrong = "s:\n  k: 1 # one\n";
    let decided = |resolution| patch(Some(wrong), &[item("a")], None, resolution);
    let reason = "`k` is an integer, where a list is expected";
    let refused = EntryError::conflict(Some(2), reason);
    assert_eq!(decided(Resolution::Mark).unwrap_err(), refused);
    assert_eq!(decided(Resolution::Yours).unwrap(), wrong);
    let list = "s:\n  k: # one\n    - a\n";
    assert_eq!(decided(Resolution::Svcgen).unwrap(), list);
    // Whoever takes the last item out of a list need not take out its key.
    let empty = patch(
        Some("s:\n  k:\nz: 1\n"),
        &[item("a")],
        None,
        Resolution::Mark,
    );
    assert_eq!(empty.unwrap(), "s:\n  k:\n    - a\nz: 1\n");
}

#[test]
fn an_entry_may_have_its_own_form_with_an_anchor_and_its_alias() {
    let text = |key: &str, at: &str, value: serde_json::Value, lines: &str| {
        Entry::sorted(&[at], key, value)
            .placed(Position::End)
            .written(Style::Text(lines.into()))
    };
    let entries = |address: &str| {
        let value = serde_json::json!({ "n": address });
        [
            text(
                "b",
                "ips",
                value.clone(),
                &format!("b: &ip2\n  n: {address}\n"),
            ),
            text(
                "b",
                "all",
                serde_json::json!({ "ip": value }),
                "b:\n  ip: *ip2\n",
            ),
        ]
    };
    let before = "ips:\n  a: &ip1\n    n: 1.1.1.1\nall:\n  a:\n    ip: *ip1\n";
    let first = entries("1.1.1.2");
    let with = patch(Some(before), &first, None, Resolution::Mark).unwrap();
    assert_eq!(
        with,
        "ips:\n  a: &ip1\n    n: 1.1.1.1\n  b: &ip2\n    n: 1.1.1.2\nall:\n  a:\n    ip: *ip1\n  b:\n    ip: *ip2\n"
    );
    let changed = patch(
        Some(&with),
        &entries("1.1.1.3"),
        Some(&fragment(&first)),
        Resolution::Mark,
    )
    .unwrap();
    assert_eq!(changed, with.replace("1.1.1.2", "1.1.1.3"));
}
