//! What is refused or doubted before a host is touched.

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt as _;

use crate::support::LocalFarm;

/// The working copy and the commit are both read.
#[test]
fn what_is_odd_in_both_the_files_and_the_commit_is_told_once() {
    let farm = LocalFarm::new(1);
    let config = std::fs::read_to_string(farm.env().work().join("deploy/scap/scap.cfg")).unwrap();
    farm.write("scap/scap.cfg", &format!("{config}max_failures: 1\n"));
    farm.release("1");
    let run = farm.svcgen(&["deploy", "--dry-run"]);
    assert_eq!(run.code, 0, "{}", run.show());
    assert_eq!(
        run.stderr.matches("max_failures").count(),
        1,
        "{}",
        run.stderr
    );
}

#[test]
fn a_revision_that_is_not_there_is_told_before_anything_is_asked() {
    let farm = LocalFarm::new(1);
    farm.release("1");
    let run = farm.svcgen(&["deploy", "--rev", "nosuch"]);
    assert_eq!(run.code, 2, "{}", run.show());
    let begins = "error: there is no revision `nosuch` in ";
    assert!(run.stderr.starts_with(begins), "{}", run.show());
}

#[test]
fn a_new_host_that_resembles_one_that_is_there_is_doubted() {
    let farm = LocalFarm::new(1);
    farm.write("scap/targets", "l0l\n");
    farm.release("1");
    let run = farm.svcgen(&["deploy", "--dry-run"]);
    assert_eq!(run.code, 0, "{}", run.show());
    let word = "warning: l0l is a new host: did you mean l01, which is there and in no list?\n";
    assert!(run.stderr.contains(word), "{}", run.stderr);
    farm.write("scap/targets", "l0l\nl01\n");
    farm.release("2");
    let run = farm.svcgen(&["deploy", "--dry-run"]);
    assert!(!run.stderr.contains("did you mean"), "{}", run.stderr);
}

/// The deploy would fail on the canary.
#[test]
fn a_check_whose_script_is_not_there_is_refused_before_anything_is_asked() {
    let farm = LocalFarm::new(1);
    farm.write(
        "scap/checks.yaml",
        "checks:\n  tea:\n    type: script\n    after: promote\n    command: te\n",
    );
    farm.write("scap/scripts/tea", "#!/bin/sh\n");
    farm.release("1");
    let run = farm.svcgen(&["deploy", "--dry-run"]);
    assert_eq!(run.code, 2, "{}", run.show());
    let (first, said) = run.stderr.split_once('\n').unwrap();
    assert!(first.contains("the `scap/` directory of "), "{first}");
    insta::assert_snapshot!(said, @"
    cause: scap/scripts/te: the check `tea` runs it, but it does not exist: add it, or correct the `command` of the check
    hint: commit what is right, or deploy another revision with `--rev`
    ");
    let script = farm.env().work().join("deploy/scap/scripts/tea");
    std::fs::set_permissions(script, Permissions::from_mode(0o755)).unwrap();
    farm.write(
        "scap/checks.yaml",
        "checks:\n  tea:\n    type: script\n    after: promote\n    command: tea\n",
    );
    farm.release("2");
    let run = farm.svcgen(&["deploy", "--on-failure", "rollback"]);
    assert_eq!(run.code, 0, "{}", run.show());
}

#[test]
fn a_configuration_of_ssh_that_is_not_there_is_told_where_ssh_is_used() {
    let farm = LocalFarm::new(0);
    farm.release("1");
    let plan = |engine: &[&str]| {
        let mut command = farm.command();
        command.env("SVCGEN_SSH_CONFIG", "/nonexistent");
        let arguments = [&["deploy", "--dry-run"], engine].concat();
        farm.env().run(command.args(arguments))
    };
    assert_eq!(plan(&[]).code, 0);
    let run = plan(&["--engine", "ssh"]);
    assert_eq!(run.code, 2, "{}", run.show());
    insta::assert_snapshot!(run.stderr, @"
    error: the configuration of ssh is not there: `/nonexistent`
    hint: correct `ssh.config_file` of the configuration, or SVCGEN_SSH_CONFIG
    ");
}
