//! What demos leave that did not come to their own end.

use std::io::{BufRead as _, BufReader};
use std::os::unix::ffi::OsStrExt as _;
use std::process::{Child, Command, Stdio};
use std::thread::JoinHandle;

use super::{demo, names, processes, temporary};
use crate::support::Env;

/// Begins a demo, and returns it once its service runs, with what ends when it and its commands have ended.
fn playing(env: &Env) -> (Child, JoinHandle<()>) {
    let mut command = env.command();
    command
        .args(["demo", "--yes"])
        .env("TMPDIR", temporary(env))
        .stdout(Stdio::null())
        .stderr(Stdio::piped());
    let mut demo = command.spawn().unwrap();
    let mut words = BufReader::new(demo.stderr.take().unwrap());
    let mut said = String::new();
    while !said.contains(" is live on 4 of 4 hosts") {
        assert_ne!(words.read_line(&mut said).unwrap(), 0, "{said}");
    }
    let rest = std::thread::spawn(move || {
        std::io::copy(&mut words, &mut std::io::sink()).unwrap();
    });
    (demo, rest)
}

#[test]
fn the_folder_of_a_demo_that_was_killed_is_told_by_the_next_one() {
    let env = Env::new();
    let folder = temporary(&env);
    let (mut killed, rest) = playing(&env);
    let run = demo(&env, &["--by-hand", "one"]);
    assert_eq!(
        (run.code, run.stderr.as_str()),
        (0, ""),
        "it is still running"
    );
    killed.kill().unwrap();
    killed.wait().unwrap();
    rest.join().unwrap();
    let left = names(&folder);
    assert_eq!(left.len(), 1, "{left:?}");
    // What others have, or what looks alike.
    std::fs::create_dir(folder.join("svcgen-demo-other")).unwrap();
    std::os::unix::fs::symlink(&left[0], folder.join("svcgen-demo-link")).unwrap();
    let run = demo(&env, &["--by-hand", "two"]);
    assert_eq!(run.code, 0, "{}", run.show());
    let removal = format!("rm -rf HOME/tmp/{}", left[0]);
    assert_eq!(
        run.stderr,
        format!(
            "warning: a demo that was killed left its folder: `{removal}` removes it, and ends its service\n"
        )
    );
    let mut shell = Command::new("sh");
    let removal = removal.replace("HOME", env.home().to_str().unwrap());
    let run = env.run(shell.args(["-c", &removal]));
    assert_eq!(run.code, 0, "{}", run.show());
    while processes(&format!("demo-part serve {}", folder.display())) > 0 {
        std::thread::yield_now();
    }
    let run = demo(&env, &["--by-hand", "three"]);
    assert_eq!((run.code, run.stderr.as_str()), (0, ""), "{}", run.show());
}

#[test]
fn a_path_that_is_not_utf_8_is_told_and_nothing_is_left_there() {
    let env = Env::new();
    let odd = env.work().join(std::ffi::OsStr::from_bytes(b"a\xff"));
    std::fs::create_dir(&odd).unwrap();
    let mut command = env.command();
    command.args(["demo", "--yes"]).env("TMPDIR", &odd);
    let run = env.run(&mut command);
    insta::assert_snapshot!(run.show(), @"
    exit 2
    --- stdout
    --- stderr
    error: the path of the folder for temporary files, `HOME/work/a�`, is not UTF-8
    hint: `export TMPDIR=/a/folder/of/yours`, or `svcgen demo DIR`
    ");
    let mut command = env.command();
    command.args(["demo", "--yes", "play"]).current_dir(&odd);
    let run = env.run(&mut command);
    insta::assert_snapshot!(run.show(), @"
    exit 2
    --- stdout
    --- stderr
    error: the path `HOME/work/a�` is not UTF-8
    hint: `svcgen demo DIR` plays it in another folder
    ");
    assert_eq!(std::fs::read_dir(&odd).unwrap().count(), 0);
}

/// The kernel's own folders have no room at all, and that is not what is wrong.
#[test]
fn a_folder_that_is_on_no_disk_is_not_called_full() {
    let env = Env::new();
    let run = demo(&env, &["/proc/svcgen-demo"]);
    let told = "error: `/proc/svcgen-demo` cannot be written\n";
    assert_eq!(run.code, 1, "{}", run.show());
    assert!(run.stderr.starts_with(told), "{}", run.show());
}
