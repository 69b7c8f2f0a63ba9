//! Lays out Puppet code as the trees do: comments, parameters, aligned arguments. All values come quoted.

use serde::Serialize;

/// The width of comments; the trees keep below 80 columns.
const WIDTH: usize = 78;

/// A parameter of a class, ready for a template.
#[derive(Debug, Clone, Serialize)]
pub(super) struct ParameterView {
    pub(super) name: String,
    /// Comment lines, with their `#`.
    pub(super) text: String,
    /// What stands between the parentheses, without the comma.
    pub(super) declaration: String,
}

/// A parameter of a class before it is laid out.
#[derive(Debug, Clone)]
pub(super) struct ClassParameter {
    pub(super) name: String,
    pub(super) data_type: Option<String>,
    /// Puppet code.
    pub(super) default: Option<String>,
    pub(super) text: String,
}

/// The value of an argument.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Expression {
    /// Puppet code in one line.
    Code(String),
    /// Keys and values, each Puppet code.
    Hash(Vec<(String, String)>),
}

/// Writes a text as comment lines: paragraphs are filled, and parted by an empty comment.
pub(super) fn comment(text: &[String], prefix: &str) -> String {
    let options = textwrap::Options::new(WIDTH)
        .initial_indent(prefix)
        .subsequent_indent(prefix)
        .break_words(false);
    let paragraphs = text.iter().map(|paragraph| {
        let lines = textwrap::wrap(paragraph, &options);
        lines
            .iter()
            .map(|line| disarmed(line, prefix))
            .collect::<Vec<_>>()
            .join("\n")
    });
    paragraphs
        .collect::<Vec<_>>()
        .join(&format!("\n{}\n", prefix.trim_end()))
}

/// A comment that begins with `lint:` would be an instruction to puppet-lint.
fn disarmed(line: &str, prefix: &str) -> String {
    let text = line.strip_prefix(prefix).unwrap_or(line);
    let text = text.trim_end();
    if text.trim_start().starts_with("lint:") {
        format!("{prefix}- {text}")
    } else {
        format!("{prefix}{text}").trim_end().to_owned()
    }
}

/// Lays out the parameters of a class: required ones first, types and defaults each in one column.
pub(super) fn parameters(mut parameters: Vec<ClassParameter>) -> Vec<ParameterView> {
    parameters.sort_by_key(|parameter| parameter.default.is_some());
    let width = |of: fn(&ClassParameter) -> Option<usize>| {
        parameters.iter().filter_map(of).max().unwrap_or(0)
    };
    let type_width = width(|p| p.data_type.as_ref().map(|t| t.chars().count()));
    let name_width = width(|p| p.default.as_ref().map(|_| p.name.chars().count()));
    let view = |parameter: &ClassParameter| {
        let data_type = parameter
            .data_type
            .as_ref()
            .map(|t| format!("{t:type_width$} "))
            .unwrap_or_default();
        let declaration = match &parameter.default {
            None => format!("{data_type}${}", parameter.name),
            Some(default) => format!("{data_type}${:name_width$} = {default}", parameter.name),
        };
        let text = comment(
            &[parameter
                .text
                .split_whitespace()
                .collect::<Vec<_>>()
                .join(" ")],
            "#   ",
        );
        ParameterView {
            name: parameter.name.clone(),
            text,
            declaration,
        }
    };
    parameters.iter().map(view).collect()
}

/// Lays out the arguments of a resource: one to a line, arrows in one column.
pub(super) fn arguments(arguments: &[(String, Expression)], indent: usize) -> String {
    let pad = " ".repeat(indent);
    let width = arguments
        .iter()
        .map(|(name, _)| name.chars().count())
        .max()
        .unwrap_or(0);
    let lines = arguments.iter().map(|(name, value)| {
        let value = match value {
            Expression::Code(code) => code.clone(),
            Expression::Hash(entries) if entries.is_empty() => "{}".into(),
            Expression::Hash(entries) => hash(entries, indent),
        };
        format!("{pad}{name:width$} => {value},")
    });
    lines.collect::<Vec<_>>().join("\n")
}

fn hash(entries: &[(String, String)], indent: usize) -> String {
    let pad = " ".repeat(indent + 4);
    let width = entries
        .iter()
        .map(|(key, _)| key.chars().count())
        .max()
        .unwrap_or(0);
    let lines: String = entries
        .iter()
        .map(|(key, value)| format!("{pad}{key:width$} => {value},\n"))
        .collect();
    format!("{{\n{lines}{}}}", " ".repeat(indent))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arrows_stand_in_one_column() {
        let arguments = arguments(
            &[
                ("port".into(), Expression::Code("6000".into())),
                (
                    "config".into(),
                    Expression::Hash(vec![("a".into(), "1".into()), ("long".into(), "2".into())]),
                ),
            ],
            8,
        );
        assert_eq!(
            arguments,
            "        port   => 6000,\n        config => {\n            a    => 1,\n            long => 2,\n        },"
        );
    }

    #[test]
    fn a_comment_never_instructs_the_linter() {
        let text = comment(&["lint:ignore:all is a word".into(), "two".into()], "# ");
        assert_eq!(text, "# - lint:ignore:all is a word\n#\n# two");
    }

    #[test]
    fn required_parameters_come_first() {
        let parameter = |name: &str, default: Option<&str>| ClassParameter {
            name: name.into(),
            data_type: None,
            default: default.map(str::to_owned),
            text: "Text.".into(),
        };
        let views = parameters(vec![
            parameter("a", Some("1")),
            parameter("b", None),
            parameter("long", Some("2")),
        ]);
        let declarations: Vec<&str> = views.iter().map(|v| v.declaration.as_str()).collect();
        assert_eq!(declarations, ["$b", "$a    = 1", "$long = 2"]);
    }
}
