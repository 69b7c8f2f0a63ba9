use super::object::Object;
use super::text::Text;

/// A value as `JSON.parse` makes it.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Value {
    Null,
    Bool(bool),
    Number(f64),
    Text(Text),
    Array(Vec<Self>),
    Object(Object),
}

impl Value {
    /// What JavaScript calls an object, with an array as the object whose keys are its indices; `null` is left out.
    pub(super) fn as_object(&self) -> Option<Object> {
        match self {
            Self::Object(object) => Some(object.clone()),
            Self::Array(values) => {
                let keys = (0..values.len()).map(|index| Text::from(index.to_string()));
                Some(keys.zip(values.iter().cloned()).collect())
            }
            Self::Null | Self::Bool(_) | Self::Number(_) | Self::Text(_) => None,
        }
    }

    /// The entries that `Object.keys` finds; a text has one for each of its units.
    pub(super) fn entries(&self) -> Object {
        match self {
            Self::Text(text) => {
                let units = text.units().iter().enumerate();
                let entry = |(index, unit): (usize, &u16)| {
                    let mut one = Text::default();
                    one.push_unit(*unit);
                    (Text::from(index.to_string()), Self::Text(one))
                };
                units.map(entry).collect()
            }
            Self::Null | Self::Bool(_) | Self::Number(_) => Object::default(),
            Self::Array(_) | Self::Object(_) => self.as_object().unwrap_or_default(),
        }
    }

    /// Whether it counts as true where a condition is asked for.
    pub(super) fn is_truthy(&self) -> bool {
        match self {
            Self::Null => false,
            Self::Bool(value) => *value,
            Self::Number(number) => *number != 0.0,
            Self::Text(text) => !text.is_empty(),
            Self::Array(_) | Self::Object(_) => true,
        }
    }
}
