use insta::assert_snapshot;
use jiff::Timestamp;

use super::board::Board;
use super::frame::{FrameLine, Style};
use super::painter::{Painter, Size};
use super::stays;
use crate::event::{About, DeployId, Event, EventKind, Level, Milestone, StepOutcome, VERSION};
use crate::model::{GroupName, HostName, Revision};
use crate::scap::DeployStage;

/// Tells a board what happens, second after second.
struct Play {
    board: Board,
    second: i64,
}

const REVISION: &str = "4be1c09aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";

impl Play {
    fn new(groups: &[(&str, &[String])]) -> Self {
        let mut play = Self {
            board: Board::default(),
            second: 0,
        };
        let all: Vec<HostName> = groups
            .iter()
            .flat_map(|(_, hosts)| hosts.iter())
            .map(|host| HostName::parse(host).unwrap())
            .collect();
        let kind = EventKind::DeployStarted {
            repository: "tea-pot/deploy".into(),
            revision: Revision::parse(REVISION).unwrap(),
            environment: None,
            user: "ada".into(),
            machine: "here".into(),
            message: String::new(),
            action: "deploy".into(),
            hosts: all,
            resumes: None,
        };
        play.tell(None, None, "deploy of tea-pot/deploy@4be1c09", kind);
        for (group, hosts) in groups {
            for host in hosts.iter() {
                let kind = EventKind::HostPlanned {
                    live: None,
                    old: None,
                    revision: Revision::parse(REVISION).unwrap(),
                    idle: false,
                };
                play.about(Some(host), Some(group), None, "nothing is live", kind);
            }
        }
        play
    }

    fn tell(
        &mut self,
        host: Option<&str>,
        stage: Option<DeployStage>,
        text: &str,
        kind: EventKind,
    ) {
        self.about(host, None, stage, text, kind);
    }

    fn about(
        &mut self,
        host: Option<&str>,
        group: Option<&str>,
        stage: Option<DeployStage>,
        text: &str,
        kind: EventKind,
    ) {
        self.board
            .take(&event(self.second, host, group, stage, text, kind));
    }

    fn step(&mut self, host: &str, stage: DeployStage) {
        let kind = EventKind::StepStarted {
            revision: Revision::parse(REVISION).unwrap(),
            check: None,
        };
        self.tell(Some(host), Some(stage), stage.as_str(), kind);
    }

    fn reach(&mut self, host: &str, milestone: Milestone, text: &str) {
        self.tell(Some(host), None, text, EventKind::HostReached { milestone });
    }

    fn shown(&self, width: usize, height: usize) -> String {
        let now = Timestamp::from_second(self.second).unwrap();
        let lines = self.board.frame(width, height, now);
        // Also where the terminal becomes a third narrower: what left the screen could not be taken away.
        let rows = lines
            .iter()
            .map(|line| line.text.chars().count().div_ceil(width * 2 / 3).max(1));
        assert!(rows.sum::<usize>() <= height.max(4));
        let lines: Vec<String> = lines.into_iter().map(|line| line.text).collect();
        assert!(lines.iter().all(|line| line.chars().count() < width));
        lines.join("\n")
    }
}

fn event(
    second: i64,
    host: Option<&str>,
    group: Option<&str>,
    stage: Option<DeployStage>,
    text: &str,
    kind: EventKind,
) -> Event {
    Event {
        v: VERSION,
        at: Timestamp::from_second(second).unwrap(),
        seq: 1,
        deploy: DeployId::parse("20261123T140312Z-3f9a01").unwrap(),
        about: About {
            host: host.map(|host| HostName::parse(host).unwrap()),
            group: group.map(|group| GroupName::parse(group).unwrap()),
            stage,
        },
        level: Level::Info,
        text: text.into(),
        kind,
    }
}

fn hosts(numbers: std::ops::RangeInclusive<usize>) -> Vec<String> {
    numbers.map(|n| format!("scb{n:04}.eqiad.wmnet")).collect()
}

