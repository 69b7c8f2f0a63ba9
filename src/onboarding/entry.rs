//! What was typed, as a value of the model. Whether it is right, only the model's own types say.

use serde_json::{Map, Value};

use super::question::{Choice, Kind, Question, shown};
use crate::visible::visible;
use crate::yaml::{Kind as Yaml, is_octal, parse_strict};

/// The values that a text may mean, the likeliest first.
///
/// # Errors
/// A text that means nothing, with the form that was expected.
pub(super) fn values(question: &Question, text: &str) -> Result<Vec<Value>, String> {
    let one = |value| Ok(vec![value]);
    let trimmed = text.trim();
    match question.kind {
        Kind::Line | Kind::Date => one(trimmed.into()),
        Kind::Text => one(text.trim_end().into()),
        Kind::Port | Kind::Number => number(trimmed).map(|number| vec![number]),
        Kind::Choice => one(choice(question, trimmed).into()),
        Kind::YesNo => match trimmed.to_lowercase().as_str() {
            "y" | "yes" | "true" => one(true.into()),
            "n" | "no" | "false" => one(false.into()),
            _ => Err("yes or no".into()),
        },
        Kind::Hosts => one(hosts(text).into()),
        Kind::Words => words(text).map(|words| vec![words.into()]),
        Kind::Lines => one(lines(text)),
        Kind::Values => one(Value::Object(pairs(text)?)),
        Kind::Value => {
            let text = Value::from(trimmed);
            Ok(match parsed(trimmed) {
                Some(value) if is_as_written(&value, trimmed) => vec![value, text],
                Some(value) => vec![text, value],
                None => vec![text],
            })
        }
        Kind::Items => Err("a number, `+` or `-`".into()),
    }
}

/// A number as YAML reads it, so that the model and the interview take the same for one.
fn number(text: &str) -> Result<Value, String> {
    match parse_strict(text) {
        Ok(node) if matches!(node.kind, Yaml::Integer(_)) => Ok(node.to_value()),
        // What is infinite is no number to JSON.
        Ok(node) if matches!(node.kind, Yaml::Float(number) if number.is_finite()) => {
            Ok(node.to_value())
        }
        _ if is_octal(text) => Err(format!(
            "`{}` some programs would read as octal: leave out the leading zeros",
            visible(text)
        )),
        _ => Err(format!("`{}` is not a number", visible(text))),
    }
}

/// Whether a value is what its question asks for; only where the model would take anything.
///
/// # Errors
/// What was expected.
pub(super) fn check(question: &Question, value: &Value) -> Result<(), String> {
    let said = |what: &str| format!("`{}` is not {what}", visible(&shown(value)));
    let is_choice = |choice: &Choice| *value == choice.value;
    match question.kind {
        Kind::Choice if !question.choices.iter().any(is_choice) => Err(said("one of the choices")),
        Kind::Date if shown(value).parse::<jiff::civil::Date>().is_err() => {
            Err(said("a date: year-month-day, such as `2026-12-15`"))
        }
        Kind::Number | Kind::Port if !value.is_number() => Err(said("a number")),
        Kind::YesNo if !value.is_boolean() => Err(said("`true` or `false`")),
        _ => Ok(()),
    }
}

/// The choice that a number, a word or the beginning of a word means; anything else as it is.
fn choice(question: &Question, text: &str) -> String {
    let choices = &question.choices;
    if choices.iter().any(|choice| choice.value == text) {
        return text.to_owned();
    }
    let number = text.parse::<usize>().ok().and_then(|n| n.checked_sub(1));
    if let Some(choice) = number.and_then(|index| choices.get(index)) {
        return choice.value.clone();
    }
    let mut likely = choices
        .iter()
        .filter(|choice| choice.value.starts_with(text));
    match (likely.next(), likely.next()) {
        (Some(only), None) if !text.is_empty() => only.value.clone(),
        _ => text.to_owned(),
    }
}

/// Hosts and ranges; a comma within brackets belongs to the range.
fn hosts(text: &str) -> Vec<String> {
    let mut depth = 0_usize;
    let parts = text.split(|c: char| {
        match c {
            '[' => depth += 1,
            ']' => depth = depth.saturating_sub(1),
            _ => {}
        }
        c.is_whitespace() || (matches!(c, ',' | ';') && depth == 0)
    });
    let hosts = parts.map(str::to_owned).filter(|part| !part.is_empty());
    let mut found: Vec<String> = Vec::new();
    for host in hosts {
        if !found.contains(&host) {
            found.push(host);
        }
    }
    found
}

fn lines(text: &str) -> Value {
    let lines = text.lines().map(str::trim);
    lines.filter(|line| !line.is_empty()).collect()
}

/// Words between commas and line ends; one that has a comma stands in quotes, as in CSV.
fn words(text: &str) -> Result<Vec<String>, String> {
    let mut words = Vec::new();
    let mut rest = text.trim_start_matches(is_between);
    while !rest.is_empty() {
        let (word, after) = match rest.strip_prefix('"') {
            Some(quoted) => {
                let unclosed = || format!("`{}` has no closing quote", visible(rest.trim_end()));
                let (word, after) = quoted.split_once('"').ok_or_else(unclosed)?;
                let after = after.trim_start_matches([' ', '\t']);
                if !after.is_empty() && !after.starts_with([',', '\n']) {
                    return Err("put a comma between what is in quotes and the next one".into());
                }
                (word, after)
            }
            None => rest.split_at(rest.find([',', '\n']).unwrap_or(rest.len())),
        };
        let word = word.trim();
        if !word.is_empty() {
            words.push(word.to_owned());
        }
        rest = after.trim_start_matches(is_between);
    }
    Ok(words)
}

