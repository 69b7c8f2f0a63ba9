use std::fmt;

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use super::name::Refused;
use super::problem::suggest;

/// A Puppet data type whose values can stand in hieradata, such as `Array[String]` or `Stdlib::Port`.
///
/// Grammar and names are those of the Puppet language reference ("Data types", Puppet 4 to 8).
#[derive(Debug, Clone, PartialEq)]
pub struct DataType {
    name: String,
    arguments: Vec<Argument>,
}

#[derive(Debug, Clone, PartialEq)]
enum Argument {
    Type(DataType),
    Number(f64, String),
    Text(String),
    Pattern(String),
    Word(&'static str),
    Struct(Vec<(DataType, String, DataType)>),
}

/// Types whose values YAML can hold. Those that it cannot (`Regexp`, `SemVer`, `Timestamp`, ...) are refused.
const NAMES: &[&str] = &[
    "Any",
    "Array",
    "Boolean",
    "Collection",
    "Data",
    "Enum",
    "Float",
    "Hash",
    "Integer",
    "NotUndef",
    "Numeric",
    "Optional",
    "Pattern",
    "RichData",
    "Scalar",
    "ScalarData",
    "Sensitive",
    "String",
    "Struct",
    "Tuple",
    "Undef",
    "Variant",
];

impl Default for DataType {
    fn default() -> Self {
        Self {
            name: "String".into(),
            arguments: Vec::new(),
        }
    }
}

impl DataType {
    /// Parses a type expression.
    ///
    /// # Errors
    /// Where it is not a type, or one whose values cannot come from hieradata.
    pub fn parse(text: &str) -> Result<Self, Refused> {
        let mut parser = Parser {
            rest: text,
            depth: 0,
        };
        let parsed = parser.data_type().and_then(|parsed| match parser.skip() {
            "" => Ok(parsed),
            rest => Err(format!("`{rest}` is left over after the type")),
        });
        parsed.map_err(|rule| Refused::new(text, "a Puppet data type", rule))
    }

    /// A harmless value of the type, for a development environment that was given none.
    pub fn placeholder(&self) -> Value {
        let candidates = [
            Value::from("CHANGE-ME"),
            Value::from(0),
            Value::from(1),
            Value::from(0.0),
            Value::from(false),
            Value::Array(Vec::new()),
            Value::Object(serde_json::Map::new()),
        ];
        let words = self.arguments.iter().filter_map(|argument| match argument {
            Argument::Text(text) => Some(Value::from(text.as_str())),
            Argument::Number(number, _) if number.fract() == 0.0 => {
                Some(Value::from(*number as i64))
            }
            Argument::Number(number, _) => Some(Value::from(*number)),
            _ => None,
        });
        let fitting = words.chain(candidates).find(|value| self.accepts(value));
        fitting
            .or_else(|| self.types().next().map(Self::placeholder))
            .unwrap_or(Value::Null)
    }

    /// Whether values are wrapped in `Sensitive`.
    pub fn is_sensitive(&self) -> bool {
        self.name == "Sensitive"
    }

    /// Whether the name is one of a module (`Stdlib::Port`), whose values only that module can judge.
    fn is_alias(&self) -> bool {
        self.name.contains("::")
    }

    /// Checks that a value is of the type.
    ///
    /// # Errors
    /// What was expected, and what is there.
    pub fn check(&self, value: &Value) -> Result<(), String> {
        if self.accepts(value) {
            return Ok(());
        }
        Err(format!("`{self}` does not hold {}", describe(value)))
    }

    fn accepts(&self, value: &Value) -> bool {
        let inner = || self.types().next();
        match self.name.as_str() {
            _ if self.is_alias() => true,
            "Any" | "Data" | "RichData" => true,
            "NotUndef" => !value.is_null() && inner().is_none_or(|t| t.accepts(value)),
            "Undef" => value.is_null(),
            "Optional" => value.is_null() || self.accepts_optional(value),
            "Sensitive" => inner().is_none_or(|t| t.accepts(value)),
            "Variant" => self.types().any(|t| t.accepts(value)),
            "Boolean" => value.is_boolean(),
            "Integer" => value.as_i64().is_some_and(|n| self.in_range(n as f64)),
            "Float" => value.is_f64() && value.as_f64().is_some_and(|n| self.in_range(n)),
            "Numeric" => value.is_number(),
            "Scalar" | "ScalarData" => value.is_number() || value.is_boolean() || value.is_string(),
            "String" => value
                .as_str()
                .is_some_and(|s| self.in_range(s.chars().count() as f64)),
            "Enum" => value.as_str().is_some_and(|s| {
                self.arguments.is_empty()
                    || self
                        .arguments
                        .iter()
                        .any(|a| matches!(a, Argument::Text(t) if t == s))
            }),
            // The engine's regular expressions are Ruby's; the compiler judges them.
            "Pattern" => value.is_string(),
            "Array" => value.as_array().is_some_and(|items| {
                self.in_range(items.len() as f64)
                    && items.iter().all(|i| inner().is_none_or(|t| t.accepts(i)))
            }),
            "Collection" => value.is_array() || value.is_object(),
            "Tuple" => value
                .as_array()
                .is_some_and(|items| self.accepts_tuple(items)),
            "Hash" => value.as_object().is_some_and(|map| {
                let mut types = self.types();
                let (key, item) = (types.next(), types.next());
                self.in_range(map.len() as f64)
                    && map.iter().all(|(k, v)| {
                        key.is_none_or(|t| t.accepts(&Value::from(k.as_str())))
                            && item.is_none_or(|t| t.accepts(v))
                    })
            }),
            "Struct" => value
                .as_object()
                .is_some_and(|map| self.accepts_struct(map)),
            _ => false,
        }
    }

