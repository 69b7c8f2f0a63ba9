//! Conflicts with what became of a change once it was merged.

use insta::assert_snapshot;

use super::{CLASS, MODEL, newer, said};
use crate::support::Env;
use crate::support::sample::{apply, changes, checkout, git, run};

const BRANCH: &str = "svcgen/my-service";

fn in_tree(env: &Env, arguments: &[&str]) -> String {
    git(&env.work().join("tree"), arguments)
}

/// A change that was merged, and in whose lines somebody has changed one upstream since.
fn merged() -> Env {
    let env = checkout("vagrant");
    in_tree(&env, &["clone", "--quiet", "--bare", ".", "../remote"]);
    in_tree(&env, &["remote", "add", "origin", "../remote"]);
    in_tree(&env, &["push", "--quiet", "origin", "HEAD:main"]);
    apply(&env, "vagrant", MODEL, &["--commit"]);
    in_tree(&env, &["switch", "--quiet", "--create", "theirs"]);
    env.replace(CLASS, "$age       = 60", "$age       = 70");
    let commit = ["commit", "--quiet", "--all", "--message", "theirs"];
    in_tree(&env, &commit);
    in_tree(&env, &["push", "--quiet", "origin", "HEAD:main"]);
    in_tree(&env, &["switch", "--quiet", BRANCH]);
    in_tree(&env, &["branch", "--quiet", "-D", "theirs"]);
    env
}

/// What is checked out, where all branches are and have been, what they follow, and what is not committed.
fn state(env: &Env) -> String {
    let refs = ["show-ref", "--head"];
    let reflog = ["reflog", "show", "--format=%H %gs", BRANCH];
    let follows = ["config", "--local", "--list"];
    let head = in_tree(env, &["symbolic-ref", "HEAD"]);
    let said = [&refs[..], &reflog, &follows].map(|it| in_tree(env, it));
    head + &said.concat() + &changes(env)
}

#[test]
fn a_run_that_fails_leaves_a_merged_branch_as_it_was() {
    let env = merged();
    env.write("tree/notes", "mine\n");
    in_tree(&env, &["add", "notes"]);
    for branch in [BRANCH, "master"] {
        in_tree(&env, &["switch", "--quiet", branch]);
        let before = state(&env);
        let refused = run(&env, "vagrant", &newer(), &["--commit"]);
        assert_eq!(refused.code, 11, "{}", refused.show());
        assert_eq!(state(&env), before, "{branch}");
        // Nor does one that nobody answers, where nothing is in the way.
        env.write("svcgen.yaml", &MODEL.replace("6789", "6790"));
        let asked = env.svcgen(&["vagrant", "--repo", "tree", "--commit", "--no-verify"]);
        assert_eq!(asked.code, 2, "{}", asked.show());
        assert_eq!(state(&env), before, "{branch}");
    }
}

#[test]
fn the_conflict_with_what_was_merged_is_marked_by_the_command_that_is_told() {
    let env = merged();
    let refused = run(&env, "vagrant", &newer(), &["--commit"]);
    assert_snapshot!(said(&refused), @"
    exit 11
    vagrant: HOME/work/tree: would change 3 files, 7 lines added, 3 removed, 1 conflict
    error: puppet/modules/myservice/manifests/init.pp:18: someone changed the same lines that svcgen would change
    hint: `git -C HOME/work/tree switch --detach origin/main && svcgen vagrant --repo HOME/work/tree` marks them in the file, as git does
    hint: `svcgen vagrant --repo HOME/work/tree --commit --conflicts yours` keeps what is there, `--conflicts svcgen` takes what svcgen wants
    ");
    in_tree(&env, &["switch", "--quiet", "--detach", "origin/main"]);
    let marked = run(&env, "vagrant", &newer(), &[]);
    assert_eq!(marked.code, 11, "{}", marked.show());
    let text = env.read(CLASS);
    let (before, rest) = text.split_once("<<<<<<<").unwrap();
    let (_, after) = rest.split_once(">>>>>>> svcgen\n").unwrap();
    env.write(
        CLASS,
        &format!("{before}    $age       = 80,\n{after}").replacen(" yours\n", "", 1),
    );
    let done = run(&env, "vagrant", &newer(), &["--commit"]);
    assert_eq!(done.code, 0, "{}", done.show());
    assert_eq!(changes(&env), "");
    let ahead = in_tree(&env, &["log", "--format=%s", "origin/main..HEAD"]);
    assert_eq!(ahead.lines().count(), 1, "{ahead}");
    let branch = in_tree(&env, &["branch", "--show-current"]);
    assert_eq!(branch.trim(), BRANCH);
}

#[test]
fn what_became_of_a_merged_line_upstream_is_not_kept_once_more() {
    let env = merged();
    let model = MODEL.replace("6789", "6790");
    let done = apply(&env, "vagrant", &model, &["--commit"]);
    assert!(!done.stderr.contains("kept-"), "{}", done.show());
    assert_eq!(in_tree(&env, &["branch", "--list", "kept-*"]), "");
    assert!(env.read(CLASS).contains("$age       = 70"));
}
