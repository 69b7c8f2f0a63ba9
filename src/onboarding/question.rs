use serde_json::{Map, Value};

use super::condition::Condition;

/// The questions of one file, which are asked together and may be left for later together.
#[derive(Debug, Clone, PartialEq)]
pub struct Section {
    /// The name of the file.
    pub name: String,
    pub title: String,
    /// Sections are asked by this number, and then by name.
    pub order: u32,
    /// What the section is about, in a sentence or two.
    pub intro: String,
    /// Whether it can be left for later as a whole.
    pub can_wait: bool,
    /// The commands that need its answers, in the order of the road.
    pub needed_for: Vec<RoadStep>,
    pub questions: Vec<Question>,
}

/// One question of the interview.
#[derive(Debug, Clone, PartialEq)]
pub struct Question {
    /// The path in the model; of a field of an item, its key.
    pub id: String,
    pub text: String,
    pub help: String,
    pub kind: Kind,
    /// What is answered by Enter; a text may hold `{path}` of other answers. Without one, what the model says by itself.
    pub default: Option<Value>,
    /// Where an answer may be found on the machine; the first that is there and valid goes before the default.
    pub from: Vec<String>,
    pub when: Condition,
    /// Whether hardly anybody needs another answer than the default; then it is asked only on request.
    pub rare: bool,
    /// The command that needs the answer, where it is another than the section's.
    pub needed_for: Option<RoadStep>,
    /// The answers of a choice.
    pub choices: Vec<Choice>,
    /// The questions about each item.
    pub fields: Vec<Self>,
    /// What one item is called.
    pub noun: Option<String>,
    /// Whether the items are the values of a mapping, with their names as keys.
    pub keyed: bool,
}

/// What kind of answer is expected, and so how it is typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Kind {
    /// A text of one line.
    #[default]
    Line,
    /// A text of several lines.
    Text,
    Port,
    Number,
    /// Hosts and ranges of hosts, parted by white space, commas or line ends.
    Hosts,
    Choice,
    YesNo,
    /// Year, month, day.
    Date,
    /// A list in one line, separated by commas; put a name with a comma in quotes.
    Words,
    /// A list, an item a line.
    Lines,
    /// `NAME=VALUE`, one a line.
    Values,
    /// Any value, as YAML writes it.
    Value,
    /// A list of things with fields of their own.
    Items,
}

impl Kind {
    /// All kinds, by the names that the files have for them.
    pub(super) const ALL: [(&str, Self); 13] = [
        ("line", Self::Line),
        ("text", Self::Text),
        ("port", Self::Port),
        ("number", Self::Number),
        ("hosts", Self::Hosts),
        ("choice", Self::Choice),
        ("yes_no", Self::YesNo),
        ("date", Self::Date),
        ("words", Self::Words),
        ("lines", Self::Lines),
        ("values", Self::Values),
        ("value", Self::Value),
        ("items", Self::Items),
    ];

    pub(super) fn name(self) -> &'static str {
        let mut all = Self::ALL.into_iter();
        all.find(|(_, kind)| *kind == self)
            .map_or("", |(name, _)| name)
    }
}

/// One of the answers of a choice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    pub value: String,
    pub text: String,
}

/// A step of the road, by the command that takes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum RoadStep {
    New,
    Vagrant,
    RequestRepositories,
    Source,
    RequestService,
    Scap,
    Puppet,
    RequestAccess,
    Build,
    Deploy,
}

impl RoadStep {
    /// All steps, by the names that the files have for them.
    pub(super) const ALL: [(&str, Self); 10] = [
        ("new", Self::New),
        ("vagrant", Self::Vagrant),
        ("request-repositories", Self::RequestRepositories),
        ("source", Self::Source),
        ("request-service", Self::RequestService),
        ("scap", Self::Scap),
        ("puppet", Self::Puppet),
        ("request-access", Self::RequestAccess),
        ("build", Self::Build),
        ("deploy", Self::Deploy),
    ];

