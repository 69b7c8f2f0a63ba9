//! Which values are of a type.

use serde_json::Value;

use super::{Argument, DataType};

impl DataType {
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

    /// Whether the name is one of a module (`Stdlib::Port`), whose values only that module can judge.
    fn is_alias(&self) -> bool {
        self.name.contains("::")
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
