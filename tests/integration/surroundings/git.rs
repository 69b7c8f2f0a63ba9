//! The git of Debian 11, and none.

use std::path::PathBuf;
use std::process::Command;

use crate::support::{Env, LocalFarm, Run};

/// A folder whose `git` is that of Debian 11; `tests/run` puts it there where Debian's archive is within reach.
fn old_git() -> Option<PathBuf> {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("git-2.30/bin");
    if folder.join("git").exists() {
        return Some(folder);
    }
    crate::support::skip("the git of Debian 11, from Debian's archive");
    None
}

#[test]
fn the_whole_road_works_with_the_git_of_debian_11() {
    let Some(folder) = old_git() else { return };
    let env = Env::new();
    let mut command = env.command();
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = [folder].into_iter().chain(std::env::split_paths(&path));
    command.env("PATH", std::env::join_paths(folders).unwrap());
    command.env("TMPDIR", env.home());
    let run = env.run(command.args(["demo", "--yes"]));
    assert_eq!(run.code, 0, "{}", run.show());
    assert!(
        run.stdout.ends_with("leaves it to play with.\n"),
        "{}",
        run.show()
    );
}

/// Runs svcgen where every program is found but git.
fn without_git(env: &Env, folder: &str, arguments: &[&str]) -> Run {
    let bin = env.home().join("bin");
    std::fs::create_dir_all(&bin).unwrap();
    for tool in [
        "sh", "timeout", "mkfifo", "mv", "cat", "ls", "ssh", "python3",
    ] {
        if let Ok(program) = which::which(tool) {
            let _linked = std::os::unix::fs::symlink(program, bin.join(tool));
        }
    }
    let mut command = Command::new(env!("CARGO_BIN_EXE_svcgen"));
    env.enclose(&mut command);
    command
        .current_dir(env.work().join(folder))
        .env("PATH", &bin)
        .args(arguments);
    env.run(&mut command)
}

#[test]
fn where_there_is_no_git_that_is_said_and_how_to_get_it() {
    let env = Env::with_model();
    env.repository("vagrant");
    let told = "\
error: `git` cannot be run
cause: No such file or directory (os error 2)
hint: apt-get install git
";
    for arguments in [
        &[
            "vagrant",
            "--repo",
            "vagrant",
            "--commit",
            "--yes",
            "--no-verify",
        ][..],
        &["source", "--clone", "code"],
        &["demo"],
    ] {
        let run = without_git(&env, ".", arguments);
        assert_eq!(run.code, 1, "{arguments:?}: {}", run.show());
        assert!(run.stderr.ends_with(told), "{arguments:?}: {}", run.show());
    }
    // What only looks at files does without.
    let run = without_git(&env, ".", &["vagrant", "--repo", "vagrant", "--dry-run"]);
    assert_eq!(run.code, 3, "{}", run.show());
}

#[test]
fn hosts_without_git_are_named_before_anything_is_touched() {
    let farm = LocalFarm::new(1);
    farm.release("1");
    let run = without_git(farm.env(), "deploy", &["deploy", "--yes"]);
    assert_eq!(run.code, 20, "{}", run.show());
    assert!(
        run.stderr.contains("`git` is not installed"),
        "{}",
        run.show()
    );
    assert!(run.stderr.contains("nothing was touched"), "{}", run.show());
}
