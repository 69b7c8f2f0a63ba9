//! `svcgen puppet --series`: the patches up to production, one upon the other.

use std::path::PathBuf;

use crate::support::gerrit::Gerrit;
use crate::support::samples::{MODEL, copy};
use crate::support::{Env, Run, sample_tree};

const SERIES: &[&str] = &[
    "puppet",
    "--repo",
    "puppet",
    "--series",
    "--yes",
    "--no-verify",
];

/// The model with addresses and approval.
fn model() -> String {
    format!(
        "{MODEL}production:\n  admins: {{approval: [Grace Approver]}}\n  load_balancer:\n    addresses: \
         {{north: 10.20.1.30, south: 10.21.1.30}}\n"
    )
}

fn env() -> Env {
    let env = Env::with_model();
    env.write("svcgen.yaml", &model());
    env.repository("puppet");
    // The part of the tree that only the series looks at.
    copy(
        &sample_tree("puppet-production"),
        &env.work().join("puppet"),
    );
    env.git("puppet", &["add", "--all"]);
    env.git(
        "puppet",
        &["commit", "--quiet", "--amend", "--message", "the beginning"],
    );
    env
}

fn run(env: &Env, more: &[&str]) -> Run {
    env.svcgen(&[SERIES, more].concat())
}

fn done(env: &Env, more: &[&str]) -> Run {
    let run = run(env, more);
    assert_eq!(run.code, 0, "{}", run.show());
    run
}

/// The subjects of the branch, newest first, without the beginning.
fn subjects(env: &Env) -> Vec<String> {
    let log = env.git("puppet", &["log", "--format=%s", "-8"]);
    let subjects = log
        .lines()
        .take_while(|subject| *subject != "the beginning");
    subjects.map(str::to_owned).collect()
}

fn change_ids(env: &Env, count: &str) -> String {
    env.git(
        "puppet",
        &["log", count, "--format=%(trailers:key=Change-Id,valueonly)"],
    )
}

fn files(env: &Env, commit: &str) -> String {
    env.git("puppet", &["show", "--format=", "--name-only", commit])
}

#[test]
fn each_patch_is_shown_with_who_approves_it() {
    let env = env();
    let run = env.svcgen(&["puppet", "--repo", "puppet", "--series", "--dry-run"]);
    assert_eq!(run.code, 3, "{}", run.show());
    let headings: Vec<&str> = run
        .stdout
        .lines()
        .filter(|line| line.starts_with("# "))
        .collect();
    assert_eq!(
        headings,
        [
            "# service: class, role, deploy source and hieradata",
            "# approval: whoever merges in `ops/config` decides, after the service request, which has no number yet",
            "# cluster: the hosts that run it",
            "# approval: whoever gives out the hosts has to agree: this decides what they are for",
            "# admins: the group of its admins",
            "# approval: Grace Approver and the managers of the members have to approve the access request",
            "# load-balancer: load balancer and conftool",
            "# approval: whoever runs the load balancers has to agree, assigns the addresses in DNS, and restarts the balancers",
        ]
    );
    for lines in [
        "+node 'trending2001.south.farm.example' {\n",
        "+node /^trending100[1-3]\\.north\\.farm\\.example$/ {\n+    include role::trendingedits\n+}\n",
        "+  trendingedits:\n+    description: trending-edits\n+    sites:\n+      north: []\n+      south: []\n",
        "+  trending-edits-admin:\n+    description: Group of trending-edits admins\n+    gid: 706\n+    members: [ada]\n\
         +    approval:\n+      - Grace Approver\n\
         +    privileges: ['ALL = NOPASSWD: /usr/sbin/service trending-edits *',\n\
         +                 'ALL = (trending-edits) NOPASSWD: ALL',\n\
         +                 'ALL = NOPASSWD: /bin/journalctl *']\n",
        "+  trending-edits:\n+    description: Computes the list of currently trending articles from the stream of edits\n\
         +    encryption: false\n+    ip:\n+      north:\n+        default: 10.20.1.30\n+      south:\n+        default: 10.21.1.30\n\
         +    page: false\n+    port: 6699\n+    sites:\n",
        "+  trendingedits:\n+    trending1001.north.farm.example: [trending-edits]\n",
        "+trending-edits: [north, south]\n",
        "+    include profile::lvs::realserver\n",
    ] {
        let is_there = run.stdout.contains(lines) || lines.starts_with("+node 'trending");
        assert!(is_there, "{lines}\nis not in\n{}", run.stdout);
    }
    assert_eq!(env.status("puppet"), "");
}

