//! The road: what is done, what is next, what waits for whom, and when.

use insta::assert_snapshot;

use crate::support::{Env, Run};

const MODEL: &str = "\
version: 1
site: example
name: tea-time
description: Says when it is time for tea.
port: 6002
owner: {name: Ada Example, shell: ada}
timeline: {deployment: 2026-12-02}
";

/// A checkout whose remote is a folder beside it.
fn with_remote() -> Env {
    let env = Env::new();
    env.write("svcgen.yaml", MODEL);
    let tree = env.checkout("vagrant");
    env.git_in(&tree, &["branch", "-q", "-m", "main"]);
    env.git_in(
        &env.work(),
        &["clone", "-q", "--bare", "vagrant", "remote.git"],
    );
    env.git_in(&tree, &["remote", "add", "origin", "../remote.git"]);
    env.git_in(&tree, &["fetch", "-q"]);
    env
}

/// The lines of a step.
fn step(run: &Run, name: &str) -> String {
    let mut lines = run.stdout.lines().skip_while(|line| !line.contains(name));
    let first = lines.next().unwrap_or_else(|| panic!("{}", run.show()));
    let more = lines.take_while(|line| line.starts_with("      "));
    [first]
        .into_iter()
        .chain(more)
        .collect::<Vec<_>>()
        .join("\n")
}

fn status(env: &Env, arguments: &[&str]) -> Run {
    let run = env.svcgen(&[&["status", "--vagrant-repo", "vagrant"], arguments].concat());
    assert_eq!(run.code, 0, "{}", run.show());
    run
}

