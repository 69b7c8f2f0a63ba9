//! What speaks against answers that are given on the command line.

use insta::assert_snapshot;

use crate::support::{Env, Pty};

#[test]
fn flags_are_told_what_the_interview_would_say() {
    let env = Env::with_tea_pot(&[]);
    // It is the 23rd of November 2026.
    let run = env.svcgen(&[
        "new",
        "--set=timeline.deployment=2026-12-05",
        "--set=config.parameters=[{name: depth, type: Integer}]",
        "--set=deploy.groups=[{name: canary, hosts: [a1.eqiad.wmnet]}, {name: default, hosts: [a1.eqiad.wmnet]}]",
    ]);
    assert_eq!(run.code, 0, "{}", run.show());
    assert_snapshot!(run.stderr, @r"
    wrote `svcgen.yaml`
    warning: the first deployment is in 12 days; example advises 2 weeks
    warning: 2026-12-05 is a Saturday; example deploys on Mon, Tue, Wed, Thu
    warning: `depth` has neither a default nor a value in production: `svcgen puppet` needs one of them
    warning: `a1.eqiad.wmnet` is in two groups, `canary` and `default`: the first deploys to it
    next: svcgen vagrant --repo CHECKOUT --dry-run
    ");
    // What is in the model already is not told again.
    let run = env.svcgen(&["new", "--set=port=6002"]);
    assert!(!run.stderr.contains("warning: "), "{}", run.show());
}

#[test]
fn flags_are_told_of_an_interview_that_waits() {
    let env = Env::with_tea_pot(&[]);
    let mut pty = Pty::start(&env, &["new"], None);
    pty.answer("Enter writes the model", "port");
    pty.answer("TCP port", "6002");
    pty.expect("Enter writes the model");
    pty.expect("> ");
    pty.keys("\u{3}");
    assert_eq!(pty.end(), 130, "{}", pty.shown);
    let run = env.svcgen(&["new", "--set=port=6003"]);
    let told = "warning: there are unfinished answers for `svcgen.yaml` still";
    assert!(run.stderr.contains(told), "{}", run.show());
    let run = env.svcgen(&["new", "--resume", "--yes"]);
    assert_eq!(run.code, 0, "{}", run.show());
    assert!(!run.stderr.contains("unfinished"), "{}", run.show());
}
