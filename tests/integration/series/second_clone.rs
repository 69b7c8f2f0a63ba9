//! Series in a clone of somebody who did not make it, and what somebody put into the commits of a later patch.

mod later_commits;
mod other_name;

use super::chain::add_parameter;
use super::{done, env, run};
use crate::support::Env;

pub(super) const SITE: &str = "puppet/manifests/site.pp";
const ROLE: &str = "puppet/modules/role/manifests/trendingedits.pp";
pub(super) const CHECK: &[&str] = &["check", "--puppet-repo", "puppet"];

/// Takes away what the clone remembers.
pub(super) fn forget(env: &Env) {
    std::fs::remove_dir_all(env.work().join("puppet/.git/svcgen")).unwrap();
}

/// Has the model in a repository of its own, whose commits tell its versions.
pub(super) fn under_git(env: &Env) {
    let model = env.work().join("svcgen.yaml");
    env.write("src/svcgen.yaml", &env.read("svcgen.yaml"));
    std::fs::remove_file(&model).unwrap();
    std::os::unix::fs::symlink(env.work().join("src/svcgen.yaml"), model).unwrap();
    env.git("src", &["init", "--quiet"]);
    commit_model(env);
}

/// Commits a version of it.
pub(super) fn commit_model(env: &Env) {
    env.git("src", &["add", "--all"]);
    env.git("src", &["commit", "--quiet", "--message", "the model"]);
}

/// The patches on their branch, in a clone of somebody else.
fn cloned() -> Env {
    let env = env();
    done(&env, &["--commit"]);
    forget(&env);
    env
}

/// The same, once it is merged.
pub(super) fn merged() -> Env {
    let env = env();
    let base = env.git("puppet", &["branch", "--show-current"]);
    let base = base.trim();
    done(&env, &["--commit"]);
    env.git("puppet", &["switch", "--quiet", base]);
    let words = ["merge", "--quiet", "--ff-only", "svcgen/trending-edits"];
    env.git("puppet", &words);
    let words = ["branch", "--quiet", "--delete", "svcgen/trending-edits"];
    env.git("puppet", &words);
    forget(&env);
    env
}

fn env_with_memory() -> Env {
    let env = env();
    done(&env, &["--commit"]);
    env
}

fn amend(env: &Env) {
    let words = ["commit", "--quiet", "--all", "--amend", "--no-edit"];
    env.git("puppet", &words);
}

#[test]
fn what_is_merged_is_in_step_with_the_line_for_the_load_balancer() {
    let env = merged();
    let role = env.read(ROLE);
    assert!(role.contains("profile::lvs::realserver"), "{role}");
    let check = env.svcgen(CHECK);
    assert_eq!(check.code, 0, "{}", check.show());
    for words in [
        &["--commit"][..],
        &["--commit", "--conflicts", "svcgen"],
        &[],
    ] {
        let told = done(&env, words);
        assert!(!told.stdout.contains("+++"), "{}", told.show());
    }
    let one = ["puppet", "--repo", "puppet", "--yes", "--no-verify"];
    let told = env.svcgen(&one);
    assert_eq!(told.code, 0, "{}", told.show());
    assert_eq!(env.read(ROLE), role);
    // What goes from the model goes from the role, too, with all of that patch and not without.
    env.replace(
        "svcgen.yaml",
        "{north: 10.20.1.30, south: 10.21.1.30}",
        "{}",
    );
    let told = env.svcgen(&[&one[..], &["--commit"]].concat());
    assert_eq!(told.code, 0, "{}", told.show());
    assert_eq!(env.read(ROLE), role);
    done(&env, &["--commit"]);
    assert_eq!(
        env.read(ROLE),
        role.replace("    include profile::lvs::realserver\n", "")
    );
}

#[test]
fn an_address_that_the_model_changed_is_told_and_decided() {
    let path = "puppet/hieradata/common/service.yaml";
    for env in [cloned(), merged()] {
        env.replace("svcgen.yaml", "10.20.1.30", "10.20.1.31");
        let refused = run(&env, &["--commit"]);
        assert_eq!(refused.code, 11, "{}", refused.show());
        assert!(
            refused
                .stderr
                .contains("`trending-edits.ip.north.default` is `\"10.20.1.30\"` already, not"),
            "{}",
            refused.show()
        );
        done(&env, &["--commit", "--conflicts", "svcgen"]);
        assert!(env.read(path).contains("default: 10.20.1.31\n"));
        let check = env.svcgen(CHECK);
        assert_eq!(check.code, 0, "{}", check.show());
    }
}

