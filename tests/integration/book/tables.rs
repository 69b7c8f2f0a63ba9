//! The tables of the reference are made from the program: `UPDATE_BOOK=1 cargo nextest run -E 'test(book)'` writes them.

use std::fmt::Write as _;

use clap::{Arg, ArgAction, Command, CommandFactory as _};
use serde_json::Value;

use super::page;
use crate::support::Env;

pub(super) const UPDATE: &str = "UPDATE_BOOK";

/// Stands for the default of fields of which one has to be there.
const ONE_OF: &str = "one of them";

/// Compares a file of the book with what it should be, or writes it.
pub(super) fn hold(path: &str, wanted: &str) {
    let file = format!("{}/book/src/{path}", env!("CARGO_MANIFEST_DIR"));
    if std::env::var_os(UPDATE).is_some() {
        std::fs::write(&file, wanted).unwrap();
    }
    let present = std::fs::read_to_string(&file).unwrap_or_default();
    let differs = present.lines().zip(wanted.lines()).find(|(a, b)| a != b);
    assert!(
        present == wanted,
        "{path} is not up to date, first at {differs:?}; to write it: {UPDATE}=1 cargo nextest run -E 'test(book)'"
    );
}

/// Puts a table below the line that marks its place, instead of the one that is there.
pub(super) fn with_table(page: &str, marker: &str, table: &str) -> String {
    let marker = format!("<!-- {marker} -->\n");
    let (before, after) = page
        .split_once(&marker)
        .unwrap_or_else(|| panic!("no line {marker:?} in the page"));
    let old: usize = after
        .split_inclusive('\n')
        .take_while(|line| line.starts_with('|'))
        .map(str::len)
        .sum();
    format!("{before}{marker}{table}{}", &after[old..])
}

/// Text for a cell.
pub(super) fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace('\n', " ")
}

fn is_hidden(argument: &Arg) -> bool {
    argument.is_hide_set() || matches!(argument.get_id().as_str(), "help" | "version")
}

/// The arguments of a command, one in a row.
fn options<'a>(arguments: impl Iterator<Item = &'a Arg>) -> String {
    let mut table = String::from("| option | meaning |\n|---|---|\n");
    for argument in arguments.filter(|argument| !is_hidden(argument)) {
        let value = argument
            .get_value_names()
            .filter(|_| argument.get_action().takes_values())
            .map(|names| names[0].to_string());
        let mut names: Vec<String> = Vec::new();
        names.extend(argument.get_short().map(|short| format!("-{short}")));
        names.extend(argument.get_long().map(|long| format!("--{long}")));
        if matches!(argument.get_action(), ArgAction::Count) {
            names.insert(1, "-vv".into());
        }
        let mut shown = names.join("`, `");
        let choices: Vec<String> = argument
            .get_possible_values()
            .iter()
            .filter(|_| value.is_some())
            .map(|choice| choice.get_name().to_owned())
            .collect();
        if let Some(value) = value {
            let value = if choices.is_empty() {
                value
            } else {
                choices.join("|")
            };
            let space = if shown.is_empty() { "" } else { " " };
            let _ = write!(shown, "{space}{value}");
        }
        let mut help = argument.get_help().unwrap().to_string();
        if let Some(default) = argument
            .get_default_values()
            .first()
            .filter(|_| !choices.is_empty())
        {
            let _ = write!(help, " [default: {}]", default.to_str().unwrap());
        }
        if let Some(variable) = argument.get_env() {
            let _ = write!(help, " [env: {}]", variable.to_str().unwrap());
        }
        let _ = writeln!(table, "| `{}` | {} |", cell(&shown), cell(&help));
    }
    table
}

fn is_global(argument: &&Arg) -> bool {
    argument.is_global_set()
}

#[test]
fn the_options_are_those_of_the_program() {
    let command: Command = svcgen::cli::Cli::command();
    let mut text = page("reference/command-line.md");
    let global = options(command.get_arguments().filter(is_global));
    text = with_table(&text, "options of svcgen", &global);
    for one in command.get_subcommands().filter(|one| !one.is_hide_set()) {
        let own = options(one.get_arguments().filter(|argument| !is_global(argument)));
        text = with_table(
            &text,
            &format!("options of svcgen {}", one.get_name()),
            &own,
        );
    }
    hold("reference/command-line.md", &text);
}

