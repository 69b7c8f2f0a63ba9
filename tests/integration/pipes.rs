//! What comes through a pipe: read once, and waited for no longer than somebody wants.

use std::fs::{File, OpenOptions};
use std::io::Write as _;
use std::process::{Child, Command, Stdio};

use insta::assert_snapshot;
use rustix::process::{Pid, Signal, kill_process};

use crate::support::{Env, Run};

const ANSWERS: &str =
    "name: my-service\ndescription: Does it.\nport: 6000\nowner.name: Ada Example\n";

/// Runs svcgen until it reads the pipe `pipe`; returns its other end, too.
fn reading(env: &Env, arguments: &[&str]) -> (Child, File) {
    let pipe = env.work().join("pipe");
    let made = Command::new("mkfifo").arg(&pipe).status().unwrap();
    assert!(made.success());
    let mut command = env.command();
    command.args(arguments);
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let child = command.spawn().unwrap();
    // It is opened when it is opened on both sides.
    (child, OpenOptions::new().write(true).open(pipe).unwrap())
}

fn interrupted(arguments: &[&str], signal: Signal) -> (Env, Run) {
    let env = Env::new();
    let (child, pipe) = reading(&env, arguments);
    kill_process(Pid::from_child(&child), signal).unwrap();
    let run = env.ended(child.wait_with_output().unwrap());
    drop(pipe);
    (env, run)
}

#[test]
fn ctrl_c_while_a_pipe_gives_nothing_ends_at_once() {
    let (env, run) = interrupted(&["new", "--yes", "--answers", "pipe"], Signal::INT);
    assert_snapshot!(run.show(), @"
    exit 130
    --- stdout
    --- stderr
    error: interrupted while `pipe` was read; nothing was written
    ");
    assert!(!env.has("svcgen.yaml"));
    let (_, run) = interrupted(&["status", "--service", "pipe"], Signal::TERM);
    assert_snapshot!(run.show(), @"
    exit 143
    --- stdout
    --- stderr
    error: interrupted while `pipe` was read; nothing was written
    ");
    let model = Env::with_model();
    let (child, _pipe) = reading(&model, &["schedule", "--page", "pipe"]);
    kill_process(Pid::from_child(&child), Signal::INT).unwrap();
    let run = model.ended(child.wait_with_output().unwrap());
    assert_eq!(run.code, 130, "{}", run.show());
}

#[test]
fn a_pipe_is_read_once() {
    let env = Env::new();
    let (child, mut pipe) = reading(&env, &["new", "--yes", "--answers", "pipe"]);
    pipe.write_all(ANSWERS.as_bytes()).unwrap();
    drop(pipe);
    let run = env.ended(child.wait_with_output().unwrap());
    assert_eq!(run.code, 0, "{}", run.show());
    let model = env.read("svcgen.yaml");

    let env = Env::new();
    let (child, mut pipe) = reading(&env, &["status", "--service", "pipe"]);
    pipe.write_all(model.as_bytes()).unwrap();
    drop(pipe);
    let run = env.ended(child.wait_with_output().unwrap());
    assert!(run.stdout.starts_with("my-service: "), "{}", run.show());
}

#[test]
fn answers_come_from_stdin_where_that_is_named() {
    let env = Env::new();
    let given = |text: &str| {
        env.write("answers", text);
        let file = File::open(env.work().join("answers")).unwrap();
        let arguments = ["new", "--yes", "--answers", "-", "--set", "port=6001"];
        env.run(env.command().args(arguments).stdin(file))
    };
    let run = given("name: My-Service\n");
    assert!(
        run.stderr.starts_with("error: `stdin` has a mistake"),
        "{}",
        run.show()
    );
    assert_eq!(given(ANSWERS).code, 0);
    assert!(env.read("svcgen.yaml").contains("\nport: 6001\n"));
}
