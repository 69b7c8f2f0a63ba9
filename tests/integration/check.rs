//! Drift between the model, the checkouts and the deploy repository.

mod beside;
mod closing;
mod git;
mod kept;
mod older;
mod unborn;

use insta::assert_snapshot;

use crate::support::{Env, Run};

const MODEL: &str = "\
version: 1
site: example
name: tea-time
description: Says when it is time for tea.
port: 6002
owner: {name: Ada Example, shell: ada}
deploy: {groups: [{name: default, hosts: [tea1.farm.example]}]}
";

const CHECKOUTS: &[&str] = &["--vagrant-repo", "vagrant", "--deploy-repo", "deploy"];

fn check(env: &Env, arguments: &[&str]) -> Run {
    env.svcgen(&[&["check"], CHECKOUTS, arguments].concat())
}

/// Both checkouts, with what is generated committed.
fn generated() -> Env {
    let env = Env::new();
    env.write("svcgen.yaml", MODEL);
    env.checkout("vagrant");
    env.checkout("deploy");
    let run = env.svcgen(&[&["generate", "--commit", "--yes", "--no-verify"], CHECKOUTS].concat());
    assert_eq!(run.code, 0, "{}", run.show());
    env
}

fn edit(env: &Env, path: &str, from: &str, to: &str) {
    let text = env.read(path);
    assert!(text.contains(from), "{from} in {text}");
    env.write(path, &text.replacen(from, to, 1));
}

#[test]
fn what_was_generated_is_in_step() {
    let env = generated();
    assert_snapshot!(check(&env, &[]).show(), @"
    exit 0
    --- stdout
    vagrant: HOME/work/vagrant: in step
    scap: HOME/work/deploy: in step
    source: not looked at: `--source-repo DIR` names its checkout
    puppet: not looked at: `--puppet-repo DIR` names its checkout
    --- stderr
    ");
}

#[test]
fn a_newer_model_is_told_and_its_command_closes_it() {
    let env = generated();
    edit(&env, "svcgen.yaml", "6002", "6003");
    let run = check(&env, &[]);
    assert_snapshot!(run.show(), @"
    exit 3
    --- stdout
    vagrant: HOME/work/vagrant: 2 differences
      puppet/hieradata/common.yaml:22
        the model is newer: generating again: 1 line added, 1 removed
        $ svcgen vagrant --repo vagrant --commit
      puppet/modules/role/settings/teatime.yaml:2
        the model is newer: generating again: 1 line added, 1 removed
        $ svcgen vagrant --repo vagrant --commit
    scap: HOME/work/deploy: 1 difference
      scap/scap.cfg:9
        the model is newer: generating again: 1 line added, 1 removed
        $ svcgen scap --repo deploy --commit
    source: not looked at: `--source-repo DIR` names its checkout
    puppet: not looked at: `--puppet-repo DIR` names its checkout
    --- stderr
    ");
    let commands: Vec<&str> = run
        .stdout
        .lines()
        .filter_map(|line| line.trim().strip_prefix("$ svcgen "))
        .collect();
    assert!(!commands.is_empty());
    for command in commands {
        let words: Vec<&str> = command.split(' ').chain(["--yes", "--no-verify"]).collect();
        let run = env.svcgen(&words);
        assert_eq!(run.code, 0, "{}", run.show());
    }
    assert_eq!(check(&env, &[]).code, 0);
}

#[test]
fn a_page_for_people_is_one_of_the_files() {
    let env = generated();
    std::fs::remove_file(env.work().join("deploy/README.md")).unwrap();
    let scap = [
        "scap",
        "--repo",
        "deploy",
        "--commit",
        "--yes",
        "--no-verify",
    ];
    let run = env.svcgen(&scap);
    assert_eq!(run.code, 0, "{}", run.show());
    edit(&env, "svcgen.yaml", "Says when", "Tells when");
    let said = check(&env, &[]).stdout;
    assert!(
        said.contains("scap: HOME/work/deploy: 1 difference\n  README.md:"),
        "{said}"
    );
    // What somebody made of it is theirs.
    env.write("deploy/README.md", "# Ours\n");
    let said = check(&env, &[]).stdout;
    assert!(said.contains("scap: HOME/work/deploy: in step\n"), "{said}");
}

#[test]
fn scripts_get_json() {
    let env = generated();
    edit(&env, "deploy/scap/scap.cfg", "6002", "6009");
    let run = check(&env, &["--format", "json"]);
    assert_eq!(run.code, 3);
    let value: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    let checkouts = value["checkouts"].as_array().unwrap();
    assert_eq!(checkouts.len(), 2);
    let drift = &checkouts[1]["differences"][0];
    assert_eq!(drift["path"], "scap/scap.cfg");
    assert_eq!(drift["direction"], "tree");
    assert!(drift["line"].as_u64().unwrap() > 1);
    assert!(
        drift["command"]
            .as_str()
            .unwrap()
            .contains(" stash push -u -- ")
    );
    let passed: Vec<&str> = value["not_looked_at"]
        .as_array()
        .unwrap()
        .iter()
        .map(|passed| passed["generator"].as_str().unwrap())
        .collect();
    assert_eq!(passed, ["source", "puppet"]);
}

#[test]
fn a_tree_that_is_none_fails_and_the_others_are_still_told() {
    let env = generated();
    env.write("empty/README", "");
    let run = check(&env, &["--puppet-repo", "empty"]);
    assert_eq!(run.code, 2, "{}", run.show());
    assert!(
        run.stdout.contains("vagrant: HOME/work/vagrant: in step"),
        "{}",
        run.show()
    );
    assert!(
        run.stdout.contains("puppet: cannot be compared"),
        "{}",
        run.show()
    );
    let run = env.svcgen(&["check"]);
    assert_eq!(run.code, 2);
    assert!(
        run.stderr
            .contains("no checkout of any repository is named"),
        "{}",
        run.show()
    );
}

#[test]
fn what_is_wrong_in_several_checkouts_is_said_once() {
    let env = generated();
    edit(&env, "svcgen.yaml", "name: tea-time", "name: coffee-time");
    let run = check(&env, &[]);
    assert_eq!(run.code, 11, "{}", run.show());
    assert_eq!(run.stderr.matches("error: ").count(), 1, "{}", run.show());
}

#[test]
fn the_command_is_one_that_is_not_refused() {
    let env = generated();
    let run = |command: &str| {
        let words = command.split(' ').chain(["--yes", "--no-verify"]);
        env.svcgen(&words.collect::<Vec<_>>())
    };
    let class = "vagrant/puppet/modules/teatime/manifests/init.pp";
    std::fs::remove_file(env.work().join(class)).unwrap();
    let committed = "vagrant --repo vagrant --commit";
    let told = check(&env, &[]);
    assert!(
        told.stdout.contains(&format!("$ svcgen {committed}\n")),
        "{}",
        told.show()
    );
    assert_eq!(run(committed).code, 0);
    assert_eq!(check(&env, &[]).code, 0);
    // Somebody works on a file in which svcgen has to change something.
    let data = "vagrant/puppet/hieradata/common.yaml";
    env.write(data, &format!("{}# mine\n", env.read(data)));
    edit(&env, "svcgen.yaml", "6002", "6003");
    let told = check(&env, &[]);
    let forced = "vagrant --repo vagrant --force";
    assert!(
        told.stdout.contains(&format!("$ svcgen {forced}\n")),
        "{}",
        told.show()
    );
    assert_eq!(run("vagrant --repo vagrant").code, 11);
    assert_eq!(run(forced).code, 0);
    assert!(env.read(data).ends_with("# mine\n"));
}
