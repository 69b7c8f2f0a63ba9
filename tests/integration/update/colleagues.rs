//! Two people with clones of the same repositories, each with a memory of what svcgen wrote there.

use super::{changed, commit, commit_model, farm, files, forget_trees, model, twin};
use crate::support::samples::{GENERATE, TREES};

pub(super) const CHECK: &[&str] = &[
    "check",
    "--vagrant-repo",
    "vagrant",
    "--puppet-repo",
    "puppet",
    "--deploy-repo",
    "deploy",
    "--source-repo",
    "source",
];

/// What a colleague brings in: a host, a parameter, a check, a place other than production.
const BROUGHT: &[(&str, &str)] = &[
    ("trending[1001-1003].north", "trending[1001-1004].north"),
    (
        "    - name: tuned\n",
        "    - {name: brought, type: Integer, value: {production: 1, vagrant: 2}}\n    - name: tuned\n",
    ),
    (
        "runtime: {",
        "environments: {beta: {domain: beta.example, groups: [{name: default, hosts: [b1.beta.example]}]}}\nruntime: {",
    ),
];

#[test]
fn what_a_colleague_brought_and_the_model_drops_goes() {
    let env = farm();
    env.git(".", &["init", "--quiet"]);
    env.write("svcgen.yaml", &model());
    commit_model(&env);
    let generate = || {
        let run = env.svcgen(GENERATE);
        assert_eq!(run.code, 0, "{}", run.show());
    };
    generate();
    commit(&env);
    let before = files(&env);
    // The colleague's clones, whose commits come into those of here.
    let theirs = twin(&env);
    theirs.write("svcgen.yaml", &changed(BROUGHT));
    let run = theirs.svcgen(GENERATE);
    assert_eq!(run.code, 0, "{}", run.show());
    commit(&theirs);
    for (tree, _) in TREES {
        let from = theirs.work().join(tree);
        env.git(tree, &["pull", "--quiet", from.to_str().unwrap()]);
    }
    env.write("svcgen.yaml", &changed(BROUGHT));
    commit_model(&env);
    assert!(env.read("deploy/scap/targets").contains("trending1004"));
    env.write("svcgen.yaml", &model());
    let check = env.svcgen(CHECK);
    assert_eq!(check.code, 3, "{}", check.show());
    assert!(
        !check.stdout.contains("the tree was changed"),
        "{}",
        check.show()
    );
    generate();
    assert_eq!(files(&env), before);
    let check = env.svcgen(CHECK);
    assert_eq!(check.code, 0, "{}", check.show());
}

#[test]
fn what_a_colleague_brought_and_goes_on_with_stays() {
    let env = farm();
    env.git(".", &["init", "--quiet"]);
    env.write("svcgen.yaml", &changed(BROUGHT));
    commit_model(&env);
    env.write("svcgen.yaml", &model());
    commit_model(&env);
    let run = env.svcgen(GENERATE);
    assert_eq!(run.code, 0, "{}", run.show());
    commit(&env);
    // By hand, just as a version wanted it that was there before this clone generated.
    let targets = env.read("deploy/scap/targets");
    env.write(
        "deploy/scap/targets",
        &format!("{targets}trending1004.north.farm.example\n"),
    );
    commit(&env);
    let run = env.svcgen(GENERATE);
    assert_eq!(run.code, 0, "{}", run.show());
    assert!(env.read("deploy/scap/targets").contains("trending1004"));
    let check = env.svcgen(CHECK);
    assert_eq!(check.code, 3, "{}", check.show());
    let told = "`trending1004.north.farm.example` was added there, and is not in the model";
    assert!(check.stdout.contains(told), "{}", check.show());
}

const TARGETS: &str = "deploy/scap/targets";
const HOST: &str = "trending1004.north.farm.example";

fn put_host(env: &crate::support::Env) {
    let targets = env.read(TARGETS);
    assert!(!targets.contains(HOST));
    env.write(TARGETS, &format!("{targets}{HOST}\n"));
}

/// Clones that remember nothing, of a model that had the host and dropped it; whether it was generated in between.
fn dropped(was_generated: bool) -> crate::support::Env {
    let env = farm();
    env.git(".", &["init", "--quiet"]);
    for (text, is_generated) in [
        (model(), true),
        (changed(BROUGHT), was_generated),
        (model(), true),
    ] {
        env.write("svcgen.yaml", &text);
        commit_model(&env);
        if is_generated {
            let run = env.svcgen(GENERATE);
            assert_eq!(run.code, 0, "{}", run.show());
            commit(&env);
        }
    }
    env
}

#[test]
fn a_host_that_somebody_put_back_stays_in_a_clone_that_remembers_nothing() {
    let env = dropped(true);
    put_host(&env);
    commit(&env);
    forget_trees(&env);
    env.replace("svcgen.yaml", "6699", "6698");
    let run = env.svcgen(GENERATE);
    assert_eq!(run.code, 0, "{}", run.show());
    assert!(env.read("deploy/scap/scap.cfg").contains("6698"));
    assert!(env.read(TARGETS).contains(HOST));
    let check = env.svcgen(CHECK);
    assert!(check.stdout.contains("was added there"), "{}", check.show());
}

#[test]
fn what_is_not_committed_is_never_taken_for_what_svcgen_wrote() {
    let env = dropped(false);
    forget_trees(&env);
    put_host(&env);
    let before = env.read(TARGETS);
    for words in [CHECK, GENERATE] {
        env.svcgen(words);
        assert_eq!(env.read(TARGETS), before);
    }
}
