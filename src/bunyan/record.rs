use super::json::stringify;
use super::level::{self, Level};
use super::long::Line;
use super::mode::Mode;
use super::object::Object;
use super::paint::Coloring;
use super::parse::parse;
use super::text::Text;
use super::value::Value;
use super::{clock, coerce, inspect};

/// A line of a log that is a record.
#[derive(Debug, Clone, PartialEq)]
pub struct Record(Object);

/// What every record has.
const NEEDED: [&str; 7] = ["v", "level", "name", "hostname", "pid", "time", "msg"];

impl Record {
    /// Reads a line; nothing where it is not a record.
    pub fn parse(line: &str) -> Option<Self> {
        if !line.starts_with('{') {
            return None;
        }
        let Value::Object(fields) = parse(line)? else {
            return None;
        };
        let has = |key: &&str| !matches!(fields.find(key), None | Some(Value::Null));
        NEEDED.iter().all(has).then_some(Self(fields))
    }

    /// When it was written, in milliseconds since 1970.
    pub fn time(&self) -> Option<i64> {
        clock::milliseconds(self.0.find("time"))
    }

    /// Whether it is of that level, or a higher one.
    pub fn is_at_least(&self, level: Level) -> bool {
        level.is_met_by(self.0.find("level"))
    }

    /// What it is printed as, with the end of its last line; nothing where it is printed as it came.
    pub fn print(&self, mode: Mode, coloring: Coloring) -> Option<String> {
        let text = match mode {
            Mode::Long => Line::new(&self.0, coloring)?.long(),
            Mode::Short => Line::new(&self.0, coloring)?.short(),
            Mode::Simple => self.simple(),
            Mode::Json(indent) => self.json(indent),
            Mode::Bunyan => self.json(0),
            Mode::Inspect => inspect::in_full(&Value::Object(self.0.clone())).and("\n"),
        };
        Some(text.to_string())
    }

    fn simple(&self) -> Text {
        let level = level_name(self.0.find("level"));
        let message = coerce::formatted(self.0.find("msg"));
        level.and(" - ").and(message).and("\n")
    }

    fn json(&self, indent: usize) -> Text {
        stringify(&Value::Object(self.0.clone()), indent).and("\n")
    }
}

/// The name of a level, or `LVL` and what stands there.
pub(super) fn level_name(level: Option<&Value>) -> Text {
    match level::named(level) {
        Some((name, _)) => Text::from(name),
        None => Text::from("LVL").and(coerce::text(level)),
    }
}
