//! What people put beside svcgen's entries, and what they took out.

use super::{check, edit, generated};
use crate::support::Env;

const CHECKS: &str = "deploy/scap/checks.yaml";
const TARGETS: &str = "deploy/scap/targets";
const HIERADATA: &str = "vagrant/puppet/hieradata/common.yaml";
const CONFIG: &str = "
config: {parameters: [{name: mode, default: fast}, {name: queue, value: {vagrant: one}}]}
";

/// Both checkouts, of a model with parameters and a check.
fn with_more() -> Env {
    let env = generated();
    let model = env.read("svcgen.yaml").replace(
        "deploy: {groups",
        "deploy: {checks: [{name: one, after: promote, command: /bin/true}], groups",
    );
    env.write("svcgen.yaml", &format!("{model}{CONFIG}"));
    generate(&env, &[]);
    env
}

fn generate(env: &Env, more: &[&str]) -> String {
    let words = ["generate", "--commit", "--yes", "--no-verify"];
    let run = env.svcgen(&[&words[..], super::CHECKOUTS, more].concat());
    assert_eq!(run.code, 0, "{}", run.show());
    run.stderr
}

fn amend(env: &Env, tree: &str) {
    let words = ["commit", "--quiet", "--all", "--amend", "--no-edit"];
    env.git(tree, &words);
}

#[test]
fn hosts_checks_and_values_that_somebody_put_there_are_told() {
    let env = with_more();
    let targets = env.read(TARGETS);
    env.write(
        TARGETS,
        &format!("{targets}# spare\ntea9.farm.example # mine\n"),
    );
    let checks = env.read(CHECKS);
    env.write(
        CHECKS,
        &format!("{checks}  two:\n    after: promote\n    command: /bin/false\n"),
    );
    edit(
        &env,
        HIERADATA,
        "teatime::queue: one\n",
        "teatime::queue: one\nteatime::mode: exact\nothers::key: 1\n",
    );
    for tree in ["deploy", "vagrant"] {
        amend(&env, tree);
    }
    let found = check(&env, &[]);
    assert_eq!(found.code, 3, "{}", found.show());
    let put = |what: &str| format!("`{what}` was added there, and is not in the model");
    for what in ["tea9.farm.example", "two", "teatime::mode"] {
        assert!(found.stdout.contains(&put(what)), "{}", found.show());
    }
    assert_eq!(
        found.stdout.matches("was added there").count(),
        3,
        "{}",
        found.show()
    );
    // They stay: nobody but who put them there knows whether they are to go.
    generate(&env, &[]);
    assert!(env.read(TARGETS).contains("tea9"));
    assert!(env.read(CHECKS).contains("two:"));
    // What svcgen wrote itself, and the model wants no more, is none of them.
    edit(&env, "svcgen.yaml", "hosts: [tea1", "hosts: [tea2");
    let found = check(&env, &[]);
    assert!(
        !found.stdout.contains(&put("tea1.farm.example")),
        "{}",
        found.show()
    );
}

#[test]
fn what_stands_where_the_model_has_nothing_is_told() {
    let env = generated();
    env.write(
        CHECKS,
        "checks:\n  mine: {type: command, after: promote, command: /bin/true}\n",
    );
    edit(
        &env,
        HIERADATA,
        "teatime::port",
        "profile::teatime::foo: 1\nteatime::port",
    );
    env.git("deploy", &["add", "--all"]);
    for tree in ["deploy", "vagrant"] {
        amend(&env, tree);
    }
    let found = check(&env, &[]);
    for what in ["mine", "profile::teatime::foo"] {
        let told = format!("`{what}` was added there, and is not in the model");
        assert_eq!(found.stdout.matches(&told).count(), 1, "{}", found.show());
    }
}

#[test]
fn a_host_that_somebody_wrote_twice_is_not_svcgens() {
    let env = generated();
    let targets = env.read(TARGETS);
    env.write(TARGETS, &format!("{targets}tea1.farm.example\n"));
    let found = check(&env, &[]);
    assert!(
        !found.stdout.contains("svcgen scap --repo deploy --commit"),
        "{}",
        found.show()
    );
}

