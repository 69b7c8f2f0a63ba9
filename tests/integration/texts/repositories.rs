//! Repositories that are not what a command needs, told before anything is done in them.

use super::with_trees;
use crate::support::Env;

#[test]
fn another_repository_than_that_of_deploys_is_told_as_what_it_is() {
    let env = with_trees(&["vagrant"]);
    let run = env.svcgen(&["deploy", "--deploy-repo", "vagrant"]);
    let told = "vagrant` is a checkout of MediaWiki-Vagrant, and not the deploy repository";
    assert_eq!(run.code, 2, "{}", run.show());
    assert!(run.stderr.contains(told), "{}", run.show());
}

#[test]
fn a_remote_at_another_server_is_told_before_anything_is_committed() {
    let env = Env::with_model();
    env.repository("vagrant");
    let url = "ssh://git@127.0.0.1:1/wiki/vagrant";
    env.git("vagrant", &["remote", "add", "origin", url]);
    let run = env.svcgen(&["vagrant", "--repo", "vagrant", "--review", "--yes", "-q"]);
    assert_ne!(run.code, 0, "{}", run.show());
    let first = run.stderr.lines().next().unwrap();
    insta::assert_snapshot!(first, @"warning: `origin` leads to ssh://git@127.0.0.1:1/wiki/vagrant, which is not the review server of `example`: `git -C HOME/work/vagrant remote add gerrit https://review.farm.example/p/wiki/vagrant` has the change sent there");
}

