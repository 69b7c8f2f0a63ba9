//! What others were given upstream while the patches are in review.

use super::chain::reviewed;
use super::{SINGLE, done, run};
use crate::support::Env;

/// Somebody else merges an edit.
fn upstream(env: &Env, path: &str, before: &str, after: &str) {
    let url = env.git("puppet", &["remote", "get-url", "origin"]);
    env.git(".", &["clone", "--quiet", url.trim(), "other"]);
    env.replace(&format!("other/{path}"), before, after);
    env.git(
        "other",
        &["commit", "--quiet", "--all", "--message", "theirs"],
    );
    env.git(
        "other",
        &["push", "--quiet", "origin", "HEAD:refs/heads/master"],
    );
}

fn rebase(env: &Env) -> String {
    let root = std::fs::canonicalize(env.work().join("puppet")).unwrap();
    format!(
        "git -C {} rebase origin/master svcgen/trending-edits",
        root.display()
    )
}

#[test]
fn a_port_that_upstream_gives_to_another_is_a_conflict_that_names_it() {
    for series in [true, false] {
        let (env, gerrit, _) = reviewed();
        let go = || match series {
            true => run(&env, &["--review"]),
            false => env.svcgen(SINGLE),
        };
        assert_eq!(go().code, 0);
        let count = gerrit.changes("ops/config").len();
        upstream(
            &env,
            "hieradata/common/service.yaml",
            "port: 6101",
            "port: 6699",
        );
        let refused = go();
        assert_eq!(refused.code, 11, "{}", refused.show());
        for told in [
            "error: port 6699 is taken: hieradata/common/service.yaml:",
            "gives it to the entry `glossary` of `service::catalog`\n",
            "cause: `origin/master` has that since, and `svcgen/trending-edits` is not based on it yet\n",
            &format!("hint: {}    brings that here", rebase(&env)),
        ] {
            assert!(refused.stderr.contains(told), "{told}\n{}", refused.show());
        }
        env.typed(&rebase(&env));
        let refused = go();
        assert_eq!(refused.code, 11, "{}", refused.show());
        let hint = "is free in this tree: write `port: ";
        assert!(refused.stderr.contains(hint), "{}", refused.show());
        assert_eq!(gerrit.changes("ops/config").len(), count);
    }
}

#[test]
fn a_gid_that_upstream_gives_to_another_group_is_a_warning_with_the_way() {
    let (env, _gerrit, _) = reviewed();
    done(&env, &["--review"]);
    let data = "modules/admin/data/data.yaml";
    let theirs = "groups:\n  armadillo-admin:\n    description: armadillos\n    gid: 706\n    members: []\n    privileges: []\n";
    upstream(&env, data, "groups:\n", theirs);
    let warned = done(&env, &["--review"]);
    let told = format!(
        "warning: the group `trending-edits-admin` has the gid 706, which `origin/master` gives to `armadillo-admin` now \
         ({data}:"
    );
    assert!(warned.stderr.contains(&told), "{}", warned.show());
    let way = format!("`{}` brings that here", rebase(&env));
    assert!(warned.stderr.contains(&way), "{}", warned.show());
    env.typed(&rebase(&env));
    let renumbered = done(&env, &["--review"]);
    let told = "gets the gid 707, as another one has 706, too";
    assert!(renumbered.stderr.contains(told), "{}", renumbered.show());
    let again = done(&env, &["--review"]);
    assert!(
        !again.stderr.contains("armadillo-admin"),
        "{}",
        again.show()
    );
}

#[test]
fn what_is_merged_of_the_patches_is_claimed_by_nobody_else() {
    let (env, gerrit, _) = reviewed();
    done(&env, &["--review"]);
    gerrit.merge("ops/config", 1);
    gerrit.merge("ops/config", 2);
    let run = done(&env, &["--review"]);
    assert!(!run.stderr.contains("is taken"), "{}", run.show());
    assert!(!run.stderr.contains("has the gid"), "{}", run.show());
}
