//! The patches as a chain of changes: sent, found again, changed by others.

mod others;
mod sent;

use std::path::PathBuf;

use super::drift::merge;
use super::{change_ids, done, env, run, subjects};
use crate::support::gerrit::Gerrit;
use crate::support::samples::MODEL;
use crate::support::{Env, copy, sample_tree};

#[test]
fn what_was_written_before_is_split_into_commits() {
    let env = env();
    done(&env, &[]);
    assert_eq!(subjects(&env), [""; 0]);
    assert!(env.status("puppet").contains(" M manifests/site.pp\n"));
    let text = env.read("puppet/hieradata/role/common/trendingedits.yaml");
    // A second run finds all of it, and leaves it as it is.
    let again = done(&env, &[]);
    assert!(!again.stdout.contains("+++"), "{}", again.show());
    done(&env, &["--commit"]);
    assert_eq!(subjects(&env).len(), 4);
    assert_eq!(env.status("puppet"), "");
    assert_eq!(
        env.read("puppet/hieradata/role/common/trendingedits.yaml"),
        text
    );
}

/// A checkout whose remote is a review server.
pub(super) fn reviewed() -> (Env, Gerrit, PathBuf) {
    let (env, gerrit) = (env(), Gerrit::new());
    let site = env.home().join("config/svcgen/sites/example.yaml");
    let text = std::fs::read_to_string(&site).unwrap();
    std::fs::write(
        &site,
        text.replace("puppet_branch: live", "puppet_branch: master"),
    )
    .unwrap();
    std::fs::remove_dir_all(env.work().join("puppet")).unwrap();
    let clone = gerrit.with_clone("ops/config", &[("begun", "")]);
    for part in ["puppet", "puppet-production"] {
        copy(&sample_tree(part), clone.as_std_path());
    }
    gerrit.git(&clone, &["add", "--all"]);
    gerrit.git(&clone, &["commit", "--quiet", "--message", "the tree"]);
    gerrit.git(
        &clone,
        &["push", "--quiet", "origin", "HEAD:refs/heads/master"],
    );
    gerrit.git(&clone, &["fetch", "--quiet"]);
    let path = clone.into_std_path_buf();
    std::os::unix::fs::symlink(&path, env.work().join("puppet")).unwrap();
    (env, gerrit, path)
}

#[test]
fn the_whole_chain_is_sent_and_goes_on_upon_what_is_merged() {
    let (env, gerrit, _) = reviewed();
    let sent = done(&env, &["--review"]);
    assert!(
        sent.stderr.contains("puppet: sent for review"),
        "{}",
        sent.show()
    );
    let changes = gerrit.changes("ops/config");
    assert_eq!(changes.len(), 4);
    let patch_sets = |gerrit: &Gerrit| -> Vec<u64> {
        let changes = gerrit.changes("ops/config");
        changes
            .iter()
            .map(|change| change["patch"].as_u64().unwrap())
            .collect()
    };
    let again = done(&env, &["--review"]);
    assert!(again.stderr.contains("nothing new"), "{}", again.show());
    assert_eq!(patch_sets(&gerrit), [1, 1, 1, 1]);
    // The service and the hosts are merged; the rest goes upon them.
    gerrit.merge("ops/config", 1);
    gerrit.merge("ops/config", 2);
    env.replace(
        "svcgen.yaml",
        "{approval: [",
        "{members: [bea], approval: [",
    );
    let rebased = done(&env, &["--review"]);
    assert_eq!(patch_sets(&gerrit), [1, 1, 2, 2], "{}", rebased.show());
    assert!(!rebased.stderr.contains("service: "), "{}", rebased.show());
    // It has followed already.
    assert!(
        !rebased.stderr.contains("makes the next run begin"),
        "{}",
        rebased.show()
    );
    let ahead = env.git("puppet", &["log", "--format=%s", "origin/master..HEAD"]);
    assert_eq!(
        ahead,
        "trendingedits: Add to the load balancer and conftool\ntrendingedits: Add the admin group\n"
    );
    assert_eq!(env.status("puppet"), "");
}

#[test]
fn what_is_merged_is_taken_away_by_changes_that_say_so() {
    let (env, gerrit, _) = reviewed();
    done(&env, &["--review"]);
    for change in 1..=4 {
        gerrit.merge("ops/config", change);
    }
    let (without, _) = MODEL.split_once("deploy:").unwrap();
    let approval = "production: {admins: {approval: [Grace Approver]}}\n";
    env.write("svcgen.yaml", &format!("{without}{approval}"));
    let shown: Vec<String> = done(&env, &["--review"])
        .stdout
        .lines()
        .filter(|line| line.starts_with("# "))
        .map(str::to_owned)
        .collect();
    for told in [
        "# takes away what svcgen wrote for it: the model has no hosts",
        "# approval: whoever gives out the hosts has to agree: they have no role once this is merged",
        "# takes away what svcgen wrote for it: the model has no address",
        "# approval: whoever runs the load balancers has to agree, restarts the balancers, and takes the addresses out of DNS",
    ] {
        assert!(shown.iter().any(|line| line == told), "{told}\n{shown:#?}");
    }
    let messages = || env.git("puppet", &["log", "--format=%s|%b", "origin/master..HEAD"]);
    let made = messages();
    let texts: Vec<&str> = made
        .lines()
        .filter(|line| line.contains("any more"))
        .collect();
    assert_eq!(
        texts,
        [
            "trendingedits: Remove from the load balancer and conftool|trending-edits is behind no load balancer any more.",
            "trendingedits: Remove the role from its hosts|trending-edits has no hosts any more.",
        ],
        "{made}"
    );
    assert_eq!(gerrit.changes("ops/config").len(), 6);
    // A second run finds them.
    let again = done(&env, &["--review"]);
    assert!(again.stderr.contains("nothing new"), "{}", again.show());
    assert_eq!(messages(), made);
    assert_eq!(env.status("puppet"), "");
}

