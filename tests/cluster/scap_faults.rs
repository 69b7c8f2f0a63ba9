//! What Scap gets wrong, and svcgen tells right: see `book/src/guide/scap.md`.

use crate::support::{DEPLOY, Fleet, Run};

#[track_caller]
fn assert_says(run: &Run, code: i32, words: &[&str]) {
    assert_eq!(run.code, code, "{}", run.show());
    for words in words {
        assert!(run.stderr.contains(words), "{words}: {}", run.show());
    }
}

#[test]
fn a_host_whose_connection_was_lost_in_promote_is_not_forgotten() {
    Fleet::lend(|fleet| {
        let second = fleet.release();
        fleet.one.gate("promote");
        let running = fleet.deployer.start(DEPLOY);
        fleet.one.wait_until_at_gate();
        fleet.one.hang_up();
        let run = running.end();
        let unknown = format!("{}: error: UNKNOWN: promote failed", fleet.one.name());
        // Scap leaves it out of its rollback, and says that the deploy was successful.
        let still = "the new release is live, but promote failed: Scap lost the connection to it";
        assert!(
            run.stderr.contains(&unknown) || run.stderr.contains(still),
            "{}",
            run.show()
        );
        assert_says(&run, 21, &["NOT DONE", "1 in an UNKNOWN state"]);
        fleet.assert_live([&fleet.first, &second, &fleet.first]);
    });
}

#[test]
fn links_that_lead_nowhere_are_no_deploy_that_was_done() {
    Fleet::lend(|fleet| {
        fleet.set(&[("fetch_batch_size", "1"), ("default_failure_limit", "2")]);
        let second = fleet.release();
        fleet.one.fault("fetch", "echo no space; exit 1");
        let run = fleet.deployer.deploy();
        // The last host was never tried in fetch, and promoted all the same.
        let nowhere = format!(
            "{}: error: UNKNOWN: its links lead to no release that is there",
            fleet.two.name()
        );
        assert_says(&run, 21, &[&nowhere]);
        assert_eq!(fleet.canary.current(), Some(second));
    });
}

#[test]
fn a_canary_that_fails_within_the_limit_ends_the_deploy_all_the_same() {
    Fleet::lend(|fleet| {
        fleet.set(&[("canary_failure_limit", "1")]);
        fleet.release();
        fleet
            .canary
            .fault("promote", "echo the port never opened; exit 1");
        let run = fleet.deployer.deploy();
        let reason = format!(
            "error: promote failed on {} (canary): the port never opened",
            fleet.canary.name()
        );
        assert_says(&run, 20, &[&reason, "rolled back: 1 of 3 hosts is back"]);
        assert!(!run.stderr.contains("successful"), "{}", run.show());
        fleet.assert_live([&fleet.first, &fleet.first, &fleet.first]);
        // Scap has tagged it all the same: nobody goes back to it unasked.
        fleet.canary.fault("promote", "true");
        fleet.scap.release(fleet.lab, "3");
        let run = fleet.deployer.deploy();
        assert_eq!(run.code, 0, "{}", run.show());
        let run = fleet.deployer.run(&["rollback"]);
        assert_eq!(run.code, 0, "{}", run.show());
        fleet.assert_live([&fleet.first, &fleet.first, &fleet.first]);
    });
}

#[test]
fn a_host_that_failed_within_the_limit_is_not_called_new() {
    Fleet::lend(|fleet| {
        fleet.set(&[("default_failure_limit", "1")]);
        let second = fleet.release();
        fleet.two.fault("promote", "exit 3");
        let run = fleet.deployer.deploy();
        let reason = format!(
            "{}: error: UNKNOWN: the new release is live, but promote failed: exit code 3",
            fleet.two.name()
        );
        assert_says(
            &run,
            21,
            &[&reason, "Scap ended as if all were well, but not on 1 host"],
        );
        fleet.assert_live([&second, &second, &second]);
    });
}

#[test]
fn bytes_that_are_no_text_end_scap_and_are_told_as_that() {
    Fleet::lend(|fleet| {
        fleet.release();
        fleet.canary.fault("fetch", r"printf '\377\n'");
        let run = fleet.deployer.deploy();
        assert_says(
            &run,
            20,
            &[
                "deploy failed: <UnicodeDecodeError>",
                "nothing was changed on any host",
            ],
        );
        fleet.assert_live([&fleet.first, &fleet.first, &fleet.first]);
    });
}

#[test]
fn where_nothing_is_to_be_rolled_back_hosts_stay_and_are_listed() {
    Fleet::lend(|fleet| {
        let second = fleet.release();
        fleet
            .one
            .fault("promote", "echo the disk is too slow; exit 1");
        let run = fleet.deployer.run(&["deploy", "--on-failure", "stop"]);
        let reason = format!(
            "\nerror: promote failed on {} (default): the disk is too slow\n",
            fleet.one.name()
        );
        assert_says(
            &run,
            21,
            &["NOT DONE", "exceeding limit", &reason, "svcgen rollback"],
        );
        fleet.assert_live([&second, &second, &second]);
        // The retry repeats what Scap would take for done.
        fleet.one.fault("promote", "true");
        let run = fleet.deployer.run(&["deploy", "--dry-run"]);
        assert!(run.stdout.contains(" --force"), "{}", run.show());
    });
}
