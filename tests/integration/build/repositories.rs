//! What the two repositories and their servers do not allow.

use super::failures::{failed, with_script};
use crate::support::has_tool;
use crate::support::kitchen::{DEPLOY, Kitchen, SOURCE};

#[test]
fn changes_that_are_not_committed_are_in_the_way() {
    let kitchen = kitchen_without_npm();
    fs_err::write(kitchen.deploy.join("README.md"), "mine\n").unwrap();
    fs_err::write(kitchen.deploy.join("new"), "untracked\n").unwrap();
    insta::assert_snapshot!(failed(&kitchen, &[]), @"
    exit 11
    error: `README.md` in `GERRIT/work/tea-deploy` has uncommitted changes
    hint: git -C GERRIT/work/tea-deploy status    lists them
    hint: git -C GERRIT/work/tea-deploy stash    sets them aside
    ");
}

/// A service whose builds need no npm.
fn kitchen_without_npm() -> Kitchen {
    Kitchen::new(&[("package.json", "{\"name\": \"tea\"}\n")])
}

#[test]
fn a_topic_that_is_checked_out_or_somebody_elses_is_left_alone() {
    let kitchen = kitchen_without_npm();
    kitchen.git(&["switch", "--quiet", "-c", Kitchen::TOPIC]);
    insta::assert_snapshot!(failed(&kitchen, &[]), @"
    exit 11
    error: `svcgen/tea-build` is checked out in `GERRIT/work/tea-deploy`, whose files would not be updated with it
    hint: git -C GERRIT/work/tea-deploy switch --detach    frees the branch
    ");
    kitchen.git(&["commit", "--quiet", "--allow-empty", "-m", "mine"]);
    kitchen.git(&["switch", "--quiet", "master"]);
    insta::assert_snapshot!(failed(&kitchen, &[]), @r#"
    exit 11
    error: `svcgen/tea-build` has a commit that is not from a build: "mine"
    hint: git -C GERRIT/work/tea-deploy branch -m svcgen/tea-build svcgen/tea-build-old
    "#);
    kitchen.git(&["branch", "--quiet", "-f", Kitchen::TOPIC, "master"]);
    kitchen.built(&[]);
    kitchen.git(&["switch", "--quiet", Kitchen::TOPIC]);
    kitchen.git(&["commit", "--quiet", "--allow-empty", "-m", "on top"]);
    kitchen.git(&["switch", "--quiet", "master"]);
    insta::assert_snapshot!(failed(&kitchen, &[]), @"
    exit 11
    error: `svcgen/tea-build` holds 2 commits: `on top`, `Initial import of tea`
    hint: git -C GERRIT/work/tea-deploy log --oneline origin/master..svcgen/tea-build
    hint: git -C GERRIT/work/tea-deploy branch -m svcgen/tea-build svcgen/tea-build-old
    ");
}

#[test]
fn what_is_put_aside_gets_a_name_that_is_free() {
    let kitchen = kitchen_without_npm();
    for subject in ["mine", "and mine"] {
        kitchen.git(&["switch", "--quiet", "-c", Kitchen::TOPIC]);
        kitchen.git(&["commit", "--quiet", "--allow-empty", "-m", subject]);
        kitchen.git(&["switch", "--quiet", "master"]);
        let run = kitchen.build(&["--yes"]);
        let hint = run.stderr.lines().find_map(|it| it.strip_prefix("hint: "));
        let hint = hint.unwrap_or_else(|| panic!("{}", run.show()));
        kitchen
            .env
            .typed(&hint.replace("GERRIT/", kitchen.gerrit.path("").as_str()));
    }
    let names = ["for-each-ref", "--format=%(refname:short) %(subject)"];
    let branches = kitchen.git(&[&names[..], &["refs/heads/svcgen"]].concat());
    assert_eq!(
        branches,
        "svcgen/tea-build-old mine\nsvcgen/tea-build-old-2 and mine"
    );
    kitchen.built(&[]);
}

#[test]
fn servers_that_are_gone_are_told() {
    let kitchen = kitchen_without_npm();
    let hide = |name: &str| {
        let path = kitchen.bare(name);
        fs_err::rename(&path, path.with_extension("gone")).unwrap();
    };
    hide(SOURCE);
    insta::assert_snapshot!(failed(&kitchen, &[]), @"
    exit 1
    error: the source cannot be fetched from `GERRIT/git/tea`
    cause: `git fetch --quiet --no-tags --no-recurse-submodules -- GERRIT/git/tea +refs/heads/master:refs/remotes/origin/master` failed
    cause: fatal: 'GERRIT/git/tea' does not appear to be a git repository
           fatal: Could not read from remote repository.
           Please make sure you have the correct access rights
           and the repository exists.
    hint: git ls-remote GERRIT/git/tea    tries it by hand
    ");
    hide(DEPLOY);
    insta::assert_snapshot!(failed(&kitchen, &[]), @"
    exit 1
    error: `origin` of `GERRIT/work/tea-deploy` cannot be fetched
    cause: `git fetch --quiet --no-tags --no-recurse-submodules origin refs/heads/master` failed
    cause: fatal: 'GERRIT/git/tea-deploy' does not appear to be a git repository
           fatal: Could not read from remote repository.
           Please make sure you have the correct access rights
           and the repository exists.
    hint: git -C GERRIT/work/tea-deploy ls-remote origin    tries it by hand
    ");
}

#[test]
fn branches_that_are_not_there_are_told() {
    let kitchen = kitchen_without_npm();
    kitchen
        .gerrit
        .git(&kitchen.source, &["config", "deploy.srcbranch", "main"]);
    insta::assert_snapshot!(failed(&kitchen, &[]), @"
    exit 2
    error: `GERRIT/git/tea` has no branch `main`
    hint: `git config deploy.srcbranch NAME` names another
    ");
    kitchen
        .gerrit
        .git(&kitchen.source, &["config", "deploy.deploybranch", "wmf"]);
    insta::assert_snapshot!(failed(&kitchen, &[]), @"
    exit 2
    error: `origin` has no branch `wmf` to build on
    hint: git -C GERRIT/work/tea-deploy branch --remotes    lists the existing ones
    hint: `git config deploy.deploybranch NAME` names another
    ");
    kitchen
        .gerrit
        .git(&kitchen.source, &["config", "deploy.remote", "elsewhere"]);
    insta::assert_snapshot!(failed(&kitchen, &[]), @"
    exit 2
    error: `GERRIT/work/tea-deploy` has no remote `elsewhere`, which `deploy.remote` names
    hint: git -C GERRIT/work/tea-deploy remote -v    lists the existing ones
    ");
}

#[test]
fn a_commit_that_the_server_does_not_have_is_told() {
    let kitchen = kitchen_without_npm();
    kitchen.built(&["--review"]);
    kitchen.merge(1);
    let missing = "0123456789abcdef0123456789abcdef01234567";
    kitchen.git(&[
        "update-index",
        "--cacheinfo",
        &format!("160000,{missing},src"),
    ]);
    kitchen.git(&["commit", "--quiet", "-m", "Not pushed"]);
    kitchen.git(&["push", "--quiet", "origin", "HEAD:refs/heads/master"]);
    insta::assert_snapshot!(failed(&kitchen, &[]), @"
    exit 11
    error: `GERRIT/git/tea` does not have OBJECT, the commit that `src` is at
    hint: push it from where it was made: git -C GERRIT/work/tea-deploy/src push
    hint: `svcgen build --force` continues without the list of changes
    ");
    let run = kitchen.built(&["--force"]);
    assert!(run.stdout.contains("change    a new one"), "{}", run.show());
}

#[test]
fn what_gerrit_refuses_stays_on_the_topic_and_is_sent_by_the_next_run() {
    let kitchen = kitchen_without_npm();
    kitchen
        .gerrit
        .set(DEPLOY, "refuse", "you are not tea people");
    let run = kitchen.build(&["--review", "--yes"]);
    insta::assert_snapshot!(run.show(), @"
    exit 11
    --- stdout
    tea in GERRIT/work/tea-deploy
      source    SHORT, the first one, of master of GERRIT/git/tea
      modules   none: the service has no dependencies
      change    a new one on svcgen/tea-build, for origin/master
    --- stderr
    build: committed SHORT on svcgen/tea-build
    error: `origin` refused the change: prohibited by Gerrit: you are not tea people
    cause: error: failed to push some refs to 'GERRIT/git/tea-deploy'
    hint: the commit is kept: correct what the server names, and run this again
    hint: ask the people who run the review server, if you lack a permission
    ");
    kitchen
        .gerrit
        .set(DEPLOY, "refuse", serde_json::Value::Null);
    let run = kitchen.built(&["--review"]);
    insta::assert_snapshot!(run.show(), @"
    exit 0
    --- stdout
    tea in GERRIT/work/tea-deploy
      source    SHORT, the first one, of master of GERRIT/git/tea
      modules   none: the service has no dependencies
      change    nothing to do: CHANGE-ID on
                svcgen/tea-build has it all
    --- stderr
    build: sent for review: https://gerrit.example.org/r/c/+/1
    ");
}

#[test]
fn a_topic_that_moves_meanwhile_is_left_alone() {
    if !has_tool("npm") {
        return;
    }
    let kitchen = with_script("git -C \"$DEPLOY\" branch svcgen/tea-build");
    let mut command = kitchen.command(&["--yes"]);
    let run = kitchen.run(command.env("DEPLOY", &kitchen.deploy));
    assert_eq!(run.code, 11, "{}", run.show());
    assert!(
        run.stderr
            .contains("\nerror: `svcgen/tea-build` was moved by someone else in the meantime\n"),
        "{}",
        run.show()
    );
    let both = kitchen.git(&["rev-parse", "master", Kitchen::TOPIC]);
    let (master, topic) = both.split_once('\n').unwrap();
    assert_eq!(master, topic);
}

#[test]
fn a_change_that_would_go_to_another_server_is_told_before_it_is_made() {
    let kitchen = kitchen_without_npm();
    let url = "ssh://git@127.0.0.1:1/wiki/services/tea/deploy";
    kitchen.git(&["remote", "set-url", "--push", "origin", url]);
    let run = kitchen.build(&["--review", "--yes", "--site", "example"]);
    let first = run.stderr.lines().next().unwrap();
    insta::assert_snapshot!(first, @"warning: `origin` leads to ssh://git@127.0.0.1:1/wiki/services/tea/deploy, which is not the review server of `example`: `git -C GERRIT/work/tea-deploy remote add gerrit https://review.farm.example/p/wiki/services/tea/deploy` has the change sent there");
    let run = kitchen.build(&["--dry-run", "--site", "example"]);
    assert!(
        !run.stderr.contains("not the review server"),
        "{}",
        run.show()
    );
    // Of a site that nobody named nothing is known.
    let run = kitchen.build(&["--review", "--yes"]);
    assert!(
        !run.stderr.contains("not the review server"),
        "{}",
        run.show()
    );
}
