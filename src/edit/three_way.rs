//! Merges two changes of one value, member by member and item by item, as git merges texts line by line.

use serde_json::{Map, Value};

use super::Resolution;

/// What a merge made of a value.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Merged {
    pub(super) value: Value,
    /// Where both sides changed the same, and nobody has decided.
    pub(super) apart: Vec<Apart>,
}

/// A part of a value that somebody and svcgen both changed.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Apart {
    /// The keys that lead to it; none where it is the whole value.
    pub(super) path: Vec<String>,
    /// What is there; `None` where it was taken out.
    pub(super) found: Option<Value>,
    /// What svcgen wants; `None` where it wants it no more.
    pub(super) wanted: Option<Value>,
}

/// Merges what is found with what is wanted; `base` is what svcgen wrote last.
///
/// Without a base nobody knows whose a difference is.
pub(super) fn merge(
    found: &Value,
    base: Option<&Value>,
    wanted: &Value,
    resolution: Resolution,
) -> Merged {
    let mut merger = Merger {
        resolution,
        path: Vec::new(),
        apart: Vec::new(),
    };
    let value = merger.value(found, base, wanted);
    Merged {
        value,
        apart: merger.apart,
    }
}

/// In what a value is not the one that is wanted; members that are not wanted are somebody else's.
pub(super) fn differences(found: &Value, wanted: &Value) -> Vec<Apart> {
    let (now, then) = match (found, wanted) {
        _ if found == wanted => return Vec::new(),
        (Value::Object(now), Value::Object(then)) => (now, then),
        _ => {
            return vec![Apart {
                path: Vec::new(),
                found: Some(found.clone()),
                wanted: Some(wanted.clone()),
            }];
        }
    };
    let mut all = Vec::new();
    for (key, then) in then {
        let inner = match now.get(key) {
            Some(now) => differences(now, then),
            None => vec![Apart {
                path: Vec::new(),
                found: None,
                wanted: Some(then.clone()),
            }],
        };
        all.extend(inner.into_iter().map(|mut apart| {
            apart.path.insert(0, key.clone());
            apart
        }));
    }
    all
}

struct Merger {
    resolution: Resolution,
    /// The keys that lead to what is merged now.
    path: Vec<String>,
    apart: Vec<Apart>,
}

impl Merger {
    fn value(&mut self, found: &Value, base: Option<&Value>, wanted: &Value) -> Value {
        if found == wanted || base == Some(wanted) {
            return found.clone();
        }
        match (found, base, wanted) {
            (Value::Object(found), Some(Value::Object(base)), Value::Object(wanted)) => {
                return self.members(found, Some(base), wanted).into();
            }
            // Each member is for somebody to decide.
            (Value::Object(found), None, Value::Object(wanted)) => {
                return self.members(found, None, wanted).into();
            }
            (Value::Array(found), Some(Value::Array(base)), Value::Array(wanted)) => {
                if let Some(items) = items(found, base, wanted) {
                    return items.into();
                }
            }
            _ => {}
        }
        if base == Some(found) {
            return wanted.clone();
        }
        match self.decide(Some(found), Some(wanted)) {
            true => self.value(found, Some(found), wanted),
            false => found.clone(),
        }
    }

    fn members(
        &mut self,
        found: &Map<String, Value>,
        base: Option<&Map<String, Value>>,
        wanted: &Map<String, Value>,
    ) -> Map<String, Value> {
        let is_known = base.is_some();
        let of_base = |key: &str| base.and_then(|base| base.get(key));
        let mut merged = Map::new();
        for (key, now) in found {
            self.path.push(key.clone());
            let kept = match (of_base(key), wanted.get(key)) {
                (base, Some(wanted)) => Some(self.value(now, base, wanted)),
                (None, None) if is_known => Some(now.clone()),
                (base, None) => {
                    let goes = base == Some(now) || self.decide(Some(now), None);
                    (!goes).then(|| now.clone())
                }
            };
            self.path.pop();
            merged.extend(kept.map(|kept| (key.clone(), kept)));
        }
        let mut previous: Option<&String> = None;
        for (key, new) in wanted {
            if !found.contains_key(key) && self.is_put(key, of_base(key), new) {
                let after =
                    previous.and_then(|previous| merged.keys().position(|it| it == previous));
                let index = after.map_or(0, |after| after + 1);
                merged.shift_insert(index, key.clone(), new.clone());
            }
            if merged.contains_key(key) {
                previous = Some(key);
            }
        }
        merged
    }

