//! Streams that are closed, full, or read only in part.

use std::fs::File;
use std::process::{Command, Stdio};

use crate::support::{Env, LocalFarm, Run};

/// Runs a line of a shell, in which `svcgen` is the program.
fn shell(env: &Env, folder: &str, line: &str) -> Run {
    let mut command = Command::new("bash");
    env.enclose(&mut command);
    let program = env!("CARGO_BIN_EXE_svcgen");
    let script = format!("set -o pipefail; svcgen() {{ {program} \"$@\"; }}; {line}");
    command.current_dir(env.work().join(folder));
    env.run(command.args(["-c", &script]))
}

/// Commands that print much, and need nothing.
const LONG: &[&str] = &[
    "--help",
    "deploy --help",
    "schema model",
    "completions bash",
    "doctor --offline --site example",
];

/// The same where there are deploys.
const ABOUT_DEPLOYS: &[&str] = &[
    "deploy --dry-run",
    "deploy --dry-run --format json",
    "history",
    "history --format json",
    "log",
    "log --format json",
    "lock",
    "service status",
    "tail",
];

#[test]
fn whoever_reads_only_the_beginning_sees_no_error() {
    let farm = LocalFarm::new(1);
    farm.release("1");
    assert_eq!(farm.svcgen(&["deploy", "--yes"]).code, 0);
    farm.release("2");
    for command in LONG.iter().chain(ABOUT_DEPLOYS) {
        // It reads one byte, and goes: what comes after it meets a closed pipe.
        let run = shell(
            farm.env(),
            "deploy",
            &format!("svcgen {command} | head -c1"),
        );
        assert!(matches!(run.code, 0 | 3), "{command}: {}", run.show());
        assert_eq!(run.stdout.len(), 1, "{command}");
        for word in ["panicked", "error:", "pipe"] {
            assert!(
                !run.stderr.to_lowercase().contains(word),
                "{command}: {}",
                run.show()
            );
        }
    }
}

#[test]
fn where_there_is_no_room_for_the_result_that_is_an_error() {
    let farm = LocalFarm::new(1);
    farm.release("1");
    assert_eq!(farm.svcgen(&["deploy", "--yes"]).code, 0);
    farm.release("2");
    for command in LONG.iter().chain(ABOUT_DEPLOYS).chain(&["--version"]) {
        let run = shell(
            farm.env(),
            "deploy",
            &format!("svcgen {command} > /dev/full"),
        );
        assert_eq!(run.code, 1, "{command}: {}", run.show());
        let end = "\
error: cannot print the result
cause: no space left on device
hint: make room where the output goes, or send it elsewhere
";
        assert!(run.stderr.ends_with(end), "{command}: {}", run.show());
    }
}

#[test]
fn a_deploy_goes_on_whatever_becomes_of_its_output() {
    let farm = LocalFarm::new(1);
    for (version, line) in [
        ("1", "svcgen deploy --yes >&-"),
        ("2", "svcgen deploy --yes --format json | head -c1"),
        ("3", "svcgen deploy --yes 2>&- >&- <&-"),
        ("4", "svcgen deploy --yes 2>/dev/full >/dev/full"),
    ] {
        farm.release(version);
        let run = shell(farm.env(), "deploy", line);
        assert_eq!(run.code, 0, "{line}: {}", run.show());
        assert!(!run.stderr.contains("panicked"), "{line}: {}", run.show());
        let live = Some(version.to_owned());
        assert_eq!(farm.answers(), [live.clone(), live], "{line}");
    }
    // What was written nowhere is in none of the files that were opened meanwhile.
    let log = farm.svcgen(&["log", "--format", "json"]);
    let is_event = |line: &str| line.starts_with("{\"v\":1,");
    assert!(log.stdout.lines().all(is_event), "{}", log.show());
}

#[test]
fn events_that_are_lost_are_told_and_the_deploy_is_what_it_is() {
    let farm = LocalFarm::new(1);
    farm.release("1");
    let run = shell(
        farm.env(),
        "deploy",
        "svcgen deploy --yes --format json > /dev/full",
    );
    assert_eq!(run.code, 0, "{}", run.show());
    let told = "warning: events cannot be printed: no space left on device; `svcgen log ";
    assert_eq!(run.stderr.matches(told).count(), 1, "{}", run.show());
    assert_eq!(farm.answers(), [Some("1".to_owned()), Some("1".to_owned())]);
}

#[test]
fn a_change_is_made_though_only_the_beginning_of_it_was_read() {
    let env = Env::with_model();
    env.repository("vagrant");
    let line = "svcgen vagrant --repo vagrant --yes --no-verify | head -c1";
    let run = shell(&env, ".", line);
    assert_eq!(run.code, 0, "{}", run.show());
    assert!(env.has("vagrant/puppet/modules/trendingedits/manifests/init.pp"));
}

#[test]
fn a_change_that_nobody_could_read_is_not_made() {
    let env = Env::with_model();
    env.repository("vagrant");
    let full = File::options().write(true).open("/dev/full").unwrap();
    let run = env.svcgen_into(
        &["vagrant", "--repo", "vagrant", "--yes", "--no-verify"],
        Stdio::from(full),
    );
    assert_eq!(run.code, 1, "{}", run.stderr);
    assert_eq!(env.status("vagrant"), "");
}
