//! Names stay what they are once files carry them.

use insta::assert_snapshot;

use super::{MODEL, edited, said};
use crate::support::sample::{apply, changes, checkout, git, run};

#[test]
fn a_service_keeps_its_name() {
    let env = checkout("vagrant");
    apply(&env, "vagrant", MODEL, &["--commit"]);
    let renamed = MODEL.replace("my-service", "our-service");
    let before = env.status("tree");
    for options in [
        &[][..],
        &["--commit"],
        &["--dry-run"],
        &["--conflicts", "svcgen"],
    ] {
        let refused = run(&env, "vagrant", &renamed, options);
        assert_eq!((refused.code, env.status("tree")), (11, before.clone()));
    }
    assert_snapshot!(said(&run(&env, "vagrant", &renamed, &[])), @"
    exit 11
    error: a service cannot be renamed: HOME/work/svcgen.yaml is `our-service` now, and was generated here as `my-service`
    cause: `puppet/hieradata/common.yaml` is that of `my-service`
    cause: units, logs and directories on the hosts go by the name
    hint: write `name: my-service` into HOME/work/svcgen.yaml
    hint: a service beside `my-service` has a svcgen.yaml of its own, in a repository of its own
    ");
    // Only the branch is left of it.
    git(&env.work().join("tree"), &["switch", "--quiet", "master"]);
    assert_snapshot!(said(&run(&env, "vagrant", &renamed, &[])), @"
    exit 11
    error: a service cannot be renamed: HOME/work/svcgen.yaml is `our-service` now, and was generated here as `my-service`
    cause: `svcgen/my-service` is that of `my-service`
    cause: units, logs and directories on the hosts go by the name
    hint: write `name: my-service` into HOME/work/svcgen.yaml
    hint: `git -C HOME/work/tree branch -D svcgen/my-service` forgets `my-service`, if it is not in review
    ");
    git(
        &env.work().join("tree"),
        &["branch", "--quiet", "-D", "svcgen/my-service"],
    );
    apply(&env, "vagrant", &renamed, &["--commit"]);
    assert!(env.has("tree/puppet/modules/ourservice/manifests/init.pp"));
}

#[test]
fn two_services_in_one_checkout_are_no_renaming() {
    let env = checkout("vagrant");
    let other = MODEL.replace("my-service", "our-service");
    apply(&env, "vagrant", MODEL, &["--commit"]);
    env.write("other/svcgen.yaml", &other.replace("6789", "6791"));
    let generate = [
        "vagrant",
        "--service",
        "other/svcgen.yaml",
        "--repo",
        "tree",
        "--yes",
        "--no-verify",
    ];
    let second = env.svcgen(&generate);
    assert_eq!(second.code, 0, "{}", second.show());
    for _ in 0..2 {
        let again = apply(&env, "vagrant", MODEL, &[]);
        assert!(again.stderr.contains("nothing to do"), "{}", again.show());
    }
    // One that is renamed, and whose model is elsewhere as well, has the port still.
    let renamed = other.replace("our-service", "their-service");
    env.write("third/svcgen.yaml", &renamed.replace("6789", "6791"));
    let generate = generate.map(|word| {
        if word == "other/svcgen.yaml" {
            "third/svcgen.yaml"
        } else {
            word
        }
    });
    assert_snapshot!(said(&env.svcgen(&generate)), @"
    exit 11
    error: port 6791 is taken: puppet/hieradata/common.yaml:16 gives it to `ourservice::port`
    hint: 6792 is free in this tree: write `port: 6792` in the model
    hint: if it is `our-service` under a new name: a service keeps its name, write `name: our-service`
    ");
}

#[test]
fn classes_that_were_edited_keep_their_name() {
    let env = edited();
    let refused = run(
        &env,
        "vagrant",
        &format!("{MODEL}puppet_name: other\n"),
        &[],
    );
    assert_snapshot!(said(&refused), @"
    exit 11
    error: the classes cannot be renamed from `myservice` to `other`: what was put into their files would stay behind
    cause: puppet/modules/myservice/manifests/init.pp has more than svcgen would take along
    hint: write `puppet_name: myservice` into HOME/work/svcgen.yaml
    hint: or take it out, generate, and put it into the new files
    ");
    assert_eq!(changes(&env), "");
}
