//! What changes are called that come after the first one of a service was merged.

use crate::support::Env;
use crate::support::samples::{MODEL, TREES};

/// A server for each tree, of which the tree is a clone.
fn with_servers(env: &Env) {
    for (tree, branch) in TREES {
        env.repository(tree);
        env.git(tree, &["branch", "-M", branch]);
        let server = format!("{tree}.git");
        env.git(".", &["clone", "--quiet", "--bare", tree, &server]);
        let url = env.work().join(server);
        env.git(tree, &["remote", "add", "origin", url.to_str().unwrap()]);
        env.git(tree, &["fetch", "--quiet", "origin"]);
    }
}

/// Generates into a tree and commits; the message of the commit.
#[track_caller]
fn commit(env: &Env, generator: &str, tree: &str) -> String {
    let options = ["--repo", tree, "--commit", "--yes", "--no-verify"];
    let run = env.svcgen(&[&[generator], &options[..]].concat());
    assert_eq!(run.code, 0, "{}", run.show());
    let message = env.git(tree, &["log", "-1", "--format=%B"]);
    let (text, _) = message.split_once("\n\nChange-Id:").unwrap();
    text.to_owned()
}

/// What a reviewer does.
fn merge(env: &Env) {
    for (tree, branch) in TREES {
        let target = format!("HEAD:refs/heads/{branch}");
        env.git(tree, &["push", "--quiet", "origin", &target]);
        env.git(tree, &["fetch", "--quiet", "origin"]);
    }
}

#[test]
fn a_change_of_a_service_that_is_there_says_what_it_changes() {
    let env = Env::with_model();
    with_servers(&env);
    let generators = [
        ("vagrant", "vagrant"),
        ("puppet", "puppet"),
        ("scap", "deploy"),
    ];
    let first = generators.map(|(generator, tree)| commit(&env, generator, tree));
    let subjects = first.each_ref().map(|text| text.lines().next().unwrap());
    assert_eq!(
        subjects,
        [
            "Add a role for trending-edits",
            "trendingedits: Add role and profile",
            "scap: Set up the deployment of trending-edits",
        ]
    );
    // As long as it is not merged, it stays what it is.
    env.write("svcgen.yaml", &MODEL.replace("86400", "600"));
    assert_eq!(commit(&env, "puppet", "puppet"), first[1]);
    assert_eq!(commit(&env, "vagrant", "vagrant"), first[0]);

    merge(&env);
    env.write(
        "svcgen.yaml",
        &MODEL.replace("86400", "7200").replace("6699", "6700"),
    );
    let later = generators.map(|(generator, tree)| commit(&env, generator, tree));
    // It follows what is changed, too: what goes back to what it was is no part of it any more.
    let moved = MODEL
        .replace("86400", "600")
        .replace("kafka1001", "kafka1002");
    env.write("svcgen.yaml", &moved);
    let other = commit(&env, "puppet", "puppet");
    insta::assert_snapshot!([later.join("\n---\n"), other.clone()].join("\n---\n"), @"
    Update hieradata, settings and module of trending-edits

    Follows what the model of trending-edits says now, in:

    * puppet/hieradata/common.yaml
    * puppet/modules/role/settings/trendingedits.yaml
    * puppet/modules/trendingedits/manifests/init.pp
    ---
    trendingedits: Update profile

    Follows what the model of trending-edits says now, in:

    * modules/profile/manifests/trendingedits.pp
    ---
    scap: Update scap.cfg

    Follows what the model of trending-edits says now, in:

    * scap/scap.cfg
    ---
    trendingedits: Update hieradata

    Follows what the model of trending-edits says now, in:

    * hieradata/role/common/trendingedits.yaml
    ");
    assert_eq!(commit(&env, "puppet", "puppet"), other);
}
