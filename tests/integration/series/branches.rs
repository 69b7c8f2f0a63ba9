//! The series on two branches, of which one is made of an older model.

use super::{done, env, put_into, run, subjects};
use crate::support::Env;

const PROFILE: &str = "puppet/modules/profile/manifests/trendingedits.pp";
const CATALOGUE: &str = "puppet/hieradata/common/service.yaml";

fn edit(env: &Env) {
    let text = env.read(PROFILE);
    env.write(PROFILE, &format!("# a reviewer's\n{text}"));
}

#[test]
fn older_patches_with_an_edit_follow_the_model_wherever_another_branch_is() {
    // In the commit of the patch, and in that of the last one.
    for commit in ["HEAD~3", "HEAD"] {
        let env = env();
        let base = env.git("puppet", &["branch", "--show-current"]);
        done(&env, &["--commit"]);
        edit(&env);
        put_into(&env, commit);
        env.git("puppet", &["switch", "--quiet", base.trim()]);
        env.replace("svcgen.yaml", "port: 6699", "port: 6700");
        env.replace("svcgen.yaml", "10.20.1.30", "10.20.1.31");
        done(&env, &["--commit", "--topic", "other"]);
        env.git("puppet", &["switch", "--quiet", "svcgen/trending-edits"]);
        let check = env.svcgen(&["check", "--puppet-repo", "puppet"]);
        assert_eq!(check.code, 3, "{}", check.show());
        done(&env, &["--commit"]);
        assert_eq!(
            env.differing("puppet", "other", "svcgen/trending-edits"),
            "+# a reviewer's",
            "{commit}"
        );
        assert!(env.read(CATALOGUE).contains("10.20.1.31"), "{commit}");
        assert_eq!(subjects(&env).len(), 4, "{commit}");
        let again = run(&env, &["--dry-run"]);
        assert_eq!(again.code, 0, "{}", again.show());
    }
}

#[test]
fn check_names_the_branch_that_the_series_was_made_on() {
    let env = env();
    done(&env, &["--commit", "--topic", "other"]);
    env.replace("svcgen.yaml", "port: 6699", "port: 6700");
    let check = env.svcgen(&["check", "--puppet-repo", "puppet"]);
    let command = "$ svcgen puppet --repo puppet --series --topic other --commit\n";
    assert!(check.stdout.contains(command), "{}", check.show());
    done(&env, &["--commit", "--topic", "other"]);
    let check = env.svcgen(&["check", "--puppet-repo", "puppet"]);
    assert_eq!(check.code, 0, "{}", check.show());
    assert_eq!(subjects(&env).len(), 4);
}

#[test]
fn what_is_written_beside_the_branch_is_put_away_before_it_is_committed() {
    let env = env();
    let base = env.git("puppet", &["branch", "--show-current"]);
    done(&env, &["--commit"]);
    env.git("puppet", &["switch", "--quiet", base.trim()]);
    env.replace("svcgen.yaml", "port: 6699", "port: 6700");
    let told = done(&env, &[]);
    let warning = "warning: the change is on `svcgen/trending-edits`, and another branch is checked out: what is written here is \
                   in the way of `--commit`, until `";
    assert!(told.stderr.contains(warning), "{}", told.show());
    assert!(!told.stderr.contains("next:"), "{}", told.show());
    let check = env.svcgen(&["check", "--puppet-repo", "puppet"]);
    assert_eq!(check.code, 0, "{}", check.show());
    let mut lines = check.stdout.lines();
    let command = lines.find_map(|line| line.trim().strip_prefix("$ "));
    let typed = env.typed(command.unwrap());
    assert_eq!(typed.code, 0, "{}", typed.show());
    assert!(env.read(PROFILE).contains("6700"));
    assert_eq!(env.status("puppet"), "");
    assert_eq!(subjects(&env).len(), 4);
}