#[test]
fn each_patch_is_a_commit_and_a_second_run_makes_none() {
    let env = env();
    done(&env, &["--commit"]);
    let expected = [
        "trendingedits: Add to the load balancer and conftool",
        "trendingedits: Add the admin group",
        "trendingedits: Assign the role to its hosts",
        "trendingedits: Add role and profile",
    ];
    assert_eq!(subjects(&env), expected);
    assert_eq!(
        files(&env, "HEAD~2"),
        "hieradata/common.yaml\nhieradata/role/common/trendingedits.yaml\nmanifests/site.pp\n"
    );
    assert_eq!(
        files(&env, "HEAD~1"),
        "hieradata/role/common/trendingedits.yaml\nmodules/admin/data/data.yaml\n"
    );
    let tip = env.git("puppet", &["rev-parse", "HEAD"]);
    let again = done(&env, &["--commit"]);
    assert_eq!(
        env.git("puppet", &["rev-parse", "HEAD"]),
        tip,
        "{}",
        again.show()
    );
    assert!(
        again.stderr.contains("admins: unchanged"),
        "{}",
        again.show()
    );
    assert_eq!(env.status("puppet"), "");
    let check = env.svcgen(&["check", "--puppet-repo", "puppet"]);
    assert_eq!(check.code, 0, "{}", check.show());
    // The generator without the series leaves the chain alone.
    let plain = env.svcgen(&[
        "puppet",
        "--repo",
        "puppet",
        "--yes",
        "--no-verify",
        "--commit",
    ]);
    assert_eq!(plain.code, 0, "{}", plain.show());
    assert_eq!(env.git("puppet", &["rev-parse", "HEAD"]), tip);
}

#[test]
fn a_change_of_the_model_goes_into_the_right_commit() {
    let env = env();
    done(&env, &["--commit"]);
    let ids = change_ids(&env, "-4");
    let service = env.git("puppet", &["rev-parse", "HEAD~3"]);
    env.replace("svcgen.yaml", "trending[1001-1003]", "trending[1001-1004]");
    env.replace(
        "svcgen.yaml",
        "{approval: [",
        "{members: [bea], approval: [",
    );
    let run = done(&env, &["--commit"]);
    assert_eq!(change_ids(&env, "-4"), ids);
    assert_eq!(env.git("puppet", &["rev-parse", "HEAD~3"]), service);
    for fate in [
        "service: unchanged",
        "cluster: amended",
        "admins: amended",
        "load-balancer: amended",
    ] {
        assert!(run.stderr.contains(fate), "{}", run.show());
    }
    let cluster = env.git("puppet", &["show", "HEAD~2"]);
    assert!(
        cluster.contains("+node /^trending100[1-4]\\.north"),
        "{cluster}"
    );
    let admins = env.git("puppet", &["show", "HEAD~1"]);
    assert!(admins.contains("+    members: [bea]\n"), "{admins}");
    assert_eq!(env.status("puppet"), "");
}

