//! What somebody put beside svcgen's entries of the same kind: it stays, and the model does not say it.

use super::{Difference, Direction, Remedy};
use crate::edit::{Desired, Rendered, lines, yaml};
use crate::place::line_of;
use crate::worktree::{Worktree, WorktreeError};
use crate::yaml::Node;

/// Finds hosts in lists of targets, checks, and values of the service's classes that the model does not name.
///
/// What svcgen wrote itself is none of it: that goes by the next run.
///
/// # Errors
/// Where a file cannot be read.
pub fn extras(
    desired: &[Desired],
    class: &str,
    worktree: &Worktree,
    rendered: &Rendered,
) -> Result<Vec<Difference>, WorktreeError> {
    let mut found = Vec::new();
    for wanted in desired {
        let path = wanted.path();
        let Some(text) = worktree.read(path)? else {
            continue;
        };
        let base = rendered.base(path, Some(&text)).unwrap_or_default();
        let extras = match wanted {
            Desired::Lines { lines, .. } => lines::others(&text, lines, &base),
            Desired::Yaml { entries, .. } => keys(&text, entries, &base, class),
            Desired::File { .. }
            | Desired::Paper { .. }
            | Desired::Ini { .. }
            | Desired::Json { .. }
            | Desired::Blocks { .. } => Vec::new(),
        };
        found.extend(extras.into_iter().map(|(line, name)| Difference {
            path: path.clone(),
            line: Some(line),
            direction: Direction::Tree,
            what: format!("`{name}` was put there, and the model does not have it"),
            remedy: Remedy::Edit,
        }));
    }
    Ok(found)
}

/// Keys beside those of svcgen's: of a mapping that has nothing else, and of a class of the service.
fn keys(text: &str, entries: &[yaml::Entry], base: &str, class: &str) -> Vec<(usize, String)> {
    let (Ok(root), Ok(base)) = (crate::yaml::parse(text), crate::yaml::parse(base)) else {
        return Vec::new();
    };
    let mut found: Vec<(usize, String)> = Vec::new();
    for entry in entries.iter().filter(|entry| !entry.is_item()) {
        let at = || entry.at.iter().map(String::as_str);
        let Some(mapping) = root.find_path(at()) else {
            continue;
        };
        let others = mapping.entries().iter().map(|(key, _)| key);
        let others = others.filter(|key| {
            let is_wanted = |it: &yaml::Entry| it.at == entry.at && it.key == key.text;
            let written = base.find_path(at());
            let is_written = || written.is_some_and(|it: &Node| it.find(&key.text).is_some());
            is_beside(&key.text, entry, class) && !entries.iter().any(is_wanted) && !is_written()
        });
        for key in others {
            let told = (line_of(text, key.span.start), key.text.clone());
            if !found.contains(&told) {
                found.push(told);
            }
        }
    }
    found
}

/// Whether a key is of the same kind as that of an entry.
fn is_beside(key: &str, entry: &yaml::Entry, class: &str) -> bool {
    let namespace = |key: &str| Some(key.rsplit_once("::")?.0.to_owned());
    match entry.at.as_slice() {
        [] => namespace(&entry.key).is_some_and(|own| {
            own.rsplit("::").next() == Some(class) && namespace(key) == Some(own)
        }),
        [at] => at == "checks",
        _ => false,
    }
}
