//! `svcgen history`: the deploys of a repository, as the journals of this machine tell them.

use svcgen::event::{DeployResult, EventKind, HostCounts, HostOutcome, Level, Milestone};
use svcgen::scap::DeployStage;

use crate::support::{Env, Run, Story, deploy_repository};

const HOSTS: [&str; 2] = ["a1.example.org", "b1.example.org"];

fn history(env: &Env, arguments: &[&str]) -> Run {
    let mut command = env.command();
    command.args(["history", "--offline"]).args(arguments);
    env.run(command.env("TZ", "UTC"))
}

fn mixed(story: &mut Story) {
    let kind = EventKind::DeployFinished {
        result: DeployResult::Mixed,
        seconds: 320.0,
        counts: HostCounts {
            new: 1,
            unknown: 1,
            ..HostCounts::default()
        },
    };
    story.add(None, None, Level::Error, "NOT DONE", kind);
}

#[test]
fn deploys_are_listed_from_the_newest_on() {
    let env = Env::new();
    deploy_repository(&env, &HOSTS);
    let none = history(&env, &[]);
    assert_eq!(
        (none.code, none.stdout.as_str(), none.stderr.as_str()),
        (0, "", "no deploy of tea-pot/deploy is known\n")
    );
    let mut first = Story::begin("20261121T080000Z-000001", &HOSTS);
    first.pass(HOSTS[0], DeployStage::Promote, &["so"]);
    first.end(&HOSTS);
    first.write(&env);
    let mut second = Story::begin("20261122T080000Z-000002", &HOSTS);
    second.pass(HOSTS[0], DeployStage::Promote, &["so"]);
    second.write(&env);
    let mut third = Story::begin("20261123T080000Z-000003", &HOSTS);
    if let EventKind::DeployStarted {
        message,
        resumes,
        environment,
        ..
    } = &mut third.events[0].kind
    {
        *message = "a message that is so long that it does not fit into a line of eighty columns \u{1b}[2J".into();
        *resumes = Some(second.id.clone());
        *environment = Some("beta".into());
    }
    mixed(&mut third);
    third.write(&env);
    // Nothing was begun: it was killed while it took the locks.
    env.write(
        &format!("{}/20261124T080000Z-000004.jsonl", Story::folder()),
        "",
    );
    let all = history(&env, &[]);
    insta::assert_snapshot!(all.show(), @r"
    exit 0
    --- stdout
    2026-11-23 00:00  20261123T080000Z-000003
        deploy of 4be1c09 in beta by ada on deploy1002: a message that is so long
          that it does not fit into a line of eighty columns \u{1b}[2J, going on
          with 20261122T080000Z-000002
        NOT DONE in 5 min: 1 new, 1 UNKNOWN of 2 hosts
        next: svcgen deploy --resume 20261123T080000Z-000003
          or: svcgen rollback

    2026-11-23 00:00  20261122T080000Z-000002
        deploy of 4be1c09 by ada on deploy1002: more cups
        INTERRUPTED

    2026-11-23 00:00  20261121T080000Z-000001
        deploy of 4be1c09 by ada on deploy1002: more cups
        deployed in 41 s: 2 new of 2 hosts
    --- stderr
    ");
    assert_eq!(
        history(&env, &["-n", "1"]).stdout,
        all.stdout
            .split_inclusive("\n\n")
            .next()
            .unwrap()
            .trim_end()
            .to_owned()
            + "\n"
    );

    let none = history(&env, &["-n", "0"]);
    assert_eq!(none.code, 2, "{}", none.show());
    assert!(
        none.stderr.contains("at least 1 is wanted"),
        "{}",
        none.show()
    );

    let list: serde_json::Value =
        serde_json::from_str(&history(&env, &["--format", "json"]).stdout).unwrap();
    let states: Vec<&str> = list
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["state"].as_str().unwrap())
        .collect();
    assert_eq!(states, ["finished", "interrupted", "finished"]);
    assert_eq!(list[0]["counts"]["unknown"], 1);
    assert_eq!(list[2]["result"], "deployed");
}

#[test]
fn the_last_deploy_is_listed_first_whatever_the_clock_said_before() {
    let env = Env::new();
    deploy_repository(&env, &HOSTS);
    let ids = [
        "20261123T080000Z-000003",
        "20261122T080000Z-000002",
        "20261121T080000Z-000001",
    ];
    for id in ids {
        let mut story = Story::begin(id, &HOSTS);
        story.pass(HOSTS[0], DeployStage::Promote, &["so"]);
        story.end(&HOSTS);
        story.write(&env);
    }
    // The clock has gone back by two days before the last one.
    env.write(
        &format!("{}/last", Story::folder()),
        &format!("{}\n", ids[2]),
    );
    let run = history(&env, &["-n", "2"]);
    let found: Vec<&str> = ids
        .into_iter()
        .filter(|id| run.stdout.contains(*id))
        .collect();
    assert_eq!(found, [ids[0], ids[2]], "{}", run.show());
    assert!(
        run.stdout.find(ids[2]) < run.stdout.find(ids[0]),
        "{}",
        run.show()
    );
}

#[test]
fn the_last_interrupted_deploy_says_how_to_go_on() {
    let env = Env::new();
    deploy_repository(&env, &HOSTS);
    let mut story = Story::begin("20261122T080000Z-000002", &HOSTS);
    story.write(&env);
    let run = history(&env, &["--deploy-repo", "."]);
    let next = "    next: svcgen deploy --resume 20261122T080000Z-000002 --deploy-repo .\n      or: svcgen rollback --deploy-repo .\n";
    assert!(run.stdout.ends_with(next), "{}", run.show());
    // A later one that touched nothing changes nothing about that.
    let mut later = Story::begin("20261123T080000Z-000003", &HOSTS);
    let kind = EventKind::DeployFinished {
        result: DeployResult::Untouched,
        seconds: 1.0,
        counts: HostCounts::default(),
    };
    later.add(None, None, Level::Warning, "nothing was changed", kind);
    later.write(&env);
    assert!(
        history(&env, &[])
            .stdout
            .contains("next: svcgen deploy --resume 20261122")
    );
    story = Story::begin("20261124T080000Z-000004", &HOSTS);
    story.end(&HOSTS);
    story.write(&env);
    assert!(!history(&env, &[]).stdout.contains("next: "));
}

#[test]
fn what_a_full_disk_left_is_gone_on_with_once_there_is_room() {
    let env = Env::new();
    deploy_repository(&env, &HOSTS);
    let mut story = Story::begin("20261122T080000Z-000002", &HOSTS);
    for host in HOSTS {
        let kind = EventKind::HostReached {
            milestone: Milestone::Failed,
        };
        let text = "promote failed: cannot write the record: No space left on device";
        story.add(Some(host), None, Level::Error, text, kind);
    }
    // The other one is as it was, which is nothing that is gone on with.
    let kind = EventKind::HostFinished {
        outcome: HostOutcome::Untouched,
        live: None,
        command: None,
    };
    story.add(Some(HOSTS[1]), None, Level::Info, "untouched", kind);
    mixed(&mut story);
    story.write(&env);
    let first = "first: make room on a1.example.org: its disk was full\n";
    let run = history(&env, &[]);
    let next = format!("    {first}    next: svcgen deploy --resume {}\n", story.id);
    assert!(run.stdout.contains(&next), "{}", run.show());
    let run = env.svcgen(&["log"]);
    let next = format!("{first}next: svcgen deploy --resume {}\n", story.id);
    assert!(run.stderr.contains(&next), "{}", run.show());
}

#[test]
fn hosts_that_do_not_answer_hold_nothing_up() {
    let env = Env::new();
    deploy_repository(&env, &HOSTS);
    let mut story = Story::begin("20261122T080000Z-000002", &HOSTS);
    story.end(&HOSTS);
    story.write(&env);
    // No name leads anywhere.
    env.write("ssh_config", "Host *\n  HostName 127.0.0.1\n  Port 1\n");
    let mut command = env.command();
    command
        .arg("history")
        .env("SVCGEN_SSH_CONFIG", env.work().join("ssh_config"));
    let run = env.run(&mut command);
    assert_eq!(run.code, 0, "{}", run.show());
    assert!(
        run.stdout.contains("20261122T080000Z-000002"),
        "{}",
        run.show()
    );
    assert_eq!(
        run.stderr,
        "warning: not asked for deploys from other machines: a1.example.org; it refuses the connection\n"
    );
}