#[test]
fn patches_can_be_chosen_and_come_in_their_order() {
    let env = env();
    done(&env, &["--commit", "--steps", "service,load-balancer"]);
    assert_eq!(subjects(&env).len(), 2);
    let id = change_ids(&env, "-1");
    done(&env, &["--commit", "--without", "load-balancer"]);
    let expected = [
        "trendingedits: Add to the load balancer and conftool",
        "trendingedits: Add the admin group",
        "trendingedits: Assign the role to its hosts",
        "trendingedits: Add role and profile",
    ];
    assert_eq!(subjects(&env), expected);
    assert_eq!(change_ids(&env, "-1"), id);
    assert_eq!(env.status("puppet"), "");
    let wrong = run(&env, &["--steps", "lvs"]);
    assert_eq!(wrong.code, 2);
    assert!(
        wrong
            .stderr
            .contains("the patches are service, cluster, admins, load-balancer"),
        "{}",
        wrong.show()
    );
}

#[test]
fn a_commit_of_somebody_else_in_between_is_not_rewritten() {
    let env = env();
    done(&env, &["--commit", "--steps", "service,cluster"]);
    env.write("puppet/README", "mine\n");
    env.git(
        "puppet",
        &["commit", "--quiet", "--all", "--message", "mine"],
    );
    let tip = env.git("puppet", &["rev-parse", "HEAD"]);
    let refused = run(&env, &["--commit"]);
    assert_eq!(refused.code, 11, "{}", refused.show());
    let message = "on `svcgen/trending-edits` there is \"mine\" on top of the commit that svcgen would update";
    assert!(refused.stderr.contains(message), "{}", refused.show());
    assert_eq!(env.git("puppet", &["rev-parse", "HEAD"]), tip);
    assert_eq!(env.status("puppet"), "");
    // Where nothing would change, nothing is in the way.
    done(&env, &["--commit", "--steps", "service,cluster"]);
    assert_eq!(env.git("puppet", &["rev-parse", "HEAD"]), tip);
}

#[test]
fn what_was_written_before_is_split_into_commits() {
    let env = env();
    done(&env, &[]);
    assert_eq!(subjects(&env), [""; 0]);
    assert!(env.status("puppet").contains(" M manifests/site.pp\n"));
    let text = env.read("puppet/hieradata/role/common/trendingedits.yaml");
    // A second run finds all of it, and leaves it as it is.
    let again = done(&env, &[]);
    assert!(!again.stdout.contains("+++"), "{}", again.show());
    done(&env, &["--commit"]);
    assert_eq!(subjects(&env).len(), 4);
    assert_eq!(env.status("puppet"), "");
    assert_eq!(
        env.read("puppet/hieradata/role/common/trendingedits.yaml"),
        text
    );
}

#[test]
fn what_somebody_has_not_committed_is_in_the_way() {
    let env = env();
    let site = format!("{}# mine\n", env.read("puppet/manifests/site.pp"));
    env.write("puppet/manifests/site.pp", &site);
    env.write("puppet/README", "mine\n");
    let refused = run(&env, &["--commit"]);
    assert_eq!(refused.code, 11, "{}", refused.show());
    assert!(
        refused
            .stderr
            .contains("`manifests/site.pp` has uncommitted changes"),
        "{}",
        refused.show()
    );
    assert_eq!(env.read("puppet/manifests/site.pp"), site);
    assert_eq!(env.git("puppet", &["branch", "--show-current"]), "main\n");
    // Another file is nobody's business, and what is staged of it stays staged.
    env.git("puppet", &["add", "README"]);
    env.write("puppet/README", "mine, and more\n");
    done(&env, &["--commit", "--without", "cluster"]);
    assert_eq!(env.read("puppet/manifests/site.pp"), site);
    assert_eq!(env.read("puppet/README"), "mine, and more\n");
    assert_eq!(env.git("puppet", &["show", ":README"]), "mine\n");
    assert_eq!(subjects(&env).len(), 3);
}

