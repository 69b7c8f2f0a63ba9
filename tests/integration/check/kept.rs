//! Whatever somebody has made: no command that is told takes it away.

use insta::assert_snapshot;

use super::{CHECKOUTS, MODEL, check, edit, generated};
use crate::support::Env;

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
    let told = format!("no longer in it; `{kept}` has it");
    assert!(run.stderr.contains(&told), "{}", run.show());
    let text = env.git_in(&vagrant, &["show", &format!("{kept}:{class}")]);
    assert!(text.contains("coffee"), "{text}");
    assert_eq!(check(&env, &[]).code, 0);
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
        $ git -C HOME/work/vagrant stash push -u -- puppet/hieradata/common.yaml puppet/modules/teatime/manifests/init.pp && svcgen vagrant --repo vagrant --commit
        to keep what is there, commit it, and let svcgen.yaml say it
      puppet/hieradata/common.yaml:22
        the tree was changed: `teatime::port` is `6009` already, not `6002`
        $ git -C HOME/work/vagrant stash push -u -- puppet/hieradata/common.yaml puppet/modules/teatime/manifests/init.pp && svcgen vagrant --repo vagrant --commit
        to keep what is there, commit it, and let svcgen.yaml say it
    scap: HOME/work/deploy: 1 difference
      scap/scap.cfg:9
        the tree was changed: `service_port` is `6009` already, not `6002`
        $ git -C HOME/work/deploy stash push -u -- scap/scap.cfg && svcgen scap --repo deploy --commit
        to keep what is there, commit it, and let svcgen.yaml say it
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
    let told = "svcgen wrote it and no longer wants it, but someone put a link there";
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

#[test]
fn a_line_that_is_not_committed_in_an_entry_that_goes_is_put_away_first() {
    let env = Env::new();
    let checks = "deploy:
  groups: [{name: default, hosts: [tea1.farm.example]}]
  checks:
    - {name: one, type: command, after: promote, command: 'true'}
    - {name: two, type: command, after: promote, command: 'true'}
";
    let groups = "deploy: {groups: [{name: default, hosts: [tea1.farm.example]}]}\n";
    env.write("svcgen.yaml", &MODEL.replace(groups, checks));
    env.checkout("vagrant");
    env.checkout("deploy");
    let run = env.svcgen(&[&["generate", "--commit", "--yes", "--no-verify"], CHECKOUTS].concat());
    assert_eq!(run.code, 0, "{}", run.show());
    edit(
        &env,
        "deploy/scap/checks.yaml",
        "  two:\n",
        "  two:\n    # slow\n",
    );
    let gone = "    - {name: two, type: command, after: promote, command: 'true'}\n";
    edit(&env, "svcgen.yaml", gone, "");
    let told = check(&env, &[]);
    let command = "$ git -C HOME/work/deploy stash push -u -- scap/checks.yaml && svcgen scap --repo deploy --commit";
    assert!(told.stdout.contains(command), "{}", told.show());
    let deploy = env.work().join("deploy");
    env.git_in(
        &deploy,
        &["stash", "push", "--quiet", "--", "scap/checks.yaml"],
    );
    let run = env.svcgen(&[
        "scap",
        "--repo",
        "deploy",
        "--commit",
        "--yes",
        "--no-verify",
    ]);
    assert_eq!(run.code, 0, "{}", run.show());
    let after = check(&env, &[]);
    assert_eq!(after.code, 0, "{}", after.show());
    assert!(!env.read("deploy/scap/checks.yaml").contains("two"));
}

#[test]
fn a_commit_upon_the_first_one_of_a_repository_has_a_way_out() {
    let env = Env::new();
    env.write("svcgen.yaml", MODEL);
    let deploy = env.work().join("deploy");
    std::fs::create_dir_all(&deploy).unwrap();
    env.git_in(&deploy, &["init", "--quiet"]);
    let commit = [
        "scap",
        "--repo",
        "deploy",
        "--commit",
        "--yes",
        "--no-verify",
    ];
    let run = env.svcgen(&commit);
    assert_eq!(run.code, 0, "{}", run.show());
    env.write("deploy/notes", "mine\n");
    env.git_in(&deploy, &["add", "notes"]);
    env.git_in(&deploy, &["commit", "--quiet", "--message", "notes"]);
    edit(&env, "svcgen.yaml", "6002", "6003");
    let run = env.svcgen(&commit);
    assert_eq!(run.code, 11, "{}", run.show());
    let (_, hint) = run.stderr.split_once("hint: ").unwrap();
    let command = hint.lines().next().unwrap();
    assert!(command.ends_with(" rebase -i --autostash --root"), "{hint}");
}
