//! The service of a host, and who may restart it.

use insta::assert_snapshot;

use crate::support::{Deployer, Env, Host, KEY, Lab, Repository, lettered};

/// Puts a release in place, without git.
fn put(host: &Host, revision: &str, fault: &str) {
    host.sh(&format!(
        "cd /srv/deployment && mkdir -p {KEY}-cache/revs/{revision}/src && cd {KEY}-cache &&
         echo 'of {revision}' >revs/{revision}/src/version && echo '{fault}' >revs/{revision}/src/fault &&
         ln -sfn revs/{revision} current && ln -sfn /srv/deployment/{KEY}-cache/revs/{revision} /srv/deployment/{KEY}"
    ));
}

/// Restarts the service as svcgen does; returns the exit code.
fn restart(lab: &Lab, host: &Host) -> i32 {
    let text = "sudo -n /usr/sbin/service tea-pot restart";
    let output = lab.ssh(host, &[], text).output().unwrap();
    output.status.code().unwrap()
}

#[test]
fn after_a_restart_another_process_serves_the_revision() {
    let Some(lab) = Lab::get() else { return };
    let [host] = lab.hosts();
    assert!(host.serves().is_none());
    put(&host, "aaaa", "");
    assert_eq!(restart(&lab, &host), 0);
    let first = host.serves().unwrap();
    assert_eq!(
        (first.revision.as_str(), first.source.as_str()),
        ("aaaa", "of aaaa")
    );
    put(&host, "bbbb", "");
    assert_eq!(host.live().as_deref(), Some("bbbb"));
    assert_eq!(host.current().as_deref(), Some("bbbb"));
    assert_eq!(host.done(), None);
    assert_eq!(host.lock(), None);
    assert_eq!(host.releases(), ["aaaa", "bbbb"]);
    assert_eq!(
        host.serves().unwrap().revision,
        "aaaa",
        "before the restart"
    );
    assert_eq!(restart(&lab, &host), 0);
    let second = host.serves().unwrap();
    assert_eq!(second.revision, "bbbb");
    assert_ne!(first.pid, second.pid);
}

#[test]
fn only_this_service_may_be_restarted() {
    let Some(lab) = Lab::get() else { return };
    let [host] = lab.hosts();
    for other in ["service ssh restart", "service tea-pots restart", "true"] {
        let output = lab
            .ssh(&host, &[], &format!("sudo -n /usr/sbin/{other}"))
            .output()
            .unwrap();
        let words = String::from_utf8_lossy(&output.stderr);
        assert!(words.contains("password is required"), "{other}: {words}");
    }
}

#[test]
fn a_service_has_the_faults_of_its_release() {
    let Some(lab) = Lab::get() else { return };
    let [host] = lab.hosts();
    put(&host, "aaaa", "no-start");
    assert_eq!(restart(&lab, &host), 1);
    assert!(host.serves().is_none());

    put(&host, "bbbb", "no-port");
    assert_eq!(restart(&lab, &host), 0);
    assert!(host.serves().is_none());
    assert_eq!(host.processes_of("tea-pot").len(), 1, "it runs");

    put(&host, "cccc", "closes");
    assert_eq!(restart(&lab, &host), 0);
    assert!(host.serves().is_none());
    assert!(host.serves().is_none());

    put(&host, "dddd", "unhealthy");
    assert_eq!(restart(&lab, &host), 0);
    assert_eq!(host.serves().unwrap().status, 503);

    put(&host, "eeee", "deaf");
    assert_eq!(restart(&lab, &host), 0);
    let deaf = host.serves().unwrap();
    put(&host, "ffff", "");
    assert_eq!(restart(&lab, &host), 0);
    let still = host.serves().unwrap();
    assert_eq!((still.revision.as_str(), still.pid), ("eeee", deaf.pid));
}

#[test]
fn a_slow_service_opens_its_port_after_the_restart() {
    let Some(lab) = Lab::get() else { return };
    let [host] = lab.hosts();
    put(&host, "aaaa", "slow=3600");
    assert_eq!(restart(&lab, &host), 0);
    assert!(host.serves().is_none());
    assert_eq!(host.processes_of("tea-pot").len(), 1);
    // It may be the machine's fault too.
    put(&host, "aaaa", "");
    host.sh("sed -i s/^FAULT=.*/FAULT=slow=3600/ /etc/default/tea-pot; rm /srv/deployment/tea-pot/deploy/src/fault");
    assert_eq!(restart(&lab, &host), 0);
    assert!(host.serves().is_none());
}