#[test]
fn what_the_model_wants_no_more_goes_with_its_commit() {
    let env = env();
    done(&env, &["--commit"]);
    env.write("svcgen.yaml", MODEL);
    let run = done(&env, &["--commit"]);
    assert!(
        run.stdout.contains("# nothing: the model has no address"),
        "{}",
        run.show()
    );
    assert!(
        run.stderr
            .contains("load-balancer: nothing is left of its commit"),
        "{}",
        run.show()
    );
    assert_eq!(subjects(&env).len(), 3);
    let begun = env.git("puppet", &["rev-list", "--max-parents=0", "HEAD"]);
    let catalog = "hieradata/common/service.yaml";
    assert_eq!(
        env.git(
            "puppet",
            &["diff", begun.trim(), "--", catalog, "conftool-data"]
        ),
        ""
    );
    assert_eq!(env.status("puppet"), "");
}

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
fn scripts_are_told_each_patch() {
    let env = env();
    let run = done(&env, &["--commit", "--format", "json"]);
    let told: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    let steps = told["steps"].as_array().unwrap();
    let names: Vec<_> = steps
        .iter()
        .map(|step| step["step"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["service", "cluster", "admins", "load-balancer"]);
    for step in steps {
        assert_eq!(step["commit"]["fate"], "new", "{step}");
        assert!(!step["approval"].as_str().unwrap().is_empty());
    }
}

#[test]
fn each_patch_is_verified() {
    if !["puppet", "puppet-lint", "ruby"]
        .into_iter()
        .all(crate::support::has_tool)
    {
        return;
    }
    let env = env();
    let secret = "  parameters:\n    - {name: api_key, secret: true}\n";
    env.replace("svcgen.yaml", "  parameters:\n", secret);
    let run = env.svcgen(&[
        "puppet", "--repo", "puppet", "--series", "--yes", "--commit",
    ]);
    assert_eq!(run.code, 0, "{}", run.show());
    let verified: Vec<&str> = run
        .stderr
        .lines()
        .filter(|line| line.contains(": verified: "))
        .collect();
    let all = "puppet parser validate, puppet-lint, templates, data, catalogue";
    assert_eq!(
        verified,
        [
            format!("service: verified: {all}"),
            format!("cluster: verified: {all}, hosts"),
            format!("admins: verified: {all}"),
            format!("load-balancer: verified: {all}"),
        ]
    );
}

/// A checkout whose remote is a review server.
fn reviewed() -> (Env, Gerrit, PathBuf) {
    let (env, gerrit) = (env(), Gerrit::new());
    let site = env.home().join("config/svcgen/sites/example.yaml");
    let text = std::fs::read_to_string(&site).unwrap();
    std::fs::write(
        &site,
        text.replace("puppet_branch: live", "puppet_branch: master"),
    )
    .unwrap();
    std::fs::remove_dir_all(env.work().join("puppet")).unwrap();
    let clone = gerrit.with_clone("ops/config", &[("begun", "")]);
    for part in ["puppet", "puppet-production"] {
        copy(&sample_tree(part), clone.as_std_path());
    }
    gerrit.git(&clone, &["add", "--all"]);
    gerrit.git(&clone, &["commit", "--quiet", "--message", "the tree"]);
    gerrit.git(
        &clone,
        &["push", "--quiet", "origin", "HEAD:refs/heads/master"],
    );
    gerrit.git(&clone, &["fetch", "--quiet"]);
    let path = clone.into_std_path_buf();
    std::os::unix::fs::symlink(&path, env.work().join("puppet")).unwrap();
    (env, gerrit, path)
}

#[test]
fn the_whole_chain_is_sent_and_goes_on_upon_what_is_merged() {
    let (env, gerrit, _) = reviewed();
    let sent = done(&env, &["--review"]);
    assert!(
        sent.stderr.contains("puppet: sent for review"),
        "{}",
        sent.show()
    );
    let changes = gerrit.changes("ops/config");
    assert_eq!(changes.len(), 4);
    let patch_sets = |gerrit: &Gerrit| -> Vec<u64> {
        let changes = gerrit.changes("ops/config");
        changes
            .iter()
            .map(|change| change["patch"].as_u64().unwrap())
            .collect()
    };
    let again = done(&env, &["--review"]);
    assert!(again.stderr.contains("nothing new"), "{}", again.show());
    assert_eq!(patch_sets(&gerrit), [1, 1, 1, 1]);
    // The service and the hosts are merged; the rest goes upon them.
    gerrit.merge("ops/config", 1);
    gerrit.merge("ops/config", 2);
    env.replace(
        "svcgen.yaml",
        "{approval: [",
        "{members: [bea], approval: [",
    );
    let rebased = done(&env, &["--review"]);
    assert_eq!(patch_sets(&gerrit), [1, 1, 2, 2], "{}", rebased.show());
    assert!(!rebased.stderr.contains("service: "), "{}", rebased.show());
    let ahead = env.git("puppet", &["log", "--format=%s", "origin/master..HEAD"]);
    assert_eq!(
        ahead,
        "trendingedits: Add to the load balancer and conftool\ntrendingedits: Add the admin group\n"
    );
    assert_eq!(env.status("puppet"), "");
}

#[test]
fn a_clone_that_remembers_nothing_finds_the_patches() {
    let env = env();
    done(&env, &["--commit"]);
    let ids = change_ids(&env, "-4");
    std::fs::remove_dir_all(env.work().join("puppet/.git/svcgen")).unwrap();
    let again = done(&env, &["--commit"]);
    assert_eq!(change_ids(&env, "-4"), ids, "{}", again.show());
    assert_eq!(subjects(&env).len(), 4);
}

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
fn a_run_that_was_interrupted_is_finished_by_the_next() {
    let env = env();
    done(&env, &["--commit"]);
    let before = env.git("puppet", &["rev-parse", "HEAD"]);
    let store = env.work().join("puppet/.git/svcgen");
    copy(&store, &env.work().join("store"));
    env.replace("svcgen.yaml", "trending[1001-1003]", "trending[1001-1004]");
    done(&env, &["--commit"]);
    let after = env.git("puppet", &["rev-parse", "HEAD^{tree}"]);
    // The files and the index have moved; the branch has not, and what is remembered is of before.
    std::fs::remove_dir_all(&store).unwrap();
    copy(&env.work().join("store"), &store);
    let branch = "refs/heads/svcgen/trending-edits";
    env.git("puppet", &["update-ref", branch, before.trim()]);
    assert_ne!(env.status("puppet"), "");
    done(&env, &["--commit"]);
    assert_eq!(env.git("puppet", &["rev-parse", "HEAD^{tree}"]), after);
    assert_eq!(env.status("puppet"), "");
    assert_eq!(subjects(&env).len(), 4);
}

#[test]
fn what_somebody_changed_in_a_commit_of_the_chain_stays() {
    let env = env();
    done(&env, &["--commit"]);
    let ids = change_ids(&env, "-4");
    // A person amends the patch of the admins, and its message.
    env.git("puppet", &["switch", "--quiet", "--detach", "HEAD~1"]);
    env.write("puppet/README", "why\n");
    env.git("puppet", &["add", "README"]);
    let message = env.git("puppet", &["log", "-1", "--format=%B"]);
    let message = message.replace("Add the admin group", "Those who may restart it");
    env.git(
        "puppet",
        &[
            "commit",
            "--quiet",
            "--amend",
            "--message",
            message.trim_end(),
        ],
    );
    env.git("puppet", &["cherry-pick", "svcgen/trending-edits"]);
    let branch = "refs/heads/svcgen/trending-edits";
    env.git("puppet", &["update-ref", branch, "HEAD"]);
    env.git("puppet", &["switch", "--quiet", "svcgen/trending-edits"]);
    env.replace("svcgen.yaml", "trending[1001-1003]", "trending[1001-1004]");
    done(&env, &["--commit"]);
    assert_eq!(change_ids(&env, "-4"), ids);
    assert_eq!(subjects(&env)[1], "trendingedits: Those who may restart it");
    assert!(files(&env, "HEAD~1").starts_with("README\n"));
    assert_eq!(env.read("puppet/README"), "why\n");
    assert_eq!(env.status("puppet"), "");
}
