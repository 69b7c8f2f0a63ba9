//! Checkouts of the sample trees, and generators that run in them.

use std::path::Path;
use std::process::Command;

use super::{Env, Run, copy, sample_tree};

/// A checkout of a sample tree, with a model beside it.
pub(crate) fn checkout(sample: &str) -> Env {
    let env = Env::new();
    let tree = env.work().join("tree");
    copy(&sample_tree(sample), &tree);
    git(&tree, &["init", "--quiet", "--initial-branch=master"]);
    for (key, value) in [("user.name", "Ada"), ("user.email", "ada@example.org")] {
        git(&tree, &["config", key, value]);
    }
    git(&tree, &["add", "--all"]);
    git(&tree, &["commit", "--quiet", "--message", "the beginning"]);
    env
}

pub(crate) fn git(tree: &Path, arguments: &[&str]) -> String {
    let output = Command::new("git")
        .arg("-C")
        .arg(tree)
        .args(arguments)
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("HOME", "/nonexistent")
        .output()
        .unwrap();
    let words = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "git {arguments:?}: {words}");
    String::from_utf8(output.stdout).unwrap()
}

/// Runs a generator with a model.
pub(crate) fn run(env: &Env, generator: &str, model: &str, more: &[&str]) -> Run {
    env.write("svcgen.yaml", model);
    let arguments = [generator, "--repo", "tree", "--yes", "--no-verify"];
    env.svcgen(&[&arguments[..], more].concat())
}

pub(crate) fn apply(env: &Env, generator: &str, model: &str, more: &[&str]) -> Run {
    let run = run(env, generator, model, more);
    assert_eq!(run.code, 0, "{}", run.show());
    run
}

/// What differs from the last commit, in the work tree.
pub(crate) fn changes(env: &Env) -> String {
    git(
        &env.work().join("tree"),
        &["status", "--porcelain", "--untracked-files=all"],
    )
}
