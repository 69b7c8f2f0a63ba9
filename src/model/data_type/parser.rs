use super::{Argument, DataType};
use crate::model::suggest::{did_you_mean, or_did_you_mean};

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

/// The type that JSON Schema, YAML and other languages call by a name which is not near.
fn elsewhere(name: &str) -> Option<&'static str> {
    Some(match name {
        "int" | "long" => "Integer",
        "str" | "text" => "String",
        "number" => "Numeric",
        "double" => "Float",
        "list" | "sequence" => "Array",
        "object" | "dict" | "map" | "mapping" => "Hash",
        _ => return None,
    })
}

/// A type expression that is being read.
pub(super) struct Parser<'a> {
    rest: &'a str,
    depth: usize,
}

impl<'a> Parser<'a> {
    /// Reads a text that is a type as a whole.
    pub(super) fn whole(text: &'a str) -> Result<DataType, String> {
        let mut parser = Self {
            rest: text,
            depth: 0,
        };
        let parsed = parser.data_type()?;
        match parser.skip() {
            "" => Ok(parsed),
            rest => Err(format!("`{rest}` is left over after the type")),
        }
    }

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
            Err(match self.rest {
                "" => format!("`{token}` is missing at the end"),
                rest => format!("`{token}` is missing before `{rest}`"),
            })
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
            let near = elsewhere(name).map(|type_| format!("did you mean `{type_}`?"));
            let near = near.or_else(|| did_you_mean(name, NAMES.iter().copied()));
            return Err(near.unwrap_or_else(|| {
                "a type begins with a capital letter, such as `String` or `Stdlib::Port`".into()
            }));
        }
        if !name.contains("::") && !NAMES.contains(&name) {
            let near = or_did_you_mean(name, NAMES.iter().copied());
            return Err(format!(
                "`{name}` is not a type that hieradata can hold{near}"
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
                    word => Err(format!("`{word}` is where a type is expected")),
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
