//! Checkouts: who commits in them, and where their changes go.

use std::process::Command;

use super::{findings, fix};
use crate::support::{Env, Run};

/// Runs doctor where there is git and nothing else, which would take its time.
fn doctor(env: &Env, more: &[&str]) -> Run {
    let bin = env.home().join("bin");
    if !bin.exists() {
        std::fs::create_dir(&bin).unwrap();
        for program in ["git", "sh"] {
            std::os::unix::fs::symlink(which::which(program).unwrap(), bin.join(program)).unwrap();
        }
    }
    let mut command = env.command();
    command.args(["doctor", "vagrant", "--site", "example", "--format", "json"]);
    env.run(command.args(more).env("PATH", bin))
}

/// A checkout of MediaWiki-Vagrant that the configuration names.
fn checkout(env: &Env) {
    env.git(".", &["init", "-q", "vagrant"]);
    let folder = env.work().join("vagrant");
    let configuration = format!("checkouts: {{vagrant: {}}}\n", folder.display());
    std::fs::write(env.home().join("config/svcgen/config.yaml"), configuration).unwrap();
}

#[test]
fn the_remote_of_a_checkout_has_to_be_the_one_that_is_meant() {
    let env = Env::new();
    checkout(&env);
    let git = |arguments: &[&str]| env.git("vagrant", arguments);
    let run = doctor(&env, &["--offline"]);
    assert_eq!(findings(&run)("remote.vagrant"), "doubtful: there is none");
    git(&[
        "remote",
        "add",
        "origin",
        "https://mirror.example/wiki/vagrant",
    ]);
    let run = doctor(&env, &["--offline"]);
    assert_eq!(
        findings(&run)("remote.vagrant"),
        "doubtful: `origin` leads to https://mirror.example/wiki/vagrant, not to https://review.farm.example/p/wiki/vagrant"
    );
    // What puts it right does so.
    let home = env.home().to_str().unwrap();
    let command = fix(&run, "remote.vagrant").replace("HOME", home);
    let mut shell = Command::new("sh");
    env.enclose(&mut shell);
    let added = env.run(shell.args(["-c", &command]));
    assert_eq!(added.code, 0, "{}", added.show());
    let run = doctor(&env, &["--offline"]);
    assert_eq!(
        findings(&run)("remote.vagrant"),
        "fine: `gerrit`, https://review.farm.example/p/wiki/vagrant; not asked"
    );

    // The server is a folder here.
    let server = env.work().join("server/wiki/vagrant");
    std::fs::create_dir_all(&server).unwrap();
    let base = format!("url.{}/.insteadOf", env.work().join("server").display());
    git(&["config", &base, "https://review.farm.example/p/"]);
    let run = doctor(&env, &[]);
    let found = findings(&run)("remote.vagrant");
    assert!(found.starts_with("missing: `gerrit`, "), "{found}");
    assert!(
        found.contains("not appear to be a git repository"),
        "{found}"
    );
    env.git("server/wiki/vagrant", &["init", "-q", "--bare"]);
    let run = doctor(&env, &[]);
    let found = findings(&run)("remote.vagrant");
    assert!(found.starts_with("fine: `gerrit`, "), "{found}");
}

#[test]
fn a_checkout_may_have_a_name_for_its_commits_of_its_own() {
    let env = Env::new();
    checkout(&env);
    let git = |arguments: &[&str]| env.git("vagrant", arguments);
    let offline = || doctor(&env, &["--offline"]);
    let found = findings(&offline())("git.identity");
    assert_eq!(found, "missing: git has no `user.name`");
    git(&["config", "user.name", "Grace Example"]);
    git(&["config", "user.email", "grace@example.org"]);
    let found = findings(&offline())("git.identity");
    assert_eq!(found, "fine: Grace Example <grace@example.org>");
}

#[test]
fn what_signs_commits_has_to_be_there() {
    let env = Env::new();
    let configure = |key: &str, value: &str| {
        env.git(".", &["config", "--global", key, value]);
    };
    let offline = || doctor(&env, &["--offline"]);
    assert!(!offline().stdout.contains("git.signing"));
    configure("commit.gpgSign", "true");
    configure("gpg.program", "no-such-gpg");
    let run = offline();
    let found = findings(&run)("git.signing");
    assert!(found.ends_with("there is no `no-such-gpg`"), "{found}");
    assert_eq!(fix(&run, "git.signing"), "apt-get install gnupg");
    configure("gpg.program", "sh");
    assert_eq!(findings(&offline())("git.signing"), "fine: sh");
}
