//! Series that ended halfway: files are there that no commit has, and that svcgen does not remember.

use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::ExitStatusExt as _;
use std::process::Command;

use super::chain::reviewed;
use super::{SERIES, done, env, run, subjects};
use crate::support::{Env, Run};

/// A run with a git that does something of its own around one of its commands.
fn around(env: &Env, command: &str, script: &str, more: &[&str]) -> Command {
    let git = which::which("git").unwrap();
    let git = git.display();
    let text = format!(
        "#!/bin/sh\ngit={git}\ncase \" $* \" in *' {command} '*) {script} ;; esac\nexec {git} \"$@\"\n"
    );
    env.write("bin/git", &text);
    let wrapper = env.work().join("bin/git");
    std::fs::set_permissions(&wrapper, PermissionsExt::from_mode(0o755)).unwrap();
    let path = std::env::var("PATH").unwrap();
    let mut command = env.command();
    command.args([SERIES, more].concat());
    command.env(
        "PATH",
        format!("{}:{path}", env.work().join("bin").display()),
    );
    command
}

/// What the commits of a run bring that nothing happened to.
fn undisturbed() -> (Vec<String>, String) {
    let env = env();
    done(&env, &["--commit"]);
    (
        subjects(&env),
        env.git("puppet", &["rev-parse", "HEAD^{tree}"]),
    )
}

fn is_whole(env: &Env, run: &Run, whole: &(Vec<String>, String)) {
    assert_eq!(env.status("puppet"), "", "{}", run.show());
    assert_eq!(subjects(env), whole.0, "{}", run.show());
    let tree = env.git("puppet", &["rev-parse", "HEAD^{tree}"]);
    assert_eq!(tree, whole.1, "{}", run.show());
}

#[test]
fn what_nobody_remembers_and_no_commit_has_goes_into_the_commits() {
    let whole = undisturbed();
    for gone in ["", "modules/role/manifests/trendingedits.pp"] {
        let env = env();
        done(&env, &[]);
        std::fs::remove_dir_all(env.work().join("puppet/.git/svcgen")).unwrap();
        if !gone.is_empty() {
            std::fs::remove_file(env.work().join("puppet").join(gone)).unwrap();
        }
        let run = done(&env, &["--commit"]);
        is_whole(&env, &run, &whole);
    }
}

#[test]
fn what_somebody_changed_of_it_is_refused() {
    let env = env();
    done(&env, &[]);
    std::fs::remove_dir_all(env.work().join("puppet/.git/svcgen")).unwrap();
    let path = "modules/role/manifests/trendingedits.pp";
    let before = env.read(&format!("puppet/{path}"));
    let ours = format!("# ours\n{before}");
    env.write(&format!("puppet/{path}"), &ours);
    let run = run(&env, &["--commit"]);
    assert_eq!(run.code, 11, "{}", run.show());
    assert!(run.stderr.contains(path), "{}", run.show());
    assert_eq!(env.read(&format!("puppet/{path}")), ours);
}

#[test]
fn a_run_that_is_killed_before_its_branch_moves_is_gone_on_with() {
    let whole = undisturbed();
    let env = env();
    let kill = "$git \"$@\"; kill -KILL $PPID; exit 0";
    let killed = around(&env, "read-tree", kill, &["--commit"]).output();
    assert_eq!(killed.unwrap().status.signal(), Some(9));
    assert!(!env.status("puppet").is_empty());
    let run = done(&env, &["--commit"]);
    is_whole(&env, &run, &whole);
}

#[test]
fn files_that_a_failed_switch_has_written_go_back() {
    let whole = undisturbed();
    let env = env();
    // Some files are written, and the index is not, as where a folder cannot be written to.
    let half = "index=$($git -C puppet rev-parse --git-path index); cp puppet/$index puppet/$index.before; $git \"$@\"; \
                mv puppet/$index.before puppet/$index; rm puppet/modules/role/manifests/trendingedits.pp; \
                echo 'error: unable to create file' >&2; exit 1";
    let failed = env.run(&mut around(&env, "read-tree", half, &["--commit"]));
    assert_eq!(failed.code, 11, "{}", failed.show());
    assert!(
        failed.stderr.contains("unable to create file"),
        "{}",
        failed.show()
    );
    assert_eq!(env.status("puppet"), "", "{}", failed.show());
    let run = done(&env, &["--commit"]);
    is_whole(&env, &run, &whole);
}

#[test]
fn a_run_that_is_interrupted_while_it_commits_sends_nothing() {
    for (signal, code) in [("INT", 130), ("TERM", 143)] {
        let (env, gerrit, _) = reviewed();
        let interrupt = format!("$git \"$@\"; kill -{signal} $PPID; exit 0");
        let run = env.run(&mut around(&env, "update-ref", &interrupt, &["--review"]));
        assert_eq!(run.code, code, "{}", run.show());
        let said = "error: interrupted; the commits are made, and not sent\n";
        assert!(run.stderr.contains(said), "{}", run.show());
        assert_eq!(gerrit.changes("ops/config").len(), 0);
        done(&env, &["--review"]);
        assert_eq!(gerrit.changes("ops/config").len(), 4);
    }
}
