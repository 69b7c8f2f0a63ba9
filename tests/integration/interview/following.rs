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

#[test]
fn a_new_name_takes_along_what_names_the_service_itself() {
    let env = Env::with_tea_pot(&[
        "--set=request_flow=[{from: web, to: tea-pot}, {from: tea-pot, to: tea-pot-store}]",
        "--set=deploy.checks=[{name: spec, type: nrpe, after: handle_service, command: check_endpoints_tea-pot}, \
         {name: other, after: handle_service, command: /usr/bin/pour tea-pot}]",
    ]);
    let pty = changed(&env, "name", "kettle");
    let told = pty.shown.find("also changed, as they follow from `name`:");
    // It stands below the answers.
    assert!(pty.shown.rfind("  tickets.access_request") < told);
    for words in [
        "    request_flow: web -> kettle; kettle -> tea-pot-store\r\n",
        "    deploy.checks: spec, nrpe, handle_service, check_endpoints_kettle; ",
        "warning: `deploy.checks` still names `tea-pot`: `/usr/bin/pour tea-pot`",
    ] {
        assert!(pty.shown.contains(words), "{words}: {}", pty.shown);
    }
    let model = env.read("svcgen.yaml");
    for words in [
        "to: kettle",
        "from: kettle",
        "check_endpoints_kettle",
        "pour tea-pot",
    ] {
        assert!(model.contains(words), "{words}: {model}");
    }
}

#[test]
fn an_address_that_is_typed_with_the_owner_is_the_owners() {
    let env = Env::with_tea_pot(&[]);
    let pty = changed(&env, "owner.name", "Zoe <zoe@example.org>");
    assert!(
        pty.shown.contains("    owner.email: zoe@example.org"),
        "{}",
        pty.shown
    );
    let model = env.read("svcgen.yaml");
    assert!(
        model.contains("owner:\n  name: Zoe\n  email: zoe@example.org\n"),
        "{model}"
    );
}
