//! Checkouts: who commits in them, and where their changes go.

use std::process::Command;

use insta::assert_snapshot;

use super::{findings, fix};
use crate::support::{Env, Run, copy, sample_tree};

/// Runs doctor where there is git and nothing else, which would take its time.
fn doctor(env: &Env, more: &[&str]) -> Run {
    let bin = env.home().join("bin");
    if !bin.exists() {
        std::fs::create_dir(&bin).unwrap();
        for program in ["git", "sh"] {
            std::os::unix::fs::symlink(which::which(program).unwrap(), bin.join(program)).unwrap();
        }
    }
    let mut command = env.command();
    command.args(["doctor", "vagrant", "--site", "example", "--format", "json"]);
    env.run(command.args(more).env("PATH", bin))
}

/// Writes the configuration, with folders of the working directory.
fn configure(env: &Env, configuration: &str) {
    let configuration = configuration.replace("WORK", env.work().to_str().unwrap());
    std::fs::write(env.home().join("config/svcgen/config.yaml"), configuration).unwrap();
}

/// A checkout of MediaWiki-Vagrant that the configuration names.
fn checkout(env: &Env) {
    copy(&sample_tree("vagrant"), &env.work().join("vagrant"));
    env.git(".", &["init", "-q", "vagrant"]);
    configure(env, "checkouts: {vagrant: WORK/vagrant}\n");
}

#[test]
fn the_remote_of_a_checkout_has_to_be_the_one_that_is_meant() {
    let env = Env::new();
    checkout(&env);
    let git = |arguments: &[&str]| env.git("vagrant", arguments);
    let run = doctor(&env, &["--offline"]);
    assert_eq!(findings(&run)("remote.vagrant"), "doubtful: there is none");
    git(&[
        "remote",
        "add",
        "origin",
        "https://mirror.example/wiki/vagrant",
    ]);
    let run = doctor(&env, &["--offline"]);
    assert_eq!(
        findings(&run)("remote.vagrant"),
        "doubtful: `origin` points to https://mirror.example/wiki/vagrant, not to https://review.farm.example/p/wiki/vagrant"
    );
    // What puts it right does so.
    let home = env.home().to_str().unwrap();
    let command = fix(&run, "remote.vagrant").replace("HOME", home);
    let mut shell = Command::new("sh");
    env.enclose(&mut shell);
    let added = env.run(shell.args(["-c", &command]));
    assert_eq!(added.code, 0, "{}", added.show());
    let run = doctor(&env, &["--offline"]);
    assert_eq!(
        findings(&run)("remote.vagrant"),
        "fine: `gerrit`, https://review.farm.example/p/wiki/vagrant; not asked"
    );

    // The server is a folder here.
    let server = env.work().join("server/wiki/vagrant");
    std::fs::create_dir_all(&server).unwrap();
    let base = format!("url.{}/.insteadOf", env.work().join("server").display());
    git(&["config", &base, "https://review.farm.example/p/"]);
    let run = doctor(&env, &[]);
    let found = findings(&run)("remote.vagrant");
    assert!(found.starts_with("missing: `gerrit`, "), "{found}");
    assert!(
        found.contains("not appear to be a git repository"),
        "{found}"
    );
    env.git("server/wiki/vagrant", &["init", "-q", "--bare"]);
    let run = doctor(&env, &[]);
    let found = findings(&run)("remote.vagrant");
    assert!(found.starts_with("fine: `gerrit`, "), "{found}");
}

#[test]
fn a_checkout_may_have_a_name_for_its_commits_of_its_own() {
    let env = Env::new();
    checkout(&env);
    let git = |arguments: &[&str]| env.git("vagrant", arguments);
    let offline = || doctor(&env, &["--offline"]);
    let found = findings(&offline())("git.identity");
    assert_eq!(
        found,
        "missing: git has no `user.name`, and no `user.email`"
    );
    git(&["config", "user.name", "Grace Example"]);
    let found = findings(&offline())("git.identity");
    assert_eq!(found, "missing: git has no `user.email`");
    git(&["config", "user.email", "grace@example.org"]);
    let found = findings(&offline())("git.identity");
    assert_eq!(found, "fine: Grace Example <grace@example.org>");
}

