use proptest::prelude::*;

use super::*;

const OLD: &str = "[global]\n# the repository\ngit_repo = x/deploy\nservice_name=x\n\n; the end\n[wmnet]\ngit_server: h";

fn entries() -> Vec<Entry> {
    vec![
        Entry::new("global", "git_repo", "x/deploy"),
        Entry::new("global", "git_deploy_dir", "/srv"),
        Entry::new("global", "service_name", "x"),
        Entry::new("global", "service_port", 7),
        Entry::new("beta", "environment", "beta"),
    ]
}

#[test]
fn new_settings_go_beside_their_neighbours() {
    let text = patch(Some(OLD), &entries(), None, Resolution::Mark).unwrap();
    let expected = "[global]\n# the repository\ngit_repo = x/deploy\ngit_deploy_dir = /srv\nservice_name=x\n\
                    service_port=7\n\n; the end\n[wmnet]\ngit_server: h\n\n[beta]\nenvironment = beta";
    assert_eq!(text, expected);
    assert_eq!(
        patch(Some(&text), &entries(), None, Resolution::Mark).unwrap(),
        text
    );
    let first = [
        Entry::new("global", "a", "1"),
        Entry::new("global", "git_repo", "x/deploy"),
    ];
    assert!(
        patch(Some(OLD), &first, None, Resolution::Mark)
            .unwrap()
            .starts_with("[global]\na = 1\n# the repository\n")
    );
}

#[test]
fn only_what_svcgen_wrote_is_replaced_or_taken_out() {
    let wanted = [Entry::new("global", "service_name", "y")];
    let conflict = patch(Some(OLD), &wanted, None, Resolution::Mark).unwrap_err();
    let reason = "`service_name` is `x` already, not `y`".to_owned();
    assert_eq!(
        conflict,
        EntryError::Conflict {
            places: vec![(Some(4), reason)]
        }
    );
    let base = "[global]\nservice_name: x\ngit_repo: other\n\n[wmnet]\ngit_server: h\n";
    let text = patch(Some(OLD), &wanted, Some(base), Resolution::Mark).unwrap();
    assert_eq!(
        text,
        "[global]\n# the repository\ngit_repo = x/deploy\nservice_name=y\n\n; the end\n"
    );
}

#[test]
fn a_new_file_is_as_people_write_it() {
    let text = patch(None, &entries(), None, Resolution::Mark).unwrap();
    assert_eq!(
        text,
        "[global]\ngit_repo: x/deploy\ngit_deploy_dir: /srv\nservice_name: x\nservice_port: 7\n\n[beta]\nenvironment: beta\n"
    );
    let bad = [Entry::new("global", "a", "1\n[x]\n# y")];
    assert!(matches!(
        patch(None, &bad, None, Resolution::Mark),
        Err(EntryError::Unreadable { .. })
    ));
}

/// Files of every manner: comments, blank lines, continuations, separators, line ends, a last line without one.
fn files() -> impl Strategy<Value = String> {
    let item = prop_oneof![
        "# [a-z :=]{0,8}",
        "; [a-z :=]{0,8}",
        Just(String::new()),
        Just("  ".to_owned()),
        "[a-f]{1,2}[ ]{0,2}[:=][ ]{0,2}[a-z0-9é:=#;%]{0,6}",
        "[a-f]{1,2}: [a-z]{1,3}\n   [a-z:=]{1,4}",
    ];
    let section = ("\\[[a-c.]{1,3}\\]", prop::collection::vec(item, 0..8));
    let sections = prop::collection::vec(section, 0..4);
    (sections, any::<bool>(), any::<bool>()).prop_map(|(sections, crlf, ended)| {
        let mut lines = Vec::new();
        for (header, items) in sections {
            lines.push(header);
            lines.extend(items);
        }
        let mut text = lines.join("\n");
        if ended && !text.is_empty() {
            text.push('\n');
        }
        if crlf {
            text.replace('\n', "\r\n")
        } else {
            text
        }
    })
}

proptest! {
    #[test]
    fn every_byte_outside_of_the_changed_lines_stays(
        text in files(),
        wanted in prop::collection::btree_map(("[a-c.]{1,3}", "[a-h]{1,2}"), "[a-z0-9é:=%]{0,6}", 0..6),
    ) {
        let Ok(before) = parse(&text) else { return Ok(()) };
        let entries: Vec<Entry> = wanted.iter().map(|((s, k), v)| Entry::new(s, k, v)).collect();
        // As if svcgen had written whatever is there: nothing is a conflict.
        let own: Vec<Entry> = entries.iter()
            .filter_map(|e| before.find(&e.section, &e.key).map(|s| Entry::new(&e.section, &e.key, &s.value)))
            .collect();
        let after = match patch(Some(&text), &entries, Some(&fragment(&own)), Resolution::Mark) {
            Ok(after) => after,
            // A value of several lines in the base can itself be no text that a fragment holds.
            Err(EntryError::Conflict { .. }) => return Ok(()),
            Err(error) => return Err(TestCaseError::fail(format!("{error:?} {text:?}"))),
        };
        let result = parse(&after).unwrap();
        for entry in &entries {
            prop_assert_eq!(&result.find(&entry.section, &entry.key).unwrap().value, &entry.value);
        }
        // The lines that are not of a changed setting are the old ones, in order, byte for byte.
        let mut old = text.clone();
        let mut spans: Vec<_> = entries.iter().filter_map(|e| {
            before.find(&e.section, &e.key).filter(|s| s.value != e.value).map(|s| s.span.clone())
        }).collect();
        spans.sort_by_key(|span| std::cmp::Reverse(span.start));
        for span in spans {
            old.replace_range(span, "");
        }
        let mut rest = after.as_str();
        for line in old.split_inclusive('\n') {
            let at = rest.find(line.trim_end_matches(['\r', '\n']));
            prop_assert!(at.is_some(), "{line:?} of {text:?} is not in {after:?}");
            rest = &rest[at.unwrap() + line.trim_end_matches(['\r', '\n']).len()..];
        }
        prop_assert_eq!(text.contains("\r\n"), after.contains("\r\n") && text.contains("\r\n"));
        prop_assert_eq!(patch(Some(&after), &entries, Some(&fragment(&own)), Resolution::Mark).unwrap(), after);
    }
}
