//! The demo, which is the first thing that people see.

mod interrupted;
mod left;
mod refused;

use std::io::{BufRead as _, BufReader, Read as _};
use std::path::{Path, PathBuf};
use std::process::Stdio;

use rustix::process::{Pid, Signal, kill_process};

use crate::book;
use crate::support::{Env, Pty, Run};

/// Runs the demo with a folder for temporary files of its own.
fn demo(env: &Env, more: &[&str]) -> Run {
    let mut command = env.command();
    command
        .args(["demo", "--yes"])
        .args(more)
        .env("TMPDIR", temporary(env));
    env.run(&mut command)
}

fn temporary(env: &Env) -> PathBuf {
    let folder = env.home().join("tmp");
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

/// What is in a folder, but for the demo's own.
fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).unwrap().flatten();
    let mut names: Vec<String> = entries
        .map(|entry| entry.file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

/// Processes of this machine whose command line has a text in it.
fn processes(text: &str) -> usize {
    let all = std::fs::read_dir("/proc").unwrap().flatten();
    let lines = all.filter_map(|process| std::fs::read(process.path().join("cmdline")).ok());
    lines
        .filter(|line| String::from_utf8_lossy(line).contains(text))
        .count()
}

/// The commands that were shown, and what each printed.
fn commands(text: &str) -> Vec<(&str, &str)> {
    let places: Vec<usize> = std::iter::once(0)
        .chain(text.match_indices('\n').map(|(place, _)| place + 1))
        .filter(|&place| {
            ["~", "== ", "# a reviewer"]
                .iter()
                .any(|sign| text[place..].starts_with(sign))
        })
        .chain([text.len()])
        .collect();
    let pieces = places.windows(2).map(|ends| &text[ends[0]..ends[1]]);
    pieces
        .filter(|piece| piece.starts_with('~'))
        .filter_map(|piece| piece.split_once('\n'))
        .collect()
}

#[test]
fn the_whole_road_is_gone_in_one_folder_that_is_removed() {
    let env = Env::new();
    let before = names(env.home());
    let mut command = std::process::Command::new("sh");
    env.enclose(&mut command);
    // What a user sees: both streams, in one.
    let script = "exec \"$0\" demo --yes 2>&1";
    command
        .args(["-c", script, env!("CARGO_BIN_EXE_svcgen")])
        .env("COLUMNS", "80")
        .env("TMPDIR", temporary(&env));
    let run = env.run(&mut command);
    assert_eq!(run.code, 0, "{}", run.show());
    let home = temporary(&env);
    assert_eq!(names(&home), [""; 0], "something is left");
    let mut after = names(env.home());
    after.retain(|name| name != "tmp");
    assert_eq!(after, before);
    assert_eq!(processes(&format!("demo-part serve {}", home.display())), 0);
    let all = run.show();
    for sign in [
        "wrote `svcgen.yaml`",
        "+class role::teapot {",
        "sent for review: https://review.sandbox.example/r/c/puppet/+/1",
        "is live on 4 of 4 hosts",
        "20 degrees are too cold for Darjeeling",
        "warning: rolled back: 1 of 4 hosts is back, 3 untouched",
        "failed, rolled back in ",
        "4 in all: 4 active",
        "production configuration  in `origin/production`\n",
    ] {
        assert!(all.contains(sign), "`{sign}` is not in\n{all}");
    }
    the_tutorial_is(&run);
}

/// The tutorial has the commands of the demo, in this order, and what they print.
fn the_tutorial_is(run: &Run) {
    let (_, rest) = run.stdout.split_once("Everything happens in ").unwrap();
    let root = rest.split_once(".\n").unwrap().0;
    let (_, first) = run.stdout.split_once("first_port: ").unwrap();
    let first: u16 = first.lines().next().unwrap().parse().unwrap();
    let text = (0..4).fold(
        run.stdout.replace(root, "/tmp/svcgen-demo"),
        |text, number: u16| {
            text.replace(&(first + number).to_string(), &(6701 + number).to_string())
        },
    );
    let played = commands(&text);
    let tutorial = book::typed_in("book/src/guide/tutorial.md");
    let mut rest = played.iter();
    for (typed, shown) in &tutorial {
        let Some((_, printed)) = rest.find(|(command, _)| command == typed) else {
            panic!("`{typed}` of the tutorial is not in the demo, or not there:\n{text}");
        };
        assert!(book::is_true(typed, shown, printed), "{typed}\n{printed}");
    }
    let count = |lines: &mut dyn Iterator<Item = &str>| {
        lines.filter(|line| line.contains("$ svcgen ")).count()
    };
    assert_eq!(
        count(&mut tutorial.iter().map(|(typed, _)| typed.as_str())),
        count(&mut played.iter().map(|(command, _)| *command)),
        "the tutorial lacks a command of the demo"
    );
}

#[test]
fn a_folder_that_is_kept_can_be_played_with() {
    let env = Env::new();
    env.write("taken/file", "");
    let run = demo(&env, &["taken"]);
    assert_eq!(run.code, 2, "{}", run.show());
    assert!(
        run.stderr.contains("error: `taken` is not empty"),
        "{}",
        run.show()
    );

    // Whoever wants less gets the titles.
    let run = demo(&env, &["--keep", "play", "-q"]);
    assert_eq!((run.code, run.stderr.as_str()), (0, ""), "{}", run.show());
    let (played, kept) = run.stdout.split_once("8 of 8: Afterwards\n").unwrap();
    assert!(
        played.starts_with("1 of 8: An idea\n2 of 8: "),
        "{}",
        run.show()
    );
    assert_eq!(played.lines().count(), 7, "{}", run.show());
    assert!(kept.contains("rm -rf HOME/work/play"), "{}", run.show());
    let root = env.work().join("play");
    let home = root.join("home");
    assert!(
        std::fs::read_to_string(home.join("tea-pot/report.html"))
            .unwrap()
            .contains("too cold for Darjeeling")
    );
    let mut command = env.command();
    command
        .args(["service", "stop", "--yes"])
        .current_dir(home.join("tea-pot/deploy"))
        .env("HOME", &home)
        .env_remove("XDG_CONFIG_HOME");
    let run = env.run(&mut command);
    assert_eq!(run.code, 0, "{}", run.show());
    assert_eq!(processes(&format!("demo-part serve {}", root.display())), 0);
}

#[test]
fn the_guide_can_be_typed_in_a_folder_that_nothing_was_done_in() {
    let env = Env::new();
    let run = demo(&env, &["--by-hand", "play"]);
    assert_eq!(run.code, 0, "{}", run.show());
    assert!(
        run.stdout.contains("  . HOME/work/play/env\n"),
        "{}",
        run.show()
    );
    for page in ["book/src/guide/idea.md", "book/src/SUMMARY.md"] {
        assert!(run.stdout.contains(page), "{}", run.show());
    }
    assert!(
        run.stdout
            .contains("/tmp/svcgen-demo, put HOME/work/play in its place"),
        "{}",
        run.show()
    );
    let text = "set -e
        . play/env
        cd
        git clone -q https://review.sandbox.example/r/services/tea-pot tea-pot/tea-pot
        cd tea-pot/tea-pot
        svcgen new --answers ../../answers.yaml --defaults
        git add svcgen.yaml
        git commit -q -m 'Describe the service'
        git clone -q https://review.sandbox.example/r/farm/vagrant ~/vagrant
        svcgen vagrant --yes --no-verify --review
        approve farm/vagrnt 2>&1 | grep 'did you mean `farm/vagrant`?'
        approve 2>&1 | grep 'farm/puppet, services/tea-pot, services/tea-pot/deploy'
        approve farm/vagrant
        git -C ~/vagrant fetch -q
        git -C ~/vagrant diff --quiet svcgen/tea-pot origin/master
        echo reviewed";
    let mut command = std::process::Command::new("sh");
    command
        .args(["-c", text])
        .current_dir(env.work())
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap())
        // It would lead out of the sandbox.
        .env("XDG_CONFIG_HOME", "/nonexistent");
    let run = env.run(&mut command);
    assert_eq!(run.code, 0, "{}", run.show());
    assert!(run.stdout.ends_with("reviewed\n"), "{}", run.show());
}

