//! A change that is written where another branch is checked out than the one it is committed on.

mod closing;

use crate::support::Env;

const VAGRANT: &[&str] = &["vagrant", "--repo", "vagrant", "--yes", "--no-verify"];
const CHECK: &[&str] = &["check", "--vagrant-repo", "vagrant"];
const CLASS: &str = "vagrant/puppet/modules/role/manifests/trendingedits.pp";

fn env() -> Env {
    let env = Env::with_model();
    env.repository("vagrant");
    env
}

fn done(env: &Env, words: &[&str]) -> String {
    let run = env.svcgen(words);
    assert_eq!(run.code, 0, "{}", run.show());
    run.stderr
}

#[test]
fn the_commit_gets_what_was_only_written_on_another_branch() {
    let env = env();
    let branch = env.git("vagrant", &["branch", "--show-current"]);
    let commit = [VAGRANT, &["--commit"]].concat();
    done(&env, &commit);
    env.git("vagrant", &["switch", "--quiet", branch.trim()]);
    env.replace("svcgen.yaml", "port: 6699", "port: 6700");
    done(&env, VAGRANT);
    env.git("vagrant", &["stash", "--quiet", "--include-untracked"]);
    // What svcgen committed is nobody's edit.
    env.git("vagrant", &["switch", "--quiet", "svcgen/trending-edits"]);
    let check = env.svcgen(CHECK);
    assert_eq!(check.code, 3, "{}", check.show());
    assert!(
        check.stdout.contains("the model is newer"),
        "{}",
        check.show()
    );
    assert!(
        !check.stdout.contains("the tree was changed"),
        "{}",
        check.show()
    );
    env.git("vagrant", &["switch", "--quiet", branch.trim()]);
    done(&env, &commit);
    let found = ["grep", "--count", "6700", "svcgen/trending-edits", "--"];
    assert!(
        env.git("vagrant", &found)
            .contains("svcgen/trending-edits:")
    );
    done(&env, CHECK);
    assert_eq!(env.status("vagrant"), "");
}

#[test]
fn what_was_only_written_on_another_branch_is_committed_by_the_command_of_check() {
    let env = env();
    let branch = env.git("vagrant", &["branch", "--show-current"]);
    done(&env, &[VAGRANT, &["--commit"]].concat());
    env.git("vagrant", &["switch", "--quiet", branch.trim()]);
    env.replace("svcgen.yaml", "port: 6699", "port: 6700");
    done(&env, VAGRANT);
    let check = env.svcgen(CHECK);
    assert_eq!(check.code, 0, "{}", check.show());
    let mut lines = check.stdout.lines();
    let command = lines.find_map(|line| line.trim().strip_prefix("$ "));
    env.typed(command.unwrap());
    let found = ["grep", "--count", "6700", "svcgen/trending-edits", "--"];
    assert!(
        env.git("vagrant", &found)
            .contains("svcgen/trending-edits:")
    );
    assert_eq!(env.status("vagrant"), "");
}

#[test]
fn a_file_that_somebody_emptied_is_compared_and_comes_back() {
    let env = env();
    done(&env, &[VAGRANT, &["--commit"]].concat());
    let text = env.read(CLASS);
    env.write(CLASS, "");
    let check = env.svcgen(CHECK);
    assert_eq!(check.code, 3, "{}", check.show());
    let yours = [VAGRANT, &["--force", "--conflicts", "yours"]].concat();
    done(&env, &yours);
    assert_eq!(env.read(CLASS), "");
    std::fs::remove_file(env.work().join(CLASS)).unwrap();
    done(&env, &[VAGRANT, &["--force"]].concat());
    assert_eq!(env.read(CLASS), text);
}

#[test]
fn a_branch_of_an_older_model_that_was_renamed_is_known_for_what_it_is() {
    let env = env();
    let branch = env.git("vagrant", &["branch", "--show-current"]);
    let branch = branch.trim();
    let commit = [VAGRANT, &["--commit"]].concat();
    done(&env, &commit);
    env.git(
        "vagrant",
        &["branch", "--move", "svcgen/trending-edits", "mine"],
    );
    env.git("vagrant", &["switch", "--quiet", branch]);
    env.replace("svcgen.yaml", "port: 6699", "port: 6700");
    let told = done(&env, &commit);
    let other = "`mine` has the change that svcgen made here";
    assert!(told.contains(other), "{told}");
    env.git("vagrant", &["switch", "--quiet", branch]);
    let told = done(&env, &[&commit[..], &["--topic", "mine"]].concat());
    assert!(!told.contains("nothing to commit"), "{told}");
    for branch in ["mine", "svcgen/trending-edits"] {
        let found = ["grep", "--fixed-strings", "6700", branch, "--"];
        assert!(env.git("vagrant", &found).contains(branch));
    }
    let same = ["diff", "--stat", "mine", "svcgen/trending-edits"];
    assert_eq!(env.git("vagrant", &same), "");
}

