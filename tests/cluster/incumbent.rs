//! What went wrong when Scap was tried, and does not here. The other faults of that list have their places elsewhere:
//!
//! - a connection that is lost during promote: `connection`
//! - output that is not UTF-8, a check that forks: `trials`
//! - Ctrl-C: `interrupt`
//! - a disk that is full, and what it says then: `disk`
//! - a rollback that calls itself successful: here and in `road`
//! - what a second deploy ships after it has waited: `rivals`

use crate::support::{Deployer, Env, Lab, Repository, State};

#[test]
fn hosts_that_had_no_turn_are_not_promoted_when_the_first_fails() {
    let Some(lab) = Lab::get() else { return };
    let [one, two, three] = lab.hosts();
    let hosts = [&one, &two, &three];
    let env = Env::new();
    let repository = Repository::new(&env, &[], &hosts);
    let deployer = Deployer::new(&lab, &env, &repository);
    let first = repository.git(&["rev-parse", "HEAD"]);
    let run = deployer.deploy();
    assert_eq!(run.code, 0, "{}", run.show());
    for (host, kind) in [(&one, "fail"), (&two, "pass"), (&three, "pass")] {
        host.sh(&format!(
            "echo 'command[check_trial]=/usr/local/lib/check {kind}' >/etc/nagios/nrpe.d/trial.cfg"
        ));
    }
    let check = "checks:\n  trial: {type: nrpe, after: fetch, command: check_trial}\n";
    repository.write("scap/checks.yaml", check);
    repository.set("batch_size", "1");
    repository.release("2");
    let run = deployer.deploy();
    assert_eq!(run.code, 20, "{}", run.show());
    for host in hosts {
        assert_eq!(host.state(), State::settled(&first));
        // The link to the release leads somewhere, on each host.
        host.sh("test -d /srv/deployment/tea-pot/deploy/src");
    }
}

#[test]
fn a_canary_that_fails_ends_the_deploy_however_many_may_fail() {
    let Some(lab) = Lab::get() else { return };
    let [canary, other] = lab.hosts();
    let env = Env::new();
    let repository = Repository::new(&env, &[&canary], &[&other]);
    for key in ["failure_limit", "canary_failure_limit"] {
        repository.set(key, "100%");
    }
    let first = repository.commit("Tolerant");
    let deployer = Deployer::new(&lab, &env, &repository);
    let run = deployer.deploy();
    assert_eq!(run.code, 0, "{}", run.show());
    repository.write("src/fault", "unhealthy\n");
    repository.release_with("2", &["fault"]);
    let run = deployer.deploy();
    assert_eq!(run.code, 20, "{}", run.show());
    assert!(!run.stderr.contains("successful"), "{}", run.stderr);
    for host in [&canary, &other] {
        assert_eq!(host.state(), State::settled(&first));
    }
}

#[test]
fn a_restart_that_failed_is_done_again_though_the_release_is_live_already() {
    let Some(lab) = Lab::get() else { return };
    let [host] = lab.hosts();
    let env = Env::new();
    let repository = Repository::new(&env, &[], &[&host]);
    let deployer = Deployer::new(&lab, &env, &repository);
    let run = deployer.deploy();
    assert_eq!(run.code, 0, "{}", run.show());
    host.sh("echo FAULT=no-start >>/etc/default/tea-pot");
    let second = repository.release("2");
    let stop = ["deploy", "--on-failure", "stop"];
    let run = deployer.run(&stop);
    assert_eq!(run.code, 21, "{}", run.show());
    assert!(run.stderr.contains("UNKNOWN"), "{}", run.stderr);
    assert_eq!(host.current().as_ref(), Some(&second));
    host.sh("echo FAULT= >>/etc/default/tea-pot");
    let run = deployer.run(&stop);
    assert_eq!(run.code, 0, "{}", run.show());
    for words in ["handle_service passed", "check `endpoints` passed"] {
        assert!(run.stderr.contains(words), "{words}: {}", run.stderr);
    }
    assert_eq!(host.state(), State::settled(&second));
}

#[test]
fn a_check_on_promote_sees_the_new_process() {
    let Some(lab) = Lab::get() else { return };
    let [host] = lab.hosts();
    let env = Env::new();
    let repository = Repository::new(&env, &[], &[&host]);
    let deployer = Deployer::new(&lab, &env, &repository);
    let first = repository.git(&["rev-parse", "HEAD"]);
    let run = deployer.deploy();
    assert_eq!(run.code, 0, "{}", run.show());
    let check =
        "checks:\n  early: {type: nrpe, after: promote, command: check_endpoints_tea-pot}\n";
    repository.write("scap/checks.yaml", check);
    repository.write("src/fault", "unhealthy\n");
    repository.release_with("2", &["fault"]);
    let run = deployer.deploy();
    assert_eq!(run.code, 20, "{}", run.show());
    for words in [
        "sees the old process",
        "check `early` failed (exit code 2): HTTP 503",
    ] {
        assert!(run.stderr.contains(words), "{words}: {}", run.stderr);
    }
    assert_eq!(host.state(), State::settled(&first));
}

#[test]
fn mistakes_in_the_scap_directory_are_told_before_anything_begins() {
    let Some(lab) = Lab::get() else { return };
    let [host] = lab.hosts();
    let env = Env::new();
    let repository = Repository::new(&env, &[], &[&host]);
    let deployer = Deployer::new(&lab, &env, &repository);
    for (checks, words) in [
        ("checks:\n  none:\n", "scap/checks.yaml:2: "),
        (
            "checks:\n  a: {type: command, after: promoted, command: x}\n",
            "did you mean `promote`?",
        ),
        ("checks: [\n", "scap/checks.yaml:"),
    ] {
        repository.write("scap/checks.yaml", checks);
        repository.commit(words);
        let run = deployer.deploy();
        assert_eq!(run.code, 2, "{}", run.show());
        assert!(run.stderr.contains(words), "{words}: {}", run.stderr);
        assert!(!run.stderr.contains("deploy of "), "{}", run.stderr);
    }
    repository.write("scap/checks.yaml", "checks: {}\n");
    repository.set("group_size", "0");
    repository.commit("No group");
    let run = deployer.deploy();
    assert_eq!(run.code, 2, "{}", run.show());
    assert!(run.stderr.contains("scap/scap.cfg:"), "{}", run.stderr);
    assert_eq!(host.state(), State::nothing());

    // A key that nobody knows is no reason to stay.
    repository.unset("group_size");
    repository.set("servce_port", "6100");
    let revision = repository.commit("A key");
    let run = deployer.deploy();
    assert_eq!(run.code, 0, "{}", run.show());
    assert!(
        run.stderr.contains("did you mean `service_port`?"),
        "{}",
        run.stderr
    );
    assert_eq!(host.state(), State::settled(&revision));

    // Each attempt has a journal of its own; those that did not begin have none.
    let journals = std::fs::read_dir(
        env.home()
            .join(".local/state/svcgen/deploys/tea-pot/deploy"),
    )
    .unwrap();
    let files = journals.map(|entry| entry.unwrap().path());
    let files: Vec<_> = files
        .filter(|path| path.extension().is_some_and(|end| end == "jsonl"))
        .collect();
    assert_eq!(files.len(), 1, "{files:?}");
}
