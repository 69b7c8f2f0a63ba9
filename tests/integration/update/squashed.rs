//! A change is merged without its message while a later version of it is put together, and that one is given up.

use super::colleagues::CHECK;
use super::tables::{CHANGES, EDITS};
use super::{
    changed, commit, commit_model, differences, edit, farm, files, forget_trees, model, twin,
};
use crate::support::samples::{GENERATE, TREES};
use crate::support::{Env, copy};

fn generate(env: &Env, commits: bool) {
    let more: &[&str] = if commits { &["--commit"] } else { &[] };
    let run = env.svcgen(&[GENERATE, more].concat());
    assert_eq!(run.code, 0, "{}", run.show());
}

/// Merges what is on the branches that svcgen made, as one commit with a message of its own and with edits of the reviewer's.
fn squash(env: &Env) -> Vec<String> {
    let branch = |(tree, _): &(&str, &str)| {
        let branch = env.git(tree, &["branch", "--show-current"]);
        env.git(tree, &["checkout", "--quiet", BEFORE]);
        env.git(tree, &["merge", "--quiet", "--squash", branch.trim()]);
        branch.trim().to_owned()
    };
    let branches: Vec<String> = TREES.iter().map(branch).collect();
    assert_eq!(edit(env).len(), EDITS.len());
    commit(env);
    for ((tree, _), branch) in TREES.iter().zip(&branches) {
        env.git(tree, &["checkout", "--quiet", branch]);
    }
    branches
}

fn give_up(env: &Env, branches: &[String]) {
    for ((tree, _), branch) in TREES.iter().zip(branches) {
        env.git(tree, &["checkout", "--quiet", BEFORE]);
        env.git(tree, &["branch", "--quiet", "-D", branch]);
    }
}

/// The branch that the change is merged into.
const BEFORE: &str = "merged";

/// Repositories with a change that is not merged.
fn begun() -> Env {
    let env = farm();
    env.write("svcgen.yaml", &model());
    for (tree, _) in TREES {
        env.git(tree, &["checkout", "--quiet", "-b", BEFORE]);
    }
    generate(&env, true);
    env
}

fn meet(part: usize) {
    let first = begun();
    let branches = squash(&first);
    let mut wrong = Vec::new();
    for (name, changes) in CHANGES.iter().skip(part).step_by(PARTS) {
        let (env, other) = (twin(&first), twin(&first));
        env.write("svcgen.yaml", &changed(changes));
        generate(&env, true);
        give_up(&env, &branches);
        give_up(&other, &branches);
        for env in [&env, &other] {
            env.write("svcgen.yaml", &changed(changes));
            generate(env, false);
        }
        let differences = differences(&files(&env), &files(&other));
        if !differences.is_empty() {
            wrong.push(format!("### {name}\n{differences}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// How many tests would try all changes; two of these are.
const PARTS: usize = 4;

#[test]
fn a_tree_of_an_older_version_than_what_is_remembered_follows_the_model_1() {
    meet(0);
}

#[test]
fn a_tree_of_an_older_version_than_what_is_remembered_follows_the_model_2() {
    meet(1);
}

#[test]
fn what_was_merged_and_is_reverted_stays_away() {
    let first = begun();
    let branches = squash(&first);
    give_up(&first, &branches);
    for (name, changes) in CHANGES.iter().skip(2).step_by(10).take(2) {
        let env = twin(&first);
        env.write("svcgen.yaml", &changed(changes));
        generate(&env, false);
        commit(&env);
        for (tree, _) in TREES {
            env.git(tree, &["read-tree", "-u", "--reset", "HEAD~1"]);
        }
        for (path, _, _) in EDITS.iter().filter(|(path, _, _)| !path.ends_with(".json")) {
            env.write(path, &format!("{}# Reverted.\n", env.read(path)));
        }
        commit(&env);
        let before = files(&env);
        generate(&env, false);
        let differences = differences(&files(&env), &before);
        assert!(differences.is_empty(), "### {name}\n{differences}");
    }
}

/// A clone that found out at the newest commit what svcgen wrote goes back to an older one.
#[test]
fn what_was_recalled_at_a_later_commit_is_not_what_an_older_one_has() {
    let first = farm();
    first.write("svcgen.yaml", &model());
    generate(&first, false);
    assert_eq!(edit(&first).len(), EDITS.len());
    commit(&first);
    first.git(".", &["init", "--quiet"]);
    commit_model(&first);
    let mut wrong = Vec::new();
    for (name, changes) in CHANGES.iter().skip(3).step_by(4) {
        let env = twin(&first);
        copy(&first.work().join(".git"), &env.work().join(".git"));
        env.write("svcgen.yaml", &changed(changes));
        commit_model(&env);
        generate(&env, false);
        commit(&env);
        let expected = files(&env);
        forget_trees(&env);
        env.svcgen(CHECK);
        for (tree, _) in TREES {
            env.git(tree, &["checkout", "--quiet", "-b", "older", "HEAD~1"]);
        }
        generate(&env, false);
        let differences = differences(&files(&env), &expected);
        if !differences.is_empty() {
            wrong.push(format!("### {name}\n{differences}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
