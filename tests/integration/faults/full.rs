//! Full disks, and full folders for temporary files.

use std::process::Command;

use insta::assert_snapshot;

use super::{YES, files, with_mounts};
use crate::series;
use crate::support::{Env, LocalFarm, may_mount};

#[test]
fn a_full_disk_changes_nothing() {
    if !may_mount() {
        return;
    }
    let env = Env::with_model();
    env.repository("vagrant");
    let old = files(&env.work().join("vagrant"));
    let mut ends = Vec::new();
    for blocks in 0..60 {
        let run = with_mounts(
            &env,
            &format!(
                "rm -rf after; mkdir -p small; mount -t tmpfs -o size=4m none small; cp -a vagrant svcgen.yaml small
                 free=$(stat -f -c %f small)
                 dd if=/dev/zero of=small/full bs=$(stat -f -c %S small) count=$((free - {blocks})) status=none
                 code=0; (cd small; \"$@\") || code=$?
                 cp -a small/vagrant after; exit $code"
            ),
            YES,
        );
        let new = files(&env.work().join("after"));
        assert_eq!(run.code == 0, new != old, "{blocks}: {}", run.show());
        ends.push(run);
        if ends.last().unwrap().code == 0 {
            break;
        }
    }
    assert_eq!(ends.pop().unwrap().code, 0);
    assert!(ends.len() > 5, "{}", ends.len());
    assert_snapshot!(ends[0].show(), @"
    exit 1
    --- stdout
    --- stderr
    error: `puppet/modules/trendingedits/manifests/init.pp` could not be written; nothing was changed
    cause: `HOME/work/small/vagrant/.git/svcgen/tmp` cannot be written to: no space left on device
    hint: make room there: `df -h` shows the disks
    ");
    assert_snapshot!(ends[5].show(), @"
    exit 1
    --- stdout
    --- stderr
    error: `puppet/modules/trendingedits/manifests/init.pp` could not be written; nothing was changed
    cause: `HOME/work/small/vagrant/.git/svcgen/tmp` cannot be written to: no space left on device
    hint: make room there: `df -h` shows the disks
    ");
}

#[test]
fn a_full_disk_leaves_the_commits_of_the_series_and_their_files() {
    if !may_mount() {
        return;
    }
    let env = series::env();
    series::done(&env, &["--commit"]);
    env.replace("svcgen.yaml", "port: 6699", "port: 6700");
    let arguments = [series::SERIES, &["--commit"]].concat();
    let state = |folder: &str| {
        let tip = env.git(folder, &["rev-parse", "HEAD"]);
        (tip, files(&env.work().join(folder)), env.status(folder))
    };
    let old = state("puppet");
    for (refused, blocks) in (0..400).step_by(8).enumerate() {
        let script = format!(
            "rm -rf after; mkdir -p small; mount -t tmpfs -o size=8m none small; cp -a puppet svcgen.yaml small
             free=$(stat -f -c %f small)
             dd if=/dev/zero of=small/full bs=$(stat -f -c %S small) count=$((free - {blocks})) status=none
             code=0; (cd small; \"$@\") || code=$?
             cp -a small/puppet after; exit $code"
        );
        let run = with_mounts(&env, &script, &arguments);
        if run.code == 0 {
            assert_ne!(state("after"), old);
            assert!(refused > 2, "{refused}");
            return;
        }
        assert_eq!(run.code, 1, "{blocks}: {}", run.show());
        let way = "hint: make room there: `df -h` shows the disks\n";
        assert!(run.stderr.ends_with(way), "{blocks}: {}", run.show());
        assert_eq!(state("after"), old, "{blocks}: {}", run.show());
    }
    panic!("400 blocks are no room");
}

/// Gives the program a folder for temporary files that is full.
const FULL: &str = "mount -t tmpfs -o size=64k none $TMPDIR
    dd if=/dev/zero of=$TMPDIR/ballast bs=65536 count=1 status=none
    exec \"$@\"";

/// Shuts svcgen in with a folder for temporary files that is full.
fn with_full_temporary(env: &Env, arguments: &[&str]) -> Command {
    let temporary = env.home().join("tmp");
    std::fs::create_dir_all(&temporary).unwrap();
    let mut command = Command::new("unshare");
    env.enclose(&mut command);
    command
        .args(["--mount", "sh", "-euc", FULL, "sh"])
        .arg(env!("CARGO_BIN_EXE_svcgen"))
        .args(arguments)
        .env("TMPDIR", temporary);
    command
}

#[test]
fn a_full_folder_for_temporary_files_is_named_where_a_change_is_committed() {
    if !may_mount() {
        return;
    }
    let env = Env::with_model();
    env.repository("vagrant");
    let arguments = ["vagrant", "--repo", "vagrant", "--yes", "--commit", "-q"];
    let run = env.run(&mut with_full_temporary(&env, &arguments));
    assert_snapshot!(format!("exit {}\n{}", run.code, run.stderr), @"
    exit 1
    warning: not verified: a copy of the tree: it could not be made to try the plan in: there is no room in `HOME/tmp`
    error: git could not commit
    cause: cannot write a temporary file in `HOME/tmp`
    cause: no space left on device
    hint: make room there, or `export TMPDIR=/a/folder/of/yours`
    ");
}

#[test]
fn a_full_folder_for_temporary_files_is_named_where_a_release_is_packed() {
    if !may_mount() {
        return;
    }
    let farm = LocalFarm::new(1);
    farm.release("1");
    let mut command = with_full_temporary(farm.env(), &["deploy", "--on-failure", "rollback"]);
    command
        .current_dir(farm.env().work().join("deploy"))
        .env("USER", "ada");
    let run = farm.env().run(&mut command);
    assert_eq!(run.code, 20, "{}", run.show());
    // Both hosts lack it, and either is told first.
    let error = run.stderr.lines().find(|line| line.starts_with("error: "));
    let (_, reason) = error.unwrap().split_once("): ").unwrap();
    assert_snapshot!(reason, @"there is no room in `HOME/tmp` for what is sent to the hosts; `export TMPDIR=/a/folder/of/yours` names another");
}
