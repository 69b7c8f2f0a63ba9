//! What systemd says of a service, and what svcgen makes of it.
//!
//! The hosts of the tests have no systemd: the words are those of systemd 252, recorded in a namespace in which it was
//! booted. `service` is Debian's own.

use insta::assert_snapshot;

use crate::support::{Deployer, Env, Host, Lab, Repository, lettered};

/// `systemctl show`, for a service in each state; the name says which.
const SHOWN: [(&str, &str); 10] = [
    (
        "running",
        "MainPID=52 LoadState=loaded ActiveState=active SubState=running",
    ),
    (
        "exited",
        "MainPID=0 LoadState=loaded ActiveState=active SubState=exited",
    ),
    (
        "reloading",
        "MainPID=229 LoadState=loaded ActiveState=reloading SubState=reload",
    ),
    (
        "starting",
        "MainPID=62 LoadState=loaded ActiveState=activating SubState=start",
    ),
    (
        "restarting",
        "MainPID=0 LoadState=loaded ActiveState=activating SubState=auto-restart",
    ),
    (
        "stopping",
        "MainPID=283 LoadState=loaded ActiveState=deactivating SubState=stop",
    ),
    (
        "stopped",
        "MainPID=0 LoadState=loaded ActiveState=inactive SubState=dead",
    ),
    (
        "masked",
        "MainPID=0 LoadState=masked ActiveState=inactive SubState=dead",
    ),
    (
        "failed",
        "MainPID=0 LoadState=loaded ActiveState=failed SubState=failed",
    ),
    (
        "absent",
        "MainPID=0 LoadState=not-found ActiveState=inactive SubState=dead",
    ),
];

/// Gives a host a `systemctl` that knows answers by its arguments: the words, and its exit code.
fn boot_systemd(host: &Host, answers: &[(&str, &str, i32)]) {
    let cases = answers.iter().map(|(arguments, words, code)| {
        format!("'{arguments}') printf '%s\\n' {words} >&$out; exit {code} ;;\n")
    });
    let program = format!(
        "#!/bin/sh\nout=1; case $1 in show | -p | is-active) ;; *) out=2 ;; esac\ncase $* in\n{}esac\necho \"not recorded: $*\" >&2; exit 99",
        cases.collect::<String>()
    );
    host.write("/usr/local/bin/systemctl", 755, &program);
    host.sh("mkdir -p /run/systemd/system");
}

