//! Deploys that are announced: a bot as `tcpircbot` is one, which takes lines, and programs.

use std::io::{BufRead as _, BufReader};
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt as _;
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use insta::assert_snapshot;
use svcgen::announce::Storyteller;
use svcgen::event::{DeployResult, EventKind, HostCounts, HostOutcome, Level, Milestone};

use crate::support::{LocalFarm, Run, Story};

/// A bot on loopback.
struct Bot {
    port: u16,
    lines: Receiver<String>,
}

impl Bot {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let (sender, lines) = channel();
        // It ends with the process: it waits for nothing but connections.
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                for line in BufReader::new(stream).lines() {
                    let _heard = sender.send(line.unwrap());
                }
            }
        });
        Self { port, lines }
    }

    /// The next lines that were said; names of this machine, revisions and times are left out.
    fn heard(&self, count: usize) -> String {
        let plain = regex::Regex::new(r"\b[0-9a-f]{7,40}\b").unwrap();
        let who = regex::Regex::new(r"\([^ ]+@[^ ]+\)").unwrap();
        let time = regex::Regex::new(r"\([0-9]+ s\)").unwrap();
        let lines = (0..count).map(|_| {
            let line = self.lines.recv_timeout(Duration::from_secs(30)).unwrap();
            let line = plain.replace_all(&line, "SHA").into_owned();
            let line = who.replace(&line, "(WHO)").into_owned();
            time.replace(&line, "(TIME)").into_owned()
        });
        lines.collect::<Vec<_>>().join("\n")
    }

    fn is_silent(&self) -> bool {
        self.lines.try_recv().is_err()
    }
}

/// A farm whose site announces in these places.
fn farm(announce: &str) -> LocalFarm {
    let farm = LocalFarm::new(1);
    let site = format!("version: 1\nname: here\nannounce:\n{announce}");
    std::fs::write(
        farm.env().home().join("config/svcgen/sites/here.yaml"),
        site,
    )
    .unwrap();
    farm.release("1");
    farm
}

fn of_bot(bot: &Bot) -> String {
    format!("  - tcpircbot: {{host: 127.0.0.1, port: {}}}\n", bot.port)
}

fn deploy(farm: &LocalFarm, more: &[&str]) -> Run {
    let deploy = ["deploy", "--site", "here", "--on-failure", "rollback"];
    farm.svcgen(&[&deploy[..], more].concat())
}

