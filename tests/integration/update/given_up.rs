//! A later version was written elsewhere and given up; what people do meanwhile is theirs.

use super::colleagues::CHECK;
use super::{changed, commit_model, farm};
use crate::support::Env;

const PROFILE: &str = "puppet/modules/profile/manifests/trendingedits.pp";
const TARGETS: &str = "deploy/scap/targets";
const HOST: (&str, &str) = ("trending[1001-1003].north", "trending[1001-1004].north");
const PORT: (&str, &str) = ("port: 6699", "port: 6700");
const AGE: (&str, &str) = ("default: 86400", "default: 3600");
const WORDS: (&str, &str) = ("Computes the list of", "Lists the");

fn run(env: &Env, generator: &str, more: &[&str]) {
    let tree = if generator == "scap" {
        "deploy"
    } else {
        "puppet"
    };
    let words = [generator, "--repo", tree, "--no-verify", "--yes"];
    let run = env.svcgen(&[&words, more].concat());
    assert_eq!(run.code, 0, "{}", run.show());
}

fn commit(env: &Env, tree: &str) {
    env.git(tree, &["add", "--all"]);
    env.git(tree, &["commit", "--quiet", "--message", "by hand"]);
}

/// A model in a repository of its own, and trees on `merged` that have nothing of it.
fn begin() -> Env {
    let env = farm();
    env.git(".", &["init", "--quiet"]);
    set(&env, &[]);
    for tree in ["puppet", "deploy"] {
        env.git(tree, &["checkout", "--quiet", "-b", "merged"]);
    }
    env
}

fn set(env: &Env, changes: &[(&str, &str)]) {
    env.write("svcgen.yaml", &changed(changes));
    commit_model(env);
}

/// Brings what is on svcgen's branch into `merged` as one commit, after an edit, without its message.
fn squash(env: &Env, edit: impl Fn()) {
    env.git("puppet", &["checkout", "--quiet", "merged"]);
    env.git("puppet", &["merge", "--quiet", "--squash", BRANCH]);
    edit();
    commit(env, "puppet");
}

const BRANCH: &str = "svcgen/trending-edits";

#[test]
fn a_host_that_only_another_branch_has_from_svcgen_is_the_persons_who_wrote_it() {
    let env = begin();
    run(&env, "scap", &[]);
    commit(&env, "deploy");
    set(&env, &[HOST]);
    env.git("deploy", &["checkout", "--quiet", "-b", "feature"]);
    run(&env, "scap", &[]);
    commit(&env, "deploy");
    env.git("deploy", &["checkout", "--quiet", "merged"]);
    let theirs = format!(
        "{}trending1004.north.farm.example # urgent\n",
        env.read(TARGETS)
    );
    env.write(TARGETS, &theirs);
    commit(&env, "deploy");
    set(&env, &[]);
    run(&env, "scap", &[]);
    assert_eq!(env.read(TARGETS), theirs);
    let check = env.svcgen(CHECK);
    assert!(check.stdout.contains("was added there"), "{}", check.show());
}

#[test]
fn an_edit_beside_an_older_version_hides_no_change_of_the_model() {
    let env = begin();
    run(&env, "puppet", &[]);
    commit(&env, "puppet");
    set(&env, &[PORT]);
    env.git("puppet", &["checkout", "--quiet", "-b", "feature"]);
    run(&env, "puppet", &[]);
    commit(&env, "puppet");
    let expected = env.read(PROFILE);
    env.git("puppet", &["checkout", "--quiet", "merged"]);
    let edit = |text: &str| text.replacen("# ===", "# Hands off.\n# ===", 1);
    env.write(PROFILE, &edit(&env.read(PROFILE)));
    commit(&env, "puppet");
    run(&env, "puppet", &[]);
    assert_eq!(env.read(PROFILE), edit(&expected));
}

