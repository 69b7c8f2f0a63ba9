//! What is said where a deploy repository is, and nothing else of the service.

use super::files::doctor;
use super::{findings, fix};
use crate::support::{Env, deploy_repository};

#[test]
fn in_a_deploy_repository_no_second_model_is_proposed() {
    let env = Env::new();
    deploy_repository(&env, &["a.example.org"]);
    let way = "run this in the repository of the source, or name its model: `--service FILE`";
    let run = doctor(&env, &["build"]);
    assert_eq!(fix(&run, "checkout.source"), way, "{}", run.show());
    let run = doctor(&env, &[]);
    assert_eq!(fix(&run, "checkout.source"), way, "{}", run.show());
    assert_eq!(fix(&run, "model"), way, "{}", run.show());
}

#[test]
fn what_deploys_lack_is_named_by_its_file() {
    let env = Env::new();
    deploy_repository(&env, &["a.example.org"]);
    let run = doctor(&env, &["deploy", "--engine", "local"]);
    let found = findings(&run)("scap.config");
    assert_eq!(
        found,
        "missing: there is no `scap/local.yaml`, which says where the local hosts are"
    );
    let subject = "\"what\": \"what deploys read of the deploy repository\"";
    assert!(run.stdout.contains(subject), "{}", run.show());
    // One with a mistake is told in words, without a drawing.
    env.write("scap/local.yaml", "services: [\n");
    let found = findings(&doctor(&env, &["deploy"]))("scap.config");
    assert_eq!(
        found,
        "missing: `scap/local.yaml` has a mistake: line 1, column 11: the bracket `[` is not closed"
    );
}
