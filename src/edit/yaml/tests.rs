#![allow(clippy::unwrap_used)]

use proptest::prelude::*;
use serde_json::json;

use super::*;

fn patched(text: &str, entries: &[Entry]) -> String {
    patch(Some(text), entries, None).unwrap()
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
            patch(Some(before), &[entry], None).unwrap(),
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
fn what_somebody_else_wrote_is_a_conflict_and_what_svcgen_wrote_is_replaced() {
    let before = "a::port: 1 # mine\na::list:\n  - x\n\nb::port: 2\n";
    let entries = [
        Entry::grouped("a::port", 5),
        Entry::grouped("a::list", json!(["v", "z"])),
    ];
    let error = patch(Some(before), &entries, None).unwrap_err();
    assert_eq!(
        error,
        EntryError::Conflict {
            line: Some(1),
            reason: "`a::port` is `1` already".into()
        }
    );
    let text = patch(Some(before), &entries, Some("a::port: 1\na::list: [x]\n")).unwrap();
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

proptest! {
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