    fn accepts_optional(&self, value: &Value) -> bool {
        match self.arguments.first() {
            None => true,
            Some(Argument::Type(inner)) => inner.accepts(value),
            Some(Argument::Text(text)) => value.as_str() == Some(text),
            Some(_) => false,
        }
    }

    fn accepts_tuple(&self, items: &[Value]) -> bool {
        let types: Vec<&Self> = self.types().collect();
        let ranged = self
            .arguments
            .iter()
            .any(|a| matches!(a, Argument::Number(..) | Argument::Word(_)));
        let right_length = if ranged {
            self.in_range(items.len() as f64)
        } else {
            items.len() == types.len()
        };
        right_length
            && items.iter().enumerate().all(|(i, item)| {
                types
                    .get(i)
                    .or(types.last())
                    .is_none_or(|t| t.accepts(item))
            })
    }

    fn accepts_struct(&self, map: &serde_json::Map<String, Value>) -> bool {
        let Some(Argument::Struct(members)) = self.arguments.first() else {
            return true;
        };
        let known = map
            .keys()
            .all(|k| members.iter().any(|(_, name, _)| name == k));
        known
            && members
                .iter()
                .all(|(key, name, member)| match map.get(name) {
                    Some(value) => member.accepts(value),
                    None => {
                        key.name == "Optional"
                            || (key.name != "NotUndef" && member.accepts(&Value::Null))
                    }
                })
    }

    fn types(&self) -> impl Iterator<Item = &Self> {
        self.arguments.iter().filter_map(|a| match a {
            Argument::Type(t) => Some(t),
            _ => None,
        })
    }

    /// Whether a number, or a length, is within the bounds that stand among the arguments.
    fn in_range(&self, number: f64) -> bool {
        let mut bounds = self.arguments.iter().filter_map(|a| match a {
            Argument::Number(n, _) => Some(Some(*n)),
            Argument::Word("default") => Some(None),
            _ => None,
        });
        let (low, high) = (bounds.next().flatten(), bounds.next().flatten());
        low.is_none_or(|l| number >= l) && high.is_none_or(|h| number <= h)
    }
}

fn describe(value: &Value) -> String {
    let kind = match value {
        Value::Null => return "nothing".into(),
        Value::Bool(_) => "the boolean",
        Value::Number(_) => "the number",
        Value::String(_) => "the text",
        Value::Array(_) => "the list",
        Value::Object(_) => "the mapping",
    };
    let mut text = value.to_string();
    if text.len() > 60 {
        text.truncate(text.floor_char_boundary(57));
        text.push_str("...");
    }
    format!("{kind} {text}")
}

struct Parser<'a> {
    rest: &'a str,
    depth: usize,
}

