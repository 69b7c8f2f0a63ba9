//! What a newcomer reads: help, mistakes, questions, and what comes next.

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

/// Whether examples are commands, each in a line of its own, and what is said of one is a comment.
#[track_caller]
fn can_be_pasted(help: &str) {
    let examples = help.split("\nExample").nth(1).unwrap_or_default();
    for line in examples.lines().skip(1).filter(|line| !line.is_empty()) {
        let line = line.trim_start();
        let begins = ["svcgen ", "mkdir -p ", "MANPATH=", "# "];
        assert!(begins.iter().any(|begin| line.starts_with(begin)), "{line}");
        let command = line.split("# ").next().unwrap_or_default().trim_end();
        assert!(!command.contains("  "), "{line}");
    }
}

#[test]
fn help_fits_and_groups_its_options() {
    let env = Env::new();
    let run = env.svcgen(&["--help"]);
    fits(&run.stdout);
    let commands = run.stdout.lines().skip_while(|line| *line != "Commands:");
    let commands = commands.skip(1).take_while(|line| !line.is_empty());
    let names = commands.map(|line| line.split_whitespace().next().unwrap());
    let commands: Vec<&str> = names.filter(|name| *name != "help").collect();
    assert!(commands.len() > 20, "each has a line: {commands:?}");
    for command in commands {
        let run = env.svcgen(&[command, "--help"]);
        assert_eq!(run.code, 0);
        assert!(run.stdout.contains("\nGlobal options:\n"), "{}", run.stdout);
        assert!(run.stdout.contains("\nExample"), "{}", run.stdout);
        assert_eq!(run.stdout, env.svcgen(&[command, "-h"]).stdout);
        fits(&run.stdout);
        can_be_pasted(&run.stdout);
    }
    let run = env.svcgen(&["vagrant", "--help"]);
    for heading in ["Where to write:", "What to do:", "Global options:"] {
        assert!(run.stdout.contains(heading), "{}", run.stdout);
    }
    assert!(!run.stdout.contains("\nOptions:"), "{}", run.stdout);
    let mut commands = [
        "deploy", "rollback", "service", "log", "tail", "history", "lock",
    ];
    for command in &mut commands {
        let help = env.svcgen(&[command, "--help"]).stdout;
        let from = help.split("\nWhere from:\n").nth(1).unwrap();
        let from = from.split("\n\n").next().unwrap();
        let options = from
            .lines()
            .filter_map(|line| line.trim().split(' ').next());
        let options: Vec<&str> = options.filter(|word| word.starts_with('-')).collect();
        assert_eq!(
            options,
            ["--deploy-repo", "--environment", "--engine"],
            "{help}"
        );
    }
    let help = env.svcgen(&["service", "--help"]).stdout;
    let arguments = help.split("\nArguments:\n").nth(1).unwrap();
    assert!(arguments.starts_with("  <VERB> "), "{help}");
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
        run.stderr.contains("a list stands in brackets: `[a, b]`"),
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
fn no_command_is_answered_with_help_and_a_wrong_one_with_a_suggestion() {
    let env = Env::new();
    let run = env.svcgen(&[]);
    assert_eq!((run.code, run.stdout.as_str()), (2, ""));
    assert!(run.stderr.contains("\nCommands:\n  new "), "{}", run.stderr);
    let run = env.svcgen(&["vagrnat"]);
    assert_eq!(run.code, 2);
    assert!(run.stderr.contains("'vagrant'"), "{}", run.stderr);
    let run = env.svcgen(&["deom"]);
    assert!(run.stderr.contains("'demo'"), "{}", run.stderr);
    assert!(!run.stderr.contains("demo-part"), "{}", run.stderr);
    let run = env.svcgen(&["vagrant", "--dryrun"]);
    assert_eq!(run.code, 2);
    assert!(run.stderr.contains("'--dry-run'"), "{}", run.stderr);
    assert_eq!(env.svcgen(&["--version"]).code, 0);
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
        run.stderr.contains("git does not know who commits"),
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
    error: `HOME/work/source` is named as the source repository and as the deploy repository
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
    error: `HOME/work/deploy` is no checkout of the deploy repository
    cause: `services.trending-edits.deploy` of `HOME/config/svcgen/config.yaml` names it
    hint: `svcgen scap --clone ..` makes one
    ");
}
