//! What a switch to the topic branch must not take out of sight.

use crate::support::{Env, Run};

/// A source repository with a remote, which lacks the model that is committed here.
fn source() -> Env {
    let env = Env::with_model();
    let package = "{\n  \"name\": \"trending-edits\",\n  \"version\": \"0.1.0\"\n}\n";
    env.write("src/package.json", package);
    git(&env, &["init", "-q", "-b", "master"]);
    git(&env, &["add", "-A"]);
    git(&env, &["commit", "-q", "-m", "The service"]);
    git(&env, &["clone", "-q", "--bare", ".", "../origin"]);
    git(&env, &["remote", "add", "origin", "../origin"]);
    git(&env, &["fetch", "-q", "origin"]);
    let model = env.read("svcgen.yaml");
    env.write("src/svcgen.yaml", &model);
    git(&env, &["add", "-A"]);
    git(&env, &["commit", "-q", "-m", "The model"]);
    env
}

fn git(env: &Env, arguments: &[&str]) -> String {
    let text = env.git_in(&env.work().join("src"), arguments);
    text.trim().to_owned()
}

fn commit(env: &Env) -> Run {
    env.svcgen(&[
        "source",
        "--repo",
        "src",
        "--service",
        "src/svcgen.yaml",
        "--commit",
        "--yes",
    ])
}

#[test]
fn a_model_that_was_not_sent_yet_stays_where_it_is() {
    let env = source();
    let model = env.read("src/svcgen.yaml");
    let run = commit(&env);
    assert_eq!(run.code, 0, "{}", run.show());
    assert_eq!(env.read("src/svcgen.yaml"), model);
    assert_eq!(
        git(&env, &["rev-parse", "HEAD~1"]),
        git(&env, &["rev-parse", "master"])
    );
    // It is not taken away by what is said where it goes to review either.
    let review = [
        "source",
        "--repo",
        "src",
        "--service",
        "src/svcgen.yaml",
        "--review",
        "--yes",
    ];
    let refused = env.svcgen(&review);
    assert_eq!(refused.code, 11, "{}", refused.show());
    let hint = "hint: `--force` sends them, too: the model is in one of them\n";
    assert!(refused.stderr.ends_with(hint), "{}", refused.show());
    // Nothing is left to do, and the commit is updated as any other.
    let again = commit(&env);
    assert_eq!(again.code, 0, "{}", again.show());
    env.write(
        "src/svcgen.yaml",
        &model.replace("port: 6699", "port: 6698"),
    );
    let changed = commit(&env);
    assert_eq!(changed.code, 0, "{}", changed.show());
    assert!(env.read("src/svcgen.yaml").contains("6698"));
}

#[test]
fn a_branch_with_an_older_model_is_not_gone_to() {
    let env = source();
    assert_eq!(commit(&env).code, 0);
    git(&env, &["switch", "-q", "master"]);
    let newer = env
        .read("src/svcgen.yaml")
        .replace("port: 6699", "port: 6698");
    env.write("src/svcgen.yaml", &newer);
    git(&env, &["commit", "-q", "-a", "-m", "Another port"]);
    let run = commit(&env);
    assert_eq!(run.code, 11, "{}", run.show());
    assert_eq!(env.read("src/svcgen.yaml"), newer);
    insta::assert_snapshot!(run.stderr, @"
    error: `svcgen/trending-edits` has another `svcgen.yaml` than `master`, which is checked out
    hint: git -C HOME/work/src rebase master svcgen/trending-edits    brings the change to the model that is here
    ");
    // The command that it names leads on.
    git(&env, &["rebase", "-q", "master", "svcgen/trending-edits"]);
    let run = commit(&env);
    assert_eq!(run.code, 0, "{}", run.show());
    assert_eq!(env.read("src/svcgen.yaml"), newer);
}

#[test]
fn commits_that_are_on_no_branch_are_not_left() {
    let env = source();
    git(&env, &["push", "-q", "origin", "master"]);
    git(&env, &["checkout", "-q", "--detach"]);
    env.write("src/note", "mine\n");
    git(&env, &["add", "-A"]);
    git(&env, &["commit", "-q", "-m", "Mine"]);
    let run = commit(&env);
    assert_eq!(run.code, 11, "{}", run.show());
    assert_eq!(git(&env, &["log", "-1", "--format=%s"]), "Mine");
    assert!(
        run.stderr
            .contains(", which is on no branch\nhint: git -C "),
        "{}",
        run.show()
    );
    // One that is on a branch can be found again, and the way back is told.
    git(&env, &["switch", "-q", "-c", "mine"]);
    let run = commit(&env);
    assert_eq!(run.code, 0, "{}", run.show());
    let back = "src switch mine` goes back to what was checked out\n";
    assert!(run.stderr.contains(back), "{}", run.show());
}