#[test]
fn a_remote_of_another_project_is_told_before_a_build_sends_anything() {
    let env = Env::with_model();
    env.write(
        "deploy/scap/scap.cfg",
        "[global]\ngit_repo: trending-edits/deploy\n",
    );
    env.git("deploy", &["init", "--quiet"]);
    env.git("deploy", &["add", "--all"]);
    env.git("deploy", &["commit", "--quiet", "--message=x"]);
    let build = |url: &str| {
        env.git("deploy", &["remote", "add", "origin", url]);
        let mut command = env.command();
        // Nobody is asked.
        command.env("GIT_SSH_COMMAND", "false");
        command.args([
            "build",
            "--review",
            "--yes",
            "--no-container",
            "--deploy-repo",
            "deploy",
        ]);
        let run = env.run(&mut command);
        env.git("deploy", &["remote", "remove", "origin"]);
        assert_ne!(run.code, 0, "{}", run.show());
        run.stderr.lines().next().unwrap().to_owned()
    };
    let server = "ssh://ada@review.farm.example:29418";
    insta::assert_snapshot!(build(&format!("{server}/wiki/services/other/deploy")), @"
    warning: `origin` leads to ssh://ada@review.farm.example:29418/wiki/services/other/deploy, which is not the repository that this is for: `git -C deploy remote add gerrit https://review.farm.example/p/wiki/services/trending-edits/deploy` has the change sent there
    ");
    let meant = build(&format!("{server}/wiki/services/trending-edits/deploy"));
    assert!(!meant.starts_with("warning: "), "{meant}");
}

#[test]
fn a_build_refuses_other_repositories_as_what_they_are() {
    let env = with_trees(&["vagrant", "puppet"]);
    for (option, tree, told) in [
        (
            "--deploy-repo",
            "vagrant",
            "MediaWiki-Vagrant, and not the deploy repository",
        ),
        (
            "--deploy-repo",
            "puppet",
            "operations/puppet, and not the deploy repository",
        ),
        (
            "--source-repo",
            "vagrant",
            "MediaWiki-Vagrant, and not the source repository",
        ),
        (
            "--source-repo",
            "puppet",
            "operations/puppet, and not the source repository",
        ),
    ] {
        let run = env.svcgen(&["build", "--yes", "--no-container", option, tree]);
        let told = format!("{tree}` is a checkout of {told}");
        assert_eq!(run.code, 2, "{}", run.show());
        assert!(run.stderr.contains(&told), "{}", run.show());
        assert!(
            run.stderr.contains(&format!("hint: `{option} DIR` names")),
            "{}",
            run.show()
        );
        assert_eq!(env.git(tree, &["rev-list", "--count", "HEAD"]).trim(), "1");
    }
}

#[test]
fn a_build_refuses_the_source_repository_in_the_place_of_the_deploy_repository() {
    let env = Env::with_model();
    env.write("source/package.json", "{\"name\": \"tea\"}\n");
    env.git("source", &["init", "--quiet"]);
    env.git("source", &["add", "--all"]);
    env.git("source", &["commit", "--quiet", "--message=x"]);
    let deploy = ["--deploy-repo", "source"];
    let both = [&deploy[..], &["--source-repo", "source"]].concat();
    let refused = |arguments: &[&str]| {
        let command = [&["build", "--yes", "--no-container"], arguments].concat();
        let run = env.svcgen(&command);
        assert_eq!(run.code, 2, "{}", run.show());
        run.stderr
    };
    let told = refused(&deploy);
    insta::assert_snapshot!(told, @"
    error: `HOME/work/source` is the source repository, and not the deploy repository
    cause: it has no `scap/scap.cfg`
    hint: `--deploy-repo DIR` names the deploy repository
    ");
    // It has no remote, which is not what is wrong with it.
    assert_eq!(refused(&both), told);
    env.write("source/scap/scap.cfg", "[global]\ngit_repo: tea/deploy\n");
    insta::assert_snapshot!(refused(&both), @"
    error: `HOME/work/source` is named as both the source repository and the deploy repository
    cause: the modules are committed beside the source, in a repository of their own
    hint: `--deploy-repo DIR` names the deploy repository
    ");
    assert_eq!(
        env.git("source", &["rev-list", "--count", "HEAD"]).trim(),
        "1"
    );
}

#[test]
fn what_svcgen_has_just_written_is_committed_before_a_build_and_not_put_away() {
    let env = Env::with_model();
    env.write("deploy/README.md", "# tea\n");
    env.git("deploy", &["init", "--quiet"]);
    let model = env.read("svcgen.yaml");
    for text in [&model, &model.replace("port: 6699", "port: 6698")] {
        env.git("deploy", &["add", "--all"]);
        env.git("deploy", &["commit", "--quiet", "--message=x"]);
        env.write("svcgen.yaml", text);
        let run = env.svcgen(&["scap", "--repo", "deploy", "--yes", "-q"]);
        assert_eq!(run.code, 0, "{}", run.show());
    }
    let run = env.svcgen(&[
        "build",
        "--deploy-repo",
        "deploy",
        "--no-container",
        "--yes",
    ]);
    assert_eq!(run.code, 11, "{}", run.show());
    assert!(
        run.stderr.contains("hint: svcgen scap --commit"),
        "{}",
        run.show()
    );
    assert!(!run.stderr.contains("stash"), "{}", run.show());
    // Once somebody has changed it as well, it is his.
    env.write("deploy/scap/scap.cfg", "mine\n");
    let run = env.svcgen(&[
        "build",
        "--deploy-repo",
        "deploy",
        "--no-container",
        "--yes",
    ]);
    assert!(run.stderr.contains("stash"), "{}", run.show());
}

#[test]
fn a_deploy_repository_that_is_not_cloned_yet_is_told_by_what_names_it() {
    let env = Env::with_model();
    env.write("tea/package.json", "{\"name\": \"tea\"}\n");
    env.git("tea", &["init", "-q"]);
    let [source, deploy] =
        ["tea", "deploy"].map(|name| env.work().join(name).display().to_string());
    let config = format!("services: {{trending-edits: {{source: {source}, deploy: {deploy}}}}}\n");
    let folder = env.home().join("config/svcgen");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("config.yaml"), config).unwrap();
    let run = env.svcgen(&["source", "--dry-run"]);
    insta::assert_snapshot!(run.show(), @"
    exit 2
    --- stdout
    --- stderr
    error: `HOME/work/deploy` is not a checkout of the deploy repository
    cause: `services.trending-edits.deploy` of `HOME/config/svcgen/config.yaml` names it
    hint: `svcgen scap --clone ..` makes one
    ");
    // Where it is the source that has no git, the deploy repository is not blamed.
    env.write("deploy/README", "");
    env.git("deploy", &["init", "-q"]);
    std::fs::remove_dir_all(env.work().join("tea/.git")).unwrap();
    let run = env.svcgen(&["source", "--dry-run"]);
    insta::assert_snapshot!(run.show(), @"
    exit 2
    --- stdout
    --- stderr
    error: `HOME/work/tea` is not the root of a git checkout
    hint: name the root of a checkout: `HOME/work/tea` is not in one
    ");
}

#[test]
fn a_submodule_without_an_address_is_told_once_with_its_line() {
    let env = Env::with_model();
    env.write(
        "deploy/.gitmodules",
        "[submodule \"lib\"]\n\tpath = lib\n\turl = x\n[submodule \"src\"]\n\tpath = src\n",
    );
    env.git("deploy", &["init", "-q"]);
    let run = env.svcgen(&["scap", "--repo", "deploy", "--dry-run"]);
    insta::assert_snapshot!(run.show(), @"
    exit 2
    --- stdout
    --- stderr
    error: .gitmodules:4: the submodule `src` lacks `path` or `url`
    hint: correct that line, and run this again
    ");
}
