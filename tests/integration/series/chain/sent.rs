//! What is sent of a chain, and for which branch.

use serde_json::Value;

use super::super::{done, run};
use super::reviewed;
use crate::support::Env;
use crate::support::gerrit::Gerrit;

const REPOSITORY: &str = "ops/config";

/// A chain in review, upon which somebody has committed.
fn committed_upon(message: &str) -> (Env, Gerrit) {
    let (env, gerrit, _) = reviewed();
    done(&env, &["--review"]);
    env.write("puppet/NOTES", "mine\n");
    env.git("puppet", &["add", "NOTES"]);
    env.git("puppet", &["commit", "--quiet", "--message", message]);
    (env, gerrit)
}

#[test]
fn a_commit_upon_the_patches_is_not_sent_along_unless_that_is_forced() {
    let id = format!("Add notes\n\nChange-Id: I{}", "a".repeat(40));
    for message in ["Add notes", &id] {
        let (env, gerrit) = committed_upon(message);
        let refused = run(&env, &["--review"]);
        assert_eq!(refused.code, 11, "{}", refused.show());
        let told = "error: `svcgen/trending-edits` carries other commits that are not in `origin/master`: `Add notes`\n";
        assert!(refused.stderr.contains(told), "{}", refused.show());
        let hint = "hint: `--force` sends them, too\n";
        assert!(refused.stderr.contains(hint), "{}", refused.show());
        assert_eq!(gerrit.changes(REPOSITORY).len(), 4);
    }
    let (env, gerrit) = committed_upon(&id);
    done(&env, &["--review", "--force"]);
    assert_eq!(gerrit.changes(REPOSITORY).len(), 5);
}

#[test]
fn what_brought_an_edit_back_is_sent_along_with_nothing() {
    let (env, gerrit, _) = reviewed();
    done(&env, &["--review"]);
    let role = "puppet/modules/role/manifests/trendingedits.pp";
    env.replace(role, "\n}\n", "\n    # mine\n}\n");
    env.git("puppet", &["commit", "--quiet", "--all", "-m", "Mine"]);
    let check = ["check", "--puppet-repo", "puppet"];
    let found = env.svcgen(&check);
    let mut lines = found.stdout.lines();
    let command = lines.find_map(|line| line.trim().strip_prefix("$ "));
    env.typed(command.unwrap_or_else(|| panic!("{}", found.show())));
    let left = env.svcgen(&check);
    assert_eq!(left.code, 0, "{}", left.show());
    env.replace("svcgen.yaml", "port: 6699", "port: 6700");
    let sent = done(&env, &["--review"]);
    assert!(
        sent.stderr.contains("come to nothing together"),
        "{}",
        sent.show()
    );
    let changes = gerrit.changes(REPOSITORY);
    assert_eq!(changes.len(), 4);
    assert_eq!(changes[0]["patch"], Value::from(2));
}

/// The site has its changes go to another branch from now on.
fn move_target(env: &Env) {
    let push = ["push", "--quiet", "origin", "origin/master:refs/heads/prod"];
    env.git("puppet", &push);
    env.git("puppet", &["fetch", "--quiet", "origin"]);
    let site = env.home().join("config/svcgen/sites/example.yaml");
    let text = std::fs::read_to_string(&site).unwrap();
    let text = text.replace("puppet_branch: master", "puppet_branch: prod");
    std::fs::write(&site, text).unwrap();
}

#[test]
fn a_change_of_another_branch_is_refused_before_anything_is_committed() {
    for series in [true, false] {
        let (env, gerrit, _) = reviewed();
        let words = ["puppet", "--repo", "puppet", "--yes", "--no-verify"];
        let review = |more: &[&str]| match series {
            true => run(&env, &[&["--review"][..], more].concat()),
            false => env.svcgen(&[&words[..], &["--review"], more].concat()),
        };
        assert_eq!(review(&[]).code, 0);
        let count = gerrit.changes(REPOSITORY).len();
        let head = env.git("puppet", &["rev-parse", "HEAD"]);
        move_target(&env);
        env.replace("svcgen.yaml", "port: 6699", "port: 6700");
        // Whatever is forced, nobody was told of this.
        for more in [&["--force"][..], &[]] {
            let refused = review(more);
            assert_eq!(refused.code, 11, "{}", refused.show());
            let told = "error: the change of `svcgen/trending-edits` was sent for `master`, and is meant for `prod` now\n";
            assert!(refused.stderr.contains(told), "{}", refused.show());
            assert_eq!(env.git("puppet", &["rev-parse", "HEAD"]), head);
            assert_eq!(env.status("puppet"), "");
        }
        let forced = review(&["--force"]);
        assert_eq!(forced.code, 0, "{}", forced.show());
        let changes = gerrit.changes(REPOSITORY);
        let is_for = |branch: &str| changes.iter().filter(|it| it["branch"] == branch).count();
        assert_eq!((is_for("master"), is_for("prod")), (count, count));
    }
}

#[test]
fn what_was_sent_before_its_branch_was_remembered_is_updated_and_remembered() {
    let (env, gerrit, _) = reviewed();
    done(&env, &["--review"]);
    let targets = env.work().join("puppet/.git/svcgen/targets");
    std::fs::remove_file(&targets).unwrap();
    env.replace("svcgen.yaml", "port: 6699", "port: 6700");
    done(&env, &["--review"]);
    let changes = gerrit.changes(REPOSITORY);
    assert_eq!(changes.len(), 4);
    assert_eq!(changes[0]["patch"], Value::from(2));
    let mut lines: Vec<String> = std::fs::read_to_string(&targets)
        .unwrap()
        .lines()
        .map(str::to_owned)
        .collect();
    let line = |change: &Value| format!("{} master", change["id"].as_str().unwrap());
    let mut expected: Vec<String> = changes.iter().map(line).collect();
    lines.sort();
    expected.sort();
    assert_eq!(lines, expected);
    // Where nothing is new, too.
    std::fs::remove_file(&targets).unwrap();
    done(&env, &["--review"]);
    let text = std::fs::read_to_string(&targets).unwrap();
    assert_eq!(text.lines().count(), 4, "{text}");
}
