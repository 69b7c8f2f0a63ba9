#![allow(clippy::unwrap_used)]

use proptest::prelude::*;
use serde_json::json;

use super::*;

fn patched(text: &str, entries: &[Entry]) -> String {
    patch(Some(text), entries, None, Resolution::Mark).unwrap()
}

/// The lines that were inserted, where nothing else changed.
fn inserted(before: &str, after: &str) -> Option<String> {
    let prefix = before
        .bytes()
        .zip(after.bytes())
        .take_while(|(a, b)| a == b)
        .count();
    (0..=prefix).rev().find_map(|at| {
        let (head, tail) = (before.get(..at)?, before.get(at..)?);
        let middle = after.strip_prefix(head)?.strip_suffix(tail)?;
        (head.is_empty() || head.ends_with('\n')).then(|| middle.to_owned())
    })
}

const GROUPS: &str = "---\nclasses:\n  - '::mwv'\n\napache::docroot: /var/www\n\n# About cats.\ncats::port: 1\ncats::wall: \
                      |\n  text\n\n  more\n\nzebra::port: 2\n";

#[test]
fn a_group_goes_before_the_first_greater_one_and_above_its_comment() {
    let text = patched(
        GROUPS,
        &[
            Entry::grouped("bird::port", 7),
            Entry::grouped("bird::song", "la"),
        ],
    );
    assert_eq!(
        text,
        GROUPS.replace("# About", "bird::port: 7\nbird::song: la\n\n# About")
    );
    let text = patched(GROUPS, &[Entry::grouped("zzz::port", 7)]);
    assert_eq!(text, format!("{GROUPS}\nzzz::port: 7\n"));
    let text = patched(GROUPS, &[Entry::grouped("aaa::port", 7)]);
    assert_eq!(text, GROUPS.replace("apache", "aaa::port: 7\n\napache"));
}

#[test]
fn a_key_joins_its_own_group_after_a_block_scalar() {
    let text = patched(GROUPS, &[Entry::grouped("cats::tail", true)]);
    assert_eq!(
        text,
        GROUPS.replace("\n\nzebra", "\ncats::tail: true\n\nzebra")
    );
}

#[test]
fn a_commented_out_setting_stays_with_the_entry_above_it() {
    let before =
        "s:\n  a/deploy:\n    repository: a\n  #    lvs_service: a\n  # About c.\n  c/deploy: {}\n";
    let text = patched(
        before,
        &[Entry::sorted(
            &["s"],
            "b/deploy",
            json!({"repository": "b"}),
        )],
    );
    assert_eq!(
        text,
        before.replace("  # About", "  b/deploy:\n    repository: b\n  # About")
    );
}

#[test]
fn blank_lines_stay_between_entries_that_have_them() {
    let before = "s:\n\n  a:\n    x: 1\n\n  c:\n    x: 1\n\nother: 1\n";
    let text = patched(before, &[Entry::sorted(&["s"], "b", json!({"x": 2}))]);
    assert_eq!(text, before.replace("  c:", "  b:\n    x: 2\n\n  c:"));
    let text = patched(before, &[Entry::sorted(&["s"], "d", json!({"x": 2}))]);
    assert_eq!(text, before.replace("\nother", "\n  d:\n    x: 2\n\nother"));
}

#[test]
fn an_unsorted_list_grows_at_its_end() {
    let before = "s:\n  z: 1\n  b: 1\n  y: 1\n  a: 1\n  # end\n";
    let text = patched(before, &[Entry::sorted(&["s"], "c", 2)]);
    assert_eq!(text, format!("{before}  c: 2\n"));
}

#[test]
fn empty_mappings_get_their_first_entry() {
    for (before, after) in [
        ("a: 1\ns: {}\nb: 2\n", "a: 1\ns:\n  k: 1\nb: 2\n"),
        ("a: 1\ns:\nb: 2\n", "a: 1\ns:\n  k: 1\nb: 2\n"),
        ("a: 1\ns: # why\nb: 2\n", "a: 1\ns: # why\n  k: 1\nb: 2\n"),
        ("s: {}", "s:\n  k: 1\n"),
        ("", "s:\n  k: 1\n"),
        ("a: 1\n", "a: 1\n\ns:\n  k: 1\n"),
    ] {
        let entry = Entry {
            place: Place::End,
            ..Entry::sorted(&["s"], "k", 1)
        };
        assert_eq!(
            patch(Some(before), &[entry], None, Resolution::Mark).unwrap(),
            after,
            "{before:?}"
        );
    }
}

