//! What becomes of files when a run is killed, or the disk refuses.

mod full;

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use insta::assert_snapshot;

use crate::support::{Env, Run, copy, has_tool, may_mount};

/// The system calls that change something; a run is killed once at each of each kind.
const CHANGES: &[&str] = &["mkdir", "write", "fsync", "rename", "unlink", "rmdir"];

/// More than any run makes of them.
const MOST: usize = 200;

/// All files of a tree that git would look at, with their contents.
fn files(tree: &Path) -> BTreeMap<String, Vec<u8>> {
    fn walk(folder: &Path, below: &str, found: &mut BTreeMap<String, Vec<u8>>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let entry = entry.unwrap();
            let name = format!("{below}{}", entry.file_name().into_string().unwrap());
            if entry.file_type().unwrap().is_dir() {
                if name != ".git" {
                    walk(&entry.path(), &format!("{name}/"), found);
                }
            } else {
                found.insert(name, std::fs::read(entry.path()).unwrap());
            }
        }
    }
    let mut found = BTreeMap::new();
    walk(tree, "", &mut found);
    found
}

/// Runs svcgen until the nth system call of a kind, and kills it there; whether it was killed.
fn run_until(env: &Env, call: &str, nth: usize, arguments: &[&str]) -> bool {
    let mut command = Command::new("strace");
    env.enclose(&mut command);
    let status = command
        .args([
            "-qq",
            "--seccomp-bpf",
            "-f",
            "-e",
            "signal=none",
            "-o",
            "/dev/null",
            "-e",
        ])
        .arg(format!("inject={call}:signal=KILL:when={nth}"))
        .arg(env!("CARGO_BIN_EXE_svcgen"))
        .args(arguments)
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::null())
        .status()
        .unwrap();
    // strace ends as the program did.
    status.code().is_none()
}

/// Whether a program may be traced here; containers often forbid it.
fn can_trace() -> bool {
    has_tool("strace") && {
        let traced = Command::new("strace")
            .args(["-qq", "-o", "/dev/null", "true"])
            .output();
        traced.unwrap().status.success()
    }
}

/// Kills a run at each of its changes; returns how often. Each time every file has to be old or new, there must be
/// no others, and the next run has to complete what this one began, and to end with the same code.
fn kill_everywhere(env: &Env, generator: &str, code: i32) -> usize {
    // As JSON: what is printed line by line would be many more changes of nothing.
    let arguments = [
        generator,
        "--repo",
        generator,
        "--yes",
        "--no-verify",
        "--format",
        "json",
    ];
    let tree = env.work().join(generator);
    let beginning = env.work().join("beginning");
    copy(&tree, &beginning);
    let old = files(&tree);
    let complete = env.svcgen(&arguments);
    assert_eq!(complete.code, code, "{}", complete.show());
    let new = files(&tree);
    assert_ne!(old, new);
    let mut killed = 0;
    for call in CHANGES {
        for nth in 1.. {
            std::fs::remove_dir_all(&tree).unwrap();
            copy(&beginning, &tree);
            if !run_until(env, call, nth, &arguments) {
                assert_eq!(files(&tree), new);
                break;
            }
            for (path, content) in files(&tree) {
                let known = [old.get(&path), new.get(&path)];
                assert!(known.contains(&Some(&content)), "{path} at {call} {nth}");
            }
            let again = env.svcgen(&arguments);
            assert_eq!(again.code, code, "{call} {nth}: {}", again.show());
            assert!(files(&tree) == new, "{call} {nth}");
            killed += 1;
            assert!(killed < MOST, "it does not end");
        }
    }
    killed
}

#[test]
fn a_run_that_is_killed_leaves_each_file_old_or_new() {
    if !can_trace() {
        return;
    }
    let env = Env::with_model();
    env.repository("vagrant");
    let first = kill_everywhere(&env, "vagrant", 0);
    assert!(first > 20, "{first}");
}

/// A tree with what was generated, and a model that has changed since.
fn outdated() -> Env {
    let env = Env::with_model();
    env.repository("vagrant");
    let run = env.svcgen(YES);
    assert_eq!(run.code, 0, "{}", run.show());
    env.replace("svcgen.yaml", "port: 6699", "port: 6700");
    env.replace("svcgen.yaml", "default: 86400", "default: 3600");
    env
}

#[test]
fn an_update_that_is_killed_leaves_each_file_old_or_new() {
    if !can_trace() {
        return;
    }
    let env = outdated();
    let update = kill_everywhere(&env, "vagrant", 0);
    assert!(update > 10, "{update}");
}

