//! What somebody put beside svcgen's entries of the same kind: it stays, and the model does not say it.

use camino::Utf8Path;

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
        let extras = extras.into_iter();
        found.extend(extras.map(|(line, name)| beside(path, line, &name)));
    }
    Ok(found)
}

/// Keys beside those of svcgen's: checks, and values of the service's class wherever svcgen writes any.
fn keys(text: &str, entries: &[yaml::Entry], base: &str, class: &str) -> Vec<(usize, String)> {
    let (Ok(root), Ok(base)) = (crate::yaml::parse(text), crate::yaml::parse(base)) else {
        return Vec::new();
    };
    let mut found: Vec<(usize, String)> = Vec::new();
    let is_check = |entry: &&yaml::Entry| matches!(entry.at.as_slice(), [at] if at == "checks");
    for entry in entries.iter().filter(is_check) {
        let at = || entry.at.iter().map(String::as_str);
        let Some(mapping) = root.find_path(at()) else {
            continue;
        };
        let others = mapping.entries().iter().map(|(key, _)| key);
        let others = others.filter(|key| {
            let is_wanted = |it: &yaml::Entry| it.at == entry.at && it.key == key.text;
            let written = base.find_path(at());
            let is_written = || written.is_some_and(|it: &Node| it.find(&key.text).is_some());
            !entries.iter().any(is_wanted) && !is_written()
        });
        for key in others {
            let told = (line_of(text, key.span.start), key.text.clone());
            if !found.contains(&told) {
                found.push(told);
            }
        }
    }
    let values = root.entries().iter().map(|(key, _)| key);
    let values = values.filter(|key| {
        let is_wanted = |it: &yaml::Entry| it.at.is_empty() && it.key == key.text;
        is_of_class(&key.text, class)
            && !entries.iter().any(is_wanted)
            && base.find(&key.text).is_none()
    });
    found.extend(values.map(|key| (line_of(text, key.span.start), key.text.clone())));
    found
}

/// Finds checks of a deploy repository whose model has none: then svcgen wants no file of them.
///
/// # Errors
/// Where the file cannot be read.
pub fn extra_checks(
    desired: &[Desired],
    worktree: &Worktree,
    rendered: &Rendered,
) -> Result<Vec<Difference>, WorktreeError> {
    let path = Utf8Path::new(CHECKS);
    if desired.iter().any(|wanted| wanted.path() == path) {
        return Ok(Vec::new());
    }
    let Some(text) = worktree.read(path)? else {
        return Ok(Vec::new());
    };
    let base = rendered.base(path, Some(&text)).unwrap_or_default();
    let (Ok(root), Ok(base)) = (crate::yaml::parse(&text), crate::yaml::parse(&base)) else {
        return Ok(Vec::new());
    };
    let written = base.find("checks");
    let checks = root.find("checks").map(Node::entries).unwrap_or_default();
    let others = checks.iter().map(|(key, _)| key);
    let others = others.filter(|key| written.is_none_or(|it| it.find(&key.text).is_none()));
    Ok(others
        .map(|key| beside(path, line_of(&text, key.span.start), &key.text))
        .collect())
}

/// Where the checks of a deploy repository are.
const CHECKS: &str = "scap/checks.yaml";

fn beside(path: &Utf8Path, line: usize, name: &str) -> Difference {
    Difference {
        path: path.to_owned(),
        line: Some(line),
        direction: Direction::Tree,
        what: format!("`{name}` was added there, and is not in the model"),
        remedy: Remedy::Edit,
    }
}

/// Whether a key of Hiera's is a value of the service's own class, in whichever namespace.
fn is_of_class(key: &str, class: &str) -> bool {
    let namespace = key.rsplit_once("::").map(|(namespace, _)| namespace);
    namespace.and_then(|own| own.rsplit("::").next()) == Some(class)
}
