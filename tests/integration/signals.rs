//! Ctrl-C and SIGTERM while the tools judge; and what the tools can do to a tree meanwhile.

use std::io::{BufRead as _, BufReader, Read as _};
use std::os::unix::fs::PermissionsExt as _;
use std::process::{Child, Stdio};

use insta::assert_snapshot;
use rustix::process::{Pid, Signal, kill_process, kill_process_group};

use crate::support::{Env, Run};

const RUN: &[&str] = &["vagrant", "--repo", "vagrant", "--yes"];

/// An environment in which each tool of the judges is a script.
fn env(script: &str) -> Env {
    let env = Env::with_model();
    env.repository("vagrant");
    let folder = env.home().join("bin");
    std::fs::create_dir(&folder).unwrap();
    std::fs::create_dir(env.home().join("tmp")).unwrap();
    // Puppet is run by the Ruby that its first line names.
    let puppet = format!("#!{}\n", folder.join("ruby").display());
    let script = format!("#!/bin/sh\n{script}\n");
    for (name, text) in [
        ("puppet", &puppet),
        ("ruby", &script),
        ("puppet-lint", &script),
    ] {
        std::fs::write(folder.join(name), text).unwrap();
        let mode = std::fs::Permissions::from_mode(0o755);
        std::fs::set_permissions(folder.join(name), mode).unwrap();
    }
    env
}

fn command(env: &Env) -> std::process::Command {
    let mut command = env.command();
    let path = std::env::var("PATH").unwrap_or_default();
    command
        .args(RUN)
        .env(
            "PATH",
            format!("{}:{path}", env.home().join("bin").display()),
        )
        .env("TMPDIR", env.home().join("tmp"));
    command
}

/// A tool that runs for an hour, and tells which group it leads.
const SLOW: &str = "exec 9>\"$0.pipe\"; sleep 3600 9>&9 & echo $$ >&9; wait";

const TOOLS: [&str; 2] = ["ruby", "puppet-lint"];

/// Runs svcgen until its tools run that would run for an hour.
fn halfway() -> (Env, Child, [BufReader<std::fs::File>; 2]) {
    let env = env(SLOW);
    for tool in TOOLS {
        let pipe = env.home().join(format!("bin/{tool}.pipe"));
        let made = std::process::Command::new("mkfifo").arg(pipe).status();
        assert!(made.unwrap().success());
    }
    let mut command = command(&env);
    let child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let pipes = TOOLS.map(|tool| {
        let file = std::fs::File::open(env.home().join(format!("bin/{tool}.pipe"))).unwrap();
        let mut pipe = BufReader::new(file);
        assert!(!pipe.fill_buf().unwrap().is_empty());
        pipe
    });
    (env, child, pipes)
}

/// Sends a signal once the tools run, and waits until nobody is left.
fn interrupted_by(signal: Signal) -> (Env, Run) {
    let (env, child, pipes) = halfway();
    kill_process(Pid::from_child(&child), signal).unwrap();
    let run = env.ended(child.wait_with_output().unwrap());
    for mut pipe in pipes {
        // It ends when the last of those who hold it has ended.
        pipe.read_to_string(&mut String::new()).unwrap();
    }
    (env, run)
}