#[test]
fn a_service_that_may_not_be_restarted_says_why_and_the_others_are_untouched() {
    let Some(lab) = Lab::get() else { return };
    let [canary, other] = lab.hosts();
    let env = Env::new();
    let repository = Repository::new(&env, &[&canary], &[&other]);
    let deployer = Deployer::new(&lab, &env, &repository);
    let run = deployer.deploy();
    assert_eq!(run.code, 0, "{}", run.show());
    let before = [&canary, &other].map(|host| host.serves().unwrap().pid);
    let run = deployer.run(&["service", "status", "--format", "json"]);
    assert_eq!(run.code, 0, "{}", run.show());
    let all: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    for (row, pid) in all.as_array().unwrap().iter().zip(before) {
        assert_eq!(
            (row["state"].as_str(), row["pid"].as_u64()),
            (Some("active"), Some(pid))
        );
    }

    // Where another command takes no password, `sudo -l` does not tell that this one does.
    canary.sh("printf 'deploy-service ALL=(root) %s\\n' 'NOPASSWD: /bin/true' '/usr/sbin/service tea-pot *' >/etc/sudoers.d/deploy-service");
    let run = deployer.run(&["service", "restart"]);
    assert_eq!(run.code, 21, "{}", run.show());
    let reason = "sudo asks deploy-service for a password for `/usr/sbin/service tea-pot restart`";
    assert!(run.stderr.contains(reason), "{}", run.stderr);
    repository.set("service_name", "tea-pots");
    for host in [&canary, &other] {
        host.sh("echo 'deploy-service ALL=(root) NOPASSWD: /usr/sbin/service tea-pots *' >/etc/sudoers.d/deploy-service");
    }
    let run = deployer.run(&["service", "restart"]);
    assert_eq!(run.code, 21, "{}", run.show());
    assert!(
        run.stderr.contains("there is no service tea-pots here"),
        "{}",
        run.stderr
    );
    let after = [&canary, &other].map(|host| host.serves().unwrap().pid);
    assert_eq!(after, before);
}

#[test]
fn a_rolling_restart_ends_once_more_hosts_have_failed_than_may() {
    let Some(lab) = Lab::get() else { return };
    let [canary, bad, worse, one, two] = lab.hosts();
    let hosts = [&canary, &bad, &worse, &one, &two];
    let env = Env::new();
    let repository = Repository::new(&env, &[&canary], &hosts[1..]);
    for (key, value) in [
        ("service_timeout", "2"),
        ("group_size", "1"),
        ("failure_limit", "1"),
    ] {
        repository.set(key, value);
    }
    repository.commit("One by one");
    let deployer = Deployer::new(&lab, &env, &repository);
    let run = deployer.deploy();
    assert_eq!(run.code, 0, "{}", run.show());
    let before = hosts.map(|host| host.serves().unwrap());
    for host in [&bad, &worse] {
        host.sh("echo FAULT=no-port >>/etc/default/tea-pot");
    }
    let run = deployer.run(&["service", "restart"]);
    assert_eq!(run.code, 21, "{}", run.show());
    assert_snapshot!(lettered(&run.stdout, &lab, &hosts), @"
    A: restarted
    B: FAILED
    C: FAILED
    D: untouched
    E: untouched
    ");
    let said = lettered(&run.stderr, &lab, &hosts);
    for words in [
        "A: check `endpoints` passed",
        "B, C: error: FAILED: handle_service failed: port 6100 did not open within 2 s; next: svcgen service status --limit B,C",
        "D: untouched, ",
        "error: NOT DONE: tea-pot was restarted on 1 of 5 hosts, 2 FAILED, 2 untouched",
        "error: C (default, 4 hosts): handle_service failed: port 6100 did not open within 2 s",
    ] {
        assert!(said.contains(words), "{words}: {said}");
    }
    // The first is within the limit, the second is not: those behind it still run what they ran.
    for (host, before) in [(&one, &before[3]), (&two, &before[4])] {
        assert_eq!(host.serves().unwrap().pid, before.pid, "{}", host.name());
    }
    let restarted = canary.serves().unwrap();
    assert_eq!(restarted.revision, before[0].revision);
    assert_ne!(restarted.pid, before[0].pid);
    for host in hosts {
        assert_eq!(host.lock(), None);
    }

    // What the last lines say helps, once the cause is gone.
    for host in [&bad, &worse] {
        host.sh("echo FAULT= >>/etc/default/tea-pot");
    }
    let run = deployer.run(&["service", "restart"]);
    assert_eq!(run.code, 0, "{}", run.show());
    for (host, before) in hosts.iter().zip(before) {
        let served = host.serves().unwrap();
        assert_eq!(served.revision, before.revision);
        assert_ne!(served.pid, before.pid, "{}", host.name());
    }
}
