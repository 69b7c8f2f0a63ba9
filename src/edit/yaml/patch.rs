use serde_json::Value;

use super::anchor::{Near, namespace};
use super::rewrite::rewrite;
use super::told::told;
use super::{Entry, Other, item, read, set, splice};
use crate::edit::three_way::merge;
use crate::edit::{EntryError, Resolution};
use crate::place::line_of;
use crate::yaml::{Kind, Node};

/// A text on its way to have entries.
pub(super) struct Patch<'a> {
    pub(super) original: &'a str,
    pub(super) before: &'a Node,
    /// What svcgen wrote last.
    pub(super) base: Option<Node>,
    pub(super) resolution: Resolution,
    pub(super) text: String,
    /// The document that the text shall be.
    pub(super) meant: Value,
    /// What somebody else wrote instead.
    pub(super) places: Vec<(Option<usize>, String)>,
}

impl Patch<'_> {
    /// Brings one of the entries into the text.
    pub(super) fn bring(&mut self, entries: &[Entry], index: usize) -> Result<(), EntryError> {
        let entry = &entries[index];
        let root = read(&self.text)?;
        if entry.is_item() {
            return self.bring_item(entry, &root);
        }
        match root.find_path(entry.path()) {
            Some(found) => self.change(&found.to_value(), entry, &entries[index + 1..]),
            None => {
                let near = near(&root, self.base.as_ref(), entries, index);
                self.text = splice::insert(&self.text, &root, entry, near)?;
                set(&mut self.meant, entry, entry.value.clone());
                Ok(())
            }
        }
    }

    /// Brings an item into its list; what is there instead of one makes room where that is decided, or where it is nothing.
    fn bring_item(&mut self, entry: &Entry, root: &Node) -> Result<(), EntryError> {
        let place = root.find_path(entry.path());
        let after = match place.filter(|place| !matches!(place.kind, Kind::Sequence(_))) {
            None => item::insert(&self.text, root, entry)?,
            Some(other) => match (&other.kind, self.resolution) {
                (Kind::Null, _) | (_, Resolution::Svcgen) => {
                    let resolution = self.resolution;
                    Some(splice::replace(&self.text, root, entry, resolution)?)
                }
                (_, Resolution::Yours) => None,
                (_, Resolution::Mark) => {
                    let (key, found) = (&entry.key, other.describe());
                    let reason = format!("`{key}` is {found}, where a list is expected");
                    let line = line_of(&self.text, other.span.start);
                    self.places.push((Some(line), reason));
                    None
                }
            },
        };
        if let Some(after) = after {
            item::set(&mut self.meant, entry);
            self.text = after;
        }
        Ok(())
    }

    /// Merges an entry with what is there of it.
    fn change(&mut self, found: &Value, entry: &Entry, later: &[Entry]) -> Result<(), EntryError> {
        let base = self.base.as_ref();
        let written = base.and_then(|base| base.find_path(entry.path()));
        let decided = match entry.other {
            Other::Stays => Resolution::Yours,
            Other::Refused => self.resolution,
        };
        let wanted = entry.wanted_beside(found);
        let merged = merge(
            found,
            written.map(Node::to_value).as_ref(),
            &wanted,
            decided,
        );
        if !merged.apart.is_empty() {
            let apart = merged.apart.iter();
            let apart = apart.map(|apart| told(self.original, self.before, entry, apart));
            self.places.extend(apart);
            return Ok(());
        }
        // It may have become so by an alias to an entry before it.
        let mut then = self.meant.clone();
        set(&mut then, entry, merged.value.clone());
        if merged.value != *found {
            match rewrite(&self.text, entry, &merged.value, self.resolution) {
                Ok(after) if is_meant(&after, &then, later) => self.text = after,
                Ok(_) if decided == Resolution::Yours => return Ok(()),
                Ok(_) => {
                    let place = self.before.find_path(entry.path()).unwrap_or(self.before);
                    let reason = format!(
                        "`{}` cannot be changed without changing something else, because of an alias",
                        entry.key
                    );
                    let line = line_of(self.original, place.span.start);
                    self.places.push((Some(line), reason));
                    return Ok(());
                }
                Err(EntryError::Conflict { places: lost }) => {
                    if decided == Resolution::Mark {
                        self.places.extend(lost);
                    }
                    return Ok(());
                }
                Err(error) => return Err(error),
            }
        }
        self.meant = then;
        Ok(())
    }

    /// The text, where it says just what is meant.
    pub(super) fn done(self) -> Result<String, EntryError> {
        if !self.places.is_empty() {
            return Err(EntryError::Conflict {
                places: self.places,
            });
        }
        if read(&self.text)?.to_value() != self.meant {
            let reason = "the change could not be made without changing something else".into();
            return Err(EntryError::Unreadable { line: 1, reason });
        }
        Ok(self.text)
    }
}

/// Whether a text says what is meant, but for entries that are still to be changed: they may have an alias of this one.
fn is_meant(text: &str, meant: &Value, later: &[Entry]) -> bool {
    let without = |value: &Value| {
        let mut value = value.clone();
        for entry in later.iter().filter(|entry| !entry.is_item()) {
            set(&mut value, entry, Value::Null);
        }
        value
    };
    read(text).is_ok_and(|root| without(&root.to_value()) == without(meant))
}

/// The nearest of svcgen's own keys in the group of an entry that is not there yet; where there is none, the last one that it
/// wrote there and wants no more.
fn near<'a>(
    root: &Node,
    base: Option<&'a Node>,
    entries: &'a [Entry],
    index: usize,
) -> Option<Near<'a>> {
    let entry = &entries[index];
    let is_near = |other: &&Entry| {
        other.at == entry.at
            && namespace(&other.key) == namespace(&entry.key)
            && root.find_path(other.path()).is_some()
    };
    let before = entries[..index].iter().rev().find(is_near);
    if let Some(before) = before {
        return Some(Near::After(&before.key));
    }
    let after = entries[index + 1..].iter().find(is_near);
    if let Some(after) = after {
        return Some(Near::Before(&after.key));
    }
    let at = || entry.at.iter().map(String::as_str);
    let written = base?.find_path(at())?.entries().iter().rev();
    let mut written = written.map(|(key, _)| key.text.as_str());
    let there = root.find_path(at())?;
    let is_near = |key: &&str| namespace(key) == namespace(&entry.key) && there.find(key).is_some();
    written.find(is_near).map(Near::After)
}
