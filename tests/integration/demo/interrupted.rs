//! Ctrl-C on a terminal, wherever the demo is.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use super::{names, temporary};
use crate::support::{Env, Pty};

/// Ends a demo by Ctrl-C once that is `shown`, and returns what was said.
fn interrupted(shown: &str) -> String {
    let env = Env::new();
    let folder = temporary(&env);
    let folder = folder.to_str().unwrap();
    let mut pty = Pty::start_with(&env, &["demo"], &[("TMPDIR", folder)]);
    for waits in ["go on with the other hosts? [Y/n]", shown] {
        pty.expect(waits);
        match waits == shown {
            true => break,
            false => pty.keys("y"),
        }
    }
    pty.keys("\u{3}");
    assert_eq!(pty.end(), 130, "{}", pty.shown);
    assert_eq!(names(Path::new(folder)), [""; 0]);
    pty.shown.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn ctrl_c_at_a_question_of_a_command_ends_the_demo() {
    let said = interrupted("go on with the other hosts? [Y/n]");
    assert!(!said.contains("The story does not expect"), "{said}");
    let end = "error: interrupted; the demo did not get to its end";
    assert!(said.ends_with(end), "{said}");
}

#[test]
fn ctrl_c_at_the_last_question_says_what_became_of_the_folder() {
    let said = interrupted("remove the folder? [Y/n]");
    assert!(!said.contains("was not done"), "{said}");
    assert!(said.contains("the folder is removed"), "{said}");
    let end = "error: interrupted after the last step of the demo";
    assert!(said.ends_with(end), "{said}");
}

#[test]
fn ctrl_c_before_the_story_begins_is_no_failure_of_git() {
    let env = Env::new();
    let folder = temporary(&env);
    // A git that is at work until Ctrl-C comes.
    let git = env.work().join("bin/git");
    let at_work = env.work().join("at-work");
    let script = format!(": > '{}'; exec sleep 600", at_work.display());
    env.write("bin/git", &format!("#!/bin/sh\n{script}\n"));
    std::fs::set_permissions(&git, PermissionsExt::from_mode(0o755)).unwrap();
    let path = std::env::var("PATH").unwrap();
    let path = format!("{}:{path}", git.parent().unwrap().display());
    let variables = [("TMPDIR", folder.to_str().unwrap()), ("PATH", &path)];
    let mut pty = Pty::start_with(&env, &["demo"], &variables);
    while !at_work.exists() {
        std::thread::yield_now();
    }
    pty.keys("\u{3}");
    assert_eq!(pty.end(), 130, "{}", pty.shown);
    let said = "error: interrupted; the demo did not get to its end";
    assert!(pty.shown.contains(said), "{}", pty.shown);
    assert!(
        pty.shown.contains("the folder is removed: "),
        "{}",
        pty.shown
    );
    assert_eq!(names(&folder), [""; 0]);
}
