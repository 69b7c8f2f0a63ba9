//! The series in a tree of 2016.

use super::{done, env, run, subjects};
use crate::support::Env;

/// What an older tree has instead: a role for several services, lists of the load balancers, no catalogue.
const OLDER: &[(&str, &str)] = &[
    (
        "manifests/site.pp",
        "node 'a1.north.farm.example' {\n    role spare\n}\n\nnode /^many[12]00[12]\\.(north|south)\\.farm\\.example$/ {\n    role many\n}\n",
    ),
    (
        "modules/role/manifests/many.pp",
        "# Several services\nclass role::many {\n    include role::glossary\n    include role::pagefeed\n\n    include standard\n    if $realm == 'production' {\n        include lvs::realserver\n    }\n}\n",
    ),
    (
        "hieradata/role/common/many.yaml",
        "cluster: mn\nadmin::groups:\n- many-admins\n- glossary-admin\nother::key: 1\n",
    ),
    (
        "hieradata/role/north/many.yaml",
        "lvs::realserver::realserver_ips:\n- 10.20.1.11 # glossary.svc.north.farm.example\n- 10.20.1.12 # page-feed.svc.north.farm.example\n- 10.20.1.40 # z.svc.north.farm.example\n",
    ),
    (
        "hieradata/role/south/many.yaml",
        "lvs::realserver::realserver_ips: []\n",
    ),
    (
        "hieradata/common/lvs/configuration.yaml",
        "lvs_service_ips:\n  glossary: &ip_block001\n    south: 10.21.1.11\n    north: 10.20.1.11\n  page-feed: &ip_block002\n    north: 10.20.1.12\nlvs_services:\n  glossary:\n    description: \"Explains words, glossary.svc.%{::site}.farm.example\"\n    class: low-traffic\n    sites:\n    - south\n    - north\n    ip: *ip_block001\n    port: 6101\n    bgp: 'yes'\n    depool-threshold: '.5'\n    conftool:\n      cluster: mn\n      service: glossary\n    icinga:\n      check_command: \"check_http_lvs_on_port!glossary.svc.%{::site}.farm.example!6101!/_info\"\n      sites:\n        south:\n          hostname: glossary.svc.south.farm.example\n        north:\n          hostname: glossary.svc.north.farm.example\n  page-feed:\n    description: Tells about pages\n    class: low-traffic\n    sites:\n    - north\n    ip: *ip_block002\n    port: 6204\n    bgp: 'yes'\n    depool-threshold: '.5'\n",
    ),
    (
        "modules/role/manifests/lvs/balancer.pp",
        "class role::lvs::balancer {\n    $ips = [\n        $sip['glossary'][$::site],\n        $sip['page-feed'][$::site],\n    ]\n    $more = [\n        $sip['glossary'][$::site],\n    ]\n}\n",
    ),
    (
        "conftool-data/nodes/north.yaml",
        "mn:\n  many1001.north.farm.example: [glossary, page-feed]\n  many1002.north.farm.example: [glossary, page-feed]\n",
    ),
    (
        "conftool-data/nodes/south.yaml",
        "mn:\n  many2001.south.farm.example: [glossary]\nother:\n  b.south.farm.example: [x]\n",
    ),
    (
        "conftool-data/services/services.yaml",
        "mn:\n  glossary:\n    port: 6101\n    default_values:\n      pooled: 'yes'\n      weight: 10\n    datacenters:\n    - south\n    - north\nother:\n  x:\n    port: 1\n",
    ),
];

const GENERAL: &str = "  many-admins:\n    description: they look after all of them\n    gid: 705\n    members: [bea]\n    \
                       privileges: ['ALL = NOPASSWD: /usr/bin/puppet agent *',\n               \
                       'ALL = NOPASSWD: /usr/sbin/service glossary *',\n               \
                       'ALL = NOPASSWD: /usr/sbin/service page-feed *',\n               \
                       'ALL = NOPASSWD: /usr/sbin/service zotero *']\n";

/// The sample tree, as it would have been years ago.
fn older() -> Env {
    let env = env();
    let tree = env.work().join("puppet");
    std::fs::remove_dir_all(tree.join("conftool-data")).unwrap();
    for path in [
        "hieradata/common/service.yaml",
        "hieradata/role/common/glossary.yaml",
        "hieradata/role/common/pagefeed.yaml",
    ] {
        std::fs::remove_file(tree.join(path)).unwrap();
    }
    for (path, text) in OLDER {
        env.write(&format!("puppet/{path}"), text);
    }
    let data = "puppet/modules/admin/data/data.yaml";
    env.replace(data, "  releases:\n", &format!("{GENERAL}  releases:\n"));
    env.git("puppet", &["add", "--all"]);
    env.git(
        "puppet",
        &["commit", "--quiet", "--amend", "--message", "the beginning"],
    );
    env.replace("svcgen.yaml", "trending2001.south", "many2001.south");
    env.replace("svcgen.yaml", "trending[1001-1003]", "many[1001-1002]");
    env
}

