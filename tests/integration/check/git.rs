//! Checkouts that git has in another state: a branch, a work tree, a rebase, files that it overlooks.

use insta::assert_snapshot;

use super::{check, edit, generated};

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
fn other_line_ends_than_those_of_the_commits_are_no_edits() {
    let env = generated();
    let vagrant = env.work().join("vagrant");
    env.git_in(&vagrant, &["config", "core.autocrlf", "true"]);
    env.git_in(&vagrant, &["rm", "-rq", "--cached", "."]);
    env.git_in(&vagrant, &["reset", "--quiet", "--hard"]);
    let common = "vagrant/puppet/hieradata/common.yaml";
    assert!(env.read(common).contains("\r\n"));
    let mut told = String::new();
    for words in [
        "vagrant --repo vagrant --commit --yes --no-verify",
        "check --vagrant-repo vagrant",
    ] {
        let run = env.svcgen(&words.split(' ').collect::<Vec<_>>());
        assert_eq!(run.code, 11, "{}", run.show());
        told = run.stderr;
    }
    assert_snapshot!(told, @"
    error: git writes different line endings into `HOME/work/vagrant` than its commits have: `core.autocrlf` is set
    hint: git -C HOME/work/vagrant diff --quiet HEAD && git -C HOME/work/vagrant config core.autocrlf input && git -C HOME/work/vagrant rm -rq --cached . && git -C HOME/work/vagrant reset -q --hard
    ");
    // What is not committed is not written over by the way out.
    let way = told.split("hint: ").nth(1).unwrap();
    let way = way.replace("HOME/work", env.work().to_str().unwrap());
    let type_it = || std::process::Command::new("sh").args(["-c", &way]).status();
    let mine = env.read(common) + "mine: true\r\n";
    env.write(common, &mine);
    assert!(!type_it().unwrap().success());
    assert_eq!(env.read(common), mine);
    env.git_in(&vagrant, &["checkout", "--quiet", "--", "."]);
    assert!(type_it().unwrap().success());
    let run = check(&env, &[]);
    assert_eq!(run.code, 0, "{}", run.show());
}

#[test]
fn a_git_that_leads_nowhere_is_not_taken_for_no_checkout() {
    let env = generated();
    let vagrant = env.work().join("vagrant");
    std::fs::rename(vagrant.join(".git"), env.work().join("elsewhere")).unwrap();
    env.write("vagrant/.git", "gitdir: ../nowhere\n");
    let run = check(&env, &[]);
    assert_eq!(run.code, 1, "{}", run.show());
    let told = "git cannot read `.git` of `HOME/work/vagrant`\ncause: it leads to `../nowhere`: no such file";
    assert!(run.stderr.contains(told), "{}", run.show());
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
        the model or the tree was changed: the class `teatime` is there, and nothing here says that svcgen wrote it
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
fn a_lock_that_a_killed_git_left_is_named() {
    let env = generated();
    edit(&env, "svcgen.yaml", "6002", "6003");
    env.git_in(
        &env.work().join("vagrant"),
        &["switch", "--quiet", "master"],
    );
    env.write("vagrant/.git/index.lock", "");
    let commit = [
        "vagrant",
        "--repo",
        "vagrant",
        "--commit",
        "--yes",
        "--no-verify",
    ];
    let refused = env.svcgen(&commit);
    let way = "hint: rm HOME/work/vagrant/.git/index.lock    if no git is running there any more";
    assert_eq!(refused.code, 11, "{}", refused.show());
    assert!(refused.stderr.contains(way), "{}", refused.show());
    std::fs::remove_file(env.work().join("vagrant/.git/index.lock")).unwrap();
    let run = env.svcgen(&commit);
    assert_eq!(run.code, 0, "{}", run.show());
}
