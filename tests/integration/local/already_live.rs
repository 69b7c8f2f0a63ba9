//! Deploys of what is live already, and whether it runs.

use super::all;
use crate::support::{LocalFarm, Run};

const DEPLOY: [&str; 3] = ["deploy", "--on-failure", "rollback"];

fn deploy(farm: &LocalFarm, more: &[&str]) -> Run {
    farm.svcgen(&[&DEPLOY, more].concat())
}

/// Deploys a new release to all hosts, and returns its revision.
fn released(farm: &LocalFarm, version: &str) -> String {
    let revision = farm.release(version);
    let run = deploy(farm, &[]);
    assert_eq!(run.code, 0, "{}", run.show());
    revision
}

#[test]
fn what_is_live_and_does_not_run_is_not_told_as_nothing_to_do() {
    let farm = LocalFarm::new(2);
    let first = released(&farm, "1");
    assert_eq!(farm.service("l01", "stop").code, 0);
    let told = format!(
        "error: {} is live on 3 of 3 hosts, and the service does not run on 1: l01\n\
         cause: l01: feed is inactive\n\
         hint: `svcgen service restart -l l01` starts it\n\
         hint: `svcgen service status` shows how it is\n",
        &first[..7]
    );
    for command in [
        &DEPLOY[..],
        &["deploy", "--dry-run"],
        &["rollback", "--to", &first],
    ] {
        let run = farm.svcgen(command);
        assert_eq!(run.code, 3, "{}", run.show());
        assert!(run.stderr.ends_with(&told), "{}", run.show());
        assert!(!run.stderr.contains("nothing to do"), "{}", run.show());
    }
    let run = deploy(&farm, &["--format", "json"]);
    assert_eq!(run.code, 3, "{}", run.show());
    let document: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(document["not_running"], serde_json::json!(["l01"]));
    // What it names helps.
    let run = farm.svcgen(&["service", "restart", "-l", "l01"]);
    assert_eq!(run.code, 0, "{}", run.show());
    assert_eq!(farm.answers(), all(&farm, "1"));
    let run = deploy(&farm, &[]);
    assert_eq!(run.code, 0, "{}", run.show());
    assert!(run.stderr.starts_with("nothing to do: "), "{}", run.show());
}

#[test]
fn a_rollback_to_what_has_died_since_tells_so() {
    let farm = LocalFarm::new(1);
    released(&farm, "1");
    farm.release("ill");
    let run = deploy(&farm, &[]);
    assert_eq!(run.code, 20, "{}", run.show());
    assert_eq!(farm.service("l00", "stop").code, 0);
    let run = farm.svcgen(&["rollback"]);
    assert_eq!(run.code, 3, "{}", run.show());
    let told = ", and the service does not run on 1: l00\n";
    assert!(run.stderr.contains(told), "{}", run.show());
}
