//! Drift between the model, the checkouts and the deploy repository.

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
fn what_is_in_no_commit_yet_is_named_and_its_command_commits_it() {
    let env = generated();
    edit(&env, "svcgen.yaml", "6002", "6003");
    let run = env.svcgen(&[&["generate", "--yes", "--no-verify"], CHECKOUTS].concat());
    assert_eq!(run.code, 0, "{}", run.show());
    assert_snapshot!(check(&env, &[]).show(), @"
    exit 0
    --- stdout
    vagrant: HOME/work/vagrant: in step
      2 files are in no commit yet
        $ svcgen vagrant --repo vagrant --commit
    scap: HOME/work/deploy: in step
      scap/scap.cfg is in no commit yet
        $ svcgen scap --repo deploy --commit
    source: not looked at: `--source-repo DIR` names its checkout
    puppet: not looked at: `--puppet-repo DIR` names its checkout
    --- stderr
    ");
    // What somebody adds is his own, and not told as svcgen's.
    let shared = "vagrant/puppet/hieradata/common.yaml";
    env.write(shared, &(env.read(shared) + "kettle::litres: 2\n"));
    let told = check(&env, &["--format", "json"]);
    let told: serde_json::Value = serde_json::from_str(&told.stdout).unwrap();
    let uncommitted = &told["checkouts"][0]["uncommitted"];
    assert_eq!(
        uncommitted["paths"],
        serde_json::json!(["puppet/modules/role/settings/teatime.yaml"])
    );
    env.write(shared, &env.read(shared).replace("kettle::litres: 2\n", ""));
    for checkout in told["checkouts"].as_array().unwrap() {
        let command = checkout["uncommitted"]["command"].as_str().unwrap();
        let words = command.split(' ').skip(1).chain(["--yes", "--no-verify"]);
        let run = env.svcgen(&words.collect::<Vec<_>>());
        assert_eq!(run.code, 0, "{}", run.show());
    }
    assert!(!check(&env, &[]).stdout.contains("in no commit yet"));
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
fn commits_on_no_branch_are_kept_by_the_command_that_is_told() {
    let env = generated();
    let deploy = env.work().join("deploy");
    env.git_in(&deploy, &["switch", "--quiet", "--detach"]);
    env.write("deploy/notes", "mine\n");
    env.git_in(&deploy, &["add", "notes"]);
    env.git_in(&deploy, &["commit", "--quiet", "--message", "notes"]);
    let commit = env.git_in(&deploy, &["rev-parse", "HEAD"]);
    let short = &commit.trim()[..10];
    edit(&env, "svcgen.yaml", "6002", "6003");
    let run = check(&env, &[]);
    let told = format!(
        "$ git -C HOME/work/deploy branch kept-{short} {short} && git -C HOME/work/deploy switch "
    );
    assert!(run.stdout.contains(&told), "{}", run.show());
}

#[test]
fn an_edit_that_is_in_svcgens_commit_is_on_a_branch_once_it_goes() {
    let env = generated();
    let vagrant = env.work().join("vagrant");
    let class = "puppet/modules/teatime/manifests/init.pp";
    edit(&env, &format!("vagrant/{class}"), "tea", "coffee");
    env.git_in(
        &vagrant,
        &["commit", "--quiet", "--all", "--amend", "--no-edit"],
    );
    let commit = env.git_in(&vagrant, &["rev-parse", "HEAD"]);
    let kept = format!("kept-{}", &commit.trim()[..10]);
    let run = check(&env, &[]);
    let told = format!("$ rm HOME/work/vagrant/{class} && svcgen vagrant --repo vagrant --commit");
    assert!(run.stdout.contains(&told), "{}", run.show());
    std::fs::remove_file(vagrant.join(class)).unwrap();
    let words = "vagrant --repo vagrant --commit --yes --no-verify";
    let run = env.svcgen(&words.split(' ').collect::<Vec<_>>());
    assert_eq!(run.code, 0, "{}", run.show());
    let told = format!("no more in it; `{kept}` has it");
    assert!(run.stderr.contains(&told), "{}", run.show());
    let text = env.git_in(&vagrant, &["show", &format!("{kept}:{class}")]);
    assert!(text.contains("coffee"), "{text}");
    assert_eq!(check(&env, &[]).code, 0);
}

#[test]
fn what_git_overlooks_is_neither_lost_nor_left_out_of_a_commit() {
    let env = generated();
    let vagrant = env.work().join("vagrant");
    let class = "puppet/modules/teatime/manifests/init.pp";
    edit(&env, &format!("vagrant/{class}"), "tea", "coffee");
    env.git_in(&vagrant, &["update-index", "--assume-unchanged", class]);
    edit(&env, "svcgen.yaml", "6002", "6003");
    for words in [
        "check --vagrant-repo vagrant",
        "vagrant --repo vagrant --commit --yes --no-verify",
    ] {
        let run = env.svcgen(&words.split(' ').collect::<Vec<_>>());
        assert_eq!(run.code, 11, "{}", run.show());
        let way = format!(
            "hint: git -C HOME/work/vagrant update-index --no-assume-unchanged --no-skip-worktree -- {class}"
        );
        assert!(run.stderr.contains(&way), "{}", run.show());
    }
    assert!(env.read(&format!("vagrant/{class}")).contains("coffee"));
    assert!(
        env.read("vagrant/puppet/hieradata/common.yaml")
            .contains("6002")
    );
}

#[test]
fn what_a_sparse_checkout_leaves_out_is_not_taken_for_gone() {
    let env = generated();
    let vagrant = env.work().join("vagrant");
    env.git_in(&vagrant, &["sparse-checkout", "set", "puppet/hieradata"]);
    edit(&env, "svcgen.yaml", "6002", "6003");
    for words in [
        "check --vagrant-repo vagrant",
        "vagrant --repo vagrant --commit --yes --no-verify",
    ] {
        let run = env.svcgen(&words.split(' ').collect::<Vec<_>>());
        assert_eq!(run.code, 11, "{}", run.show());
        let way = "hint: git -C HOME/work/vagrant sparse-checkout disable";
        assert!(run.stderr.contains(way), "{}", run.show());
    }
    env.git_in(&vagrant, &["sparse-checkout", "disable"]);
    let run = check(&env, &[]);
    assert_eq!(run.code, 3, "{}", run.show());
}

#[test]
fn a_rebase_is_finished_by_the_command_that_is_told() {
    let env = generated();
    let deploy = env.work().join("deploy");
    env.write("deploy/notes", "mine\n");
    env.git_in(&deploy, &["add", "notes"]);
    env.git_in(&deploy, &["commit", "--quiet", "--message", "notes"]);
    let stop = "sequence.editor=echo break >";
    env.git_in(
        &deploy,
        &["-c", stop, "rebase", "--quiet", "--interactive", "HEAD~1"],
    );
    edit(&env, "svcgen.yaml", "6002", "6003");
    let run = check(&env, &[]);
    let told = "$ git -C HOME/work/deploy rebase --continue && ";
    assert!(run.stdout.contains(told), "{}", run.show());
}

#[test]
fn an_edited_tree_is_told_and_kept() {
    let env = generated();
    let class = "vagrant/puppet/modules/teatime/manifests/init.pp";
    edit(&env, class, "tea", "coffee");
    edit(&env, "vagrant/puppet/hieradata/common.yaml", "6002", "6009");
    edit(&env, "deploy/scap/scap.cfg", "6002", "6009");
    assert_snapshot!(check(&env, &[]).show(), @r#"
    exit 3
    --- stdout
    vagrant: HOME/work/vagrant: 2 differences
      puppet/modules/teatime/manifests/init.pp:1
        the tree was changed: was edited: 1 line added, 1 removed
        $ git -C HOME/work/vagrant stash push -u -- puppet/modules/teatime/manifests/init.pp && svcgen vagrant --repo vagrant --commit
        to keep what is there, commit it, and let svcgen.yaml say it
      puppet/hieradata/common.yaml:22
        the tree was changed: `teatime::port` is `6009` already, not `6002`
        $ "$EDITOR" +22 HOME/work/vagrant/puppet/hieradata/common.yaml
        to keep what is there, let svcgen.yaml say it
    scap: HOME/work/deploy: 1 difference
      scap/scap.cfg:9
        the tree was changed: `service_port` is `6009` already, not `6002`
        $ "$EDITOR" +9 HOME/work/deploy/scap/scap.cfg
        to keep what is there, let svcgen.yaml say it
    source: not looked at: `--source-repo DIR` names its checkout
    puppet: not looked at: `--puppet-repo DIR` names its checkout
    --- stderr
    "#);
    assert!(env.read(class).contains("coffee"));
    // Once it is in a commit, nothing is lost with the file.
    let tree = env.work().join("vagrant");
    env.git_in(
        &tree,
        &["commit", "-q", "-m", "Coffee", "--", "puppet/modules"],
    );
    let said = check(&env, &[]).stdout;
    assert!(
        said.contains("    $ rm HOME/work/vagrant/puppet/modules/teatime/manifests/init.pp && "),
        "{said}"
    );
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
fn a_clone_that_remembers_nothing_says_so() {
    let env = generated();
    env.git_in(&env.work(), &["clone", "-q", "vagrant", "fresh"]);
    edit(&env, "svcgen.yaml", "time for tea", "time");
    let run = env.svcgen(&["check", "--vagrant-repo", "fresh"]);
    assert_snapshot!(run.show(), @"
    exit 3
    --- stdout
    vagrant: HOME/work/fresh: 1 difference
      puppet/modules/teatime/manifests/init.pp:13
        one of them was changed: the class `teatime` is there, and nothing here says that svcgen wrote it
        $ svcgen vagrant --repo fresh --commit --conflicts svcgen
        to keep what is there, `--conflicts yours`
    source: not looked at: `--source-repo DIR` names its checkout
    scap: not looked at: `--deploy-repo DIR` names its checkout
    puppet: not looked at: `--puppet-repo DIR` names its checkout
    --- stderr
    ");
}

#[test]
fn a_change_on_another_branch_is_reached_by_its_command() {
    let env = generated();
    env.git_in(&env.work().join("vagrant"), &["switch", "-q", "-"]);
    let run = env.svcgen(&["check", "--vagrant-repo", "vagrant"]);
    assert_eq!(run.code, 3, "{}", run.show());
    let switch = "git -C HOME/work/vagrant switch svcgen/tea-time";
    let command = format!("    $ {switch} && svcgen vagrant --repo vagrant --commit\n");
    assert!(run.show().contains(&command), "{}", run.show());
    assert_eq!(
        run.stdout.matches("$ ").count(),
        run.stdout.matches(" switch ").count()
    );
    env.git_in(
        &env.work().join("vagrant"),
        &["switch", "-q", "svcgen/tea-time"],
    );
    let commit = [
        "vagrant",
        "--repo",
        "vagrant",
        "--commit",
        "--yes",
        "--no-verify",
    ];
    assert_eq!(env.svcgen(&commit).code, 0);
    assert_eq!(check(&env, &[]).code, 0);
}

#[test]
fn a_change_in_another_work_tree_is_reached_by_its_commands() {
    let env = generated();
    let vagrant = env.work().join("vagrant");
    env.git_in(&vagrant, &["switch", "-q", "master"]);
    let add = ["worktree", "add", "-q", "../other", "svcgen/tea-time"];
    env.git_in(&vagrant, &add);
    edit(&env, "svcgen.yaml", "6002", "6003");
    let there = "svcgen vagrant --repo HOME/work/other";
    let told = env.svcgen(&["check", "--vagrant-repo", "vagrant"]);
    let commands: Vec<String> = told
        .stdout
        .lines()
        .filter_map(|line| line.trim().strip_prefix("$ ").map(str::to_owned))
        .collect();
    assert!(!commands.is_empty(), "{}", told.show());
    let commit = format!("{there} --commit");
    assert!(commands.iter().all(|it| *it == commit), "{}", told.show());
    let dry = env.svcgen(&["vagrant", "--repo", "vagrant", "--dry-run"]);
    let warning = format!(
        "the change is on `svcgen/tea-time`, which is checked out in `HOME/work/other`: `{there}` goes on there\n"
    );
    assert!(dry.stderr.contains(&warning), "{}", dry.show());
    let refused = env.svcgen(&[
        "vagrant",
        "--repo",
        "vagrant",
        "--commit",
        "--yes",
        "--no-verify",
    ]);
    assert_eq!(refused.code, 11, "{}", refused.show());
    assert_snapshot!(refused.stderr, @"
    error: `svcgen/tea-time` is checked out in `HOME/work/other`
    hint: svcgen vagrant --repo HOME/work/other --commit
    hint: git -C HOME/work/other switch --detach    frees the branch
    ");
    let other = env.work().join("other");
    let done = env.svcgen(&[
        "vagrant",
        "--repo",
        other.to_str().unwrap(),
        "--commit",
        "--yes",
        "--no-verify",
    ]);
    assert_eq!(done.code, 0, "{}", done.show());
    let closed = env.svcgen(&["check", "--vagrant-repo", "other"]);
    assert_eq!(closed.code, 0, "{}", closed.show());
    // A folder that somebody removed holds the branch until git knows.
    std::fs::remove_dir_all(&other).unwrap();
    let refused = env.svcgen(&[
        "vagrant",
        "--repo",
        "vagrant",
        "--commit",
        "--yes",
        "--no-verify",
    ]);
    let hint = "hint: git -C HOME/work/vagrant worktree prune\n";
    assert!(refused.stderr.ends_with(hint), "{}", refused.show());
    env.git_in(&vagrant, &["worktree", "prune"]);
    let done = env.svcgen(&[
        "vagrant",
        "--repo",
        "vagrant",
        "--commit",
        "--yes",
        "--no-verify",
    ]);
    assert_eq!(done.code, 0, "{}", done.show());
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
            .starts_with("\"$EDITOR\" +")
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

/// `--force` would take it away, and it is in no commit.
#[test]
fn a_command_takes_no_edit_away_that_is_nowhere_else() {
    let env = Env::new();
    let parameter = "config: {parameters: [{name: hall, type: String, value: {vagrant: east}, description: A hall.}]}\n";
    env.write("svcgen.yaml", &format!("{MODEL}{parameter}"));
    env.checkout("vagrant");
    let vagrant = ["--vagrant-repo", "vagrant"];
    let generate = [
        "vagrant",
        "--repo",
        "vagrant",
        "--commit",
        "--yes",
        "--no-verify",
    ];
    let run = env.svcgen(&generate);
    assert_eq!(run.code, 0, "{}", run.show());
    let hieradata = "vagrant/puppet/hieradata/common.yaml";
    edit(&env, hieradata, "::hall: east", "::hall: east # mine");
    env.write("svcgen.yaml", MODEL);
    let run = env.svcgen(&[&["check"][..], &vagrant].concat());
    let command = "    $ git -C HOME/work/vagrant stash push -u -- puppet/hieradata/common.yaml && svcgen vagrant ";
    assert!(run.stdout.contains(command), "{}", run.show());
    assert!(!run.stdout.contains("--force"), "{}", run.show());
}

#[test]
fn a_link_in_place_of_a_file_that_goes_is_told() {
    let env = generated();
    let settings = env
        .work()
        .join("vagrant/puppet/modules/role/settings/teatime.yaml");
    std::fs::remove_file(&settings).unwrap();
    std::os::unix::fs::symlink("../manifests/teatime.pp", &settings).unwrap();
    env.write(
        "svcgen.yaml",
        &format!("{MODEL}vagrant: {{forward_port: false}}\n"),
    );
    let run = check(&env, &[]);
    assert_eq!(run.code, 3, "{}", run.show());
    let told = "svcgen wrote it and wants it no more, but somebody put a link there";
    assert!(run.stdout.contains(told), "{}", run.show());
}

#[test]
fn a_file_that_was_never_committed_is_committed_first() {
    for has_commit in [true, false] {
        let env = Env::new();
        env.write("svcgen.yaml", MODEL);
        env.write("source/README", "Tea.\n");
        let source = env.work().join("source");
        env.git_in(&source, &["init", "--quiet", "--initial-branch", "master"]);
        if has_commit {
            env.git_in(&source, &["add", "README"]);
            env.git_in(&source, &["commit", "--quiet", "--message", "Begin"]);
        }
        let package = "{\n  \"name\": \"teatime\",\n  \"version\": \"1.0.0\"\n}\n";
        env.write("source/package.json", package);
        let commit = "git -C HOME/work/source add -- package.json && git -C HOME/work/source commit -m 'Add package.json' -- package.json";
        let refused = env.svcgen(&["source", "--repo", "source", "--yes"]);
        assert_eq!(refused.code, 11, "{}", refused.show());
        let hint = format!("hint: {commit}\n");
        assert!(refused.stderr.contains(&hint), "{}", refused.show());
        let run = env.svcgen(&["check", "--source-repo", "source"]);
        let command = format!("    $ {commit} && svcgen source --repo source --commit\n");
        assert!(run.stdout.contains(&command), "{}", run.show());
        // It is typed as it stands there.
        let add = ["add", "--", "package.json"];
        env.git_in(&source, &add);
        env.git_in(
            &source,
            &[
                "commit",
                "-q",
                "-m",
                "Add package.json",
                "--",
                "package.json",
            ],
        );
        let run = env.svcgen(&["source", "--repo", "source", "--commit", "--yes"]);
        assert_eq!(run.code, 0, "{}", run.show());
        assert!(env.read("source/package.json").contains("\"deploy\""));
    }
}