#[test]
fn ctrl_c_removes_the_folder() {
    let env = Env::new();
    let folder = temporary(&env);
    let folder = folder.to_str().unwrap();
    let mut pty = Pty::start_with(&env, &["demo"], &[("TMPDIR", folder)]);
    pty.expect("== 3 of 8");
    pty.keys("\u{3}");
    assert_eq!(pty.end(), 130, "{}", pty.shown);
    assert!(
        pty.shown.contains("the folder is removed:"),
        "{}",
        pty.shown
    );
    assert_eq!(names(Path::new(folder)), [""; 0]);
}

/// Whether a signal waits to be handled by a process.
fn is_waiting(process: u32) -> bool {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let mut lines = status.lines();
    lines.any(|line| line.starts_with("ShdPnd:") && !line.ends_with("\t0000000000000000"))
}

/// As somebody does who has no patience.
#[test]
fn ctrl_c_again_and_again_removes_the_folder_all_the_same() {
    let env = Env::new();
    let folder = temporary(&env);
    let mut command = env.command();
    command.args(["demo", "--yes"]).env("TMPDIR", &folder);
    let mut demo = command
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut words = BufReader::new(demo.stderr.take().unwrap());
    let mut said = String::new();
    while !said.contains(" is live on 4 of 4 hosts") {
        assert_ne!(words.read_line(&mut said).unwrap(), 0, "{said}");
    }
    let reader = std::thread::spawn(move || {
        words.read_to_string(&mut said).unwrap();
        said
    });
    for _ in 0..2 {
        kill_process(Pid::from_child(&demo), Signal::INT).unwrap();
        // What comes while one waits to be handled is the same one.
        while is_waiting(demo.id()) {
            std::thread::yield_now();
        }
    }
    let status = demo.wait().unwrap();
    let said = reader.join().unwrap();
    assert_eq!(status.code(), Some(130), "{said}");
    assert!(said.contains("the folder is removed"), "{said}");
    assert_eq!(names(&folder), [""; 0]);
    while processes(folder.to_str().unwrap()) > 0 {
        std::thread::yield_now();
    }
}