/// Somebody's line at the top of the class, in svcgen's commit.
fn amend(env: &Env) {
    let text = env.read(CLASS);
    env.write(CLASS, &format!("# a reviewer's\n{text}"));
    let amend = ["commit", "--quiet", "--all", "--amend", "--no-edit"];
    env.git("vagrant", &amend);
}

#[test]
fn an_older_text_with_an_edit_follows_the_model_wherever_another_branch_is() {
    let env = env();
    let commit = [VAGRANT, &["--commit"]].concat();
    let base = env.git("vagrant", &["branch", "--show-current"]);
    done(&env, &commit);
    amend(&env);
    env.git("vagrant", &["switch", "--quiet", base.trim()]);
    env.replace("svcgen.yaml", "port: 6699", "port: 6700");
    done(&env, &[&commit[..], &["--topic", "other"]].concat());
    // The lines of the older model are nobody's edit there, as `check` sees it, too.
    env.git("vagrant", &["switch", "--quiet", "svcgen/trending-edits"]);
    let check = env.svcgen(CHECK);
    assert_eq!(check.code, 3, "{}", check.show());
    assert!(
        check.stdout.contains("the model is newer"),
        "{}",
        check.show()
    );
    done(&env, &commit);
    let found = env.differing("vagrant", "other", "svcgen/trending-edits");
    assert_eq!(found, "+# a reviewer's");
    // And back again, with the one model and the other.
    env.replace("svcgen.yaml", "port: 6700", "port: 6701");
    done(&env, &[&commit[..], &["--topic", "other"]].concat());
    done(&env, &commit);
    let found = env.differing("vagrant", "other", "svcgen/trending-edits");
    assert_eq!(found, "+# a reviewer's");
    for branch in ["other", "svcgen/trending-edits"] {
        let own = format!("{}..{branch}", base.trim());
        assert_eq!(env.git("vagrant", &["rev-list", "--count", &own]), "1\n");
    }
}

#[test]
fn a_branch_of_many_models_ago_follows_the_model() {
    let env = env();
    let on = |branch| [VAGRANT, &["--commit", "--topic", branch]].concat();
    let base = env.git("vagrant", &["branch", "--show-current"]);
    done(&env, &on("first"));
    env.git("vagrant", &["switch", "--quiet", base.trim()]);
    for port in 6700..6708 {
        let before = format!("port: {}", port - 1);
        env.replace("svcgen.yaml", &before, &format!("port: {port}"));
        done(&env, &on("second"));
    }
    let told = done(&env, &on("first"));
    assert_eq!(env.differing("vagrant", "second", "first"), "");
    // Nobody put anything into it.
    assert!(!told.contains("kept-"), "{told}");
    assert_eq!(env.git("vagrant", &["branch", "--list", "kept-*"]), "");
}

#[test]
fn a_commit_that_was_taken_back_and_edited_is_made_of_what_it_was_made_of() {
    let env = env();
    let commit = [VAGRANT, &["--commit"]].concat();
    done(&env, &commit);
    env.replace("svcgen.yaml", "port: 6699", "port: 6700");
    done(&env, &commit);
    env.git("vagrant", &["branch", "whole"]);
    env.git("vagrant", &["reset", "--quiet", "--hard", "HEAD@{1}"]);
    amend(&env);
    done(&env, &commit);
    let found = env.differing("vagrant", "whole", "svcgen/trending-edits");
    assert_eq!(found, "+# a reviewer's");
}

#[test]
fn a_change_that_came_from_another_branch_is_known_there() {
    let (reset, pick) = (["reset", "--hard", "a"], ["cherry-pick", "a"]);
    let back = ["reset", "--hard", "BASE"];
    for steps in [
        // Another branch is put in the place of this one, copied, or its change is picked.
        &[&["switch", "b"][..], &reset][..],
        &[&["switch", "-c", "c", "a"]],
        &[&["switch", "-c", "c", "BASE"], &pick],
        &[&["switch", "b"], &back, &pick],
    ] {
        let env = env();
        let base = env.git("vagrant", &["branch", "--show-current"]);
        let base = base.trim();
        done(&env, &[VAGRANT, &["--commit", "--topic", "a"]].concat());
        amend(&env);
        let reword = ["commit", "--quiet", "--amend", "--message"];
        let id = ["log", "-1", "--format=%(trailers:key=Change-Id)"];
        let message = format!("Mine\n\n{}", env.git("vagrant", &id));
        env.git("vagrant", &[&reword[..], &[message.as_str()]].concat());
        env.git("vagrant", &["switch", "--quiet", base]);
        env.replace("svcgen.yaml", "port: 6699", "port: 6700");
        done(&env, &[VAGRANT, &["--commit", "--topic", "b"]].concat());
        env.git("vagrant", &["branch", "fresh"]);
        for step in steps {
            let step = step.iter().map(|word| word.replace("BASE", base));
            let step: Vec<String> = step.collect();
            let words: Vec<&str> = step.iter().map(String::as_str).collect();
            env.git("vagrant", &words);
        }
        let branch = env.git("vagrant", &["branch", "--show-current"]);
        let branch = branch.trim();
        let check = env.svcgen(CHECK);
        assert!(
            check.stdout.contains("the model is newer"),
            "{}",
            check.show()
        );
        done(&env, &[VAGRANT, &["--commit", "--topic", branch]].concat());
        assert_eq!(
            env.differing("vagrant", "fresh", branch),
            "+# a reviewer's",
            "{steps:?}"
        );
        let own = format!("{base}..{branch}");
        let count = env.git("vagrant", &["rev-list", "--count", &own]);
        assert_eq!(count, "1\n", "{steps:?}");
        let kept = env.git("vagrant", &["branch", "--list", "kept-*"]);
        assert_eq!(kept, "", "{steps:?}");
    }
}

