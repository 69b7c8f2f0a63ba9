//! What the book says of the modules, against the source.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// The folder of the source.
fn source() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

/// The modules of the library.
fn modules() -> BTreeSet<String> {
    let library = fs::read_to_string(source().join("lib.rs")).unwrap();
    let names = library.lines().filter_map(|line| {
        let line = line.trim_start_matches("pub ");
        line.strip_prefix("mod ")?.strip_suffix(';')
    });
    names.map(str::to_owned).collect()
}

/// The files of Rust in a folder, and in those below.
fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            found.push(path);
        }
    }
}

/// Which modules each module uses, its unit tests left out.
fn uses() -> BTreeMap<String, BTreeSet<String>> {
    let modules = modules();
    let mut all = Vec::new();
    files(&source(), &mut all);
    let mut uses: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for file in all {
        let within = file.strip_prefix(source()).unwrap();
        let first = within.iter().next().unwrap().to_str().unwrap();
        let module = first.trim_end_matches(".rs").to_owned();
        if !modules.contains(&module)
            || within
                .iter()
                .any(|part| part == "tests" || part == "tests.rs")
        {
            continue;
        }
        let text = fs::read_to_string(&file).unwrap();
        let code = text.split("#[cfg(test)]\nmod tests {").next().unwrap();
        for after in code.split("crate::").skip(1) {
            let names: Vec<&str> = match after.strip_prefix('{') {
                // A list of modules, each perhaps with a list of its own.
                Some(list) => list
                    .split(['{', '}', ',', ':', ' ', '\n'])
                    .take(40)
                    .collect(),
                None => vec![
                    after
                        .split(|c: char| !c.is_alphanumeric() && c != '_')
                        .next()
                        .unwrap(),
                ],
            };
            let names = names
                .into_iter()
                .filter(|name| modules.contains(*name) && *name != module);
            let used = uses.entry(module.clone()).or_default();
            used.extend(names.map(str::to_owned));
        }
    }
    uses
}

#[test]
fn modules_depend_on_each_other_without_a_circle() {
    let mut left = uses();
    assert!(left["cli"].contains("model"), "{left:?}");
    // Whoever needs nobody that is left is taken away, until nobody can be.
    loop {
        let free: Vec<String> = left
            .iter()
            .filter(|(_, used)| used.iter().all(|name| !left.contains_key(name)))
            .map(|(name, _)| name.clone())
            .collect();
        if free.is_empty() {
            break;
        }
        left.retain(|name, _| !free.contains(name));
    }
    assert!(
        left.is_empty(),
        "these lie in a circle, or need one: {left:#?}"
    );
}

#[test]
fn the_book_tells_of_every_module_and_of_no_other() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("book/src/design/architecture.md");
    let page = fs::read_to_string(page).unwrap();
    let rows = page.lines().filter_map(|line| line.strip_prefix("| `"));
    let told: BTreeSet<String> = rows
        .filter_map(|row| row.split(" |").next())
        .flat_map(|names| names.split(','))
        .map(|name| name.trim_matches([' ', '`']).to_owned())
        .collect();
    assert_eq!(told, modules());
}