    /// Whether a member is put where there is none: somebody may have taken it out.
    fn is_put(&mut self, key: &str, base: Option<&Value>, new: &Value) -> bool {
        match base {
            None => true,
            Some(base) if base == new => false,
            Some(_) => {
                self.path.push(key.to_owned());
                let is_put = self.decide(None, Some(new));
                self.path.pop();
                is_put
            }
        }
    }

    /// Whether what svcgen wants is taken where both sides changed the same.
    fn decide(&mut self, found: Option<&Value>, wanted: Option<&Value>) -> bool {
        if self.resolution == Resolution::Mark {
            self.apart.push(Apart {
                path: self.path.clone(),
                found: found.cloned(),
                wanted: wanted.cloned(),
            });
        }
        self.resolution == Resolution::Svcgen
    }
}

/// Merges lists of which each item stands in its list once; `None` where one of them is another list.
fn items(found: &[Value], base: &[Value], wanted: &[Value]) -> Option<Vec<Value>> {
    let all = [found, base, wanted];
    // Their order may be the change.
    if found == base || !all.into_iter().all(is_distinct) {
        return None;
    }
    // An item with parts may be there still, with other parts on either side.
    let is_gone = |item: &Value| !found.contains(item) && !wanted.contains(item);
    if !all.into_iter().all(is_set) && base.iter().any(is_gone) {
        return None;
    }
    let goes = |item: &Value| base.contains(item) && !wanted.contains(item);
    let mut merged: Vec<Value> = found.iter().filter(|item| !goes(item)).cloned().collect();
    let mut index = 0;
    for item in wanted {
        if let Some(place) = merged.iter().position(|it| it == item) {
            index = place + 1;
        } else if !base.contains(item) {
            merged.insert(index, item.clone());
            index += 1;
        }
    }
    Some(merged)
}

/// Whether a list has single values only, and none of them twice.
pub(super) fn is_set(items: &[Value]) -> bool {
    let is_single = |item: &Value| !item.is_array() && !item.is_object();
    is_distinct(items) && items.iter().all(is_single)
}

