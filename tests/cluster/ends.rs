//! Services that end after they were started, as systemd tells of them, and as their scripts do.
//!
//! The hosts of the tests have no systemd: one stands for it that tells something else each time it is asked.

use crate::support::{Deployer, Env, Host, Lab, Repository};

/// Gives a host a systemd that tells of `tea-pot` what stands in these lines, one each time; the last one stays.
fn boot(host: &Host, readings: &[&str]) {
    let program = "#!/bin/sh
cd /var/lib/readings || exit
case $* in
'show tea-pot -p '*)
    sed -n \"$(cat next)p\" all | tr ' ' '\\n'
    [ \"$(cat next)\" -ge \"$(wc -l <all)\" ] || echo $(($(cat next) + 1)) >next ;;
'is-active tea-pot tea-pot.socket') echo activating; echo inactive; exit 3 ;;
'status tea-pot.service') exit 3 ;;
'cat tea-pot') ;;
'restart tea-pot.service') ;;
*CanReload*) echo CanReload=no ;;
*is-system-running*) ;;
*) echo \"not recorded: $*\" >&2; exit 99 ;;
esac";
    host.write("/usr/local/bin/systemctl", 755, program);
    let journal =
        "#!/bin/sh\ncase $* in *' _SYSTEMD_UNIT=tea-pot.service') echo 'Error: no water' ;; esac";
    host.write("/usr/local/bin/journalctl", 755, journal);
    host.write("/var/lib/readings/all", 644, &readings.join("\n"));
    host.sh("echo 1 >/var/lib/readings/next; chmod 777 /var/lib/readings; chmod 666 /var/lib/readings/next; rm -f /etc/init.d/tea-pot; mkdir -p /run/systemd/system");
}

const RUNS: &str =
    "Type=simple Result=success NRestarts=4 InvocationID=a ActiveState=active SubState=running";

#[test]
fn a_worker_that_does_not_run_on_after_its_restart_is_no_success() {
    let Some(lab) = Lab::get() else { return };
    let [host] = lab.hosts();
    let env = Env::new();
    let repository = Repository::new(&env, &[], &[&host]);
    repository.unset("service_port");
    repository.write("scap/checks.yaml", "checks: {}\n");
    repository.commit("A worker");
    let deployer = Deployer::new(&lab, &env, &repository);
    let old = "Type=simple Result=success ActiveState=active SubState=running";
    for (first, later, words) in [
        (
            RUNS,
            "Type=simple Result=exit-code NRestarts=4 InvocationID=a ActiveState=failed SubState=failed",
            "tea-pot was started and has ended by itself (exit-code)\n",
        ),
        (
            RUNS,
            "Type=simple Result=success NRestarts=4 InvocationID=a ActiveState=inactive SubState=dead",
            "tea-pot was started and has ended by itself\n",
        ),
        (
            RUNS,
            "Type=simple Result=signal NRestarts=4 InvocationID=a ActiveState=activating SubState=auto-restart",
            "tea-pot was started and has ended by itself (signal): systemd starts it again\n",
        ),
        (
            RUNS,
            "Type=simple Result=success NRestarts=5 InvocationID=b ActiveState=active SubState=running",
            "tea-pot was started and has ended by itself: systemd has started it again\n",
        ),
        (
            RUNS,
            "Type=simple Result=success NRestarts=0 InvocationID=b ActiveState=active SubState=running",
            "tea-pot is not the one that was started: ",
        ),
        (
            "Type=oneshot Result=success NRestarts=0 InvocationID=a ActiveState=active SubState=exited",
            "Type=oneshot Result=exit-code NRestarts=0 InvocationID=a ActiveState=failed SubState=failed",
            "tea-pot was started and has ended by itself (exit-code)\n",
        ),
        // An old systemd tells when the process began, and an older one no more than that.
        (
            "Type=simple Result=success ExecMainStartTimestampMonotonic=7 ActiveState=active SubState=running",
            "Type=simple Result=success ExecMainStartTimestampMonotonic=9 ActiveState=active SubState=running",
            "tea-pot is not the one that was started: ",
        ),
        (
            old,
            "Type=simple Result=exit-code ActiveState=failed SubState=failed",
            "tea-pot was started and has ended by itself (exit-code)\n",
        ),
    ] {
        boot(&host, &[first, later]);
        let run = deployer.run(&["service", "restart", "--yes"]);
        assert_eq!(run.code, 21, "{later}: {}", run.show());
        assert!(run.stderr.contains(words), "{words}: {}", run.stderr);
        let wrote = "tea-pot: Error: no water\n";
        assert!(run.stderr.contains(wrote), "{later}: {}", run.stderr);
    }
}

