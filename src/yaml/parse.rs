use std::collections::{HashMap, HashSet};

use granit_parser::{Event, Parser, ScalarStyle, StrInput, StructureStyle};
use thiserror::Error;

use super::mistake::{lone_return, merge, tab, told};
use super::node::{Key, Kind, Node, Span};
use super::python;
use super::unclosed::opened;

/// A text that is not YAML, or not YAML that svcgen reads.
#[derive(Debug, Error, Clone, PartialEq, Eq)]
#[error("{message}")]
pub struct YamlError {
    pub message: String,
    /// The byte where the error was noticed.
    pub at: usize,
}

/// How deep a document may nest; the parser is recursive, and real files stay below ten.
const MAX_DEPTH: usize = 64;
/// How many values a document may hold once its aliases are followed.
const MAX_NODES: usize = 500_000;

/// Parses one document; an empty text is null. Further documents are an error.
///
/// Aliases are followed, merge keys (`<<`) are kept as a key. Of a key that stands twice the last one counts, as
/// it does for Ruby and Python: real trees have such files.
///
/// # Errors
/// The first mistake, with its place.
pub fn parse(text: &str) -> Result<Node, YamlError> {
    Reader::new(text, Duplicates::LastCounts).document()
}

/// Parses one document as Python's reader does, which goes by YAML 1.1: `yes` is true, `0644` is octal, and merge keys
/// are followed.
///
/// # Errors
/// The first mistake, with its place.
pub fn parse_python(text: &str) -> Result<Node, YamlError> {
    let mut reader = Reader::new(text, Duplicates::LastCounts);
    reader.dialect = Dialect::Python;
    reader.document()
}

