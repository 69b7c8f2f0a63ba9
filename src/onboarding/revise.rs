//! Changes the text of a model so that it says what was answered; comments stay where the answers did.

mod items;

use serde_json::Value;

use self::items::items;
use super::model_file::{DESCRIPTION, prose};
use crate::edit::Resolution;
use crate::edit::yaml::{Entry, Position, Style, patch};
use crate::yaml::{Node, parse_strict};

/// How the text of a model was changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Revised {
    /// Nothing had to be changed.
    Same,
    /// Only the lines of the answers that changed are others.
    Lines(String),
    /// It cannot be changed line by line.
    Impossible,
}

/// Changes a text so that it says `wanted`, line by line.
pub fn revise(text: &str, wanted: &Value) -> Revised {
    let Ok(root) = parse_strict(text) else {
        return Revised::Impossible;
    };
    if root.to_value() == *wanted {
        return Revised::Same;
    }
    let mut changed = text.to_owned();
    let mut changes = Vec::new();
    compare(&root, wanted, &mut Vec::new(), &mut changes);
    for change in changes {
        let next = match change {
            Change::Put(entry) => items(&changed, &entry).or_else(|| {
                patch(Some(&changed), &[entry], Some(&changed), Resolution::Svcgen).ok()
            }),
            Change::Remove(path) => remove(&changed, &path),
        };
        match next {
            Some(next) => changed = next,
            None => return Revised::Impossible,
        }
    }
    match parse_strict(&changed) {
        Ok(node) if is_same(&node.to_value(), wanted, "") => match changed == text {
            true => Revised::Same,
            false => Revised::Lines(changed),
        },
        _ => Revised::Impossible,
    }
}

/// One change of the text.
#[derive(Debug)]
enum Change {
    Put(Entry),
    Remove(Vec<String>),
}

/// Finds what differs: as deep as there are mappings whose keys have lines of their own.
fn compare(node: &Node, wanted: &Value, path: &mut Vec<String>, changes: &mut Vec<Change>) {
    let Value::Object(map) = wanted else { return };
    for (key, _) in node
        .entries()
        .iter()
        .filter(|(key, _)| !map.contains_key(&key.text))
    {
        let mut gone = path.clone();
        gone.push(key.text.clone());
        changes.push(Change::Remove(gone));
    }
    for (key, value) in map {
        let found = node.find(key);
        if found.is_some_and(|found| found.to_value() == *value) {
            continue;
        }
        match found {
            Some(found)
                if !found.flow && !found.entries().is_empty() && keeps_some(found, value) =>
            {
                path.push(key.clone());
                compare(found, value, path, changes);
                path.pop();
            }
            _ => changes.push(Change::Put(entry(path, key, value))),
        }
    }
}

/// An entry as a person writes it: a text of several lines as such.
fn entry(at: &[String], key: &str, value: &Value) -> Entry {
    let at: Vec<&str> = at.iter().map(String::as_str).collect();
    let mut entry = Entry::sorted(&at, key, value.clone()).placed(Position::End);
    if let Value::String(text) = &mut entry.value
        && let Some(lines) = prose(key, text)
    {
        if key == DESCRIPTION && !text.ends_with('\n') {
            text.push('\n');
        }
        entry.style = Style::Text(lines);
    }
    entry
}

/// Whether a text says what is wanted; of a description, whatever ends its last line.
pub(super) fn is_same(found: &Value, wanted: &Value, key: &str) -> bool {
    match (found, wanted) {
        (Value::Object(found), Value::Object(wanted)) => {
            found.len() == wanted.len()
                && wanted.iter().all(|(key, wanted)| {
                    found
                        .get(key)
                        .is_some_and(|found| is_same(found, wanted, key))
                })
        }
        (Value::Array(found), Value::Array(wanted)) => {
            let mut pairs = found.iter().zip(wanted);
            found.len() == wanted.len() && pairs.all(|(found, wanted)| is_same(found, wanted, key))
        }
        (Value::String(found), Value::String(wanted)) if key == DESCRIPTION => {
            found.trim_end_matches('\n') == wanted.trim_end_matches('\n')
        }
        (found, wanted) => found == wanted,
    }
}

/// Whether a mapping keeps any of its keys; otherwise it is replaced as a whole.
fn keeps_some(node: &Node, wanted: &Value) -> bool {
    node.entries()
        .iter()
        .any(|(key, _)| wanted.get(&key.text).is_some())
}

/// Takes the lines of a key away, and those of its value.
fn remove(text: &str, path: &[String]) -> Option<String> {
    let root = parse_strict(text).ok()?;
    let (last, above) = path.split_last()?;
    let mapping = root.find_path(above.iter().map(String::as_str))?;
    let (key, value) = mapping
        .entries()
        .iter()
        .find(|(key, _)| key.text == *last)?;
    let line_start = |at: usize| text[..at].rfind('\n').map_or(0, |end| end + 1);
    let start = line_start(key.span.start);
    let mut end = content_end(value).max(key.span.end);
    // A block of text may end with its last line.
    if !text[..end].ends_with('\n') {
        end += text[end..].find('\n').map_or(text.len() - end, |at| at + 1);
    }
    Some(format!("{}{}", &text[..start], &text[end..]))
}

