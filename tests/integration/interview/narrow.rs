//! A terminal of forty columns.

use crate::support::{Env, Pty};

#[test]
fn what_was_typed_and_commands_are_parted_between_words() {
    let env = Env::new();
    let mut pty = Pty::start_sized(&env, &["new"], &[], (40, 24));
    pty.answer("Name of the service", "tea-pot");
    pty.answer("Name of its Puppet class", "");
    pty.answer(
        "What the service does",
        "Makes tea for everyone who asks for it, in cups of all sizes.\r",
    );
    pty.answer("TCP port", "6001");
    pty.answer("What it is built with", "");
    pty.answer("Name of the owner", "Ada");
    pty.answer("email address", "");
    pty.expect("Answer these now");
    pty.expect("> ");
    pty.keys("\u{3}");
    assert_eq!(pty.end(), 130, "{}", pty.shown);
    let mut terminal = vt100::Parser::new(500, 40, 0);
    terminal.process(pty.shown.as_bytes());
    let screen = terminal.screen().contents();
    for rows in [
        "> Makes tea for everyone who asks for\n  it, in cups of all sizes.\n",
        "Needed for\n`svcgen vagrant`, `svcgen puppet`.\n",
    ] {
        assert!(screen.contains(rows), "{screen}");
    }
}

#[test]
fn every_answer_of_the_review_is_indented_alike() {
    let env = Env::new();
    let mut pty = Pty::start_sized(&env, &["new"], &[], (40, 24));
    pty.answer("Name of the service", "tea-pot");
    pty.answer("Name of its Puppet class", "");
    pty.answer("What the service does", "Makes tea.\r");
    pty.answer("TCP port", "6001");
    pty.answer("What it is built with", "");
    pty.answer("Name of the owner", "Ada");
    while !pty.shown.contains("Enter writes the model") {
        pty.keys("\r");
        pty.expect("> ");
    }
    pty.keys("\u{3}");
    pty.end();
    let mut terminal = vt100::Parser::new(900, 40, 0);
    terminal.process(pty.shown.as_bytes());
    let screen = terminal.screen().contents();
    for rows in [
        "  deploy.user\n       (deploy-service)\n",
        "  production.load_balancer.addresses\n       -\n",
    ] {
        assert!(screen.contains(rows), "{screen}");
    }
}