fn small() -> Play {
    let (canary, rest) = (hosts(1001..=1001), hosts(1002..=1003));
    let mut play = Play::new(&[("canary", &canary), ("default", &rest)]);
    play.reach(&canary[0], Milestone::Healthy, "healthy");
    play.second = 7;
    play.step(&rest[0], DeployStage::HandleService);
    play.tell(Some(&rest[0]), None, "port 6100 is open", EventKind::Output);
    play.second = 12;
    play
}

#[test]
fn a_few_hosts_are_all_shown() {
    assert_snapshot!(small().shown(80, 24), @"
    canary  1 host: 1 healthy
      scb1001.eqiad.wmnet  healthy
    default  2 hosts: 1 at work, 1 waiting
      scb1002.eqiad.wmnet  handle_service      0:05  port 6100 is open
      scb1003.eqiad.wmnet  waiting
    0:12  3 hosts: 1 healthy, 1 at work, 1 waiting
    waiting for scb1002.eqiad.wmnet: handle_service, 0:05
    ");
}

#[test]
fn a_narrow_terminal_shows_what_there_is_room_for() {
    assert_snapshot!(small().shown(40, 24), @"
    canary  1 host: 1 healthy
      scb1001.eqia...  healthy
    default  2 hosts: 1 at work, 1 waiting
      scb1002.eqia...  handle_service  0...
      scb1003.eqia...  waiting
    0:12  3 hosts: 1 healthy, 1 at work,...
    waiting for scb1002.eqiad.wmnet: han...
    ");
    // Nothing is drawn where there is no room at all.
    assert_eq!(small().shown(40, 1), "");
    assert_eq!(small().shown(10, 4).lines().count(), 2);
}

#[test]
fn of_many_hosts_those_are_shown_that_matter() {
    let (canary, rest) = (hosts(1001..=1001), hosts(1002..=1300));
    let mut play = Play::new(&[("canary", &canary), ("default", &rest)]);
    play.reach(&canary[0], Milestone::Finalized, "done");
    for host in &rest[..100] {
        play.reach(host, Milestone::Healthy, "healthy");
    }
    for (second, host) in rest[100..130].iter().enumerate() {
        play.second = second as i64;
        play.step(host, DeployStage::Promote);
    }
    play.reach(
        &rest[200],
        Milestone::Failed,
        "fetch failed: no space left on device",
    );
    play.second = 3725;
    assert_snapshot!(play.shown(80, 12), @"
    canary  1 host: 1 healthy
    default  299 hosts: 1 FAILED, 100 healthy, 30 at work, 168 waiting
      scb1202.eqiad.wmnet  FAILED  fetch failed: no space left on device
      scb1102.eqiad.wmnet  promote           1:02:05
      scb1103.eqiad.wmnet  promote           1:02:04
      scb1104.eqiad.wmnet  promote           1:02:03
      and 27 more
    1:02:05  300 hosts: 1 FAILED, 101 healthy, 30 at work, 168 waiting
    waiting for scb1102.eqiad.wmnet: promote, 1:02:05
    ");
}

#[test]
fn a_host_says_what_went_wrong_and_that_it_is_back() {
    let mut play = small();
    let host = "scb1002.eqiad.wmnet";
    let kind = EventKind::StepFinished {
        outcome: StepOutcome::Failed,
        check: None,
        code: Some(1),
        seconds: 1.0,
    };
    let text = "handle_service failed: port 6100 did not open within 10 s";
    play.tell(Some(host), Some(DeployStage::HandleService), text, kind);
    play.reach(host, Milestone::Failed, text);
    let failed = play.shown(100, 24);
    assert!(
        failed.contains("scb1002.eqiad.wmnet  FAILED  handle_service failed: port 6100"),
        "{failed}"
    );
    play.tell(None, None, "rolling back", EventKind::RollbackStarted);
    play.step(host, DeployStage::Rollback);
    play.reach("scb1003.eqiad.wmnet", Milestone::RolledBack, "as before");
    let going = play.shown(100, 24);
    assert!(
        going.contains("default  2 hosts: 1 going back, 1 untouched\n"),
        "{going}"
    );
    play.reach(host, Milestone::RolledBack, "as before");
    let back = play.shown(100, 24);
    assert!(
        back.contains("scb1002.eqiad.wmnet  rolled back\n"),
        "{back}"
    );
    assert!(back.contains("scb1003.eqiad.wmnet  untouched\n"), "{back}");
}

#[test]
fn what_matters_stays_and_the_rest_moves() {
    let said = |level: Level, kind: EventKind| {
        let mut event = event(0, Some("a"), None, None, "x", kind);
        event.level = level;
        stays(&event)
    };
    assert!(said(
        Level::Info,
        EventKind::GroupFinished {
            healthy: 1,
            failed: 0
        }
    ));
    assert!(said(Level::Error, EventKind::Warning));
    assert!(!said(Level::Info, EventKind::Warning));
    assert!(!said(Level::Debug, EventKind::Output));
}

/// The picture that a terminal shows.
fn screen(parser: &vt100::Parser) -> String {
    parser.screen().contents().trim_end().to_owned()
}

fn frame(lines: &[&str]) -> Vec<FrameLine> {
    let line = |text: &&str| FrameLine {
        text: (*text).to_owned(),
        style: Style::Plain,
    };
    lines.iter().map(line).collect()
}

#[test]
fn each_picture_takes_the_place_of_the_last_one() {
    let size = Size {
        width: 40,
        height: 10,
    };
    let mut terminal = vt100::Parser::new(10, 40, 100);
    let mut painter = Painter::default();
    let mut paint = |lines: &[&str], picture: &[&str]| {
        let lines: Vec<String> = lines.iter().map(|line| (*line).to_owned()).collect();
        let bytes = painter.paint(&lines, frame(picture), size);
        // A terminal in its usual mode begins a new line at its left.
        terminal.process(bytes.replace('\n', "\r\n").as_bytes());
        screen(&terminal)
    };
    paint(&["begin"], &["one", "two", "three"]);
    let shorter = paint(
        &["14:10:04 a warning longer than the terminal"],
        &["1", "2"],
    );
    assert_eq!(
        shorter,
        "begin\n14:10:04 a warning longer than the\n         terminal\n1\n2"
    );
    let ended = paint(&["the end"], &[]);
    assert_eq!(
        ended,
        "begin\n14:10:04 a warning longer than the\n         terminal\nthe end"
    );
}

#[test]
fn a_picture_never_clears_the_whole_screen_at_once() {
    let size = Size {
        width: 20,
        height: 3,
    };
    let mut painter = Painter::default();
    painter.paint(&[], frame(&["one", "two"]), size);
    let bytes = painter.paint(&[], frame(&["three"]), size);
    assert!(!bytes.contains("\x1b[J"), "{bytes:?}");
    assert!(!bytes.contains("\x1b[2J"), "{bytes:?}");
}

#[test]
fn a_picture_that_was_left_stays_above() {
    let size = Size {
        width: 40,
        height: 10,
    };
    let mut painter = Painter::default();
    let mut bytes = painter.paint(&[], frame(&["one", "two"]), size);
    painter.leave();
    bytes += "go on? yes\n";
    bytes += &painter.paint(&[], frame(&["three"]), size);
    let mut terminal = vt100::Parser::new(10, 40, 100);
    terminal.process(bytes.replace('\n', "\r\n").as_bytes());
    assert_eq!(screen(&terminal), "one\ntwo\ngo on? yes\nthree");
}

#[test]
fn a_terminal_that_became_narrower_has_broken_the_lines() {
    let wide = Size {
        width: 40,
        height: 10,
    };
    let mut painter = Painter::default();
    let text = "x".repeat(30);
    let _drawn = painter.paint(&[], frame(&[&text, "short"]), wide);
    let narrow = Size {
        width: 20,
        height: 10,
    };
    let bytes = painter.paint(&[], frame(&["new"]), narrow);
    let up = "\u{1b}[A\u{1b}[2K".repeat(3);
    assert!(bytes.starts_with(&format!("\r{up}new")), "{bytes:?}");
}