#[test]
fn an_older_tree_has_other_forms_and_the_service_joins_a_cluster() {
    let env = older();
    let run = done(&env, &["--commit"]);
    assert!(
        run.stdout
            .contains("# approval: whoever looks after the hosts of `many` has to agree"),
        "{}",
        run.show()
    );
    let diff = env.git("puppet", &["diff", "HEAD~4"]);
    for lines in [
        "     include role::pagefeed\n+    include role::trendingedits\n \n",
        " - glossary-admin\n+- trending-edits-admin\n other::key: 1\n",
        "                'ALL = NOPASSWD: /usr/sbin/service page-feed *',\n+               'ALL = NOPASSWD: /usr/sbin/service trending-edits *',\n",
        "     north: 10.20.1.12\n+  trending-edits: &ip_block003\n+    south: 10.21.1.30\n+    north: 10.20.1.30\n lvs_services:\n",
        "+    sites:\n+    - south\n+    - north\n+    ip: *ip_block003\n+    port: 6699\n+    bgp: 'yes'\n+    depool-threshold: '.5'\n",
        "+    conftool:\n+      cluster: mn\n+      service: trending-edits\n",
        "+      check_command: \"check_http_lvs_on_port!trending-edits.svc.%{::site}.farm.example!6699!/_info\"\n",
        "+          hostname: trending-edits.svc.south.farm.example\n",
        "         $sip['glossary'][$::site],\n+        $sip['trending-edits'][$::site],\n         $sip['page-feed'][$::site],\n",
        "         $sip['glossary'][$::site],\n+        $sip['trending-edits'][$::site],\n     ]\n }\n",
        "+  many1001.north.farm.example: [glossary, page-feed, trending-edits]\n",
        "+  many2001.south.farm.example: [glossary, trending-edits]\n",
        "+  trending-edits:\n+    port: 6699\n+    default_values:\n+      pooled: 'no'\n+      weight: 10\n+    datacenters:\n+    - south\n+    - north\n other:\n",
        " - 10.20.1.12 # page-feed.svc.north.farm.example\n+- 10.20.1.30 # trending-edits.svc.north.farm.example\n - 10.20.1.40 # z.svc.north.farm.example\n",
    ] {
        assert!(diff.contains(lines), "{lines}\nis not in\n{diff}");
    }
    assert!(!diff.contains("site.pp"), "{diff}");
    let again = done(&env, &["--commit"]);
    assert!(!again.stdout.contains("+++"), "{}", again.show());
    // Without the load balancer, everything of it goes.
    env.write(
        "svcgen.yaml",
        &env.read("svcgen.yaml").replace("addresses: ", "class: x #"),
    );
    done(&env, &["--commit"]);
    assert_eq!(subjects(&env).len(), 3);
}

#[test]
fn a_service_joins_only_the_cluster_that_its_hosts_are_in() {
    let env = older();
    env.write(
        "svcgen.yaml",
        &env.read("svcgen.yaml")
            .replace("production:\n", "production:\n  cluster: glossary\n"),
    );
    let refused = run(&env, &[]);
    assert_eq!(refused.code, 11, "{}", refused.show());
    let message = "the host `many2001.south.farm.example` is taken: manifests/site.pp:5 gives it to the role `many`";
    assert!(refused.stderr.contains(message), "{}", refused.show());
    env.replace("svcgen.yaml", "cluster: glossary", "cluster: nobodys");
    let refused = run(&env, &[]);
    assert_eq!(refused.code, 2, "{}", refused.show());
    assert!(
        refused
            .stderr
            .contains("this tree has no role `nobodys` that the service could join"),
        "{}",
        refused.show()
    );
}

#[test]
fn the_number_of_a_cluster_stays_until_another_one_has_it() {
    let env = env();
    let list = "puppet/hieradata/common.yaml";
    let commit = ["commit", "--quiet", "--all", "--amend", "--no-edit"];
    for (about, id) in [("\"Explains words\"", 4), ("\"Tells about new pages\"", 9)] {
        env.replace(list, about, &format!("{about}\n    id: {id}"));
    }
    env.git("puppet", &commit);
    for _ in 0..2 {
        done(&env, &["--commit"]);
        assert!(env.read(list).contains("id: 10\n"), "{}", env.read(list));
    }
    let check = env.svcgen(&["check", "--puppet-repo", "puppet"]);
    assert_eq!(check.code, 0, "{}", check.show());
    env.replace(list, "id: 9", "id: 10");
    env.git("puppet", &commit);
    done(&env, &["--commit"]);
    assert!(env.read(list).contains("id: 11\n"), "{}", env.read(list));
}
