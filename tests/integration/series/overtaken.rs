//! Patch sets of changes of the series that somebody else sent.

use super::chain::reviewed;
use super::{done, run};

#[test]
fn a_patch_set_of_somebody_elses_is_not_sent_over() {
    let (env, _gerrit, _) = reviewed();
    done(&env, &["--review"]);
    // The second of four changes is edited on the server.
    let url = env.git("puppet", &["remote", "get-url", "origin"]);
    env.git(".", &["clone", "--quiet", url.trim(), "other"]);
    for words in [
        &["fetch", "--quiet", "origin", "refs/changes/02/2/1"][..],
        &["checkout", "--quiet", "FETCH_HEAD"],
    ] {
        env.git("other", words);
    }
    env.replace(
        "other/manifests/site.pp",
        "node /^trending",
        "# theirs\nnode /^trending",
    );
    for words in [
        &["commit", "--quiet", "--all", "--amend", "--no-edit"][..],
        &["push", "--quiet", "origin", "HEAD:refs/for/master"],
    ] {
        env.git("other", words);
    }
    env.replace("svcgen.yaml", "port: 6699", "port: 6700");
    let refused = run(&env, &["--review"]);
    assert_eq!(refused.code, 11, "{}", refused.show());
    let said = "patch set 2 of change 2 was not sent from here, and `svcgen/trending-edits` does not have it";
    assert!(refused.stderr.contains(said), "{}", refused.show());
    let (_, upon) = refused
        .stderr
        .split_once("rebase --onto FETCH_HEAD ")
        .unwrap();
    let upon = upon.split_whitespace().next().unwrap();
    for words in [
        &["switch", "--quiet", "svcgen/trending-edits"][..],
        &["fetch", "--quiet", "origin", "refs/changes/02/2/2"],
        &["rebase", "--quiet", "--onto", "FETCH_HEAD", upon],
    ] {
        env.git("puppet", words);
    }
    let sent = done(&env, &["--review"]);
    assert!(sent.stderr.contains("updated in review"), "{}", sent.show());
    let site = env.git(
        "puppet",
        &["show", "svcgen/trending-edits:manifests/site.pp"],
    );
    assert!(site.contains("# theirs\nnode /^trending"), "{site}");
}