#[test]
fn ctrl_c_while_the_tools_run_changes_nothing_and_leaves_nobody() {
    let (env, run) = interrupted_by(Signal::INT);
    assert_snapshot!(format!("exit {}\n{}", run.code, run.stderr), @"
    exit 130
    vagrant: HOME/work/vagrant: changes 4 files, 49 lines added, 0 removed
    error: interrupted; nothing was written
    hint: `svcgen vagrant --repo vagrant` begins again, and keeps what is done
    ");
    assert_eq!(env.status("vagrant"), "");
    assert_eq!(
        std::fs::read_dir(env.home().join("tmp")).unwrap().count(),
        0
    );
}

#[test]
fn a_request_to_end_does_too() {
    let (env, run) = interrupted_by(Signal::TERM);
    assert_eq!(run.code, 143, "{}", run.show());
    assert_eq!(env.status("vagrant"), "");
    assert_eq!(
        std::fs::read_dir(env.home().join("tmp")).unwrap().count(),
        0
    );
}

#[test]
fn a_terminal_that_is_closed_does_too() {
    let (env, run) = interrupted_by(Signal::HUP);
    assert_eq!(run.code, 129, "{}", run.show());
    assert_eq!(env.status("vagrant"), "");
}

#[test]
fn what_a_killed_run_left_goes_at_the_next_one_once_nobody_uses_it() {
    let (env, mut child, pipes) = halfway();
    let temporary = env.home().join("tmp");
    let left = || std::fs::read_dir(&temporary).unwrap().count();
    let next = || {
        // With the tools of this machine, if any.
        let mut command = env.command();
        env.run(command.args(RUN).arg("--verify").env("TMPDIR", &temporary))
    };
    child.kill().unwrap();
    child.wait().unwrap();
    // What only looks like one of them is somebody else's.
    std::fs::create_dir(temporary.join("svcgen-verify-other")).unwrap();
    let run = next();
    assert_eq!(left(), 2, "its tools still run in it: {}", run.show());
    for pipe in pipes {
        for leader in pipe.lines() {
            let leader = Pid::from_raw(leader.unwrap().parse().unwrap()).unwrap();
            kill_process_group(leader, Signal::KILL).unwrap();
        }
    }
    let run = next();
    assert_eq!(left(), 1, "{}", run.show());
    assert!(temporary.join("svcgen-verify-other").exists());
}

/// Runs with tools that do something to the tree while they look at it.
fn meanwhile(script: &str) -> String {
    let env = env(script);
    let run = env.run(&mut command(&env));
    let said = format!("exit {}\n{}", run.code, run.stderr);
    let errors: Vec<&str> = said
        .lines()
        .skip_while(|line| !line.starts_with("error:"))
        .collect();
    let seen = env.status("vagrant");
    format!("exit {}\n{}\n{seen}", run.code, errors.join("\n"))
}

#[test]
fn what_somebody_changes_meanwhile_is_not_written_over() {
    let work = "cd \"$(dirname \"$0\")/../work/vagrant/puppet\"";
    assert_snapshot!(meanwhile(&format!("{work}; echo '# mine' >> hieradata/common.yaml")), @"
    exit 11
    error: `puppet/hieradata/common.yaml` was changed by someone else in the meantime; nothing was changed
    hint: run this again: it begins with what is there now
     M puppet/hieradata/common.yaml
    ");
    assert_snapshot!(meanwhile(&format!("{work}; mkdir -p modules/trendingedits/manifests; echo '# mine' > modules/trendingedits/manifests/init.pp")), @"
    exit 11
    error: `puppet/modules/trendingedits/manifests/init.pp` was changed by someone else in the meantime; nothing was changed
    hint: run this again: it begins with what is there now
    ?? puppet/modules/trendingedits/manifests/init.pp
    ");
    assert_snapshot!(meanwhile(&format!("{work}; test -e modules/trendingedits || echo x > modules/trendingedits")), @"
    exit 11
    error: `puppet/modules/trendingedits/manifests/init.pp` is below a file, where a file is expected
    hint: move what is there elsewhere, and run this again
    ?? puppet/modules/trendingedits
    ");
    assert_snapshot!(meanwhile(&format!("{work}; test -e modules/trendingedits || ln -s ../../.. modules/trendingedits")), @"
    exit 11
    error: `puppet/modules/trendingedits/manifests/init.pp` leads out of `HOME/work/vagrant`
    hint: put a real folder there: svcgen does not write through a symlink that leads out
    ?? puppet/modules/trendingedits
    ");
    assert_snapshot!(meanwhile(&format!("{work}; mkdir -p modules/role/settings/trendingedits.yaml")), @"
    exit 11
    error: `puppet/modules/role/settings/trendingedits.yaml` is a folder, where a file is expected
    hint: move what is there elsewhere, and run this again
    ");
    assert_snapshot!(meanwhile(&format!("{work}; mkdir -p ../.git/svcgen; echo > ../.git/svcgen/tmp")), @"
    exit 1
    error: `puppet/modules/trendingedits/manifests/init.pp` could not be written; nothing was changed
    cause: cannot make the folder `HOME/work/vagrant/.git/svcgen/tmp`: file exists
    hint: is the path right? `ls -l` shows what is there
    ");
    assert_snapshot!(meanwhile(&format!("{work}; mkdir -p ../.git/svcgen; echo > ../.git/svcgen/rendered")), @"
    exit 1
    error: `puppet/modules/trendingedits/manifests/init.pp` was not written: it could not be recorded as svcgen's
    cause: `HOME/work/vagrant/.git/svcgen/rendered/trending-edits.vagrant.json` cannot be read
    cause: not a directory
    hint: run the same command again once that is fixed: it goes on from here
    ");
}
