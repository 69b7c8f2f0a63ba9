//! Changes that are in review while people edit.

mod patch_sets;

use insta::assert_snapshot;
use serde_json::Value;

use super::Farm;
use crate::support::samples::{GENERATE, TREES};

#[test]
fn a_branch_that_has_diverged_is_not_sent() {
    let farm = Farm::new();
    farm.run(&["--commit"]);
    let hieradata = "puppet/hieradata/common.yaml";
    farm.push_other(
        "vagrant",
        hieradata,
        "wiki::root_dir: /vagrant",
        "wiki::root_dir: /srv/vagrant",
    );
    farm.push_other("source", "package.json", "0.3.0", "0.3.1");
    assert_snapshot!(farm.run(&["--review"]), @"
    exit 11

    MediaWiki-Vagrant
    vagrant: HOME/work/vagrant: nothing to write
    vagrant: nothing to commit on svcgen/trending-edits
    error: `svcgen/trending-edits` and `origin/main` have diverged, and both changed `puppet/hieradata/common.yaml`
    hint: git -C HOME/work/vagrant rebase --autostash origin/main svcgen/trending-edits

    the source repository
    source: HOME/work/source: nothing to write
    source: nothing to commit on svcgen/trending-edits
    source: sent for review: https://gerrit.example.org/r/c/+/1
    warning: the remote's branch is 1 commit ahead; `git -C HOME/work/source rebase origin/master svcgen/trending-edits` brings it up to date

    the deploy repository
    scap: HOME/work/deploy: nothing to write
    scap: nothing to commit on svcgen/trending-edits
    scap: sent for review: https://gerrit.example.org/r/c/+/1

    operations/puppet
    puppet: HOME/work/puppet: nothing to write
    puppet: nothing to commit on svcgen/trending-edits
    puppet: sent for review: https://gerrit.example.org/r/c/+/1
    error: 1 of 4 repositories failed: vagrant
    hint: run the same command again once that is fixed: what is done is not repeated
    ");
    assert_snapshot!(farm.changes(), @"
    puppet 1 1 topic=svcgen/trending-edits live I6d6d743
    deploy 1 1 topic=svcgen/trending-edits master I52731df
    source 1 1 topic=svcgen/trending-edits master I389da84
    ");
}

#[test]
fn what_is_said_of_a_branch_that_has_diverged_is_typed_wherever_somebody_is() {
    let farm = Farm::new();
    farm.run(&["--commit"]);
    farm.push_other(
        "vagrant",
        "puppet/hieradata/common.yaml",
        "wiki::root_dir: /vagrant",
        "wiki::root_dir: /srv/vagrant",
    );
    farm.env.git("vagrant", &["switch", "--quiet", "main"]);
    let main = farm.env.git("vagrant", &["rev-parse", "main"]);
    let refused = farm.run(&["--review"]);
    let hint = refused
        .lines()
        .find_map(|line| line.strip_prefix("hint: git -C HOME/work/vagrant "));
    let words: Vec<&str> = hint.unwrap().split(' ').collect();
    // Where git stops, somebody decides.
    farm.env
        .git("vagrant", &[&words[..], &["-X", "theirs"]].concat());
    assert_eq!(farm.env.git("vagrant", &["rev-parse", "main"]), main);
    let sent = farm.run(&["--review"]);
    assert!(sent.contains("vagrant: sent for review"), "{sent}");
}

/// A file of each tree that is svcgen's, and a line of it that somebody edits.
const EDITS: &[(&str, &str, &str)] = &[
    (
        "vagrant/puppet/modules/trendingedits/manifests/init.pp",
        "\n}\n",
        "\n    # by hand\n}\n",
    ),
    (
        "puppet/modules/profile/manifests/trendingedits.pp",
        "\n}\n",
        "\n    # by hand\n}\n",
    ),
    (
        "deploy/scap/targets",
        "trending1001",
        "# by hand\ntrending1001",
    ),
    (
        "source/package.json",
        "\"mocha\": \"^10.2.0\"",
        "\"mocha\": \"^10.3.0\"",
    ),
];

/// All edits are in the last commits.
fn assert_committed(farm: &Farm) {
    for (path, _, to) in EDITS {
        let (tree, file) = path.split_once('/').unwrap();
        assert!(
            farm.env
                .git(tree, &["show", &format!("HEAD:{file}")])
                .contains(to),
            "{path}"
        );
    }
}

#[test]
fn edits_in_review_are_kept_and_the_changes_stay_the_same() {
    let farm = Farm::new();
    assert!(farm.run(&["--review"]).starts_with("exit 0"));
    let first = farm.changes();
    // Somebody amends the commit, in each tree.
    for (path, from, to) in EDITS {
        farm.env.replace(path, from, to);
        let tree = path.split('/').next().unwrap();
        farm.env.git(
            tree,
            &["commit", "--quiet", "--all", "--amend", "--no-edit"],
        );
    }
    farm.env.replace("svcgen.yaml", "port: 6699", "port: 6700");
    farm.env
        .replace("svcgen.yaml", "librdkafka-dev", "libkafka-dev");
    let said = farm.run(&["--review"]);
    assert_eq!(said.matches("updated in review").count(), 4, "{said}");
    assert_eq!(farm.changes(), first.replace(" 1 1 topic", " 1 2 topic"));
    assert_committed(&farm);
    let said = farm.run(&["--review"]);
    assert_eq!(
        said.matches("the review server has this already, nothing new")
            .count(),
        4,
        "{said}"
    );
}

#[test]
fn a_change_that_is_taken_back_leaves_no_commit() {
    let farm = Farm::new();
    farm.run(&["--commit"]);
    for (tree, branch) in TREES {
        let target = format!("HEAD:refs/heads/{branch}");
        farm.env.git(tree, &["push", "--quiet", "origin", &target]);
        farm.env.git(tree, &["fetch", "--quiet", "origin"]);
    }
    farm.env.replace("svcgen.yaml", "port: 6699", "port: 6700");
    let said = farm.run(&["--review"]);
    assert_eq!(said.matches("sent for review").count(), 3, "{said}");
    farm.env.replace("svcgen.yaml", "port: 6700", "port: 6699");
    farm.env.write("vagrant/mine", "staged\n");
    farm.env.git("vagrant", &["add", "mine"]);
    assert_snapshot!(farm.run(&["--review"]), @"
    exit 0

    MediaWiki-Vagrant
    vagrant: HOME/work/vagrant: changes 2 files, 2 lines added, 2 removed
    vagrant: written
    vagrant: nothing is left of the change; its commit is off svcgen/trending-edits
    vagrant: where it is in review, abandon it there: If305a2ef12994b8a965fb62687456852b916201d

    the source repository
    source: HOME/work/source: nothing to write
    source: nothing to commit on svcgen/trending-edits
    source: nothing to send, it is merged

    the deploy repository
    scap: HOME/work/deploy: changes 1 file, 1 line added, 1 removed
    scap: written
    scap: nothing is left of the change; its commit is off svcgen/trending-edits
    scap: where it is in review, abandon it there: I73a197409962582a10ced4cc5daa0fac5e312aac

    operations/puppet
    puppet: HOME/work/puppet: changes 1 file, 1 line added, 1 removed
    puppet: written
    puppet: nothing is left of the change; its commit is off svcgen/trending-edits
    puppet: where it is in review, abandon it there: I7a68bb788627cffe7b75805c7f9683a8562f3c1a
    ");
    for (tree, branch) in TREES {
        let own = format!("origin/{branch}..svcgen/trending-edits");
        assert_eq!(
            farm.env.git(tree, &["log", "--oneline", &own]),
            "",
            "{tree}"
        );
        let staged = if *tree == "vagrant" { "A  mine\n" } else { "" };
        assert_eq!(farm.env.status(tree), staged, "{tree}");
    }
    // What comes after is a change of its own.
    farm.env.replace("svcgen.yaml", "port: 6699", "port: 6701");
    let said = farm.run(&["--review"]);
    assert_eq!(said.matches("sent for review").count(), 3, "{said}");
}

#[test]
fn a_commit_on_top_is_told_before_anything_is_written() {
    let farm = Farm::new();
    assert!(farm.run(&["--review"]).starts_with("exit 0"));
    farm.env.replace(EDITS[0].0, EDITS[0].1, EDITS[0].2);
    farm.env.git(
        "vagrant",
        &["commit", "--quiet", "--all", "--message", "by hand"],
    );
    farm.env.replace("svcgen.yaml", "port: 6699", "port: 6700");
    let said = farm.run(&["--review"]);
    assert_snapshot!(said, @r#"
    exit 11

    MediaWiki-Vagrant
    error: on `svcgen/trending-edits` there is "by hand" on top of the commit that svcgen would update
    hint: git -C HOME/work/vagrant switch svcgen/trending-edits && git -C HOME/work/vagrant rebase -i --autostash HEAD~2
    hint: in the list that it opens, mark yours `fixup`, or move it up

    the source repository
    source: HOME/work/source: nothing to write
    source: nothing to commit on svcgen/trending-edits
    source: the review server has this already, nothing new; if it was abandoned there, restore it, or begin another one with `--topic NAME`

    the deploy repository
    scap: HOME/work/deploy: changes 1 file, 1 line added, 1 removed
    scap: written
    scap: amended d6f4ecfb4c on svcgen/trending-edits
    scap: updated in review: https://gerrit.example.org/r/c/+/1

    operations/puppet
    puppet: HOME/work/puppet: changes 1 file, 1 line added, 1 removed
    puppet: written
    puppet: amended b9153d8056 on svcgen/trending-edits
    puppet: updated in review: https://gerrit.example.org/r/c/+/1
    error: 1 of 4 repositories failed: vagrant
    hint: run the same command again once that is fixed: what is done is not repeated
    "#);
    assert_eq!(farm.env.status("vagrant"), "");
    // Git's own way to bring the two together.
    let onto = ["reset", "--quiet", "--soft", "HEAD~1"];
    farm.env.git("vagrant", &onto);
    farm.env
        .git("vagrant", &["commit", "--quiet", "--amend", "--no-edit"]);
    let said = farm.run(&["--review"]);
    assert!(said.contains("vagrant: updated in review"), "{said}");
    assert!(farm.env.read(EDITS[0].0).contains(EDITS[0].2));
    assert_eq!(farm.gerrit.changes("vagrant").len(), 1);
}

#[test]
fn a_commit_on_top_is_told_as_one_where_the_model_has_not_changed() {
    let farm = Farm::new();
    assert!(farm.run(&["--review"]).starts_with("exit 0"));
    let sent = farm.changes();
    let id = format!("by hand\n\nChange-Id: I{}", "a".repeat(40));
    for (tree, message) in [("vagrant", "by hand"), ("deploy", id.as_str())] {
        farm.env.write(&format!("{tree}/README"), "mine\n");
        farm.env.git(tree, &["add", "README"]);
        farm.env
            .git(tree, &["commit", "--quiet", "--message", message]);
    }
    let said = farm.run(&["--review"]);
    assert!(said.starts_with("exit 11"), "{said}");
    for tree in ["vagrant", "deploy"] {
        let told = format!(
            "error: on `svcgen/trending-edits` there is \"by hand\" on top of the commit that svcgen would update\n\
             hint: git -C HOME/work/{tree} switch svcgen/trending-edits && git -C HOME/work/{tree} rebase -i --autostash HEAD~2\n"
        );
        assert!(said.contains(&told), "{told}\n{said}");
        let editor = "sequence.editor=sed -i 2s/^pick/fixup/";
        let rebase = ["-c", editor, "rebase", "-i", "--autostash", "HEAD~2"];
        farm.env.git(tree, &rebase);
    }
    let said = farm.run(&["--review"]);
    assert_eq!(said.matches("updated in review").count(), 2, "{said}");
    assert_eq!(farm.changes().lines().count(), sent.lines().count());
    assert_eq!(farm.env.read("vagrant/README"), "mine\n");
}

#[test]
fn the_series_goes_with_the_rest() {
    let farm = Farm::new();
    assert!(farm.run(&["--review"]).starts_with("exit 0"));
    let series = ["puppet", "--series", "--repo", "puppet", "--yes"];
    let series = farm
        .env
        .svcgen(&[&series[..], &["--no-verify", "--review"]].concat());
    assert_eq!(series.code, 0, "{}", series.show());
    let sent = farm.changes();
    let again = farm.run(&["--review"]);
    assert!(again.starts_with("exit 0"), "{again}");
    assert_eq!(farm.changes(), sent);
    farm.env.replace("svcgen.yaml", "port: 6699", "port: 6700");
    let dry = farm.run(&["--dry-run"]);
    assert!(dry.contains("service: would change"), "{dry}");
    let committed = farm.run(&["--commit"]);
    assert!(committed.starts_with("exit 0"), "{committed}");
    assert!(committed.contains("cluster: rebased "), "{committed}");
    let next = "\nnext: svcgen generate --vagrant-repo vagrant --puppet-repo puppet --deploy-repo deploy --source-repo source --review\n";
    assert!(committed.ends_with(next), "{committed}");
    let json = farm
        .env
        .svcgen(&[GENERATE, &["--review", "--format", "json"]].concat());
    assert_eq!(json.code, 0, "{}", json.show());
    let told: Value = serde_json::from_str(&json.stdout).unwrap();
    let puppet = &told["repositories"][3];
    assert_eq!(puppet["steps"][0]["step"], "service");
    let puppet = |changes: String| {
        changes
            .lines()
            .filter(|it| it.starts_with("puppet"))
            .count()
    };
    assert_eq!(puppet(farm.changes()), puppet(sent));
}
