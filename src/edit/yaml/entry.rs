use serde_json::Value;

use super::item;

/// One key of svcgen's in a mapping of the file.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// The keys that lead to the mapping; empty for the top.
    pub at: Vec<String>,
    pub key: String,
    pub value: Value,
    pub place: Position,
    /// What becomes of another value that is there already.
    pub other: Other,
    /// Members of the value that svcgen only begins with: whatever somebody makes of them is right.
    pub begun: Vec<String>,
    pub style: Style,
}

/// How an entry is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Style {
    /// The key and its value, in block style.
    Block,
    /// These lines, at the margin: the neighbours have a form of their own, or an alias in them.
    Text(String),
    /// The value is an item of the list that the key holds.
    Item {
        /// What follows it in its line.
        comment: Option<String>,
        /// How the list is written where it has to be made.
        list: List,
    },
}

/// How a list is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum List {
    /// An item a line.
    Block,
    /// In one line, in brackets.
    Flow,
}

/// Whether a value that somebody else wrote will do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Other {
    /// It is a conflict.
    Refused,
    /// It stays.
    Stays,
}

/// Where a new key or item goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Position {
    /// Among the keys of its namespace (`a::b` of `a::b::c`), which blank lines part from others.
    Group,
    /// Where it fits between its neighbours; at the end where the mapping is not sorted.
    Sorted,
    /// At the beginning.
    First,
    /// At the end.
    End,
    /// After another key of the mapping, or item of the list; at the end where there is none.
    After(String),
}

impl Entry {
    /// A key at the top of the document, in the group of its namespace.
    pub fn grouped(key: impl Into<String>, value: impl Into<Value>) -> Self {
        Self {
            at: Vec::new(),
            key: key.into(),
            value: value.into(),
            place: Position::Group,
            other: Other::Refused,
            begun: Vec::new(),
            style: Style::Block,
        }
    }

    /// A key of a mapping below the top.
    pub fn sorted(at: &[&str], key: impl Into<String>, value: impl Into<Value>) -> Self {
        let at = at.iter().map(|&key| key.to_owned()).collect();
        Self {
            at,
            key: key.into(),
            value: value.into(),
            place: Position::Sorted,
            other: Other::Refused,
            begun: Vec::new(),
            style: Style::Block,
        }
    }

    /// An item of a list.
    pub fn item(at: &[&str], key: impl Into<String>, value: impl Into<Value>) -> Self {
        Self {
            style: Style::Item {
                comment: None,
                list: List::Block,
            },
            ..Self::sorted(at, key, value)
        }
    }

    /// The same entry in another place.
    #[must_use]
    pub fn placed(self, place: Position) -> Self {
        Self { place, ..self }
    }

    /// The same entry, written in another way.
    #[must_use]
    pub fn written(self, style: Style) -> Self {
        Self { style, ..self }
    }

    /// The same entry, which only begins with some of its members.
    #[must_use]
    pub fn beginning_with(self, begun: &[&str]) -> Self {
        let more = begun.iter().map(|&name| name.to_owned());
        let begun = self.begun.iter().cloned().chain(more).collect();
        Self { begun, ..self }
    }

    /// The value that is wanted where there is one already.
    pub(super) fn wanted_beside(&self, found: &Value) -> Value {
        let mut wanted = self.value.clone();
        for name in &self.begun {
            let (Value::Object(wanted), Value::Object(found)) = (&mut wanted, found) else {
                continue;
            };
            match found.get(name) {
                Some(found) => drop(wanted.insert(name.clone(), found.clone())),
                None => drop(wanted.shift_remove(name)),
            }
        }
        wanted
    }

    /// The keys that lead to the value; of an item, that of the list and the item.
    pub(in crate::edit) fn keys(&self) -> Vec<String> {
        let item = self.is_item().then(|| item::name(&self.value));
        self.path().map(str::to_owned).chain(item).collect()
    }

    pub(crate) fn is_item(&self) -> bool {
        matches!(self.style, Style::Item { .. })
    }

    pub(in crate::edit) fn path(&self) -> impl Iterator<Item = &str> {
        self.at
            .iter()
            .map(String::as_str)
            .chain([self.key.as_str()])
    }
}
