//! Repositories that are not there, or cannot be changed: the others are.

use insta::assert_snapshot;
use serde_json::Value;

use super::Farm;

#[test]
fn one_that_fails_does_not_keep_the_others_from_being_sent() {
    let farm = Farm::new();
    farm.gerrit
        .set("puppet", "refuse", "no new changes on Fridays");
    farm.env.replace(
        "source/package.json",
        "\"version\": \"0.3.0\"",
        "\"version\": \"0.3.1\"",
    );
    assert_snapshot!(farm.run(&["--review"]), @"
    exit 11

    MediaWiki-Vagrant
    vagrant: HOME/work/vagrant: changes 4 files, 49 lines added, 0 removed
    vagrant: written
    vagrant: committed 2ec22e667f on svcgen/trending-edits
    vagrant: sent for review: https://gerrit.example.org/r/c/+/1

    the source repository
    source: HOME/work/source: changes 1 file, 12 lines added, 1 removed
    error: `package.json` has uncommitted changes that svcgen did not make
    hint: commit them, or put them away: `git -C HOME/work/source stash push -u -- package.json`
    hint: `--force` commits them with svcgen's

    the deploy repository
    scap: HOME/work/deploy: changes 5 files, 24 lines added, 0 removed
    scap: written
    scap: committed c2e78e764b on svcgen/trending-edits
    scap: sent for review: https://gerrit.example.org/r/c/+/1

    operations/puppet
    puppet: HOME/work/puppet: changes 4 files, 40 lines added, 0 removed
    puppet: written
    puppet: committed b7c7d14246 on svcgen/trending-edits
    error: `origin` refused the change: prohibited by Gerrit: no new changes on Fridays
    cause: error: failed to push some refs to 'file://GERRIT/git/puppet'
    hint: the commit is kept: correct what the server names, and run this again
    hint: ask the people who run the review server, if you lack a permission
    error: 2 of 4 repositories failed: source, puppet
    hint: run the same command again once that is fixed: what is done is not repeated
    ");
    assert_snapshot!(farm.changes(), @"
    vagrant 1 1 topic=svcgen/trending-edits main Ibe24921
    deploy 1 1 topic=svcgen/trending-edits master I52731df
    ");
    let first = farm.changes();

    farm.gerrit.set("puppet", "refuse", Value::Null);
    farm.env
        .git("source", &["checkout", "--quiet", "package.json"]);
    assert_snapshot!(farm.run(&["--review"]), @"
    exit 0

    MediaWiki-Vagrant
    vagrant: HOME/work/vagrant: nothing to write
    vagrant: nothing to commit on svcgen/trending-edits
    vagrant: the review server has this already, nothing new; if it was abandoned there, restore it, or begin another one with `--topic NAME`

    the source repository
    source: HOME/work/source: changes 1 file, 12 lines added, 1 removed
    source: written
    source: committed 09b7345eb1 on svcgen/trending-edits
    source: sent for review: https://gerrit.example.org/r/c/+/1

    the deploy repository
    scap: HOME/work/deploy: nothing to write
    scap: nothing to commit on svcgen/trending-edits
    scap: the review server has this already, nothing new; if it was abandoned there, restore it, or begin another one with `--topic NAME`

    operations/puppet
    puppet: HOME/work/puppet: nothing to write
    puppet: nothing to commit on svcgen/trending-edits
    puppet: sent for review: https://gerrit.example.org/r/c/+/1
    ");
    let second = farm.changes();
    assert!(
        first.lines().all(|line| second.contains(line)),
        "{first}{second}"
    );
    assert_eq!(second.lines().count(), 4, "{second}");
}

#[test]
fn what_is_not_named_is_left_out_and_nothing_at_all_is_a_mistake() {
    let farm = Farm::new();
    let run = |arguments: &[&str]| {
        let run = farm.env.svcgen(arguments);
        format!("exit {}\n{}", run.code, run.stderr)
    };
    assert_snapshot!(run(&["generate", "--vagrant-repo", "vagrant", "--dry-run", "-q"]), @"
    exit 3
    warning: the source repository is left out: `--source-repo DIR` names its checkout
    warning: the deploy repository is left out: `--deploy-repo DIR` names its checkout
    warning: operations/puppet is left out: `--puppet-repo DIR` names its checkout
    ");
    assert_snapshot!(run(&["generate", "--dry-run"]), @"
    exit 2
    error: no checkout of any repository is named
    hint: add `--vagrant-repo`, `--puppet-repo`, `--deploy-repo` or `--source-repo`
    hint: or write `checkouts` and `services` into the configuration
    ");
    assert_snapshot!(run(&["generate", "--output", "out", "--yes", "-q"]), @"exit 0");
    assert_snapshot!(farm.env.list("out"), @"
    out/puppet/hieradata/role/common/deployment_server/kubernetes.yaml
    out/puppet/hieradata/role/common/trendingedits.yaml
    out/puppet/modules/profile/manifests/trendingedits.pp
    out/puppet/modules/role/manifests/trendingedits.pp
    out/scap/.gitmodules
    out/scap/.gitreview
    out/scap/README.md
    out/scap/scap/scap.cfg
    out/scap/scap/target-canary
    out/scap/scap/targets
    out/vagrant/puppet/hieradata/common.yaml
    out/vagrant/puppet/modules/role/manifests/trendingedits.pp
    out/vagrant/puppet/modules/role/settings/trendingedits.yaml
    out/vagrant/puppet/modules/trendingedits/manifests/init.pp
    ");
    assert_snapshot!(run(&["generate", "--output", "out", "--commit"]), @"
    exit 2
    error: the argument '--output <DIR>' cannot be used with '--commit'

    Usage: svcgen generate --output <DIR>

    For more information, try '--help'.
    ");
}
