//! What the reference says of svcgen's surroundings, held against the code and against what a run leaves.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use regex::Regex;

use super::pages::{Page, root};

/// The files of the program, with their texts; what tests them is left out.
fn sources() -> Vec<String> {
    let (mut folders, mut texts) = (vec![root().join("src")], Vec::new());
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let text = std::fs::read_to_string(path).unwrap();
                let code = text.split("#[cfg(test)]").next().unwrap();
                texts.push(code.to_owned());
            }
        }
    }
    texts
}

/// Variables that are asked for by their names, and all of svcgen's own.
#[test]
fn every_variable_is_in_the_book() {
    let page = Page::read("book/src/reference/environment.md").text;
    let read = Regex::new(
        r#"(?:var|var_os|variables?\)?|named)\(\s*"([A-Z][A-Z0-9_]+)"|env = "([A-Z_]+)"|\b(SVCGEN_[A-Z_]+|SCAP_[A-Z_]+)\b"#,
    );
    let read = read.unwrap();
    let mut names = BTreeSet::new();
    for text in sources() {
        for found in read.captures_iter(&text) {
            let name = found.iter().skip(1).flatten().next().unwrap();
            names.insert(name.as_str().to_owned());
        }
    }
    // What svcgen tells its own programs on hosts that are folders.
    for own in ["SVCGEN_ROOT", "SVCGEN_PORT"] {
        assert!(names.remove(own), "{own}");
    }
    assert!(names.len() > 15, "{names:?}");
    let missing: Vec<_> = names
        .iter()
        .filter(|name| !page.contains(&format!("`{name}`")))
        .collect();
    assert!(missing.is_empty(), "{missing:?}");
}

/// Whether everything that a run has left in svcgen's own folders is on the page of files.
pub(super) fn unnamed(home: &Path, hosts: &Path) -> Vec<PathBuf> {
    let page = Page::read("book/src/reference/files.md").text;
    let mut folders = vec![
        home.join(".local/state/svcgen"),
        home.join(".cache/svcgen"),
        home.join(".config/svcgen"),
    ];
    for checkout in ["vagrant", "puppet", "tea-pot/tea-pot", "tea-pot/deploy"] {
        folders.push(home.join(checkout).join(".git/svcgen"));
    }
    for host in std::fs::read_dir(hosts).unwrap() {
        let deployment = host.unwrap().path().join("srv/deployment");
        folders.push(deployment.join("tea-pot/deploy-cache/.svcgen"));
    }
    let mut left = Vec::new();
    for folder in folders {
        let entries = std::fs::read_dir(&folder).into_iter().flatten();
        left.extend(entries.map(|entry| entry.unwrap().path()));
    }
    assert!(left.len() > 10, "{left:?}");
    left.retain(|path| {
        let name = path.file_name().unwrap().to_str().unwrap();
        !page.contains(&format!("`{name}")) && !page.contains(&format!("/{name}"))
    });
    left
}