/// A field of a format, as its schema describes it.
struct Field {
    path: String,
    kind: String,
    default: String,
    meaning: String,
}

/// Goes through a schema, and collects what holds a value.
pub(super) struct Walk<'a> {
    definitions: &'a Value,
    fields: Vec<Field>,
}

impl<'a> Walk<'a> {
    pub(super) fn new(schema: &'a Value) -> Self {
        Self {
            definitions: &schema["$defs"],
            fields: Vec::new(),
        }
    }
}

impl Walk<'_> {
    fn of(schema: &Value) -> Vec<Field> {
        let mut walk = Walk::new(schema);
        walk.properties(schema, "");
        walk.fields
    }

    /// The schema that a reference leads to, or the one that is not null.
    pub(super) fn resolve<'v>(&'v self, schema: &'v Value) -> &'v Value {
        if let Some(reference) = schema["$ref"].as_str() {
            let name = reference.rsplit('/').next().unwrap();
            return self.resolve(&self.definitions[name]);
        }
        let choices = schema["anyOf"].as_array().or(schema["oneOf"].as_array());
        let mut choices = choices
            .into_iter()
            .flatten()
            .filter(|choice| choice["type"] != "null");
        match (choices.next(), choices.next()) {
            (Some(only), None) => self.resolve(only),
            _ => schema,
        }
    }

    fn properties(&mut self, schema: &Value, below: &str) {
        let required = schema["required"].as_array().cloned().unwrap_or_default();
        let properties = schema["properties"]
            .as_object()
            .cloned()
            .unwrap_or_default();
        for (key, property) in &properties {
            let path = if below.is_empty() {
                key.clone()
            } else {
                format!("{below}.{key}")
            };
            self.value(
                property,
                path,
                required.contains(&Value::from(key.as_str())),
            );
        }
    }

    fn value(&mut self, property: &Value, path: String, is_required: bool) {
        let schema = self.resolve(property).clone();
        if schema["properties"].is_object() {
            return self.properties(&schema, &path);
        }
        let text = |schema: &Value| schema["description"].as_str().map(str::to_owned);
        let default = match property.get("default").or(schema.get("default")) {
            _ if is_required => "required".to_owned(),
            Some(Value::Null) | None => String::new(),
            Some(default) => format!("`{default}`"),
        };
        self.fields.push(Field {
            path: path.clone(),
            kind: self.kind(&schema),
            default,
            meaning: text(property).or(text(&schema)).unwrap_or_default(),
        });
        if schema["items"].is_object() {
            let item = self.resolve(&schema["items"]).clone();
            self.properties(&item, &format!("{path}[]"));
            self.choices(&item, &format!("{path}[]"));
        }
        let patterned = schema["patternProperties"].as_object();
        let named = patterned.and_then(|patterns| patterns.values().next());
        if let Some(named) = named
            .or(schema.get("additionalProperties"))
            .filter(|named| named.is_object())
        {
            let named = self.resolve(named).clone();
            self.properties(&named, &format!("{path}.NAME"));
        }
    }

    fn choices(&mut self, schema: &Value, below: &str) {
        for choice in schema["oneOf"].as_array().into_iter().flatten() {
            let mut choice = self.resolve(choice).clone();
            let needed = std::mem::take(&mut choice["required"]);
            let begin = self.fields.len();
            self.properties(&choice, below);
            for field in &mut self.fields[begin..] {
                let key = field.path.rsplit('.').next().unwrap();
                if field.meaning.is_empty() {
                    field.meaning = choice["description"]
                        .as_str()
                        .unwrap_or_default()
                        .to_owned();
                }
                if needed
                    .as_array()
                    .is_some_and(|keys| keys.contains(&key.into()))
                {
                    field.default = ONE_OF.to_owned();
                }
            }
        }
    }

    pub(super) fn kind(&self, schema: &Value) -> String {
        let constants = |schema: &Value| -> Option<Vec<String>> {
            if let Some(values) = schema["enum"].as_array() {
                return Some(
                    values
                        .iter()
                        .filter(|v| !v.is_null())
                        .map(Value::to_string)
                        .collect(),
                );
            }
            let choices = schema["oneOf"].as_array()?.iter();
            let found: Vec<String> = choices
                .flat_map(|choice| {
                    let several = choice["enum"].as_array().into_iter().flatten();
                    choice.get("const").into_iter().chain(several)
                })
                .map(Value::to_string)
                .collect();
            Some(found).filter(|found| !found.is_empty())
        };
        if let Some(constants) = constants(schema) {
            return constants.join(", ").replace('"', "`");
        }
        if let Some(choices) = schema["anyOf"].as_array() {
            let choices = choices.iter().map(|choice| self.resolve(choice));
            let kinds: Vec<String> = choices
                .filter(|choice| choice["type"] != "null")
                .map(|choice| self.kind(choice))
                .collect();
            return kinds.join(", or ");
        }
        let kinds: Vec<&str> = match &schema["type"] {
            Value::String(kind) => vec![kind],
            Value::Array(kinds) => kinds.iter().filter_map(Value::as_str).collect(),
            _ => Vec::new(),
        };
        let kinds: Vec<&str> = kinds
            .into_iter()
            .filter_map(|kind| match kind {
                "null" => None,
                "object" => Some("mapping"),
                "array" => Some("list"),
                "string" => Some("text"),
                "boolean" => Some("true or false"),
                other => Some(other),
            })
            .collect();
        if kinds.is_empty() {
            "any value".into()
        } else {
            kinds.join(" or ")
        }
    }
}

