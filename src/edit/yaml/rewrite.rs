//! Makes another value of one that is there, in as few bytes as may be: what does not change keeps its form.

use serde_json::{Map, Value};

use super::anchor::Near;
use super::scalar::{is_single, written_like};
use super::{Entry, List, Position, Style, item, read, remove, splice};
use crate::edit::three_way::is_set;
use crate::edit::{EntryError, Resolution};
use crate::yaml::{Kind, Node, Span, parse};

/// Makes the value of an entry that is there another one; the entry says how parts are written that are not there.
///
/// # Errors
/// Where a comment of somebody's would go with a value, unless that was decided.
pub(super) fn rewrite(
    text: &str,
    entry: &Entry,
    target: &Value,
    resolution: Resolution,
) -> Result<String, EntryError> {
    let mut rewriter = Rewriter {
        text: text.to_owned(),
        entry,
        resolution,
    };
    rewriter.value(&mut Vec::new(), target)?;
    Ok(rewriter.text)
}

struct Rewriter<'a> {
    text: String,
    entry: &'a Entry,
    resolution: Resolution,
}

impl Rewriter<'_> {
    /// Makes the member at a path, which is there, another value.
    fn value(&mut self, path: &mut Vec<String>, target: &Value) -> Result<(), EntryError> {
        let root = read(&self.text)?;
        let Some(node) = self.find(&root, path) else {
            return Ok(());
        };
        if node.to_value() == *target {
            return Ok(());
        }
        let before = self.text.clone();
        // A text may have a form of its own.
        let is_formed = path.is_empty() && target.is_string() && self.entry.style != Style::Block;
        let is_done = !is_formed && self.in_place(node, path, target)
            || match (&node.kind, target) {
                _ if is_alias(node) => false,
                (Kind::Mapping(old), Value::Object(new)) if !node.flow && !new.is_empty() => {
                    let old: Vec<String> = old.iter().map(|(key, _)| key.text.clone()).collect();
                    self.members(path, &old, new)?
                }
                (Kind::Sequence(old), Value::Array(new)) if is_set(new) && !new.is_empty() => {
                    let old: Vec<Value> = old.iter().map(Node::to_value).collect();
                    is_set(&old) && self.items(path, &old, new)?
                }
                _ => false,
            };
        if !is_done {
            self.text = before;
            let root = read(&self.text)?;
            let part = self.part(path, target);
            self.text = splice::replace(&self.text, &root, &part, self.resolution)?;
        }
        Ok(())
    }

    /// Changes single values only, where the value has the shape of the other one.
    fn in_place(&mut self, node: &Node, path: &[String], target: &Value) -> bool {
        let mut changes = Vec::new();
        if !differing(&self.text, node, target, &mut changes) {
            return false;
        }
        let mut after = self.text.clone();
        for (span, new) in changes.into_iter().rev() {
            after.replace_range(span, &new);
        }
        let is_meant = parse(&after).is_ok_and(|root| {
            let found = self.find(&root, path);
            found.is_some_and(|node| node.to_value() == *target)
        });
        if is_meant {
            self.text = after;
        }
        is_meant
    }

    /// Changes the members of a mapping one by one; whether that could be done.
    fn members(
        &mut self,
        path: &mut Vec<String>,
        old: &[String],
        new: &Map<String, Value>,
    ) -> Result<bool, EntryError> {
        let mut previous: Option<&String> = None;
        for (key, value) in new {
            path.push(key.clone());
            let done = match old.contains(key) {
                true => self.value(path, value),
                false => {
                    let next = new.keys().find(|key| old.contains(key));
                    let near = previous.map(|key| Near::After(key));
                    self.insert(path, value, near.or(next.map(|key| Near::Before(key))))
                }
            };
            path.pop();
            done?;
            previous = Some(key);
        }
        for key in old.iter().filter(|key| !new.contains_key(*key)) {
            path.push(key.clone());
            let keys: Vec<String> = self.keys(path).map(str::to_owned).collect();
            path.pop();
            let root = read(&self.text)?;
            let Some(after) = remove::without(&self.text, &root, &keys) else {
                return Ok(false);
            };
            self.text = after;
        }
        Ok(true)
    }

    fn insert(
        &mut self,
        path: &[String],
        value: &Value,
        near: Option<Near<'_>>,
    ) -> Result<(), EntryError> {
        let root = read(&self.text)?;
        let part = self.part(path, value).placed(Position::Group);
        self.text = splice::insert(&self.text, &root, &part, near)?;
        Ok(())
    }

    /// Takes items out of a list and puts others in; whether it has become the other list by that.
    fn items(&mut self, path: &[String], old: &[Value], new: &[Value]) -> Result<bool, EntryError> {
        let list: Vec<String> = self.keys(path).map(str::to_owned).collect();
        for (index, value) in new
            .iter()
            .enumerate()
            .filter(|(_, value)| !old.contains(value))
        {
            let root = read(&self.text)?;
            let place = match index.checked_sub(1) {
                Some(before) => Position::After(item::plain(&new[before])),
                None => Position::First,
            };
            let style = Style::Item {
                comment: None,
                list: List::Block,
            };
            let put = self.part(path, value).placed(place).written(style);
            match item::insert(&self.text, &root, &put) {
                Ok(Some(after)) => self.text = after,
                Ok(None) | Err(_) => return Ok(false),
            }
        }
        for value in old.iter().filter(|value| !new.contains(value)) {
            let root = read(&self.text)?;
            let Some(after) = item::without(&self.text, &root, &list, &item::plain(value)) else {
                return Ok(false);
            };
            self.text = after;
        }
        let root = read(&self.text)?;
        let found = self.find(&root, path).map(Node::to_value);
        Ok(found.is_some_and(|found| found.as_array().is_some_and(|items| items == new)))
    }

    fn find<'n>(&self, root: &'n Node, path: &[String]) -> Option<&'n Node> {
        root.find_path(self.keys(path))
    }

    fn keys<'p>(&'p self, path: &'p [String]) -> impl Iterator<Item = &'p str> {
        self.entry.path().chain(path.iter().map(String::as_str))
    }

    /// The member at a path, as an entry of its own.
    fn part(&self, path: &[String], value: &Value) -> Entry {
        let mut at: Vec<String> = self.keys(path).map(str::to_owned).collect();
        let key = at.pop().unwrap_or_default();
        let style = lines_of(self.entry, path, value).map_or(Style::Block, Style::Text);
        Entry {
            at,
            key,
            value: value.clone(),
            style,
            ..self.entry.clone()
        }
    }
}

