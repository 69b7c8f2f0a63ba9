//! A service that stops after it was found healthy, while other groups wait.

use crate::support::{LocalFarm, Pty, Run};

/// A check of a group that everybody passes, and that leaves its service stopped.
fn stops_in(group: &str) -> String {
    format!(
        "checks:\n  last:\n    type: command\n    stage: handle_service\n    group: {group}\n    \
         command: service feed stop\n"
    )
}

/// A farm on which a first release is live.
fn farm(others: usize) -> LocalFarm {
    let farm = LocalFarm::new(others);
    farm.release("1");
    let run = farm.svcgen(&["deploy", "--on-failure", "stop"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    farm
}

fn answers(farm: &LocalFarm) -> Vec<String> {
    let answers = farm.answers().into_iter();
    answers.map(Option::unwrap_or_default).collect()
}

#[test]
fn a_canary_that_stops_while_it_is_asked_takes_no_other_host_along() {
    let farm = farm(2);
    let before = farm.service("l01", "status").stdout;
    farm.release("2");
    let deploy = "cd deploy && exec \"$0\" deploy --on-failure rollback";
    let program = farm.command().get_program().to_str().unwrap().to_owned();
    let words = ["-c", deploy, &program];
    let mut pty = Pty::start_program(farm.env(), "sh", &words, &[("USER", "ada")], (80, 24));
    pty.expect("go on with the other hosts? [Y/n]");
    assert_eq!(farm.service("l00", "stop").code, 0);
    pty.keys("\r");
    assert_eq!(pty.end(), 20, "{}", pty.shown);
    let said = pty
        .screen()
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ");
    assert!(said.contains("stopped after it had answered"), "{said}");
    assert_eq!(answers(&farm), ["1", "1", "1"], "{said}");
    assert_eq!(farm.service("l01", "status").stdout, before, "{said}");
}

#[test]
fn a_host_that_fails_the_checks_of_its_rollback_does_not_count_as_back() {
    let farm = LocalFarm::new(1);
    let check = |stage: &str| {
        let check = "{type: command, shell: true, command: 'echo too slow; exit 1'";
        format!("checks:\n  fast: {check}, stage: {stage}}}\n")
    };
    // A host goes back by the checks of what it goes back to.
    farm.write("scap/checks.yaml", &check("rollback"));
    farm.release("1");
    let run = farm.svcgen(&["deploy", "--on-failure", "stop"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    farm.write("scap/checks.yaml", &check("handle_service"));
    farm.release("2");
    let run = farm.svcgen(&["deploy", "--on-failure", "rollback"]);
    assert_eq!(run.code, 21, "{}", run.show());
    let said = "l00: error: UNKNOWN: the rollback failed: check `fast` failed";
    assert!(run.stderr.contains(said), "{}", run.stderr);
    assert!(!run.stderr.contains("not tidied up"), "{}", run.stderr);
    assert_eq!(answers(&farm), ["1", "1"]);
}

#[test]
fn a_canary_that_stops_unasked_takes_no_other_host_along() {
    let farm = farm(1);
    let before = farm.service("l01", "status").stdout;
    farm.write("scap/checks.yaml", &stops_in("canary"));
    farm.release("2");
    let run = farm.svcgen(&["deploy", "--on-failure", "stop"]);
    // It is not gone back.
    assert_eq!(run.code, 21, "{}", run.stderr);
    let port = farm.env().read("hosts/l00/.svcgen/port");
    let said = format!(
        "l00: error: the service on port {} stopped after it had answered\n",
        port.trim()
    );
    assert!(run.stderr.contains(&said), "{}", run.stderr);
    assert_eq!(answers(&farm), ["", "1"]);
    assert_eq!(farm.service("l01", "status").stdout, before);
}

#[test]
fn a_host_whose_service_stops_within_the_limit_goes_back_before_the_next_group() {
    let farm = LocalFarm::new(2);
    let config = farm.env().read("deploy/scap/scap.cfg");
    let config = config.replace("canary, default", "canary, some, default");
    let more = "some_dsh_targets: some\nsome_failure_limit: 1\n";
    farm.write("scap/scap.cfg", &format!("{config}{more}"));
    farm.write("scap/some", "l01\n");
    farm.write("scap/targets", "l02\n");
    farm.release("1");
    let run = farm.svcgen(&["deploy", "--on-failure", "stop"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    farm.write("scap/checks.yaml", &stops_in("some"));
    farm.release("2");
    let run = farm.svcgen(&["deploy", "--on-failure", "stop"]);
    let place = |text: &str| {
        run.stderr
            .find(text)
            .unwrap_or_else(|| panic!("{text}: {}", run.stderr))
    };
    assert!(place("stopped after it had answered") < place("group default: 1 host"));
    assert_eq!(answers(&farm), ["2", "1", "2"], "{}", run.stderr);
}

#[test]
fn a_host_that_stops_takes_no_other_part_of_its_group_along() {
    let farm = LocalFarm::new(2);
    let config = farm.env().read("deploy/scap/scap.cfg");
    farm.write("scap/scap.cfg", &format!("{config}group_size: 1\n"));
    farm.release("1");
    let run = farm.svcgen(&["deploy", "--on-failure", "stop"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let stops = "'[ $SVCGEN_HOST != l01 ] || service feed stop'";
    let checks = format!(
        "checks:\n  last: {{type: command, shell: true, stage: handle_service, command: {stops}}}\n"
    );
    farm.write("scap/checks.yaml", &checks);
    farm.release("2");
    let run = farm.svcgen(&["deploy", "--on-failure", "stop"]);
    assert_eq!(run.code, 21, "{}", run.stderr);
    let said = "stopped after it had answered";
    assert!(run.stderr.contains(said), "{}", run.stderr);
    assert_eq!(answers(&farm), ["2", "", "1"], "{}", run.stderr);
}

#[test]
fn a_canary_that_stops_after_its_restart_takes_no_other_host_along() {
    let farm = LocalFarm::new(1);
    // Everybody passes it, and it stops the service where that file is.
    let stops = "'[ ! -e $SVCGEN_ROOT/stop ] || service feed stop'";
    let checks = format!(
        "checks:\n  last: {{type: command, shell: true, stage: handle_service, command: {stops}}}\n"
    );
    farm.write("scap/checks.yaml", &checks);
    farm.release("1");
    let run = farm.svcgen(&["deploy", "--on-failure", "stop"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let before = farm.service("l01", "status").stdout;
    std::fs::write(farm.root("l00").join("stop"), "").unwrap();
    let run = farm.svcgen(&["service", "restart", "--yes"]);
    assert_eq!(run.code, 21, "{}", run.stderr);
    let said = "stopped after it had answered";
    assert!(run.stderr.contains(said), "{}", run.stderr);
    assert!(run.stdout.contains("l01: untouched\n"), "{}", run.show());
    assert_eq!(farm.service("l01", "status").stdout, before);
}

#[test]
fn a_service_of_the_last_group_that_stops_is_not_finalized() {
    let farm = farm(1);
    farm.write("scap/checks.yaml", &stops_in("default"));
    farm.release("2");
    let run = farm.svcgen(&["deploy", "--on-failure", "rollback"]);
    assert_eq!(run.code, 20, "{}", run.stderr);
    let said = "l01: error: finalize failed: the service on port ";
    assert!(run.stderr.contains(said), "{}", run.stderr);
    assert_eq!(answers(&farm), ["1", "1"], "{}", run.stderr);
}

#[test]
fn what_answered_before_is_forgotten_where_a_service_is_stopped() {
    let farm = farm(1);
    let known = farm.root("l00");
    let known = known.join("srv/deployment/feed/deploy-cache/.svcgen/running/socket");
    let run = farm.svcgen(&["service", "restart", "--yes"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(known.exists());
    let run = farm.svcgen(&["service", "stop", "--yes"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(!known.exists());
}

/// A check of a group that nobody passes.
fn fails_in(group: &str) -> String {
    format!(
        "checks:\n  last:\n    type: command\n    stage: handle_service\n    group: {group}\n    \
         command: 'false'\n"
    )
}

/// Deploys a release that stays on all hosts without being finished, and behind it one that fails on the canary.
fn deploy_behind_an_unfinished_one(farm: &LocalFarm, versions: [&str; 2]) -> Run {
    farm.write("scap/checks.yaml", &fails_in("default"));
    farm.release(versions[0]);
    let run = farm.svcgen(&["deploy", "--on-failure", "stop"]);
    assert_eq!(run.code, 21, "{}", run.stderr);
    assert_eq!(answers(farm), [versions[0], versions[0]]);
    farm.write("scap/checks.yaml", &fails_in("canary"));
    farm.release(versions[1]);
    let run = farm.svcgen(&["deploy", "--on-failure", "rollback"]);
    assert_eq!(run.code, 20, "{}", run.stderr);
    run
}

#[test]
fn what_another_deploy_left_unfinished_is_not_concluded_where_it_was_not_touched() {
    let farm = farm(1);
    let run = deploy_behind_an_unfinished_one(&farm, ["2", "3"]);
    assert!(!run.stderr.contains("finalize failed"), "{}", run.stderr);
    assert!(run.stderr.contains("l01: untouched, "), "{}", run.stderr);
    assert_eq!(answers(&farm), ["1", "2"], "{}", run.stderr);
    let run = farm.svcgen(&["rollback", "--yes"]);
    assert_eq!(answers(&farm), ["1", "1"], "{}", run.stderr);
}

#[test]
fn a_first_release_that_was_not_finished_stays_where_it_was_not_touched() {
    let farm = LocalFarm::new(1);
    let run = deploy_behind_an_unfinished_one(&farm, ["1", "2"]);
    assert_eq!(answers(&farm), ["", "1"], "{}", run.stderr);
    let place = farm.root("l01").join("srv/deployment/feed/deploy-cache");
    assert!(place.join("current").exists(), "{}", run.stderr);
}
