//! Answers that nobody chose follow those that they are made of.

use crate::support::{Env, Pty};

/// What svcgen wrote of a service.
fn written() -> Env {
    let env = Env::new();
    let run = env.svcgen(&[
        "new",
        "--site=example",
        "--set=name=tea-pot",
        "--set=description=Makes tea.",
        "--set=port=6000",
        "--set=owner.name=Ada",
        "--set=repositories.key=mine/deploy",
    ]);
    assert_eq!(run.code, 0, "{}", run.show());
    env
}

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
    let env = written();
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
    let env = written();
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
