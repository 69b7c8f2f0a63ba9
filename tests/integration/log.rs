//! `svcgen log`: a journal as it was shown, or a part of it.

mod misspelt;

use svcgen::deploy::Journals;
use svcgen::event::{EventKind, HostOutcome, Level, Milestone, StepOutcome};
use svcgen::scap::DeployStage;

use crate::support::{Env, LocalFarm, Story, deploy_repository, may_mount};

const ID: &str = "20261123T140312Z-3f9a01";
const HOSTS: [&str; 2] = ["a1.example.org", "b1.example.org"];

/// A deploy whose second host fails in a check.
fn story() -> Story {
    let mut story = Story::begin(ID, &HOSTS);
    story.pass(HOSTS[0], DeployStage::Promote, &["4be1c09 is current"]);
    story.pass(HOSTS[1], DeployStage::Promote, &["\u{1b}[31mred"]);
    let failed = EventKind::StepFinished {
        outcome: StepOutcome::Failed,
        check: Some("endpoints".into()),
        code: Some(2),
        seconds: 0.5,
    };
    let text = "check `endpoints` failed (exit code 2): GET /svg: 503";
    let stage = Some(DeployStage::HandleService);
    story.add(Some(HOSTS[1]), stage, Level::Error, text, failed);
    story
}

/// A journal whose deploy has ended.
fn whole(env: &Env) -> Story {
    deploy_repository(env, &HOSTS);
    let mut story = story();
    let unknown = EventKind::HostFinished {
        outcome: HostOutcome::Unknown,
        live: None,
        command: Some(format!("svcgen rollback --limit {}", HOSTS[1])),
    };
    story.add(
        Some(HOSTS[1]),
        None,
        Level::Error,
        "UNKNOWN: it burns",
        unknown,
    );
    story.end(&HOSTS[..1]);
    story.write(env);
    story
}

