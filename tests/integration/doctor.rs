//! What a machine lacks, and how to get it.

mod checkouts;
mod deploy_repository;
mod files;
mod needless;
mod room;
mod servers;

use insta::assert_snapshot;
use serde_json::Value;

use crate::support::{Env, Run, SshFarm};

/// The findings by their ids: state and what was found.
fn findings(run: &Run) -> impl Fn(&str) -> String {
    let value: Value = serde_json::from_str(&run.stdout).unwrap();
    let found = value["findings"].as_array().unwrap().clone();
    move |id| {
        let finding = found.iter().find(|finding| finding["id"] == id);
        let finding = finding.unwrap_or_else(|| panic!("nothing is said of `{id}`"));
        format!(
            "{}: {}",
            finding["state"].as_str().unwrap(),
            finding["found"].as_str().unwrap()
        )
    }
}

/// What puts a finding right.
#[track_caller]
fn fix(run: &Run, id: &str) -> String {
    let value: Value = serde_json::from_str(&run.stdout).unwrap();
    let mut found = value["findings"].as_array().unwrap().iter();
    let fix = &found.find(|finding| finding["id"] == id).unwrap()["fix"];
    let text = fix.get("command").or_else(|| fix.get("advice"));
    text.unwrap().as_str().unwrap().to_owned()
}

#[test]
fn everything_that_a_command_needs_is_looked_at() {
    let env = Env::new();
    let run = env.svcgen(&[
        "doctor",
        "--offline",
        "--site",
        "example",
        "--format",
        "json",
    ]);
    let value: Value = serde_json::from_str(&run.stdout).unwrap();
    let list = value["findings"].as_array().unwrap();
    let ids: Vec<&str> = list
        .iter()
        .map(|finding| finding["id"].as_str().unwrap())
        .collect();
    assert_snapshot!(ids.join(" "), @"
    configuration site model tmp state clock locale space git git.identity ssh ssh.agent gerrit gerrit.web puppet puppet-lint ruby npm compilers editor demo.programs container npm.registry checkout.vagrant checkout.source checkout.deploy checkout.puppet conduit hosts
    ");
    let page = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/book/src/reference/command-line.md"
    );
    let page = std::fs::read_to_string(page).unwrap();
    for id in ids {
        let kind = id.split('.').next().unwrap();
        let is_told = page.contains(&format!("`{id}`")) || page.contains(&format!("`{kind}.…`"));
        assert!(is_told, "{id} is not in the book");
    }
    // What is wrong has something that puts it right.
    for finding in list {
        let is_wrong = finding["state"] == "missing" || finding["state"] == "doubtful";
        assert_eq!(is_wrong, finding.get("fix").is_some(), "{finding:#}");
    }
    let missing = list
        .iter()
        .filter(|finding| finding["state"] == "missing")
        .count();
    assert_eq!(value["missing"], missing);
    assert_eq!(run.code, if missing == 0 { 0 } else { 3 });
}

#[test]
fn the_fix_of_a_finding_is_a_command_that_works() {
    let env = Env::new();
    let doctor = || env.svcgen(&["doctor", "scap", "--offline", "--site", "example"]);
    let run = doctor();
    assert_eq!(run.code, 3, "{}", run.show());
    assert!(
        run.stdout
            .contains("git has no `user.name`, and no\n            `user.email`\n"),
        "{}",
        run.show()
    );
    let mut fixes = run
        .stdout
        .lines()
        .filter_map(|line| line.trim_start().strip_prefix("$ git config "));
    let fix = fixes.next_back().unwrap().to_owned();
    let mut shell = std::process::Command::new("sh");
    env.enclose(&mut shell);
    assert_eq!(
        env.run(shell.args(["-c", &format!("git config {fix}")]))
            .code,
        0
    );
    let run = doctor();
    assert_eq!(run.code, 0, "{}", run.show());
    assert!(
        run.stdout.contains(
            "ok        a name and an address for commits: Ada Example <ada@example.org>\n"
        ),
        "{}",
        run.show()
    );
}

#[test]
fn on_an_empty_machine_everything_is_missing_and_nothing_breaks() {
    let env = Env::new();
    let mut command = env.command();
    command.args(["doctor", "--site", "example", "--format", "json"]);
    command
        .env("PATH", "")
        .env("DOCKER_HOST", "unix:///nowhere.sock")
        .env("LC_ALL", "C");
    let run = env.run(&mut command);
    assert_eq!(run.code, 3, "{}", run.show());
    let found = findings(&run);
    assert_eq!(found("git"), "missing: there is no `git` on this machine");
    assert_eq!(found("ssh"), "missing: there is no `ssh` on this machine");
    assert_eq!(found("locale"), "doubtful: `C` is not UTF-8");
    assert!(found("puppet").starts_with("doubtful: there is no `puppet`"));
    assert!(
        found("container").contains("/nowhere.sock"),
        "{}",
        found("container")
    );
    // What starts Docker would not be looked at.
    assert_eq!(fix(&run, "container"), "unset DOCKER_HOST");
    assert_eq!(found("conduit"), "doubtful: there is none");
    assert_eq!(
        found("checkout.vagrant"),
        "doubtful: the configuration names none"
    );
}

#[test]
fn servers_and_hosts_are_asked_whether_they_let_the_user_in() {
    let Some(farm) = SshFarm::new() else { return };
    let doctor = |more: &[&str]| {
        let mut command = farm.command();
        command.args([&["doctor", "--format", "json"], more].concat());
        farm.env.run(&mut command)
    };
    let run = doctor(&[]);
    let found = findings(&run);
    assert_eq!(found("gerrit"), "fine: gerrit version 3.10.1");
    assert_eq!(found("hosts"), "fine: 2 of 2 let you in");
    let offline = findings(&doctor(&["--offline"]))("hosts");
    assert_eq!(offline, "unknown: not asked");

    farm.let_in(false);
    let run = doctor(&["deploy", "vagrant"]);
    assert_eq!(run.code, 3);
    let found = findings(&run);
    assert!(
        found("hosts").starts_with("missing: tea1.farm.example: "),
        "{}",
        found("hosts")
    );
    assert!(
        found("hosts").ends_with(" (2 of 2 do not let you in)"),
        "{}",
        found("hosts")
    );
    assert!(
        run.stdout.contains(r#""command": "svcgen request access""#),
        "{}",
        run.stdout
    );
    assert!(
        found("gerrit").contains("Permission denied"),
        "{}",
        found("gerrit")
    );
    assert!(
        run.stdout
            .contains("git config --global gitreview.username YOUR-ACCOUNT"),
        "{}",
        run.stdout
    );
}

#[test]
fn a_command_that_is_misspelt_is_told() {
    let run = Env::new().svcgen(&["doctor", "depoly"]);
    assert_eq!(run.code, 2);
    assert_snapshot!(run.stderr, @"
    error: there is no command `depoly`
    hint: did you mean `deploy`?
    ");
}
