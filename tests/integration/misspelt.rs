//! Whoever names one of several things, and misspells it, is told what was likely meant, or what there is.

mod checkouts;
mod commands;

use insta::assert_snapshot;

use crate::support::{Env, LocalFarm};

/// What is said to a command that is refused.
fn refused(farm: &LocalFarm, arguments: &[&str]) -> String {
    let run = farm.svcgen(arguments);
    assert_eq!(run.code, 2, "{}", run.show());
    assert_eq!(run.stdout, "");
    run.stderr
        .replace(farm.env().work().to_str().unwrap(), "WORK")
}

#[test]
fn an_environment_is_one_that_has_a_folder() {
    let farm = LocalFarm::new(1);
    let deploy = |environment: &str| refused(&farm, &["lock", "--environment", environment]);
    assert_snapshot!(deploy("beta"), @"
    error: --environment: there is no environment `beta`
    hint: this repository has none: leave `--environment` out
    hint: `environments` of the model and `svcgen scap` make one
    ");
    farm.write("scap/environments/beta/targets", "l00\n");
    farm.write("scap/environments/staging/targets", "l00\n");
    farm.write("scap/environments/README", "");
    assert_snapshot!(deploy("bata"), @"
    error: --environment: there is no environment `bata`
    hint: did you mean `beta`?
    ");
    assert_snapshot!(deploy("production"), @"
    error: --environment: there is no environment `production`
    hint: known: beta, staging
    ");
    assert_snapshot!(deploy("../beta"), @"
    error: --environment: there is no environment `../beta`
    hint: known: beta, staging
    ");
    assert_snapshot!(deploy(""), @"
    error: a value is required for '--environment <NAME>' but none was supplied

    For more information, try '--help'.
    ");
}

/// What stands in `scap.cfg` is misspelt by hand.
#[test]
fn keys_sections_and_lists_of_scap_cfg_are_named_that_were_likely_meant() {
    let farm = LocalFarm::new(1);
    let config = farm.env().read("deploy/scap/scap.cfg");
    let changed = |from: &str, to: &str| {
        assert!(config.contains(from), "{config}");
        farm.write("scap/scap.cfg", &config.replace(from, to));
        refused(&farm, &["lock"])
    };
    assert_snapshot!(changed("git_repo:", "git_rpo:"), @"
    error: there is a mistake in the `scap/` directory
    cause: scap/scap.cfg: `git_repo` is not set: set it in `[global]`, such as `git_repo: NAME/deploy`; line 2 of scap/scap.cfg has `git_rpo`: did you mean `git_repo`?
    hint: correct it there; `svcgen scap` writes the directory as the model says
    ");
    assert_snapshot!(changed("[global]", "[gobal]"), @"
    error: there are 2 mistakes in the `scap/` directory
    cause: scap/scap.cfg: `git_repo` is not set: set it in `[global]`, such as `git_repo: NAME/deploy`; line 2 of scap/scap.cfg does, in `[gobal]`: did you mean `[global]`?
    cause: scap/scap.cfg: the group `default` has no list of hosts: set `dsh_targets`; line 7 of scap/scap.cfg does, in `[gobal]`: did you mean `[global]`?
    hint: correct it there; `svcgen scap` writes the directory as the model says
    ");
    assert_snapshot!(changed("canary, default", "canry, default"), @"
    error: there is a mistake in the `scap/` directory
    cause: scap/scap.cfg:5: the group `canry` has no list of hosts: set `canry_dsh_targets`; line 6 of scap/scap.cfg has `canary_dsh_targets`: is one of the two misspelt?
    hint: correct it there; `svcgen scap` writes the directory as the model says
    ");
    assert_snapshot!(changed("\ndsh_targets: targets", "\ndsh_targets: target"), @"
    error: there is a mistake in the `scap/` directory
    cause: scap/scap.cfg:7: the list of hosts `target` is not there: did you mean `targets`? Else write one of `scap/target`, `/etc/dsh/group/target`
    hint: correct it there; `svcgen scap` writes the directory as the model says
    ");
    assert_snapshot!(changed("\ndsh_targets:", "\ndsh_targest:"), @"
    error: there is a mistake in the `scap/` directory
    cause: scap/scap.cfg:5: the group `default` has no list of hosts: set `dsh_targets`; line 7 of scap/scap.cfg has `dsh_targest`: did you mean `dsh_targets`?
    hint: correct it there; `svcgen scap` writes the directory as the model says
    ");
    farm.write(
        "scap/scap.cfg",
        &format!("{config}[Global]\ngit_rev: master\n"),
    );
    farm.release("1");
    let run = farm.svcgen(&["deploy", "--dry-run"]);
    assert_eq!(run.code, 0, "{}", run.show());
    let told = "Scap knows no section `[Global]`: did you mean `[global]`?";
    assert!(run.stderr.contains(told), "{}", run.show());
}

#[test]
fn a_limit_names_hosts_and_knows_the_groups() {
    let farm = LocalFarm::new(7);
    let limited = |limit: &str| refused(&farm, &["service", "status", "-l", limit]);
    assert_snapshot!(limited("l1"), @"
    error: --limit: `l1` matches no host
    hint: known: l00, l01, l02, l03, l04 and 3 more
    ");
    assert_snapshot!(limited("canary"), @"
    error: --limit: `canary` matches no host
    hint: `canary` is a group; `--limit 'l00'` chooses its host
    ");
    assert_snapshot!(limited("l00,!defualt"), @"
    error: --limit: `!defualt` matches no host
    hint: `default` is a group; `--limit 'l[01-07]'` chooses its hosts
    ");
    assert_snapshot!(limited("zebra"), @"
    error: --limit: `zebra` matches no host
    hint: known: l00, l01, l02, l03, l04 and 3 more
    ");
    assert_snapshot!(limited("l00,!l00"), @"
    error: --limit: `l00,!l00` leaves no host
    hint: a `!` removes hosts from what the others choose: leave some
    ");
    assert_snapshot!(limited("l[1"), @"
    error: --limit: `l[1` is not a pattern of hosts: there is a `[` without its `]`
    hint: such as `tea1*`, `tea[01:04]`, `~REGEX`; with a `!` before it, all others
    ");
    farm.write("scap/canary", "");
    assert_snapshot!(limited("canary"), @"
    error: --limit: `canary` matches no host
    hint: `canary` is a group, without any host in `scap/canary`
    ");
    // It is refused before anything else is looked at.
    let limited = ["deploy", "-l", "l0"];
    assert_snapshot!(refused(&farm, &limited), @"
    error: --limit: `l0` matches no host
    hint: did you mean `l01`, `l02` or `l03`?
    ");
}

#[test]
fn a_revision_is_a_name_that_is_there() {
    let farm = LocalFarm::new(1);
    farm.release("1");
    farm.git(&["branch", "fix-the-feed"]);
    let of = |rev: &str| refused(&farm, &["deploy", "--dry-run", "--rev", rev]);
    assert_snapshot!(of("mastre"), @"
    error: there is no revision `mastre` in `HOME/work/deploy`
    hint: did you mean `master`?
    hint: git -C HOME/work/deploy fetch --tags
    ");
    assert_snapshot!(of("zebra"), @"
    error: there is no revision `zebra` in `HOME/work/deploy`
    hint: known: fix-the-feed, master
    hint: git -C HOME/work/deploy fetch --tags
    ");
    assert_snapshot!(of("01"), @"
    error: `01` is not a revision: a commit is named by four digits or more
    hint: it is a branch, a tag or a commit; `git log --oneline` lists commits
    ");
    assert_snapshot!(of("0123456789"), @"
    error: there is no revision `0123456789` in `HOME/work/deploy`
    hint: git -C HOME/work/deploy fetch --tags
    ");
    assert_snapshot!(of("HEAD~7"), @"
    error: there is no revision `HEAD~7` in `HOME/work/deploy`
    hint: git -C HOME/work/deploy fetch --tags
    ");
    assert_snapshot!(refused(&farm, &["rollback", "--to", "fix-feed"]), @"
    error: there is no revision `fix-feed` in `HOME/work/deploy`
    hint: did you mean `fix-the-feed`?
    hint: git -C HOME/work/deploy fetch --tags
    ");
}

/// Taken for the message, each of these would be a deploy of all hosts, to what nobody has named.
#[test]
fn a_name_alone_is_no_message_of_a_deploy() {
    let farm = LocalFarm::new(2);
    farm.release("1");
    farm.git(&["tag", "v1"]);
    farm.git(&["tag", "v1;2"]);
    farm.write("scap/environments/beta/targets", "l00\n");
    let refused = |arguments: &[&str]| {
        let said = refused(&farm, arguments);
        assert_eq!(farm.answers(), [None, None, None]);
        said
    };
    let deploy = |word: &str| refused(&["deploy", "--on-failure", "rollback", word]);
    assert_snapshot!(deploy("default"), @"
    error: `default` is a group, and would only be the message of this deploy; nothing was touched
    hint: `default` is a group; `--limit 'l[01-02]'` chooses its hosts
    hint: a message has more words, such as `svcgen deploy 'because of default'`
    ");
    assert_snapshot!(deploy("l01"), @"
    error: `l01` is a host, and would only be the message of this deploy; nothing was touched
    hint: `--limit 'l01'` chooses it
    hint: a message has more words, such as `svcgen deploy 'because of l01'`
    ");
    assert_snapshot!(deploy("l0*"), @"
    error: `l0*` is a pattern of hosts, and would only be the message of this deploy; nothing was touched
    hint: `--limit 'l0*'` chooses them
    hint: a message has more words, such as `svcgen deploy 'because of l0*'`
    ");
    assert_snapshot!(deploy("beta"), @"
    error: `beta` is an environment, and would only be the message of this deploy; nothing was touched
    hint: `--environment beta` chooses it
    hint: a message has more words, such as `svcgen deploy 'because of beta'`
    ");
    assert_snapshot!(deploy("v1"), @"
    error: `v1` is a revision, and would only be the message of this deploy; nothing was touched
    hint: `--rev v1` deploys it
    hint: a message has more words, such as `svcgen deploy 'because of v1'`
    ");
    assert_snapshot!(deploy("v1;2"), @"
    error: `v1;2` is a revision, and would only be the message of this deploy; nothing was touched
    hint: `--rev 'v1;2'` deploys it
    hint: a message has more words, such as `svcgen deploy 'because of v1;2'`
    ");
    let elsewhere = ["rollback", "--engine", "local", "to", "0ead649"];
    assert_snapshot!(refused(&elsewhere), @"
    error: `0ead649` is a revision, and would only be the message of this rollback; nothing was touched
    hint: `--to 0ead649` goes back to it
    hint: a message has more words, such as `svcgen rollback 'because of 0ead649' --engine local`
    ");
    assert_snapshot!(refused(&["deploy", "20261123T140312Z-3f9a01"]), @"
    error: `20261123T140312Z-3f9a01` is the name of a deploy, and would only be the message of this deploy; nothing was touched
    hint: `--resume 20261123T140312Z-3f9a01` goes on with it
    hint: a message has more words, such as `svcgen deploy 'because of 20261123T140312Z-3f9a01'`
    ");
    assert_snapshot!(refused(&["deploy", "--", "-n"]), @"
    error: `-n` is an option, and would only be the message of this deploy; nothing was touched
    hint: options stand before `--`; `--dry-run` touches nothing
    hint: a message has more words, such as `svcgen deploy 'because of -n'`
    ");
    for message in ["again", "T123456", "because of default"] {
        let run = farm.svcgen(&["deploy", "--dry-run", message]);
        assert_eq!(run.code, 0, "{}", run.show());
    }
}

#[test]
fn a_deploy_that_is_gone_on_with_is_one_that_the_hosts_know() {
    let farm = LocalFarm::new(1);
    farm.release("1");
    let resumed = |id: &str| {
        let resume = ["deploy", "--on-failure", "rollback", "--resume", id];
        refused(&farm, &resume)
    };
    assert_snapshot!(resumed("20261123T140312Z-3f9a01"), @"
    error: the deploy 20261123T140312Z-3f9a01 did not reach any of these hosts
    hint: `svcgen history` lists the deploys
    hint: `svcgen deploy` starts over
    ");
    assert_snapshot!(resumed("yesterday"), @"
    error: --resume: `yesterday` is not the name of a deploy: as `svcgen history` lists them, such as `20261123T140312Z-3f9a01`
    hint: `svcgen history` lists the deploys
    ");
    let run = farm.svcgen(&["deploy", "--on-failure", "rollback"]);
    assert_eq!(run.code, 0, "{}", run.show());
    let id = farm.svcgen(&["log"]).stderr;
    let id = id.split_whitespace().next().unwrap();
    let question = format!("hint: did you mean `{id}`?\n");
    let shortened = &id[..id.len() - 1];
    let said = resumed(shortened);
    assert!(said.ends_with(&question), "{said}");
    let said = resumed(&format!("{shortened}g"));
    assert!(said.ends_with(&question), "{said}");
}

#[test]
fn a_service_of_hosts_that_are_folders_has_its_command() {
    let farm = LocalFarm::new(1);
    farm.release("1");
    let said = |services: &str, arguments: &[&str]| {
        let text = format!("version: 1\nroot: ../hosts\n{services}");
        farm.write("scap/local.yaml", &text);
        refused(&farm, arguments)
    };
    let near = said("services: {fede: sleep 9}\n", &["deploy", "--dry-run"]);
    assert_snapshot!(near, @"
    error: `services` of `scap/local.yaml` has no `feed`
    cause: `service_name` of `scap.cfg` names it
    hint: did you mean `fede`, which it has?
    ");
    let only = "services: {tea: sleep 9}\n";
    let told = said(only, &["deploy", "--on-failure", "rollback"]);
    assert_snapshot!(told, @"
    error: `services` of `scap/local.yaml` has no `feed`
    cause: `service_name` of `scap.cfg` names it
    hint: did you mean `tea`, which it has?
    ");
    assert_eq!(said(only, &["rollback", "--yes"]), told);
    assert_eq!(said(only, &["service", "restart"]), told);
    assert_snapshot!(said("", &["deploy", "--dry-run"]), @"
    error: `scap/local.yaml`, without `services`, has no `feed`
    cause: `service_name` of `scap.cfg` names it
    hint: add it there, with the command that runs it: `feed: COMMAND`
    ");
    let two = said("services: {tea: a, cup: b}\n", &["deploy", "--dry-run"]);
    assert_snapshot!(two, @"
    error: `services` of `scap/local.yaml` has no `feed`
    cause: `service_name` of `scap.cfg` names it
    hint: add it there, with the command that runs it: `feed: COMMAND`
    ");
    assert!(!farm.root("l00").join("srv").exists());

    let doctor = ["doctor", "deploy", "--offline", "--site", "example"];
    let run = farm.svcgen(&doctor);
    assert_eq!(run.code, 3, "{}", run.show());
    let found = run
        .stdout
        .split("the services of these hosts: ")
        .nth(1)
        .unwrap();
    let found: Vec<&str> = found.lines().take(4).map(str::trim).collect();
    assert_snapshot!(found.join("\n"), @"
    `services` of `scap/local.yaml` has no
    `feed`: `service_name` of `scap.cfg` names it
    needed by: deploy, rollback, service
    -> add it there, with the command that runs it: `feed: COMMAND`
    ");

    // Where what is not there is passed over, nothing is missing.
    let config = std::fs::read_to_string(farm.env().work().join("deploy/scap/scap.cfg")).unwrap();
    farm.write(
        "scap/scap.cfg",
        &format!("{config}require_valid_service: True\n"),
    );
    let run = farm.svcgen(&["deploy", "--dry-run"]);
    assert_eq!(run.code, 0, "{}", run.show());
}

#[test]
fn keys_of_the_model_are_those_that_there_are() {
    let env = Env::with_model();
    env.replace(
        "svcgen.yaml",
        "{debian: [librdkafka-dev]}",
        "{debain: [librdkafka-dev]}",
    );
    env.replace(
        "svcgen.yaml",
        "vagrant: \"127.0.0.1:9092\"",
        "vagrnat: \"127.0.0.1:9092\"",
    );
    let run = env.svcgen(&["check"]);
    assert_eq!(run.code, 2, "{}", run.show());
    assert!(
        run.stderr.contains("help: did you mean `debian`?"),
        "{}",
        run.stderr
    );
    env.replace("svcgen.yaml", "debain", "debian");
    let run = env.svcgen(&["check"]);
    assert!(
        run.stderr.contains("help: did you mean `vagrant`?"),
        "{}",
        run.stderr
    );
    env.replace("svcgen.yaml", "vagrnat:", "staging:");
    let run = env.svcgen(&["check"]);
    let known = "help: `production`, `vagrant`, or a key of `environments`";
    assert!(run.stderr.contains(known), "{}", run.stderr);
}
