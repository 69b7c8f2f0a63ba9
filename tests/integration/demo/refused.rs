//! Where the demo cannot be played, it says so before it begins.

use insta::assert_snapshot;

use super::{demo, names, temporary};
use crate::support::{Env, may_mount};

#[test]
fn a_folder_for_temporary_files_that_is_not_there_is_named() {
    let env = Env::new();
    let mut command = env.command();
    command
        .args(["demo", "--yes"])
        .env("TMPDIR", "/nonexistent");
    let run = env.run(&mut command);
    assert_eq!(run.code, 1, "{}", run.show());
    assert_snapshot!(run.stderr, @"
    error: no folder can be made in `/nonexistent`
    cause: no such file or directory
    hint: `export TMPDIR=/a/folder/of/yours`, or `svcgen demo DIR`
    ");
}

#[test]
fn there_is_no_json_of_what_is_played() {
    let env = Env::new();
    let run = demo(&env, &["--format", "json"]);
    assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{}", run.show());
    assert!(run.stderr.contains("meant for people"), "{}", run.show());
}

#[test]
fn what_the_demo_cannot_do_without_is_missing_at_its_start() {
    let env = Env::new();
    let bin = env.home().join("bin");
    std::fs::create_dir(&bin).unwrap();
    let programs = "git sh sed grep find awk base64 cat cp date dd head ln ls mkdir mkfifo mv rm sleep stat sync tail timeout";
    for program in programs.split(' ') {
        std::os::unix::fs::symlink(which::which(program).unwrap(), bin.join(program)).unwrap();
    }
    let mut command = env.command();
    command
        .args(["demo", "--yes"])
        .env("PATH", bin)
        .env("TMPDIR", temporary(&env));
    let run = env.run(&mut command);
    assert_snapshot!(run.show(), @"
    exit 1
    --- stdout
    --- stderr
    error: the demo needs more: `flock` and `setsid` are not installed
    hint: `apt-get install util-linux`
    ");
    assert!(names(&temporary(&env)).is_empty());
}

/// Runs the demo where the folder for temporary files is a disk of that size.
fn demo_within(env: &Env, size: &str, more: &[&str]) -> crate::support::Run {
    let small = env.work().join("small");
    std::fs::create_dir_all(&small).unwrap();
    let svcgen = env.command();
    let mut command = std::process::Command::new("unshare");
    env.enclose(&mut command);
    let script = "mount -t tmpfs -o size=$1 none small; shift; exec \"$@\"";
    command
        .args(["--mount", "sh", "-ec", script, "sh", size])
        .arg(svcgen.get_program())
        .args(["demo", "--yes"])
        .args(more)
        .env("TMPDIR", &small);
    env.run(&mut command)
}

#[test]
fn a_disk_without_room_for_the_demo_is_told_before_anything_is_played() {
    if !may_mount() {
        return;
    }
    let env = Env::new();
    assert_snapshot!(demo_within(&env, "2m", &[]).show(), @"
    exit 1
    --- stdout
    --- stderr
    error: there is no room in `HOME/work/small` for the demo
    hint: `export TMPDIR=/a/folder/of/yours`, or `svcgen demo DIR`
    ");
    assert_snapshot!(demo_within(&env, "2m", &["small/demo"]).show(), @"
    exit 1
    --- stdout
    --- stderr
    error: there is no room in `small/demo` for the demo
    hint: `svcgen demo DIR` plays it where there is more room
    ");
}
