//! Changes a list item by item, so that the comments of those that stay do.

use serde_json::{Map, Value};

use super::super::model_file::{in_line, write_entry, write_item};
use super::{content_end, is_same};
use crate::edit::yaml::Entry;
use crate::place::{line_ending, line_start};
use crate::yaml::{Kind, Node, Span, parse_strict};

/// Changes the list of an entry, where it is one in lines; `None` where it has to be written as a whole.
pub(super) fn items(text: &str, entry: &Entry) -> Option<String> {
    let root = parse_strict(text).ok()?;
    let path = entry.at.iter().chain([&entry.key]);
    let list = root.find_path(path.clone().map(String::as_str))?;
    let mut edits = Edits {
        text,
        edits: Vec::new(),
    };
    edits.list(list, entry.value.as_array()?)?;
    let changed = edits.applied();
    let again = parse_strict(&changed).ok()?;
    let found = again.find_path(path.map(String::as_str))?;
    is_same(&found.to_value(), &entry.value, &entry.key).then_some(changed)
}

/// Changes of a text, each of the bytes of one place.
struct Edits<'a> {
    text: &'a str,
    edits: Vec<(Span, String)>,
}

/// What becomes of the items of a list.
enum ItemChange<'a> {
    Changed(&'a Node, &'a Value),
    Removed(&'a Node),
    Added(&'a Value),
}

impl<'a> Edits<'a> {
    fn list(&mut self, list: &'a Node, wanted: &'a [Value]) -> Option<()> {
        let first = list.items().first().filter(|_| !list.flow)?;
        if wanted.is_empty() {
            return None;
        }
        let indent = self.dash(first)?;
        let mut after = line_start(self.text, first.span.start);
        for step in steps(list.items(), wanted) {
            match step {
                ItemChange::Changed(item, value) => {
                    let indent = self.dash(item)?;
                    after = self.line_end(content_end(item));
                    let so_far = self.edits.len();
                    if self.value(item, value).is_none() {
                        // It is written anew, and the others stay.
                        self.edits.truncate(so_far);
                        let mut lines = String::new();
                        write_item(&mut lines, value, indent);
                        let start = line_start(self.text, item.span.start);
                        self.edits.push((start..after, lines));
                    }
                }
                ItemChange::Removed(item) => {
                    self.dash(item)?;
                    let start = line_start(self.text, item.span.start);
                    after = self.line_end(content_end(item));
                    self.edits.push((start..after, String::new()));
                }
                ItemChange::Added(value) => {
                    let mut lines = String::new();
                    write_item(&mut lines, value, indent);
                    self.insert(after, lines);
                }
            }
        }
        Some(())
    }

    fn value(&mut self, node: &'a Node, wanted: &'a Value) -> Option<()> {
        if node.to_value() == *wanted {
            return Some(());
        }
        match (&node.kind, wanted) {
            (Kind::Sequence(items), Value::Array(wanted)) if !node.flow && !items.is_empty() => {
                self.list(node, wanted)
            }
            (Kind::Mapping(_), Value::Object(wanted)) if !node.flow => self.mapping(node, wanted),
            (Kind::Mapping(_) | Kind::Sequence(_), _) if !node.flow => None,
            // A block of text ends where its lines do.
            _ if self.text[node.span.clone()].starts_with(['|', '>']) => None,
            _ if node.span.is_empty() || self.text[node.span.clone()].contains('\n') => None,
            _ => {
                self.edits.push((node.span.clone(), in_line(wanted)));
                Some(())
            }
        }
    }

    fn mapping(&mut self, node: &'a Node, wanted: &'a Map<String, Value>) -> Option<()> {
        let entries = node.entries();
        let (first, _) = entries.first()?;
        let (_, last) = entries.last()?;
        if !entries
            .iter()
            .any(|(key, _)| wanted.contains_key(&key.text))
        {
            return None;
        }
        for (index, (key, value)) in entries.iter().enumerate() {
            match wanted.get(&key.text) {
                Some(wanted) => self.value(value, wanted)?,
                // The first key may share its line with the dash of an item.
                None if index == 0 => return None,
                None => {
                    let start = line_start(self.text, key.span.start);
                    let end = self.line_end(content_end(value).max(key.span.end));
                    self.edits.push((start..end, String::new()));
                }
            }
        }
        let indent = first.span.start - line_start(self.text, first.span.start);
        let end = self.line_end(content_end(last));
        for (key, value) in wanted {
            if node.find(key).is_none() {
                let mut lines = String::new();
                write_entry(&mut lines, key, value, indent);
                self.insert(end, lines);
            }
        }
        Some(())
    }

    /// The column of the dash of an item that begins on its line.
    fn dash(&self, item: &Node) -> Option<usize> {
        let start = line_start(self.text, item.span.start);
        let before = &self.text[start..item.span.start];
        (before.trim() == "-").then(|| before.len() - before.trim_start().len())
    }

    /// The end of the line that a place is on, after its line end.
    fn line_end(&self, at: usize) -> usize {
        if at > 0 && self.text[..at].ends_with('\n') {
            return at;
        }
        let rest = &self.text[at..];
        at + rest.find('\n').map_or(rest.len(), |end| end + 1)
    }

    fn insert(&mut self, at: usize, lines: String) {
        let is_open = at > 0 && !self.text[..at].ends_with('\n');
        let lines = if is_open { format!("\n{lines}") } else { lines };
        self.edits.push((at..at, lines));
    }

    fn applied(mut self) -> String {
        // Those at one place stay in their order.
        self.edits.sort_by_key(|(span, _)| (span.start, span.end));
        let mut changed = String::new();
        let mut done = 0;
        for (span, replacement) in self.edits {
            changed.push_str(self.text.get(done..span.start).unwrap_or_default());
            changed.push_str(&replacement.replace('\n', line_ending(self.text)));
            done = done.max(span.end);
        }
        changed.push_str(&self.text[done..]);
        changed
    }
}

/// Pairs the items that are there with those that are wanted: those of one name are the same thing. Of what is between them,
/// one takes the place of another, unless it is another thing altogether.
fn steps<'a>(items: &'a [Node], wanted: &'a [Value]) -> Vec<ItemChange<'a>> {
    let old: Vec<String> = items.iter().map(|it| identity(&it.to_value())).collect();
    let new: Vec<String> = wanted.iter().map(identity).collect();
    let mut steps = Vec::new();
    for change in similar::capture_diff_slices(similar::Algorithm::Myers, &old, &new) {
        let (old, new) = (&items[change.old_range()], &wanted[change.new_range()]);
        let is_replaced = change.tag() == similar::DiffTag::Replace;
        for (item, value) in old.iter().zip(new) {
            match is_replaced && is_other(item, value) {
                true => steps.extend([ItemChange::Removed(item), ItemChange::Added(value)]),
                false => steps.push(ItemChange::Changed(item, value)),
            }
        }
        let paired = old.len().min(new.len());
        steps.extend(old[paired..].iter().map(ItemChange::Removed));
        steps.extend(new[paired..].iter().map(ItemChange::Added));
    }
    steps
}

/// What an item is known by: its name, or all of it.
fn identity(item: &Value) -> String {
    item.get("name").unwrap_or(item).to_string()
}

/// Whether an item is another thing than the one in its place: then what is said about the one is not about the other. One that
/// has another name, and is the same in most of the rest, has been renamed.
fn is_other(item: &Node, wanted: &Value) -> bool {
    let item = item.to_value();
    let (Value::Object(item), Value::Object(wanted)) = (&item, wanted) else {
        return true;
    };
    if item.contains_key("name") && item.get("name") == wanted.get("name") {
        return false;
    }
    let rest = || item.iter().filter(|(key, _)| *key != "name");
    let same = rest().filter(|(key, value)| wanted.get(*key) == Some(value));
    same.count() * 2 <= rest().count()
}
