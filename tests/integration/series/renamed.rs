//! Classes under another name, once patches of the series write into their files.

use super::chain::reviewed;
use super::drift::merge;
use super::second_clone::{CHECK, SITE, merged, under_git};
use super::{done, env, put_into, run, subjects};
use crate::support::Env;

const ROLE: &str = "puppet/modules/role/manifests/trendingedits.pp";
const ROLE_DATA: &str = "puppet/hieradata/role/common/trendingedits.yaml";

/// Has the model call the classes `trends`.
fn rename(env: &Env) {
    let name = "name: trending-edits\n";
    env.replace("svcgen.yaml", name, &format!("{name}puppet_name: trends\n"));
}

/// Has a check say of the tree what the run said.
fn check_says(env: &Env, refused: &str) {
    let check = env.svcgen(CHECK);
    let is_it = check.code == 11 && check.stderr == refused;
    assert!(is_it, "{}", check.show());
    let told = "puppet: cannot be compared";
    assert!(check.stdout.contains(told), "{}", check.show());
}

/// That nothing goes by the old name, and a check finds nothing left.
fn is_renamed(env: &Env) {
    for path in env.git("puppet", &["ls-files"]).lines() {
        let text = env.read(&format!("puppet/{path}"));
        assert!(
            !path.contains("trendingedits") && !text.contains("trendingedits"),
            "{path}"
        );
    }
    let check = env.svcgen(CHECK);
    assert_eq!(check.code, 0, "{}", check.show());
}

