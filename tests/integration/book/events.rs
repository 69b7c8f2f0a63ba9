//! The table of events is made from their schema.

use std::fmt::Write as _;

use serde_json::Value;
use svcgen::event::event_schema;

use super::page;
use super::tables::{Walk, cell, hold, with_table};

#[test]
fn the_fields_of_events_are_those_of_their_schema() {
    let schema = event_schema();
    let walk = Walk::new(&schema);
    let mut table = String::from("| event | field | type | meaning |\n|---|---|---|---|\n");
    row(&walk, &mut table, "every", &schema);
    for kind in schema["oneOf"].as_array().unwrap() {
        let name = kind["properties"]["event"]["const"].as_str().unwrap();
        row(&walk, &mut table, &format!("`{name}`"), kind);
    }
    let path = "design/events.md";
    hold(path, &with_table(&page(path), "fields of events", &table));
}

/// The fields of one kind.
fn row(walk: &Walk<'_>, table: &mut String, name: &str, schema: &Value) {
    let properties = schema["properties"].as_object().unwrap();
    let mut name = name;
    for (key, property) in properties.iter().filter(|(key, _)| *key != "event") {
        let resolved = walk.resolve(property);
        let meaning = [property, resolved].map(|schema| schema["description"].as_str());
        let meaning = meaning.into_iter().flatten().next().unwrap_or_default();
        let required = schema["required"].as_array().unwrap();
        let may_miss = !required.contains(&Value::from(key.as_str()));
        assert!(!meaning.is_empty(), "{name}: `{key}` has no description");
        let kind = walk.kind(resolved);
        let _ = writeln!(
            table,
            "| {name} | `{key}` | {}{} | {} |",
            cell(&kind),
            if may_miss { ", may be absent" } else { "" },
            cell(meaning)
        );
        name = "";
    }
}
