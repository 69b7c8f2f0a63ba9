//! Locales and texts that are not UTF-8.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;

use insta::assert_snapshot;

use crate::support::{Env, LocalFarm, Pty, Run};

const NOT_UTF8: &[u8] = b"caf\xe9";

fn in_locale(env: &Env, variable: &str, value: &str, arguments: &[&str]) -> Run {
    let mut command = env.command();
    command.env_remove("LANG").env(variable, value);
    env.run(command.args(arguments))
}

#[test]
fn where_the_locale_is_not_utf8_messages_are_drawn_with_ascii() {
    let env = Env::new();
    env.write("svcgen.yaml", "version: 1\nname: tea\nport: much\n");
    for (variable, value) in [
        ("LANG", "C"),
        ("LC_ALL", "POSIX"),
        ("LC_CTYPE", "de_DE.ISO-8859-1"),
    ] {
        let run = in_locale(&env, variable, value, &["status"]);
        assert_eq!(run.code, 2);
        assert!(run.stderr.is_ascii(), "{value}: {}", run.stderr);
    }
    let run = in_locale(&env, "LC_ALL", "C", &["status"]);
    let first: Vec<&str> = run.stderr.lines().take(7).collect();
    assert_snapshot!(first.join("\n"), @r"
    error: `HOME/work/svcgen.yaml` has 3 mistakes
      x `description` is required
       +-[HOME/work/svcgen.yaml:1:1]
     1 | version: 1
       . ^
     2 | name: tea
       +----
    ");
    let run = in_locale(&env, "LC_ALL", "de_DE.UTF-8", &["status"]);
    assert!(run.stderr.contains('╭'), "{}", run.stderr);
}

#[test]
fn the_interview_is_drawn_with_ascii_too() {
    let env = Env::new();
    let mut pty = Pty::start_with(&env, &["new", "--site", "example"], &[("LC_ALL", "C")]);
    pty.expect("-- ");
    pty.expect("> ");
    assert!(pty.shown.is_ascii(), "{:?}", pty.shown);
    pty.keys("\u{3}");
    assert_eq!(pty.end(), 130);
}

#[test]
fn arguments_that_are_not_utf8_are_refused() {
    let env = Env::new();
    for arguments in [
        &[&b"deploy"[..], b"--rev", NOT_UTF8][..],
        &[b"deploy", NOT_UTF8],
        &[b"vagrant", b"--repo", NOT_UTF8],
        &[b"--service", NOT_UTF8, b"status"],
        &[NOT_UTF8],
    ] {
        let mut command = env.command();
        command.args(arguments.iter().map(|bytes| OsStr::from_bytes(bytes)));
        let run = env.run(&mut command);
        assert_eq!(run.code, 2, "{}", run.show());
        assert!(run.stderr.starts_with("error: "), "{}", run.show());
    }
}

#[test]
fn a_working_directory_that_is_not_utf8_is_refused() {
    let env = Env::new();
    let folder = env.work().join(OsStr::from_bytes(NOT_UTF8));
    std::fs::create_dir(&folder).unwrap();
    for arguments in [
        &["status"][..],
        &["deploy"],
        &["new", "--defaults"],
        &["history"],
    ] {
        let mut command = env.command();
        let run = env.run(command.current_dir(&folder).args(arguments));
        assert_eq!(run.code, 2, "{arguments:?}: {}", run.show());
        assert!(
            run.stderr
                .starts_with("error: the working directory `HOME/work/caf\u{fffd}` is not UTF-8"),
            "{}",
            run.show()
        );
    }
}

/// Appends a comment that is not UTF-8 to a file.
fn spoil(farm: &LocalFarm, path: &str) {
    let path = farm.env().work().join(path);
    let before = std::fs::read(&path).unwrap_or_default();
    std::fs::write(path, [&before, &b"# "[..], NOT_UTF8, b"\n"].concat()).unwrap();
}

#[test]
fn files_that_are_not_utf8_are_named() {
    for file in [
        "scap/scap.cfg",
        "scap/checks.yaml",
        "scap/targets",
        "scap/local.yaml",
    ] {
        let farm = LocalFarm::new(1);
        spoil(&farm, &format!("deploy/{file}"));
        farm.release("1");
        let run = farm.svcgen(&["deploy", "--yes"]);
        assert_eq!(run.code, 2, "{file}: {}", run.show());
        let begin = format!("error: `{file}` is not UTF-8 text\n");
        assert!(run.stderr.starts_with(&begin), "{}", run.show());
    }
    let env = Env::with_model();
    let model = std::fs::read(env.work().join("svcgen.yaml")).unwrap();
    std::fs::write(env.work().join("svcgen.yaml"), [&model, NOT_UTF8].concat()).unwrap();
    let run = env.svcgen(&["status"]);
    assert_eq!(run.code, 2, "{}", run.show());
    assert!(
        run.stderr.contains("`HOME/work/svcgen.yaml` is not UTF-8"),
        "{}",
        run.show()
    );
}

#[test]
fn files_of_a_release_and_words_of_a_service_need_not_be_utf8() {
    let farm = LocalFarm::new(1);
    spoil(&farm, "deploy/latin1");
    std::fs::write(
        farm.env()
            .work()
            .join("deploy")
            .join(OsStr::from_bytes(b"n\xe4me")),
        NOT_UTF8,
    )
    .unwrap();
    farm.write(
        "scap/checks.yaml",
        "checks:\n  says: {type: command, stage: promote, shell: true, command: \"printf 'caf\\\\351\\\\n'\"}\n",
    );
    farm.release("1");
    let run = farm.svcgen(&["deploy", "--yes"]);
    assert_eq!(run.code, 0, "{}", run.show());
    let log = farm.svcgen(&["log", "--host", "l00", "-v"]);
    assert!(log.stdout.contains("caf\u{fffd}"), "{}", log.show());
}
