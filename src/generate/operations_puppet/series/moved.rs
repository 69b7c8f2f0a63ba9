//! The lists of the load balancer, where the tree has them in another file than that in which svcgen wrote its entry.

use camino::Utf8PathBuf;

use super::{SeriesTree, catalog, lvs};
use crate::generate::{GenerateError, read_yaml};
use crate::model::Service;
use crate::place::line_of;

/// Where such a file may be, and how deep below that.
const FOLDER: &str = "hieradata";
const DEEPEST: usize = 3;

/// The files that svcgen knows, and how the key of the list ends in each.
const LISTS: [(&str, &str); 2] = [(catalog::PATH, catalog::KEY), (lvs::PATH, lvs::SERVICES)];

/// Refuses a list that somebody moved with the entry of svcgen's in it: the rest of the patch would go, and the entry stay.
pub(super) fn refuse_moved(service: &Service, tree: &SeriesTree) -> Result<(), GenerateError> {
    let written = tree.puppet.rendered.paths();
    for (home, end) in LISTS {
        if !written.iter().any(|path| path == home) {
            continue;
        }
        let here = tree.text(home)?;
        if here.is_some_and(|text| has_list(&text, end)) {
            continue;
        }
        for path in files(tree) {
            // What is no text has no such list.
            let text = tree.puppet.text(&path).unwrap_or_default();
            if path == home || !has_list(&text, end) {
                continue;
            }
            let root = read_yaml(path.clone(), &text)?;
            let mut lists = root
                .entries()
                .iter()
                .filter(|(key, _)| is_list(&key.text, end));
            let name = service.name.as_str();
            let entry = lists.find_map(|(_, list)| {
                let mut entries = list.entries().iter();
                entries.find(|(key, _)| key.text == name)
            });
            if let Some((key, _)) = entry {
                return Err(GenerateError::Moved {
                    line: line_of(&text, key.span.start),
                    key: name.to_owned(),
                    path,
                    home: home.into(),
                });
            }
        }
    }
    Ok(())
}

fn is_list(key: &str, end: &str) -> bool {
    let first = key.strip_suffix(end);
    first.is_some_and(|first| first.is_empty() || first.ends_with("::"))
}

/// Whether a text has such a list, without parsing it: large files are looked through for it.
fn has_list(text: &str, end: &str) -> bool {
    text.lines().any(|line| {
        let (key, rest) = line.rsplit_once(':').unwrap_or_default();
        rest.trim().is_empty() && is_list(key.trim_matches(['\'', '"']), end)
    })
}

/// The hieradata that is not for single hosts or roles.
fn files(tree: &SeriesTree) -> Vec<Utf8PathBuf> {
    let mut found = Vec::new();
    let mut open = vec![(Utf8PathBuf::from(FOLDER), 0)];
    while let Some((folder, depth)) = open.pop() {
        for name in tree.worktree().list(&folder) {
            let path = folder.join(name);
            match path.extension() {
                Some("yaml" | "yml") => found.push(path),
                _ if depth < DEEPEST && tree.worktree().has_folder(&path) => {
                    open.push((path, depth + 1));
                }
                _ => {}
            }
        }
    }
    found.sort();
    found
}
