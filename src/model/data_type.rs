mod parser;
mod values;

use std::fmt;

use schemars::JsonSchema;
use serde::Serialize;

use self::parser::Parser;
use super::name::Refused;

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
        let parsed = Parser::whole(text);
        parsed.map_err(|rule| Refused::new(text, "a Puppet data type", rule))
    }

    /// Whether values are wrapped in `Sensitive`.
    pub fn is_sensitive(&self) -> bool {
        self.name == "Sensitive"
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
mod tests;
