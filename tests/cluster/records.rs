//! What is known of deploys on real hosts: followed while they run, and seen from another machine.

use std::io::{BufRead as _, BufReader};
use std::process::Stdio;

use svcgen::event::event_schema;

use crate::support::{Env, Lab, Repository, at_gate, svcgen};

#[test]
fn a_deploy_is_followed_from_another_terminal_until_it_is_killed() {
    let Some(lab) = Lab::get() else { return };
    let [canary, other] = lab.hosts();
    let env = Env::new();
    let repository = Repository::new(&env, &[&canary], &[&other]);
    repository.gate();
    let run = |arguments: &[&str]| env.run(&mut svcgen(&lab, &env, &repository, arguments));
    let arguments = [
        "--format",
        "json",
        "--yes",
        "deploy",
        "--on-failure",
        "stop",
        "more",
        "cups",
    ];
    let mut deploy = svcgen(&lab, &env, &repository, &arguments);
    let mut child = deploy
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let events = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut shown: Vec<String> = Vec::new();
    for line in events.map_while(Result::ok) {
        let is_there = at_gate(&line);
        shown.push(line);
        if is_there {
            break;
        }
    }
    let mut log = svcgen(&lab, &env, &repository, &["log", "-f", "--format", "json"]);
    let mut follower = log
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut followed = BufReader::new(follower.stdout.take().unwrap()).lines();
    let seen: Vec<String> = followed
        .by_ref()
        .take(shown.len())
        .map(Result::unwrap)
        .collect();
    assert_eq!(seen, shown, "the events are those that the deploy printed");
    let running = run(&["history"]);
    assert!(running.stdout.contains("    RUNNING"), "{}", running.show());
    assert!(
        running.stdout.contains("next: svcgen log -f "),
        "{}",
        running.show()
    );

    child.kill().unwrap();
    child.wait().unwrap();
    assert!(followed.next().is_none());
    let said = env.ended(follower.wait_with_output().unwrap());
    assert_eq!(said.code, 0);
    assert!(
        said.stderr.contains("ended without reporting an outcome"),
        "{}",
        said.stderr
    );
    let text = run(&["log"]).stderr;
    assert!(text.contains("next: svcgen deploy --resume "), "{text}");
    let killed = run(&["history", "--offline"]);
    assert!(
        killed.stdout.contains("    INTERRUPTED\n"),
        "{}",
        killed.show()
    );
    for host in [&canary, &other] {
        host.sh("touch /tmp/gate");
    }
    let resumed = run(&["deploy", "--resume", "--on-failure", "rollback"]);
    assert_eq!(resumed.code, 0, "{}", resumed.show());
    for host in [&canary, &other] {
        host.sh("rm -f /tmp/gate /tmp/at-gate");
    }
}

#[test]
fn another_machine_sees_the_deploy_and_says_where_its_journal_is() {
    let Some(lab) = Lab::get() else { return };
    let [canary, other] = lab.hosts();
    let env = Env::new();
    let repository = Repository::new(&env, &[&canary], &[&other]);
    let run =
        |env: &Env, arguments: &[&str]| env.run(&mut svcgen(&lab, env, &repository, arguments));
    let deploy = ["deploy", "--on-failure", "rollback", "more", "cups"];
    assert_eq!(run(&env, &deploy).code, 0);
    let here = run(&env, &["history"]).stdout;
    let id = here.split_whitespace().nth(2).unwrap().to_owned();
    assert!(here.contains(": more cups\n"), "{here}");
    assert!(here.contains("s: 2 new of 2 hosts\n"), "{here}");

    // Each line of a real journal is as the schema says.
    let schema = jsonschema::validator_for(&event_schema()).unwrap();
    let journal = run(&env, &["log", "--format", "json"]).stdout;
    assert!(journal.lines().count() > 10, "{journal}");
    for line in journal.lines() {
        let event = serde_json::from_str(line).unwrap();
        assert!(schema.is_valid(&event), "{line}");
    }

    let elsewhere = Env::new();
    let there = run(&elsewhere, &["history"]).stdout;
    assert!(
        there.contains(&id) && there.contains(": more cups\n"),
        "{there}"
    );
    assert!(
        there.contains("s: 2 new of 2 hosts that were asked\n"),
        "{there}"
    );
    let log = run(&elsewhere, &["log"]);
    assert_eq!((log.code, log.stdout.as_str()), (2, ""), "{}", log.show());
    let hint = format!("`svcgen log {id}` shows what the hosts have recorded");
    assert!(
        log.stderr.contains("was made by ") && log.stderr.contains(&hint),
        "{}",
        log.show()
    );
    // The steps, as the hosts have recorded them, and where the rest is.
    let log = run(&elsewhere, &["log", &id]);
    assert_eq!(log.code, 0, "{}", log.show());
    for host in [&canary, &other] {
        for step in ["promote", "handle_service", "finalize"] {
            let lines = log.stdout.lines();
            let mut of_host = lines.filter(|line| line.contains(host.name()));
            assert!(
                of_host.any(
                    |line| line.contains(&format!(": {step} of ")) && line.ends_with(" passed")
                ),
                "{step}: {}",
                log.show()
            );
        }
    }
    // The other machine is this one, with another home.
    let rest =
        format!("are in the journal: `XDG_STATE_HOME=DIR svcgen log {id}`, with the DIR that ");
    assert!(log.stderr.contains(&rest), "{}", log.show());
    let one = run(
        &elsewhere,
        &["log", &id, "--host", canary.name(), "--stage", "finalize"],
    );
    assert_eq!(one.stdout.lines().count(), 2, "{}", one.show());
    let events = run(&elsewhere, &["log", &id, "--format", "json"]).stdout;
    assert_eq!(events.lines().count(), 13, "{events}");
    for line in events.lines() {
        let event = serde_json::from_str(line).unwrap();
        assert!(schema.is_valid(&event), "{line}");
    }
    let unknown = run(&elsewhere, &["log", "20200101T000000Z-000000"]);
    assert!(
        unknown.stderr.contains("do not know it either"),
        "{}",
        unknown.show()
    );
}
