//! A clone that has the branch of the patches alone, or not all that it stands on.

use super::{change_ids, done, env, run};
use crate::support::Env;

/// The patches in such a clone, whose model is another one since.
fn cloned(more: &[&str]) -> Env {
    let env = env();
    done(&env, &["--commit"]);
    env.git(".", &["init", "--quiet"]);
    env.git(".", &["add", "svcgen.yaml"]);
    env.git(".", &["commit", "--quiet", "--message", "the model"]);
    std::fs::rename(env.work().join("puppet"), env.work().join("server")).unwrap();
    let url = format!("file://{}", env.work().join("server").display());
    let words = ["clone", "--quiet", "--branch", "svcgen/trending-edits"];
    env.git(".", &[&words[..], more, &[&url, "puppet"]].concat());
    env.replace("svcgen.yaml", "6699", "6698");
    env
}

#[test]
fn patches_are_updated_in_a_clone_of_their_branch_alone() {
    let env = cloned(&["--single-branch"]);
    let ids = change_ids(&env, "-4");
    done(&env, &["--commit"]);
    assert_eq!(change_ids(&env, "-4"), ids);
    let count = env.git("puppet", &["rev-list", "--count", "HEAD"]);
    assert_eq!(count.trim(), "5");
    let check = env.svcgen(&["check", "--puppet-repo", "puppet"]);
    assert_eq!(check.code, 0, "{}", check.show());
}

#[test]
fn a_clone_that_lacks_what_the_patches_stand_on_is_told_and_left() {
    for depth in ["1", "2", "4"] {
        let env = cloned(&["--depth", depth]);
        let tip = env.git("puppet", &["rev-parse", "HEAD"]);
        let refused = run(&env, &["--commit"]);
        assert_eq!(refused.code, 11, "{}", refused.show());
        assert!(
            refused
                .stderr
                .contains("hint: git -C HOME/work/puppet fetch --unshallow\n"),
            "{}",
            refused.show()
        );
        assert_eq!(env.git("puppet", &["rev-parse", "HEAD"]), tip);
        env.git("puppet", &["fetch", "--quiet", "--unshallow"]);
        done(&env, &["--commit"]);
    }
}
