//! Reads typed values out of YAML nodes and collects every mistake on the way, instead of stopping at the first.

mod fields;

use std::num::NonZeroU16;

use serde_json::Value;

use super::data_type::DataType;
use super::host::{HostName, HostPattern};
use super::name::{
    AccountName, Address, BranchName, BuildNode, CheckName, DatacentreName, EnvironmentName,
    GroupName, ImageName, MailAddress, NodeVersion, ParameterName, Port, PuppetName, Refused,
    RepositoryName, RoleName, ServiceName, SiteName, TaskId, VariableName, Version,
};
use super::problem::Problem;
use super::text::{Line, Text, is_hidden};
use crate::visible::visible;
use crate::yaml::{Kind, Node, Span, is_octal};

pub(crate) use self::fields::Fields;

/// A type that can be read from a YAML value; what is wrong is added to the problems, and nothing is returned.
pub(crate) trait Read: Sized {
    fn read(node: &Node, problems: &mut Vec<Problem>) -> Option<Self>;
}

/// How a mapping is written, in a file and in a flag.
const MAPPING: &str = "keys with their values: `{key: value}`, or each on a line below it";

/// The problem of a value of another kind.
pub(crate) fn expected(what: &str, node: &Node) -> Problem {
    let found = match &node.kind {
        Kind::String(text) if is_octal(text) => {
            format!("`{}`, which some programs read as octal", visible(text))
        }
        _ => node.describe().to_owned(),
    };
    Problem::new(node.span.clone(), format!("expected {what}, found {found}"))
}

/// The problem of a text that a type refuses.
pub(super) fn refused(refused: Refused, span: Span) -> Problem {
    let (message, rule) = refused.told();
    let problem = Problem::new(span, message);
    match rule {
        Some(rule) => problem.rule(rule),
        None => problem,
    }
}

/// Reads a mapping with free keys, in the order of the file.
pub(crate) fn map<K, V: Read>(
    node: &Node,
    key: impl Fn(&str) -> Result<K, Refused>,
    problems: &mut Vec<Problem>,
) -> Option<Vec<(K, V)>> {
    match &node.kind {
        Kind::Null => return Some(Vec::new()),
        Kind::Mapping(_) => {}
        _ => {
            problems.push(expected("a mapping", node).rule(MAPPING));
            return None;
        }
    }
    let mut entries = Vec::new();
    for (name, value) in node.entries() {
        let parsed = key(&name.text)
            .map_err(|r| problems.push(refused(r, name.span.clone())))
            .ok();
        if let (Some(parsed), Some(value)) = (parsed, V::read(value, problems)) {
            entries.push((parsed, value));
        }
    }
    Some(entries)
}

impl<T: Read> Read for Vec<T> {
    fn read(node: &Node, problems: &mut Vec<Problem>) -> Option<Self> {
        match &node.kind {
            Kind::Sequence(items) => {
                let before = problems.len();
                let read: Self = items
                    .iter()
                    .filter_map(|item| T::read(item, problems))
                    .collect();
                (problems.len() == before).then_some(read)
            }
            kind => {
                let written = match kind {
                    Kind::String(text) => Some(parted::<T>(text, node).join(", ")),
                    Kind::Integer(number) => Some(number.to_string()),
                    _ => None,
                };
                let rule = |items| format!("write a list in brackets: `[{}]`", visible(items));
                let problem = expected("a list", node);
                problems.push(match &written {
                    Some(items) => problem.rule(rule(items)),
                    None => problem,
                });
                None
            }
        }
    }
}

/// The items that a text likely means: between commas, or between spaces where none of them can have one.
fn parted<'t, T: Read>(text: &'t str, node: &Node) -> Vec<&'t str> {
    let is_item = |item: &str| {
        let node = Node {
            kind: Kind::String(item.to_owned()),
            ..node.clone()
        };
        T::read(&node, &mut Vec::new()).is_some()
    };
    let items: Vec<&str> = text.split(',').map(str::trim).collect();
    let words: Vec<&str> = text.split([',', ' ']).filter(|it| !it.is_empty()).collect();
    match !items.iter().all(|item| is_item(item)) && words.iter().all(|word| is_item(word)) {
        true => words,
        false => items,
    }
}

impl Read for String {
    fn read(node: &Node, problems: &mut Vec<Problem>) -> Option<Self> {
        match &node.kind {
            Kind::String(text) => Some(text.clone()),
            Kind::Integer(_) | Kind::Float(_) | Kind::Bool(_) => {
                problems.push(expected("text", node).rule("put it in quotes"));
                None
            }
            _ => {
                problems.push(expected("text", node));
                None
            }
        }
    }
}