/// Parses one document in which no key may stand twice, and whose lines end as everybody sees it. What is octal to some readers
/// is a text.
///
/// # Errors
/// The first mistake, with its place.
pub fn parse_strict(text: &str) -> Result<Node, YamlError> {
    if let Some((message, at)) = lone_return(text) {
        return Err(YamlError { message, at });
    }
    Reader::new(text, Duplicates::Refused).document()
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Duplicates {
    LastCounts,
    Refused,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Dialect {
    Core,
    Python,
}

struct Reader<'a> {
    parser: Parser<'a, StrInput<'a>>,
    text: &'a str,
    anchors: HashMap<usize, Node>,
    nodes: usize,
    duplicates: Duplicates,
    dialect: Dialect,
}

impl<'a> Reader<'a> {
    fn new(text: &'a str, duplicates: Duplicates) -> Self {
        Self {
            parser: Parser::new_from_str(text),
            text,
            anchors: HashMap::new(),
            nodes: 0,
            duplicates,
            dialect: Dialect::Core,
        }
    }

    fn is_strict(&self) -> bool {
        self.duplicates == Duplicates::Refused
    }

    fn next(&mut self) -> Result<(Event<'a>, Span), YamlError> {
        loop {
            let (event, span) = match self.parser.next_event() {
                Some(Ok(next)) => next,
                Some(Err(error)) => {
                    let noticed = self.clamp(error.marker().byte_offset());
                    let kind = error.kind();
                    let opened = opened(self.text, kind, noticed);
                    let opened = opened.map(|(kind, at)| (told(&kind), at));
                    let found = merge(self.text).or(opened);
                    let found = found.or_else(|| tab(self.text, kind, noticed));
                    let (message, at) = found.unwrap_or_else(|| (told(kind), noticed));
                    return Err(YamlError { message, at });
                }
                None => return Ok((Event::StreamEnd, self.text.len()..self.text.len())),
            };
            if matches!(event, Event::Comment(..)) {
                continue;
            }
            let start = self.clamp(span.start.byte_offset());
            let end = self.clamp(span.end.byte_offset()).max(start);
            return Ok((event, start..end));
        }
    }

    fn clamp(&self, offset: Option<usize>) -> usize {
        offset.unwrap_or(self.text.len()).min(self.text.len())
    }

    fn document(&mut self) -> Result<Node, YamlError> {
        let mut root = None;
        loop {
            let (event, span) = self.next()?;
            match event {
                Event::StreamEnd => break,
                Event::StreamStart | Event::DocumentStart(..) | Event::DocumentEnd => {}
                event if root.is_none() => root = Some(self.node(event, span, 0)?),
                _ => {
                    return Err(YamlError {
                        message: "a second document begins here: one is read, remove the other"
                            .into(),
                        at: span.start,
                    });
                }
            }
        }
        Ok(root.unwrap_or(Node {
            span: 0..0,
            kind: Kind::Null,
            flow: false,
        }))
    }

    fn node(&mut self, event: Event<'a>, span: Span, depth: usize) -> Result<Node, YamlError> {
        self.nodes += 1;
        let fail = |message: &str| {
            Err(YamlError {
                message: message.into(),
                at: span.start,
            })
        };
        if depth > MAX_DEPTH {
            return fail("nested too deeply");
        }
        if self.nodes > MAX_NODES {
            return fail("too many values");
        }
        match event {
            Event::Scalar(value, style, anchor, tag) => {
                let plain = style == ScalarStyle::Plain;
                let forced = tag
                    .as_deref()
                    .is_some_and(|t| t.core_suffix() == Some("str"));
                let kind = match self.dialect {
                    _ if !plain || forced => Kind::String(value.into_owned()),
                    Dialect::Core if self.is_strict() && is_octal(&value) => {
                        Kind::String(value.into_owned())
                    }
                    Dialect::Core => resolve(&value),
                    Dialect::Python => python::resolve(&value),
                };
                let flow = !plain;
                Ok(self.keep(anchor, Node { span, kind, flow }))
            }
            Event::SequenceStart(style, anchor, _) => {
                let (items, end) = self.items(depth)?;
                let node = Node {
                    span: span.start..end,
                    kind: Kind::Sequence(items),
                    flow: style == StructureStyle::Flow,
                };
                Ok(self.keep(anchor, node))
            }
            Event::MappingStart(style, anchor, _) => {
                let (entries, end) = self.entries(depth)?;
                let node = Node {
                    span: span.start..end,
                    kind: Kind::Mapping(entries),
                    flow: style == StructureStyle::Flow,
                };
                Ok(self.keep(anchor, node))
            }
            Event::Alias(anchor, ..) => match self.anchors.get(&anchor).cloned() {
                Some(target) => {
                    self.nodes += count(&target);
                    Ok(Node { span, ..target })
                }
                None => fail("an alias of something that does not exist: write the value itself"),
            },
            Event::UnresolvedAlias(..) => {
                fail("an alias of something that does not exist: write the value itself")
            }
            _ => fail("not a value"),
        }
    }

    /// The items of a list that has begun, and where it ends.
    fn items(&mut self, depth: usize) -> Result<(Vec<Node>, usize), YamlError> {
        let mut items = Vec::new();
        loop {
            let (event, span) = self.next()?;
            if matches!(event, Event::SequenceEnd) {
                return Ok((items, span.end));
            }
            items.push(self.node(event, span, depth + 1)?);
        }
    }

    /// The entries of a mapping that has begun, and where it ends.
    fn entries(&mut self, depth: usize) -> Result<(Vec<(Key, Node)>, usize), YamlError> {
        let mut entries: Vec<(Key, Node)> = Vec::new();
        let mut seen = HashSet::new();
        let end = loop {
            let (event, key_span) = self.next()?;
            if matches!(event, Event::MappingEnd) {
                break key_span.end;
            }
            let key = self.node(event, key_span, depth + 1)?;
            let key = Key {
                text: self.key_text(&key),
                span: key.span,
            };
            let (event, value_span) = self.next()?;
            let value = self.node(event, value_span, depth + 1)?;
            if self.is_strict() && !seen.insert(key.text.clone()) {
                return Err(YamlError {
                    message: format!("the key `{}` is here twice: remove one of them", key.text),
                    at: key.span.start,
                });
            }
            entries.push((key, value));
        };
        if self.dialect == Dialect::Python {
            entries = python::merge(entries, self.text).map_err(|key| YamlError {
                message: "`<<` is followed by a mapping".into(),
                at: key.span.start,
            })?;
            self.nodes += entries.len();
        }
        Ok((entries, end))
    }

    fn keep(&mut self, anchor: usize, node: Node) -> Node {
        if anchor != 0 {
            self.anchors.insert(anchor, node.clone());
        }
        node
    }

    fn key_text(&self, key: &Node) -> String {
        match &key.kind {
            Kind::String(text) => text.clone(),
            _ => self
                .text
                .get(key.span.clone())
                .unwrap_or_default()
                .to_owned(),
        }
    }
}

fn count(node: &Node) -> usize {
    1 + node.items().iter().map(count).sum::<usize>()
        + node.entries().iter().map(|(_, v)| count(v)).sum::<usize>()
}

/// Whether a text is a number with zeros before it: to readers of YAML 1.1, such as Puppet's, that is another one.
pub fn is_octal(text: &str) -> bool {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    let is_led = digits.len() > 1 && digits.starts_with('0');
    is_led && digits.bytes().all(|byte| byte.is_ascii_digit())
}

/// Resolves a plain scalar by the core schema, as Puppet's and Python's readers do for the forms that occur.
fn resolve(text: &str) -> Kind {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Kind::Null,
        "true" | "True" | "TRUE" => return Kind::Bool(true),
        "false" | "False" | "FALSE" => return Kind::Bool(false),
        ".inf" | ".Inf" | ".INF" | "+.inf" => return Kind::Float(f64::INFINITY),
        "-.inf" | "-.Inf" | "-.INF" => return Kind::Float(f64::NEG_INFINITY),
        ".nan" | ".NaN" | ".NAN" => return Kind::Float(f64::NAN),
        _ => {}
    }
    let integer = match text.split_at_checked(2) {
        Some(("0x", digits)) => i64::from_str_radix(digits, 16).ok(),
        Some(("0o", digits)) => i64::from_str_radix(digits, 8).ok(),
        _ => text.parse().ok(),
    };
    if let Some(integer) = integer {
        return Kind::Integer(integer);
    }
    let numeric = text.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '.' | '-' | '+'))
        && text.contains(|c: char| c.is_ascii_digit())
        && text
            .chars()
            .all(|c| c.is_ascii_digit() || matches!(c, '.' | '-' | '+' | 'e' | 'E'));
    match text.parse() {
        Ok(float) if numeric => Kind::Float(float),
        _ => Kind::String(text.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_bytes_of_the_text() {
        let text = "# é\nname: 'ü x'\nlist: [1, two]\n";
        let node = parse(text).unwrap();
        let name = node.find("name").unwrap();
        assert_eq!(&text[name.span.clone()], "'ü x'");
        assert_eq!(
            &text[node.find("list").unwrap().items()[1].span.clone()],
            "two"
        );
    }

    #[test]
    fn scalars_resolve_by_the_core_schema() {
        let node = parse("[1, 0x1f, 1.5, true, ~, yes, 1.2.3, '1', -3, 1e3, e3]").unwrap();
        let value = node.to_value().to_string();
        assert_eq!(
            value,
            r#"[1,31,1.5,true,null,"yes","1.2.3","1",-3,1000.0,"e3"]"#
        );
    }

    #[test]
    fn what_is_octal_to_some_readers_is_a_text_of_a_model() {
        let text = "[0042, -010, 09, 0, -0, 0.5, 0x1f, !!str 7]";
        let value = parse_strict(text).unwrap().to_value();
        assert_eq!(value.to_string(), r#"["0042","-010","09",0,0,0.5,31,"7"]"#);
        // A tree is read as before.
        assert_eq!(parse("0644").unwrap().kind, Kind::Integer(644));
    }

    #[test]
    fn a_duplicate_key_is_an_error_with_its_place() {
        assert_eq!(
            parse("a: 1\na: 3\n").unwrap().find("a").unwrap().kind,
            Kind::Integer(3)
        );
        let error = parse_strict("a: 1\nb: 2\na: 3\n").unwrap_err();
        assert_eq!(
            (error.at, error.message.as_str()),
            (10, "the key `a` is here twice: remove one of them")
        );
    }

    #[test]
    fn aliases_cannot_explode() {
        let mut text = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
        for n in 1..12 {
            let p = n - 1;
            text += &format!(
                "a{n}: &a{n} [*a{p}, *a{p}, *a{p}, *a{p}, *a{p}, *a{p}, *a{p}, *a{p}, *a{p}, *a{p}]\n"
            );
        }
        assert_eq!(parse(&text).unwrap_err().message, "too many values");
        assert!(parse(&"[".repeat(5000)).is_err());
    }
}
