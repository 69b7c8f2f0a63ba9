//! Answers that nobody chose follow those that they are made of.

use insta::assert_snapshot;

use crate::support::Env;

/// A model that says everything as svcgen writes it.
fn written() -> Env {
    let env = Env::new();
    let run = env.svcgen(&[
        "new",
        "--site=example",
        "--set=name=tea-pot",
        "--set=description=Makes tea.",
        "--set=port=6000",
        "--set=owner.name=Ada",
        "--set=repositories.branch=trunk",
    ]);
    assert_eq!(run.code, 0, "{}", run.show());
    env
}

#[test]
fn a_flag_takes_along_what_was_made_of_the_old_answer() {
    let env = written();
    let run = env.svcgen(&["new", "--set", "runtime.healthcheck.spec=true"]);
    assert_snapshot!(run.stderr, @r"
    wrote `svcgen.yaml`
    runtime.healthcheck.url: nothing (follows from what was given)
    next: svcgen vagrant --repo CHECKOUT --dry-run
    ");
    let model = env.read("svcgen.yaml");
    assert!(model.contains("url: '', spec: true"), "{model}");
    // What is given is chosen, and so is what is another than the default.
    let given = ["--set=runtime.healthcheck={spec: false, url: /_health}"];
    let run = env.svcgen(&[&["new"][..], &given].concat());
    assert!(!run.stderr.contains("follows"), "{}", run.show());
    let run = env.svcgen(&["new", "--set", "runtime.healthcheck.spec=true"]);
    assert!(!run.stderr.contains("follows"), "{}", run.show());
    assert!(env.read("svcgen.yaml").contains("/_health"));
}

#[test]
fn another_site_has_repositories_and_accounts_of_its_own() {
    let env = written();
    let run = env.svcgen(&["new", "--set", "site=wikimedia"]);
    assert_snapshot!(run.stderr, @r"
    wrote `svcgen.yaml`
    repositories.source: mediawiki/services/tea-pot (follows from what was given)
    repositories.deploy: mediawiki/services/tea-pot/deploy (follows from what was given)
    deploy.user: deploy-service (follows from what was given)
    next: svcgen vagrant --repo CHECKOUT --dry-run
    ");
    let model = env.read("svcgen.yaml");
    assert!(model.contains("branch: trunk"), "{model}");
    assert!(
        model.contains("source: mediawiki/services/tea-pot\n"),
        "{model}"
    );
    // A service is not renamed by a flag.
    let run = env.svcgen(&["new", "--set", "name=kettle"]);
    assert_eq!(run.code, 11, "{}", run.show());
}