impl<'a> Parser<'a> {
    fn skip(&mut self) -> &'a str {
        self.rest = self.rest.trim_start_matches([' ', '\t', '\n']);
        self.rest
    }

    fn eat(&mut self, token: &str) -> bool {
        match self.skip().strip_prefix(token) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    fn expect(&mut self, token: &str) -> Result<(), String> {
        if self.eat(token) {
            Ok(())
        } else {
            Err(format!("`{token}` is missing before `{}`", self.rest))
        }
    }

    fn take(&mut self, belongs: impl Fn(char) -> bool) -> &'a str {
        let end = self.rest.find(|c| !belongs(c)).unwrap_or(self.rest.len());
        let (taken, rest) = self.rest.split_at(end);
        self.rest = rest;
        taken
    }

    fn data_type(&mut self) -> Result<DataType, String> {
        self.depth += 1;
        if self.depth > 32 {
            return Err("it nests too deeply".into());
        }
        self.skip();
        let name = self.take(|c| c.is_ascii_alphanumeric() || c == '_' || c == ':');
        let segment = |s: &str| s.starts_with(|c: char| c.is_ascii_uppercase()) && !s.contains(':');
        if name.is_empty() || !name.split("::").all(segment) {
            return Err(
                "a type begins with a capital letter, such as `String` or `Stdlib::Port`".into(),
            );
        }
        if !name.contains("::") && !NAMES.contains(&name) {
            let hint =
                suggest(name, NAMES.iter().copied()).map(|s| format!("; did you mean `{s}`?"));
            return Err(format!(
                "hieradata cannot hold a `{name}`{}",
                hint.unwrap_or_default()
            ));
        }
        let mut arguments = Vec::new();
        if self.eat("[") {
            loop {
                arguments.push(self.argument(name)?);
                if !self.eat(",") {
                    break;
                }
                if self.skip().starts_with(']') {
                    break;
                }
            }
            self.expect("]")?;
        }
        self.depth -= 1;
        Ok(DataType {
            name: name.to_owned(),
            arguments,
        })
    }

    /// Reads one argument of a type; Puppet takes some words without quotes for texts.
    fn argument(&mut self, of: &str) -> Result<Argument, String> {
        let rest = self.skip();
        match rest.chars().next() {
            Some(quote @ ('\'' | '"')) => self.quoted(quote).map(Argument::Text),
            Some('/') => {
                let end = rest
                    .char_indices()
                    .skip(1)
                    .find(|(i, c)| *c == '/' && !rest[..*i].ends_with('\\'));
                let (end, _) = end.ok_or("a pattern without its closing `/`")?;
                if rest[..end].contains(char::is_control) {
                    return Err("a pattern of one line".into());
                }
                self.rest = &rest[end + 1..];
                Ok(Argument::Pattern(rest[1..end].to_owned()))
            }
            Some('{') => self.members().map(Argument::Struct),
            Some(c) if c.is_ascii_digit() || c == '-' => {
                let number =
                    self.take(|c| c.is_ascii_digit() || matches!(c, '-' | '.' | 'e' | 'E' | '+'));
                let parsed = number
                    .parse()
                    .map_err(|_| format!("`{number}` is not a number"))?;
                Ok(Argument::Number(parsed, number.to_owned()))
            }
            Some(c) if c.is_ascii_lowercase() => {
                match self.take(|c| c.is_ascii_alphanumeric() || c == '_') {
                    "default" => Ok(Argument::Word("default")),
                    "true" => Ok(Argument::Word("true")),
                    "false" => Ok(Argument::Word("false")),
                    word if matches!(of, "Enum" | "NotUndef" | "Optional" | "Struct") => {
                        Ok(Argument::Text(word.to_owned()))
                    }
                    word => Err(format!("`{word}` stands where a type is expected")),
                }
            }
            Some(_) => self.data_type().map(Argument::Type),
            None => Err("`]` is missing at the end".into()),
        }
    }

    fn quoted(&mut self, quote: char) -> Result<String, String> {
        let mut text = String::new();
        let mut chars = self.rest.char_indices().skip(1);
        while let Some((index, c)) = chars.next() {
            match c {
                '\\' => text.push(chars.next().ok_or("a text without its closing quote")?.1),
                '$' if quote == '"' => {
                    return Err("a variable has no value here; use single quotes".into());
                }
                _ if c == quote => {
                    self.rest = &self.rest[index + 1..];
                    return Ok(text);
                }
                _ if c.is_control() => return Err("a text of one line".into()),
                _ => text.push(c),
            }
        }
        Err("a text without its closing quote".into())
    }

    fn members(&mut self) -> Result<Vec<(DataType, String, DataType)>, String> {
        self.expect("{")?;
        let mut members = Vec::new();
        while !self.skip().starts_with('}') {
            let plain = |name: &str| DataType {
                name: name.into(),
                arguments: Vec::new(),
            };
            let (key, name) = match self.argument("Struct")? {
                Argument::Text(name) => (plain("String"), name),
                Argument::Type(key) => match key.arguments.first() {
                    Some(Argument::Text(name)) => (key.clone(), name.clone()),
                    _ => {
                        return Err(
                            "a member is named by a text, such as `Optional['name']`".into()
                        );
                    }
                },
                _ => return Err("a member is named by a text".into()),
            };
            self.expect("=>")?;
            members.push((key, name, self.data_type()?));
            if !self.eat(",") {
                break;
            }
        }
        self.expect("}")?;
        Ok(members)
    }
}