#[test]
fn a_clone_that_remembers_nothing_finds_the_patches() {
    let env = env();
    done(&env, &["--commit"]);
    let ids = change_ids(&env, "-4");
    std::fs::remove_dir_all(env.work().join("puppet/.git/svcgen")).unwrap();
    let again = done(&env, &["--commit"]);
    assert_eq!(change_ids(&env, "-4"), ids, "{}", again.show());
    assert_eq!(subjects(&env).len(), 4);
    let check = env.svcgen(&["check", "--puppet-repo", "puppet"]);
    assert_eq!(check.code, 0, "{}", check.show());
}

#[test]
fn a_run_that_was_interrupted_is_finished_by_the_next() {
    let env = env();
    done(&env, &["--commit"]);
    let before = env.git("puppet", &["rev-parse", "HEAD"]);
    let store = env.work().join("puppet/.git/svcgen");
    copy(&store, &env.work().join("store"));
    env.replace("svcgen.yaml", "trending[1001-1003]", "trending[1001-1004]");
    done(&env, &["--commit"]);
    let after = env.git("puppet", &["rev-parse", "HEAD^{tree}"]);
    // The files and the index have moved; the branch has not, and what is remembered is of before.
    std::fs::remove_dir_all(&store).unwrap();
    copy(&env.work().join("store"), &store);
    let branch = "refs/heads/svcgen/trending-edits";
    env.git("puppet", &["update-ref", branch, before.trim()]);
    assert_ne!(env.status("puppet"), "");
    done(&env, &["--commit"]);
    assert_eq!(env.git("puppet", &["rev-parse", "HEAD^{tree}"]), after);
    assert_eq!(env.status("puppet"), "");
    assert_eq!(subjects(&env).len(), 4);
}

/// Adds a parameter, so that a line of the role's data goes beside those of the other patches.
pub(super) fn add_parameter(env: &Env) {
    let age = "    - name: max_age\n";
    let wiki =
        "    - {name: wiki, description: Which., value: {production: enwiki, vagrant: wiki}}\n";
    env.replace("svcgen.yaml", age, &format!("{wiki}{age}"));
}

#[test]
fn what_is_only_written_is_no_edit_of_somebodys_in_a_commit() {
    let env = env();
    done(&env, &["--commit"]);
    let ids = change_ids(&env, "-4");
    env.replace(
        "svcgen.yaml",
        "{approval: [",
        "{members: [ada, bea], approval: [",
    );
    done(&env, &[]);
    add_parameter(&env);
    done(&env, &["--commit"]);
    assert_eq!(change_ids(&env, "-4"), ids);
    assert_eq!(env.status("puppet"), "");
    let members = env.git("puppet", &["show", "HEAD~1"]);
    assert!(members.contains("+    members: [ada, bea]\n"), "{members}");
}

#[test]
fn a_patch_that_changes_once_it_is_merged_is_called_by_what_it_changes() {
    let (env, gerrit, clone) = reviewed();
    done(&env, &["--commit"]);
    merge(&gerrit, &clone);
    env.replace("svcgen.yaml", "trending[1001-1003]", "trending[1001-1005]");
    done(&env, &["--commit"]);
    let later = [
        "trendingedits: Update the load balancer and conftool",
        "trendingedits: Update its hosts",
    ];
    assert_eq!(subjects(&env)[..2], later);
    let body = env.git("puppet", &["log", "-1", "--format=%b", "HEAD~1"]);
    assert!(body.contains("now, in:\n\n* manifests/site.pp\n"), "{body}");
    // A commit that is changed again keeps its name.
    env.replace("svcgen.yaml", "trending[1001-1005]", "trending[1001-1006]");
    done(&env, &["--commit"]);
    assert_eq!(subjects(&env)[..2], later);
    let upstream = env.git("puppet", &["rev-parse", "HEAD~2", "origin/master"]);
    let (base, tip) = upstream.trim().split_once('\n').unwrap();
    assert_eq!(base, tip);
}

#[test]
fn scripts_are_told_of_no_approval_where_nothing_is_wanted() {
    let env = env();
    env.replace("svcgen.yaml", "north: 10.20.1.30, south: 10.21.1.30", "");
    let run = run(&env, &["--format", "json", "--dry-run"]);
    let told: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    let steps = told["steps"].as_array().unwrap().iter();
    let approved: Vec<bool> = steps.map(|step| step["approval"].is_string()).collect();
    assert_eq!(approved, [true, true, true, false], "{}", run.show());
}
