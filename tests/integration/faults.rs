//! What becomes of files when a run is killed, or the disk refuses.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use crate::support::samples::copy;
use crate::support::{Env, has_tool};

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
    !status.success()
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
/// no others, and the next run has to complete what this one began.
fn kill_everywhere(env: &Env, generator: &str) -> usize {
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
    assert_eq!(complete.code, 0, "{}", complete.show());
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
            assert_eq!(again.code, 0, "{call} {nth}: {}", again.show());
            assert_eq!(files(&tree), new, "{call} {nth}");
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
    let first = kill_everywhere(&env, "vagrant");
    assert!(first > 20, "{first}");
    std::fs::remove_dir_all(env.work().join("beginning")).unwrap();
    env.replace("svcgen.yaml", "port: 6699", "port: 6700");
    env.replace("svcgen.yaml", "default: 86400", "default: 3600");
    let update = kill_everywhere(&env, "vagrant");
    assert!(update > 10, "{update}");
}
