use super::coerce::{formatted, formatted_number, text};
use super::http::{client_request, request, response};
use super::json::{quoted, stringify};
use super::object::Object;
use super::paint::{Coloring, Paint};
use super::record::level_name;
use super::text::Text;
use super::value::Value;
use super::{clock, level};

/// The parts of a record as the long and the short form show them.
pub(super) struct Line {
    /// As it is written, and as a clock shows it.
    time: (Text, Text),
    level: Text,
    /// With its component; whether it is more than the name decides how it is printed.
    name: Text,
    short_name: Text,
    pid: Text,
    hostname: Text,
    source: Text,
    message: Text,
    /// Behind the message.
    extras: Vec<Text>,
    /// Below it.
    details: Vec<Text>,
}

/// A longer value is shown below the line.
const LONGEST_EXTRA: usize = 50;

impl Line {
    /// Takes a record apart; nothing where its `msg` is no text, on which bunyan fails.
    pub(super) fn new(record: &Object, coloring: Coloring) -> Option<Self> {
        let mut rest = record.clone();
        rest.take("v");
        let time = rest.take("time");
        let name = rest.take("name");
        let component = rest.take("component").filter(Value::is_truthy);
        let pid = rest.take("pid");
        let level = painted_level(rest.take("level").as_ref(), coloring);
        let source = rest.take("src").and_then(|source| source_of(&source));
        let hostname = rest.take("hostname").filter(Value::is_truthy);
        let Some(Value::Text(message)) = rest.take("msg") else {
            return None;
        };
        let with_component = |name: Text| match &component {
            Some(component) => name.and("/").and(text(Some(component))),
            None => name,
        };
        let mut line = Self {
            time: (text(time.as_ref()), clock::of_day(time.as_ref())),
            level,
            name: with_component(text(name.as_ref())),
            short_name: match &component {
                Some(_) => with_component(text(name.as_ref())),
                None => formatted(name.as_ref()),
            },
            pid: text(pid.as_ref()),
            hostname: match hostname {
                Some(hostname) => formatted(Some(&hostname)),
                None => Text::from("<no-hostname>"),
            },
            source: Paint::GREEN.on(source.unwrap_or_default(), coloring),
            message: Text::default(),
            extras: Vec::new(),
            details: Vec::new(),
        };
        if let Some(id) = rest.take("req_id").filter(Value::is_truthy) {
            line.extras.push(Text::from("req_id=").and(text(Some(&id))));
        }
        let message = (message.has('\n'), Paint::CYAN.on(message, coloring));
        match message {
            (true, message) => line.details.push(message.indented()),
            (false, message) => line.message = Text::from(" ").and(message),
        }
        line.take_exchange(&mut rest);
        line.take_error(&mut rest);
        line.take_rest(&rest);
        Some(line)
    }

    /// What was asked and answered over HTTP.
    fn take_exchange(&mut self, rest: &mut Object) {
        type Show = fn(Object) -> (Text, Object);
        let kinds: [(&str, &str, Show); 4] = [
            ("req", "req.", request),
            ("client_req", "client_req.", client_request),
            ("res", "res.", response),
            ("client_res", "res.", response),
        ];
        for (key, prefix, show) in kinds {
            let Some(fields) = rest.find(key).and_then(Value::as_object) else {
                continue;
            };
            let (shown, left) = show(fields);
            // An answer goes after what is left of it has come; a question before.
            if prefix != "res." {
                rest.take(key);
            }
            if !shown.is_empty() {
                self.details.push(shown.indented());
            }
            add(rest, prefix, &left);
            if prefix == "res." {
                rest.take(key);
            }
        }
    }

    fn take_error(&mut self, rest: &mut Object) {
        let Some(mut error) = rest.find("err").and_then(Value::as_object) else {
            return;
        };
        let Some(stack) = error.truthy("stack") else {
            return;
        };
        self.details.push(text(Some(stack)).indented());
        for shown in ["message", "name", "stack"] {
            error.take(shown);
        }
        add(rest, "err.", &error);
        rest.take("err");
    }

    fn take_rest(&mut self, rest: &Object) {
        for (key, value) in rest.entries() {
            let (shown, is_text) = match value {
                Value::Text(text) => (text.clone(), true),
                value => (stringify(value, 2), false),
            };
            if shown.has('\n') || shown.len() > LONGEST_EXTRA {
                self.details
                    .push(key.clone().and(": ").and(shown).indented());
            } else if is_text && (shown.has(' ') || shown.is_empty()) {
                self.extras.push(key.clone().and("=").and(quoted(&shown)));
            } else {
                self.extras.push(key.clone().and("=").and(shown));
            }
        }
    }

    pub(super) fn long(self) -> Text {
        let head = Text::from("[").and(&self.time.0).and("] ").and(&self.level);
        let who = Text::from(": ").and(&self.name).and("/").and(&self.pid);
        let place = Text::from(" on ").and(&self.hostname).and(&self.source);
        self.end(head.and(who).and(place))
    }

    pub(super) fn short(self) -> Text {
        let head = Text::default().and(&self.time.1).and(" ").and(&self.level);
        let who = Text::from(" ").and(&self.short_name);
        self.end(head.and(who))
    }

    fn end(self, begin: Text) -> Text {
        let mut line = begin.and(":").and(&self.message);
        if !self.extras.is_empty() {
            line = line.and(" (").and(Text::join(&self.extras, ", ")).and(")");
        }
        line.push_str("\n");
        if !self.details.is_empty() {
            line = line.and(Text::join(&self.details, "\n    --\n")).and("\n");
        }
        line
    }
}

/// Adds what is left of a part of the record, under names of its own; one that is there is replaced.
fn add(rest: &mut Object, prefix: &str, left: &Object) {
    for (key, value) in left.entries() {
        rest.set(Text::from(prefix).and(key), value.clone());
    }
}

fn painted_level(level: Option<&Value>, coloring: Coloring) -> Text {
    let name = level_name(level);
    match level::named(level) {
        Some((_, paint)) => {
            let space = if name.len() == 4 { " " } else { "" };
            paint.on(Text::from(space).and(name), coloring)
        }
        None => name,
    }
}

/// The place in the source that wrote the record.
fn source_of(source: &Value) -> Option<Text> {
    let source = source.as_object()?;
    let file = source.truthy("file")?;
    let place = Text::from(" (")
        .and(formatted(Some(file)))
        .and(":")
        .and(formatted_number(source.find("line")));
    let place = match source.truthy("func") {
        Some(function) => place.and(" in ").and(formatted(Some(function))),
        None => place,
    };
    Some(place.and(")"))
}
