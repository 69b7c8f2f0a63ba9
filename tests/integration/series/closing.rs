//! The commands of `check` close what people did to patches of the series, and what a run leaves is told.

use super::second_clone::{CHECK, commit_model, forget, under_git};
use super::{done, env, put_into, run, subjects};
use crate::support::Env;

const PROFILE: &str = "puppet/modules/profile/manifests/trendingedits.pp";
const SERVICES: &str = "puppet/conftool-data/discovery/services.yaml";
const NORTH: &str = "puppet/conftool-data/node/north.yaml";
const CATALOGUE: &str = "puppet/hieradata/common/service.yaml";

fn amend(env: &Env) {
    let words = ["commit", "--quiet", "--all", "--amend", "--no-edit"];
    env.git("puppet", &words);
}

/// The first command that a check names.
fn named(env: &Env) -> String {
    let check = env.svcgen(CHECK);
    let mut lines = check.stdout.lines();
    let command = lines.find_map(|line| line.trim().strip_prefix("$ "));
    command
        .unwrap_or_else(|| panic!("{}", check.show()))
        .to_owned()
}

/// Types that command, after which nothing is left.
fn close(env: &Env) {
    let command = named(env);
    let typed = env.typed(&command);
    assert_eq!(typed.code, 0, "{command}\n{}", typed.show());
    let check = env.svcgen(CHECK);
    assert_eq!(check.code, 0, "{command}\n{}", check.show());
    assert!(!check.stdout.contains("$ "), "{}", check.show());
}

/// Takes the load balancer out of the model.
fn drop_balancer(env: &Env) {
    let model = env.read("svcgen.yaml");
    let kept = model
        .lines()
        .filter(|line| !line.contains("load_balancer") && !line.contains("addresses"));
    env.write(
        "svcgen.yaml",
        &kept.map(|line| format!("{line}\n")).collect::<String>(),
    );
}

#[test]
fn what_somebody_put_into_a_patch_is_kept_after_runs_that_made_others_anew() {
    let env = env();
    done(&env, &["--commit"]);
    let call = "    service::node";
    env.replace(PROFILE, call, &format!("    # Ask Eve.\n{call}"));
    put_into(&env, "HEAD~3");
    env.replace("svcgen.yaml", "10.20.1.30", "10.20.1.44");
    done(&env, &["--commit"]);
    std::fs::remove_file(env.work().join(PROFILE)).unwrap();
    let told = done(&env, &["--commit"]);
    let kept = told
        .stderr
        .split('`')
        .find(|word| word.starts_with("kept-"));
    let kept = kept.unwrap_or_else(|| panic!("{}", told.show()));
    let path = PROFILE.trim_start_matches("puppet/");
    let there = env.git("puppet", &["show", &format!("{kept}:{path}")]);
    assert!(there.contains("# Ask Eve."), "{there}");
    assert!(!env.read(PROFILE).contains("Eve"));
}

#[test]
fn a_host_that_is_taken_out_of_a_commit_by_hand_goes_into_that_commit() {
    let env = env();
    done(&env, &["--commit"]);
    let host = "    trending1001.north.farm.example: [trending-edits]\n";
    let another = "    trending1009.north.farm.example: [trending-edits]\n";
    env.replace(NORTH, host, &format!("{host}{another}"));
    amend(&env);
    env.replace(NORTH, another, "");
    close(&env);
    env.replace(
        PROFILE,
        "    service::node",
        "    # mine\n    service::node",
    );
    amend(&env);
    env.replace(PROFILE, "    # mine\n", "");
    close(&env);
    assert_eq!(env.status("puppet"), "");
    assert_eq!(subjects(&env).len(), 4);
    done(&env, &["--commit"]);
}

#[test]
fn a_line_in_a_new_file_of_a_series_is_not_committed_beside_it() {
    let env = env();
    done(&env, &[]);
    let call = "    service::node";
    env.replace(PROFILE, call, &format!("    # Ask Eve.\n{call}"));
    let refused = run(&env, &["--commit"]);
    assert_eq!(refused.code, 11, "{}", refused.show());
    let way = "hint: `git -C HOME/work/puppet stash push -u -- modules/profile/manifests/trendingedits.pp` puts that away; what you \
               wrote goes into its patch with `git commit --amend`, once that is made\n";
    assert!(refused.stderr.contains(way), "{}", refused.show());
    close(&env);
    assert_eq!(subjects(&env).len(), 4);
}

#[test]
fn a_line_in_the_way_of_a_patch_that_goes_is_put_away_first() {
    let env = env();
    done(&env, &["--commit"]);
    env.replace(SERVICES, "trending-edits:", "# mine\ntrending-edits:");
    drop_balancer(&env);
    close(&env);
    assert!(env.git("puppet", &["stash", "list"]).contains("stash@{0}"));
    assert!(!env.read(SERVICES).contains("trending-edits"));
}

#[test]
fn a_patch_that_goes_leaves_nothing_where_nothing_is_remembered_and_a_file_was_edited() {
    let env = env();
    under_git(&env);
    done(&env, &["--commit"]);
    forget(&env);
    drop_balancer(&env);
    commit_model(&env);
    env.replace(SERVICES, "trending-edits:", "# mine\ntrending-edits:");
    let refused = run(&env, &["--commit"]);
    assert_eq!(refused.code, 11, "{}", refused.show());
    close(&env);
    assert!(!env.read(SERVICES).contains("trending-edits"));
    assert_eq!(subjects(&env).len(), 3);
}

#[test]
fn a_colleague_goes_on_with_the_patches_and_makes_no_commit_upon_them() {
    let env = env();
    under_git(&env);
    done(&env, &["--commit"]);
    forget(&env);
    env.replace("svcgen.yaml", "port: 6699", "port: 6700");
    commit_model(&env);
    assert_eq!(named(&env), "svcgen puppet --repo puppet --series --commit");
}

#[test]
fn what_stays_of_a_patch_that_goes_is_told() {
    let env = env();
    done(&env, &["--commit"]);
    env.replace(
        CATALOGUE,
        "    page: false\n",
        "    # mine\n    page: false\n",
    );
    amend(&env);
    drop_balancer(&env);
    let told = done(&env, &["--commit", "--conflicts", "yours"]);
    let warning = "warning: load-balancer: hieradata/common/service.yaml: svcgen wrote `trending-edits` and no longer wants it, but \
                   someone changed it: it is left unchanged, and no longer counts as svcgen's\n";
    assert!(told.stderr.contains(warning), "{}", told.show());
}

#[test]
fn a_file_that_a_commit_upon_the_patches_took_away_is_told_and_comes_back() {
    let env = env();
    done(&env, &["--commit"]);
    let path = PROFILE.trim_start_matches("puppet/");
    env.git("puppet", &["rm", "--quiet", path]);
    env.git(
        "puppet",
        &["commit", "--quiet", "--message", "Drop the profile"],
    );
    let told = done(&env, &["--commit"]);
    let warning = "warning: a commit on top of the patches changes modules/profile/manifests/trendingedits.pp: that is left unchanged, and `svcgen \
                   check` says where it differs from the model\n";
    assert!(told.stderr.contains(warning), "{}", told.show());
    done(&env, &[]);
    close(&env);
    assert!(env.has(PROFILE));
    assert_eq!(env.status("puppet"), "");
}