#[test]
fn a_worker_that_ends_as_it_is_meant_to_is_a_success() {
    let Some(lab) = Lab::get() else { return };
    let [host] = lab.hosts();
    let env = Env::new();
    let repository = Repository::new(&env, &[], &[&host]);
    repository.unset("service_port");
    repository.write("scap/checks.yaml", "checks: {}\n");
    repository.commit("A worker");
    let deployer = Deployer::new(&lab, &env, &repository);
    let old = "Type=simple Result=success ActiveState=active SubState=running";
    for (first, later) in [
        (RUNS, RUNS),
        (old, old),
        (
            "Type=oneshot Result=success NRestarts=0 InvocationID=a ActiveState=active SubState=exited",
            "Type=oneshot Result=success NRestarts=0 InvocationID=a ActiveState=active SubState=exited",
        ),
        (
            "Type=oneshot Result=success NRestarts=0 InvocationID=a ActiveState=activating SubState=start",
            "Type=oneshot Result=success NRestarts=0 InvocationID=b ActiveState=inactive SubState=dead",
        ),
        (
            "Type=simple Result=success NRestarts=0 InvocationID=a ActiveState=active SubState=running TriggeredBy=tea-pot.socket",
            "Type=simple Result=success NRestarts=0 InvocationID=b ActiveState=inactive SubState=dead TriggeredBy=tea-pot.socket",
        ),
    ] {
        boot(&host, &[first, later]);
        let run = deployer.run(&["service", "restart", "--yes"]);
        assert_eq!(run.code, 0, "{later}: {}", run.show());
    }
}

#[test]
fn a_service_that_is_started_over_and_over_is_not_waited_for() {
    let Some(lab) = Lab::get() else { return };
    let [host] = lab.hosts();
    let env = Env::new();
    let repository = Repository::new(&env, &[], &[&host]);
    // Nobody waits for so long.
    repository.set("service_timeout", "86400");
    let deployer = Deployer::new(&lab, &env, &repository);
    let again = "Type=simple Result=exit-code NRestarts=5 InvocationID=b ActiveState=activating SubState=auto-restart";
    // An old systemd does not count what it starts, and says when it was.
    let old = |at: u32, state: &str| {
        format!("Type=simple Result=exit-code ExecMainStartTimestampMonotonic={at} {state}")
    };
    let up = |at| old(at, "ActiveState=active SubState=running");
    let waits = |at| old(at, "ActiveState=activating SubState=auto-restart");
    let old = [up(1), up(1), waits(1), up(2), waits(2)];
    let old: Vec<&str> = old.iter().map(String::as_str).collect();
    for readings in [&[RUNS, RUNS, again][..], &old] {
        boot(&host, readings);
        let run = deployer.run(&["service", "restart", "--yes"]);
        assert_eq!(run.code, 21, "{}", run.show());
        for words in [
            "handle_service failed: tea-pot was started and ends by itself over and over (exit-code): systemd starts it again each time, and it did not open port 6100\n",
            "tea-pot: Error: no water\n",
        ] {
            assert!(run.stderr.contains(words), "{words}: {}", run.stderr);
        }
    }
}

#[test]
fn a_worker_of_a_script_that_ends_after_it_ran_is_no_success() {
    let Some(lab) = Lab::get() else { return };
    let [host] = lab.hosts();
    let env = Env::new();
    let repository = Repository::new(&env, &[], &[&host]);
    repository.unset("service_port");
    repository.write("scap/checks.yaml", "checks: {}\n");
    repository.commit("A worker");
    let deployer = Deployer::new(&lab, &env, &repository);
    host.sh("sed -i 's/ --notify-await//' /etc/init.d/tea-pot");
    let restart = ["service", "restart", "--yes"];
    host.write("/usr/local/sbin/tea-pot", 755, "#!/bin/sh\nexec sleep 3600");
    let run = deployer.run(&restart);
    assert_eq!(run.code, 0, "{}", run.show());
    // It ends once it was seen to run.
    let seen = "grep -qs ' up ' /srv/deployment/tea-pot/deploy-cache/.svcgen/running/units";
    let ends = format!("#!/bin/sh\nuntil {seen}; do sleep 0.1; done");
    host.write("/usr/local/sbin/tea-pot", 755, &ends);
    let run = deployer.run(&restart);
    assert_eq!(run.code, 21, "{}", run.show());
    let words = "handle_service failed: tea-pot was started and has ended by itself\n";
    assert!(run.stderr.contains(words), "{}", run.stderr);
}