impl fmt::Display for DataType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)?;
        for (index, argument) in self.arguments.iter().enumerate() {
            f.write_str(if index == 0 { "[" } else { ", " })?;
            argument.fmt(f)?;
        }
        if self.arguments.is_empty() {
            Ok(())
        } else {
            f.write_str("]")
        }
    }
}

impl fmt::Display for Argument {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Type(data_type) => data_type.fmt(f),
            Self::Number(_, text) => f.write_str(text),
            Self::Text(text) => quote(f, text),
            Self::Pattern(text) => write!(f, "/{text}/"),
            Self::Word(word) => f.write_str(word),
            Self::Struct(members) => {
                f.write_str("{")?;
                for (index, (key, name, member)) in members.iter().enumerate() {
                    f.write_str(if index == 0 { "" } else { ", " })?;
                    match key.name.as_str() {
                        "String" => quote(f, name)?,
                        _ => key.fmt(f)?,
                    }
                    write!(f, " => {member}")?;
                }
                f.write_str("}")
            }
        }
    }
}

fn quote(f: &mut fmt::Formatter<'_>, text: &str) -> fmt::Result {
    write!(f, "'{}'", text.replace('\\', "\\\\").replace('\'', "\\'"))
}

impl Serialize for DataType {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl JsonSchema for DataType {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "DataType".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "type": "string",
            "description": "A Puppet data type, such as `Array[String]` or `Enum['a', 'b']`.",
            "pattern": "^[A-Z]"
        })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use serde_json::json;

    use super::*;

    #[test]
    fn types_keep_their_meaning_when_printed() {
        for text in [
            "String",
            "String[1]",
            "Integer[1, default]",
            "Array[String]",
            "Array[Integer, 1, 3]",
            "Hash[String, Variant[Integer, Boolean]]",
            "Optional[Enum['a', 'it\\'s']]",
            "Stdlib::Port",
            "Pattern[/\\A[a-z\\/]+\\z/]",
            "Struct[{'mode' => Enum['x', 'y'], Optional['path'] => Stdlib::Unixpath}]",
            "Tuple[Integer, String]",
            "Sensitive[String]",
            "Float[-1.5, 2e3]",
        ] {
            let parsed = DataType::parse(text).unwrap();
            assert_eq!(parsed.to_string(), text);
            assert_eq!(DataType::parse(&parsed.to_string()).unwrap(), parsed);
        }
    }

    #[test]
    fn words_without_quotes_are_texts_where_puppet_takes_them_so() {
        for (text, printed) in [
            ("Enum[read, 'write']", "Enum['read', 'write']"),
            ("Optional[auto]", "Optional['auto']"),
            (
                "Struct[{host => String, NotUndef[port] => Integer}]",
                "Struct[{'host' => String, NotUndef['port'] => Integer}]",
            ),
        ] {
            assert_eq!(DataType::parse(text).unwrap().to_string(), printed);
        }
    }

    #[test]
    fn what_is_no_type_is_refused_with_the_rule() {
        let rule = |t: &str| DataType::parse(t).unwrap_err().rule;
        assert_eq!(
            rule("Strng"),
            "hieradata cannot hold a `Strng`; did you mean `String`?"
        );
        assert_eq!(rule("Array[String"), "`]` is missing before ``");
        assert_eq!(
            rule("string"),
            "a type begins with a capital letter, such as `String` or `Stdlib::Port`"
        );
        assert_eq!(
            rule("String; notify"),
            "`; notify` is left over after the type"
        );
        assert!(DataType::parse(&"Array[".repeat(100)).is_err());
        assert!(DataType::parse("Enum[\"${x}\"]").is_err());
        assert!(DataType::parse("Pattern[/a\nb/]").is_err());
        assert_eq!(
            rule("Array[string]"),
            "`string` stands where a type is expected"
        );
    }

    #[test]
    fn values_are_checked() {
        let check = |t: &str, v: Value| DataType::parse(t).unwrap().check(&v);
        assert!(check("Array[String, 1]", json!(["a"])).is_ok());
        assert!(check("Array[String, 1]", json!([])).is_err());
        assert!(check("Optional[Integer]", json!(null)).is_ok());
        assert!(
            check(
                "Struct[{'a' => Integer, Optional['b'] => String}]",
                json!({"a": 1})
            )
            .is_ok()
        );
        assert!(check("Struct[{'a' => Integer}]", json!({"a": 1, "c": 2})).is_err());
        assert!(check("Tuple[Integer, String]", json!([1, "x"])).is_ok());
        assert!(check("Float", json!(1)).is_err());
        assert_eq!(
            check("Integer[1, 10]", json!(11)),
            Err("`Integer[1, 10]` does not hold the number 11".into())
        );
    }
}