#[test]
fn what_the_model_drops_goes_where_a_run_has_seen_it() {
    let env = cloned();
    done(&env, &["--commit"]);
    env.replace("svcgen.yaml", "trending[1001-1003]", "trending[1002-1003]");
    env.replace(
        "svcgen.yaml",
        "{approval: [",
        "{members: [bea], approval: [",
    );
    let told = done(&env, &["--commit"]);
    // Nothing in it was anybody's.
    assert!(!told.stderr.contains("kept-"), "{}", told.show());
    let site = env.read(SITE);
    assert!(site.contains("node /^trending100[23]\\."), "{site}");
    assert!(!site.contains("trending100[1-3]"), "{site}");
    let nodes = env.read("puppet/conftool-data/node/north.yaml");
    assert!(!nodes.contains("trending1001"), "{nodes}");
}

#[test]
fn a_host_that_the_model_lacks_is_told_where_nobody_knows_who_gave_it_the_role() {
    let env = merged();
    env.replace("svcgen.yaml", "trending[1001-1003]", "trending[1001-1002]");
    let warning = "gives the role `trendingedits` to `trending1003.north.farm.example`";
    let listed = "gives `trending-edits` to `trending1003.north.farm.example`";
    for words in [&["--commit", "--conflicts", "yours"][..], &["--commit"]] {
        let told = run(&env, words);
        assert!(told.stderr.contains(warning), "{}", told.show());
        assert!(told.stderr.contains(listed), "{}", told.show());
    }
    assert!(env.read(SITE).contains("trending100[1-3]"));
    let check = env.svcgen(CHECK);
    assert_eq!(check.code, 3, "{}", check.show());
    for told in [
        "gives the role `trendingedits` to",
        "gives `trending-edits` to",
    ] {
        assert!(check.stdout.contains(told), "{}", check.show());
    }
    // Where it is svcgen's, it goes, and nothing is to be told.
    let env = env_with_memory();
    env.replace("svcgen.yaml", "trending[1001-1003]", "trending[1001-1002]");
    let told = done(&env, &["--commit"]);
    assert!(!told.stderr.contains("gives the role"), "{}", told.show());
}

#[test]
fn a_patch_that_cannot_be_planned_is_not_said_to_be_in_step() {
    let env = merged();
    let block = "node /^trending100[1-3]";
    env.replace(SITE, block, "node /^trending100[13]");
    let other = "\nnode 'trending1002.north.farm.example' {\n    role(other)\n}\n";
    let site = env.read(SITE);
    env.write(SITE, &(site + other));
    let commit = ["commit", "--quiet", "--all", "--message", "Another use"];
    env.git("puppet", &commit);
    let check = env.svcgen(CHECK);
    let told =
        "the patch `cluster` is not compared: the host `trending1002.north.farm.example` is taken";
    for told in [
        "puppet: HOME/work/puppet: in step, as far as it was compared\n",
        told,
    ] {
        assert!(check.stdout.contains(told), "{}", check.show());
    }
    let json = env.svcgen(&[CHECK, &["--format", "json"]].concat());
    let value: serde_json::Value = serde_json::from_str(&json.stdout).unwrap();
    let puppet = &value["checkouts"][0];
    assert_eq!(puppet["not_compared"][0]["patch"], "cluster", "{value}");
}

#[test]
fn what_the_model_drops_goes_where_its_repository_has_the_version_that_wrote_it() {
    let files = [
        SITE,
        ROLE,
        "puppet/conftool-data/node/north.yaml",
        "puppet/conftool-data/node/south.yaml",
        "puppet/hieradata/common/service.yaml",
        "puppet/modules/admin/data/data.yaml",
    ];
    let results = [merged(), cloned(), env_with_memory()].map(|env| {
        env.git(".", &["init", "--quiet"]);
        env.git(".", &["add", "svcgen.yaml"]);
        env.git(".", &["commit", "--quiet", "--message", "the model"]);
        env.replace("svcgen.yaml", "trending[1001-1003]", "trending[1001-1002]");
        let both = "{north: 10.20.1.30, south: 10.21.1.30}";
        env.replace("svcgen.yaml", both, "{north: 10.20.1.31}");
        let check = env.svcgen(CHECK);
        assert_eq!(check.code, 3, "{}", check.show());
        assert!(
            check.stdout.contains("the model is newer"),
            "{}",
            check.show()
        );
        assert!(
            !check.stdout.contains("the model or the tree was changed"),
            "{}",
            check.show()
        );
        let told = done(&env, &["--commit"]);
        // Nothing in it was anybody's.
        assert!(!told.stderr.contains("kept-"), "{}", told.show());
        let check = env.svcgen(CHECK);
        assert_eq!(check.code, 0, "{}", check.show());
        files.map(|file| env.read(file))
    });
    let [merged, cloned, remembering] = results;
    assert!(!remembering[2].contains("trending1003"), "{remembering:?}");
    assert_eq!(merged, remembering);
    assert_eq!(cloned, remembering);
}

