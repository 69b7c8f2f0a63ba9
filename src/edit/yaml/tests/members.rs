//! Changes inside of an entry: what the change is not about stays as it is.

use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::*;

/// Patches an entry that svcgen wrote with one value, and wants with another.
fn changed(text: &str, base: &Value, wanted: &Value) -> Result<String, EntryError> {
    let entry = |value: &Value| [Entry::sorted(&["all"], "it", value.clone())];
    let base = fragment(&entry(base));
    patch(Some(text), &entry(wanted), Some(&base), Resolution::Mark)
}

/// An entry of the catalogue of services, as people leave it.
const CATALOGUE: &str = "\
all:
  # Another one.
  other: {port: 1}
  it:
    description: Tea  # or coffee
    ip:
      eqiad:
        default: 10.2.2.1
    # Asked for on the phone.
    port: 6001 # not 6000
    probes:
      - type: http # plain
        path: /x
    sites: [eqiad, codfw]
    state: production
  zebra: {}
";

fn catalogue() -> Value {
    json!({
        "description": "Tea",
        "ip": {"eqiad": {"default": "10.2.2.1"}},
        "port": 6001,
        "probes": [{"type": "http", "path": "/x"}],
        "sites": ["eqiad", "codfw"],
        "state": "service_setup",
    })
}

#[test]
fn a_member_changes_beside_one_that_somebody_changed() {
    let base = catalogue();
    let wanted = |change: &dyn Fn(&mut Value)| {
        let mut wanted = base.clone();
        change(&mut wanted);
        changed(CATALOGUE, &base, &wanted).unwrap()
    };
    for (text, old, new) in [
        (
            wanted(&|it| it["port"] = 6002.into()),
            "port: 6001",
            "port: 6002",
        ),
        (
            wanted(&|it| it["ip"]["eqiad"]["default"] = "10.2.2.9".into()),
            "10.2.2.1",
            "10.2.2.9",
        ),
        (
            wanted(&|it| it["ip"]["codfw"] = json!({"default": "x"})),
            "    # Asked",
            "      codfw:\n        default: x\n    # Asked",
        ),
        (
            wanted(&|it| it["sites"] = json!(["eqiad"])),
            "eqiad, codfw",
            "eqiad",
        ),
        (
            wanted(&|it| it["sites"] = json!(["esams", "eqiad", "codfw", "drmrs"])),
            "eqiad, codfw",
            "esams, eqiad, codfw, drmrs",
        ),
        (
            wanted(&|it| it["probes"][0]["path"] = "/y".into()),
            "path: /x",
            "path: /y",
        ),
        (
            wanted(&|it| it["page"] = false.into()),
            "  zebra",
            "    page: false\n  zebra",
        ),
        (
            wanted(&|it| drop(it.as_object_mut().unwrap().shift_remove("description"))),
            "    description: Tea  # or coffee\n",
            "",
        ),
    ] {
        assert_eq!(text, CATALOGUE.replacen(old, new, 1));
    }
}

#[test]
fn what_both_changed_is_named_by_its_member() {
    let base = catalogue();
    let mut wanted = base.clone();
    wanted["state"] = "lvs_setup".into();
    let error = changed(CATALOGUE, &base, &wanted).unwrap_err();
    let reason = "`it.state` is `\"production\"` already, not `\"lvs_setup\"`";
    let places = vec![(Some(15), reason.to_owned())];
    assert_eq!(error, EntryError::Conflict { places });
    let before = CATALOGUE.replace("    port: 6001 # not 6000\n", "");
    wanted = base.clone();
    wanted["port"] = 6002.into();
    let error = changed(&before, &base, &wanted).unwrap_err();
    let reason = "`it.port` was removed, and svcgen would make it `6002`";
    let places = vec![(Some(5), reason.to_owned())];
    assert_eq!(error, EntryError::Conflict { places });
}

#[test]
fn a_comment_never_goes_with_a_value_that_becomes_another() {
    let base = json!({"l": [{"a": 1}], "num": 1});
    let before = "all:\n  it:\n    l: # all\n      # why\n      - a: 1\n    num: 1 # one\n";
    let wanted = json!({"l": [{"a": 1}, {"a": 2}], "num": 1});
    let error = changed(before, &base, &wanted).unwrap_err();
    let reason = "a comment in `l` would go with its old value";
    let places = vec![(Some(4), reason.to_owned())];
    assert_eq!(error, EntryError::Conflict { places });
    let before = before.replace("      # why\n", "");
    let after = changed(&before, &base, &wanted).unwrap();
    assert_eq!(after, before.replace("- a: 1\n", "- a: 1\n      - a: 2\n"));
    let wanted = json!({"l": [{"a": 1}], "num": ["x", "z"]});
    let after = changed(&before, &base, &wanted).unwrap();
    assert_eq!(
        after,
        before.replace("num: 1 # one\n", "num: # one\n      - x\n      - z\n")
    );
    // In a list that is written in brackets, too.
    let base = json!({"l": ["a", "b", "c"]});
    let before = "all:\n  it:\n    l: [a,\n        b, # why\n        c]\n";
    let error = changed(before, &base, &json!({"l": ["a", "b"]})).unwrap_err();
    let places = vec![(Some(4), reason.to_owned())];
    assert_eq!(error, EntryError::Conflict { places });
    // One that is beside what stays goes nowhere.
    let after = changed(before, &base, &json!({"l": ["a", "c"]})).unwrap();
    assert_eq!(after, "all:\n  it:\n    l: [a, # why\n        c]\n");
}