impl Read for bool {
    fn read(node: &Node, problems: &mut Vec<Problem>) -> Option<Self> {
        match node.kind {
            Kind::Bool(value) => Some(value),
            _ => {
                let word = match &node.kind {
                    Kind::String(text) => text.to_ascii_lowercase(),
                    _ => String::new(),
                };
                let problem = expected("true or false", node);
                problems.push(match word.as_str() {
                    "yes" | "y" | "on" | "true" => problem.rule("write `true`, without quotes"),
                    "no" | "n" | "off" | "false" => problem.rule("write `false`, without quotes"),
                    _ => problem,
                });
                None
            }
        }
    }
}

impl Read for u32 {
    fn read(node: &Node, problems: &mut Vec<Problem>) -> Option<Self> {
        match node.kind {
            Kind::Integer(value) if (0..=1_000_000).contains(&value) => Some(value as Self),
            Kind::Integer(value) => {
                let message = match value < 0 {
                    true => "expected a number that is not negative",
                    false => "expected a number up to 1000000",
                };
                problems.push(Problem::new(node.span.clone(), message));
                None
            }
            _ => {
                problems.push(expected("a number", node));
                None
            }
        }
    }
}

impl Read for NonZeroU16 {
    fn read(node: &Node, problems: &mut Vec<Problem>) -> Option<Self> {
        let number = match node.kind {
            Kind::Integer(number) => u16::try_from(number).ok().and_then(Self::new),
            _ => None,
        };
        if number.is_none() {
            problems.push(expected("a port number", node).rule("from 1 to 65535, without quotes"));
        }
        number
    }
}

impl Read for Value {
    fn read(node: &Node, problems: &mut Vec<Problem>) -> Option<Self> {
        if let Some(bad) = unprintable(node) {
            problems.push(Problem::new(
                bad.span.clone(),
                "a text with invisible characters",
            ));
            return None;
        }
        if let Some(bad) = not_finite(node) {
            problems.push(Problem::new(
                bad.span.clone(),
                "a number that is not finite",
            ));
            return None;
        }
        Some(node.to_value())
    }
}

fn all(node: &Node) -> Vec<&Node> {
    let mut nodes = vec![node];
    nodes.extend(node.items().iter().flat_map(all));
    nodes.extend(node.entries().iter().flat_map(|(_, value)| all(value)));
    nodes
}

fn unprintable(node: &Node) -> Option<&Node> {
    let bad = |text: &str| {
        text.chars()
            .any(|c| is_hidden(c) && !matches!(c, '\n' | '\t'))
    };
    all(node).into_iter().find(|n| {
        matches!(&n.kind, Kind::String(text) if bad(text))
            || n.entries().iter().any(|(key, _)| bad(&key.text))
    })
}

fn not_finite(node: &Node) -> Option<&Node> {
    all(node)
        .into_iter()
        .find(|n| matches!(n.kind, Kind::Float(f) if !f.is_finite()))
}

impl Read for Port {
    fn read(node: &Node, problems: &mut Vec<Problem>) -> Option<Self> {
        let wanted = match node.kind {
            Kind::Integer(number) => {
                return Self::new(number)
                    .map_err(|r| problems.push(refused(r, node.span.clone())))
                    .ok();
            }
            Kind::Float(_) => "a whole number for the port",
            _ => "a port number",
        };
        problems.push(expected(wanted, node).rule("from 1024 to 65535, without quotes"));
        None
    }
}

impl Read for jiff::civil::Date {
    fn read(node: &Node, problems: &mut Vec<Problem>) -> Option<Self> {
        let text = String::read(node, problems)?;
        text.parse()
            .map_err(|_| {
                let message = format!("`{}` is not a date", visible(&text));
                problems.push(
                    Problem::new(node.span.clone(), message)
                        .rule("year-month-day, such as `2026-12-15`"),
                );
            })
            .ok()
    }
}

/// Reads the types that are parsed from one text.
macro_rules! read_text {
    ($($name:ty),* $(,)?) => {$(
        impl Read for $name {
            fn read(node: &Node, problems: &mut Vec<Problem>) -> Option<Self> {
                let text = String::read(node, problems)?;
                Self::parse(&text).map_err(|r| problems.push(refused(r, node.span.clone()))).ok()
            }
        }
    )*};
}

read_text!(
    AccountName,
    Address,
    BranchName,
    CheckName,
    DataType,
    DatacentreName,
    EnvironmentName,
    GroupName,
    HostName,
    HostPattern,
    ImageName,
    Line,
    MailAddress,
    ParameterName,
    PuppetName,
    RepositoryName,
    RoleName,
    ServiceName,
    SiteName,
    TaskId,
    Text,
    VariableName,
    NodeVersion,
    BuildNode,
    Version,
);
