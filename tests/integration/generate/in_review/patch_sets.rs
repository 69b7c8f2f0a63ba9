//! Patch sets of changes in several repositories that somebody else sent.

use insta::assert_snapshot;

use super::{EDITS, Farm, assert_committed};
use crate::support::samples::TREES;

/// Sends another patch set of each change, as somebody else.
fn edit_on_the_server(farm: &Farm) {
    for ((path, from, to), (tree, branch)) in EDITS.iter().map(|edit| {
        let tree = edit.0.split('/').next().unwrap();
        (edit, TREES.iter().find(|(name, _)| *name == tree).unwrap())
    }) {
        let (other, bare) = (
            format!("other-{tree}"),
            format!("file://{}", farm.gerrit.path("git").join(tree)),
        );
        farm.env.git(
            ".",
            &["clone", "--quiet", "--branch", branch, &bare, &other],
        );
        farm.env.git(
            &other,
            &["fetch", "--quiet", "origin", "refs/changes/01/1/1"],
        );
        farm.env.git(&other, &["checkout", "--quiet", "FETCH_HEAD"]);
        farm.env.replace(&format!("other-{path}"), from, to);
        farm.env.git(
            &other,
            &["commit", "--quiet", "--all", "--amend", "--no-edit"],
        );
        farm.env.git(
            &other,
            &[
                "push",
                "--quiet",
                "origin",
                &format!("HEAD:refs/for/{branch}%topic=svcgen/trending-edits"),
            ],
        );
    }
}

#[test]
fn a_patch_set_of_somebody_elses_is_not_sent_over() {
    let farm = Farm::new();
    assert!(farm.run(&["--review"]).starts_with("exit 0"));
    let first = farm.changes();
    edit_on_the_server(&farm);
    let edited = farm.changes();
    assert_eq!(edited, first.replace(" 1 1 topic", " 1 2 topic"));
    farm.env.replace("svcgen.yaml", "port: 6699", "port: 6700");
    farm.env
        .replace("svcgen.yaml", "librdkafka-dev", "libkafka-dev");
    let said = farm.run(&["--review"]);
    assert_snapshot!(said, @"
    exit 11

    MediaWiki-Vagrant
    error: patch set 2 of change 1 was not sent from here, and `svcgen/trending-edits` does not have it
    hint: git -C HOME/work/vagrant switch svcgen/trending-edits && git -C HOME/work/vagrant fetch origin refs/changes/01/1/2 && git -C HOME/work/vagrant reset --keep FETCH_HEAD
    hint: `--force` sends yours over it

    the source repository
    error: patch set 2 of change 1 was not sent from here, and `svcgen/trending-edits` does not have it
    hint: git -C HOME/work/source switch svcgen/trending-edits && git -C HOME/work/source fetch origin refs/changes/01/1/2 && git -C HOME/work/source reset --keep FETCH_HEAD
    hint: `--force` sends yours over it

    the deploy repository
    error: patch set 2 of change 1 was not sent from here, and `svcgen/trending-edits` does not have it
    hint: git -C HOME/work/deploy switch svcgen/trending-edits && git -C HOME/work/deploy fetch origin refs/changes/01/1/2 && git -C HOME/work/deploy reset --keep FETCH_HEAD
    hint: `--force` sends yours over it

    operations/puppet
    error: patch set 2 of change 1 was not sent from here, and `svcgen/trending-edits` does not have it
    hint: git -C HOME/work/puppet switch svcgen/trending-edits && git -C HOME/work/puppet fetch origin refs/changes/01/1/2 && git -C HOME/work/puppet reset --keep FETCH_HEAD
    hint: `--force` sends yours over it
    error: 4 of 4 repositories failed: vagrant, source, scap, puppet
    hint: run the same command again once that is fixed: what is done is not repeated
    ");
    assert_eq!(farm.changes(), edited);
    for (tree, _) in TREES {
        assert_eq!(farm.env.status(tree), "");
        let git = format!("git -C HOME/work/{tree}");
        let words = [
            "switch svcgen/trending-edits",
            "fetch origin refs/changes/01/1/2",
            "reset --keep FETCH_HEAD",
        ];
        let line = words.map(|words| format!("{git} {words}")).join(" && ");
        assert!(said.contains(&line), "{line}\n{said}");
        for command in words {
            let words: Vec<&str> = command.split(' ').collect();
            farm.env
                .git(tree, &[&words[..1], &["--quiet"], &words[1..]].concat());
        }
    }
    let said = farm.run(&["--review"]);
    assert_eq!(said.matches("updated in review").count(), 4, "{said}");
    assert_eq!(farm.changes(), first.replace(" 1 1 topic", " 1 3 topic"));
    assert_committed(&farm);
}

#[test]
fn what_is_forced_for_a_file_is_not_forced_for_a_patch_set_that_nobody_named() {
    let farm = Farm::new();
    assert!(farm.run(&["--review"]).starts_with("exit 0"));
    let first = farm.changes();
    edit_on_the_server(&farm);
    let edited = farm.changes();
    let file = "vagrant/puppet/modules/trendingedits/manifests/init.pp";
    let mine = format!("# mine\n{}", farm.env.read(file));
    farm.env.write(file, &mine);
    farm.env.replace("svcgen.yaml", "port: 6699", "port: 6700");
    farm.env
        .replace("svcgen.yaml", "librdkafka-dev", "libkafka-dev");
    // A run that writes files alone names no patch set.
    assert!(farm.run(&["--force"]).starts_with("exit 0"));
    let said = farm.run(&["--review", "--force"]);
    assert!(said.starts_with("exit 11"), "{said}");
    let named = "patch set 2 of change 1 was not sent from here";
    assert_eq!(said.matches(named).count(), 4, "{said}");
    assert_eq!(farm.changes(), edited);
    let said = farm.run(&["--review", "--force"]);
    assert!(said.starts_with("exit 0"), "{said}");
    assert_eq!(farm.changes(), first.replace(" 1 1 topic", " 1 3 topic"));
    let told = ": sent over patch set 2 of change 1; `";
    let kept: Vec<&str> = said.split(told).skip(1).collect();
    assert_eq!(kept.len(), 4, "{said}");
    for (kept, tree) in kept.iter().zip(["vagrant", "source", "deploy", "puppet"]) {
        let (path, _, to) = EDITS
            .iter()
            .find(|(path, ..)| path.starts_with(tree))
            .unwrap();
        let (_, file) = path.split_once('/').unwrap();
        let (kept, _) = kept.split_once('`').unwrap();
        let text = farm.env.git(tree, &["show", &format!("{kept}:{file}")]);
        assert!(text.contains(to), "{tree}\n{text}");
    }
}

#[test]
fn a_patch_set_of_somebody_elses_is_seen_where_nothing_is_remembered() {
    let farm = Farm::new();
    assert!(farm.run(&["--review"]).starts_with("exit 0"));
    edit_on_the_server(&farm);
    let edited = farm.changes();
    for (tree, _) in TREES {
        for folder in ["svcgen", "logs"] {
            std::fs::remove_dir_all(farm.env.work().join(tree).join(".git").join(folder)).unwrap();
        }
    }
    let said = farm.run(&["--review"]);
    let refused = "patch set 2 of change 1 was not sent from here";
    assert_eq!(said.matches(refused).count(), 4, "{said}");
    assert_eq!(farm.changes(), edited);
}
