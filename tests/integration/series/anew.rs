//! Patches whose commits are made anew upon others.

use super::chain::reviewed;
use super::drift::merge;
use super::{done, env, subjects};

const DATA: &str = "puppet/modules/admin/data/data.yaml";

#[test]
fn what_the_load_balancer_wrote_first_was_taken_out_by_nobody() {
    for options in [&["--commit"][..], &[]] {
        let env = env();
        done(&env, &[options, &["--steps", "load-balancer"]].concat());
        let all = done(&env, &["--commit"]);
        assert_eq!(subjects(&env).len(), 4, "{}", all.show());
        assert!(!all.stderr.contains("taken out"), "{}", all.show());
    }
}

#[test]
fn a_patch_that_is_made_anew_says_how_much_of_it_is_as_before() {
    let (env, gerrit, clone) = reviewed();
    done(&env, &["--commit"]);
    // The service is merged upon a group of somebody's, beside which that of the service goes.
    let words = ["switch", "--quiet", "-c", "merging", "origin/master"];
    env.git("puppet", &words);
    let other = "  other-admin:\n    description: Group of other admins\n    gid: 710\n    members: [bea]\n";
    let place = "  #   gid: 705\n";
    env.replace(DATA, place, &format!("{place}{other}"));
    let words = ["commit", "--quiet", "--all", "--message", "theirs"];
    env.git("puppet", &words);
    env.git("puppet", &["cherry-pick", "svcgen/trending-edits~3"]);
    merge(&gerrit, &clone);
    let words = ["switch", "--quiet", "svcgen/trending-edits"];
    env.git("puppet", &words);
    env.replace(
        "svcgen.yaml",
        "{approval: [",
        "{members: [bea], approval: [",
    );
    let run = done(&env, &["--commit"]);
    let told = "admins: its commit is written anew, as others changed the lines around it: 10 lines as they were, 1 new, 1 gone\n";
    assert!(run.stderr.contains(told), "{}", run.show());
    assert!(
        !run.stderr.contains("cluster: its commit is written anew"),
        "{}",
        run.show()
    );
}
