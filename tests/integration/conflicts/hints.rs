//! The hints of a conflict lead through it.

use super::{CLASS, MODEL, edited, newer};
use crate::support::Pty;
use crate::support::sample::{apply, checkout, git, run};

#[test]
fn the_hints_lead_to_the_branch_and_through() {
    let env = edited();
    let tree = env.work().join("tree");
    git(&tree, &["switch", "--quiet", "master"]);
    let refused = run(&env, "vagrant", &newer(), &["--commit"]);
    assert_eq!(git(&tree, &["branch", "--show-current"]), "master\n");
    let hint = refused
        .stderr
        .lines()
        .find(|line| line.contains("marks them"))
        .unwrap();
    let command = hint.split('`').nth(1).unwrap();
    assert_eq!(
        command,
        "git -C HOME/work/tree switch svcgen/my-service && svcgen vagrant --repo HOME/work/tree"
    );
    git(&tree, &["switch", "--quiet", "svcgen/my-service"]);
    let marked = run(&env, "vagrant", &newer(), &[]);
    assert_eq!(marked.code, 11, "{}", marked.show());
    assert!(env.read(CLASS).contains("<<<<<<< yours\n"));
    // Whoever commits the marks is told where they are.
    git(
        &tree,
        &["commit", "--quiet", "--all", "--amend", "--no-edit"],
    );
    let refused = run(&env, "vagrant", &newer(), &["--commit"]);
    assert!(
        refused.stderr.contains("a conflict marked here"),
        "{}",
        refused.show()
    );
    apply(
        &env,
        "vagrant",
        &newer(),
        &["--commit", "--conflicts", "svcgen"],
    );
    assert!(env.read(CLASS).contains("$age       = 90,"));
    assert_eq!(git(&tree, &["rev-list", "--count", "HEAD"]), "2\n");
}

#[test]
fn a_question_says_that_conflicts_are_marked() {
    let env = edited();
    env.write("svcgen.yaml", &newer());
    let unasked = env.svcgen(&["vagrant", "--repo", "tree", "--no-verify"]);
    assert_eq!(unasked.code, 11, "{}", unasked.show());
    assert!(!env.read(CLASS).contains("<<<<<<<"));
    for (answer, code, is_marked) in [("n\r", 11, false), ("y\r", 11, true)] {
        let mut terminal = Pty::start(&env, &["vagrant", "--repo", "tree", "--no-verify"], None);
        terminal.expect("with conflict markers");
        terminal.expect("[Y/n]");
        terminal.keys(answer);
        assert_eq!(terminal.end(), code);
        assert_eq!(env.read(CLASS).contains("<<<<<<<"), is_marked);
    }
}

#[test]
fn what_is_quiet_still_says_which_checkout_it_is_about() {
    let env = checkout("vagrant");
    env.write("svcgen.yaml", MODEL);
    let repositories = ["--vagrant-repo", "tree", "--deploy-repo", "nowhere"];
    let quiet = ["generate", "-q", "--yes", "--no-verify"];
    let run = env.svcgen(&[&quiet[..], &repositories].concat());
    assert_eq!(run.code, 2, "{}", run.show());
    assert!(run.stdout.starts_with("# vagrant: "), "{}", run.show());
    assert!(run.stdout.contains("/work/tree\n--- "), "{}", run.show());
    assert!(
        run.stderr.contains("\nscap: nowhere\nerror: "),
        "{}",
        run.show()
    );
}
