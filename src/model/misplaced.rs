//! Keys that belong elsewhere in a file: the schema knows all places.

use std::collections::BTreeSet;

use serde_json::Value;

use super::problem::Problem;
use crate::yaml::{Node, Span};

/// A step from a mapping to what is in it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Step {
    Key(String),
    /// A key that is chosen by whoever writes the file.
    Free,
    Item,
}

/// How many places are named; a key of more may be anything.
const MOST: usize = 3;

/// Says of keys that are not known where they stand where they belong.
pub(super) fn tell_places(node: &Node, schema: fn() -> Value, problems: &mut [Problem]) {
    let strays = problems
        .iter_mut()
        .filter(|problem| problem.stray.is_some());
    let mut strays = strays.peekable();
    if strays.peek().is_none() {
        return;
    }
    let schema = schema();
    for problem in strays {
        let place = problem.stray.as_ref().zip(path_of(node, &problem.span));
        let rule = place.and_then(|(key, above)| rule(&schema, key, &above));
        problem.rule = rule.or(problem.rule.take());
    }
}

/// Where a key belongs that stands below a path, where that is one of few places.
fn rule(schema: &Value, key: &str, above: &[Step]) -> Option<String> {
    // A dash for an underscore is the same slip.
    let spelt = key.replace('-', "_");
    let mut places = BTreeSet::new();
    collect((schema, schema), &spelt, &mut Vec::new(), &mut places);
    let within = places.iter().filter(|place| place.starts_with(above));
    let within: Vec<&Vec<Step>> = within.collect();
    let meant = match within.as_slice() {
        [_] => within,
        _ => places.iter().collect(),
    };
    if meant.is_empty() || meant.len() > MOST {
        return None;
    }
    let named: Vec<String> = meant.into_iter().map(|place| named(place)).collect();
    Some(format!("`{spelt}` belongs {}", named.join(", or ")))
}

/// A mapping as a message names it.
fn named(place: &[Step]) -> String {
    let keys = place.iter().filter_map(|step| match step {
        Step::Key(key) => Some(key.as_str()),
        Step::Free => Some("NAME"),
        Step::Item => None,
    });
    let path = keys.collect::<Vec<_>>().join(".");
    match place.last() {
        None => "at the top level".to_owned(),
        Some(Step::Item) => format!("in an item of `{path}`"),
        Some(_) => format!("below `{path}`"),
    }
}

/// Finds the mappings that have a key, in the whole schema and a part of it.
fn collect(
    (whole, part): (&Value, &Value),
    key: &str,
    at: &mut Vec<Step>,
    places: &mut BTreeSet<Vec<Step>>,
) {
    let target = part.get("$ref").and_then(Value::as_str);
    let target = target.and_then(|target| whole.pointer(target.strip_prefix('#')?));
    let variants = ["anyOf", "oneOf", "allOf"].into_iter();
    let variants = variants.filter_map(|name| part.get(name)?.as_array());
    for same in target.into_iter().chain(variants.flatten()) {
        collect((whole, same), key, at, places);
    }
    let named = part.get("properties").and_then(Value::as_object);
    if named.is_some_and(|named| named.contains_key(key)) {
        places.insert(at.clone());
    }
    let named = named.into_iter().flatten();
    let named = named.map(|(name, below)| (Step::Key(name.clone()), below));
    let patterns = part.get("patternProperties").and_then(Value::as_object);
    let free = patterns.into_iter().flat_map(|patterns| patterns.values());
    let free = free.chain(part.get("additionalProperties"));
    let free = free.map(|below| (Step::Free, below));
    let item = part.get("items").map(|below| (Step::Item, below));
    for (step, below) in named.chain(free).chain(item) {
        at.push(step);
        collect((whole, below), key, at, places);
        at.pop();
    }
}

/// The path of the mapping that has the key of a place in the text.
fn path_of(node: &Node, key: &Span) -> Option<Vec<Step>> {
    if node.entries().iter().any(|(found, _)| found.span == *key) {
        return Some(Vec::new());
    }
    let entries = node.entries().iter();
    let entries = entries.map(|(key, value)| (Step::Key(key.text.clone()), value));
    let items = node.items().iter().map(|item| (Step::Item, item));
    entries.chain(items).find_map(|(step, below)| {
        let mut path = path_of(below, key)?;
        path.insert(0, step);
        Some(path)
    })
}

#[cfg(test)]
mod tests {
    use super::super::{model_schema, site_schema};
    use super::*;

    fn told(schema: &Value, key: &str, above: &[&str]) -> Option<String> {
        let above: Vec<Step> = above.iter().map(|&key| Step::Key(key.into())).collect();
        rule(schema, key, &above)
    }

    #[test]
    fn a_key_of_few_places_is_told_where_it_belongs() {
        let schema = model_schema();
        for (key, above, belongs) in [
            ("parameters", &[][..], "`parameters` belongs below `config`"),
            ("port", &["owner"], "`port` belongs at the top level"),
            (
                "log-level",
                &[],
                "`log_level` belongs below `runtime`, or below `vagrant`",
            ),
            (
                "url",
                &["runtime"],
                "`url` belongs below `runtime.healthcheck`",
            ),
            (
                "from",
                &["config"],
                "`from` belongs in an item of `request_flow`",
            ),
            (
                "groups",
                &["production"],
                "`groups` belongs below `deploy`, or below `environments.NAME`",
            ),
        ] {
            assert_eq!(told(&schema, key, above).as_deref(), Some(belongs));
        }
        assert_eq!(told(&schema, "zzz", &[]), None);
        assert_eq!(told(&schema, "name", &["tickets"]), None, "of many things");
    }

    #[test]
    fn a_site_has_its_own_places() {
        assert_eq!(
            told(&site_schema(), "minimum_weeks", &[]).as_deref(),
            Some("`minimum_weeks` belongs below `timeline`")
        );
    }
}
