//! Lays out Puppet code as the trees do: comments, parameters, aligned arguments. All values come quoted.

use serde::Serialize;
use textwrap::WordSeparator;

/// The longest line that puppet-lint lets pass.
const LONGEST_LINE: usize = 140;
/// The longest word that stays whole.
const LONGEST_WORD: usize = 130;
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

/// Whether a tree's linter minds long lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum LongLines {
    /// They are let pass.
    Free,
    /// Those that cannot be shorter say that they are meant.
    Marked,
}

impl LongLines {
    /// Reads the options of a tree's puppet-lint.
    pub(super) fn of(options: &str) -> Self {
        let off = |line: &str| line.trim() == "--no-140chars-check";
        if options.lines().any(off) {
            Self::Free
        } else {
            Self::Marked
        }
    }

    /// Marks the lines of code that are too long. Comments never are, but for addresses, which the linter lets pass.
    pub(super) fn marked(self, text: String) -> String {
        let is_long = |line: &str| {
            line.chars().count() > LONGEST_LINE
                && !line.trim_start().starts_with('#')
                && !line.contains("://")
        };
        if self == Self::Free || !text.lines().any(is_long) {
            return text;
        }
        let lines = text.lines().map(|line| match is_long(line) {
            true => format!("{line} # lint:ignore:140chars\n"),
            false => format!("{line}\n"),
        });
        lines.collect()
    }
}

/// Writes a text as comment lines: paragraphs are filled, and parted by an empty comment.
pub(super) fn comment(text: &[String], prefix: &str) -> String {
    let options = textwrap::Options::new(WIDTH)
        .initial_indent(prefix)
        .subsequent_indent(prefix)
        .break_words(false);
    let paragraphs = text.iter().map(|paragraph| {
        let is_endless = |word: &str| word.chars().count() > LONGEST_WORD && !word.contains("://");
        // An address stays whole; other text may be of a language without spaces.
        let separator = if paragraph.contains("://") {
            WordSeparator::AsciiSpace
        } else {
            WordSeparator::UnicodeBreakProperties
        };
        let options = options
            .clone()
            .word_separator(separator)
            .break_words(paragraph.split(' ').any(is_endless));
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
    fn only_endless_words_are_broken() {
        let address = format!("https://{}", "a".repeat(100));
        assert_eq!(
            comment(&[format!("see {address}")], "# "),
            format!("# see\n# {address}")
        );
        let text = comment(&["w".repeat(300)], "# ");
        assert!(text.lines().all(|line| line.len() <= WIDTH), "{text}");
    }

    #[test]
    fn long_lines_are_marked_where_the_linter_minds_them() {
        let long = format!("    $a = '{}',\n$b\n", "x".repeat(140));
        let minds = LongLines::of("--fail-on-warnings\n--no-80chars-check\n");
        let marked = minds.marked(long.clone());
        assert_eq!(marked, long.replace("',\n", "', # lint:ignore:140chars\n"));
        assert_eq!(minds.marked("$a\n".into()), "$a\n");
        assert_eq!(
            LongLines::of("--no-140chars-check").marked(long.clone()),
            long
        );
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