#[test]
fn a_branch_that_was_put_back_from_a_copy_keeps_what_is_in_it() {
    let env = env();
    let base = env.git("vagrant", &["branch", "--show-current"]);
    let base = base.trim();
    let commit = [VAGRANT, &["--commit"]].concat();
    // With a remote, as everybody has.
    let work = env.work();
    env.git_in(
        &work,
        &["clone", "--quiet", "--bare", "vagrant", "origin.git"],
    );
    env.git("vagrant", &["remote", "add", "origin", "../origin.git"]);
    env.git("vagrant", &["fetch", "--quiet", "origin"]);
    done(&env, &commit);
    amend(&env);
    let id = ["log", "-1", "--format=%(trailers:key=Change-Id)"];
    let before = env.git("vagrant", &id);
    let mine = "svcgen/trending-edits";
    for port in [6699, 6700] {
        env.git("vagrant", &["branch", "--move", mine, "backup"]);
        env.git("vagrant", &["switch", "--quiet", base]);
        env.git("vagrant", &["branch", mine, "backup"]);
        env.replace("svcgen.yaml", "port: 6699", &format!("port: {port}"));
        done(&env, &commit);
        env.git("vagrant", &["switch", "--quiet", mine]);
        assert!(env.read(CLASS).starts_with("# a reviewer's\n"), "{port}");
        assert_eq!(env.git("vagrant", &id), before, "{port}");
        let own = format!("origin/{base}..HEAD");
        let count = env.git("vagrant", &["rev-list", "--count", &own]);
        assert_eq!(count, "1\n", "{port}");
        env.git("vagrant", &["branch", "-D", "backup"]);
    }
}

#[test]
fn a_damaged_memory_of_commits_is_told_with_the_way_out() {
    let env = env();
    let commit = [VAGRANT, &["--commit"]].concat();
    done(&env, &commit);
    let tip = env.git("vagrant", &["rev-parse", "svcgen/trending-edits"]);
    let tip = tip.trim();
    let made = format!("vagrant/.git/svcgen/commits/{tip}/trending-edits.vagrant.json");
    env.write(&made, "{\"files\": {");
    env.replace("svcgen.yaml", "port: 6699", "port: 6700");
    for command in [&commit[..], CHECK] {
        let run = env.svcgen(command);
        assert_eq!(run.code, 1, "{}", run.show());
        assert!(
            run.stderr
                .contains("does not say what svcgen's commit was made from"),
            "{}",
            run.show()
        );
        let way = format!("`rm HOME/work/{made}` discards it");
        assert!(run.stderr.contains(&way), "{}", run.show());
    }
    std::fs::remove_file(env.work().join(&made)).unwrap();
    done(&env, &commit);
    done(&env, CHECK);
}

#[test]
fn commits_that_the_change_begins_without_are_told() {
    let env = env();
    let base = env.git("vagrant", &["branch", "--show-current"]);
    let base = base.trim();
    env.git("vagrant", &["init", "--quiet", "--bare", "../server.git"]);
    env.git("vagrant", &["remote", "add", "origin", "../server.git"]);
    env.git("vagrant", &["push", "--quiet", "origin", base]);
    let warning = "begins where the remote's branch is, without 1 commit of the branch";
    let commit = [VAGRANT, &["--commit"]].concat();
    let told = done(&env, &commit);
    assert!(!told.contains(warning), "{told}");
    env.git("vagrant", &["switch", "--quiet", base]);
    env.write("vagrant/README", "mine\n");
    env.git("vagrant", &["add", "README"]);
    env.git("vagrant", &["commit", "--quiet", "--message", "mine"]);
    let told = done(&env, &[&commit[..], &["--topic", "other"]].concat());
    assert!(told.contains(warning), "{told}");
}
