//! The commands of `check` close what they stand at, whatever somebody has committed, and where.

use super::{check, edit, generated};
use crate::support::Env;

const CLASS: &str = "vagrant/puppet/modules/teatime/manifests/init.pp";

/// Types each command that `check` names, and finds nothing left.
fn close(env: &Env) {
    let found = check(env, &[]);
    let lines = found.stdout.lines();
    let mut commands: Vec<&str> = lines
        .filter_map(|line| line.trim().strip_prefix("$ "))
        .collect();
    commands.dedup();
    assert!(!commands.is_empty(), "{}", found.show());
    for command in commands {
        env.typed(command);
    }
    let after = check(env, &[]);
    assert_eq!(after.code, 0, "{}\n{}", found.show(), after.show());
    assert!(!after.stdout.contains("$ "), "{}", after.show());
}

/// What is generated, committed by hand on the branch that was cloned; it is in the remote's branch where that is wished.
fn by_hand(is_pushed: bool) -> Env {
    let env = generated();
    // The branches that site and model call so.
    for (tree, base) in [("vagrant", "main"), ("deploy", "master")] {
        let own = env.git(tree, &["branch", "--show-current"]);
        let server = format!("{tree}.git");
        let branches = env.git(tree, &["branch", "--format=%(refname:short)"]);
        let old = branches.lines().find(|it| *it != own.trim()).unwrap();
        env.git(tree, &["switch", "--quiet", old]);
        env.git(tree, &["branch", "--quiet", "-M", old, base]);
        env.git(
            tree,
            &["clone", "--quiet", "--bare", ".", &format!("../{server}")],
        );
        env.git(tree, &["remote", "add", "origin", &format!("../{server}")]);
        env.git(tree, &["fetch", "--quiet", "origin"]);
        env.git(tree, &["merge", "--quiet", "--squash", own.trim()]);
        env.git(tree, &["commit", "--quiet", "--message", "Add the service"]);
        env.git(tree, &["branch", "--quiet", "-D", own.trim()]);
        if is_pushed {
            env.git(tree, &["push", "--quiet", "origin", base]);
        }
    }
    env
}

fn generate(env: &Env) {
    for words in ["vagrant --repo vagrant", "scap --repo deploy"] {
        env.typed(&format!("svcgen {words}"));
    }
}

#[test]
fn a_newer_model_goes_on_where_somebody_committed_by_hand() {
    let env = by_hand(false);
    edit(&env, "svcgen.yaml", "6002", "6003");
    close(&env);
    edit(&env, "svcgen.yaml", "6003", "6004");
    generate(&env);
    close(&env);
    let branches = env.git("vagrant", &["branch", "--list", "svcgen/*"]);
    assert_eq!(branches, "");
}

#[test]
fn an_edit_on_a_branch_that_is_not_pushed_is_closed_there() {
    // Also where the branch of the change is there still, and merged.
    for branch in [None, Some("svcgen/tea-time")] {
        let env = by_hand(true);
        if let Some(branch) = branch {
            env.git("vagrant", &["branch", branch]);
        }
        edit(&env, CLASS, "tea", "coffee");
        env.git(
            "vagrant",
            &["commit", "--quiet", "--all", "--message", "Coffee"],
        );
        close(&env);
        assert!(!env.read(CLASS).contains("coffee"));
    }
}

#[test]
fn an_edit_that_is_committed_below_lines_of_svcgens_that_are_not_is_closed_at_once() {
    let env = by_hand(false);
    edit(&env, CLASS, "# ==", "# Ask Eve.\n# ==");
    env.git(
        "vagrant",
        &["commit", "--quiet", "--all", "--amend", "--no-edit"],
    );
    for tree in ["vagrant", "deploy"] {
        env.git(tree, &["push", "--quiet", "origin", "HEAD"]);
    }
    edit(&env, "svcgen.yaml", "time for tea", "tea time");
    generate(&env);
    close(&env);
    assert!(!env.read(CLASS).contains("Eve"));
}

#[test]
fn changes_of_several_files_are_closed_by_the_first_command() {
    let env = generated();
    let targets = "deploy/scap/targets";
    env.write(
        targets,
        &format!("{}tea9.farm.example\n", env.read(targets)),
    );
    let settings = "deploy/scap/scap.cfg";
    env.write(settings, &format!("# ours\n{}", env.read(settings)));
    close(&env);
}

