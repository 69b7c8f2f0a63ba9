//! Earlier deploys that are gone on with, and those that others have come after.

use super::all;
use crate::support::{LocalFarm, Run};

fn deploy(farm: &LocalFarm, more: &[&str]) -> Run {
    farm.svcgen(&[&["deploy", "--on-failure", "rollback"], more].concat())
}

/// Deploys a new release to all hosts, and returns its revision and the name of the deploy.
fn released(farm: &LocalFarm, version: &str) -> (String, String) {
    let revision = farm.release(version);
    let run = deploy(farm, &[]);
    assert_eq!(run.code, 0, "{}", run.show());
    (revision, last(farm))
}

/// The name of the last deploy.
fn last(farm: &LocalFarm) -> String {
    let log = farm.svcgen(&["log"]).stderr;
    log.split_whitespace().next().unwrap().to_owned()
}

#[test]
fn an_earlier_deploy_is_not_gone_on_with_over_a_later_one() {
    let farm = LocalFarm::new(1);
    let (first, id_of_first) = released(&farm, "1");
    let (_, id_of_second) = released(&farm, "2");
    let refused = |id: &str, later: &str, command: &str| {
        let run = deploy(&farm, &["--resume", id]);
        assert_eq!(run.code, 2, "{}", run.show());
        let told = format!(
            "error: {id} is not the last deploy: {later} was finished since on l00\n\
             hint: `{command}` goes to its revision anyway\n\
             hint: `svcgen history` lists the deploys\n"
        );
        assert_eq!(run.stderr, told);
    };
    let again = format!("svcgen deploy --rev {first}");
    refused(&id_of_first, &id_of_second, &again);
    assert_eq!(farm.answers(), all(&farm, "2"));

    let back = farm.svcgen(&["rollback"]);
    assert_eq!(back.code, 0, "{}", back.show());
    let id_of_rollback = last(&farm);
    let (_, id_of_third) = released(&farm, "3");
    let again = format!("svcgen rollback --to {first}");
    refused(&id_of_rollback, &id_of_third, &again);
    assert_eq!(farm.answers(), all(&farm, "3"));
    // The last one may be gone on with, though there is nothing left of it.
    let run = deploy(&farm, &["--resume", &id_of_third]);
    assert_eq!(run.code, 0, "{}", run.show());
}
