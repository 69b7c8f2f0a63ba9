//! Entries that are wanted no more.

use super::*;

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
        let removed = remove(before, &keys, Some(before), Resolution::Mark).unwrap();
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
        let removed = remove(text, &[keys(path)], Some(base), Resolution::Mark).unwrap();
        assert_eq!(removed.text, text);
        removed
            .kept
            .into_iter()
            .map(|(line, reason)| format!("{line}: {reason}"))
            .collect::<String>()
    };
    let changed = "2: svcgen wrote `b` and no longer wants it, but someone changed it";
    assert_eq!(reason("a: 1\nb: 2\n", &["b"], "b: 3\n"), changed);
    assert_eq!(reason("a: 1\nb: 2\n", &["b"], ""), changed);
    assert_eq!(reason("a: 1\n", &["b"], "b: 3\n"), "");
    let commented = "a: 1\nb:\n  # why\n  c: 1\n";
    assert_eq!(
        reason(commented, &["b"], "b: {c: 1}\n")
            .split_once(": ")
            .unwrap()
            .1,
        &changed[3..]
    );
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
            found.ends_with("it cannot be removed without changing something else"),
            "{tied}: {found}"
        );
    }
}
