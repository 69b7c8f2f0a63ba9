//! What a service's parameters become in documentation and in configuration templates.

use serde_json::Value;

use crate::model::{Parameter, Service};
use crate::render::quoting::{puppet_string, puppet_value};

/// The longest default that is repeated in the documentation.
const LONGEST_DEFAULT: usize = 50;

/// The widest value that stands in one line.
const WIDEST: usize = 72;

/// Writes a value as Puppet code: a list or mapping that is wide has a line for each of its members.
///
/// `indent` is the column in which the value's own lines begin.
pub(super) fn value_code(value: &Value, indent: usize) -> String {
    let line = puppet_value(value);
    let (pad, end) = (" ".repeat(indent + 4), " ".repeat(indent));
    match value {
        _ if line.chars().count() <= WIDEST => line,
        Value::Array(items) => {
            let lines = items.iter().map(|item| {
                let code = value_code(item, indent + 4);
                format!("{pad}{code},\n")
            });
            format!("[\n{}{end}]", lines.collect::<String>())
        }
        Value::Object(map) => {
            let keys = map.keys().map(|key| puppet_string(key));
            let width = keys.clone().map(|key| key.chars().count()).max();
            let width = width.unwrap_or_default();
            let lines = keys.zip(map.values()).map(|(key, value)| {
                let code = value_code(value, indent + 4);
                format!("{pad}{key:width$} => {code},\n")
            });
            format!("{{\n{}{end}}}", lines.collect::<String>())
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => line,
    }
}

/// The text that documents a parameter in the comment of its class.
pub(super) fn documentation(parameter: &Parameter) -> String {
    let mut text = match &parameter.description {
        Some(description) => description.paragraphs().join(" "),
        None => format!(
            "The value of `{}` in the configuration of the service.",
            parameter.name
        ),
    };
    if !text.ends_with(['.', '!', '?']) {
        text.push('.');
    }
    if let Some(default) = &parameter.default {
        let default = puppet_value(default);
        if default.len() <= LONGEST_DEFAULT {
            text.push_str(&format!(" Default: {default}"));
        }
    }
    text
}

/// The ERB template of the service's configuration; JSON is YAML that any value survives in.
pub(super) fn erb_config(
    service: &Service,
    license: Option<&str>,
    is_sensitive: impl Fn(&Parameter) -> bool,
) -> String {
    let mut text = license
        .map(|tag| format!("<%#- {tag} -%>\n"))
        .unwrap_or_default();
    if service.config.parameters.is_empty() {
        text.push_str("{}\n");
    }
    for parameter in &service.config.parameters {
        let unwrap = if is_sensitive(parameter) {
            ".unwrap"
        } else {
            ""
        };
        text.push_str(&format!(
            "{0}: <%= @{0}{unwrap}.to_json %>\n",
            parameter.name
        ));
    }
    text
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn wide_values_have_a_line_for_each_member() {
        assert_eq!(value_code(&json!({"a": [1, 2]}), 4), "{ 'a' => [1, 2] }");
        let wide = json!({"hosts": ["a".repeat(60), "b"], "n": 1, "empty": {}});
        let a = "a".repeat(60);
        assert_eq!(
            value_code(&wide, 4),
            format!(
                "{{\n        'hosts' => ['{a}', 'b'],\n        'n'     => 1,\n        'empty' => {{}},\n    }}"
            )
        );
        let list = value_code(&json!(["a".repeat(60), "b".repeat(60)]), 0);
        assert_eq!(list.lines().count(), 4);
    }
}
