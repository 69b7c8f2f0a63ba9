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
    let mut hints = refused.stderr.lines();
    let back = hints.find_map(|line| {
        line.strip_prefix("hint: ")?
            .strip_suffix("    moves it back")
    });
    env.typed(back.unwrap_or_else(|| panic!("{}", refused.show())));
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

#[test]
fn a_role_that_the_model_follows_is_nobodys_lines_any_more() {
    let env = Env::with_model();
    env.repository("vagrant");
    assert_eq!(env.svcgen(VAGRANT).code, 0);
    let folder = "puppet/modules/role/manifests";
    let (from, to) = (
        format!("{folder}/trendingedits.pp"),
        format!("{folder}/trending_edits.pp"),
    );
    env.git("vagrant", &["mv", &from, &to]);
    env.replace(
        &format!("vagrant/{to}"),
        "role::trendingedits",
        "role::trending_edits",
    );
    let words = ["commit", "--quiet", "--all", "--amend", "--no-edit"];
    env.git("vagrant", &words);
    let model = format!("{MODEL}vagrant: {{role: trending_edits}}\n");
    env.write("svcgen.yaml", &model);
    assert_eq!(env.svcgen(VAGRANT).code, 0);
    env.write(
        "svcgen.yaml",
        &model.replace("Computes the list", "Makes the list"),
    );
    let run = env.svcgen(VAGRANT);
    assert_eq!(run.code, 0, "{}", run.show());
    assert!(!run.stderr.contains("no longer in it"), "{}", run.show());
    assert_eq!(env.git("vagrant", &["branch", "--list", "kept-*"]), "");
}
