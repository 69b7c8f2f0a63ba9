//! Ctrl-C, lost connections and a killed svcgen while Scap deploys.

use crate::support::{DEPLOY, Fleet};

#[test]
fn one_interrupt_tells_scap_no_at_its_next_question() {
    Fleet::lend(|fleet| {
        let (_, running) = fleet.halfway();
        running.signal("INT");
        running.wait_until_said("interrupted: Scap is told to stop");
        fleet.canary.open_gate();
        let run = running.end();
        assert_eq!(run.code, 130, "{}", run.show());
        let last = "rolled back: 1 of 3 hosts is back, 2 untouched";
        assert!(run.stderr.contains(last), "{}", run.show());
        fleet.assert_live([&fleet.first, &fleet.first, &fleet.first]);
    });
}

#[test]
fn a_second_interrupt_ends_scap_and_says_what_may_go_on() {
    Fleet::lend(|fleet| {
        let (_, running) = fleet.halfway();
        running.signal("INT");
        running.wait_until_said("interrupted: Scap is told to stop");
        running.signal("INT");
        let run = running.end();
        assert_eq!(run.code, 130, "{}", run.show());
        let unknown = format!(
            "{}: error: UNKNOWN: promote was running there",
            fleet.canary.name()
        );
        assert!(run.stderr.contains(&unknown), "{}", run.show());
        fleet.canary.open_gate();
    });
}

#[test]
fn a_lost_connection_is_taken_up_again() {
    Fleet::lend(|fleet| {
        let (second, running) = fleet.halfway();
        fleet.server.hang_up();
        running.wait_until_said("again");
        fleet.canary.open_gate();
        let run = running.end();
        assert_eq!(run.code, 0, "{}", run.show());
        assert!(
            run.stderr.contains("is live on 3 of 3 hosts"),
            "{}",
            run.show()
        );
        fleet.assert_live([&second, &second, &second]);
    });
}

#[test]
fn a_killed_svcgen_leaves_a_run_that_begins_nothing_new_and_goes_back() {
    Fleet::lend(|fleet| {
        let (_, running) = fleet.halfway();
        running.kill();
        // The connection of who was killed is still there for a while.
        let output = |arguments: &[&str]| fleet.deployer.command(arguments).output().unwrap();
        assert_eq!(output(DEPLOY).status.code(), Some(22));
        let history = output(&["history", "--offline"]).stdout;
        let history = String::from_utf8_lossy(&history);
        assert!(history.contains("INTERRUPTED"), "{history}");
        fleet.canary.open_gate();
        let back = format!(
            "readlink -f /srv/deployment/tea-pot/deploy-cache/current | grep -q {}",
            fleet.first
        );
        fleet.canary.wait_until(&back);
        fleet.assert_live([&fleet.first, &fleet.first, &fleet.first]);
    });
}

#[test]
fn a_service_is_restarted_by_scap() {
    Fleet::lend(|fleet| {
        let before = fleet.one.serves().unwrap().pid;
        let run = fleet
            .deployer
            .run(&["service", "restart", "-l", fleet.one.name()]);
        assert_eq!(run.code, 0, "{}", run.show());
        let said = format!("{}: restarted", fleet.one.name());
        assert!(run.stdout.contains(&said), "{}", run.show());
        assert_ne!(fleet.one.serves().unwrap().pid, before);
    });
}