/// Whether a mapping or a list is an alias: its parts stand where the anchor is, and are somebody else's.
fn is_alias(node: &Node) -> bool {
    let key = node.entries().first().map(|(key, _)| &key.span);
    let item = node.items().first().map(|item| &item.span);
    key.or(item)
        .is_some_and(|first| first.start < node.span.start)
}

/// Collects the single values that differ, where they are all that does.
fn differing(text: &str, node: &Node, target: &Value, changes: &mut Vec<(Span, String)>) -> bool {
    let floor = node.span.start;
    match (&node.kind, target) {
        (Kind::Mapping(old), Value::Object(new)) => {
            // What an alias stands for is elsewhere.
            let is_here = |value: &Node| value.span.start >= floor;
            old.len() == new.len()
                && old.iter().all(|(key, value)| {
                    new.get(&key.text).is_some_and(|new| {
                        value.to_value() == *new
                            || is_here(value) && differing(text, value, new, changes)
                    })
                })
        }
        (Kind::Sequence(old), Value::Array(new)) => {
            // One name in place of another in a list is two changes, each with its own line.
            let is_list_of_words = is_set(new) && old.iter().all(|item| is_single(text, item));
            !is_list_of_words
                && old.len() == new.len()
                && old.iter().zip(new).all(|(old, new)| {
                    old.to_value() == *new
                        || old.span.start >= floor && differing(text, old, new, changes)
                })
        }
        _ if is_single(text, node) && !target.is_array() && !target.is_object() => {
            changes.push((
                node.span.clone(),
                written_like(&text[node.span.clone()], target),
            ));
            true
        }
        _ => false,
    }
}

/// The lines of a member, at the margin, as the entry writes them; `None` where it leaves that open.
fn lines_of(entry: &Entry, path: &[String], value: &Value) -> Option<String> {
    let Style::Text(lines) = &entry.style else {
        return None;
    };
    if path.is_empty() {
        return (entry.value == *value).then(|| lines.clone());
    }
    let root = parse(lines).ok()?;
    let (last, way) = path.split_last()?;
    let holder = std::iter::once(&entry.key).chain(way).map(String::as_str);
    let mut members = root.find_path(holder)?.entries().iter();
    let (key, node) =
        members.rfind(|(key, node)| key.text == *last && node.to_value() == *value)?;
    let span = remove::lines_of(lines, key, node)?;
    let margin = key.span.start - span.start;
    let own = lines[span].lines();
    Some(
        own.map(|line| format!("{}\n", line.get(margin..).unwrap_or_default()))
            .collect(),
    )
}