/// Where the last thing in a value ends.
pub(super) fn content_end(value: &Node) -> usize {
    let inner = value
        .entries()
        .iter()
        .map(|(key, value)| content_end(value).max(key.span.end));
    let items = value.items().iter().map(content_end);
    match value.flow || (value.entries().is_empty() && value.items().is_empty()) {
        true => value.span.end,
        false => inner.chain(items).max().unwrap_or(value.span.end),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const MODEL: &str = "# Ours.\nversion: 1\nname: trends # as in the logs\ndescription: |\n  Does it.\n\n  More.\nport: 6000\n\
        # Who is asked.\nowner: {name: Ada, shell: ada}\nruntime:\n  # The farm's.\n  node_version: \"20\"\n  log_level: info\n\
        config:\n  parameters:\n    # The first.\n    - {name: a, type: Integer, default: 1}\n";

    fn wanted(change: impl Fn(&mut Value)) -> Value {
        let mut value = parse_strict(MODEL).unwrap().to_value();
        change(&mut value);
        value
    }

    fn revised(change: impl Fn(&mut Value)) -> String {
        match revise(MODEL, &wanted(change)) {
            Revised::Lines(text) => text,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn only_the_lines_of_the_answer_change() {
        assert_eq!(revise(MODEL, &wanted(|_| ())), Revised::Same);
        let text = revised(|v| v["port"] = json!(6001));
        assert_eq!(text, MODEL.replace("6000", "6001"));
        let text = revised(|v| v["runtime"]["log_level"] = json!("warn"));
        assert_eq!(text, MODEL.replace("log_level: info", "log_level: warn"));
        let text = revised(|v| v["owner"]["shell"] = json!("grace"));
        assert!(
            text.contains("# Who is asked.\n") && text.contains("# The farm's."),
            "{text}"
        );
    }

    #[test]
    fn lines_end_as_the_others_of_the_file_do() {
        let model = "list:\r\n  - {name: a}\r\nz: 1\r\n";
        let wanted = json!({"list": [{"name": "a"}, {"name": "b"}], "z": 1});
        let revised = revise(model, &wanted);
        let text = model.replace("{name: a}\r\n", "{name: a}\r\n  - {name: b}\r\n");
        assert_eq!(revised, Revised::Lines(text));
    }

    #[test]
    fn what_is_said_of_a_thing_is_not_said_of_another_in_its_place() {
        let model =
            "groups:\n  - name: a\n    hosts: [a1]\n  - name: b\n    hosts: [b1] # ask before\n";
        let revised = |wanted: Value| match revise(model, &wanted) {
            Revised::Lines(text) => text,
            other => panic!("{other:?}"),
        };
        let a = json!({"name": "a", "hosts": ["a1"]});
        let other = revised(json!({"groups": [a, {"name": "c", "hosts": ["c1"]}]}));
        assert!(
            !other.contains("ask before") && other.contains("name: c"),
            "{other}"
        );
        // The same hosts under another name are the same thing.
        let renamed = revised(json!({"groups": [a, {"name": "c", "hosts": ["b1"]}]}));
        assert_eq!(renamed, model.replace("name: b", "name: c"));
    }

    #[test]
    fn a_comment_is_that_of_its_item_also_where_others_go() {
        let model = "hosts:\n  - a # north\n  - b # south\n  - c # slow\nz: 1\n";
        let revised =
            |model: &str, hosts: Value| match revise(model, &json!({"hosts": hosts, "z": 1})) {
                Revised::Lines(text) => text,
                other => panic!("{other:?}"),
            };
        assert_eq!(
            revised(model, json!(["d", "b", "c"])),
            model.replace("a # north", "d")
        );
        assert_eq!(
            revised(model, json!(["b", "d"])),
            "hosts:\n  - b # south\n  - d\nz: 1\n"
        );
        // A word in common does not make two things one.
        let model = "hosts:\n  - name: a # ours\n    type: T\n    text: x\n  - name: b\n    type: T\n    text: y\nz: 1\n";
        let b = json!({"name": "b", "type": "T", "text": "z"});
        assert_eq!(
            revised(model, json!([b])),
            "hosts:\n  - name: b\n    type: T\n    text: z\nz: 1\n"
        );
        let c = json!({"name": "c", "type": "T", "text": "z"});
        assert!(!revised(model, json!([c, b])).contains("ours"));
    }

    #[test]
    fn keys_come_and_go() {
        let text = revised(|v| {
            v["runtime"]
                .as_object_mut()
                .unwrap()
                .shift_remove("log_level");
            v["vagrant"] = json!({"memory": 256});
        });
        assert!(
            !text.contains("log_level") && text.contains("  memory: 256\n"),
            "{text}"
        );
        let text = revised(|v| {
            v.as_object_mut().unwrap().shift_remove("description");
        });
        assert_eq!(
            text,
            MODEL.replace("description: |\n  Does it.\n\n  More.\n", "")
        );
        let text = revised(|v| {
            v["runtime"] = json!({"extra": {"heap_limit": 5}});
            v.as_object_mut().unwrap().shift_remove("config");
        });
        assert!(text.ends_with("heap_limit: 5\n"), "{text}");
    }

    #[test]
    fn the_comments_of_a_list_stay_where_their_things_do() {
        let model = "a: 1\nlist:\n# The first.\n- name: a # one\n  type: Integer\n  # No more.\n  default: 1 # yes\n\
            - {name: b,  type: String} # two\n\n# The third.\n- name: c\n  value:\n    x: 1 # deep\n    y: [1]\n  last: |\n    text\nz: 2\n";
        let value = parse_strict(model).unwrap().to_value();
        let revised = |change: &dyn Fn(&mut Value)| {
            let mut wanted = value.clone();
            change(&mut wanted["list"]);
            match revise(model, &wanted) {
                Revised::Lines(text) => text,
                other => panic!("{other:?}"),
            }
        };
        let text = revised(&|list| list[0]["default"] = json!(2));
        assert_eq!(text, model.replace("default: 1 # yes", "default: 2 # yes"));
        let text = revised(&|list| list[1]["type"] = json!("Hash"));
        assert_eq!(
            text,
            model.replace("{name: b,  type: String}", "{name: b, type: Hash}")
        );
        let text = revised(&|list| list[2]["value"]["x"] = json!("two # words"));
        assert_eq!(
            text,
            model
                .replace("x: 1 # deep", "x: 'two # words' # deep")
                .replace('\'', "\"")
        );
        let text = revised(&|list| list[2]["value"]["w"] = json!(3));
        assert_eq!(
            text,
            model.replace("    y: [1]\n", "    y: [1]\n    w: 3\n")
        );
        let text = revised(&|list| {
            list[0].as_object_mut().unwrap().shift_remove("default");
        });
        assert_eq!(text, model.replace("  default: 1 # yes\n", ""));
        let text = revised(&|list| {
            list.as_array_mut().unwrap().remove(1);
        });
        assert_eq!(
            text,
            model.replace("- {name: b,  type: String} # two\n", "")
        );
        let text = revised(&|list| list.as_array_mut().unwrap().push(json!({"name": "d"})));
        assert_eq!(text, model.replace("    text\n", "    text\n- {name: d}\n"));
        let text = revised(&|list| list.as_array_mut().unwrap().insert(1, json!("plain")));
        assert_eq!(text, model.replace("- {name: b", "- plain\n- {name: b"));
        let text = revised(&|list| list.as_array_mut().unwrap().insert(0, json!(0)));
        assert!(
            text.contains("- 0\n") && text.contains("# The first.\n"),
            "{text}"
        );
        // A block of text is written anew with its thing, and the others stay.
        let text = revised(&|list| list[2]["last"] = json!("other"));
        assert!(
            text.contains("default: 1 # yes") && text.contains("# two"),
            "{text}"
        );
    }

    proptest::proptest! {
        #[test]
        fn any_change_of_a_list_says_what_is_wanted(wanted in proptest::collection::vec(0_usize..6, 1..6)) {
            let model = "list: # the list\n  - a # 1\n  - name: b\n    x: 1 # 2\n  - [c] # 3\n\n  # d\n  - {d: 1}\n# end\nz: 1\n";
            let things = [json!("a"), json!({"name": "b", "x": 1}), json!(["c"]), json!({"d": 1}), json!({"name": "b", "x": [2], "y": null}), json!("- # 'e'")];
            let list: Vec<Value> = wanted.into_iter().map(|index| things[index].clone()).collect();
            let want = json!({"list": list, "z": 1});
            match revise(model, &want) {
                Revised::Lines(text) => {
                    proptest::prop_assert_eq!(parse_strict(&text).unwrap().to_value(), want);
                    proptest::prop_assert!(text.starts_with("list: # the list\n") && text.ends_with("# end\nz: 1\n"), "{}", text);
                }
                other => proptest::prop_assert_eq!(other, Revised::Same),
            }
        }
    }

    #[test]
    fn hostile_texts_come_back() {
        for hostile in [
            "# no comment",
            "%{x} <% {{ $y \\",
            "a: b\n\n  c\n",
            "'\"`",
            "é – ü",
            "- x",
        ] {
            let want = wanted(|v| v["description"] = json!(hostile));
            match revise(MODEL, &want) {
                Revised::Lines(text) => assert_eq!(parse_strict(&text).unwrap().to_value(), want),
                other => assert_eq!(other, Revised::Impossible),
            }
        }
    }
}
