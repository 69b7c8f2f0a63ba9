//! The sample trees are what the real ones are: code that the real tools accept.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::support::{has_tool, sample_tree};

fn manifests(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            manifests(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "pp") {
            found.push(path);
        }
    }
}

fn judge(tool: &str, arguments: &[&str], tree: &Path, least: usize) {
    let mut found = Vec::new();
    manifests(tree, &mut found);
    assert!(
        found.len() >= least,
        "{} manifests in {}",
        found.len(),
        tree.display()
    );
    let home = tempfile::tempdir().unwrap();
    let run = Command::new(tool)
        .args(arguments)
        .args(&found)
        .current_dir(tree)
        .env("HOME", home.path())
        .output()
        .unwrap();
    let text = [run.stdout, run.stderr]
        .map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
        .concat();
    assert!(run.status.success(), "{text}");
}

#[test]
fn puppet_accepts_the_sample_trees() {
    if has_tool("puppet") {
        judge(
            "puppet",
            &["parser", "validate"],
            &sample_tree("vagrant"),
            10,
        );
        judge(
            "puppet",
            &["parser", "validate"],
            &sample_tree("puppet"),
            10,
        );
    }
}

#[test]
fn puppet_lint_has_nothing_to_say_about_the_sample_trees() {
    if has_tool("puppet-lint") {
        judge("puppet-lint", &[], &sample_tree("vagrant"), 10);
        judge("puppet-lint", &[], &sample_tree("puppet"), 10);
    }
}