#[test]
fn line_ends_and_a_missing_one_are_kept() {
    let text = patched("a::x: 1\r\n\r\nc::x: 1\r\n", &[Entry::grouped("b::x", 1)]);
    assert_eq!(text, "a::x: 1\r\n\r\nb::x: 1\r\n\r\nc::x: 1\r\n");
    assert_eq!(
        patched("a::x: 1", &[Entry::grouped("b::x", 1)]),
        "a::x: 1\n\nb::x: 1\n"
    );
}

#[test]
fn a_value_that_somebody_tuned_stays_until_the_model_has_another() {
    let (before, base) = (
        "a::size: 8 # more\n\na::port: 1\n",
        "a::size: 2\na::port: 1\n",
    );
    let entries = |size: i64, port: i64| {
        [
            Entry::grouped("a::size", size),
            Entry::grouped("a::port", port),
        ]
    };
    assert_eq!(
        patch(Some(before), &entries(2, 5), Some(base), Resolution::Mark).unwrap(),
        before.replace("port: 1", "port: 5")
    );
    assert!(matches!(
        patch(Some(before), &entries(3, 1), Some(base), Resolution::Mark),
        Err(EntryError::Conflict { places }) if places[0].0 == Some(1)
    ));
}

#[test]
fn what_somebody_else_wrote_is_a_conflict_and_what_svcgen_wrote_is_replaced() {
    let before = "a::port: 1 # mine\na::list:\n  - x\n\nb::port: 2\n";
    let entries = [
        Entry::grouped("a::port", 5),
        Entry::grouped("a::list", json!(["v", "z"])),
    ];
    let error = patch(Some(before), &entries, None, Resolution::Mark).unwrap_err();
    assert_eq!(
        error,
        EntryError::Conflict {
            places: vec![
                (Some(1), "`a::port` is `1` already, not `5`".into()),
                (
                    Some(3),
                    "`a::list` is `[\"x\"]` already, not `[\"v\",\"z\"]`".into()
                ),
            ]
        }
    );
    let text = patch(
        Some(before),
        &entries,
        Some("a::port: 1\na::list: [x]\n"),
        Resolution::Mark,
    )
    .unwrap();
    assert_eq!(
        text,
        "a::port: 5 # mine\na::list:\n  - v\n  - z\n\nb::port: 2\n"
    );
}

#[test]
fn a_second_time_changes_nothing() {
    let entries = [
        Entry::grouped("b::port", 7),
        Entry::sorted(&["s"], "k", json!({"x": "%{y}"})),
    ];
    let once = patched(GROUPS, &entries);
    assert_eq!(patched(&once, &entries), once);
    assert_eq!(patched(&fragment(&entries), &entries), fragment(&entries));
}

/// Documents of the shapes that hieradata has, with odd spacing and comments.
fn documents() -> impl Strategy<Value = String> {
    let value = prop::sample::select(vec![
        "1",
        "'a: b'",
        "\"%{x}\" # note",
        "|\n  one\n\n  two",
        ">-\n  folded\n  text",
        "\n  - a\n  -   b: 1\n      c: 2",
        "\n  k: v\n  # inner\n  l:\n    - 1",
        "{}",
        "[a, {b: c}]",
        "",
        "&anchor\n  x: 1",
        "\n- flush\n- list",
        "plain\n  goes on",
    ]);
    let before = prop::sample::select(vec![
        "",
        "",
        "\n",
        "# note\n",
        "\n# head\n# two\n",
        "\n\n",
        "  # deep: 1\n",
    ]);
    let entry = ("[a-y]{1,3}(::[a-z]{1,3}){0,2}", value, before);
    prop::collection::vec(entry, 0..8).prop_map(|entries| {
        let mut seen = std::collections::HashSet::new();
        let fresh = entries
            .into_iter()
            .filter(|(key, ..)| seen.insert(key.clone()));
        fresh
            .map(|(key, value, before)| format!("{before}{key}: {value}\n"))
            .collect()
    })
}

