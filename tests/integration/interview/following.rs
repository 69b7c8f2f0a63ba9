//! Answers that nobody chose follow those that they are made of.

use crate::support::{Env, Pty};

/// Changes one answer in the review, and has the model written.
fn changed(env: &Env, id: &str, answer: &str) -> Pty {
    let mut pty = Pty::start(env, &["new"], None);
    pty.answer("Enter writes the model", id);
    pty.expect("[");
    pty.answer("", answer);
    pty.answer("Enter writes the model", "");
    assert_eq!(pty.end(), 0, "{}", pty.shown);
    pty
}

#[test]
fn a_spec_takes_the_path_of_the_health_check_along() {
    let env = Env::with_tea_pot(&[]);
    assert!(
        env.read("svcgen.yaml")
            .contains("{url: /_info, spec: false}")
    );
    let pty = changed(&env, "runtime.healthcheck.spec", "yes");
    let told = "also changed, as it follows from `runtime.healthcheck.spec`:";
    assert!(pty.shown.contains(told), "{}", pty.shown);
    assert!(pty.shown.contains("    runtime.healthcheck.url: nothing"));
    let model = env.read("svcgen.yaml");
    assert!(model.contains("{url: '', spec: true}"), "{model}");
    changed(&env, "runtime.healthcheck.spec", "no");
    let model = env.read("svcgen.yaml");
    assert!(model.contains("'/_info', spec: false}"), "{model}");
}

#[test]
fn a_new_name_takes_along_what_was_made_of_the_old_one() {
    let env = Env::with_tea_pot(&["--set=repositories.key=mine/deploy"]);
    let pty = changed(&env, "name", "kettle");
    assert!(
        pty.shown
            .contains("also changed, as they follow from `name`:")
    );
    let model = env.read("svcgen.yaml");
    for line in [
        "name: kettle\n",
        "puppet_name: kettle\n",
        "source: wiki/services/kettle\n",
        "deploy: wiki/services/kettle/deploy\n",
        // Somebody chose this one.
        "key: mine/deploy\n",
    ] {
        assert!(model.contains(line), "{line}: {model}");
    }
}

#[test]
fn a_site_that_is_named_takes_along_what_was_the_others() {
    let env = Env::with_tea_pot(&["--set=repositories.key=mine/deploy"]);
    let mut pty = Pty::start(&env, &["new", "--site", "wikimedia"], None);
    pty.expect("deploy.user: deploy-service (derived from what was given)");
    pty.expect("Enter writes the model");
    pty.expect("> ");
    pty.keys("\u{3}");
    assert_eq!(pty.end(), 130, "{}", pty.shown);
    assert!(env.read("svcgen.yaml").contains("site: example\n"));
    // Whoever names another one where the answers are gone on with means that one.
    let mut pty = Pty::start(&env, &["new", "--site", "example"], None);
    pty.answer("continue with them", "");
    pty.answer("Enter writes the model", "");
    assert_eq!(pty.end(), 0, "{}", pty.shown);
    assert!(pty.shown.contains("already says the same"), "{}", pty.shown);
    let mut pty = Pty::start(&env, &["new", "--site", "wikimedia"], None);
    pty.answer("Enter writes the model", "");
    assert_eq!(pty.end(), 0, "{}", pty.shown);
    let model = env.read("svcgen.yaml");
    for line in [
        "site: wikimedia\n",
        "source: mediawiki/services/tea-pot\n",
        "key: mine/deploy\n",
        "user: deploy-service\n",
    ] {
        assert!(model.contains(line), "{line}: {model}");
    }
}

#[test]
fn an_address_that_was_found_goes_with_its_owner() {
    let env = Env::with_tea_pot(&[]);
    env.write(
        "../.gitconfig",
        "[user]\nname = Ada\nemail = ada@example.org\n",
    );
    let run = env.svcgen(&["new", "--set=owner.email=ada@example.org"]);
    assert_eq!(run.code, 0, "{}", run.show());
    let pty = changed(&env, "owner.name", "Grace");
    let told = "also changed, as it follows from `owner.name`:";
    assert!(pty.shown.contains(told), "{}", pty.shown);
    assert!(
        pty.shown.contains("    owner.email: nothing"),
        "{}",
        pty.shown
    );
    let model = env.read("svcgen.yaml");
    assert!(!model.contains("ada@example.org"), "{model}");
    // What somebody typed stays.
    let run = env.svcgen(&["new", "--set=owner.email=team@example.org"]);
    assert_eq!(run.code, 0, "{}", run.show());
    changed(&env, "owner.name", "Ada");
    let model = env.read("svcgen.yaml");
    assert!(model.contains("team@example.org"), "{model}");
}
