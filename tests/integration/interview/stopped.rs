//! An interview that is stopped.

use crate::support::{Env, Pty};

/// An interview whose first question is answered.
fn begun(env: &Env, arguments: &[&str]) -> Pty {
    let mut pty = Pty::start(env, arguments, None);
    pty.answer("Name of the service", "my-svc");
    pty.expect("Name of its Puppet class");
    pty.expect("> ");
    pty
}

#[test]
fn the_hint_goes_on_with_the_same_model() {
    let env = Env::new();
    env.write("own.yaml", "site: example\n");
    let options = ["--config", "own.yaml", "--service", "my svc/svcgen.yaml"];
    let mut pty = begun(
        &env,
        &[&["new"][..], &options, &["--site=example"]].concat(),
    );
    pty.keys("\u{3}");
    assert_eq!(pty.end(), 130, "{}", pty.shown);
    let shown = pty.shown.split_whitespace().collect::<Vec<_>>().join(" ");
    let hint =
        "hint: svcgen new --config own.yaml --service 'my svc/svcgen.yaml' --site example --resume";
    assert!(shown.contains(hint), "{}", pty.shown);
}
