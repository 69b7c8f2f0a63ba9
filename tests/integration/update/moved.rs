//! Files of svcgen's that somebody moved.

use crate::series;
use crate::support::Env;
use crate::support::samples::MODEL;

const VAGRANT: &[&str] = &[
    "vagrant",
    "--repo",
    "vagrant",
    "--yes",
    "--commit",
    "--no-verify",
];

fn moved(env: &Env, tree: &str, from: &str, to: &str) {
    env.git(tree, &["mv", from, to]);
    let words = ["commit", "--quiet", "--all", "--amend", "--no-edit"];
    env.git(tree, &words);
}

#[test]
fn a_main_file_that_was_moved_is_no_other_service() {
    let env = Env::with_model();
    env.repository("vagrant");
    assert_eq!(env.svcgen(VAGRANT).code, 0);
    let tip = env.git("vagrant", &["rev-parse", "HEAD^{tree}"]);
    let folder = "puppet/modules/trendingedits/manifests";
    let (from, to) = (format!("{folder}/init.pp"), format!("{folder}/main.pp"));
    moved(&env, "vagrant", &from, &to);
    let refused = env.svcgen(VAGRANT);
    assert_eq!(refused.code, 11, "{}", refused.show());
    let told = format!("{from} was moved to {to}");
    assert!(refused.stderr.contains(&told), "{}", refused.show());
    assert!(
        !refused.stderr.contains("another `name`"),
        "{}",
        refused.show()
    );
    let found = env.svcgen(&["check", "--vagrant-repo", "vagrant"]);
    let told = format!("it was moved to `{to}`");
    assert!(found.stdout.contains(&told), "{}", found.show());
    // The way back that is told.
    assert!(
        refused.stderr.contains(&format!("mv {to} {from}")),
        "{}",
        refused.show()
    );
    moved(&env, "vagrant", &to, &from);
    assert_eq!(env.svcgen(VAGRANT).code, 0);
    assert_eq!(env.git("vagrant", &["rev-parse", "HEAD^{tree}"]), tip);
}

#[test]
fn a_role_that_was_moved_is_no_other_role() {
    let env = series::env();
    env.write("svcgen.yaml", MODEL);
    let words = [
        "puppet",
        "--repo",
        "puppet",
        "--yes",
        "--commit",
        "--no-verify",
    ];
    assert_eq!(env.svcgen(&words).code, 0);
    let folder = "modules/role/manifests";
    let (from, to) = (
        format!("{folder}/trendingedits.pp"),
        format!("{folder}/trending.pp"),
    );
    moved(&env, "puppet", &from, &to);
    let refused = env.svcgen(&words);
    assert_eq!(refused.code, 11, "{}", refused.show());
    let told = format!("{from} was moved to {to}");
    assert!(refused.stderr.contains(&told), "{}", refused.show());
}
