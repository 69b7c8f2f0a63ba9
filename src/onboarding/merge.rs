use super::shape::Shape;
use crate::yaml::{Key, Kind, Node};

/// What becomes of a mapping or a list that is there already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Present {
    /// It is replaced.
    Replaced,
    /// Mappings grow by the new keys, and lists of named things by the new names.
    Kept,
}

/// Whether something else than a mapping stands on the way to a path. A value there would take its place, and nobody would
/// learn that it is a mistake.
pub(super) fn is_blocked(node: &Node, path: &[Key]) -> bool {
    let Some((key, rest)) = path.split_first() else {
        return false;
    };
    match &node.kind {
        Kind::Mapping(_) => node
            .find(&key.text)
            .is_some_and(|child| is_blocked(child, rest)),
        Kind::Null | Kind::Sequence(_) => false,
        _ => true,
    }
}

/// Puts a value at a path below a node; what is missing on the way is made.
///
/// A thing in a list is addressed by its name.
pub(super) fn insert(
    node: &mut Node,
    path: &[Key],
    value: Node,
    shape: Shape<'_>,
    present: Present,
) {
    let Some((key, rest)) = path.split_first() else {
        return put(node, value, shape, present);
    };
    if shape.is_named_list() {
        let item = named_item(node, key);
        return insert(item, rest, value, shape.item(), present);
    }
    insert(
        entry(node, key),
        rest,
        value,
        shape.child(&key.text),
        present,
    );
}

fn put(node: &mut Node, value: Node, shape: Shape<'_>, present: Present) {
    if present == Present::Replaced {
        *node = value;
        return;
    }
    match (&mut node.kind, value.kind) {
        (Kind::Mapping(_), Kind::Mapping(entries)) => {
            for (key, value) in entries {
                let shape = shape.child(&key.text);
                insert(entry(node, &key), &[], value, shape, present);
            }
        }
        (Kind::Sequence(_), Kind::Sequence(items)) if shape.is_named_list() => {
            for item in items {
                match name_of(&item) {
                    Some(key) => insert(named_item(node, &key), &[], item, shape.item(), present),
                    None => {
                        push(node, item);
                    }
                }
            }
        }
        (_, kind) => *node = Node { kind, ..value },
    }
}

/// The name of a thing in a list, as a key.
fn name_of(item: &Node) -> Option<Key> {
    let name = item.find("name")?;
    match &name.kind {
        Kind::String(text) => Some(Key {
            text: text.clone(),
            span: name.span.clone(),
        }),
        _ => None,
    }
}

/// The value of a key of a mapping; anything else becomes a mapping.
fn entry<'a>(node: &'a mut Node, key: &Key) -> &'a mut Node {
    if !matches!(node.kind, Kind::Mapping(_)) {
        *node = Node {
            span: key.span.clone(),
            kind: Kind::Mapping(Vec::new()),
            flow: false,
        };
    }
    let Kind::Mapping(entries) = &mut node.kind else {
        unreachable!("it was made one")
    };
    let index = entries
        .iter()
        .position(|(k, _)| k.text == key.text)
        .unwrap_or_else(|| {
            entries.push((
                key.clone(),
                Node {
                    span: key.span.clone(),
                    kind: Kind::Null,
                    flow: false,
                },
            ));
            entries.len() - 1
        });
    &mut entries[index].1
}

/// The thing of a name in a list; anything else becomes a list.
fn named_item<'a>(node: &'a mut Node, key: &Key) -> &'a mut Node {
    let index = node
        .items()
        .iter()
        .position(|item| name_of(item).is_some_and(|name| name.text == key.text));
    let index = index.unwrap_or_else(|| {
        let name = Node {
            span: key.span.clone(),
            kind: Kind::String(key.text.clone()),
            flow: false,
        };
        let entries = vec![(
            Key {
                text: "name".into(),
                span: key.span.clone(),
            },
            name,
        )];
        push(
            node,
            Node {
                span: key.span.clone(),
                kind: Kind::Mapping(entries),
                flow: false,
            },
        )
    });
    let Kind::Sequence(items) = &mut node.kind else {
        unreachable!("it has an item")
    };
    &mut items[index]
}

/// Adds an item to a list and returns its place; anything else becomes a list.
fn push(node: &mut Node, item: Node) -> usize {
    if !matches!(node.kind, Kind::Sequence(_)) {
        *node = Node {
            span: item.span.clone(),
            kind: Kind::Sequence(Vec::new()),
            flow: false,
        };
    }
    let Kind::Sequence(items) = &mut node.kind else {
        unreachable!("it was made one")
    };
    items.push(item);
    items.len() - 1
}
