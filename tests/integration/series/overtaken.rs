//! Patch sets of changes of the series that somebody else sent.

use super::chain::reviewed;
use super::{done, run};
use crate::support::Env;
use crate::support::gerrit::Gerrit;

const REPOSITORY: &str = "ops/config";
/// A file of the first and one of the third change.
const FILES: [(usize, &str); 2] = [
    (1, "modules/role/manifests/trendingedits.pp"),
    (3, "modules/admin/data/data.yaml"),
];

/// Somebody else's clone.
fn other(env: &Env) {
    let url = env.git("puppet", &["remote", "get-url", "origin"]);
    env.git(".", &["clone", "--quiet", url.trim(), "other"]);
}

/// Adds a line to a file of somebody else's clone, and amends the commit there.
fn amend(env: &Env, path: &str) {
    let path = format!("other/{path}");
    env.write(&path, &format!("{}# theirs\n", env.read(&path)));
    let amend = ["commit", "--quiet", "--all", "--amend", "--no-edit"];
    env.git("other", &amend);
}

/// Somebody else brings the chain upon another commit, with a line of theirs in two of the changes, and sends all of it.
fn sent_anew(env: &Env) {
    other(env);
    let below = ["commit", "--quiet", "--allow-empty", "--message", "below"];
    env.git("other", &below);
    env.git(
        "other",
        &["push", "--quiet", "origin", "HEAD:refs/heads/master"],
    );
    for change in 1..=4 {
        let reference = format!("refs/changes/{change:02}/{change}/1");
        env.git("other", &["fetch", "--quiet", "origin", &reference]);
        env.git("other", &["cherry-pick", "FETCH_HEAD"]);
        for (_, path) in FILES.iter().filter(|(of, _)| *of == change) {
            amend(env, path);
        }
    }
    env.git(
        "other",
        &["push", "--quiet", "origin", "HEAD:refs/for/master"],
    );
}

fn patch_sets(gerrit: &Gerrit) -> Vec<u64> {
    let changes = gerrit.changes(REPOSITORY).into_iter();
    changes
        .filter_map(|change| change["patch"].as_u64())
        .collect()
}

const NAMED: &str = "error: patch sets 2 of change 1, 2 of change 2, 2 of change 3 and 2 of change 4 were not sent from \
                     here, and `svcgen/trending-edits` does not have them\n";

#[test]
fn all_patch_sets_of_others_are_named_and_the_way_to_the_last_has_them_all() {
    let (env, gerrit, _) = reviewed();
    done(&env, &["--review"]);
    sent_anew(&env);
    env.replace("svcgen.yaml", "port: 6699", "port: 6700");
    let refused = run(&env, &["--review"]);
    assert_eq!(refused.code, 11, "{}", refused.show());
    assert!(refused.stderr.contains(NAMED), "{}", refused.show());
    let mut hints = refused
        .stderr
        .lines()
        .filter_map(|it| it.strip_prefix("hint: "));
    let hint = hints.find(|hint| hint.ends_with(" reset --keep FETCH_HEAD"));
    env.typed(hint.unwrap());
    done(&env, &["--review"]);
    assert_eq!(patch_sets(&gerrit), [3, 3, 3, 3]);
    for (_, path) in FILES {
        let text = env.git("puppet", &["show", &format!("HEAD:{path}")]);
        assert!(text.contains("# theirs\n"), "{path}\n{text}");
    }
}

#[test]
fn what_is_sent_over_was_named_before_and_is_kept() {
    let (env, gerrit, _) = reviewed();
    done(&env, &["--review"]);
    sent_anew(&env);
    env.replace("svcgen.yaml", "port: 6699", "port: 6700");
    let refused = run(&env, &["--review", "--force"]);
    assert_eq!(refused.code, 11, "{}", refused.show());
    assert!(refused.stderr.contains(NAMED), "{}", refused.show());
    assert_eq!(patch_sets(&gerrit), [2, 2, 2, 2]);
    let sent = done(&env, &["--review", "--force"]);
    assert_eq!(patch_sets(&gerrit), [3, 3, 3, 3]);
    let told = "puppet: sent over patch set 2 of change 3; `";
    let (_, kept) = sent
        .stderr
        .split_once(told)
        .unwrap_or_else(|| panic!("{}", sent.show()));
    let (kept, _) = kept.split_once("` has it\n").unwrap();
    for (_, path) in FILES {
        let text = env.git("puppet", &["show", &format!("refs/heads/{kept}:{path}")]);
        assert!(text.contains("# theirs\n"), "{path}\n{text}");
    }
}

#[test]
fn a_patch_set_that_is_merged_is_none_to_send_over() {
    let (env, gerrit, _) = reviewed();
    done(&env, &["--review"]);
    env.replace("svcgen.yaml", "port: 6699", "port: 6700");
    done(&env, &["--commit"]);
    other(&env);
    env.git(
        "other",
        &["fetch", "--quiet", "origin", "refs/changes/01/1/1"],
    );
    env.git("other", &["checkout", "--quiet", "FETCH_HEAD"]);
    amend(&env, FILES[0].1);
    env.git(
        "other",
        &["push", "--quiet", "origin", "HEAD:refs/for/master"],
    );
    gerrit.merge(REPOSITORY, 1);
    let sent = done(&env, &["--review"]);
    assert!(
        sent.stderr.contains("service: committed "),
        "{}",
        sent.show()
    );
    assert_eq!(patch_sets(&gerrit), [2, 2, 2, 2, 1]);
    let text = env.git("puppet", &["show", &format!("HEAD:{}", FILES[0].1)]);
    assert!(text.contains("# theirs\n"), "{text}");
}

#[test]
fn a_patch_set_of_somebody_elses_is_not_sent_over() {
    let (env, _gerrit, _) = reviewed();
    done(&env, &["--review"]);
    // The second of four changes is edited on the server.
    other(&env);
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
        .split_once("rebase --autostash --onto FETCH_HEAD ")
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

#[test]
fn a_change_that_somebody_moved_away_from_those_below_it_comes_back_upon_them() {
    let (env, gerrit, _) = reviewed();
    done(&env, &["--review"]);
    other(&env);
    let fetch = ["fetch", "--quiet", "origin", "refs/changes/02/2/1"];
    env.git("other", &fetch);
    for words in [
        &[
            "checkout",
            "--quiet",
            "FETCH_HEAD",
            "--",
            "manifests/site.pp",
        ][..],
        &["commit", "--quiet", "--reuse-message", "FETCH_HEAD"],
        &["push", "--quiet", "origin", "HEAD:refs/for/master"],
    ] {
        env.git("other", words);
    }
    env.replace("svcgen.yaml", "port: 6699", "port: 6700");
    let refused = run(&env, &["--review"]);
    let mut hints = refused
        .stderr
        .lines()
        .filter_map(|it| it.strip_prefix("hint: "));
    env.typed(hints.next().unwrap());
    let subjects = || env.git("puppet", &["log", "--format=%s", "origin/master..HEAD"]);
    assert_eq!(subjects().lines().count(), 4, "{}", refused.show());
    done(&env, &["--review"]);
    assert_eq!(subjects().lines().count(), 4);
    assert_eq!(patch_sets(&gerrit), [2, 3, 2, 2]);
}
