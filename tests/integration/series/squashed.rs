//! Patches that are merged by commits without a Change-Id, as pull requests are.

use super::chain::reviewed;
use super::drift::merge;
use super::second_clone::CHECK;
use super::{done, put_into, subjects};
use crate::support::Env;

const PROFILE: &str = "puppet/modules/profile/manifests/trendingedits.pp";

/// Goes to a branch for what is merged, at what the patches stand on.
fn begin(env: &Env) {
    let words = ["switch", "--quiet", "-c", "merging", "origin/master"];
    env.git("puppet", &words);
}

/// Has a commit without a Change-Id hold all that another has.
fn squash(env: &Env, commit: &str, message: &str) {
    env.git("puppet", &["checkout", "--quiet", commit, "--", "."]);
    let words = ["commit", "--quiet", "--message", message];
    env.git("puppet", &words);
}

fn comment(env: &Env) {
    env.replace(PROFILE, "class profile", "# Mind the cats\nclass profile");
}

/// Back on the branch of the patches, where the model changes an address.
fn go_on(env: &Env) {
    let words = ["switch", "--quiet", "svcgen/trending-edits"];
    env.git("puppet", &words);
    env.replace("svcgen.yaml", "10.20.1.30", "10.20.1.31");
}

fn ahead(env: &Env) -> String {
    env.git("puppet", &["log", "--format=%s", "origin/master..HEAD"])
}

#[test]
fn what_is_merged_as_one_commit_is_not_made_again() {
    let (env, gerrit, clone) = reviewed();
    done(&env, &["--commit"]);
    begin(&env);
    squash(&env, "svcgen/trending-edits", "Add trending-edits (#12)");
    comment(&env);
    let words = ["commit", "--quiet", "--all", "--amend", "--no-edit"];
    env.git("puppet", &words);
    merge(&gerrit, &clone);
    go_on(&env);
    let run = done(&env, &["--commit"]);
    assert!(!run.stderr.contains("warning: `origin"), "{}", run.show());
    assert_eq!(
        ahead(&env),
        "trendingedits: Update the load balancer and conftool\n",
        "{}",
        run.show()
    );
    assert!(env.read(PROFILE).contains("# Mind the cats\n"));
    assert_eq!(env.status("puppet"), "");
    let tip = env.git("puppet", &["rev-parse", "HEAD"]);
    done(&env, &["--commit"]);
    assert_eq!(env.git("puppet", &["rev-parse", "HEAD"]), tip);
}

#[test]
fn the_patches_that_are_not_merged_go_upon_those_that_are() {
    let (env, gerrit, clone) = reviewed();
    done(&env, &["--commit"]);
    begin(&env);
    squash(&env, "svcgen/trending-edits~3", "First (#12)");
    squash(&env, "svcgen/trending-edits~2", "Second (#13)");
    merge(&gerrit, &clone);
    go_on(&env);
    let run = done(&env, &["--commit"]);
    assert_eq!(
        ahead(&env),
        "trendingedits: Add to the load balancer and conftool\ntrendingedits: Add the admin group\n",
        "{}",
        run.show()
    );
    let check = env.svcgen(CHECK);
    assert_eq!(check.code, 0, "{}", check.show());
}

#[test]
fn what_is_on_the_branch_alone_stays_there_and_is_told_once() {
    let (env, gerrit, clone) = reviewed();
    done(&env, &["--commit"]);
    begin(&env);
    squash(&env, "svcgen/trending-edits", "Add trending-edits (#12)");
    merge(&gerrit, &clone);
    go_on(&env);
    comment(&env);
    put_into(&env, "HEAD~3");
    let run = done(&env, &["--commit"]);
    assert!(env.read(PROFILE).contains("# Mind the cats\n"));
    assert_eq!(subjects(&env).len(), 5, "{}", run.show());
    let told =
        "makes the next run begin from there, without what only `svcgen/trending-edits` has\n";
    assert_eq!(run.stderr.matches(told).count(), 1, "{}", run.show());
}
