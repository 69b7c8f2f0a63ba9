//! Answers that are not taken, and that are there all the same.

use super::MODEL;
use crate::support::{Env, Pty, Run};

/// Types keys into a program on a terminal, each once what is before them is shown, and closes the terminal.
const CLOSED: &str = r"
import json, os, pty, sys
ended, held = os.pipe()
pid, terminal = pty.fork()
if pid == 0:
    os.set_inheritable(held, True)
    os.execvp(sys.argv[2], sys.argv[2:])
os.close(held)
shown = b''
for words, keys in json.loads(sys.argv[1]):
    while words.encode() not in shown:
        shown += os.read(terminal, 4096)
    shown = shown.split(words.encode(), 1)[1]
    os.write(terminal, keys.encode())
os.close(terminal)
# Whatever was started holds the other end until it has ended.
os.read(ended, 1)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
";

/// An interview whose terminal is closed at its description; it was started by these words, or by itself.
fn closed_at_description(env: &Env, by: &[&str], editor: &str, last: &[(&str, &str)]) -> Run {
    let first = [
        ("Name of the service", ""),
        ("> ", "my-svc\r"),
        ("Puppet class", ""),
        ("> ", "\r"),
        ("What the service does", ""),
    ];
    let steps = serde_json::to_string(&[&first, last].concat()).unwrap();
    let mut python = std::process::Command::new("python3");
    env.enclose(&mut python);
    let svcgen = env.command();
    let program = [svcgen.get_program(), "new".as_ref()];
    python.args(["-c", CLOSED, &steps]).args(by).args(program);
    env.run(python.env("TERM", "xterm").env("EDITOR", editor))
}

#[test]
fn lines_that_were_typed_are_kept_where_the_terminal_is_closed() {
    let typed = [
        ("> ", "One.\r"),
        ("> One.\r\n", ""),
        ("> ", "Two.\r"),
        ("> Two.\r\n", ""),
        ("> ", "And th"),
        ("> And th", ""),
    ];
    // A shell is told first, and svcgen finds the terminal gone before it is told.
    for by in [&[][..], &["sh", "-c", "\"$@\"; exit 3", "sh"]] {
        let env = Env::new();
        let run = closed_at_description(&env, by, "true", &typed);
        assert!(!by.is_empty() || run.code == 129, "{}", run.show());
        let mut pty = Pty::start(&env, &["new", "--resume"], None);
        pty.answer("Tab brings back what you typed", "\t");
        pty.answer("> One.\r\n", "");
        pty.expect("> Two.\r\n> And th\r\n");
        pty.expect("TCP port");
        pty.expect("> ");
        pty.keys("\u{3}");
        assert_eq!(pty.end(), 130, "{}", pty.shown);
    }
}

#[test]
fn what_an_editor_saved_is_kept_where_the_terminal_is_closed() {
    // It reads until the terminal has gone.
    for (script, text) in [
        ("echo Saved. >\"$1\"; echo opened; cat >/dev/null", "Saved."),
        (
            "echo opened; cat >/dev/null; echo Last. >\"$1\"; exit 3",
            "Last.",
        ),
    ] {
        let env = Env::new();
        env.write("editor", script);
        let editor = format!("sh {}", env.work().join("editor").display());
        let run = closed_at_description(&env, &[], &editor, &[("> ", "!"), ("opened", "")]);
        assert_eq!(run.code, 129, "{}", run.show());
        let mut pty = Pty::start(&env, &["new", "--resume"], None);
        pty.answer("Tab brings back what you typed", "\t");
        pty.answer(&format!("> {text}\r\n"), "");
        pty.expect("TCP port");
        pty.expect("> ");
        pty.keys("\u{3}");
        assert_eq!(pty.end(), 130, "{}", pty.shown);
    }
}

#[test]
fn an_answer_that_was_refused_is_kept_at_ctrl_c() {
    let env = Env::new();
    env.write("svcgen.yaml", MODEL);
    let mut pty = Pty::start(&env, &["new"], None);
    pty.answer("Enter writes the model", "port");
    pty.answer("TCP port", "80");
    pty.expect("`80` is not a port");
    pty.expect("> ");
    pty.keys("\u{3}");
    assert_eq!(pty.end(), 130, "{}", pty.shown);
    let mut pty = Pty::start(&env, &["new", "--resume"], None);
    pty.expect("Tab brings back what you typed");
    pty.expect("> ");
    pty.keys("\t");
    pty.expect("> 80");
    pty.keys("80\r");
    pty.answer("Enter writes the model", "deploy.groups");
    pty.answer("Groups of hosts", "+");
    pty.answer("group: Name", "default");
    pty.answer("group: Its hosts", "a1.farm.example * b1\r");
    pty.expect("`*` is not a host");
    pty.expect("> ");
    pty.keys("\u{3}");
    assert_eq!(pty.end(), 130, "{}", pty.shown);
    let mut pty = Pty::start(&env, &["new", "--resume"], None);
    // It says which one is gone on with.
    pty.expect("Groups of hosts: continuing with this group");
    pty.expect("  1  default");
    pty.expect("Tab brings back what you typed");
    pty.expect("> ");
    pty.keys("\t");
    pty.expect("> a1.farm.example * b1");
    pty.keys("\u{3}");
    assert_eq!(pty.end(), 130, "{}", pty.shown);
}

