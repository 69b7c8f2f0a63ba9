//! Another name in the model, where the checkout remembers nothing.

use std::path::{Path, PathBuf};

use insta::assert_snapshot;

use super::{MODEL, said};
use crate::support::sample::{apply, checkout, git};
use crate::support::{Env, Run};

const OTHER: &str = "our-service";

/// A tree that has the service and remembers nothing, and a source repository that has the model in its last commit.
fn merged(generator: &str, env: &Env) -> PathBuf {
    let tree = env.work().join("tree");
    apply(env, generator, MODEL, &["--commit"]);
    git(&tree, &["switch", "--quiet", "master"]);
    git(&tree, &["merge", "--quiet", "svcgen/my-service"]);
    git(&tree, &["branch", "--quiet", "-D", "svcgen/my-service"]);
    std::fs::remove_dir_all(tree.join(".git/svcgen")).unwrap();
    let source = env.work().join("src");
    env.write("src/svcgen.yaml", MODEL);
    env.write("src/package.json", "{}\n");
    commit(&source, true);
    source
}

fn commit(source: &Path, is_new: bool) {
    if is_new {
        git(source, &["init", "--quiet", "--initial-branch=master"]);
        git(source, &["config", "user.name", "Ada"]);
        git(source, &["config", "user.email", "ada@example.org"]);
    }
    git(source, &["add", "--all"]);
    git(source, &["commit", "--quiet", "--message", "the model"]);
}

fn with(env: &Env, command: &str) -> Run {
    let mut words: Vec<&str> = command.split(' ').collect();
    words.extend(["--service", "src/svcgen.yaml"]);
    env.svcgen(&words)
}

