//! The git of Debian 11, and none.

use std::path::{Path, PathBuf};
use std::process::Command;

use insta::assert_snapshot;

use crate::support::kitchen::{DEPLOY, Kitchen};
use crate::support::{Env, LocalFarm, Run, has_tool};

/// A folder whose `git` is that of Debian 11; `tests/run` puts it there where Debian's archive is within reach.
fn old_git() -> Option<PathBuf> {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("git-2.30/bin");
    if folder.join("git").exists() {
        return Some(folder);
    }
    crate::support::skip("the git of Debian 11, from Debian's archive");
    None
}

/// The same command, which finds that git before all others.
fn finding<'a>(command: &'a mut Command, folder: &Path) -> &'a mut Command {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = [folder.to_owned()]
        .into_iter()
        .chain(std::env::split_paths(&path));
    command.env("PATH", std::env::join_paths(folders).unwrap())
}

#[test]
fn the_whole_road_works_with_the_git_of_debian_11() {
    let Some(folder) = old_git() else { return };
    let env = Env::new();
    let mut command = env.command();
    command.env("TMPDIR", env.home()).args(["demo", "--yes"]);
    let run = env.run(finding(&mut command, &folder));
    assert_eq!(run.code, 0, "{}", run.show());
    assert!(
        run.stdout.ends_with("keeps it, to experiment with.\n"),
        "{}",
        run.show()
    );
}

#[test]
fn a_build_updates_its_change_with_the_git_of_debian_11() {
    let Some(folder) = old_git() else { return };
    if !has_tool("npm") {
        return;
    }
    let kitchen = Kitchen::new(&[(
        "package.json",
        "{\"name\": \"tea\", \"version\": \"0.1.0\"}",
    )]);
    let cup = kitchen.package(
        "cup",
        &[(
            "package.json",
            "{\"name\": \"cup\", \"version\": \"1.0.0\"}",
        )],
    );
    let build = |told: &str| {
        let mut command = kitchen.command(&["--review", "--yes"]);
        let run = kitchen.run(finding(&mut command, &folder));
        assert_eq!(run.code, 0, "{}", run.show());
        assert!(run.stderr.contains(told), "{told}: {}", run.show());
    };
    build("sent for review");
    let package = format!(
        "{{\"name\": \"tea\", \"version\": \"0.2.0\", \"dependencies\": {{\"cup\": \"{cup}\"}}}}"
    );
    kitchen.write("package.json", &package);
    let next = kitchen.commit("Take a cup");
    build("updated in review");
    assert!(
        kitchen
            .files()
            .contains(&"node_modules/cup/package.json".to_owned())
    );
    assert_eq!(
        kitchen.git(&["rev-parse", &format!("{}:src", Kitchen::TOPIC)]),
        next
    );
    let changes = kitchen.gerrit.changes(DEPLOY);
    assert_eq!((changes.len(), &changes[0]["patch"]), (1, &2.into()));
}

#[test]
fn a_release_with_a_submodule_goes_to_hosts_with_the_git_of_debian_11() {
    let Some(folder) = old_git() else { return };
    let farm = LocalFarm::new(1);
    let source = farm.env().work().join("source");
    std::fs::create_dir(&source).unwrap();
    let git = |folder: &str, arguments: &[&str]| {
        farm.env()
            .git_in(&farm.env().work().join(folder), arguments)
    };
    let commit = |text: &str| {
        farm.env().write("source/app.js", text);
        git("source", &["add", "-A"]);
        git("source", &["commit", "-q", "-m", "Source"]);
    };
    git("source", &["init", "-q", "-b", "master"]);
    commit("1\n");
    let allow = ["-c", "protocol.file.allow=always"];
    let add = [
        "submodule",
        "--quiet",
        "add",
        source.to_str().unwrap(),
        "src",
    ];
    git("deploy", &[&allow[..], &add].concat());
    let svcgen = |arguments: &[&str]| {
        let mut command = farm.command();
        command.args(arguments);
        let run = farm.env().run(finding(&mut command, &folder));
        assert_eq!(run.code, 0, "{arguments:?}: {}", run.show());
    };
    let live = |host: &str| {
        let place = farm
            .root(host)
            .join("srv/deployment/feed/deploy/src/app.js");
        std::fs::read_to_string(place).unwrap()
    };
    let config = farm.env().read("deploy/scap/scap.cfg");
    farm.write("scap/scap.cfg", &format!("{config}git_submodules: True\n"));
    farm.release("1");
    svcgen(&["deploy", "--yes"]);
    commit("2\n");
    git(
        "deploy",
        &[&allow[..], &["submodule", "--quiet", "update", "--remote"]].concat(),
    );
    farm.release("2");
    svcgen(&["deploy", "--yes"]);
    for host in farm.hosts() {
        assert_eq!(live(host), "2\n");
    }
    svcgen(&["rollback", "--yes"]);
    for host in farm.hosts() {
        assert_eq!(live(host), "1\n");
    }
    assert_eq!(farm.answers(), [Some("1".to_owned()), Some("1".to_owned())]);
}

/// Runs svcgen where every program is found but git.
fn without_git(env: &Env, folder: &str, arguments: &[&str]) -> Run {
    let bin = env.home().join("bin");
    std::fs::create_dir_all(&bin).unwrap();
    let tools = "sh ssh python3 awk base64 cat cp date dd find flock grep head ln ls mkdir mkfifo mv rm sed setsid sleep \
                 stat sync tail timeout";
    for tool in tools.split_whitespace() {
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
cause: no such file or directory
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
    ] {
        let run = without_git(&env, ".", arguments);
        assert_eq!(run.code, 1, "{arguments:?}: {}", run.show());
        assert!(run.stderr.ends_with(told), "{arguments:?}: {}", run.show());
    }
    let run = without_git(&env, ".", &["demo"]);
    assert_snapshot!(run.show(), @"
    exit 1
    --- stdout
    --- stderr
    error: the demo needs more: `git` is not installed
    hint: `apt-get install git`
    ");
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
