//! What a newcomer reads: help, mistakes, questions, and what comes next.

mod help;
mod repositories;

use crate::support::{Env, Pty, copy, sample_tree};

/// The least of a model.
const MODEL: &str = "\
version: 1
site: example
name: tea
description: Makes tea.
port: 6700
owner: {name: Ada}
";

/// The options of one run that writes: no tools, which need not be installed.
const QUICK: [&str; 4] = ["vagrant", "--repo", "vagrant", "--no-verify"];

/// Runs the program on a terminal, and presses keys at its question; returns the exit code and what was shown then.
fn answer(env: &Env, arguments: &[&str], keys: &str) -> (i32, String) {
    let mut terminal = Pty::start(env, arguments, None);
    terminal.expect("[Y/n]");
    let asked = terminal.shown.len();
    terminal.keys(keys);
    (terminal.end(), terminal.shown.split_off(asked))
}

/// An environment with a model, and sample trees that are git repositories.
fn with_trees(trees: &[&str]) -> Env {
    let env = Env::new();
    env.write("svcgen.yaml", MODEL);
    for tree in trees {
        copy(&sample_tree(tree), &env.work().join(tree));
        env.git(tree, &["init", "--quiet", "--initial-branch=main"]);
        env.git(tree, &["add", "--all"]);
        let by_ada = ["-c", "user.name=Ada", "-c", "user.email=ada@example.org"];
        let commit = ["commit", "--quiet", "--message=The tree as it is"];
        env.git(tree, &[by_ada.as_slice(), &commit].concat());
    }
    env
}

/// Lets git know who commits.
fn identify(env: &Env) {
    env.write(
        "../.gitconfig",
        "[user]\n\tname = Ada\n\temail = ada@example.org\n",
    );
}

/// Whether a text is no wider than a terminal.
#[track_caller]
fn fits(text: &str) {
    let widest = text.lines().map(|line| line.chars().count()).max();
    assert!(widest <= Some(80), "{text}");
}

#[test]
fn a_list_without_brackets_is_told_with_them() {
    let env = Env::new();
    let answers = [
        "new",
        "--set",
        "name=tea",
        "--set",
        "port=6001",
        "--set",
        "owner.name=Ada",
    ];
    let run = env.svcgen(&[&answers[..], &["--set", "technologies=a,b", "--yes"]].concat());
    assert_eq!(run.code, 2, "{}", run.show());
    assert!(
        run.stderr.contains("write a list in brackets: `[a, b]`"),
        "{}",
        run.show()
    );
}

#[test]
fn what_is_missing_or_called_otherwise_is_told() {
    let env = Env::new();
    let told = |arguments: &[&str], tip: &str| {
        let run = env.svcgen(arguments);
        assert_eq!(run.code, 2, "{}", run.show());
        assert!(
            run.stderr.contains(&format!("  tip: {tip}\n")),
            "{}",
            run.show()
        );
    };
    told(
        &["completions"],
        "<SHELL> is one of bash, elvish, fish, powershell, zsh",
    );
    told(
        &["scap", "--deploy-repo", "x"],
        "here the checkout is named by '--repo'",
    );
    told(
        &["vagrant", "--vagrant-repo", "x"],
        "here the checkout is named by '--repo'",
    );
    told(
        &["vagrant", "../vagrant"],
        "the checkout is named by '--repo ../vagrant'",
    );
    let all = "'--vagrant-repo', '--puppet-repo', '--deploy-repo', '--source-repo'";
    told(
        &["generate", "--repo", "x"],
        &format!("the checkouts are named by {all}"),
    );
}

#[test]
fn each_step_says_what_comes_next() {
    let env = with_trees(&["vagrant"]);
    identify(&env);
    let next = |more: &[&str]| {
        let run = env.svcgen(&[&QUICK[..], more].concat());
        let line = run.stderr.lines().last().unwrap_or_default();
        (run.code, line.to_owned())
    };
    let shown = |command: &str| format!("next: svcgen vagrant --repo vagrant{command}");
    assert_eq!(next(&["--dry-run"]), (3, shown("")));
    assert_eq!(next(&["--yes"]), (0, shown(" --commit")));
    assert!(
        next(&["--yes", "--commit"])
            .1
            .starts_with("vagrant: committed ")
    );
    env.git("vagrant", &["remote", "add", "gerrit", "/nowhere"]);
    assert_eq!(next(&["--commit"]), (0, shown(" --review")));
    assert_eq!(next(&["--dry-run"]).0, 0);
}

