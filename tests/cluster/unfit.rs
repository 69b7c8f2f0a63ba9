//! Hosts that cannot be deployed to: all of that is found before anything is touched, on all hosts at once.

use crate::support::{Deployer, Env, Host, Lab, Repository, Run, State};

/// Says something of a host, and ended without having touched anything.
#[track_caller]
fn assert_refused(run: &Run, said: &[(&Host, &str)]) {
    assert_eq!(run.code, 20, "{}", run.show());
    assert!(run.stderr.contains("nothing was touched"), "{}", run.stderr);
    for (host, words) in said {
        let line = format!("cause: {}: {words}", host.name());
        assert!(run.stderr.contains(&line), "{line}: {}", run.stderr);
    }
    let causes = run.stderr.matches("cause: ").count();
    assert_eq!(causes, said.len(), "{}", run.stderr);
}

#[test]
fn hosts_that_cannot_be_reached_stop_a_deploy_unless_they_are_left_out() {
    let Some(lab) = Lab::get() else { return };
    let [refusing, silent, renewed, closed, good] = lab.hosts();
    let env = Env::new();
    let bad = [&refusing, &silent, &renewed, &closed];
    let repository = Repository::new(&env, &[&good], &bad);
    let deployer = Deployer::new(&lab, &env, &repository);
    refusing.refuse();
    silent.drop_packets();
    renewed.change_key();
    closed.sh("rm /home/deploy-service/.ssh/authorized_keys");
    let run = deployer.deploy();
    let said = [
        (&refusing, "it refuses the connection"),
        (&silent, "it does not answer"),
        (&renewed, "the host key of "),
        (&closed, "it does not let deploy-service in"),
    ];
    assert_refused(&run, &said);
    assert_eq!(good.state(), State::nothing());

    // An account that is on none of them.
    repository.set("ssh_user", "nobody-there");
    repository.commit("Another account");
    let limit = ["--limit", good.name()];
    let run = deployer.run(&[&["deploy", "--on-failure", "rollback"][..], &limit].concat());
    assert_refused(&run, &[(&good, "it does not let nobody-there in")]);
    assert_eq!(good.state(), State::nothing());

    repository.set("ssh_user", "deploy-service");
    let revision = repository.commit("The account again");
    let run = deployer.run(&[&["deploy", "--on-failure", "rollback"][..], &limit].concat());
    assert_eq!(run.code, 0, "{}", run.show());
    assert_eq!(good.state(), State::settled(&revision));
    silent.undrop_packets();
    for host in bad {
        assert_eq!(host.state(), State::nothing());
    }
}

#[test]
fn hosts_that_lack_something_stop_a_deploy() {
    let Some(lab) = Lab::get() else { return };
    let [bare, old, readonly, owned, blocked, small] = lab.hosts();
    let env = Env::new();
    let hosts = [&bare, &old, &readonly, &owned, &blocked, &small];
    let repository = Repository::new(&env, &[], &hosts);
    repository.grow(10, 3_000_000);
    repository.commit("Packages");
    let deployer = Deployer::new(&lab, &env, &repository);
    bare.sh("rm /usr/bin/git");
    old.sh("printf '#!/bin/sh\\necho git version 1.9.1\\n' >/usr/local/bin/git; chmod 755 /usr/local/bin/git");
    readonly.make_readonly();
    owned.sh("mkdir -p /srv/deployment/tea-pot/deploy-cache/revs; chown deploy-service: /srv/deployment/tea-pot /srv/deployment/tea-pot/deploy-cache");
    blocked.sh("echo >/srv/deployment/tea-pot");
    small.disk("2M");
    let run = deployer.deploy();
    let said = [
        (&bare, "`git` is not installed"),
        (
            &old,
            "its git 1.9.1 is too old: 2.7 is the oldest supported version",
        ),
        (
            &readonly,
            "deploy-service cannot write: /srv/deployment is on a read-only file system",
        ),
        (
            &owned,
            "deploy-service cannot write: /srv/deployment/tea-pot/deploy-cache/revs belongs to root",
        ),
        (
            &blocked,
            "deploy-service cannot write: /srv/deployment/tea-pot is not a folder",
        ),
        (
            &small,
            "the disk is too full: 2 MiB are free, the release takes 3",
        ),
    ];
    assert_refused(&run, &said);
    for host in hosts {
        assert_eq!(host.state(), State::nothing());
    }
}

#[test]
fn a_clock_that_is_years_off_is_told_and_does_no_harm() {
    let Some(lab) = Lab::get() else { return };
    let [past, future] = lab.hosts();
    let env = Env::new();
    let repository = Repository::new(&env, &[&past], &[&future]);
    let deployer = Deployer::new(&lab, &env, &repository);
    for (host, years) in [(&past, "-3"), (&future, "+4")] {
        host.sh(&format!(
            "printf '#!/bin/sh\\nexec /usr/bin/date -d \"{years} years\" \"$@\"\\n' >/usr/local/bin/date; chmod 755 /usr/local/bin/date"
        ));
    }
    let first = repository.git(&["rev-parse", "HEAD"]);
    let run = deployer.deploy();
    assert_eq!(run.code, 0, "{}", run.show());
    assert_eq!(
        run.stderr.matches("its clock is ").count(),
        2,
        "{}",
        run.stderr
    );
    let second = repository.release("2");
    let run = deployer.deploy();
    assert_eq!(run.code, 0, "{}", run.show());
    for host in [&past, &future] {
        assert_eq!(host.state(), State::settled(&second));
    }
    let run = deployer.run(&["rollback"]);
    assert_eq!(run.code, 0, "{}", run.show());
    for host in [&past, &future] {
        assert_eq!(host.state(), State::settled(&first));
    }
}
