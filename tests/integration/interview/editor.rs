//! Texts of several lines: typed, or written in an editor.

use crate::support::{Env, Pty};

/// An interview on a model, at the question for its description.
fn at_description(env: &Env, script: &str) -> Pty {
    env.write("svcgen.yaml", super::MODEL);
    env.write("editor", &format!("#!/bin/sh\n{script}\n"));
    let editor = format!("sh {}", env.work().join("editor").display());
    let mut pty = Pty::start(env, &["new"], Some(&editor));
    pty.answer("Enter writes the model", "description");
    pty.expect("What the service does");
    pty.expect("> ");
    pty
}

/// Ends an interview without writing anything.
fn stop(mut pty: Pty) -> String {
    pty.keys("\u{3}");
    assert_eq!(pty.end(), 130, "{}", pty.shown);
    pty.shown
}

#[test]
fn an_enter_that_is_typed_beside_the_editor_answers_nothing() {
    let env = Env::new();
    let waits = "echo opened; while [ ! -e go ]; do sleep 0.01; done; echo Written. >\"$1\"";
    let mut pty = at_description(&env, waits);
    pty.keys("!");
    pty.expect("opened");
    pty.keys("\r");
    env.write("go", "");
    pty.expect("Enter writes the model");
    pty.expect("> ");
    let shown = stop(pty);
    assert!(!shown.contains("wrote `svcgen.yaml`"), "{shown}");
    // One that is typed once the editor has ended is an answer.
    let env = Env::new();
    let mut pty = at_description(&env, "echo Written. >\"$1\"");
    pty.keys("!");
    pty.answer("Enter writes the model", "");
    assert_eq!(pty.end(), 0, "{}", pty.shown);
    assert!(env.read("svcgen.yaml").contains("description: Written.\n"));
}

#[test]
fn the_editor_opens_on_a_further_line_too() {
    let env = Env::new();
    let mut pty = at_description(&env, "echo Last. >>\"$1\"");
    pty.keys("First.\r? Second.\r");
    pty.expect("Second.");
    pty.expect("> ");
    pty.keys("!");
    pty.answer("Enter writes the model", "");
    assert_eq!(pty.end(), 0, "{}", pty.shown);
    let model = env.read("svcgen.yaml");
    let text = "description: |\n  First.\n  ? Second.\n  Last.\n";
    assert!(model.contains(text), "{model}");
    let shown = pty.shown.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(shown.contains("From the second line on, `?` and `<` are ordinary text"));
}

#[test]
fn a_text_in_another_encoding_is_kept_and_its_reason_told() {
    let env = Env::new();
    let mut pty = at_description(&env, "printf 'A caf\\351.\\n' >\"$1\"");
    pty.keys("!");
    pty.expect("what the editor saved is not UTF-8; nothing was changed");
    pty.expect("it is kept in `");
    pty.expect("`");
    let file = pty.shown.rsplit('`').nth(1).unwrap().to_owned();
    pty.expect("> ");
    stop(pty);
    assert_eq!(std::fs::read(&file).unwrap(), b"A caf\xe9.\n");
    std::fs::remove_file(file).unwrap();
}

#[test]
fn an_editor_that_cannot_be_started_is_named() {
    let env = Env::new();
    env.write("svcgen.yaml", super::MODEL);
    let mut pty = Pty::start(&env, &["new"], Some("no-such-editor --wait"));
    pty.answer("Enter writes the model", "description");
    pty.expect("> ");
    pty.keys("!");
    pty.expect("the editor `no-such-editor --wait` cannot be started");
    pty.expect("> ");
    stop(pty);
}

#[test]
fn an_editor_is_named_as_a_shell_takes_it() {
    let env = Env::new();
    env.write("svcgen.yaml", super::MODEL);
    env.write("../my bin/edit", "echo Written with $1. >\"$2\"\n");
    let editor = "sh ~/'my bin'/edit \"the $USER\"";
    let variables = [("EDITOR", editor), ("USER", "pen")];
    let mut pty = Pty::start_with(&env, &["new"], &variables);
    pty.answer("Enter writes the model", "description");
    pty.expect("> ");
    pty.keys("!");
    pty.answer("Enter writes the model", "");
    assert_eq!(pty.end(), 0, "{}", pty.shown);
    let model = env.read("svcgen.yaml");
    assert!(model.contains("Written with the pen."), "{model}");
}

#[test]
fn what_a_failed_editor_left_is_no_answer_until_it_is_fetched() {
    let env = Env::new();
    let mut pty = at_description(&env, "echo Half of it. >\"$1\"; exit 3");
    pty.keys("!");
    pty.expect("failed (exit status: 3)");
    pty.expect("Tab brings back what you typed");
    pty.expect("> ");
    pty.keys("\t");
    pty.expect("Half of it.");
    pty.keys("\u{7f} Whole.\r\r");
    pty.answer("Enter writes the model", "");
    assert_eq!(pty.end(), 0, "{}", pty.shown);
    let model = env.read("svcgen.yaml");
    assert!(model.contains("Half of it Whole."), "{model}");
}

#[test]
fn refused_lines_are_not_lost_with_an_enter() {
    let env = Env::new();
    let mut pty = at_description(&env, "echo d1 >\"$1\"");
    pty.keys("Does it.\r\r");
    pty.answer("Enter writes the model", "deploy.groups");
    pty.answer("Groups of hosts", "+");
    pty.answer("group: Name", "default");
    pty.answer("group: Its hosts", "a1\r# two more\rb1\r");
    pty.expect("`#` is not a host");
    let ways = "Tab brings back what you typed, `!` opens it in your editor";
    for _ in 0..3 {
        pty.expect(ways);
        pty.expect("> ");
        pty.keys("\r");
    }
    // The help takes nothing away either.
    pty.expect("> ");
    pty.keys("?");
    pty.expect(ways);
    pty.expect("> ");
    pty.keys("\t");
    pty.expect("a1, # two more, b1");
    pty.keys("\u{15}!");
    pty.answer("group: How many at a time", "");
    pty.answer("group: How many may fail", "");
    pty.answer("`-1` removes it", "");
    pty.answer("Enter writes the model", "");
    assert_eq!(pty.end(), 0, "{}", pty.shown);
    assert!(env.read("svcgen.yaml").contains("d1"));
}