#[test]
fn another_name_and_port_are_no_second_service() {
    let env = checkout("vagrant");
    merged("vagrant", &env);
    let renamed = MODEL.replace("my-service", OTHER).replace("6789", "6791");
    env.write("src/svcgen.yaml", &renamed);
    let before = env.status("tree");
    let refused = with(&env, "vagrant --repo tree --commit --yes --no-verify");
    assert_snapshot!(said(&refused), @"
    exit 11
    error: a service cannot be renamed: src/svcgen.yaml is `our-service` now, and `my-service` in the last commit
    cause: `puppet/modules/myservice/manifests/init.pp` is that of `my-service`
    cause: units, logs and directories on the hosts go by the name
    hint: write `name: my-service` into src/svcgen.yaml
    hint: a service beside `my-service` has a svcgen.yaml of its own, in a repository of its own
    ");
    // A commit of the source would hide it from the others.
    let checkouts = "--vagrant-repo tree --source-repo src";
    let all = with(
        &env,
        &format!("generate {checkouts} --commit --yes --no-verify"),
    );
    let error = refused.stderr.as_str();
    assert_eq!(all.code, 11);
    assert!(all.stderr.ends_with(error), "{}", all.show());
    assert_eq!(env.status("tree"), before);
    let looked = with(&env, "check --vagrant-repo tree");
    assert_eq!(said(&looked), said(&refused));
    // A service beside it whose model was never another one is what it says that it is.
    std::fs::remove_dir_all(env.work().join("src/.git")).unwrap();
    let second = with(&env, "vagrant --repo tree --commit --yes --no-verify");
    assert_eq!(second.code, 0, "{}", second.show());
}

#[test]
fn what_one_checkout_remembers_counts_for_all() {
    let env = checkout("vagrant");
    let source = merged("vagrant", &env);
    env.write("deploy/.gitkeep", "");
    commit(&env.work().join("deploy"), true);
    let made = with(&env, "scap --repo deploy --commit --yes --no-verify");
    assert_eq!(made.code, 0, "{}", made.show());
    let deploy = env.work().join("deploy");
    git(&source, &["config", "deploy.dir", deploy.to_str().unwrap()]);
    let renamed = MODEL.replace("my-service", OTHER).replace("6789", "6791");
    env.write("src/svcgen.yaml", &renamed);
    commit(&source, false);
    let refused = with(&env, "vagrant --repo tree --commit --yes --no-verify");
    assert_snapshot!(said(&refused), @"
    exit 11
    error: a service cannot be renamed: src/svcgen.yaml is `our-service` now, and was generated as `my-service`
    cause: `HOME/work/deploy/scap/scap.cfg` is that of `my-service`
    cause: units, logs and directories on the hosts go by the name
    hint: write `name: my-service` into src/svcgen.yaml
    hint: a service beside `my-service` has a svcgen.yaml of its own, in a repository of its own
    ");
}

#[test]
fn the_model_of_another_place_may_have_another_name_as_well() {
    let env = checkout("vagrant");
    apply(&env, "vagrant", MODEL, &["--commit"]);
    let renamed = MODEL.replace("my-service", OTHER).replace("6789", "6791");
    env.write("src/svcgen.yaml", &renamed);
    // The other model is there: this is a service beside it.
    let dry = with(&env, "vagrant --repo tree --dry-run --no-verify");
    assert_eq!(dry.code, 3, "{}", dry.show());
    std::fs::remove_file(env.work().join("svcgen.yaml")).unwrap();
    let refused = with(&env, "vagrant --repo tree --commit --yes --no-verify");
    assert_snapshot!(said(&refused), @"
    exit 11
    error: `our-service` may be `my-service` under a new name: the model that `my-service` was generated from is gone
    cause: it was HOME/work/svcgen.yaml; `puppet/hieradata/common.yaml` is that of `my-service`
    cause: units, logs and directories on the hosts go by the name
    hint: if it is, a service keeps its name: write `name: my-service` into src/svcgen.yaml
    hint: if it is a service beside `my-service`, `rm HOME/work/tree/.git/svcgen/rendered/my-service.vagrant.json` forgets that svcgen wrote `my-service` here
    ");
    let looked = with(&env, "check --vagrant-repo tree");
    assert_eq!(said(&looked), said(&refused));
    let store = "tree/.git/svcgen/rendered/my-service.vagrant.json";
    std::fs::remove_file(env.work().join(store)).unwrap();
    for _ in 0..2 {
        let second = with(&env, "vagrant --repo tree --commit --yes --no-verify");
        assert_eq!(second.code, 0, "{}", second.show());
    }
}

#[test]
fn a_check_says_what_a_generator_says_of_a_port_that_is_taken() {
    let env = checkout("vagrant");
    apply(&env, "vagrant", MODEL, &["--commit"]);
    env.write("src/svcgen.yaml", &MODEL.replace("my-service", OTHER));
    let refused = with(&env, "vagrant --repo tree --commit --yes --no-verify");
    assert_snapshot!(said(&refused), @"
    exit 11
    error: port 6789 is taken: puppet/hieradata/common.yaml:14 gives it to `myservice::port`
    hint: 6790 is free in this tree: write `port: 6790` in the model
    hint: if it is `my-service` under a new name: a service keeps its name, write `name: my-service`
    ");
    let looked = with(&env, "check --vagrant-repo tree");
    let told: Vec<&str> = looked.stdout.lines().take(5).collect();
    assert_snapshot!(told.join("\n"), @r#"
    vagrant: HOME/work/tree: 1 difference
      puppet/hieradata/common.yaml:14
        the model or the tree was changed: port 6789 belongs to `myservice::port`, which this checkout does not know to be svcgen's
        $ ${EDITOR:-vi} src/svcgen.yaml
        6790 is free in this tree: write `port: 6790` in the model; if it is `my-service` under a new name: a service keeps its name, write `name: my-service`
    "#);
}

#[test]
fn a_deploy_repository_says_whose_it_is() {
    let env = Env::new();
    env.write("tree/.gitkeep", "");
    commit(&env.work().join("tree"), true);
    let source = merged("scap", &env);
    env.write("src/svcgen.yaml", &MODEL.replace("my-service", OTHER));
    let refused = with(&env, "scap --repo tree --commit --yes --no-verify");
    assert!(
        refused.stderr.contains("a service cannot be renamed: "),
        "{}",
        refused.show()
    );
    commit(&source, false);
    let refused = with(&env, "scap --repo tree --commit --yes --no-verify");
    let words = |line: &&str| line.starts_with("error") || line.starts_with("hint");
    let told: Vec<&str> = refused.stderr.lines().filter(words).collect();
    assert_snapshot!(told.join("\n"), @"
    error: scap/scap.cfg:2: `git_repo` is `my-service/deploy` already, not `our-service/deploy`
    hint: `scap/scap.cfg` deploys `my-service`: if that is its old name, a service keeps its name, write `name: my-service`
    hint: correct the file by hand so that it says what svcgen would write, or change the model
    ");
}
