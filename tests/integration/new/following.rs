//! Answers that nobody chose follow those that they are made of.

use insta::assert_snapshot;

use crate::support::Env;

#[test]
fn a_flag_takes_along_what_was_made_of_the_old_answer() {
    let env = Env::with_tea_pot(&["--set=repositories.branch=trunk"]);
    let run = env.svcgen(&["new", "--set", "runtime.healthcheck.spec=true"]);
    assert_snapshot!(run.stderr, @r"
    wrote `svcgen.yaml`
    runtime.healthcheck.url: nothing (derived from what was given)
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
    let env = Env::with_tea_pot(&["--set=repositories.branch=trunk"]);
    let run = env.svcgen(&["new", "--set", "site=wikimedia"]);
    assert_snapshot!(run.stderr, @r"
    wrote `svcgen.yaml`
    repositories.source: mediawiki/services/tea-pot (derived from what was given)
    repositories.deploy: mediawiki/services/tea-pot/deploy (derived from what was given)
    deploy.user: deploy-service (derived from what was given)
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

#[test]
fn an_address_that_was_found_goes_with_its_owner() {
    let env = Env::with_tea_pot(&["--set=owner.email=ada@example.org"]);
    env.write("package.json", r#"{"author": "Ada <ada@example.org>"}"#);
    let run = env.svcgen(&["new", "--set=owner.name=Grace"]);
    let told = "owner.email: nothing (derived from what was given)";
    assert!(run.stderr.contains(told), "{}", run.show());
    assert!(!env.read("svcgen.yaml").contains("ada@example.org"));
}