#[test]
fn a_patch_that_the_model_drops_goes_from_a_branch_that_was_fetched() {
    let env = cloned();
    env.git(".", &["init", "--quiet"]);
    env.git(".", &["add", "svcgen.yaml"]);
    env.git(".", &["commit", "--quiet", "--message", "the model"]);
    let both = "{north: 10.20.1.30, south: 10.21.1.30}";
    env.replace("svcgen.yaml", both, "{}");
    let told = done(&env, &["--commit"]);
    assert!(
        told.stderr
            .contains("load-balancer: nothing is left of its commit"),
        "{}",
        told.show()
    );
    let subjects = env.git("puppet", &["log", "--format=%s", "--max-count=3"]);
    assert!(!subjects.contains("load balancer"), "{subjects}");
    assert_eq!(env.svcgen(CHECK).code, 0);
}

#[test]
fn a_host_that_somebody_took_out_is_written_again_and_told() {
    let env = env_with_memory();
    let path = "puppet/conftool-data/node/north.yaml";
    let line = "    trending1002.north.farm.example: [trending-edits]\n";
    env.replace(path, line, "");
    amend(&env);
    env.replace("svcgen.yaml", "10.20.1.30", "10.20.1.31");
    let told = done(&env, &["--commit"]);
    let warning =
        "`trending1002.north.farm.example: trending-edits` was removed, and is written again";
    assert!(told.stderr.contains(warning), "{}", told.show());
    assert!(env.read(path).contains(line));
}

#[test]
fn work_upon_the_patches_is_known_where_the_branch_was_fetched_again() {
    let env = cloned();
    done(&env, &["--commit"]);
    env.write("puppet/README", "mine\n");
    env.git("puppet", &["add", "README"]);
    let commit = ["commit", "--quiet", "--message", "Hand work"];
    env.git("puppet", &commit);
    // As `git switch -C` puts it where it was fetched.
    let tip = env.git("puppet", &["rev-parse", "HEAD"]);
    let first = env.git("puppet", &["rev-list", "--max-parents=0", "HEAD"]);
    env.git("puppet", &["remote", "add", "origin", "../server.git"]);
    let upstream = ["update-ref", "refs/remotes/origin/live", first.trim()];
    env.git("puppet", &upstream);
    let put = ["switch", "--quiet", "-C", "svcgen/trending-edits"];
    for commit in ["HEAD~1", tip.trim()] {
        env.git("puppet", &[&put[..], &[commit]].concat());
    }
    add_parameter(&env);
    let refused = run(&env, &["--commit"]);
    assert_eq!(refused.code, 11, "{}", refused.show());
    let told = "there is \"Hand work\" on top of the commit that svcgen would update";
    assert!(refused.stderr.contains(told), "{}", refused.show());
    assert_eq!(env.git("puppet", &["rev-parse", "HEAD"]), tip);
}

#[test]
fn what_was_written_and_not_committed_is_closed_with_the_series() {
    let env = env();
    done(&env, &[]);
    add_parameter(&env);
    let check = env.svcgen(CHECK);
    assert_eq!(check.code, 3, "{}", check.show());
    let command = "    $ svcgen puppet --repo puppet --series --commit\n";
    assert!(check.stdout.contains(command), "{}", check.show());
    let alone = "    $ svcgen puppet --repo puppet --commit\n";
    assert!(!check.stdout.contains(alone), "{}", check.show());
    done(&env, &["--commit"]);
    let check = env.svcgen(CHECK);
    assert_eq!(check.code, 0, "{}", check.show());
}

#[test]
fn a_comment_at_the_line_for_the_load_balancer_is_decided_once() {
    let line = "    include profile::lvs::realserver";
    for (words, is_gone) in [("yours", false), ("svcgen", true)] {
        for env in [env_with_memory(), merged()] {
            env.replace(ROLE, line, &format!("{line} # ours"));
            amend(&env);
            run(&env, &["--commit"]);
            env.replace(
                "svcgen.yaml",
                "{north: 10.20.1.30, south: 10.21.1.30}",
                "{}",
            );
            let refused = run(&env, &["--commit"]);
            assert_eq!(refused.code, 11, "{}", refused.show());
            done(&env, &["--commit", "--conflicts", words]);
            assert_eq!(!env.read(ROLE).contains("# ours"), is_gone, "{words}");
            let tip = env.git("puppet", &["rev-parse", "HEAD"]);
            done(&env, &["--commit"]);
            assert_eq!(env.git("puppet", &["rev-parse", "HEAD"]), tip);
        }
    }
}

#[test]
fn a_role_that_is_gone_comes_back_where_nothing_is_remembered() {
    for env in [cloned(), merged()] {
        std::fs::remove_file(env.work().join(ROLE)).unwrap();
        let check = env.svcgen(CHECK);
        let told =
            "modules/role/manifests/trendingedits.pp\n    the model is newer: is not there yet";
        assert!(check.stdout.contains(told), "{}", check.show());
        env.typed("svcgen puppet --repo puppet");
        done(&env, &[]);
        assert_eq!(env.status("puppet"), "");
    }
}