#[test]
fn a_topic_that_is_reset_to_what_was_merged_follows_the_model() {
    let env = begin();
    run(&env, "puppet", &["--commit"]);
    squash(&env, || {
        env.replace(
            PROFILE,
            "# === Parameters",
            "# Hands off.\n#\n# === Parameters",
        )
    });
    env.git("puppet", &["checkout", "--quiet", BRANCH]);
    set(&env, &[PORT]);
    run(&env, "puppet", &["--commit"]);
    env.git("puppet", &["reset", "--quiet", "--hard", "merged"]);
    run(&env, "puppet", &["--commit"]);
    let text = env.read(PROFILE);
    assert!(
        text.contains("=> 6700,") && text.contains("# Hands off."),
        "{text}"
    );
}

#[test]
fn what_a_reviewer_takes_back_in_a_squash_stays_away() {
    taken_back(|_| ());
}

#[test]
fn what_a_reviewer_takes_back_in_a_squash_stays_away_in_a_clone_that_remembers_nothing() {
    taken_back(|env| std::fs::remove_dir_all(env.work().join("puppet/.git/svcgen")).unwrap());
}

fn taken_back(meanwhile: impl Fn(&Env)) {
    let env = begin();
    run(&env, "puppet", &["--commit"]);
    squash(&env, || {});
    env.git("puppet", &["branch", "--quiet", "-D", BRANCH]);
    set(&env, &[AGE, WORDS]);
    run(&env, "puppet", &["--commit"]);
    squash(&env, || env.replace(PROFILE, "3600", "86400"));
    env.git("puppet", &["branch", "--quiet", "-D", BRANCH]);
    let expected = env.read(PROFILE).replace("6699", "6700");
    set(&env, &[AGE, WORDS, PORT]);
    meanwhile(&env);
    run(&env, "puppet", &[]);
    assert_eq!(env.read(PROFILE), expected);
}

#[test]
fn what_a_reviewer_changes_otherwise_in_a_squash_stays() {
    let env = begin();
    run(&env, "puppet", &["--commit"]);
    squash(&env, || {});
    env.git("puppet", &["branch", "--quiet", "-D", BRANCH]);
    set(&env, &[PORT]);
    run(&env, "puppet", &["--commit"]);
    squash(&env, || env.replace(PROFILE, "6700", "6777"));
    env.git("puppet", &["branch", "--quiet", "-D", BRANCH]);
    let merged = env.read(PROFILE);
    run(&env, "puppet", &[]);
    assert_eq!(env.read(PROFILE), merged);
}

#[test]
fn a_value_that_the_model_takes_back_is_nobodys_in_a_clone_that_remembers_nothing() {
    let env = begin();
    run(&env, "scap", &[]);
    commit(&env, "deploy");
    set(&env, &[PORT, HOST]);
    run(&env, "scap", &[]);
    commit(&env, "deploy");
    set(&env, &[]);
    set(&env, &[WORDS]);
    std::fs::remove_dir_all(env.work().join("deploy/.git/svcgen")).unwrap();
    run(&env, "scap", &[]);
    assert!(env.read("deploy/scap/scap.cfg").contains("6699"));
    assert!(!env.read(TARGETS).contains("trending1004"));
}

#[test]
fn a_file_that_is_another_one_on_the_branch_of_the_change_is_looked_at_there() {
    let env = begin();
    run(&env, "puppet", &["--commit"]);
    env.git("puppet", &["checkout", "--quiet", "merged"]);
    env.git("puppet", &["merge", "--quiet", BRANCH]);
    env.git("puppet", &["branch", "--quiet", "-d", BRANCH]);
    env.replace(PROFILE, "# === Parameters", "# Mine.\n#\n# === Parameters");
    commit(&env, "puppet");
    set(&env, &[PORT]);
    run(&env, "puppet", &["--commit"]);
    env.replace(PROFILE, "# Mine.", "# Theirs.\n# Mine.");
    env.git(
        "puppet",
        &["commit", "--quiet", "--all", "--amend", "--no-edit"],
    );
    env.git("puppet", &["checkout", "--quiet", "merged"]);
    let check = env.svcgen(CHECK);
    let told = "switch svcgen/trending-edits && svcgen check --vagrant-repo vagrant";
    assert!(check.stdout.contains(told), "{}", check.show());
    assert!(!check.stdout.contains("rm "), "{}", check.show());
}
