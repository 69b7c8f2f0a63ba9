mod documents;
mod items;
mod members;
mod removed;

use serde_json::json;

use super::*;

fn patched(text: &str, entries: &[Entry]) -> String {
    patch(Some(text), entries, None, Resolution::Mark).unwrap()
}

fn keys(path: &[&str]) -> Vec<String> {
    path.iter().map(|&key| key.to_owned()).collect()
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
fn a_key_goes_where_the_last_one_of_its_group_was() {
    let text = "zoo::old: 1\nadmin::groups:\n  - keepers\n";
    let new = [Entry::grouped("zoo::new", 2)];
    let after = patch(Some(text), &new, Some("zoo::old: 1\n"), Resolution::Mark).unwrap();
    assert_eq!(
        after,
        "zoo::old: 1\nzoo::new: 2\nadmin::groups:\n  - keepers\n"
    );
    // What somebody else has there is no such key.
    let after = patch(Some(text), &new, Some("zoo::older: 1\n"), Resolution::Mark).unwrap();
    assert!(after.starts_with("zoo::old: 1\n"), "{after}");
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
            place: Position::End,
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
fn a_conflict_of_long_maps_names_the_member() {
    let text = "a description that is longer than a message that shows it in one line";
    let before = format!("it:\n  description: {text}\n  port: 1\n  state: production\n");
    let reason = |wanted: serde_json::Value| {
        let entries = [Entry::grouped("it", wanted)];
        match patch(Some(&before), &entries, None, Resolution::Mark).unwrap_err() {
            EntryError::Conflict { places } => places[0].1.clone(),
            other => panic!("{other:?}"),
        }
    };
    let other_port = json!({"description": text, "port": 2, "state": "production"});
    assert_eq!(reason(other_port), "`it.port` is `1` already, not `2`");
    let without = json!({"description": text, "port": 1});
    assert_eq!(
        reason(without),
        "`it.state` is `\"production\"` now, and svcgen would remove it"
    );
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
        ("a: 1\t# mine", "a: 22\t# mine"),
        ("s:\n  a: '1'  # x \nb: 1\n", "s:\n  a: 22  # x \nb: 1\n"),
        ("a: 1 # one\r\nb: 2\r\n", "a: 22 # one\r\nb: 2\r\n"),
        ("a: 1   \n", "a: 22   \n"),
    ] {
        let at: &[&str] = if before.starts_with('s') { &["s"] } else { &[] };
        let entry = [Entry::sorted(at, "a", 22)];
        let changed = patch(Some(before), &entry, None, Resolution::Svcgen);
        assert_eq!(changed.unwrap(), after);
    }
}
