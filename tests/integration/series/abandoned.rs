//! A change of the series that was abandoned.

use super::chain::reviewed;
use super::{SERIES, done, run};

#[test]
fn the_commit_of_an_abandoned_change_goes_out_of_the_chain_and_begins_anew() {
    let (env, gerrit, _) = reviewed();
    done(&env, &["--review"]);
    gerrit.abandon("ops/config", 3);
    env.replace("svcgen.yaml", "port: 6699", "port: 6700");
    let refused = run(&env, &["--review"]);
    assert_eq!(refused.code, 11, "{}", refused.show());
    let mut hints = refused
        .stderr
        .lines()
        .filter_map(|it| it.strip_prefix("hint: "));
    let hint = hints.find_map(|hint| hint.split_once("    leaves `admins` out"));
    let (hint, _) = hint.unwrap_or_else(|| panic!("{}", refused.show()));
    assert!(
        hint.ends_with(" --series --without admins --review"),
        "{hint}"
    );
    let sent = env.typed(hint);
    let told = "admins: nothing is left of its commit, which is gone from svcgen/trending-edits";
    assert!(sent.stderr.contains(told), "{}", sent.show());
    let subjects = || env.git("puppet", &["log", "--format=%s", "origin/master..HEAD"]);
    let admins = "trendingedits: Add the admin group\n";
    assert!(!subjects().contains(admins), "{}", subjects());
    assert_eq!(env.status("puppet"), "");
    let data = "puppet/hieradata/role/common/trendingedits.yaml";
    assert!(
        !env.read(data).contains("admin::groups"),
        "{}",
        env.read(data)
    );
    // Nothing comes back by itself.
    let again = env.typed(hint);
    assert!(again.stderr.contains("nothing new"), "{}", again.show());
    done(&env, &["--review"]);
    assert!(subjects().contains(admins), "{}", subjects());
    let changes = gerrit.changes("ops/config");
    let open: Vec<bool> = changes.iter().map(|it| it["closed"] == false).collect();
    assert_eq!(open, [true, true, false, true, true]);
    assert_eq!(env.status("puppet"), "");
}

#[test]
fn a_change_in_which_nothing_is_new_is_not_said_to_be_open() {
    let (env, gerrit, _) = reviewed();
    let steps = ["--review", "--steps", "service"];
    done(&env, &steps);
    gerrit.abandon("ops/config", 1);
    let said = done(&env, &steps);
    let told = "puppet: the review server has this already, nothing new; if it was abandoned there, restore it, or begin another one \
         with `--topic NAME`\n";
    assert!(said.stderr.contains(told), "{}", said.show());
    // It does, at another time: the same commit would be the same change.
    let later = "1795392060 +0000";
    let mut anew = env.command();
    anew.args(SERIES).args(steps).args(["--topic", "anew"]);
    anew.envs([("GIT_AUTHOR_DATE", later), ("GIT_COMMITTER_DATE", later)]);
    let anew = env.run(&mut anew);
    assert_eq!(anew.code, 0, "{}", anew.show());
    let changes = gerrit.changes("ops/config");
    let open: Vec<bool> = changes.iter().map(|it| it["closed"] == false).collect();
    assert_eq!(open, [false, true]);
}