#[test]
fn a_run_that_comes_to_nothing_leaves_the_branch_as_it_was() {
    let env = with_trees(&["vagrant", "puppet"]);
    let branches = |tree: &str| env.git(tree, &["branch", "--all"]);
    let run = env.svcgen(&[&QUICK[..], &["--commit", "--yes"]].concat());
    assert!(
        run.stderr.contains("git does not know who is committing"),
        "{}",
        run.show()
    );
    assert_eq!(branches("vagrant"), "* main\n");
    assert_eq!(env.git("vagrant", &["status", "--short"]), "");
    identify(&env);
    // The wrong tree, and no terminal to be asked at.
    let run = env.svcgen(&["vagrant", "--repo", "puppet", "--commit", "--yes"]);
    assert!(
        run.stderr.contains("is not recognised as"),
        "{}",
        run.show()
    );
    assert_eq!(branches("puppet"), "* main\n");
    let run = env.svcgen(&[&QUICK[..], &["--commit"]].concat());
    assert!(run.stderr.contains("without a terminal"), "{}", run.show());
    assert_eq!(branches("vagrant"), "* main\n");
    env.git("vagrant", &["checkout", "--quiet", "--detach"]);
    env.svcgen(&[&QUICK[..], &["--commit"]].concat());
    assert_eq!(
        env.git("vagrant", &["branch", "--format=%(refname:short)"])
            .lines()
            .count(),
        2
    );
    // An existing topic is left where it is.
    env.git("vagrant", &["checkout", "--quiet", "main"]);
    let run = env.svcgen(&[&QUICK[..], &["--commit", "--yes"]].concat());
    assert_eq!(run.code, 0, "{}", run.show());
    env.git("vagrant", &["checkout", "--quiet", "main"]);
    env.svcgen(&[&QUICK[..], &["--commit", "--yes"]].concat());
    assert_eq!(branches("vagrant"), "* main\n  svcgen/tea\n");
}

#[test]
fn a_question_can_be_answered_with_no_and_with_ctrl_c() {
    let env = with_trees(&["vagrant"]);
    identify(&env);
    let committing = [&QUICK[..], &["--commit"]].concat();
    for arguments in [&QUICK[..], &committing] {
        let (code, said) = answer(&env, arguments, "n");
        assert_eq!(code, 3, "{said}");
        assert!(said.contains("nothing was changed"), "{said}");
        assert!(!said.contains("error"), "{said}");
        let (code, said) = answer(&env, arguments, "\u{3}");
        assert_eq!(code, 130, "{said}");
        assert!(
            said.contains("interrupted; what was asked about was not done"),
            "{said}"
        );
        assert_eq!(env.git("vagrant", &["branch"]), "* main\n");
        assert_eq!(env.git("vagrant", &["status", "--short"]), "");
    }
    let (code, said) = answer(&env, &QUICK, "y");
    assert_eq!(code, 0, "{said}");
    assert!(
        said.contains("next: svcgen vagrant --repo vagrant --commit"),
        "{said}"
    );
}

