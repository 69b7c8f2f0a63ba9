//! The model changes after it was generated from, in trees that people edited meanwhile.

mod colleagues;
mod given_up;
mod moved;
mod squashed;
mod tables;

use std::collections::{BTreeMap, BTreeSet};

use self::tables::{CHANGES, EDITS};
use crate::support::samples::{GENERATE, MODEL, TREES};
use crate::support::{Env, copy};

/// The model of the samples, with a parameter that people tune, and checks.
fn model() -> String {
    let tuned = "    - name: tuned
      value: {production: five, vagrant: six}
      description: What someone tunes by hand.
build: {";
    let checks = "build: {dependencies: {debian: [librdkafka-dev]}}
runtime: {healthcheck: {spec: true}}";
    MODEL
        .replace("build:\n  dependencies: {debian: [librdkafka-dev]}", checks)
        .replace("build: {", tuned)
        .replace('"', "'")
}

fn changed(changes: &[(&str, &str)]) -> String {
    changes.iter().fold(model(), |model, (from, to)| {
        assert!(model.contains(from), "{from}");
        model.replacen(from, to, 1)
    })
}

/// The four repositories, with nothing generated.
fn farm() -> Env {
    let env = Env::with_model();
    for (tree, _) in TREES {
        env.repository(tree);
    }
    env
}

/// Edits by hand, of those files that are there; returns what was edited.
fn edit(env: &Env) -> Vec<&'static str> {
    let mut edited = Vec::new();
    for (path, from, to) in EDITS {
        if env.has(path) && env.read(path).contains(from) {
            env.replace(path, from, to);
            edited.push(*to);
        }
    }
    edited
}

fn commit(env: &Env) {
    for (tree, _) in TREES {
        env.git(tree, &["add", "--all"]);
        env.git(
            tree,
            &["commit", "--quiet", "--allow-empty", "--message", "by hand"],
        );
    }
}

/// All files of the four work trees.
fn files(env: &Env) -> BTreeMap<String, String> {
    let list = TREES.iter().flat_map(|(tree, _)| {
        let all = ["ls-files", "--cached", "--others", "--deduplicate"];
        let names = env.git(tree, &all);
        let paths: Vec<String> = names.lines().map(|name| format!("{tree}/{name}")).collect();
        paths
    });
    list.filter(|path| env.has(path))
        .map(|path| (path.clone(), env.read(&path)))
        .collect()
}

/// A copy of the four repositories, with all that git and svcgen know of them.
fn twin(of: &Env) -> Env {
    let env = Env::with_model();
    for (tree, _) in TREES {
        copy(&of.work().join(tree), &env.work().join(tree));
    }
    env
}

/// Commits the model, in the repository that it has.
fn commit_model(env: &Env) {
    env.git(".", &["add", "svcgen.yaml"]);
    env.git(".", &["commit", "--quiet", "--message", "the model"]);
}

/// Has the four clones forget what svcgen wrote, where the repository of the model has the one that was generated from.
fn forget(env: &Env) {
    env.write("svcgen.yaml", &model());
    env.git(".", &["init", "--quiet"]);
    commit_model(env);
    forget_trees(env);
}

/// Takes away what the four clones remember.
fn forget_trees(env: &Env) {
    for (tree, _) in TREES {
        let memory = env.work().join(tree).join(".git/svcgen");
        std::fs::remove_dir_all(memory).unwrap();
    }
}

/// The changes of one test: every so many-th of the table, so that no test takes long.
fn meet(part: usize, forgets: bool) {
    let (empty, first) = (farm(), farm());
    first.write("svcgen.yaml", &model());
    let run = first.svcgen(GENERATE);
    assert_eq!(run.code, 0, "{}", run.show());
    assert_eq!(edit(&first).len(), EDITS.len());
    commit(&first);
    let mut wrong = Vec::new();
    for (name, changes) in CHANGES.iter().skip(part).step_by(PARTS) {
        let (env, fresh) = (twin(&first), twin(&empty));
        if forgets {
            forget(&env);
        }
        for env in [&env, &fresh] {
            env.write("svcgen.yaml", &changed(changes));
        }
        let said = env.svcgen(GENERATE);
        let kept = EDITS
            .iter()
            .filter(|(path, _, made)| env.read(path).contains(made));
        let kept = kept.count();
        let again = env.svcgen(GENERATE);
        let is_done = again.stderr.matches("nothing to do").count() == TREES.len();
        fresh.svcgen(GENERATE);
        edit(&fresh);
        let differences = differences(&files(&env), &files(&fresh));
        let codes = (said.code, again.code);
        // That edits are taken for edits is told, where nothing says that they are.
        let is_told = said
            .stderr
            .contains("no committed version of the model generates");
        if is_told != forgets
            || codes != (0, 0)
            || !is_done
            || kept != EDITS.len()
            || !differences.is_empty()
        {
            let show = format!("{}{}", said.show(), again.show());
            wrong.push(format!(
                "### {name}: {kept} edits kept\n{show}{differences}"
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

const PARTS: usize = 4;

/// Where files are not what they should be.
fn differences(found: &BTreeMap<String, String>, expected: &BTreeMap<String, String>) -> String {
    let paths: BTreeSet<&String> = found.keys().chain(expected.keys()).collect();
    let text =
        |files: &BTreeMap<String, String>, path: &str| files.get(path).cloned().unwrap_or_default();
    let differences = paths.into_iter().filter_map(|path| {
        let (found, expected) = (text(found, path), text(expected, path));
        let diff = similar::TextDiff::from_lines(&expected, &found);
        (found != expected).then(|| format!("{path}\n{}", diff.unified_diff()))
    });
    differences.collect()
}

#[test]
fn a_model_that_changes_meets_trees_that_were_edited_1() {
    meet(0, false);
}

#[test]
fn a_model_that_changes_meets_trees_that_were_edited_2() {
    meet(1, false);
}

#[test]
fn a_model_that_changes_meets_trees_that_were_edited_3() {
    meet(2, false);
}

#[test]
fn a_model_that_changes_meets_trees_that_were_edited_4() {
    meet(3, false);
}

#[test]
fn clones_that_forgot_follow_the_versions_of_the_model_1() {
    meet(0, true);
}

#[test]
fn clones_that_forgot_follow_the_versions_of_the_model_2() {
    meet(1, true);
}

#[test]
fn clones_that_forgot_follow_the_versions_of_the_model_3() {
    meet(2, true);
}

#[test]
fn clones_that_forgot_follow_the_versions_of_the_model_4() {
    meet(3, true);
}