#[test]
fn a_new_member_is_written_as_the_entry_has_it() {
    let entry = |members: &str, value: Value| {
        let lines =
            format!("it:\n  gid: 7\n  members: [{members}]\n  rights: ['a',\n           'b']\n");
        [Entry::sorted(&["all"], "it", value).written(Style::Text(lines))]
    };
    let before = "all:\n  it:\n    gid: 7 # kept\n    members: [ann, bob, kim]\n";
    let base = fragment(&entry("", json!({"gid": 7, "members": ["ann", "bob"]})));
    let wanted = json!({"gid": 7, "members": ["ann", "eve"], "rights": ["a", "b"]});
    let after = patch(
        Some(before),
        &entry("ann, eve", wanted),
        Some(&base),
        Resolution::Mark,
    );
    assert_eq!(
        after.unwrap(),
        "all:\n  it:\n    gid: 7 # kept\n    members: [ann, eve, kim]\n    rights: ['a',\n             'b']\n"
    );
}

#[test]
fn what_an_alias_stands_for_is_left_alone() {
    let (base, wanted) = (
        json!({"port": 1, "page": true}),
        json!({"port": 2, "page": true}),
    );
    let before = "x: &x\n  port: 1\n  page: true\nall:\n  it: *x # the same\n  other: *x\n";
    let after = changed(before, &base, &wanted).unwrap();
    let own = "it: # the same\n    port: 2\n    page: true\n";
    assert_eq!(after, before.replace("it: *x # the same\n", own));
    let before = "x: &x 1\nall:\n  it:\n    port: *x # one\n    page: true\n";
    let after = changed(before, &base, &wanted).unwrap();
    assert_eq!(after, before.replace("*x # one", "2 # one"));
}

#[test]
fn a_change_that_an_alias_would_carry_elsewhere_is_a_conflict_with_a_line() {
    let before = "b: 1\nit: &x old\nother: *x\n";
    let entries = [Entry::grouped("it", "new"), Entry::grouped("b", 2)];
    let patched = |resolution| patch(Some(before), &entries, Some("b: 1\nit: old\n"), resolution);
    for resolution in [Resolution::Mark, Resolution::Svcgen] {
        let reason = "`it` cannot be changed without changing something else, because of an alias";
        let places = vec![(Some(2), reason.to_owned())];
        assert_eq!(patched(resolution), Err(EntryError::Conflict { places }));
    }
    assert_eq!(
        patched(Resolution::Yours).unwrap(),
        before.replace("b: 1", "b: 2")
    );
}

fn values() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        (0..3).prop_map(|n| json!(n)),
        prop::sample::select(vec!["a", "no", "10.0.0.1", "x: y", "# h", "l\nm"])
            .prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3).prop_map(Value::from),
            prop::collection::hash_map("[abc]", inner, 0..3)
                .prop_map(|map| Value::from(map.into_iter().collect::<Map<_, _>>())),
        ]
    })
}

proptest! {
    #[test]
    fn any_value_becomes_any_other(old in values(), new in values()) {
        let entry = |value: &Value| [Entry::sorted(&["all"], "it", value.clone())];
        let before = patched("all:\n  other: 1\n", &entry(&old));
        // A comment behind each line that can have one, and one of its own above each.
        let commented: String = before.lines().enumerate().map(|(n, line)| format!("{line} # c{n}\n")).collect();
        let is_same = parse(&commented).is_ok_and(|root| Ok(root.to_value()) == parse(&before).map(|root| root.to_value()));
        let base = fragment(&entry(&old));
        for text in std::iter::once(&before).chain(is_same.then_some(&commented)) {
            match patch(Some(text), &entry(&new), Some(&base), Resolution::Mark) {
                Ok(after) => {
                    let found = parse(&after).unwrap().to_value();
                    prop_assert_eq!(&found["all"]["it"], &new, "{}", after);
                    prop_assert_eq!(&found["all"]["other"], &json!(1));
                }
                Err(EntryError::Conflict { places }) => {
                    prop_assert!(places.iter().all(|(_, reason)| reason.starts_with("a comment in")), "{:?}", places);
                    prop_assert!(text.contains("# c"));
                }
                Err(error) => prop_assert!(false, "{error:?}\n{text}"),
            }
            let after = patch(Some(text), &entry(&new), Some(&base), Resolution::Svcgen).unwrap();
            prop_assert_eq!(&parse(&after).unwrap().to_value()["all"]["it"], &new, "{}", after);
        }
    }
}