#[test]
fn others_read_what_happens() {
    let bot = Bot::start();
    let farm = farm(&of_bot(&bot));
    assert_eq!(deploy(&farm, &["the first\nQUIT :one"]).code, 0);
    assert_snapshot!(bot.heard(2), @"
    !log feed deploying SHA: the first QUIT :one (WHO)
    !log feed deployed SHA on 2 hosts (TIME)
    ");
    farm.release("ill");
    assert_eq!(deploy(&farm, &[]).code, 20);
    assert_snapshot!(bot.heard(3), @"
    !log feed deploying SHA (WHO)
    !log feed deploy of SHA failed: l00: check `answers` failed (exit code 1): urllib.error.HTTPError: HTTP Error 503: Service Unavailable; rolling back
    !log feed deploy of SHA failed; one host is back on the old revision (TIME)
    ");
    farm.release("2");
    assert_eq!(deploy(&farm, &[]).code, 0);
    assert_eq!(
        farm.svcgen(&["rollback", "--site", "here", "too strong"])
            .code,
        0
    );
    assert_eq!(
        farm.svcgen(&["service", "restart", "--site", "here"]).code,
        0
    );
    assert_snapshot!(bot.heard(6), @"
    !log feed deploying SHA (WHO)
    !log feed deployed SHA on 2 hosts (TIME)
    !log feed rolling back to SHA: too strong (WHO)
    !log feed rolled back to SHA on 2 hosts (TIME)
    !log feed restarting (WHO)
    !log feed restarted on 2 hosts (TIME)
    ");
    assert!(bot.is_silent());
}

#[test]
fn nothing_is_said_of_what_does_not_happen() {
    let bot = Bot::start();
    let farm = farm(&of_bot(&bot));
    assert_eq!(deploy(&farm, &["--dry-run"]).code, 0);
    assert_eq!(deploy(&farm, &["--no-announce"]).code, 0);
    // There is nothing left to do.
    assert_eq!(deploy(&farm, &[]).code, 0);
    farm.write("scap/environments/beta/scap.cfg", "[global]\n");
    farm.write("scap/environments/beta/canary", "l00\n");
    farm.write("scap/environments/beta/targets", "l01\n");
    farm.write(
        "scap/environments/beta/local.yaml",
        &std::fs::read_to_string(farm.env().work().join("deploy/scap/local.yaml")).unwrap(),
    );
    farm.release("2");
    let run = deploy(&farm, &["--environment", "beta"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(bot.is_silent());
}

#[test]
fn a_place_that_is_dead_stops_nothing_and_is_told() {
    let bot = Bot::start();
    let closed = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    let announce = format!(
        "  - tcpircbot: {{host: 127.0.0.1, port: {closed}}}\n  - command: [./no-such-program, '{{message}}']\n  \
         - command: [sh, -c, 'echo not today >&2; exit 3', '{{message}}']\n  - command: [sh, -c, 'sleep 3600 & wait', svcgen-{closed}, '{{message}}']\n{}",
        of_bot(&bot)
    );
    let farm = farm(&announce);
    let run = deploy(&farm, &[]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let told = |place: &str, reason: &str| {
        let start = format!("warning: not announced at {place}: {reason}: \"feed ");
        let count = run
            .stderr
            .lines()
            .filter(|line| line.starts_with(&start))
            .count();
        assert_eq!(count, 2, "{place}\n{}", run.stderr);
    };
    told(&format!("127.0.0.1:{closed}"), "connection refused");
    told("./no-such-program", "no such file or directory");
    told("sh", "exit status: 3: not today");
    told("sh", "it takes longer than 3 s");
    assert!(bot.heard(2).starts_with("!log feed deploying SHA"));
    // What hung is ended, and what it started.
    let processes = std::fs::read_dir("/proc").unwrap().flatten();
    let lines = processes.filter_map(|process| std::fs::read(process.path().join("cmdline")).ok());
    let name = format!("svcgen-{closed}");
    assert_eq!(
        lines
            .filter(|line| String::from_utf8_lossy(line).contains(&name))
            .count(),
        0
    );
}

#[test]
fn a_program_gets_the_message_as_one_word() {
    let farm = LocalFarm::new(1);
    let (program, said) = (
        farm.env().home().join("notify"),
        farm.env().home().join("said"),
    );
    std::fs::write(
        &program,
        format!("#!/bin/sh\nprintf '%s|' \"$@\" >>{}\n", said.display()),
    )
    .unwrap();
    std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
    let site = format!(
        "version: 1\nname: here\nannounce: [{{command: ['{}', '--to=ops {{message}}', end]}}]\n",
        program.display()
    );
    std::fs::write(
        farm.env().home().join("config/svcgen/sites/here.yaml"),
        site,
    )
    .unwrap();
    farm.release("1");
    let run = deploy(&farm, &["$(touch x) `id` '\""]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let said = std::fs::read_to_string(said).unwrap();
    assert!(said.starts_with("--to=ops feed deploying "), "{said}");
    assert!(said.contains(": $(touch x) `id` '\" ("), "{said}");
    assert_eq!(said.matches("|end|").count(), 2, "{said}");
}

#[test]
fn a_place_without_the_message_is_a_mistake_of_the_site() {
    let farm = farm("  - command: [notify]\n  - tcpircbot: {host: a, port: 1, format: hello}\n");
    let run = deploy(&farm, &[]);
    assert_eq!(run.code, 2);
    assert_eq!(
        run.stderr
            .matches("`{message}` is missing: nothing would be said")
            .count(),
        2,
        "{}",
        run.stderr
    );
}

#[test]
fn the_book_shows_what_is_said() {
    let mut story = Story::begin("20261123T140312Z-3f9a01", &["tea1.sandbox.example"]);
    let failed = "check `tea` failed (exit code 1)";
    let milestone = Milestone::Failed;
    let reached = EventKind::HostReached { milestone };
    story.add(
        Some("tea1.sandbox.example"),
        None,
        Level::Error,
        failed,
        reached,
    );
    story.add(
        None,
        None,
        Level::Warning,
        "rolling back",
        EventKind::RollbackStarted,
    );
    let finished = EventKind::DeployFinished {
        result: DeployResult::RolledBack,
        seconds: 14.0,
        counts: HostCounts::of([HostOutcome::Old]),
    };
    story.add(None, None, Level::Warning, "rolled back", finished);
    let mut teller = Storyteller::default();
    let said = story.events.iter().filter_map(|event| teller.tell(event));
    let said = said.fold(String::new(), |text, line| format!("{text}!log {line}\n"));
    let page = include_str!("../../book/src/guide/announcing.md");
    assert!(page.contains(&format!("```\n{said}```\n")), "{said}");
}