#[test]
fn a_model_alone_knows_little_and_says_so() {
    let env = Env::new();
    env.write("svcgen.yaml", MODEL);
    assert_snapshot!(env.svcgen(&["status"]).show(), @"
    exit 0
    --- stdout
    tea-time: the road, on 2026-11-23

      done         model                     svcgen.yaml
      unknown      MediaWiki-Vagrant         no checkout is named
                   $ svcgen vagrant --repo CHECKOUT --dry-run
      unknown      both repositories         source: the server was not asked;
                                             deploy: the server was not asked
                   $ git ls-remote https://review.farm.example/p/wiki/services/tea-time
      later        clones of both            the source repository is not named:
                                             after both repositories
                   $ svcgen source --clone DIR
      unknown      source repository         no checkout is named
                   $ svcgen source --repo CHECKOUT --dry-run
      unknown      deploy repository         no checkout is named
                   $ svcgen scap --repo CHECKOUT --dry-run
      next         service request           the model names no task
                   $ svcgen request service
      unknown      production configuration  no checkout is named
                   $ svcgen puppet --repo CHECKOUT --dry-run
      later        access request            needs hosts: after service request
      not planned  other environments        the model names none (`environments`)
      later        announcement              for 2026-12-02: after production
                                             configuration
      unknown      build                     no checkout of the deploy repository
                                             is named
                   $ svcgen scap --clone DIR
      later        first deployment          no hosts are known: after service
                                             request

    first deployment: 2026-12-02, in 9 days

      advised     latest
      2026-11-18  2026-11-25  now      file the service request
                                       $ svcgen request service
      2026-11-18  2026-11-25  now      file the request for the repositories
                                       $ svcgen request repositories
      2026-11-25  2026-11-25           send the patch for production to review
      2026-11-25  2026-11-25           file the access request
      2026-11-25  2026-12-02           announce the deployment
      2026-12-02  2026-12-02           deploy for the first time

    next: service request: svcgen request service
    --- stderr
    ");
}

#[test]
fn a_change_is_followed_until_it_is_merged() {
    let env = with_remote();
    let tree = env.work().join("vagrant");
    let look = |arguments: &[&str]| step(&status(&env, arguments), "MediaWiki-Vagrant");
    assert_snapshot!(look(&[]), @"
    next         MediaWiki-Vagrant         not generated yet
                 $ svcgen vagrant --repo vagrant --commit
    ");

    let generate = |more: &[&str]| {
        let run = env.svcgen(
            &[
                &["vagrant", "--repo", "vagrant", "--yes", "--no-verify"],
                more,
            ]
            .concat(),
        );
        assert_eq!(run.code, 0, "{}", run.show());
    };
    generate(&[]);
    assert_snapshot!(look(&[]), @"
    next         MediaWiki-Vagrant         generated, not committed
                 $ svcgen vagrant --repo vagrant --commit
    ");

    generate(&["--commit"]);
    assert_snapshot!(look(&[]), @"
    unknown      MediaWiki-Vagrant         committed on `svcgen/tea-time`, not
                                           in `origin/main` as last fetched; the
                                           server was not asked
                 $ svcgen status --vagrant-repo vagrant --online
    ");
    // Nobody lists changes there.
    assert_snapshot!(look(&["--online"]), @"
    unknown      MediaWiki-Vagrant         committed on `svcgen/tea-time`, not
                                           in `origin/main` as last fetched; the
                                           server does not list its changes
                 $ svcgen vagrant --repo vagrant --review
    ");

    env.git_in(&tree, &["push", "-q", "origin", "main:refs/changes/07/7/1"]);
    assert_snapshot!(look(&["--online"]), @"
    next         MediaWiki-Vagrant         committed on `svcgen/tea-time`, not in
                                           `origin/main` as last fetched, not sent
                 $ svcgen vagrant --repo vagrant --review
    ");
    env.git_in(&tree, &["push", "-q", "origin", "HEAD:refs/changes/08/8/2"]);
    assert_snapshot!(look(&["--online"]), @"
    waiting      MediaWiki-Vagrant         change 8, patch set 2, not in
                                           `origin/main` as last fetched; waits
                                           for those who review wiki/vagrant
    ");

    // A server that does not answer is told, and leaves it unknown.
    env.git_in(&tree, &["remote", "set-url", "origin", "../gone.git"]);
    let silent = look(&["--online"]);
    assert!(
        silent.contains("unknown") && silent.contains("failed"),
        "{silent}"
    );
    env.git_in(&tree, &["remote", "set-url", "origin", "../remote.git"]);

    // Another branch is checked out: the change is where it was.
    env.git_in(&tree, &["switch", "-q", "main"]);
    assert!(look(&[]).contains("committed on `svcgen/tea-time`"));
    env.git_in(&tree, &["switch", "-q", "svcgen/tea-time"]);

    // It is merged under its Change-Id, as another commit.
    env.git_in(&tree, &["switch", "-q", "-c", "merged", "main"]);
    env.write("vagrant/other", "other\n");
    env.git_in(&tree, &["add", "other"]);
    env.git_in(&tree, &["commit", "-q", "-m", "Other"]);
    env.git_in(&tree, &["cherry-pick", "svcgen/tea-time"]);
    env.git_in(&tree, &["push", "-q", "origin", "HEAD:main"]);
    env.git_in(&tree, &["fetch", "-q"]);
    env.git_in(&tree, &["switch", "-q", "svcgen/tea-time"]);
    assert_snapshot!(look(&[]), @"  done         MediaWiki-Vagrant         in `origin/main`");

    // A reviewer had something else merged.
    env.git_in(&tree, &["switch", "-q", "merged"]);
    env.replace(
        "vagrant/puppet/hieradata/common.yaml",
        "port: 6002",
        "port: 6004",
    );
    env.git_in(&tree, &["commit", "-q", "--all", "--amend", "--no-edit"]);
    env.git_in(&tree, &["push", "-q", "--force", "origin", "HEAD:main"]);
    env.git_in(&tree, &["fetch", "-q"]);
    env.git_in(&tree, &["switch", "-q", "svcgen/tea-time"]);
    assert_snapshot!(look(&[]), @"
    done         MediaWiki-Vagrant         in `origin/main`;
                                           `puppet/hieradata/common.yaml` was
                                           changed by hand there
                 $ git -C HOME/work/vagrant diff svcgen/tea-time origin/main -- puppet/hieradata/common.yaml
    ");
    env.git_in(&tree, &["switch", "-q", "merged"]);
    assert!(look(&[]).contains("$ svcgen check --vagrant-repo vagrant"));
    env.git_in(&tree, &["switch", "-q", "svcgen/tea-time"]);

    // Somebody takes it out there again.
    env.git_in(&tree, &["switch", "-q", "merged"]);
    env.git_in(&tree, &["revert", "--no-edit", "HEAD"]);
    env.git_in(&tree, &["push", "-q", "origin", "HEAD:main"]);
    env.git_in(&tree, &["fetch", "-q"]);
    env.git_in(&tree, &["switch", "-q", "svcgen/tea-time"]);
    assert_snapshot!(look(&[]), @"
    next         MediaWiki-Vagrant         was merged; `origin/main` now has
                                           something else
                 $ svcgen vagrant --repo vagrant --commit
    ");

    let text = env.read("svcgen.yaml").replace("6002", "6003");
    env.write("svcgen.yaml", &text);
    assert_snapshot!(look(&[]), @"
    next         MediaWiki-Vagrant         2 files differ from the model
                 $ svcgen check --vagrant-repo vagrant
    ");
}

#[test]
fn scripts_get_json() {
    let env = Env::new();
    let filed = "tickets: {service_request: T42}\n";
    env.write("svcgen.yaml", &format!("{MODEL}{filed}"));
    let run = env.svcgen(&["status", "--format", "json"]);
    assert_eq!(run.code, 0);
    let value: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(value["service"], "tea-time");
    assert_eq!(value["today"], "2026-11-23");
    let steps = value["steps"].as_array().unwrap();
    let request = steps.iter().find(|step| step["name"] == "service request");
    let request = request.unwrap();
    assert_eq!(request["state"], "waiting");
    assert_eq!(request["waits_for"], "those who answer T42");
    let dates = value["dates"].as_array().unwrap();
    assert_eq!(dates[0]["mark"], "done");
    assert_eq!(dates[1]["mark"], "due");
}

#[test]
fn what_is_late_is_said_in_words() {
    let env = Env::new();
    env.write("svcgen.yaml", &MODEL.replace("2026-12-02", "2026-11-28"));
    let run = env.svcgen(&["status"]);
    assert_eq!(run.code, 0);
    assert!(
        run.stdout
            .contains("2026-11-14  2026-11-21  OVERDUE  file the service request"),
        "{}",
        run.show()
    );
    // What cannot be done yet is not proposed.
    let proposed = run
        .stdout
        .split("file the access request\n")
        .nth(1)
        .unwrap();
    let proposed = proposed.trim_start();
    assert!(
        proposed.starts_with("-> after service request\n"),
        "{}",
        run.show()
    );
    let patch = run.stdout.split("production to review\n").nth(1).unwrap();
    let patch = patch.trim_start();
    assert!(
        patch.starts_with("$ svcgen puppet --repo CHECKOUT --dry-run\n"),
        "{}",
        run.show()
    );
    assert!(
        run.stderr
            .contains("2026-11-28 is a Saturday; example deploys on"),
        "{}",
        run.show()
    );
}

/// As those of the demo are.
#[test]
fn hosts_that_are_folders_are_looked_at_and_not_called() {
    let env = Env::new();
    let groups = "deploy: {groups: [{name: default, hosts: [tea1.farm.example]}]}\n";
    env.write("svcgen.yaml", &format!("{MODEL}{groups}"));
    env.checkout("deploy");
    env.write("deploy/scap/local.yaml", "version: 1\nroot: ../hosts\n");
    let deployment = || {
        let looked = [
            "status",
            "--online",
            "--deploy-repo",
            "deploy",
            "--format",
            "json",
        ];
        let run = env.svcgen(&looked);
        let told: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
        let mut step = told["steps"].as_array().unwrap().iter();
        let step = step.rfind(|step| step["name"] == "first deployment");
        let step = step.unwrap_or_else(|| panic!("{told:#}"));
        (
            step["state"].clone(),
            step["found"].as_str().unwrap().to_owned(),
        )
    };
    assert_ne!(deployment().0, "done");
    let link = env
        .work()
        .join("hosts/tea1.farm.example/srv/releases/tea-time/deploy");
    std::fs::create_dir_all(link.parent().unwrap()).unwrap();
    let release = format!(
        "/srv/releases/tea-time/deploy-cache/revs/{}",
        "5".repeat(40)
    );
    std::os::unix::fs::symlink(release, link).unwrap();
    let (state, found) = deployment();
    assert_eq!(state, "done", "{found}");
    assert!(found.contains("5555555"), "{found}");
}
