//! No home, and a home that cannot be written to.

use std::process::Command;

use insta::assert_snapshot;

use crate::support::kitchen::Kitchen;
use crate::support::{Env, Lab, LocalFarm, Run, has_tool, may_mount, with_readonly_home};

/// Runs svcgen as somebody of whom the machine knows nothing, without any variable that names a folder.
fn without_home(env: &Env, folder: &str, arguments: &[&str]) -> Run {
    let mut command = Command::new("unshare");
    env.enclose(&mut command);
    command
        .current_dir(env.work().join(folder))
        .env_remove("HOME")
        .env_remove("XDG_CONFIG_HOME")
        .args(["--user", "--map-user=4242", "--map-group=4242"])
        .arg(env!("CARGO_BIN_EXE_svcgen"))
        .args(arguments);
    env.run(&mut command)
}

#[test]
fn without_a_home_everything_works_that_keeps_nothing_there() {
    if !may_mount() {
        return;
    }
    let farm = LocalFarm::new(1);
    farm.release("1");
    let run = |arguments: &[&str]| without_home(farm.env(), "deploy", arguments);
    for arguments in [
        &["deploy", "--dry-run"][..],
        &["history"],
        &["lock"],
        &["schema", "model"],
    ] {
        let run = run(arguments);
        assert_eq!(run.code, 0, "{arguments:?}: {}", run.show());
    }
    let no_home = "\
error: there is no home folder to keep journals in
hint: export HOME=/a/folder/of/yours
";
    for arguments in [&["deploy", "--yes", "--no-announce"][..], &["log"]] {
        let run = run(arguments);
        assert_eq!(run.code, 2, "{}", run.show());
        assert!(run.stderr.ends_with(no_home), "{}", run.show());
    }
    assert_eq!(farm.answers(), [None, None], "nothing was begun");
    let doctor = run(&["doctor", "deploy", "--offline"]);
    assert_eq!(doctor.code, 3, "{}", doctor.show());
    assert!(
        doctor
            .stdout
            .contains("MISSING  a folder for journals: there is no home folder\n"),
        "{}",
        doctor.show()
    );
}

#[test]
fn without_a_home_a_model_is_written_and_a_change_is_made() {
    if !may_mount() {
        return;
    }
    let env = Env::with_model();
    env.repository("vagrant");
    let run = without_home(
        &env,
        ".",
        &[
            "vagrant",
            "--site",
            "wikimedia",
            "--repo",
            "vagrant",
            "--yes",
            "--no-verify",
        ],
    );
    assert_eq!(run.code, 0, "{}", run.show());
    assert!(env.has("vagrant/puppet/modules/trendingedits/manifests/init.pp"));
    let new = ["new", "--defaults", "--service", "other/svcgen.yaml"];
    std::fs::create_dir(env.work().join("other")).unwrap();
    let set = [
        "--set",
        "name=tea",
        "--set",
        "description=Tea",
        "--set",
        "port=6100",
    ];
    let owner = ["--set", "owner.name=Ada"];
    let run = without_home(&env, ".", &[&new[..], &set, &owner].concat());
    assert_eq!(run.code, 0, "{}", run.show());
    assert!(env.read("other/svcgen.yaml").contains("name: tea\n"));
}

#[test]
fn a_home_that_cannot_be_written_to_stops_a_deploy_before_it_begins() {
    if !may_mount() {
        return;
    }
    let farm = LocalFarm::new(1);
    farm.release("1");
    let run = |arguments: &[&str]| {
        let mut command = farm.command();
        command.args(arguments);
        farm.env()
            .run(&mut with_readonly_home(farm.env(), &command))
    };
    for arguments in [&["deploy", "--dry-run"][..], &["history"]] {
        let run = run(arguments);
        assert_eq!(run.code, 0, "{arguments:?}: {}", run.show());
    }
    let deploy = run(&["deploy", "--yes"]);
    assert_eq!(deploy.code, 1, "{}", deploy.show());
    let (before, id) = deploy.stderr.split_once(".jsonl").unwrap();
    let (before, _) = before.rsplit_once('/').unwrap();
    assert_snapshot!(format!("{before}/ID.jsonl{id}"), @"
    error: the journal `HOME/home/.local/state/svcgen/deploys/feed/deploy/ID.jsonl` cannot be written; nothing was touched
    cause: read-only file system
    hint: `export XDG_STATE_HOME=/a/folder/of/yours` keeps journals elsewhere
    ");
    assert_eq!(farm.answers(), [None, None], "nothing was begun");
    let doctor = run(&["doctor", "deploy", "--offline"]).stdout;
    assert!(
        doctor.contains("MISSING  a folder for journals: cannot write to"),
        "{doctor}"
    );
}

/// A service whose installation fetches nothing.
fn kitchen() -> Kitchen {
    Kitchen::with_cup(serde_json::json!({
        "name": "tea", "version": "0.1.0", "deploy": {"target": Lab::BASE},
    }))
}

/// Builds with a home that cannot be written to, first as it is, then with folders elsewhere.
fn build_without_home(kitchen: &Kitchen, mut command: Command) {
    let before = kitchen.state();
    let build = |command: &Command| kitchen.run(&mut with_readonly_home(&kitchen.env, command));
    let assert_refused = |command: &Command, told: &str| {
        let run = build(command);
        assert_eq!(run.code, 1, "{}", run.show());
        assert!(run.stderr.ends_with(told), "{}", run.show());
        assert_eq!(kitchen.state(), before);
    };
    assert_refused(
        &command,
        "\
error: the log `HOME/home/.local/state/svcgen/builds/tea/TIME.log` cannot be written
cause: read-only file system
hint: `export XDG_STATE_HOME=/a/folder/of/yours` keeps logs elsewhere
",
    );
    command.env("XDG_STATE_HOME", kitchen.env.home().join("state"));
    assert_refused(
        &command,
        "\
error: cannot build in `HOME/home/.cache/svcgen/build`
cause: read-only file system
hint: `export XDG_CACHE_HOME=/a/folder/of/yours` builds elsewhere
",
    );
    command.env("XDG_CACHE_HOME", kitchen.env.home().join("cache"));
    let run = build(&command);
    assert_eq!(run.code, 0, "{}", run.show());
    let files = kitchen.files();
    assert!(
        files.contains(&"node_modules/cup/index.js".to_owned()),
        "{files:?}"
    );
}

#[test]
fn a_home_that_cannot_be_written_to_stops_a_build_and_another_folder_does() {
    if !may_mount() || !has_tool("npm") {
        return;
    }
    let kitchen = kitchen();
    let command = kitchen.command(&["--yes"]);
    build_without_home(&kitchen, command);
}

#[test]
fn a_build_in_a_container_does_without_a_home_as_well() {
    let Some(lab) = Lab::get() else { return };
    let kitchen = kitchen();
    let command = kitchen.command_in(&lab, &[]);
    build_without_home(&kitchen, command);
}

#[test]
fn generators_commit_without_a_home_to_write_to() {
    if !may_mount() {
        return;
    }
    let env = Env::with_model();
    env.repository("source");
    env.repository("deploy");
    for (generator, repository) in [("source", "source"), ("scap", "deploy")] {
        let mut command = env.command();
        command.args([
            generator, "--repo", repository, "--site", "example", "--commit", "--yes",
        ]);
        let run = env.run(&mut with_readonly_home(&env, &command));
        assert_eq!(run.code, 0, "{generator}: {}", run.show());
        assert!(run.stderr.contains("committed"), "{}", run.show());
    }
}
