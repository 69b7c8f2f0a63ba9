//! Brings answers onto a model that somebody else changed since they were begun.

use serde_json::{Map, Value};

use super::question::shown;

/// What changed both in the answers, which win, and in the model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Both {
    pub path: String,
    /// What went of somebody else's list: the things by their names.
    pub lost: Vec<String>,
}

/// Takes what changed in the model and what changed in the answers; returns that, and what changed in both.
pub fn rebase(base: &Value, ours: &Value, theirs: &Value) -> (Value, Vec<Both>) {
    let mut both = Vec::new();
    let rebased = merged(Some(base), Some(ours), Some(theirs), "", &mut both);
    (rebased.unwrap_or_else(|| ours.clone()), both)
}

fn merged(
    base: Option<&Value>,
    ours: Option<&Value>,
    theirs: Option<&Value>,
    path: &str,
    both: &mut Vec<Both>,
) -> Option<Value> {
    if ours == theirs || theirs == base {
        return ours.cloned();
    }
    if ours == base {
        return theirs.cloned();
    }
    let nothing = Map::new();
    let object = |value: Option<&Value>| match value {
        Some(Value::Object(map)) => Some(map.clone()),
        None => Some(nothing.clone()),
        Some(_) => None,
    };
    let (Some(old), Some(our), Some(their)) = (object(base), object(ours), object(theirs)) else {
        both.push(Both {
            path: path.to_owned(),
            lost: lost(base, ours, theirs),
        });
        return ours.cloned();
    };
    let mut result = Map::new();
    let ours_only = our.keys().filter(|key| !their.contains_key(*key));
    for key in their.keys().chain(ours_only) {
        let path = match path {
            "" => key.clone(),
            path => format!("{path}.{key}"),
        };
        let value = merged(old.get(key), our.get(key), their.get(key), &path, both);
        result.extend(value.map(|value| (key.clone(), value)));
    }
    Some(Value::Object(result))
}

/// What somebody else put into a list, or changed in it, and the answers do not have.
fn lost(base: Option<&Value>, ours: Option<&Value>, theirs: Option<&Value>) -> Vec<String> {
    let items = |value: Option<&Value>| match value {
        Some(Value::Array(items)) => items.clone(),
        _ => Vec::new(),
    };
    let (old, our) = (items(base), items(ours));
    let theirs = items(theirs).into_iter();
    let lost = theirs.filter(|item| !old.contains(item) && !our.contains(item));
    lost.map(|item| name(&item)).collect()
}

/// What a thing of a list is called: its name, or all that is said about it.
fn name(item: &Value) -> String {
    let fields = item.as_object().map(|fields| {
        let texts = fields.values().map(shown);
        texts.collect::<Vec<_>>().join(", ")
    });
    match item.get("name") {
        Some(name) => shown(name),
        None => fields.unwrap_or_else(|| shown(item)),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_changed_on_either_side_is_kept() {
        let base =
            json!({"name": "a", "port": 1, "owner": {"name": "Ada", "irc": "ada"}, "list": [1]});
        let ours = json!({"name": "a", "port": 2, "owner": {"name": "Ada", "shell": "ada"}, "list": [1, 2]});
        let theirs = json!({"name": "b", "port": 1, "owner": {"name": "Grace", "irc": "ada"}, "list": [3], "x": 1});
        let (rebased, both) = rebase(&base, &ours, &theirs);
        assert_eq!(
            rebased,
            json!({"name": "b", "port": 2, "owner": {"name": "Grace", "shell": "ada"}, "list": [1, 2], "x": 1})
        );
        let list = Both {
            path: "list".into(),
            lost: vec!["3".into()],
        };
        assert_eq!(both, [list]);
        let empty = json!({});
        let (rebased, both) = rebase(&empty, &json!({"a": 1, "b": 1}), &json!({"a": 2, "c": 3}));
        assert_eq!(rebased, json!({"a": 1, "c": 3, "b": 1}));
        let a = Both {
            path: "a".into(),
            lost: Vec::new(),
        };
        assert_eq!(both, [a]);
        let (rebased, both) = rebase(&base, &json!({"name": "a"}), &base);
        assert_eq!((rebased, both), (json!({"name": "a"}), Vec::new()));
    }
}