fn keys(path: &[&str]) -> Vec<String> {
    path.iter().map(|&key| key.to_owned()).collect()
}

#[test]
fn entries_go_with_their_blank_line() {
    for (before, path, after) in [
        (
            "a::x: 1\n\nb::x: 1\n\nc::x: 1\n",
            &["b::x"][..],
            "a::x: 1\n\nc::x: 1\n",
        ),
        ("---\na::x: 1\n\nb::x: 1\n", &["b::x"], "---\na::x: 1\n"),
        ("---\nb::x: 1\n\nc::x: 1\n", &["b::x"], "---\nc::x: 1\n"),
        (
            "b::w: 1\nb::x: 1\n\nc::x: 1\n",
            &["b::x"],
            "b::w: 1\n\nc::x: 1\n",
        ),
        (
            "# mine\nb::x: 1 # ours\n# theirs\nc::x: 1",
            &["b::x"],
            "# mine\n# theirs\nc::x: 1",
        ),
        (
            "s:\r\n  a:\r\n    x: 1\r\n  b: 1\r\n",
            &["s", "a"],
            "s:\r\n  b: 1\r\n",
        ),
        (
            "s: # why\n  a:\n    x: 1\nt: 1\n",
            &["s", "a"],
            "s: {} # why\nt: 1\n",
        ),
        (
            "s:\n\n  a: 1\n\n  b: 1\nt: 1\n",
            &["s", "b"],
            "s:\n\n  a: 1\nt: 1\n",
        ),
        (
            "a::x:\n  - 1\n  - |\n    two\n\nc::x:\n",
            &["a::x"],
            "c::x:\n",
        ),
    ] {
        let keys = [keys(path)];
        let removed = remove(before, &keys, Some(before)).unwrap();
        assert_eq!(
            (removed.text.as_str(), removed.kept),
            (after, Vec::new()),
            "{before:?}"
        );
    }
}

#[test]
fn what_somebody_changed_or_tied_to_something_else_stays() {
    let reason = |text: &str, path: &[&str], base: &str| {
        let removed = remove(text, &[keys(path)], Some(base)).unwrap();
        assert_eq!(removed.text, text);
        removed
            .kept
            .into_iter()
            .map(|(line, reason)| format!("{line}: {reason}"))
            .collect::<String>()
    };
    let changed = "2: svcgen wrote `b` and wants it no more, but somebody changed it";
    assert_eq!(reason("a: 1\nb: 2\n", &["b"], "b: 3\n"), changed);
    assert_eq!(reason("a: 1\nb: 2\n", &["b"], ""), changed);
    assert_eq!(reason("a: 1\n", &["b"], "b: 3\n"), "");
    for tied in [
        "b: &x 1\nc: *x\n",
        "{b: 1, c: 2}\n",
        "b: 2\nb: 1\n",
        "s: &x\n  b: 1\nt: *x\n",
    ] {
        let path: &[&str] = if tied.starts_with('s') {
            &["s", "b"]
        } else {
            &["b"]
        };
        let found = reason(tied, path, "b: 1\ns: {b: 1}\n");
        assert!(
            found.ends_with("it cannot be taken out without changing something else"),
            "{tied}: {found}"
        );
    }
}

#[test]
fn a_value_that_does_is_left_alone_unless_svcgen_wrote_it() {
    let entry = Entry {
        other: Other::Stays,
        ..Entry::grouped("a", 2)
    };
    let patched = |base| {
        patch(
            Some("a: 1\n"),
            std::slice::from_ref(&entry),
            base,
            Resolution::Mark,
        )
        .unwrap()
    };
    assert_eq!(patched(None), "a: 1\n");
    assert_eq!(patched(Some("a: 0\n")), "a: 1\n");
    assert_eq!(patched(Some("a: 1\n")), "a: 2\n");
}