#[test]
fn what_is_merged_keeps_its_name_and_a_check_says_so() {
    let (env, gerrit, clone) = reviewed();
    done(&env, &["--commit"]);
    merge(&gerrit, &clone);
    rename(&env);
    let refused = run(&env, &["--commit"]);
    assert_eq!(refused.code, 11, "{}", refused.show());
    insta::assert_snapshot!(refused.stderr, @"
    error: the classes cannot be renamed from `trendingedits` to `trends`: what was put into their files would stay behind
    cause: modules/role/manifests/trendingedits.pp has what the patch `load-balancer` put there
    hint: write `puppet_name: trendingedits` into HOME/work/svcgen.yaml
    hint: or have all patches follow: `--conflicts svcgen` takes their lines along
    ");
    check_says(&env, &refused.stderr);
    done(&env, &["--commit", "--conflicts", "svcgen"]);
    is_renamed(&env);
}

#[test]
fn a_comment_beside_the_classes_goes_along_with_the_new_name() {
    let env = env();
    done(&env, &["--commit"]);
    let node = "node /^trending2001\\.south\\.farm\\.example$/ {\n";
    env.replace(SITE, node, &format!("# rack B3\n{node}    # mine\n"));
    put_into(&env, "HEAD~2");
    rename(&env);
    done(&env, &["--commit"]);
    assert_eq!(subjects(&env).len(), 4);
    let site = env.read(SITE);
    let lines = format!("# rack B3\n{node}    # mine\n    include role::trends\n}}\n");
    assert!(site.contains(&lines), "{site}");
    is_renamed(&env);
}

#[test]
fn a_comment_in_the_classes_is_named_alone() {
    for options in [&["--commit"][..], &["--commit", "--conflicts", "svcgen"]] {
        let env = env();
        done(&env, &["--commit"]);
        let class = "class role::trendingedits {\n";
        env.replace(ROLE, class, &format!("{class}    # mine\n"));
        let words = ["commit", "--quiet", "--all", "--amend", "--no-edit"];
        env.git("puppet", &words);
        let before = (env.status("puppet"), env.read(ROLE));
        rename(&env);
        let refused = run(&env, options);
        assert_eq!(refused.code, 11, "{}", refused.show());
        insta::allow_duplicates!(insta::assert_snapshot!(refused.stderr, @"
        error: the classes cannot be renamed from `trendingedits` to `trends`: what was put into their files would stay behind
        cause: modules/role/manifests/trendingedits.pp has more than svcgen would take along
        hint: write `puppet_name: trendingedits` into HOME/work/svcgen.yaml
        hint: or take it out, generate, and put it into the new files
        "));
        check_says(&env, &refused.stderr);
        assert_eq!((env.status("puppet"), env.read(ROLE)), before);
    }
}

#[test]
fn lines_of_another_patch_that_is_only_written_are_named() {
    let env = env();
    done(&env, &[]);
    let before = (env.status("puppet"), env.read(ROLE));
    rename(&env);
    for options in [&["--dry-run"][..], &[]] {
        let refused = run(&env, options);
        assert_eq!(refused.code, 11, "{}", refused.show());
        insta::allow_duplicates!(insta::assert_snapshot!(refused.stderr, @"
        error: the classes cannot be renamed from `trendingedits` to `trends`: what was put into their files would stay behind
        cause: modules/role/manifests/trendingedits.pp has what the patch `load-balancer` put there
        hint: write `puppet_name: trendingedits` into HOME/work/svcgen.yaml
        hint: or have all patches follow: `--conflicts svcgen` takes their lines along
        "));
        check_says(&env, &refused.stderr);
        assert_eq!((env.status("puppet"), env.read(ROLE)), before);
    }
    done(&env, &["--conflicts", "svcgen"]);
    done(&env, &["--commit"]);
    is_renamed(&env);
}

#[test]
fn an_edit_in_the_old_files_is_no_reason_to_leave_them_where_nothing_is_remembered() {
    let env = merged();
    under_git(&env);
    let text = env.read(ROLE_DATA);
    env.write(ROLE_DATA, &format!("{text}mine: true\n"));
    rename(&env);
    let refused = run(&env, &["--commit", "--conflicts", "svcgen"]);
    assert_eq!(refused.code, 11, "{}", refused.show());
    let told = "error: `hieradata/role/common/trendingedits.yaml` has uncommitted changes that svcgen did not make\nhint: commit \
                them, or put them away: `git -C HOME/work/puppet stash push -u -- hieradata/role/common/trendingedits.yaml`\n";
    assert!(refused.stderr.ends_with(told), "{}", refused.show());
    let check = env.svcgen(CHECK);
    assert_eq!(check.code, 11, "{}", check.show());
    env.git("puppet", &["stash", "--quiet"]);
    done(&env, &["--commit", "--conflicts", "svcgen"]);
    is_renamed(&env);
}

#[test]
fn classes_may_have_another_name_once_the_load_balancer_knows_the_service() {
    let env = env();
    done(&env, &["--commit"]);
    let name = "name: trending-edits\n";
    env.replace("svcgen.yaml", name, &format!("{name}puppet_name: other\n"));
    let shown = run(&env, &["--dry-run"]);
    assert_eq!(shown.code, 3, "{}", shown.show());
    let profile = "+++ b/modules/profile/manifests/other.pp\n";
    assert!(shown.stdout.contains(profile), "{}", shown.show());
    done(&env, &["--commit"]);
    assert_eq!(subjects(&env).len(), 4);
    assert_eq!(env.status("puppet"), "");
}

#[test]
fn what_somebody_put_into_old_files_is_named_where_nothing_is_remembered() {
    let profile = "puppet/modules/profile/manifests/trendingedits.pp";
    for path in [ROLE, profile] {
        for options in [&["--commit"][..], &[]] {
            let env = merged();
            env.replace(path, "\n}\n", "\n    # mine\n}\n");
            let words = ["commit", "--quiet", "--all", "--amend", "--no-edit"];
            env.git("puppet", &words);
            under_git(&env);
            rename(&env);
            let said = done(&env, &[options, &["--conflicts", "svcgen"]].concat());
            let file = path.trim_start_matches("puppet/");
            let told = format!(
                "warning: service: {file} goes with the old name of the classes, and with it what someone else put there: `# mine`\n"
            );
            assert!(said.stderr.contains(&told), "{}", said.show());
            assert_eq!(said.stderr.matches("goes with the old name").count(), 1);
        }
    }
}