#[test]
fn what_signs_commits_has_to_be_there() {
    let env = Env::new();
    let configure = |key: &str, value: &str| {
        env.git(".", &["config", "--global", key, value]);
    };
    let offline = || doctor(&env, &["--offline"]);
    assert!(!offline().stdout.contains("git.signing"));
    configure("commit.gpgSign", "true");
    configure("gpg.program", "no-such-gpg");
    let run = offline();
    let found = findings(&run)("git.signing");
    assert!(found.ends_with("there is no `no-such-gpg`"), "{found}");
    assert_eq!(fix(&run, "git.signing"), "apt-get install gnupg");
    configure("gpg.program", "sh");
    assert_eq!(findings(&offline())("git.signing"), "fine: sh");
}

/// What is said of a checkout that is none: it is missing, and nothing is said of where it leads to.
#[track_caller]
fn unfit(run: &Run, name: &str) -> String {
    let id = format!("checkout.{name}");
    assert!(!run.stdout.contains(&format!("\"remote.{name}\"")));
    format!("{}\n-> {}", findings(run)(&id), fix(run, &id))
}

#[test]
fn a_checkout_of_another_kind_is_none() {
    let env = Env::with_model();
    for tree in ["vagrant", "puppet", "deploy", "source"] {
        env.repository(tree);
    }
    let all = || env.svcgen(&["doctor", "generate", "--offline", "--format", "json"]);
    configure(
        &env,
        "checkouts: {vagrant: WORK/puppet, puppet: WORK/vagrant}
services: {trending-edits: {source: WORK/deploy, deploy: WORK/source}}
",
    );
    let run = all();
    assert_snapshot!(unfit(&run, "vagrant"), @"
    missing: `HOME/work/puppet` is not recognised as a MediaWiki-Vagrant tree; looked for puppet/modules/service/manifests/node.pp with `define service::node`; looked for puppet/hieradata/common.yaml; looked for puppet/modules/role/manifests/
    -> correct `checkouts.vagrant` of `HOME/config/svcgen/config.yaml`
    ");
    assert_snapshot!(unfit(&run, "puppet"), @"
    missing: `HOME/work/vagrant` is not recognised as an operations/puppet tree; looked for modules/service/manifests/node.pp with `define service::node`; looked for modules/role/manifests/ or manifests/role/; looked for hieradata/
    -> correct `checkouts.puppet` of `HOME/config/svcgen/config.yaml`
    ");
    assert_snapshot!(unfit(&run, "source"), @"
    missing: `HOME/work/deploy` is not recognised as the source repository of a Node.js service; looked for package.json
    -> correct `services.trending-edits.source` of `HOME/config/svcgen/config.yaml`; for a service in another language, remove it there
    ");
    assert_snapshot!(unfit(&run, "deploy"), @"
    missing: `HOME/work/source` is not recognised as a deploy repository; looked for `scap/scap.cfg`, or an empty folder; looked for no source of a service: `package.json` is there, without `.gitmodules`
    -> correct `services.trending-edits.deploy` of `HOME/config/svcgen/config.yaml`
    ");
    configure(
        &env,
        "checkouts: {vagrant: WORK/vagrant, puppet: WORK/vagrant}
services: {trending-edits: {source: WORK/source, deploy: WORK/source}}
",
    );
    let run = all();
    assert!(findings(&run)("checkout.vagrant").starts_with("fine: "));
    assert!(findings(&run)("checkout.source").starts_with("fine: "));
    // The key is the one of this checkout, where others name the same folder.
    assert!(fix(&run, "checkout.puppet").starts_with("correct `checkouts.puppet` of "));
    assert!(
        fix(&run, "checkout.deploy").starts_with("correct `services.trending-edits.deploy` of ")
    );
    // One folder is not both, even where it looks like both.
    env.write("source/scap/scap.cfg", "[global]\n");
    assert_snapshot!(unfit(&all(), "deploy"), @"
    missing: `HOME/work/source` is the checkout of the source as well
    -> name another folder for one of them
    ");
    configure(
        &env,
        "checkouts: {vagrant: WORK/vagrant, puppet: WORK/puppet}
services: {trending-edits: {source: WORK/source, deploy: WORK/deploy}}
",
    );
    let run = all();
    let found = findings(&run);
    for name in ["vagrant", "puppet", "source", "deploy"] {
        let found = found(&format!("checkout.{name}"));
        assert!(found.starts_with("fine: "), "{name}: {found}");
    }
}
