//! Checks and services that do what they should not: each host shows another fault in the same deploy.

use crate::support::{Deployer, Env, Host, Lab, Repository, State};

/// Has a host do something when the second release is live, and behave before.
fn fault(host: &Host, fault: &str) {
    host.sh(&format!(
        "echo '[ \"$(cat $REPOSITORY/src/version 2>/dev/null)\" != 2 ] || FAULT={fault}' >>/etc/default/tea-pot"
    ));
}

#[test]
fn a_check_that_fails_hangs_forks_or_floods_fails_its_host_and_no_other() {
    let Some(lab) = Lab::get() else { return };
    let [good, bad, hanging, forking, flooding, binary] = lab.hosts();
    let hosts = [&good, &bad, &hanging, &forking, &flooding, &binary];
    let env = Env::new();
    let repository = Repository::new(&env, &[], &hosts);
    let deployer = Deployer::new(&lab, &env, &repository);
    let first = repository.git(&["rev-parse", "HEAD"]);
    let run = deployer.deploy();
    assert_eq!(run.code, 0, "{}", run.show());

    let short = ["fork", "fail", "hang", "fork-hang", "pass", "binary"];
    for (host, short) in hosts.iter().zip(short) {
        let long = match host.name() == flooding.name() {
            true => "flood",
            false => "pass",
        };
        host.sh(&format!(
            "printf 'command[check_%s]=/usr/local/lib/check %s\\n' short {short} long {long} >/etc/nagios/nrpe.d/trial.cfg"
        ));
    }
    repository.set("failure_limit", "100%");
    let check = |name: &str, timeout: u8| {
        format!(
            "  {name}: {{type: nrpe, after: handle_service, command: check_{name}, timeout: {timeout}}}\n"
        )
    };
    let checks = format!("checks:\n{}{}", check("short", 2), check("long", 60));
    repository.write("scap/checks.yaml", &checks);
    let second = repository.release("2");
    let run = deployer.deploy();
    assert_eq!(run.code, 0, "{}", run.show());
    for (host, words) in [
        (
            &bad,
            "check `short` failed (exit code 2): CRITICAL: it is not well",
        ),
        (&hanging, "check `short` took longer than 2 s"),
        (&forking, "check `short` took longer than 2 s"),
        (&flooding, "check `long` failed (exit code 2)"),
        (&binary, "check `short` failed (exit code 2)"),
    ] {
        let line = format!("{}: error: {words}", host.name());
        assert!(run.stderr.contains(&line), "{line}: {}", run.stderr);
        assert_eq!(host.state(), State::settled(&first));
    }
    assert!(!run.stderr.contains('\u{1b}'), "{:?}", run.stderr);
    assert!(run.stderr.len() < 10_000, "{}", run.stderr.len());
    assert!(
        run.stderr
            .contains("is live on 1 of 6 hosts, 5 rolled back"),
        "{}",
        run.stderr
    );
    // What a check leaves behind belongs to nobody who is at work: it ends with nothing of the deploy.
    good.sh("for process in /proc/[0-9]*; do
                 [ \"$(tr '\\0' ' ' 2>/dev/null <$process/cmdline)\" != 'sleep infinity ' ] ||
                     [ \"$(stat -c %U $process)\" != deploy-service ] || kill ${process#/proc/}
             done");
    assert_eq!(good.state(), State::settled(&second));
}

#[test]
fn a_service_that_does_not_come_up_fails_its_host_and_comes_back_as_it_was() {
    let Some(lab) = Lab::get() else { return };
    let [slow, unwilling, shut, closing, ill] = lab.hosts();
    let hosts = [&slow, &unwilling, &shut, &closing, &ill];
    let env = Env::new();
    let repository = Repository::new(&env, &[], &hosts);
    repository.set("failure_limit", "100%");
    repository.set("service_timeout", "3");
    repository.commit("Impatient");
    let deployer = Deployer::new(&lab, &env, &repository);
    let first = repository.git(&["rev-parse", "HEAD"]);
    let run = deployer.deploy();
    assert_eq!(run.code, 0, "{}", run.show());

    let faults = ["slow=1", "no-start", "no-port", "closes", "unhealthy"];
    for (host, name) in hosts.iter().zip(faults) {
        fault(host, name);
    }
    let second = repository.release("2");
    let run = deployer.deploy();
    assert_eq!(run.code, 0, "{}", run.show());
    assert_eq!(slow.state(), State::settled(&second));
    for (host, words) in [
        (&unwilling, "tea-pot: restart failed (exit code 1)"),
        (&shut, "port 6100 did not open within 3 s"),
        (&closing, "check `endpoints` failed"),
        (&ill, "check `endpoints` failed (exit code 2): HTTP 503"),
    ] {
        let line = format!("{}: error: ", host.name());
        let said = run.stderr.lines().find(|text| text.contains(&line));
        assert!(
            said.is_some_and(|text| text.contains(words)),
            "{words}: {}",
            run.stderr
        );
        assert_eq!(host.state(), State::settled(&first), "{words}");
    }
}

#[test]
fn a_service_that_closes_its_port_after_it_was_open_is_found_out_without_any_check() {
    let Some(lab) = Lab::get() else { return };
    let [host] = lab.hosts();
    let env = Env::new();
    let repository = Repository::new(&env, &[], &[&host]);
    repository.write("scap/checks.yaml", "checks: {}\n");
    let first = repository.commit("No checks");
    let deployer = Deployer::new(&lab, &env, &repository);
    let run = deployer.deploy();
    assert_eq!(run.code, 0, "{}", run.show());
    // Whoever looks first ends it: here, a check that does not care.
    let checks = "checks:\n  look: {type: command, shell: true, after: handle_service, command: '/usr/local/lib/check http 6100; sleep 0.2; true'}\n";
    repository.write("scap/checks.yaml", checks);
    fault(&host, "closes");
    repository.release("2");
    let run = deployer.deploy();
    assert_eq!(run.code, 20, "{}", run.show());
    assert!(
        run.stderr.contains("stopped after it had answered"),
        "{}",
        run.stderr
    );
    assert_eq!(host.state(), State::settled(&first));
}

#[test]
fn a_service_that_stays_the_old_process_is_no_success() {
    let Some(lab) = Lab::get() else { return };
    let [host] = lab.hosts();
    let env = Env::new();
    let repository = Repository::new(&env, &[], &[&host]);
    repository.set("service_timeout", "2");
    repository.commit("Impatient");
    host.sh("echo FAULT=deaf >>/etc/default/tea-pot");
    let deployer = Deployer::new(&lab, &env, &repository);
    let run = deployer.deploy();
    assert_eq!(run.code, 0, "{}", run.show());
    let before = host.serves().unwrap();
    repository.release("2");
    let run = deployer.deploy();
    // Nor is it known after the way back, for which it is as deaf.
    assert_eq!(run.code, 21, "{}", run.show());
    assert!(
        run.stderr
            .contains("the process on port 6100 is still the old one after 2 s"),
        "{}",
        run.stderr
    );
    let after = host.serves().unwrap();
    assert_eq!((after.pid, after.revision), (before.pid, before.revision));
    assert_eq!(host.lock(), None);
}