fn is_distinct(items: &[Value]) -> bool {
    let mut all = items.iter().enumerate();
    all.all(|(index, item)| !items[..index].contains(item))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn merged(found: &Value, base: &Value, wanted: &Value) -> Merged {
        merge(found, Some(base), wanted, Resolution::Mark)
    }

    #[test]
    fn changes_of_different_members_are_both_kept() {
        let base = json!({"ip": {"a": 1}, "port": 1, "state": "setup", "old": true});
        let found =
            json!({"ip": {"a": 1}, "port": 1, "state": "production", "old": true, "own": 1});
        let wanted = json!({"ip": {"a": 1, "b": 2}, "page": false, "port": 2, "state": "setup"});
        let result = merged(&found, &base, &wanted);
        assert_eq!(result.apart, []);
        let expected = json!({"ip": {"a": 1, "b": 2}, "page": false, "port": 2, "state": "production", "own": 1});
        // The order counts: new members go after those that they follow.
        assert_eq!(result.value.to_string(), expected.to_string());
    }

    #[test]
    fn changes_of_one_member_are_apart_until_somebody_decides() {
        let base = json!({"a": {"x": 1, "y": 1, "z": 1}});
        let found = json!({"a": {"x": 2, "z": 2}});
        let wanted = json!({"a": {"x": 3, "y": 3}});
        let apart: Vec<_> = merged(&found, &base, &wanted).apart;
        let said: Vec<_> = apart
            .iter()
            .map(|it| (it.path.join("."), &it.found, &it.wanted))
            .collect();
        assert_eq!(
            said,
            [
                ("a.x".to_owned(), &Some(json!(2)), &Some(json!(3))),
                ("a.z".to_owned(), &Some(json!(2)), &None),
                ("a.y".to_owned(), &None, &Some(json!(3))),
            ]
        );
        let decided = |resolution| merge(&found, Some(&base), &wanted, resolution).value;
        assert_eq!(decided(Resolution::Yours), found);
        assert_eq!(decided(Resolution::Svcgen), wanted);
    }

    #[test]
    fn without_a_base_each_member_is_a_difference() {
        let (found, wanted) = (json!({"a": 1, "own": 1}), json!({"a": 2}));
        let result = merge(&found, None, &wanted, Resolution::Mark);
        let paths: Vec<&str> = result.apart.iter().map(|it| it.path[0].as_str()).collect();
        assert_eq!(paths, ["a", "own"]);
        assert_eq!(result.value, found);
        let taken = merge(&found, None, &wanted, Resolution::Svcgen);
        assert_eq!(taken.value, wanted);
    }

    #[test]
    fn lists_of_single_values_are_merged_by_item() {
        let list = |base: &str, found: &str, wanted: &str| {
            let of = |words: &str| words.split(' ').map(Value::from).collect::<Value>();
            merged(&of(found), &of(base), &of(wanted))
        };
        assert_eq!(list("a b", "a b x", "a c").value, json!(["a", "c", "x"]));
        assert_eq!(list("a b", "x b", "a b c").value, json!(["x", "b", "c"]));
        // Nobody else changed it: its order is the model's.
        assert_eq!(list("a b", "a b", "b a").value, json!(["b", "a"]));
        let twice = list("a a", "a a x", "a");
        assert_eq!(twice.apart.len(), 1);
    }

    #[test]
    fn items_with_parts_are_merged_where_only_one_side_changed_them() {
        let (a, b, c, own) = (
            json!({"a": 1}),
            json!({"b": 1}),
            json!({"b": 2}),
            json!({"own": 1}),
        );
        let all = |items: &[&Value]| items.iter().copied().cloned().collect::<Value>();
        let result = merged(&all(&[&a, &b, &own]), &all(&[&a, &b]), &all(&[&a, &c]));
        assert_eq!((result.value, result.apart), (all(&[&a, &c, &own]), vec![]));
        // The same one on both sides is for somebody to decide.
        let result = merged(&all(&[&a, &own]), &all(&[&a, &b]), &all(&[&a, &c]));
        assert_eq!(result.apart.len(), 1);
    }

    fn values() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![(0..3).prop_map(|n| json!(n)), "[ab]".prop_map(Value::from)];
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
        fn a_change_of_one_side_is_taken_as_it_is(base in values(), other in values()) {
            let theirs = merged(&other, &base, &base);
            prop_assert_eq!((&theirs.value, theirs.apart.len()), (&other, 0));
            let ours = merged(&base, &base, &other);
            prop_assert_eq!((&ours.value, ours.apart.len()), (&other, 0));
        }

        #[test]
        fn a_decision_leaves_nothing_apart(base in values(), found in values(), wanted in values()) {
            for resolution in [Resolution::Yours, Resolution::Svcgen] {
                let result = merge(&found, Some(&base), &wanted, resolution);
                prop_assert_eq!(result.apart.len(), 0);
                // What was merged once is merged for good.
                let again = merge(&result.value, Some(&wanted), &wanted, Resolution::Mark);
                prop_assert_eq!(again.value, result.value);
            }
        }
    }
}