#[test]
fn a_commit_upon_svcgens_in_a_clone_that_remembers_nothing_is_left_there() {
    let env = generated();
    std::fs::remove_dir_all(env.work().join("deploy/.git/svcgen")).unwrap();
    env.write("deploy/NOTES", "Notes\n");
    env.git("deploy", &["add", "NOTES"]);
    env.git("deploy", &["commit", "--quiet", "--message", "Add notes"]);
    env.git(".", &["init", "--quiet"]);
    for words in [
        &["add", "svcgen.yaml"][..],
        &["commit", "--quiet", "--message", "the model"],
    ] {
        env.git(".", words);
    }
    edit(&env, "svcgen.yaml", "6002", "6003");
    close(&env);
    assert_eq!(env.read("deploy/NOTES"), "Notes\n");
}

#[test]
fn an_uncommitted_edit_below_a_commit_of_somebody_is_put_away_by_a_command_that_works() {
    for is_newer in [false, true] {
        let env = generated();
        env.write("vagrant/notes", "mine\n");
        env.git("vagrant", &["add", "notes"]);
        env.git("vagrant", &["commit", "--quiet", "--message", "notes"]);
        edit(&env, CLASS, "# ==", "# Ask Eve.\n# ==");
        if is_newer {
            edit(&env, "svcgen.yaml", "6002", "6003");
        }
        let found = env.svcgen(&["check", "--vagrant-repo", "vagrant"]);
        let mut lines = found.stdout.lines();
        let command = lines.find_map(|line| line.trim().strip_prefix("$ "));
        let typed = env.typed(command.unwrap());
        assert_eq!(typed.code, 0, "{}", typed.show());
        let left = env.svcgen(&["check", "--vagrant-repo", "vagrant"]);
        assert_eq!(left.code, 0, "{}", left.show());
        assert!(env.git("vagrant", &["stash", "list"]).contains("stash@{0}"));
        assert_eq!(
            env.git("vagrant", &["log", "--format=%s", "-1", "--", "notes"]),
            "notes\n"
        );
    }
}

#[test]
fn what_brought_an_edit_back_is_in_no_runs_way() {
    let env = generated();
    let words = ["vagrant", "--repo", "vagrant", "--commit", "--yes"];
    let count = || env.git("vagrant", &["rev-list", "--count", "HEAD"]);
    let before = count();
    edit(&env, CLASS, "tea", "coffee");
    env.git(
        "vagrant",
        &["commit", "--quiet", "--all", "--message", "Coffee"],
    );
    close(&env);
    let tip = env.git("vagrant", &["rev-parse", "HEAD"]);
    edit(&env, "svcgen.yaml", "6002", "6003");
    let run = env.svcgen(&[&words[..], &["--no-verify"]].concat());
    assert_eq!(run.code, 0, "{}", run.show());
    let kept = format!("kept-{}", &tip[..10]);
    let told = format!(
        "the commits on top of svcgen's come to nothing together, and are off `svcgen/tea-time`; `{kept}` has them\n"
    );
    assert!(run.stderr.contains(&told), "{}", run.show());
    assert_eq!(env.git("vagrant", &["rev-parse", &kept]), tip);
    assert_eq!(count(), before);
    assert_eq!(env.status("vagrant"), "");
}

#[test]
fn an_edit_of_the_last_commit_below_one_of_no_commit_is_told_beside_it() {
    let env = by_hand(true);
    let told = "the last commit has another edit: run `svcgen check` again for it";
    edit(&env, CLASS, "$log_level = undef", "$log_level = mine");
    let run = check(&env, &[]);
    assert!(run.stdout.contains("stash push"), "{}", run.show());
    assert!(!run.stdout.contains(told), "{}", run.show());
    env.git("vagrant", &["commit", "--quiet", "-am", "An edit"]);
    edit(&env, CLASS, "$log_level = mine", "$log_level = yours");
    let run = check(&env, &[]);
    assert!(run.stdout.contains("stash push"), "{}", run.show());
    assert!(run.stdout.contains(told), "{}", run.show());
    env.git("vagrant", &["stash", "push", "--quiet"]);
    close(&env);
}
