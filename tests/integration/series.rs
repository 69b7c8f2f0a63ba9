//! `svcgen puppet --series`: the patches up to production, one upon the other.

mod abandoned;
mod anew;
mod branches;
mod chain;
mod claimed;
mod closing;
mod commented;
mod counted;
mod drift;
mod group;
mod half_done;
mod hooks;
mod in_production;
mod marked;
mod moved;
mod neighbours;
mod older_tree;
mod overtaken;
mod refused;
mod renamed;
mod second_clone;
mod shallow;
mod shared;
mod squashed;
mod taken_away;
mod unknown;
mod withdrawn;
mod written_first;

use crate::support::samples::MODEL;
use crate::support::{Env, Pty, Run, copy, sample_tree};

pub(crate) const SERIES: &[&str] = &[
    "puppet",
    "--repo",
    "puppet",
    "--series",
    "--yes",
    "--no-verify",
];

/// The first patch alone, sent for review.
const SINGLE: &[&str] = &[
    "puppet",
    "--repo",
    "puppet",
    "--yes",
    "--no-verify",
    "--review",
];

/// The model with addresses and approval.
fn model() -> String {
    format!(
        "{MODEL}production:\n  admins: {{approval: [Grace Approver]}}\n  load_balancer:\n    addresses: \
         {{north: 10.20.1.30, south: 10.21.1.30}}\n"
    )
}

pub(crate) fn env() -> Env {
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

pub(crate) fn done(env: &Env, more: &[&str]) -> Run {
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

/// Puts what is edited into one of the four commits.
fn put_into(env: &Env, commit: &str) {
    let words = ["commit", "--quiet", "--all", "--fixup", commit];
    env.git("puppet", &words);
    let editor = ["-c", "sequence.editor=true", "rebase", "--quiet"];
    let words = ["--interactive", "--autosquash", "HEAD~5"];
    env.git("puppet", &[&editor[..], &words].concat());
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
        "+  trendingedits:\n+    description: \"trending-edits\"\n+    sites:\n+      north: []\n+      south: []\n",
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
fn a_run_that_has_nothing_to_write_asks_nothing() {
    let env = env();
    done(&env, &[]);
    let words = ["puppet", "--repo", "puppet", "--series", "--no-verify"];
    let mut pty = Pty::start_sized(&env, &words, &[], (80, 24));
    assert_eq!(pty.end(), 0, "{}", pty.shown);
    assert!(!pty.shown.contains("[Y/n]"), "{}", pty.shown);
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
    done(&env, &["--commit", "--steps", "service,cluster,admins"]);
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
fn what_somebody_put_into_a_patch_is_kept_where_the_patch_goes() {
    let env = env();
    done(&env, &["--commit"]);
    let catalog = "puppet/hieradata/common/service.yaml";
    env.replace(
        catalog,
        "  trending-edits:\n",
        "  trending-edits:\n    # mine\n",
    );
    env.git(
        "puppet",
        &["commit", "--quiet", "--all", "--amend", "--no-edit"],
    );
    let commit = env.git("puppet", &["rev-parse", "HEAD"]);
    let kept = format!("kept-{}", &commit.trim()[..10]);
    let model = model();
    let (without, _) = model.split_once("  load_balancer:").unwrap();
    env.write("svcgen.yaml", without);
    let refused = run(&env, &["--commit"]);
    assert_eq!(refused.code, 11, "{}", refused.show());
    let run = done(&env, &["--commit", "--conflicts", "svcgen"]);
    let told = format!("no longer in it; `{kept}` has it");
    assert!(run.stderr.contains(&told), "{}", run.show());
    assert_eq!(subjects(&env).len(), 3);
    let text = env.git(
        "puppet",
        &["show", &format!("{kept}:hieradata/common/service.yaml")],
    );
    assert!(text.contains("# mine"), "{text}");
}

#[test]
fn a_file_that_is_gone_comes_back_by_the_command_of_check() {
    let env = env();
    done(&env, &["--commit"]);
    let profile = "modules/profile/manifests/trendingedits.pp";
    let text = env.read(&format!("puppet/{profile}"));
    let words = ["check", "--puppet-repo", "puppet"];
    assert_eq!(env.svcgen(&words).code, 0);
    std::fs::remove_file(env.work().join("puppet").join(profile)).unwrap();
    let check = env.svcgen(&words);
    let restore = ["restore", "--staged", "--worktree", "--", profile];
    let command = format!("$ git -C HOME/work/puppet {}\n", restore.join(" "));
    assert!(check.stdout.contains(&command), "{}", check.show());
    env.git("puppet", &restore);
    assert_eq!(env.read(&format!("puppet/{profile}")), text);
    assert_eq!(env.svcgen(&words).code, 0);
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
    let verified = |run: &Run| -> Vec<String> {
        let lines = run.stderr.lines();
        let told = lines.filter(|line| line.contains(": verified: "));
        told.map(str::to_owned).collect()
    };
    let all = "puppet parser validate, puppet-lint, templates, data, catalogue";
    assert_eq!(
        verified(&run),
        [
            format!("service: verified: {all}"),
            format!("cluster: verified: {all}, hosts"),
            format!("admins: verified: {all}"),
            format!("load-balancer: verified: {all}"),
        ]
    );
    // What is taken away is judged as well.
    let model = model();
    let (without, _) = model.split_once("  load_balancer:").unwrap();
    env.write("svcgen.yaml", &without.replace("  parameters:\n", secret));
    let run = env.svcgen(&["puppet", "--repo", "puppet", "--series", "--yes"]);
    assert_eq!(run.code, 0, "{}", run.show());
    assert_eq!(verified(&run), [format!("load-balancer: verified: {all}")]);
}
