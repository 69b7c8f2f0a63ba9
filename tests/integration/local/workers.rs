//! Services without a port: what they answer tells nothing of them.

use crate::support::LocalFarm;

/// A farm on which a first release of such a service is live; what it does stands in `worker.sh`.
fn deployed() -> LocalFarm {
    let farm = LocalFarm::new(1);
    let config = farm.env().read("deploy/scap/scap.cfg");
    farm.write("scap/scap.cfg", &config.replace("service_port: 6100\n", ""));
    farm.write("scap/checks.yaml", "checks: {}\n");
    farm.write(
        "scap/local.yaml",
        "version: 1\nroot: ../hosts\nservices: {feed: exec sh worker.sh}\n",
    );
    farm.write("worker.sh", "exec sleep 300\n");
    farm.release("1");
    let run = farm.svcgen(&["deploy", "--on-failure", "stop"]);
    assert_eq!(run.code, 0, "{}", run.show());
    farm
}

#[test]
fn a_worker_that_ends_right_after_its_start_is_no_success() {
    let farm = deployed();
    let before = farm.service("l01", "status").stdout;
    // It ends once it was seen to run.
    let ends =
        "until [ -s ../../.svcgen/running/units ]; do sleep 0.1; done; echo no water; exit 1\n";
    farm.write("worker.sh", ends);
    farm.release("2");
    let run = farm.svcgen(&["deploy", "--on-failure", "rollback"]);
    assert_eq!(run.code, 20, "{}", run.show());
    for words in [
        "l00: feed: no water\n",
        "l00: error: handle_service failed: feed was started and has ended by itself\n",
        "l01: untouched, ",
    ] {
        assert!(run.stderr.contains(words), "{words}: {}", run.stderr);
    }
    assert_eq!(farm.service("l00", "status").code, 0);
    assert_eq!(farm.service("l01", "status").stdout, before);
}

#[test]
fn a_worker_that_stops_after_it_was_healthy_takes_no_other_host_along() {
    let farm = deployed();
    let before = farm.service("l01", "status").stdout;
    let stops = "checks:\n  last: {type: command, stage: handle_service, group: canary, command: service feed restart}\n";
    farm.write("scap/checks.yaml", stops);
    farm.release("2");
    let run = farm.svcgen(&["deploy", "--on-failure", "stop"]);
    assert_eq!(run.code, 21, "{}", run.show());
    let said = "l00: error: feed is not the one that was started";
    assert!(run.stderr.contains(said), "{}", run.stderr);
    assert_eq!(farm.service("l01", "status").stdout, before);
}
