//! The programs that a host has to have.

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use super::all;
use crate::support::LocalFarm;

/// What a deploy takes on a host, and the package that has it.
const PROGRAMS: [(&str, &[&str]); 6] = [
    (
        "coreutils",
        &[
            "base64", "cat", "cp", "date", "dd", "head", "ln", "ls", "mkdir", "mkfifo", "mv", "rm",
            "sleep", "stat", "sync", "tail", "timeout",
        ],
    ),
    ("findutils", &["find"]),
    ("grep", &["grep"]),
    ("util-linux", &["flock", "setsid"]),
    ("mawk", &["awk"]),
    // For svcgen itself.
    ("", &["git", "sh"]),
];

/// A folder with nothing but these programs, and one less.
fn programs(farm: &LocalFarm, without: &str) -> PathBuf {
    let bin = farm.env().work().join(format!("without-{without}"));
    std::fs::create_dir(&bin).unwrap();
    let all = PROGRAMS.iter().flat_map(|(_, programs)| *programs);
    for program in all.filter(|program| **program != without) {
        std::os::unix::fs::symlink(which::which(program).unwrap(), bin.join(program)).unwrap();
    }
    // The service may need more.
    let path = std::env::var("PATH").unwrap();
    let python = bin.join("python3");
    std::fs::write(
        &python,
        format!("#!/bin/sh\nPATH='{path}' exec python3 \"$@\"\n"),
    )
    .unwrap();
    std::fs::set_permissions(&python, Permissions::from_mode(0o755)).unwrap();
    bin
}

#[test]
fn a_machine_without_a_shell_is_told_as_that() {
    let farm = LocalFarm::new(1);
    farm.release("1");
    let bin = programs(&farm, "sh");
    let mut command = farm.command();
    command.env("PATH", &bin).args(["deploy", "--dry-run"]);
    let run = farm.env().run(&mut command);
    assert_eq!(run.code, 20, "{}", run.show());
    insta::assert_snapshot!(run.stderr, @r#"
    error: 2 of 2 hosts cannot be deployed to; nothing was touched
    cause: l00, l01: there is no `sh` on the `PATH` of this machine
    hint: `export PATH="$PATH:/usr/bin:/bin"`: that is where it is
    "#);
}

#[test]
fn a_host_that_lacks_a_program_is_found_before_anything_is_touched() {
    let farm = LocalFarm::new(1);
    farm.release("1");
    let deploy = |bin: &Path, more: &[&str]| {
        let mut command = farm.command();
        command.env("PATH", bin).args(more);
        farm.env().run(&mut command)
    };
    const DEPLOY: &[&str] = &["deploy", "--on-failure", "rollback"];
    const DOCTOR: &[&str] = &["doctor", "deploy", "--offline", "--site", "example"];
    for (package, programs_of_it) in PROGRAMS.iter().filter(|(package, _)| !package.is_empty()) {
        for program in *programs_of_it {
            let bin = programs(&farm, program);
            let run = deploy(&bin, DEPLOY);
            assert_eq!(run.code, 20, "{program}: {}", run.show());
            let said = run.stderr.split_once("error: ").unwrap().1;
            assert_eq!(
                said,
                format!(
                    "2 of 2 hosts cannot be deployed to; nothing was touched\n\
                     cause: l00, l01: `{program}` is not installed\n\
                     hint: `apt-get install {package}`, and run this again\n"
                )
            );
            let doctor = deploy(&bin, DOCTOR).stdout;
            let found = format!("what deploys take on this machine: `{program}` is not installed");
            assert!(doctor.contains(&found), "{program}: {doctor}");
            assert!(doctor.contains(&format!("$ apt-get install {package}\n")));
        }
    }
    assert!(!farm.root("l00").join("srv").exists());
    // And nothing else is needed.
    let bin = programs(&farm, "nothing");
    let run = deploy(&bin, DEPLOY);
    assert_eq!(run.code, 0, "{}", run.show());
    farm.release("2");
    assert_eq!(deploy(&bin, DEPLOY).code, 0);
    let run = deploy(&bin, &["rollback", "--yes"]);
    assert_eq!(run.code, 0, "{}", run.show());
    assert_eq!(farm.answers(), all(&farm, "1"));
    let doctor = deploy(&bin, DOCTOR).stdout;
    assert!(doctor.contains("what deploys take on this machine: the programs are there\n"));
}

/// The message about git is enough.
#[test]
fn without_git_nobody_is_asked_for_keys_of_ssh() {
    let farm = LocalFarm::new(0);
    farm.release("1");
    let bin = programs(&farm, "git");
    let ssh = bin.join("ssh");
    std::fs::write(&ssh, "#!/bin/sh\n").unwrap();
    std::fs::set_permissions(&ssh, Permissions::from_mode(0o755)).unwrap();
    let mut command = farm.command();
    command
        .env("PATH", bin)
        .args(["doctor", "deploy", "--offline", "--site", "example"]);
    let run = farm.env().run(&mut command);
    let words = "keys in the ssh agent: none is needed: nothing here is reached by ssh\n";
    assert!(run.stdout.contains(words), "{}", run.show());
}