#[test]
fn an_entry_of_which_something_is_answered_is_left_at_the_second_wish() {
    let env = Env::new();
    env.write("svcgen.yaml", MODEL);
    let mut pty = Pty::start(&env, &["new"], None);
    pty.answer("Enter writes the model", "request_flow");
    pty.answer("Which service sends", "+");
    pty.answer("edge: Who sends", "RESTBase");
    pty.expect("edge: Who receives");
    pty.expect("> ");
    pty.keys("<");
    pty.expect("[RESTBase]");
    pty.expect("> ");
    pty.keys("<");
    pty.expect("what you answered in this entry would be dropped");
    // An Enter right behind the key answers nothing.
    pty.answer("[RESTBase]", "\r");
    pty.answer("edge: Who receives", "my-svc");
    pty.answer("edge: What for", "GET /");
    pty.answer("  1  RESTBase -> my-svc, GET /", "1");
    pty.answer("[RESTBase]", "Parsoid");
    pty.expect("[my-svc]");
    pty.expect("> ");
    for shown in ["[Parsoid]", "would be dropped"] {
        pty.keys("<");
        pty.expect(shown);
        pty.expect("> ");
    }
    pty.keys("<");
    // It is as it was.
    pty.answer("  1  RESTBase -> my-svc, GET /", "1");
    pty.expect("[RESTBase]");
    pty.expect("> ");
    pty.keys("<");
    pty.answer("  1  RESTBase -> my-svc, GET /", "\r");
    pty.answer("Enter writes the model", "");
    assert_eq!(pty.end(), 0, "{}", pty.shown);
    assert_eq!(pty.shown.matches("would be dropped").count(), 2);
    assert!(env.read("svcgen.yaml").contains("from: RESTBase"));
}

/// A model with a parameter, at its list.
fn at_parameter(env: &Env) -> Pty {
    let parameters = "config:\n  parameters:\n    - {name: api_key, type: String, default: abc, value: {production: def}}\n";
    env.write("svcgen.yaml", &format!("{MODEL}{parameters}"));
    let mut pty = Pty::start(env, &["new"], None);
    pty.answer("Enter writes the model", "config.parameters");
    pty
}

#[test]
fn what_a_secret_does_not_have_is_told_and_comes_back() {
    let env = Env::new();
    let mut pty = at_parameter(&env);
    for (answer, told) in [
        (
            "y",
            &[
                "default: nothing (it was `abc`)",
                "value.production: nothing (it was `def`)",
            ],
        ),
        ("n", &["default: abc", "value.production: def"]),
    ] {
        pty.answer("`-1` removes it", "1");
        for field in ["Name", "Puppet type", "What it is for"] {
            pty.answer(&format!("parameter: {field}"), "");
        }
        pty.answer("parameter: Is it a secret", answer);
        pty.expect("also changed, as they follow from `secret`:");
        for line in told {
            pty.expect(&format!("    {line}\r\n"));
        }
    }
    for field in ["Default", "Value in production", "Value in the development"] {
        pty.answer(&format!("parameter: {field}"), "");
    }
    pty.answer("`-1` removes it", "");
    pty.answer("Enter writes the model", "");
    assert_eq!(pty.end(), 0, "{}", pty.shown);
    let model = env.read("svcgen.yaml");
    assert!(
        model.contains("default: abc") && model.contains("production: def"),
        "{model}"
    );
}

#[test]
fn a_type_takes_the_values_along_that_it_does_not_allow() {
    let env = Env::new();
    let mut pty = at_parameter(&env);
    pty.answer("`-1` removes it", "1");
    pty.answer("parameter: Name", "");
    pty.answer("parameter: Puppet type", "Integer");
    pty.expect("also changed, as they follow from `type`:");
    pty.expect("default: nothing (it was `abc`)");
    pty.expect("value.production: nothing (it was `def`)");
    pty.answer("parameter: What it is for", "");
    pty.answer("parameter: Is it a secret", "");
    pty.answer("parameter: Default", "");
    for field in ["Value in production", "Value in the development"] {
        pty.answer(&format!("parameter: {field}"), "");
    }
    pty.expect("warning: `api_key` has neither a default nor a value in production");
    pty.answer("`-1` removes it", "1");
    for field in ["Name", "Puppet type", "What it is for", "Is it a secret"] {
        pty.answer(&format!("parameter: {field}"), "");
    }
    pty.answer("parameter: Default", "5");
    for field in ["Value in production", "Value in the development"] {
        pty.answer(&format!("parameter: {field}"), "");
    }
    pty.answer("`-1` removes it", "");
    pty.answer("Enter writes the model", "");
    assert_eq!(pty.end(), 0, "{}", pty.shown);
    assert_eq!(pty.shown.matches("has neither a default").count(), 1);
    let model = env.read("svcgen.yaml");
    assert!(
        model.contains("type: Integer") && model.contains("default: 5"),
        "{model}"
    );
}

#[test]
fn an_enter_does_not_drop_what_was_refused_of_any_kind() {
    let env = Env::new();
    env.write("svcgen.yaml", MODEL);
    let mut pty = Pty::start(&env, &["new"], None);
    for (id, wrong, current) in [
        ("name", "My Svc", Some("[my-svc]")),
        ("port", "80", Some("[6001]")),
        ("config.style", "xml", Some("[inline]")),
        ("runtime.healthcheck.spec", "perhaps", Some("[no]")),
        ("timeline.deployment", "soon", None),
        ("technologies", "\"a, b", None),
    ] {
        pty.answer("Enter writes the model", id);
        pty.expect("\u{1b}[?2004h");
        pty.expect("> ");
        pty.keys(&format!("{wrong}\r"));
        pty.answer("Tab brings back what you typed, `-` drops it", "");
        pty.expect("Tab brings back what you typed, `-` drops it");
        pty.expect("> ");
        pty.keys("\t");
        pty.expect(&format!("> {wrong}"));
        pty.keys("\u{15}-\r");
        if let Some(current) = current {
            pty.answer(current, "");
        }
    }
    pty.answer("Enter writes the model", "");
    assert_eq!(pty.end(), 0, "{}", pty.shown);
    assert!(pty.shown.contains("already says the same"), "{}", pty.shown);
}