fn is_between(c: char) -> bool {
    c == ',' || c.is_whitespace()
}

/// A text as YAML, where that is anything.
fn parsed(text: &str) -> Option<Value> {
    let parsed = parse_strict(text).ok().map(|node| node.to_value());
    parsed.filter(|value| !value.is_null())
}

/// Whether a value is written with these very characters: the version `1.20` is no number, since that is 1.2. What is more
/// than a number or a truth value has its own marks.
pub(super) fn is_as_written(value: &Value, text: &str) -> bool {
    let written = value.to_string();
    !matches!(value, Value::Number(_) | Value::Bool(_)) || written == text
}

fn pairs(text: &str) -> Result<Map<String, Value>, String> {
    let mut map = Map::new();
    for line in text.lines().filter(|line| !line.trim().is_empty()) {
        let (key, value) = line
            .split_once('=')
            .ok_or_else(|| format!("`{}` is not of the form NAME=VALUE", visible(line.trim())))?;
        let value = value.trim();
        let parsed = parsed(value).filter(|parsed| is_as_written(parsed, value));
        let value = parsed.unwrap_or_else(|| value.into());
        if map.insert(key.trim().to_owned(), value).is_some() {
            return Err(format!("`{}` is there twice", visible(key.trim())));
        }
    }
    Ok(map)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::model::Read as _;

    fn read(question: &str) -> Question {
        Question::read(&parse_strict(question).unwrap(), &mut Vec::new()).unwrap()
    }

    fn first(kind: &str, text: &str) -> Value {
        let question = format!(
            "{{id: x, text: X, type: {kind}, choices: [{{value: inline}}, {{value: scap}}, {{value: sh}}]}}"
        );
        values(&read(&question), text).unwrap().remove(0)
    }

    #[test]
    fn hosts_are_taken_as_they_are_pasted() {
        let pasted = "a1.example.org, a2.example.org\n\tb[1-3,7].example.org;c1  a1.example.org\n";
        let expected = json!([
            "a1.example.org",
            "a2.example.org",
            "b[1-3,7].example.org",
            "c1"
        ]);
        assert_eq!(first("hosts", pasted), expected);
    }

    #[test]
    fn choices_are_numbers_words_or_their_beginnings() {
        assert_eq!(first("choice", "2"), "scap");
        assert_eq!(first("choice", "in"), "inline");
        assert_eq!(first("choice", "s"), "s", "two begin so");
        assert_eq!(first("choice", "other"), "other");
    }

    #[test]
    fn each_kind_makes_its_value() {
        assert_eq!(first("port", " 6000 "), 6000);
        assert_eq!(first("number", "0.5"), 0.5);
        assert_eq!(first("yes_no", "Y"), true);
        assert_eq!(
            first("words", "Node.js, Kafka,"),
            json!(["Node.js", "Kafka"])
        );
        assert_eq!(
            first("words", "\"torch, cpu\" , Ada's 5\" disk\n\"Kafka\""),
            json!(["torch, cpu", "Ada's 5\" disk", "Kafka"])
        );
        assert_eq!(first("lines", "--a, b\n--c"), json!(["--a, b", "--c"]));
        assert_eq!(
            first("values", "A=1\nB = x=y\nC={\n"),
            json!({"A": 1, "B": "x=y", "C": "{"})
        );
        let versions = "A=1.20\nB=010\nC=12345678901234567890123\nD=yes\nE=true\nF=0.5\nG=\"1\"";
        let expected = json!({"A": "1.20", "B": "010", "C": "12345678901234567890123", "D": "yes",
            "E": true, "F": 0.5, "G": "1"});
        assert_eq!(first("values", versions), expected);
        assert_eq!(first("value", "1.20"), "1.20");
        assert_eq!(first("value", "[1, a]"), json!([1, "a"]));
        assert_eq!(first("value", "a: [b"), "a: [b");
        let yes_no = read("{id: x, text: X, type: yes_no}");
        assert_eq!(values(&yes_no, "perhaps").unwrap_err(), "yes or no");
        let refused = |kind: &str, text: &str| {
            let question = read(&format!("{{id: x, text: X, type: {kind}}}"));
            values(&question, text).unwrap_err()
        };
        assert_eq!(refused("port", "http"), "`http` is not a number");
        assert_eq!(
            refused("words", "a, \"b, c"),
            "`\"b, c` has no closing quote"
        );
        assert_eq!(
            refused("words", "\"a, b\" c"),
            "put a comma between what is in quotes and the next one"
        );
        assert_eq!(refused("number", "inf"), "`inf` is not a number");
        assert_eq!(refused("number", "1_000"), "`1_000` is not a number");
        assert_eq!(
            refused("number", "0042"),
            "`0042` some programs would read as octal: leave out the leading zeros"
        );
        assert_eq!(refused("values", "A=1\nA=2"), "`A` is there twice");
    }

    #[test]
    fn where_the_model_takes_anything_the_question_decides() {
        let refused = |question: &str, value: Value| check(&read(question), &value).err();
        let choice = "{id: annotations.x, text: X, type: choice, choices: [{value: a}]}";
        assert_eq!(refused(choice, json!("a")), None);
        assert!(refused(choice, json!("b")).is_some());
        let date = "{id: annotations.x, text: X, type: date}";
        assert_eq!(refused(date, json!("2026-12-15")), None);
        assert!(refused(date, json!("soon")).is_some());
        for (kind, right) in [("number", json!(7)), ("yes_no", json!(true))] {
            let question = format!("{{id: annotations.x, text: X, type: {kind}}}");
            assert_eq!(refused(&question, right), None);
            assert!(refused(&question, json!("abc")).is_some(), "{kind}");
        }
        assert_eq!(refused("{id: annotations.x, text: X}", json!("")), None);
    }
}
