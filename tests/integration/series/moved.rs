//! Files of other people's that are moved while the patches are in review.

use super::chain::reviewed;
use super::{done, run};

#[test]
fn a_catalogue_that_was_moved_with_the_entry_is_refused_and_nothing_of_the_patch_goes() {
    let (env, gerrit, _) = reviewed();
    done(&env, &["--review"]);
    let (home, moved) = (
        "hieradata/common/service.yaml",
        "hieradata/common/catalog.yaml",
    );
    let url = env.git("puppet", &["remote", "get-url", "origin"]);
    env.git(".", &["clone", "--quiet", url.trim(), "other"]);
    env.git("other", &["mv", home, moved]);
    env.git("other", &["commit", "--quiet", "--message", "move it"]);
    env.git(
        "other",
        &["push", "--quiet", "origin", "HEAD:refs/heads/master"],
    );
    env.git("puppet", &["fetch", "--quiet"]);
    env.git("puppet", &["rebase", "--quiet", "origin/master"]);
    assert!(
        env.read(&format!("puppet/{moved}"))
            .contains("  trending-edits:\n")
    );
    // Where the service leaves the load balancer, half of it would stay, too.
    for is_wanted in [true, false] {
        if !is_wanted {
            let model = env.read("svcgen.yaml");
            let (model, _) = model.split_once("  load_balancer:").unwrap();
            env.write("svcgen.yaml", model);
        }
        let refused = run(&env, &["--review"]);
        assert_eq!(refused.code, 11, "{}", refused.show());
        let told = format!("has the entry `trending-edits` that svcgen wrote into `{home}`\n");
        assert!(
            refused.stderr.contains(&format!("error: {moved}:")),
            "{}",
            refused.show()
        );
        assert!(refused.stderr.contains(&told), "{}", refused.show());
        let check = env.svcgen(&["check", "--puppet-repo", "puppet"]);
        assert!(check.show().contains(&told), "{}", check.show());
    }
    done(&env, &["--review", "--steps", "service,cluster,admins"]);
    let left = env.git("puppet", &["diff", "--name-only", "origin/master"]);
    assert!(
        left.contains(moved) && left.contains("conftool-data/"),
        "{left}"
    );
    assert_eq!(gerrit.changes("ops/config").len(), 4);
}