/// A conflict is marked, and where that was killed before, by the next run.
#[test]
fn a_conflict_that_is_killed_leaves_each_file_old_or_marked() {
    if !can_trace() {
        return;
    }
    let env = outdated();
    let class = "vagrant/puppet/modules/trendingedits/manifests/init.pp";
    env.replace(class, "= 86400,", "= 7200,");
    env.git("vagrant", &["add", "--all"]);
    env.git("vagrant", &["commit", "--quiet", "--message", "by hand"]);
    let marked = kill_everywhere(&env, "vagrant", 11);
    assert!(marked > 10, "{marked}");
    assert!(env.read(class).contains("<<<<<<< yours\n"));
}

const YES: &[&str] = &[
    "vagrant",
    "--repo",
    "vagrant",
    "--yes",
    "--no-verify",
    "--format",
    "json",
];

/// Runs svcgen within a script, which can mount file systems that nobody else sees.
fn with_mounts(env: &Env, script: &str, arguments: &[&str]) -> Run {
    let mut command = Command::new("unshare");
    env.enclose(&mut command);
    command.args([
        "--mount",
        "sh",
        "-euc",
        script,
        "sh",
        env!("CARGO_BIN_EXE_svcgen"),
    ]);
    env.run(command.args(arguments))
}

#[test]
fn a_folder_that_is_forbidden_changes_nothing() {
    if !may_mount() {
        return;
    }
    let env = Env::with_model();
    env.repository("vagrant");
    let old = files(&env.work().join("vagrant"));
    let forbidden = |folder: &str| {
        let script = format!(
            "mount --bind vagrant/{folder} vagrant/{folder}; mount -o remount,ro,bind vagrant/{folder}; exec \"$@\""
        );
        let run = with_mounts(&env, &script, YES);
        assert_eq!(files(&env.work().join("vagrant")), old, "{folder}");
        run.show()
    };
    assert_snapshot!(forbidden("puppet/modules/role/settings"), @"
    exit 1
    --- stdout
    --- stderr
    error: `puppet/modules/role/settings/trendingedits.yaml` could not be written; nothing was changed
    cause: `HOME/work/vagrant/puppet/modules/role/settings` cannot be written to: read-only file system
    hint: its disk is read-only: `findmnt` shows which are writable
    ");
    assert_snapshot!(forbidden("puppet/hieradata"), @"
    exit 1
    --- stdout
    --- stderr
    error: `puppet/hieradata/common.yaml` could not be written; nothing was changed
    cause: `HOME/work/vagrant/puppet/hieradata` cannot be written to: read-only file system
    hint: its disk is read-only: `findmnt` shows which are writable
    ");
    assert_snapshot!(forbidden(".git"), @"
    exit 1
    --- stdout
    --- stderr
    error: `puppet/modules/trendingedits/manifests/init.pp` could not be written; nothing was changed
    cause: `HOME/work/vagrant/.git/svcgen/tmp` cannot be written to: read-only file system
    hint: its disk is read-only: `findmnt` shows which are writable
    ");
    assert_eq!(env.status("vagrant"), "");
}

#[test]
fn a_file_system_of_its_own_is_no_obstacle() {
    if !may_mount() {
        return;
    }
    let env = Env::with_model();
    env.repository("vagrant");
    let script = "mount -t tmpfs none vagrant/puppet/modules/role/settings; code=0; \"$@\" || code=$?
                  ls -A vagrant/puppet/modules/role/settings vagrant/.git/svcgen/tmp >&2; exit $code";
    let run = with_mounts(&env, script, YES);
    assert_snapshot!(format!("exit {}\n{}", run.code, run.stderr), @"
    exit 0
    vagrant: written
    vagrant/.git/svcgen/tmp:

    vagrant/puppet/modules/role/settings:
    trendingedits.yaml
    ");
    // One file system at two places cannot be told from one at one place, but nothing can be renamed across.
    let script = "mount --bind vagrant/puppet/hieradata vagrant/puppet/hieradata; exec \"$@\"";
    env.git("vagrant", &["checkout", "--quiet", "."]);
    let run = with_mounts(&env, script, YES);
    assert_eq!(run.code, 0, "{}", run.show());
    assert!(
        env.read("vagrant/puppet/hieradata/common.yaml")
            .contains("trendingedits::port")
    );
}