#[test]
fn whoever_watches_is_told_of_the_question_and_may_say_no() {
    let env = Env::new();
    let folder = temporary(&env);
    let folder = folder.to_str().unwrap();
    let mut pty = Pty::start_with(&env, &["demo"], &[("TMPDIR", folder)]);
    pty.expect("== 3 of 8");
    pty.expect("== 5 of 8");
    pty.expect("# once the canary is healthy, the deploy asks: you answer it here");
    pty.expect("go on with the other hosts? [Y/n]");
    pty.keys("n");
    pty.expect("The story does not expect exit code 20 here. Repeat that step? [Y/n]");
    pty.keys("y");
    pty.expect("go on with the other hosts? [Y/n]");
    pty.keys("?");
    pty.expect("y, or Enter: yes   n, or Esc: no");
    pty.keys("n");
    pty.expect("Repeat that step? [Y/n]");
    pty.keys("n");
    pty.expect("the folder is removed, and with it what `svcgen log` would show");
    assert_eq!(pty.end(), 1, "{}", pty.shown);
    let shown = pty.shown.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(shown.contains("ended with exit code 20"), "{shown}");
    assert_eq!(names(Path::new(folder)), [""; 0]);
}

#[test]
fn yes_asks_nothing_on_a_terminal_and_any_folder_can_be_kept() {
    let env = Env::new();
    // Puppet's options have a meaning for `$`.
    let folder = temporary(&env).join("$tmp");
    std::fs::create_dir(&folder).unwrap();
    let folder = folder.to_str().unwrap();
    let colon = demo(&env, &["a:b"]);
    assert_eq!(colon.code, 2, "{}", colon.show());
    assert!(
        colon.stderr.contains("contains a colon"),
        "{}",
        colon.show()
    );
    let name = "o'neil's \"play\" $work";
    let words = ["demo", "--yes", "--keep", name];
    let mut pty = Pty::start_with(&env, &words, &[("TMPDIR", folder)]);
    pty.expect("== 3 of 8");
    pty.expect("== 5 of 8");
    pty.expect("== 7 of 8");
    assert!(!pty.shown.contains("[Y/n]"), "{}", pty.shown);
    assert!(!pty.shown.contains("you answer"), "{}", pty.shown);
    assert_eq!(pty.end(), 0, "{}", pty.shown);
    let shown = pty.shown.split_whitespace().collect::<Vec<_>>().join(" ");
    let (_, removal) = shown.rsplit_once("To end it: ").unwrap();
    assert!(removal.starts_with("rm -rf "), "{removal}");
    // Who approves where nothing waits takes nothing back.
    let head = [
        "--git-dir=review/services/tea-pot.git",
        "rev-parse",
        "master",
    ];
    let root = env.work().join(name);
    let before = env.git_in(&root, &head);
    let approve = ". ./env; ! approve services/tea-pot";
    let mut shell = std::process::Command::new("sh");
    let run = env.run(shell.args(["-c", approve]).current_dir(&root));
    assert_eq!(run.code, 0, "{}", run.show());
    assert!(
        run.stderr.contains("has no change waiting for review"),
        "{}",
        run.show()
    );
    assert_eq!(env.git_in(&root, &head), before);
    // The command for the end is one for this folder alone.
    env.write("o'neil's/file", "");
    let mut shell = std::process::Command::new("sh");
    let run = env.run(shell.args(["-c", removal]).current_dir(env.work()));
    assert_eq!(run.code, 0, "{removal}\n{}", run.show());
    assert!(!root.exists() && env.work().join("o'neil's/file").exists());
}

#[test]
fn who_ends_the_demo_ends_the_command_that_asks() {
    let env = Env::new();
    let folder = temporary(&env);
    let folder = folder.to_str().unwrap();
    let mut pty = Pty::start_with(&env, &["demo"], &[("TMPDIR", folder)]);
    pty.expect("go on with the other hosts? [Y/n]");
    pty.terminate();
    assert_eq!(pty.end(), 143, "{}", pty.shown);
    assert_eq!(names(Path::new(folder)), [""; 0]);
}