#[test]
fn a_checkout_that_nobody_named_is_asked_for_with_the_ways_to_it() {
    let env = with_trees(&[]);
    let run = env.svcgen(&["vagrant"]);
    insta::assert_snapshot!(run.show(), @"
    exit 2
    --- stdout
    --- stderr
    error: no checkout of MediaWiki-Vagrant is named
    hint: add `--repo CHECKOUT`, or write `checkouts: {vagrant: PATH}` into `HOME/config/svcgen/config.yaml`
    hint: `git clone https://review.farm.example/p/wiki/vagrant` makes one
    ");
}

#[test]
fn generate_has_a_heading_for_each_repository() {
    let env = with_trees(&["vagrant", "source"]);
    let repositories = ["--vagrant-repo", "vagrant", "--source-repo", "source"];
    let run = env.svcgen(&[&["generate", "--dry-run"], &repositories[..]].concat());
    insta::assert_snapshot!(run.stderr, @"
    warning: the deploy repository is left out: `--deploy-repo DIR` names its checkout
    warning: operations/puppet is left out: `--puppet-repo DIR` names its checkout

    MediaWiki-Vagrant
    vagrant: HOME/work/vagrant: would change 4 files, 36 lines added, 0 removed

    the source repository
    source: HOME/work/source: would change 1 file, 10 lines added, 1 removed
    next: svcgen generate --vagrant-repo vagrant --source-repo source
    ");
}

#[test]
fn a_key_of_the_configuration_that_is_misspelt_is_suggested() {
    let env = with_trees(&[]);
    env.write(
        "../config/svcgen/config.yaml",
        "site: example\nchekouts: {vagrant: x}\n",
    );
    let run = env.svcgen(&["vagrant"]);
    assert_eq!(run.code, 2, "{}", run.show());
    let told = ["unknown key `chekouts`", "help: did you mean `checkouts`?"];
    for words in told {
        assert!(run.stderr.contains(words), "{}", run.show());
    }
}

#[test]
fn files_that_cannot_be_read_or_written_are_named_once() {
    let env = with_trees(&[]);
    let run = env.svcgen(&["vagrant", "--service", "nothere.yaml"]);
    insta::assert_snapshot!(run.show(), @"
    exit 2
    --- stdout
    --- stderr
    error: `nothere.yaml` cannot be read
    cause: no such file or directory
    hint: is the path right? `ls -l` shows what is there
    ");
    let answers = [
        "--answers",
        "svcgen.yaml",
        "--service",
        "no/folder/svcgen.yaml",
    ];
    let run = env.svcgen(&[&["new"], &answers[..]].concat());
    assert_eq!(run.code, 1, "{}", run.show());
    let said = "error: `no/folder/svcgen.yaml` cannot be written\ncause: `HOME/work/no/folder` cannot be written to: no such file";
    assert!(run.stderr.starts_with(said), "{}", run.show());
}

#[test]
fn what_is_quoted_is_not_put_in_other_words() {
    let env = with_trees(&[]);
    let run = env.svcgen(&["status", "--service", "X (os error 3)"]);
    let said = "error: `X (os error 3)` cannot be read\ncause: no such file";
    assert!(run.stderr.starts_with(said), "{}", run.show());
    let line = "port: 80 # Failure: Broken pipe (os error 32)";
    env.write("svcgen.yaml", &MODEL.replace("port: 6700", line));
    let run = env.svcgen(&["status"]);
    assert!(run.stderr.contains(line), "{}", run.show());
}

#[test]
fn no_way_out_leads_to_the_same_error() {
    let env = Env::with_model();
    let run = env.svcgen(&["status", "--vagrant-repo", "nowhere"]);
    let (wrong, right) = (
        "--repo nowhere",
        "$ svcgen vagrant --repo CHECKOUT --dry-run",
    );
    assert!(run.stdout.contains(right), "{}", run.show());
    assert!(!run.stdout.contains(&format!(" {wrong}")), "{}", run.show());
    let run = env.svcgen(&["new", "--set", "name=Foo Bar", "--yes"]);
    assert_eq!(run.code, 2, "{}", run.show());
    assert!(
        run.stderr.contains("`Foo Bar` is not a service name"),
        "{}",
        run.show()
    );
    assert!(!run.stderr.contains("--force"), "{}", run.show());
}

#[test]
fn an_option_whose_value_is_empty_is_refused() {
    let env = Env::new();
    let run = env.svcgen(&["deploy", "--limit", ""]);
    insta::assert_snapshot!(run.show(), @"
    exit 2
    --- stdout
    --- stderr
    error: a value is required for '--limit <HOSTS>' but none was supplied

    For more information, try '--help'.
    ");
    for words in [
        ["deploy", "--rev", ""],
        ["deploy", "--environment", ""],
        ["rollback", "--to", ""],
        ["rollback", "-l", ""],
        ["lock", "-l", ""],
        ["tail", "-l", ""],
        ["service", "-l", ""],
        ["log", "--host", ""],
        ["vagrant", "--repo", ""],
        ["build", "--deploy-repo", ""],
        ["status", "--service", ""],
        ["status", "--config", ""],
        ["build", "--network", ""],
        ["service", "--reason", ""],
        ["tail", "--grep", ""],
        ["tail", "--log", ""],
    ] {
        let run = env.svcgen(&words);
        assert_eq!(run.code, 2, "{words:?}: {}", run.show());
        let told = "error: a value is required for '";
        assert!(run.stderr.starts_with(told), "{words:?}: {}", run.show());
    }
    for words in [
        &["man", ""][..],
        &["demo", ""],
        &["doctor", ""],
        &["log", ""],
        &["request", "service", "--flow", ""],
    ] {
        let run = env.svcgen(words);
        assert_eq!(run.code, 2, "{words:?}: {}", run.show());
        assert!(
            run.stderr.contains("value is required"),
            "{words:?}: {}",
            run.show()
        );
    }
    assert!(!env.work().join("svcgen.1").exists());
}

#[test]
fn a_file_where_a_folder_is_wanted_is_told_as_one() {
    let env = Env::with_model();
    for words in [
        &["man", "svcgen.yaml"][..],
        &["scap", "--clone", "svcgen.yaml"],
    ] {
        let run = env.svcgen(words);
        let told = "error: `svcgen.yaml` is a file, not a folder\n";
        assert_eq!(run.code, 2, "{}", run.show());
        assert!(run.stderr.starts_with(told), "{}", run.show());
    }
}