#[test]
fn each_state_of_systemds_is_told() {
    let Some(lab) = Lab::get() else { return };
    let [host] = lab.hosts();
    let env = Env::new();
    let repository = Repository::new(&env, &[], &[&host]);
    repository.set("service_name", &SHOWN.map(|(name, _)| name).join(", "));
    repository.unset("service_port");
    let asked = SHOWN.map(|(name, _)| {
        format!("show {name} --property=LoadState --property=ActiveState --property=SubState --property=MainPID")
    });
    let answers = asked.iter().zip(SHOWN);
    let answers = answers.map(|(asked, (_, shown))| (asked.as_str(), shown, 0));
    boot_systemd(&host, &answers.collect::<Vec<_>>());
    let deployer = Deployer::new(&lab, &env, &repository);
    let run = deployer.run(&["service", "status"]);
    assert_eq!(run.code, 3, "{}", run.show());
    assert_snapshot!(lettered(&run.stdout, &lab, &[&host]), @"
    host  service     state            live     since  port  pid
    A   running     active           nothing  -      -     52
    A   exited      active           nothing  -      -     -
    A   reloading   reloading        nothing  -      -     229
    A   starting    activating       nothing  -      -     62
    A   restarting  activating       nothing  -      -     -
    A   stopping    deactivating     nothing  -      -     283
    A   stopped     inactive         nothing  -      -     -
    A   masked      masked           nothing  -      -     -
    A   failed      failed           nothing  -      -     -
    A   absent      no such service  nothing  -      -     -
    10 in all: 2 active, 1 reloading, 2 activating, 1 deactivating, 1 inactive, 1 masked, 1 failed, 1 no such service
    ");
    let run = deployer.run(&["service", "status", "--format", "json"]);
    let rows: Vec<serde_json::Value> = serde_json::from_str(&run.stdout).unwrap();
    let details = rows.iter().map(|row| row["detail"].as_str());
    let told = SHOWN.map(|(name, shown)| {
        let (_, detail) = shown.split_once("SubState=").unwrap();
        Some(detail).filter(|_| name != "absent")
    });
    assert_eq!(details.collect::<Vec<_>>(), told);
}

#[test]
fn a_port_is_not_another_ones_where_systemd_keeps_its_socket() {
    let Some(lab) = Lab::get() else { return };
    let [host] = lab.hosts();
    let env = Env::new();
    let repository = Repository::new(&env, &[], &[&host]);
    repository.set("service_name", "feed");
    let listener = "use IO::Socket; my $s = IO::Socket::INET->new(LocalPort => 6100, Listen => 1) or die $!; sleep 3600";
    host.sh(&format!(
        "setsid perl -e '{listener}' >/tmp/listener.log 2>&1 </dev/null &"
    ));
    host.wait_until("ss -ltn | grep -q :6100");
    let shown = "MainPID=0 LoadState=loaded ActiveState=inactive SubState=dead";
    let asked = "show feed --property=LoadState --property=ActiveState --property=SubState --property=MainPID";
    let deployer = Deployer::new(&lab, &env, &repository);
    for (socket, code, is_taken) in [("active", 0, false), ("inactive", 3, true)] {
        let kept = ("is-active feed.socket", socket, code);
        boot_systemd(&host, &[(asked, shown, 0), kept]);
        let run = deployer.run(&["service", "status", "--format", "json"]);
        let rows: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
        assert_eq!(rows[0]["open"], true, "{}", run.show());
        assert_eq!(rows[0]["taken"], is_taken, "{socket}: {}", run.show());
    }
}

/// Restarts, with a service that the repository names so; returns the reason that is told.
fn reason(lab: &Lab, host: &Host, service: &str, verb: &str) -> String {
    let env = Env::new();
    let repository = Repository::new(&env, &[], &[host]);
    repository.set("service_name", service);
    let deployer = Deployer::new(lab, &env, &repository);
    let run = deployer.run(&["service", verb, "--yes"]);
    assert_eq!(run.code, 21, "{}", run.show());
    let (_, told) = run.stderr.split_once("error: NOT DONE: ").unwrap();
    let id = regex::Regex::new("[0-9TZ]{16}-[0-9a-f]{6}").unwrap();
    id.replace_all(&lettered(told, lab, &[host]), "ID")
        .into_owned()
}

#[test]
fn a_service_that_is_not_there_is_told_from_one_that_cannot_do_it() {
    let Some(lab) = Lab::get() else { return };
    let [host] = lab.hosts();
    host.sh("rm /etc/init.d/tea-pot");
    let not_found = "'Unit tea-pot.service could not be found.'";
    boot_systemd(
        &host,
        &[
            ("status tea-pot.service", not_found, 4),
            ("cat tea-pot", "'No files found for tea-pot.service.'", 1),
            (
                "restart tea-pot.service",
                "'Failed to restart tea-pot.service: Unit tea-pot.service not found.'",
                5,
            ),
            (
                "stop tea-pot.service",
                "'Failed to stop tea-pot.service: Unit tea-pot.service not loaded.'",
                5,
            ),
            ("-p CanReload show tea-pot.service", "CanReload=no", 0),
            ("--quiet is-system-running", "", 0),
        ],
    );
    let absent = reason(&lab, &host, "tea-pot", "restart");
    assert_snapshot!(absent, @"
    tea-pot was restarted on 0 of 1 host, 1 FAILED
    error: A (default, 1 host): handle_service failed: there is no service tea-pot here: look at `service_name`, or ask whether Puppet has run
    hint: `svcgen log ID --host A -v --deploy-repo HOME/work/deploy` shows what it did and wrote
    hint: `svcgen service status --deploy-repo HOME/work/deploy` shows how it is on each host
    ");
    for (service, verb) in [("tea-pot", "stop"), ("tea-pot=reload", "restart")] {
        let told = reason(&lab, &host, service, verb);
        assert!(told.contains("there is no service tea-pot here"), "{told}");
    }

    boot_systemd(
        &host,
        &[
            ("status tea-pot.service", "'● tea-pot.service'", 0),
            ("cat tea-pot", "'# /etc/systemd/system/tea-pot.service'", 0),
            (
                "restart tea-pot.service",
                "'Failed to restart tea-pot.service: Unit tea-pot.service is masked.'",
                1,
            ),
            ("-p CanReload show tea-pot.service", "CanReload=no", 0),
            ("--quiet is-system-running", "", 0),
        ],
    );
    for (service, words) in [
        (
            "tea-pot",
            "tea-pot: restart failed (exit code 1): Failed to restart tea-pot.service: Unit tea-pot.service is masked",
        ),
        (
            "tea-pot=reload",
            "tea-pot cannot be reloaded, its unit has no `ExecReload`: `tea-pot` instead of `tea-pot=reload` restarts it",
        ),
    ] {
        let told = reason(&lab, &host, service, "restart");
        assert!(told.contains(words), "{told}");
    }
}

#[test]
fn a_service_that_has_ended_by_systemds_word_is_not_waited_for_and_its_last_words_are_told() {
    let Some(lab) = Lab::get() else { return };
    let [host] = lab.hosts();
    host.sh("rm /etc/init.d/tea-pot");
    boot_systemd(
        &host,
        &[
            ("restart tea-pot.service", "", 0),
            ("status tea-pot.service", "'● tea-pot.service'", 3),
            ("is-active tea-pot tea-pot.socket", "failed inactive", 3),
            ("-p CanReload show tea-pot.service", "CanReload=no", 0),
            ("--quiet is-system-running", "", 0),
        ],
    );
    host.write(
        "/usr/local/bin/journalctl",
        755,
        "#!/bin/sh\ncase $* in *' _SYSTEMD_UNIT=tea-pot.service') printf 'Error: no water\\n    at pour\\n' ;; esac",
    );
    let env = Env::new();
    let repository = Repository::new(&env, &[], &[&host]);
    // Nobody waits for so long.
    repository.set("service_timeout", "86400");
    let deployer = Deployer::new(&lab, &env, &repository);
    let run = deployer.run(&["service", "restart"]);
    assert_eq!(run.code, 21, "{}", run.show());
    let said = lettered(&run.stderr, &lab, &[&host]);
    for words in [
        "A: tea-pot: Error: no water\n",
        "A: tea-pot:     at pour\n",
        "A: error: handle_service failed: tea-pot was started and has ended by itself, before it opened port 6100\n",
    ] {
        assert!(said.contains(words), "{words}: {said}");
    }
}
