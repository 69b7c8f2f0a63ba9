//! The commands of `check` close what is elsewhere.

use super::{CHECK, CLASS, VAGRANT, done, env};
use crate::support::Env;

/// Types the first command that `check` names.
fn close(env: &Env) {
    let check = env.svcgen(CHECK);
    assert_eq!(check.code, 3, "{}", check.show());
    let mut lines = check.stdout.lines();
    let command = lines
        .find_map(|line| line.trim().strip_prefix("$ "))
        .unwrap();
    env.typed(command);
}

#[test]
fn an_edit_that_is_committed_upon_the_change_is_closed_by_the_command_of_check() {
    let env = env();
    done(&env, &[VAGRANT, &["--commit"]].concat());
    let text = env.read(CLASS);
    env.write(CLASS, &format!("# mine\n{text}"));
    let commit = ["commit", "--quiet", "--all", "--message", "mine"];
    env.git("vagrant", &commit);
    close(&env);
    assert_eq!(env.read(CLASS), text);
    done(&env, CHECK);
    assert_eq!(env.status("vagrant"), "");
}

#[test]
fn a_model_that_changes_below_a_commit_of_somebody_is_closed_by_the_commands_of_check() {
    let env = env();
    done(&env, &[VAGRANT, &["--commit"]].concat());
    env.write("vagrant/README", "mine\n");
    env.git("vagrant", &["add", "README"]);
    let commit = ["commit", "--quiet", "--message", "mine"];
    env.git("vagrant", &commit);
    env.replace("svcgen.yaml", "port: 6699", "port: 6700");
    let mut count = 0;
    while env.svcgen(CHECK).code == 3 {
        close(&env);
        count += 1;
        assert!(count < 6, "{}", env.svcgen(CHECK).show());
    }
    done(&env, CHECK);
    assert_eq!(env.status("vagrant"), "");
    assert_eq!(env.read("vagrant/README"), "mine\n");
}

#[test]
fn the_commands_of_check_stay_on_the_branch_that_was_named() {
    let env = env();
    let base = env.git("vagrant", &["branch", "--show-current"]);
    done(&env, &[VAGRANT, &["--commit", "--topic", "a"]].concat());
    env.replace("svcgen.yaml", "port: 6699", "port: 6700");
    close(&env);
    done(&env, CHECK);
    let branches = env.git("vagrant", &["branch", "--format=%(refname:short)"]);
    assert_eq!(branches, format!("a\n{base}"));
    let own = format!("{}..a", base.trim());
    let count = env.git("vagrant", &["rev-list", "--count", &own]);
    assert_eq!(count, "1\n");
}

/// The commands that a check names.
fn commands(env: &Env, words: &[&str]) -> Vec<String> {
    let check = env.svcgen(words);
    let lines = check.stdout.lines();
    let commands = lines.filter_map(|line| line.trim().strip_prefix("$ "));
    let commands: Vec<String> = commands.map(str::to_owned).collect();
    assert!(!commands.is_empty(), "{}", check.show());
    commands
}

#[test]
fn what_is_older_on_another_branch_is_put_away_by_the_command_of_check() {
    let env = env();
    let branch = env.git("vagrant", &["branch", "--show-current"]);
    done(&env, &[VAGRANT, &["--commit"]].concat());
    env.git("vagrant", &["switch", "--quiet", branch.trim()]);
    done(&env, VAGRANT);
    env.replace("svcgen.yaml", "port: 6699", "port: 6700");
    let named = commands(&env, CHECK);
    let typed = env.typed(&named[0]);
    assert_eq!(typed.code, 0, "{}", typed.show());
    done(&env, CHECK);
    assert_eq!(env.status("vagrant"), "");
    assert_eq!(
        env.git("vagrant", &["branch", "--show-current"]).trim(),
        "svcgen/trending-edits"
    );
}
