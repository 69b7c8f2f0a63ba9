//! What deploys need of hosts and of the deployment server, found or missing.

use serde_json::Value;

use crate::support::{Deployer, Env, Fleet, KEY, Lab, Repository, Run};

/// A finding: its state, what was found, and what puts it right.
#[track_caller]
fn finding(run: &Run, id: &str) -> (String, String, String) {
    let value: Value = serde_json::from_str(&run.stdout).unwrap();
    let mut findings = value["findings"].as_array().unwrap().iter();
    let finding = findings.find(|finding| finding["id"] == id);
    let finding = finding.unwrap_or_else(|| panic!("nothing is said of `{id}`: {}", run.show()));
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let fix = &finding["fix"];
    let fix = fix.get("advice").or_else(|| fix.get("command"));
    (
        text(&finding["state"]),
        text(&finding["found"]),
        fix.map(text).unwrap_or_default(),
    )
}

#[track_caller]
fn assert_found(run: &Run, id: &str, state: &str, words: &[&str]) {
    let (found_state, found, fix) = finding(run, id);
    assert_eq!(found_state, state, "{id}: {found}: {}", run.show());
    for words in words {
        let is_said = found.contains(words) || fix.contains(words);
        assert!(is_said, "{words}: {found}: {fix}");
    }
}

const DOCTOR: &[&str] = &["doctor", "deploy", "service", "--format", "json"];

#[test]
fn hosts_are_asked_for_what_a_deploy_needs_there() {
    let Some(lab) = Lab::get() else { return };
    let [good, bare, owned] = lab.hosts();
    let env = Env::new();
    let repository = Repository::new(&env, &[&good], &[&bare, &owned]);
    let deployer = Deployer::new(&lab, &env, &repository);
    let run = deployer.run(DOCTOR);
    assert_found(&run, "hosts", "fine", &["3 of 3 let deploy-service in"]);
    assert_found(
        &run,
        "hosts.fit",
        "fine",
        &["programs, folders and permissions"],
    );
    assert_found(&run, "hosts.clock", "fine", &[]);
    let run = deployer.run(&[DOCTOR, &["--offline"]].concat());
    assert_found(&run, "hosts", "unknown", &["not asked"]);

    bare.sh("rm /usr/bin/git");
    let run = deployer.run(DOCTOR);
    assert_eq!(run.code, 3, "{}", run.show());
    let fix = format!("on {}: `apt-get install git`", bare.name());
    assert_found(
        &run,
        "hosts.fit",
        "missing",
        &["`git` is not installed", &fix],
    );
    owned
        .sh("chown root: /srv/deployment && chmod 755 /srv/deployment && rm -rf /srv/deployment/*");
    let run = deployer.run(&[DOCTOR, &["--environment", "none"]].concat());
    assert_eq!(run.code, 3, "{}", run.show());
    assert_found(&run, "scap.config", "missing", &["none"]);
    let run = deployer.run(DOCTOR);
    assert_found(&run, "hosts.fit", "missing", &["(so it is on 2 of 3)"]);

    good.refuse();
    bare.sh("rm /home/deploy-service/.ssh/authorized_keys");
    let run = deployer.run(DOCTOR);
    assert_found(
        &run,
        "hosts",
        "missing",
        &[
            "it refuses the connection",
            "(2 of 3 cannot be used)",
            "shows more",
        ],
    );
    assert_found(
        &run,
        "hosts.fit",
        "missing",
        &["deploy-service cannot write", "give it to deploy-service"],
    );
}

#[test]
fn the_logs_of_hosts_are_tried() {
    let Some(lab) = Lab::get() else { return };
    let [good, forbidden, own] = lab.hosts();
    let env = Env::new();
    let repository = Repository::new(&env, &[&good], &[&forbidden, &own]);
    let deployer = Deployer::new(&lab, &env, &repository);
    let doctor = || deployer.run(&["doctor", "tail", "--format", "json"]);
    // Before the first deploy there is none.
    let run = doctor();
    let absent = ["the log is not there", "(so it is on 3 of 3)", "--log PATH"];
    assert_found(&run, "hosts.log", "doubtful", &absent);
    let log = "/srv/log/tea-pot/main.log";
    for host in [&good, &forbidden, &own] {
        host.sh(&format!("mkdir -p /srv/log/tea-pot && echo one >{log}"));
    }
    let run = doctor();
    let all = ["it can be read on 3 of 3 hosts"];
    assert_found(&run, "hosts.log", "fine", &all);
    assert!(
        run.stdout.contains(&format!("the log `{log}`")),
        "{}",
        run.show()
    );

    forbidden.sh(&format!("chgrp adm {log} && chmod 640 {log}"));
    let run = doctor();
    assert_eq!(run.code, 3, "{}", run.show());
    let why = format!("{}: deploy-service may not read `{log}`", forbidden.name());
    let group = "the group adm may read it: `svcgen request access`";
    assert_found(&run, "hosts.log", "missing", &[&why, group]);
    own.sh("chmod 700 /srv/log/tea-pot");
    let run = doctor();
    assert_found(&run, "hosts.log", "missing", &["(so it is on 2 of 3)"]);
    // Other commands do not care.
    let run = deployer.run(&["doctor", "deploy", "--format", "json"]);
    assert!(!run.stdout.contains("hosts.log"), "{}", run.show());
    let run = deployer.run(&["doctor", "tail", "--offline", "--format", "json"]);
    assert_found(&run, "hosts.log", "unknown", &["not asked"]);
}

#[test]
fn the_deployment_server_is_asked_for_scap_and_its_directory() {
    Fleet::lend(|fleet| {
        let there = |text: &str| fleet.scap.in_directory(text);
        fleet.release();
        let before = there("git rev-parse HEAD '@{upstream}'; cat .git/FETCH_HEAD 2>&1; true");
        let run = fleet.deployer.run(DOCTOR);
        assert_found(&run, "scap.server", "fine", &["lets you in"]);
        assert_found(&run, "scap.command", "fine", &["scap deploy"]);
        assert_found(&run, "scap.directory", "fine", &[]);
        assert_found(&run, "hosts", "fine", &["3 of 3"]);
        let after = there("git rev-parse HEAD '@{upstream}'; cat .git/FETCH_HEAD 2>&1; true");
        assert_eq!(before, after, "it only looks");

        there("echo mine >notes");
        fleet.server.sh("mv /usr/bin/scap /usr/bin/scap.away");
        let run = fleet.deployer.run(DOCTOR);
        assert_eq!(run.code, 3, "{}", run.show());
        assert_found(&run, "scap.server", "fine", &[]);
        assert_found(
            &run,
            "scap.command",
            "missing",
            &["no command `scap deploy`", "deployment.scap"],
        );
        assert_found(
            &run,
            "scap.directory",
            "missing",
            &["uncommitted changes: `notes`", "status"],
        );
        fleet.server.sh("mv /usr/bin/scap.away /usr/bin/scap");
        there(&format!("mv ../../{KEY} ../../away"));
        let run = fleet.deployer.run(DOCTOR);
        assert_found(&run, "scap.command", "fine", &[]);
        assert_found(
            &run,
            "scap.directory",
            "missing",
            &["has no directory", "scap deploy --init"],
        );

        fleet.server.refuse();
        let run = fleet.deployer.run(DOCTOR);
        assert_found(
            &run,
            "scap.server",
            "missing",
            &["refuses the connection", "ssh "],
        );
        for id in ["scap.command", "scap.directory"] {
            assert_found(&run, id, "unknown", &["the server cannot be asked"]);
        }
    });
}