#[test]
fn each_value_that_both_changed_is_told() {
    let env = with_more();
    edit(
        &env,
        HIERADATA,
        "teatime::port: 6002",
        "teatime::port: 7777",
    );
    edit(
        &env,
        HIERADATA,
        "teatime::queue: one",
        "teatime::queue: mine",
    );
    amend(&env, "vagrant");
    edit(&env, "svcgen.yaml", "6002", "6003");
    edit(&env, "svcgen.yaml", "vagrant: one", "vagrant: two");
    let found = check(&env, &[]);
    for told in [
        "`teatime::port` is `7777` already",
        "`teatime::queue` is `\"mine\"` already",
    ] {
        assert!(found.stdout.contains(told), "{}", found.show());
    }
}

#[test]
fn the_only_host_of_a_list_that_was_taken_out_is_told() {
    for made_of_it in ["", "tea9.farm.example\n"] {
        let env = generated();
        env.write(TARGETS, made_of_it);
        amend(&env, "deploy");
        edit(&env, "svcgen.yaml", "6002", "6003");
        let said = generate(&env, &[]);
        let told = "`tea1.farm.example` was removed, and is written again";
        assert!(said.contains(told), "{said}");
    }
}

#[test]
fn a_change_that_was_merged_by_other_commits_is_told() {
    let env = generated();
    let base = "master";
    env.git("deploy", &["switch", "--quiet", base]);
    env.git(
        "deploy",
        &["merge", "--quiet", "--squash", "svcgen/tea-time"],
    );
    edit(
        &env,
        "deploy/scap/scap.cfg",
        "[global]\n",
        "[global]\n# A note.\n",
    );
    env.git(
        "deploy",
        &["commit", "--quiet", "--all", "--message", "Reviewed"],
    );
    edit(&env, "svcgen.yaml", "6002", "6003");
    let said = generate(&env, &[]);
    let told = "has `scap/scap.cfg` already, by commits that `svcgen/tea-time` has not";
    assert!(said.replace('\n', " ").contains(told), "{said}");
    assert_eq!(said.matches("has not").count(), 1, "{said}");
    env.git("deploy", &["branch", "svcgen/tea-time-old"]);
    let said = generate(&env, &[]);
    let aside = "branch -m svcgen/tea-time svcgen/tea-time-old-2` makes";
    assert!(said.replace('\n', " ").contains(aside), "{said}");
    env.git("deploy", &["switch", "--quiet", base]);
    let branch = ["branch", "--quiet", "-D", "svcgen/tea-time"];
    env.git("deploy", &branch);
    let said = generate(&env, &[]);
    assert!(!said.contains("by commits that"), "{said}");
    assert!(env.read("deploy/scap/scap.cfg").contains("# A note."));
}

#[test]
fn a_project_for_reviews_that_somebody_named_is_told() {
    let env = generated();
    let deploy = env.work().join("deploy");
    let text = env.read("deploy/.gitreview");
    env.write("deploy/.gitreview", &format!("{text}; ours\n"));
    env.git_in(
        &deploy,
        &["commit", "--quiet", "--all", "--message", "ours"],
    );
    let words = "name: tea-time\nrepositories: {deploy: tea/cup/deploy}\n";
    edit(&env, "svcgen.yaml", "name: tea-time\n", words);
    let run = check(&env, &[]);
    assert_eq!(run.code, 3, "{}", run.show());
    let told: Vec<&str> = run
        .stdout
        .lines()
        .skip_while(|line| !line.contains(".gitreview"))
        .take(4)
        .collect();
    insta::assert_snapshot!(told.join("\n"), @r#"
    .gitreview:4
      the model or the tree was changed: names the project `wiki/services/tea-time/deploy.git`, not `tea/cup/deploy`
      $ ${EDITOR:-vi} +4 HOME/work/deploy/.gitreview
      change it by hand, or name that in the model
    "#);
}

#[test]
fn a_value_that_somebody_put_there_is_told_by_the_run() {
    let env = with_more();
    edit(
        &env,
        HIERADATA,
        "teatime::queue: one\n",
        "teatime::max_nodes: 900\nteatime::queue: one\n",
    );
    amend(&env, "vagrant");
    let told = generate(&env, &[]);
    let line = "`teatime::max_nodes` was added there, and is not in the model";
    assert!(told.contains(line), "{told}");
}