#[test]
fn a_deploy_is_shown_as_it_was_shown() {
    let env = Env::new();
    whole(&env);
    let run = env.run(env.command().arg("log").env("TZ", "UTC"));
    insta::assert_snapshot!(run.show(), @"
    exit 0
    --- stdout
    00:00:01 deploy of tea-pot/deploy@4be1c09 on 2 hosts
    00:00:04 a1.example.org: promote passed
    00:00:07 b1.example.org: promote passed
    00:00:08 b1.example.org: error: check `endpoints` failed (exit code 2): GET /svg: 503
    00:00:09 b1.example.org: error: UNKNOWN: it burns; next: svcgen rollback --limit b1.example.org
    00:00:11 4be1c09 is live on 1 of 1 hosts
    --- stderr
    20261123T140312Z-3f9a01 by ada on deploy1002, 2026-11-23
    ");
    let all = env.svcgen(&["log", "-v", ID]);
    assert!(
        all.stdout.contains(": 4be1c09 is current\n"),
        "{}",
        all.show()
    );
    assert!(all.stdout.contains("\\u{1b}[31mred"), "{}", all.show());
    let quiet = env.svcgen(&["log", "-q", "--latest"]).stdout;
    assert_eq!(quiet.lines().count(), 2, "{quiet}");
}

#[test]
fn a_failure_is_told_once() {
    let env = Env::new();
    deploy_repository(&env, &HOSTS);
    let mut story = story();
    let failed = || EventKind::HostReached {
        milestone: Milestone::Failed,
    };
    let why = "check `endpoints` failed (exit code 2): GET /svg: 503";
    story.add(Some(HOSTS[1]), None, Level::Info, why, failed());
    // What nobody has said before is.
    let lost = "nobody has the lock any more";
    story.add(Some(HOSTS[0]), None, Level::Info, lost, failed());
    story.end(&HOSTS[..1]);
    story.write(&env);
    for arguments in [&["log", "-v"][..], &["log", "-v", "--host", "*"]] {
        let run = env.svcgen(arguments);
        assert_eq!(run.stdout.matches(why).count(), 1, "{}", run.show());
        assert_eq!(run.stdout.matches(lost).count(), 1, "{}", run.show());
        let said = format!("b1.example.org: error: {why}\n");
        assert!(run.stdout.contains(&said), "{}", run.show());
    }
    let events = env.svcgen(&["log", "-v", "--format", "json"]);
    assert_eq!(events.stdout.matches(why).count(), 2, "{}", events.show());
}

#[test]
fn events_are_those_of_the_journal() {
    let env = Env::new();
    let story = whole(&env);
    assert_eq!(
        env.svcgen(&["log", "--format", "json"]).stdout,
        story.lines()
    );
    let stage = env.svcgen(&["log", "--format", "json", "--stage", "handle_service"]);
    let of_stage = |line: &&str| line.contains("\"stage\":\"handle_service\"");
    let lines = story.lines();
    let wanted: Vec<&str> = lines.lines().filter(of_stage).collect();
    assert_eq!(wanted.len(), 1);
    assert_eq!(stage.stdout.lines().collect::<Vec<_>>(), wanted);
}

#[test]
fn what_is_looked_for_is_found_wherever_it_is() {
    let env = Env::new();
    whole(&env);
    let found = |arguments: &[&str]| -> Vec<String> {
        let run = env.svcgen(&[&["log"], arguments].concat());
        assert_eq!(run.code, 0, "{}", run.show());
        run.stdout
            .lines()
            .map(|line| line[9..].to_owned())
            .collect()
    };
    assert_eq!(
        found(&["is current"]),
        ["a1.example.org: 4be1c09 is current"]
    );
    assert_eq!(found(&["get /svg: [0-9]+"]).len(), 1);
    assert_eq!(found(&["(exit code", "--host", "b1*"]).len(), 1);
    for (word, other) in [("debug", "trace"), ("warning", "warn"), ("error", "fatal")] {
        assert_eq!(found(&["--level", word]), found(&["--level", other]));
    }
    assert_eq!(found(&["--level", "error"]).len(), 2);
    assert_eq!(found(&["--level", "debug", "--stage", "promote"]).len(), 6);
    assert_eq!(
        found(&["--host", "a1.example.org"]),
        [
            "a1.example.org: promote",
            "a1.example.org: promote passed",
            "a1.example.org: 4be1c09 is live"
        ]
    );
    let nothing = env.svcgen(&["log", "--stage", "fetch"]);
    assert_eq!(nothing.code, 0, "{}", nothing.show());
    let said = format!("nothing in the journal of {ID} matches\n");
    assert!(nothing.stderr.ends_with(&said), "{}", nothing.show());
    // It may have been meant as the name of a deploy.
    for text in [
        &["NOSUCH"][..],
        &["is CURRENT"],
        &["(exit code", "--host", "a1*"],
    ] {
        let nothing = env.svcgen(&[&["log"], text].concat());
        assert_eq!(nothing.code, 2, "{}", nothing.show());
        let said = format!(
            "error: nothing in the journal of {ID} matches: `{}`\nhint: `svcgen log {ID}` shows all of it\nhint: `svcgen history` lists the deploys\n",
            text[0]
        );
        assert!(nothing.stderr.ends_with(&said), "{}", nothing.show());
    }
}

#[test]
fn a_deploy_that_was_killed_says_how_to_go_on() {
    let env = Env::new();
    deploy_repository(&env, &HOSTS);
    // The last line was not written to its end.
    let lines = story().lines();
    env.write(&story().path(), &lines[..lines.len() - 40]);
    for arguments in [&["log"][..], &["log", "--follow"]] {
        let run = env.run(env.command().args(arguments).env("TZ", "UTC"));
        assert_eq!(run.code, 0, "{}", run.show());
        assert_eq!(run.stdout.lines().count(), 3, "{}", run.show());
        let said = [
            "20261123T140312Z-3f9a01 by ada on deploy1002, 2026-11-23",
            "warning: 20261123T140312Z-3f9a01 ended without reporting an outcome: it was killed, or its journal could not be written",
            "next: svcgen deploy --resume 20261123T140312Z-3f9a01",
            "or back: svcgen rollback",
        ];
        assert_eq!(run.stderr.lines().collect::<Vec<_>>(), said);
    }
    // Once there is a later one, it is that which goes on.
    let mut later = Story::begin("20261124T080000Z-000000", &HOSTS);
    later.end(&HOSTS);
    later.write(&env);
    let run = env.svcgen(&["log", ID]);
    assert!(
        run.stderr.contains("there are later ones"),
        "{}",
        run.show()
    );
    assert!(!run.stderr.contains("--resume"), "{}", run.show());
}

#[test]
fn a_restart_that_was_killed_names_what_shows_how_the_service_is() {
    let env = Env::new();
    deploy_repository(&env, &HOSTS);
    let restart = story()
        .lines()
        .replace("\"action\":\"deploy\"", "\"action\":\"restart\"");
    env.write(&story().path(), &restart);
    let run = env.svcgen(&["log"]);
    assert_eq!(run.code, 0, "{}", run.show());
    assert!(
        run.stderr.ends_with(
            "it was killed, or its journal could not be written\nnext: svcgen service status\n"
        ),
        "{}",
        run.show()
    );
}

#[test]
fn a_journal_of_another_version_is_refused() {
    let env = Env::new();
    deploy_repository(&env, &HOSTS);
    env.write(
        &story().path(),
        &story()
            .lines()
            .replace("\"v\":1,", "\"v\":7,")
            .replace("\"level\"", "\"weight\""),
    );
    let run = env.svcgen(&["log"]);
    assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{}", run.show());
    assert!(
        run.stderr
            .contains("has version 7, and this svcgen reads 1"),
        "{}",
        run.show()
    );
}

#[test]
fn all_that_a_host_wrote_is_passed_on() {
    let env = Env::new();
    whole(&env);
    let log = |host: &str| format!("{}/{ID}.hosts/{host}.log", Story::folder());
    env.write(&log(HOSTS[0]), "one\ntwo\n");
    env.write(&log(HOSTS[1]), "\u{1b}[31mthree");
    let output = |arguments: &[&str]| {
        env.svcgen(&[&["log", "--output"], arguments].concat())
            .stdout
    };
    assert_eq!(
        output(&[]),
        "==> a1.example.org <==\none\ntwo\n\n==> b1.example.org <==\n\u{1b}[31mthree"
    );
    assert_eq!(output(&["--host", "a1*"]), "one\ntwo\n");
    assert_eq!(output(&["--host", "a1*", "W"]), "");
    assert_eq!(output(&["--host", "a1*", "w"]), "two\n");
}

/// The journal is written by what writes it in a deploy; then its writer ends without a word.
#[test]
fn a_running_deploy_is_followed_until_it_is_gone() {
    use std::io::{BufRead as _, BufReader};
    let env = Env::new();
    deploy_repository(&env, &HOSTS);
    let folder = env.work().join(Story::folder());
    let folder = camino::Utf8PathBuf::from_path_buf(folder).unwrap();
    let story = story();
    let journal = Journals::in_folder(folder).begin(&story.id).unwrap();
    let lines = story.lines();
    let (first, rest) = lines.split_at(lines.len() - 100);
    let append = |text: &str| {
        let mut file = std::fs::OpenOptions::new()
            .append(true)
            .open(journal.path())
            .unwrap();
        std::io::Write::write_all(&mut file, text.as_bytes()).unwrap();
    };
    append(first);
    let still = env.svcgen(&["log"]);
    assert!(
        still
            .stderr
            .contains("it is still running\nnext: svcgen log --follow"),
        "{}",
        still.show()
    );

    let mut command = env.command();
    command
        .args(["log", "-f"])
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut shown = BufReader::new(child.stdout.take().unwrap()).lines();
    let count = story
        .events
        .iter()
        .filter(|e| !matches!(e.kind, EventKind::Output | EventKind::StepStarted { .. }))
        .count();
    for _ in 0..count - 1 {
        shown.next().unwrap().unwrap();
    }
    append(rest);
    let last = shown.next().unwrap().unwrap();
    assert!(last.ends_with("GET /svg: 503"), "{last}");
    drop(journal);
    assert!(shown.next().is_none());
    let run = env.ended(child.wait_with_output().unwrap());
    assert_eq!(run.code, 0);
    assert!(
        run.stderr.contains("ended without reporting an outcome"),
        "{}",
        run.stderr
    );
}

#[test]
fn a_journal_that_did_not_fit_on_the_disk_is_no_deploy_that_was_interrupted() {
    if !may_mount() {
        return;
    }
    let farm = LocalFarm::new(1);
    farm.release("1");
    let run = farm.svcgen(&["deploy", "--on-failure", "rollback"]);
    assert_eq!(run.code, 0, "{}", run.show());
    let small = farm.env().work().join("small");
    std::fs::create_dir(&small).unwrap();
    let full = small.join("full");
    let checks = format!(
        "checks:\n  fill: {{type: command, after: promote, shell: true, command: 'dd if=/dev/zero of={} bs=4k 2>/dev/null; true'}}\n",
        full.display()
    );
    farm.write("scap/checks.yaml", &checks);
    farm.release("2");
    let script = "mount -t tmpfs -o size=256k none \"$XDG_STATE_HOME\"
        \"$0\" deploy --on-failure rollback; echo code $?
        \"$0\" log >/dev/null 2>first
        rm \"$XDG_STATE_HOME/full\"
        echo ==; \"$0\" history -n 1; echo ==; \"$0\" log";
    let svcgen = farm.command();
    let mut command = std::process::Command::new("unshare");
    farm.env().enclose(&mut command);
    command
        .args(["--mount", "sh", "-c", script])
        .arg(svcgen.get_program())
        .current_dir(farm.env().work().join("deploy"))
        .env("XDG_STATE_HOME", &small);
    let run = farm.env().run(&mut command);
    assert!(run.stdout.contains("code 20\n"), "{}", run.show());
    let told = "is incomplete: it could not be written completely\n";
    assert!(run.stderr.contains(told), "{}", run.show());
    assert!(!run.stderr.contains("shows "), "{}", run.show());
    let first = farm.env().read("deploy/first");
    let wanted = "first: make room in `";
    assert!(first.contains(wanted), "{first}");
    assert!(!run.stderr.contains(wanted), "{}", run.show());
    let history = run.stdout.split("==\n").nth(1).unwrap();
    assert!(history.contains("failed, rolled back"), "{}", run.show());
    assert!(!history.contains("INTERRUPTED"), "{}", run.show());
    assert!(!history.contains("--resume"), "{}", run.show());
    assert!(
        run.stderr.contains("or its journal could not be written"),
        "{}",
        run.show()
    );
}
