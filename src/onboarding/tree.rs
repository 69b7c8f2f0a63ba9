//! Answers as a part of the model without places; a thing in a list is addressed by its name.

use serde_json::{Map, Value};

/// The value at a path; what is empty counts as nothing.
pub(super) fn find<'a>(root: &'a Value, path: &str) -> Option<&'a Value> {
    let found = path.split('.').try_fold(root, |value, key| match value {
        Value::Object(map) => map.get(key),
        Value::Array(items) => items.iter().find(|item| is_called(item, key)),
        _ => None,
    })?;
    (!found.is_null()).then_some(found)
}

/// Puts a value at a path; `is_named` tells whether the value of a path is a list of named things.
pub(super) fn put(root: &mut Value, path: &str, value: Value, is_named: impl Fn(&str) -> bool) {
    let mut at = root;
    let mut above = String::new();
    for key in path.split('.') {
        let is_list = !above.is_empty() && is_named(&above);
        at = if is_list {
            item(at, key)
        } else {
            entry(at, key)
        };
        if !above.is_empty() {
            above.push('.');
        }
        above.push_str(key);
    }
    *at = value;
}

/// Takes away the value at a path, and what is empty above it then.
pub(super) fn remove(root: &mut Value, path: &str) {
    let (key, rest) = match path.split_once('.') {
        Some((key, rest)) => (key, Some(rest)),
        None => (path, None),
    };
    match (root, rest) {
        (Value::Object(map), None) => {
            map.shift_remove(key);
        }
        (Value::Array(items), None) => items.retain(|item| !is_called(item, key)),
        (Value::Object(map), Some(rest)) => {
            if let Some(below) = map.get_mut(key) {
                remove(below, rest);
                if below.as_object().is_some_and(Map::is_empty) {
                    map.shift_remove(key);
                }
            }
        }
        (Value::Array(items), Some(rest)) => {
            if let Some(below) = items.iter_mut().find(|item| is_called(item, key)) {
                remove(below, rest);
            }
        }
        _ => {}
    }
}

fn is_called(item: &Value, name: &str) -> bool {
    item.get("name").is_some_and(|found| found == name)
}

fn entry<'a>(at: &'a mut Value, key: &str) -> &'a mut Value {
    if !at.is_object() {
        *at = Value::Object(Map::new());
    }
    &mut at[key]
}

fn item<'a>(at: &'a mut Value, name: &str) -> &'a mut Value {
    if !at.is_array() {
        *at = Value::Array(Vec::new());
    }
    let found = at
        .as_array()
        .into_iter()
        .flatten()
        .position(|item| is_called(item, name));
    let index = found.unwrap_or_else(|| at.as_array().map_or(0, Vec::len));
    if found.is_none()
        && let Value::Array(items) = at
    {
        items.push(serde_json::json!({"name": name}));
    }
    &mut at[index]
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn values_are_put_found_and_taken_away() {
        let mut root = json!({});
        let is_named = |path: &str| path == "deploy.groups";
        put(&mut root, "owner.name", json!("Ada"), is_named);
        put(
            &mut root,
            "deploy.groups.canary.hosts",
            json!(["a1"]),
            is_named,
        );
        put(&mut root, "deploy.groups.canary.size", json!(1), is_named);
        let whole = json!({"owner": {"name": "Ada"},
            "deploy": {"groups": [{"name": "canary", "hosts": ["a1"], "size": 1}]}});
        assert_eq!(root, whole);
        assert_eq!(find(&root, "deploy.groups.canary.size"), Some(&json!(1)));
        assert_eq!(find(&root, "deploy.groups.default.size"), None);
        remove(&mut root, "deploy.groups.canary.size");
        remove(&mut root, "owner.name");
        assert_eq!(
            root,
            json!({"deploy": {"groups": [{"name": "canary", "hosts": ["a1"]}]}})
        );
    }
}
