//! What is true of any document.

use proptest::prelude::*;
use serde_json::json;

use super::*;

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
    fn what_was_inserted_can_be_taken_out(text in documents(), key in "z[a-z]{0,2}(::[a-z]{1,3}){0,2}") {
        prop_assume!(parse(&text).is_ok());
        for entry in [
            Entry::grouped(key.clone(), json!({"x": ["it's", 1]})),
            Entry::sorted(&[], key.clone(), "v\nw"),
        ] {
            let entries = [entry];
            let after = patched(&text, &entries);
            let removed = remove(&after, &[entries[0].keys()], Some(&fragment(&entries)), Resolution::Mark).unwrap();
            prop_assert_eq!(&removed.kept, &Vec::new(), "{}", after);
            prop_assert_eq!(removed.text.trim_end_matches('\n'), text.trim_end_matches('\n'), "{}", after);
        }
    }

    #[test]
    fn taking_out_leaves_every_other_line(text in documents(), index in 0..8_usize) {
        prop_assume!(parse(&text).is_ok());
        let root = parse(&text).unwrap();
        let Some((key, _)) = root.entries().get(index) else { return Ok(()) };
        let removed = remove(&text, &[vec![key.text.clone()]], Some(&text), Resolution::Mark).unwrap();
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
