//! The logs of real hosts as one: in order, over rotation, and where hosts cannot be read.

use insta::assert_snapshot;

use crate::support::{Deployer, Env, Following, Host, Lab, Repository, lettered};

/// Where the service of the repository logs.
const LOG: &str = "/srv/log/tea-pot/main.log";

/// Adds a record of a second to a log.
fn write(host: &Host, second: u32, text: &str) {
    host.sh(&format!(
        "mkdir -p /srv/log/tea-pot; cat >>{LOG} <<'END'
{{\"name\":\"tea-pot\",\"hostname\":\"h\",\"pid\":1,\"level\":30,\"msg\":\"{text}\",\"time\":\"2026-11-28T12:00:{second:02}.000Z\",\"v\":0}}
END"
    ));
}

#[test]
fn logs_are_followed_over_rotation_and_over_a_host_that_is_cut_off() {
    let Some(lab) = Lab::get() else { return };
    let [one, two] = lab.hosts();
    let env = Env::new();
    let repository = Repository::new(&env, &[&one], &[&two]);
    let deployer = Deployer::new(&lab, &env, &repository);
    write(&one, 1, "one");
    write(&two, 2, "two");
    write(&one, 3, "three");
    write(&two, 4, "four");
    let command = deployer.command(&["tail", "-f", "-o", "simple"]);
    let mut following = Following::start(command);
    for (host, text) in [
        (&one, "one"),
        (&two, "two"),
        (&one, "three"),
        (&two, "four"),
    ] {
        assert_eq!(
            following.line(),
            format!("{} | INFO - {text}\n", host.name())
        );
    }

    one.sh(&format!(
        "mv {LOG} {LOG}.1 && install -m 644 /dev/null {LOG}"
    ));
    write(&one, 5, "after the rotation");
    following.until("after the rotation");

    two.cut();
    write(&two, 6, "written meanwhile");
    write(&one, 7, "the others go on");
    following.until("the others go on");
    following.until_said(&format!("{}: the connection is lost", two.name()));
    two.join();
    assert_eq!(
        following.line(),
        format!("{} | INFO - written meanwhile\n", two.name())
    );
    write(&two, 8, "back");
    assert_eq!(following.line(), format!("{} | INFO - back\n", two.name()));

    for host in [&one, &two] {
        host.sh("pgrep -u deploy-service -x tail");
    }
    let (code, said) = following.interrupt();
    assert_eq!(code, 130, "{said}");
    assert_eq!(said.matches("the connection is lost").count(), 1, "{said}");
    assert!(said.contains("its log is read again"), "{said}");
    deployer.wait_until_disconnected();
    for host in [&one, &two] {
        host.wait_until("! pgrep -u deploy-service -x 'tail|sh|timeout|dd' >/dev/null");
    }
}

#[test]
fn a_host_that_is_not_there_yet_is_read_once_it_is() {
    let Some(lab) = Lab::get() else { return };
    let [one, two] = lab.hosts();
    let env = Env::new();
    let repository = Repository::new(&env, &[&one], &[&two]);
    let deployer = Deployer::new(&lab, &env, &repository);
    write(&one, 1, "one");
    two.refuse();
    let command = deployer.command(&["tail", "-f", "-o", "simple"]);
    let mut following = Following::start(command);
    following.until("one");
    following.until_said(&format!(
        "{}: it refuses the connection; trying again",
        two.name()
    ));
    two.accept();
    following.until_said(&format!("`{LOG}` is not there yet"));
    write(&two, 2, "two");
    following.until("two");
    assert_eq!(following.interrupt().0, 130);
}

#[test]
fn a_log_that_cannot_be_read_says_why_and_what_to_do() {
    let Some(lab) = Lab::get() else { return };
    let [good, absent, forbidden, own, closed, renewed] = lab.hosts();
    let env = Env::new();
    let bad = [&absent, &forbidden, &own, &closed, &renewed];
    let repository = Repository::new(&env, &[&good], &bad);
    let deployer = Deployer::new(&lab, &env, &repository);
    for host in [&good, &forbidden, &own] {
        write(host, 1, "one");
    }
    forbidden.sh(&format!("chgrp adm {LOG} && chmod 640 {LOG}"));
    own.sh("chmod 700 /srv/log/tea-pot");
    closed.sh("rm /home/deploy-service/.ssh/authorized_keys");
    renewed.change_key();
    let run = deployer.run(&["tail", "-o", "simple"]);
    assert_eq!(run.code, 1, "{}", run.show());
    assert_eq!(run.stdout, format!("{} | INFO - one\n", good.name()));
    let hosts = [&good, &absent, &forbidden, &own, &closed, &renewed];
    assert_snapshot!(lettered(&run.stderr, &lab, &hosts), @"
    error: `/srv/log/tea-pot/main.log` cannot be shown of 5 of 6 hosts
    cause: B: the log is not there
    cause: C: deploy-service may not read `/srv/log/tea-pot/main.log` (-rw-r----- root adm)
    cause: D: deploy-service may not read `/srv/log/tea-pot` (drwx------ root root)
    cause: E: it does not let deploy-service in
    cause: F: the host key of ADDRESS-F has changed: it offers ED25519 SHA256:PRINT, and LAB/known_hosts:LINE has another
    hint: `--log PATH` names another log
    hint: the group adm may read it: `svcgen request access` writes the request for it, for whoever runs the hosts
    ");
    // One by one, each says what to do.
    let one = |host: &Host| {
        let run = deployer.run(&["tail", "-l", host.name()]);
        assert_eq!(run.code, 1, "{}", run.show());
        lettered(&run.stderr, &lab, &hosts)
    };
    assert_snapshot!(one(&absent), @"
    error: `/srv/log/tea-pot/main.log` cannot be shown
    cause: B: the log is not there
    hint: `--log PATH` names another log
    ");
    assert_snapshot!(one(&forbidden), @"
    error: `/srv/log/tea-pot/main.log` cannot be shown
    cause: C: deploy-service may not read `/srv/log/tea-pot/main.log` (-rw-r----- root adm)
    hint: the group adm may read it: `svcgen request access` writes the request for it, for whoever runs the hosts
    ");
    assert_snapshot!(one(&own), @"
    error: `/srv/log/tea-pot/main.log` cannot be shown
    cause: D: deploy-service may not read `/srv/log/tea-pot` (drwx------ root root)
    hint: only root may: ask who runs D to let a group read it
    ");
    assert_snapshot!(one(&closed), @"
    error: `/srv/log/tea-pot/main.log` cannot be shown
    cause: E: it does not let deploy-service in
    hint: `svcgen request access` writes the request for it, for whoever runs the hosts
    ");
    assert_snapshot!(one(&renewed), @"
    error: `/srv/log/tea-pot/main.log` cannot be shown
    cause: F: the host key of ADDRESS-F has changed: it offers ED25519 SHA256:PRINT, and LAB/known_hosts:LINE has another
    hint: if whoever runs F confirms that fingerprint: `ssh-keygen -f LAB/known_hosts -R ADDRESS-F`, then `ssh -F HOME/ssh_config -o StrictHostKeyChecking=ask deploy-service@F`
    ");
}

/// Has the log of a host wait to be read, until it may go on.
fn slow_down(host: &Host) {
    host.write(
        "/usr/local/bin/tail",
        755,
        "#!/bin/sh\ntouch /tmp/at-tail\nwhile [ ! -e /tmp/go ]; do sleep 0.02; done\nexec /usr/bin/tail \"$@\"",
    );
}

/// Waits until its log is about to be read.
fn wait_until_slow(host: &Host) {
    host.wait_until("[ -e /tmp/at-tail ]");
}

#[test]
fn logs_of_all_hosts_are_read_in_the_order_of_time_however_slow_one_is() {
    let Some(lab) = Lab::get() else { return };
    // As many as there are: `tests/cluster/hosts up 24` makes it a fleet.
    let hosts = lab.borrow(lab.names().len());
    let all: Vec<&Host> = hosts.iter().collect();
    let (slow, others) = all.split_first().unwrap();
    let env = Env::new();
    let repository = Repository::new(&env, &[slow], others);
    let deployer = Deployer::new(&lab, &env, &repository);
    let mut expected = Vec::new();
    for round in 0..2 {
        for (number, host) in (0..).zip(&all) {
            let second = round * 24 + number;
            write(host, second, &format!("at {second}"));
            expected.push(format!("{} | INFO - at {second}\n", host.name()));
        }
    }
    slow_down(slow);
    let mut reading = Following::start(deployer.command(&["tail", "-o", "simple"]));
    wait_until_slow(slow);
    slow.sh("touch /tmp/go");
    for line in expected {
        assert_eq!(reading.line(), line);
    }
    let (code, said) = reading.end();
    assert_eq!(code, 0, "{said}");
}

#[test]
fn a_host_that_is_slow_keeps_nobody_waiting_whose_log_is_followed() {
    let Some(lab) = Lab::get() else { return };
    let [slow, other] = lab.hosts();
    let env = Env::new();
    let repository = Repository::new(&env, &[&slow], &[&other]);
    let deployer = Deployer::new(&lab, &env, &repository);
    slow_down(&slow);
    write(&slow, 1, "first");
    write(&other, 2, "second");
    let mut following = Following::start(deployer.command(&["tail", "-f", "-o", "simple"]));
    wait_until_slow(&slow);
    let line = |host: &Host, text: &str| format!("{} | INFO - {text}\n", host.name());
    assert_eq!(following.line(), line(&other, "second"));
    write(&other, 3, "third");
    assert_eq!(following.line(), line(&other, "third"));
    slow.sh("touch /tmp/go");
    assert_eq!(following.line(), line(&slow, "first"));
    assert_eq!(following.interrupt().0, 130);
}
