//! Series that cannot be planned.

use super::{done, env, run, subjects};

#[test]
fn without_hosts_and_addresses_it_says_what_is_missing() {
    let env = env();
    let model = "version: 1\nsite: example\nname: my-service\ndescription: Lists what trends.\nport: 6789\nowner: {name: Ada}\n";
    env.write("svcgen.yaml", model);
    let run = done(&env, &["--commit"]);
    assert!(
        run.stdout.contains("# nothing: the model has no hosts"),
        "{}",
        run.show()
    );
    assert!(
        run.stdout.contains("# nothing: the model has no address"),
        "{}",
        run.show()
    );
    assert!(
        run.stderr
            .contains("the group has no members: write `production: {admins: {members: [...]}}`"),
        "{}",
        run.show()
    );
    assert_eq!(
        subjects(&env),
        [
            "myservice: Add the admin group",
            "myservice: Add role and profile"
        ]
    );
}

#[test]
fn what_the_catalogue_has_no_key_for_is_told() {
    let env = env();
    env.replace(
        "svcgen.yaml",
        "  load_balancer:\n",
        "  load_balancer:\n    active_active: false\n",
    );
    let run = run(&env, &["--dry-run"]);
    let told = "`production.load_balancer.active_active` is left out: most services of this tree have no `discovery`";
    assert!(run.stderr.contains(told), "{}", run.show());
}

#[test]
fn what_is_taken_names_its_owner() {
    let cases = [
        (
            "trending2001.south",
            "glossary1001.north",
            "the host `glossary1001.north.farm.example` is taken: manifests/site.pp:8 gives it to the role `glossary`",
        ),
        (
            "10.20.1.30",
            "10.20.1.12",
            "the address 10.20.1.12 is taken: hieradata/common/service.yaml:25 gives it to the entry `page-feed`",
        ),
        (
            "{approval: [",
            "{group: glossary-admin, approval: [",
            "the group `glossary-admin` is taken: modules/admin/data/data.yaml:8 gives it to the group \"Group of glossary admins\"",
        ),
    ];
    for (old, new, message) in cases {
        let env = env();
        env.replace("svcgen.yaml", old, new);
        let refused = run(&env, &[]);
        assert_eq!(refused.code, 11, "{}", refused.show());
        assert!(
            refused.stderr.contains(message),
            "{message}\n{}",
            refused.show()
        );
        assert_eq!(env.status("puppet"), "");
    }
}

#[test]
fn a_service_with_nodes_of_its_own_joins_no_cluster_with_them() {
    let env = env();
    done(&env, &["--commit"]);
    env.replace(
        "svcgen.yaml",
        "production:\n",
        "production:\n  cluster: glossary\n",
    );
    for options in [&["--commit"][..], &["--dry-run"]] {
        let refused = run(&env, options);
        assert_eq!(refused.code, 2, "{}", refused.show());
        for line in [
            "error: the service joins `glossary`, and its host `trending2001.south.farm.example` has the role \
             `trendingedits`: manifests/site.pp:20\n",
            "hint: write hosts with the role `glossary` in `deploy: {groups: ...}`, or leave `production: {cluster: ...}` \
             out\n",
        ] {
            assert!(refused.stderr.contains(line), "{}", refused.show());
        }
    }
}