fn fields(file: &str) -> Vec<Field> {
    let run = Env::new().svcgen(&["schema", file]);
    assert_eq!(run.code, 0, "{}", run.show());
    Walk::of(&serde_json::from_str(&run.stdout).unwrap())
}

fn hold_fields(file: &str, path: &str) {
    let mut table = String::from("| field | type | default | meaning |\n|---|---|---|---|\n");
    for Field {
        path,
        kind,
        default,
        meaning,
    } in fields(file)
    {
        assert!(
            !meaning.is_empty(),
            "`{path}` of the {file} has no description"
        );
        let _ = writeln!(
            table,
            "| `{path}` | {} | {} | {} |",
            cell(&kind),
            cell(&default),
            cell(&meaning)
        );
    }
    hold(
        path,
        &with_table(&page(path), &format!("fields of {file}"), &table),
    );
}

#[test]
fn the_fields_are_those_of_the_schemas() {
    hold_fields("model", "reference/model.md");
    hold_fields("site", "reference/sites.md");
    hold_fields("config", "reference/configuration.md");
}

#[test]
fn the_schema_beside_the_book_is_that_of_the_program() {
    let run = Env::new().svcgen(&["schema", "model"]);
    hold("reference/svcgen.schema.json", &run.stdout);
}

/// The examples show every field, so that none is forgotten when one is added.
#[test]
fn the_examples_have_every_field() {
    for (file, path) in [
        ("model", "reference/model.md"),
        ("site", "reference/sites.md"),
        ("config", "reference/configuration.md"),
    ] {
        let example: serde_yaml::Value = serde_yaml::from_str(&super::example(path)).unwrap();
        for field in fields(file)
            .into_iter()
            .filter(|field| field.default != ONE_OF)
        {
            let keys: Vec<&str> = field.path.split('.').collect();
            assert!(
                has(&example, &keys),
                "`{}` is not in the example of {path}",
                field.path
            );
        }
    }
}

/// Whether a value has something at a path; of a list or a mapping with free keys, in any of its items.
fn has(value: &serde_yaml::Value, keys: &[&str]) -> bool {
    let Some((key, rest)) = keys.split_first() else {
        return true;
    };
    if *key == "NAME" {
        let values = value
            .as_mapping()
            .into_iter()
            .flat_map(|mapping| mapping.values());
        return values.into_iter().any(|value| has(value, rest));
    }
    match key.strip_suffix("[]") {
        Some(list) => {
            let items = value[list].as_sequence().into_iter().flatten();
            items.into_iter().any(|item| has(item, rest))
        }
        None => value.get(key).is_some_and(|value| has(value, rest)),
    }
}