    /// The command as it is typed.
    pub fn command(self) -> &'static str {
        match self {
            Self::New => "svcgen new",
            Self::Vagrant => "svcgen vagrant",
            Self::RequestRepositories => "svcgen request repositories",
            Self::Source => "svcgen source",
            Self::RequestService => "svcgen request service",
            Self::Scap => "svcgen scap",
            Self::Puppet => "svcgen puppet",
            Self::RequestAccess => "svcgen request access",
            Self::Build => "svcgen build",
            Self::Deploy => "svcgen deploy",
        }
    }
}

impl Question {
    /// What one item is called.
    pub(super) fn noun(&self) -> &str {
        self.noun.as_deref().unwrap_or("item")
    }

    /// Shows an answer in one line.
    pub(super) fn shown(&self, value: &Value) -> String {
        match (self.kind, value) {
            (Kind::YesNo, Value::Bool(true)) => "yes".into(),
            (Kind::YesNo, Value::Bool(false)) => "no".into(),
            (Kind::Items, value) => {
                let items = self.items(value);
                let names = items.iter().map(|item| self.item_shown(item));
                names.collect::<Vec<_>>().join("; ")
            }
            (Kind::Values, Value::Object(map)) => pairs(map).join(", "),
            (Kind::Text, Value::String(text)) => text.clone(),
            (Kind::Words, Value::Array(words)) => {
                let words = words.iter().map(|word| in_quotes(shown(word)));
                words.collect::<Vec<_>>().join(", ")
            }
            (_, value) => shown(value),
        }
    }

    /// The items of an answer, each with its name among its fields.
    pub(super) fn items(&self, value: &Value) -> Vec<Value> {
        match value {
            Value::Array(items) => items.clone(),
            Value::Object(map) if self.keyed => map.iter().map(|(k, v)| named(k, v)).collect(),
            _ => Vec::new(),
        }
    }

    /// Shows an item in one line: its fields in the order in which they are asked.
    pub(super) fn item_shown(&self, item: &Value) -> String {
        let field = |field: &Self| {
            let value = super::tree::find(item, &field.id)?;
            match (field.kind, value) {
                (Kind::YesNo, Value::Bool(true)) => Some(field.id.clone()),
                (Kind::YesNo, _) => None,
                // A value says nothing of what it is.
                (Kind::Number | Kind::Value, value) => {
                    Some(format!("{} {}", field.id, field.shown(value)))
                }
                _ => Some(field.shown(value)).filter(|text| !text.is_empty()),
            }
        };
        let mut all: Vec<String> = self.fields.iter().filter_map(field).collect();
        let ids = self.fields.iter().map(|field| field.id.as_str());
        // Of an edge, what it leads from and to.
        if all.len() > 1 && ids.take(2).eq(["from", "to"]) {
            let to = all.remove(1);
            all[0] = format!("{} -> {to}", all[0]);
        }
        all.join(", ")
    }
}

fn named(name: &str, value: &Value) -> Value {
    let mut item = Map::new();
    item.insert("name".into(), name.into());
    item.extend(value.as_object().cloned().unwrap_or_default());
    Value::Object(item)
}

/// Shows any value in one line.
pub(super) fn shown(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Array(items) => items.iter().map(shown).collect::<Vec<_>>().join(", "),
        Value::Object(map) => pairs(map).join(", "),
        other => other.to_string(),
    }
}

/// A word as it is typed among others: in quotes where a comma would part it.
fn in_quotes(word: String) -> String {
    match word.contains(',') && !word.contains('"') {
        true => format!("\"{word}\""),
        false => word,
    }
}

/// The entries of a mapping as they are typed.
pub(super) fn pairs(map: &Map<String, Value>) -> Vec<String> {
    let pair = |(key, value): (&String, &Value)| match value {
        Value::String(text) => format!("{key}={text}"),
        value => format!("{key}={value}"),
    };
    map.iter().map(pair).collect()
}
