//! What is no deploy repository of the service, or says something else.

use svcgen::generate::GenerateError;
use svcgen::model::Site;

use super::{GROUPS, MODEL, Repo};

#[test]
fn what_somebody_else_set_is_a_conflict() {
    let repo = Repo::existing(&MODEL.replace("port: 6100", "port: 6101"));
    let (_, plan) = repo.generate().unwrap();
    let conflict = &plan.conflicts[0];
    assert_eq!(
        (conflict.path.as_str(), conflict.line),
        ("scap/scap.cfg", Some(6))
    );
    let repo = Repo::existing(&format!("{MODEL}{GROUPS}").replace("port: 6100", "port: 6101"));
    let (_, plan) = repo.generate().unwrap();
    assert_eq!(
        plan.conflicts[0].reason,
        "`service_port` is `6100` already, not `6101`"
    );
    assert_eq!(plan.conflicts[0].line, Some(12));
}

#[test]
fn another_tree_is_refused() {
    let repo = Repo::new(MODEL);
    repo.write("modules/x/manifests/init.pp", "");
    let Err(GenerateError::Unrecognised { looked_for, .. }) = repo.generate() else {
        panic!("it is taken")
    };
    assert_eq!(
        looked_for,
        [
            "`scap/scap.cfg`, or an empty folder",
            "a folder without `modules`, which belongs to a Puppet tree"
        ]
    );
}

#[test]
fn the_source_is_no_deploy_repository_whatever_it_is_written_in() {
    let source = "no source of a service: `svcgen.yaml` is there, without `.gitmodules`";
    let repo = Repo::new(MODEL);
    repo.write("svcgen.yaml", MODEL);
    repo.write("README.md", "Tea.\n");
    repo.generate().unwrap();
    repo.write("app.py", "");
    let Err(GenerateError::Unrecognised { looked_for, .. }) = repo.generate() else {
        panic!("it is taken")
    };
    assert_eq!(looked_for[1], source);
    // A deploy repository may have the model, too.
    repo.write("scap/scap.cfg", "");
    repo.generate().unwrap();
}

#[test]
fn hosts_that_are_odd_are_told_and_written_all_the_same() {
    let groups = "deploy:
  groups:
    - {name: canary, hosts: [pot1.example.org]}
    - {name: default, hosts: ['pot[1-2].example.org', pot3, pot4]}
";
    let repo = Repo::new(&format!("{MODEL}{groups}"));
    let odd = [
        "`pot1.example.org` is in two groups, `canary` and `default`: the first deploys to it",
        "`pot3` and 1 more have no domain; that of the site `wikimedia` is `wmnet`",
    ];
    assert_eq!(repo.apply()[..2], odd);
    assert!(repo.text("scap/targets").contains("pot3\n"));
    // A site without a domain has hosts of any name.
    let (generated, _) = Repo {
        site: Site {
            domain: None,
            ..repo.site.clone()
        },
        ..repo
    }
    .generate()
    .unwrap();
    assert_eq!(generated.warnings[0], odd[0]);
    assert!(!generated.warnings.iter().any(|warning| warning == odd[1]));
}
