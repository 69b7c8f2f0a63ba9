use super::*;
use crate::edit::{json, plan, yaml};

fn found(before: Option<&str>, base: Option<&str>, wanted: Desired) -> Vec<Difference> {
    let folder = tempfile::tempdir().unwrap();
    git2::Repository::init(folder.path()).unwrap();
    let root = camino::Utf8Path::from_path(folder.path()).unwrap();
    let name = crate::model::ServiceName::parse("own").unwrap();
    let rendered = Rendered::of(root, &name);
    if let Some(base) = base {
        rendered.write(wanted.path(), base).unwrap();
    }
    if let Some(before) = before {
        fs_err::write(root.join(wanted.path()), before).unwrap();
    }
    let worktree = Worktree::open(root).unwrap();
    let desired = [wanted];
    let plan = plan(&desired, &worktree, &rendered, Resolution::Mark).unwrap();
    differences(&desired, &plan, &worktree, &rendered).unwrap()
}

fn brief(found: &[Difference]) -> Vec<(Option<usize>, Direction, Remedy)> {
    found
        .iter()
        .map(|difference| (difference.line, difference.direction, difference.remedy))
        .collect()
}

#[test]
fn a_whole_file_tells_who_changed_it() {
    let file = |text: &str| Desired::File {
        path: "a.pp".into(),
        text: text.into(),
    };
    let whole = |before, base, text| brief(&found(before, base, file(text)));
    let (one, theirs, ours) = ("a\nb\nc\nd\ne\n", "a\nB\nc\nd\ne\n", "a\nb\nc\nd\nE\n");
    let (model, tree) = (Direction::Model, Direction::Tree);
    assert_eq!(whole(None, None, one), [(None, model, Remedy::Generate)]);
    assert_eq!(
        whole(None, Some(one), one),
        [(None, tree, Remedy::Generate)]
    );
    assert_eq!(whole(Some(one), Some(one), one), []);
    assert_eq!(whole(Some(one), None, one), []);
    assert_eq!(
        whole(Some(one), Some(one), ours),
        [(Some(5), model, Remedy::Generate)]
    );
    assert_eq!(
        whole(Some(theirs), Some(one), one),
        [(Some(2), tree, Remedy::Replace)]
    );
    assert_eq!(
        whole(Some(theirs), Some(one), ours),
        [
            (Some(2), tree, Remedy::Replace),
            (Some(5), model, Remedy::Generate)
        ]
    );
    assert_eq!(
        whole(Some(theirs), Some(one), "a\nX\nc\nd\ne\n"),
        [(Some(2), Direction::Both, Remedy::Merge)]
    );
    assert_eq!(
        whole(Some(theirs), None, one),
        [(Some(2), Direction::Unknown, Remedy::Adopt)]
    );
}

#[test]
fn a_shared_file_tells_who_changed_it() {
    let entries = |value: i64| Desired::Yaml {
        path: "a.yaml".into(),
        entries: vec![yaml::Entry::grouped("own::port", value)],
    };
    let shared = |before, base, value| brief(&found(Some(before), base, entries(value)));
    let base = Some("own::port: 1\n");
    assert_eq!(shared("x: 1\nown::port: 1\n", base, 1), []);
    assert_eq!(
        shared("x: 1\n", None, 1),
        [(Some(1), Direction::Model, Remedy::Generate)]
    );
    assert_eq!(
        shared("own::port: 1\n", base, 2),
        [(Some(1), Direction::Model, Remedy::Generate)]
    );
    assert_eq!(
        shared("x: 1\n", base, 1),
        [(Some(1), Direction::Tree, Remedy::Generate)]
    );
    assert_eq!(
        shared("x: 1\n", base, 2),
        [(Some(1), Direction::Both, Remedy::Generate)]
    );
    assert_eq!(
        shared("x: 1\nown::port: 3\n", base, 1),
        [(Some(2), Direction::Tree, Remedy::Edit)]
    );
    assert_eq!(
        shared("x: 1\nown::port: 3\n", base, 2),
        [(Some(2), Direction::Both, Remedy::Edit)]
    );
    assert_eq!(
        shared("x: 1\nown::port: 3\n", None, 2),
        [(Some(2), Direction::Unknown, Remedy::Edit)]
    );
}

#[test]
fn what_goes_without_saying_in_a_json_file_was_not_taken_out_of_it() {
    let entries = |target: &str, node: &str| {
        vec![
            json::Entry::new(&["deploy", "target"], target),
            json::Entry::new(&["deploy", "env"], serde_json::json!({})).implied(true),
            json::Entry::new(&["deploy", "node"], node).implied(node == "system"),
        ]
    };
    let base = json::fragment(&entries("debian", "system"));
    let wanted = |target: &str, node: &str| Desired::Json {
        path: "package.json".into(),
        entries: entries(target, node),
    };
    let told = |before: &str, wanted: Desired| brief(&found(Some(before), Some(&base), wanted));
    let text = "{\n  \"deploy\": {\n    \"target\": \"debian\"\n  }\n}\n";
    let newer = [(Some(3), Direction::Model, Remedy::Generate)];
    assert_eq!(told(text, wanted("debian", "system")), []);
    assert_eq!(told(text, wanted("ubuntu", "system")), newer);
    assert_eq!(told(text, wanted("debian", "18")), newer);
    let edited = text.replace("debian", "alpine:3");
    let by_hand = [(Some(3), Direction::Tree, Remedy::Edit)];
    assert_eq!(told(&edited, wanted("debian", "system")), by_hand);
    let both = [(Some(3), Direction::Both, Remedy::Edit)];
    assert_eq!(told(&edited, wanted("ubuntu", "system")), both);
    let gone = text.replace("\"target\": \"debian\"", "\"x\": 1");
    let taken_out = [(Some(3), Direction::Tree, Remedy::Generate)];
    assert_eq!(told(&gone, wanted("debian", "system")), taken_out);
}