#[test]
fn a_new_value_leaves_the_comment_behind_it_where_it_is() {
    for (before, after) in [
        ("a: 1   # mine\n", "a: 22   # mine\n"),
        ("a: 1\t# mine", "a: 22\t# mine\n"),
        ("s:\n  a: '1'  # x \nb: 1\n", "s:\n  a: 22  # x \nb: 1\n"),
        ("a: 1 # one\r\nb: 2\r\n", "a: 22 # one\r\nb: 2\r\n"),
        ("a: 1   \n", "a: 22\n"),
    ] {
        let at: &[&str] = if before.starts_with('s') { &["s"] } else { &[] };
        let entry = [Entry::sorted(at, "a", 22)];
        let changed = patch(Some(before), &entry, None, Resolution::Svcgen);
        assert_eq!(changed.unwrap(), after);
    }
}

proptest! {
    #[test]
    fn what_was_inserted_can_be_taken_out(text in documents(), key in "z[a-z]{0,2}(::[a-z]{1,3}){0,2}") {
        prop_assume!(parse(&text).is_ok());
        for entry in [
            Entry::grouped(key.clone(), json!({"x": ["it's", 1]})),
            Entry::sorted(&[], key.clone(), "v\nw"),
        ] {
            let entries = [entry];
            let after = patched(&text, &entries);
            let removed = remove(&after, &[entries[0].keys()], Some(&fragment(&entries))).unwrap();
            prop_assert_eq!(&removed.kept, &Vec::new(), "{}", after);
            prop_assert_eq!(removed.text.trim_end_matches('\n'), text.trim_end_matches('\n'), "{}", after);
        }
    }

    #[test]
    fn taking_out_leaves_every_other_line(text in documents(), index in 0..8_usize) {
        prop_assume!(parse(&text).is_ok());
        let root = parse(&text).unwrap();
        let Some((key, _)) = root.entries().get(index) else { return Ok(()) };
        let removed = remove(&text, &[vec![key.text.clone()]], Some(&text)).unwrap();
        if removed.kept.is_empty() {
            let mut meant = root.to_value();
            meant.as_object_mut().unwrap().shift_remove(&key.text);
            let found = parse(&removed.text).unwrap().to_value();
            prop_assert!(found == meant || found.is_null());
            // One piece is missing, and it is whole lines.
            let prefix = text.bytes().zip(removed.text.bytes()).take_while(|(a, b)| a == b).count();
            let cut = text.len() - removed.text.len();
            let is_one_piece = (0..=prefix).any(|at| {
                (at == 0 || text[..at].ends_with('\n')) && text.get(at..).is_some()
                    && text.get(at + cut..) == removed.text.get(at..)
            });
            prop_assert!(is_one_piece, "{text:?}\n{:?}", removed.text);
        }
    }

    #[test]
    fn every_byte_outside_of_the_inserted_lines_stays(text in documents(), key in "z[a-z]{0,2}(::[a-z]{1,3}){0,2}") {
        prop_assume!(parse(&text).is_ok());
        for entry in [
            Entry::grouped(key.clone(), json!({"x": ["it's", 1]})),
            Entry::sorted(&[], key.clone(), "v"),
            Entry::sorted(&["zz", "sub"], key.clone(), 1),
        ] {
            let after = patched(&text, &[entry]);
            prop_assert!(inserted(&text, &after).is_some(), "{text}\n-----\n{after}");
        }
    }
}

#[test]
fn items_go_into_lists_as_their_neighbours_are_written() {
    let item = |value: &str| Entry::item(&["s"], "k", value);
    let after = |value: &str, other: &str| item(value).placed(Place::After(other.into()));
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
        let removed = remove(&text, &keys, Some(&base)).unwrap().text;
        let without = if before.contains("[]") {
            "s: {}"
        } else {
            before.trim_end()
        };
        assert_eq!(removed.trim_end(), without);
    }
    for (wrong, reason) in [
        (
            "s:\n  k: 1\n",
            "`k` is an integer, where a list is expected",
        ),
        ("s:\n  k:\n", "`k` is empty, where a list is expected"),
    ] {
        let error = patch(Some(wrong), &[item("a")], None, Resolution::Mark).unwrap_err();
        let line = Some(2);
        assert_eq!(error, EntryError::conflict(line, reason));
    }
}

#[test]
fn an_entry_may_have_its_own_form_with_an_anchor_and_its_alias() {
    let text = |key: &str, at: &str, value: serde_json::Value, lines: &str| {
        Entry::sorted(&[at], key, value)
            .placed(Place::End)
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
