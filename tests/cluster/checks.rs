//! The checks of a host, as monitoring knows them.

use std::process::Output;

use crate::support::{Host, Lab};

/// Runs a check as svcgen's user, by its name; what follows is added to the command.
fn check(lab: &Lab, host: &Host, name: &str, more: &str) -> Output {
    let text = format!(
        "command=$(sed -n 's/^command\\[{name}\\]=//p' /etc/nagios/nrpe.d/*.cfg); [ \"$command\" ] && eval \"$command {more}\""
    );
    lab.ssh(host, &[], &text).output().unwrap()
}

#[test]
fn checks_pass_and_fail() {
    let Some(lab) = Lab::get() else { return };
    let [host] = lab.hosts();
    assert_eq!(check(&lab, &host, "check_pass", "").status.code(), Some(0));
    assert_eq!(check(&lab, &host, "check_fail", "").status.code(), Some(2));
    let endpoints = || {
        let output = check(&lab, &host, "check_endpoints_tea-pot", "2>/dev/null");
        (output.status.code().unwrap(), output.stdout)
    };
    assert_eq!(endpoints(), (2, Vec::new()));
    host.sh("service tea-pot start");
    assert_eq!(endpoints(), (0, b"HTTP 200\n".to_vec()));
}

#[test]
fn a_check_may_print_what_it_likes() {
    let Some(lab) = Lab::get() else { return };
    let [host] = lab.hosts();
    let binary = check(&lab, &host, "check_binary", "");
    assert_eq!(binary.status.code(), Some(2));
    assert!((0..=255).all(|byte| binary.stdout.contains(&byte)));
    assert!(String::from_utf8(binary.stdout).is_err());
    let flood = check(&lab, &host, "check_flood", "| wc -c");
    assert_eq!(flood.stdout, b"100000000\n");
}

#[test]
fn a_check_may_leave_a_process_that_holds_its_output() {
    let Some(lab) = Lab::get() else { return };
    let [host] = lab.hosts();
    let output = check(&lab, &host, "check_fork", ">/dev/null 2>&1");
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(host.processes_of("deploy-service"), ["sleep infinity"]);
    for (name, left) in [("hang", 1), ("fork_hang", 3), ("deaf", 2)] {
        let start = ">/dev/null 2>&1 </dev/null & exec true";
        let output = check(&lab, &host, &format!("check_{name}"), start);
        assert_eq!(output.status.code(), Some(0), "{name}");
        assert!(host.processes_of("deploy-service").len() >= left, "{name}");
    }
}
