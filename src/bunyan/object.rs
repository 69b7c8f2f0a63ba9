use indexmap::IndexMap;

use super::text::Text;
use super::value::Value;

/// The entries of an object.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Object(IndexMap<Text, Value>);

impl Object {
    pub(super) fn find(&self, key: &str) -> Option<&Value> {
        self.0.get(&Text::from(key))
    }

    /// The value, if it counts as true.
    pub(super) fn truthy(&self, key: &str) -> Option<&Value> {
        self.find(key).filter(|value| value.is_truthy())
    }

    pub(super) fn has(&self, key: &str) -> bool {
        self.find(key).is_some()
    }

    /// Sets a value; a key that is there stays in its place.
    pub(super) fn set(&mut self, key: Text, value: Value) {
        self.0.insert(key, value);
    }

    pub(super) fn take(&mut self, key: &str) -> Option<Value> {
        self.0.shift_remove(&Text::from(key))
    }

    /// The entries in the order that JavaScript has them: indices first, as numbers, then the others as they were added.
    pub(super) fn entries(&self) -> Vec<(&Text, &Value)> {
        let mut entries: Vec<_> = self.0.iter().collect();
        entries.sort_by_key(|(key, _)| key.index().unwrap_or(u32::MAX));
        entries
    }
}

impl FromIterator<(Text, Value)> for Object {
    fn from_iter<I: IntoIterator<Item = (Text, Value)>>(entries: I) -> Self {
        Self(entries.into_iter().collect())
    }
}
