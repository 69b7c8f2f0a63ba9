//! The live view on a real terminal: it moves, and what stays of it is plain text.

use std::path::PathBuf;

use crate::support::{LocalFarm, Pty};

fn deploy(farm: &LocalFarm, more: &[&str]) -> Pty {
    let repository = farm.env().work().join("deploy");
    let deploy = ["deploy", "--deploy-repo", repository.to_str().unwrap()];
    Pty::start(farm.env(), &[&deploy[..], more].concat(), None)
}

#[test]
fn the_table_moves_and_ends_as_text() {
    let farm = LocalFarm::new(2);
    let revision = farm.release("1");
    let mut pty = deploy(&farm, &[]);
    // Which step a frame shows depends on how quick it is.
    pty.expect("canary  1 host: 1 at work");
    pty.expect("canary is healthy; go on with the other hosts? [Y/n]");
    pty.keys("y");
    assert_eq!(pty.end(), 0, "{}", pty.shown);
    // The table is above the question until that is answered.
    let question = pty.shown.find("[Y/n] ").unwrap() + "[Y/n] ".len();
    let mut terminal = vt100::Parser::new(24, 80, 0);
    terminal.process(&pty.shown.as_bytes()[..question]);
    let asked = terminal.screen().contents();
    let table = "canary  1 host: 1 healthy\n  l00  healthy\ndefault  2 hosts: 2 waiting\n";
    assert!(asked.contains(table), "{asked}");
    let shown = pty.screen();
    let lines: Vec<&str> = shown.lines().collect();
    // Nothing stays of the tables.
    assert!(!shown.contains("1 host: "), "{shown}");
    assert!(!shown.contains("at work"), "{shown}");
    let answered = "canary is healthy; go on with the other hosts? yes";
    assert_eq!(lines[2], answered, "{shown}");
    let end = format!("{} is live on 3 of 3 hosts", &revision[..7]);
    assert!(lines.iter().any(|line| line.ends_with(&end)), "{shown}");
}

#[test]
fn the_time_runs_on_above_a_question() {
    let farm = LocalFarm::new(2);
    farm.release("1");
    let mut pty = deploy(&farm, &[]);
    let question = "canary is healthy; go on with the other hosts? [Y/n] ";
    pty.expect(question);
    let asked = pty.shown.find(question).unwrap() + question.len();
    let clock = |shown: &str| {
        let mut terminal = vt100::Parser::new(24, 80, 0);
        terminal.process(shown.as_bytes());
        let screen = terminal.screen();
        let (row, column) = screen.cursor_position();
        let text = screen.contents();
        let last = text
            .lines()
            .nth(usize::from(row))
            .unwrap_or_default()
            .trim_end();
        assert_eq!(
            (last, usize::from(column)),
            (question.trim_end(), question.len()),
            "{text}"
        );
        assert_eq!(text.matches("canary  1 host: ").count(), 1, "{text}");
        let total = text.lines().find(|line| line.contains("  3 hosts: "));
        let (clock, _) = total.unwrap().split_once("  ").unwrap();
        clock.to_owned()
    };
    let first = clock(&pty.shown[..asked]);
    // The table is drawn anew until another time stands there.
    let mut drawn = asked;
    while clock(&pty.shown[..drawn]) == first {
        pty.expect("\x1b8");
        drawn = pty.shown.rfind("\x1b8").unwrap() + "\x1b8".len();
    }
    pty.keys("y");
    assert_eq!(pty.end(), 0, "{}", pty.shown);
    assert!(!pty.screen().contains("1 host: "), "{}", pty.screen());
}

/// A release whose check waits until `open` is called.
fn gated(farm: &LocalFarm) -> PathBuf {
    let gate = farm.env().work().join("gate");
    let checks = format!(
        "checks:\n  gate: {{type: command, after: handle_service, shell: true, command: 'while [ ! -e {} ]; do sleep 0.1; done'}}\n",
        gate.display()
    );
    farm.write("scap/checks.yaml", &checks);
    farm.release("1");
    gate
}

#[test]
fn keys_that_are_typed_meanwhile_neither_tear_the_table_nor_answer_a_question() {
    let farm = LocalFarm::new(2);
    let gate = gated(&farm);
    let mut pty = deploy(&farm, &[]);
    pty.expect("l00  check gate");
    pty.keys("n\r\rq");
    std::fs::write(gate, "").unwrap();
    pty.expect("canary is healthy; go on with the other hosts? [Y/n]");
    pty.keys("y");
    assert_eq!(pty.end(), 0, "{}", pty.shown);
    let shown = pty.screen();
    assert_eq!(shown.matches("\ncanary  1 host").count(), 0, "{shown}");
}

#[test]
fn the_table_follows_the_size_of_the_terminal_at_once() {
    let farm = LocalFarm::new(2);
    let gate = gated(&farm);
    let mut pty = deploy(&farm, &["--yes"]);
    pty.expect("3 hosts: 1 at work, 2 waiting\r\n");
    pty.resize(30, 24);
    pty.expect("3 hosts: 1 at work, ...\r\n");
    pty.resize(80, 24);
    pty.expect("3 hosts: 1 at work, 2 waiting\r\n");
    std::fs::write(gate, "").unwrap();
    assert_eq!(pty.end(), 0, "{}", pty.shown);
}

/// What has left the screen cannot be taken away: where the terminal becomes a third narrower, all of the picture is still
/// there.
#[test]
fn a_picture_fits_the_screen_of_a_narrower_terminal() {
    let farm = LocalFarm::new(5);
    let gate = farm.env().work().join("gate");
    let words = "what a check has to say of itself ".repeat(3);
    let checks = format!(
        "checks:\n  gate: {{type: command, after: handle_service, shell: true, command: '[ $SVCGEN_HOST = l00 ] || while [ ! -e {} ]; do echo {words}; sleep 0.1; done'}}\n",
        gate.display()
    );
    farm.write("scap/checks.yaml", &checks);
    farm.release("1");
    let repository = farm.env().work().join("deploy");
    let deploy = [
        "deploy",
        "--yes",
        "--deploy-repo",
        repository.to_str().unwrap(),
    ];
    let mut pty = Pty::start_sized(farm.env(), &deploy, &[], (80, 8));
    pty.expect("what a check");
    pty.expect("  and 4 more\r\n");
    pty.expect("5 at work\r\n");
    let mut terminal = vt100::Parser::new(8, 80, 0);
    terminal.process(pty.shown.as_bytes());
    let shown = terminal.screen().contents();
    let (_, picture) = shown.split_once("canary  1 host").unwrap();
    let widths = picture.lines().map(|line| line.chars().count());
    assert!(widths.clone().any(|width| width > 54), "{shown}");
    let rows: usize = widths.map(|width| width.div_ceil(54).max(1)).sum();
    assert!(rows < 8, "{shown}");
    std::fs::write(gate, "").unwrap();
    assert_eq!(pty.end(), 0, "{}", pty.shown);
}

#[test]
fn a_question_that_nobody_answers_takes_back_what_was_begun() {
    let farm = LocalFarm::new(1);
    farm.release("1");
    let mut pty = deploy(&farm, &["--answer-within", "1"]);
    pty.expect("go on with the other hosts? [Y/n]");
    assert_eq!(pty.end(), 20, "{}", pty.shown);
    let shown = pty.screen();
    assert!(shown.contains("no answer within 1 s"), "{shown}");
    let error = "error: the deploy was not continued after canary";
    assert!(shown.contains(error), "{shown}");
    assert_eq!(farm.answers(), [None, None], "nothing is live, as before");
}

/// What is done where it fails does not say that nobody looks at the canary.
#[test]
fn it_is_asked_after_the_canary_whatever_is_done_on_a_failure() {
    let farm = LocalFarm::new(1);
    let first = farm.release("1");
    let mut pty = deploy(&farm, &["--on-failure", "rollback"]);
    pty.expect("canary is healthy; go on with the other hosts? [Y/n]");
    pty.keys("n");
    assert_eq!(pty.end(), 20, "{}", pty.shown);
    assert_eq!(farm.answers(), [None, None], "nothing is live, as before");
    let mut pty = deploy(&farm, &["--on-failure", "stop"]);
    pty.expect("canary is healthy; go on with the other hosts? [Y/n]");
    pty.keys("n");
    assert_eq!(pty.end(), 21, "{}", pty.shown);
    assert_eq!(farm.answers(), [Some("1".into()), None]);
    // The log says where it is live, and how to go on, as the history does.
    let log = farm.svcgen(&["log"]);
    let live = format!("l00: warning: {} is live\n", &first[..7]);
    assert!(log.stdout.contains(&live), "{}", log.show());
    let id = log.stderr.split_whitespace().next().unwrap();
    let ways = format!("next: svcgen deploy --resume {id}\nor back: svcgen rollback\n");
    assert!(log.stderr.ends_with(&ways), "{}", log.show());
    let history = farm.svcgen(&["history", "--offline", "-n", "1"]);
    let ways = format!("    next: svcgen deploy --resume {id}\n      or: svcgen rollback\n");
    assert!(history.stdout.ends_with(&ways), "{}", history.show());
    let mut pty = deploy(&farm, &["--on-failure", "rollback", "--yes"]);
    assert_eq!(pty.end(), 0, "{}", pty.shown);
    let log = farm.svcgen(&["log", id]);
    let later = "there are later ones: `svcgen history`\n";
    assert!(log.stderr.ends_with(later), "{}", log.show());
    assert!(!pty.shown.contains("go on with"), "{}", pty.shown);
}

/// Whoever types a word and Enter does not mean the answer that Enter alone is.
#[test]
fn a_word_is_no_answer_to_the_question() {
    let farm = LocalFarm::new(1);
    farm.release("1");
    for manner in [&[][..], &["--plain"]] {
        let mut pty = deploy(&farm, &[manner, &["--on-failure", "rollback"]].concat());
        pty.expect("go on with the other hosts? [Y/n] ");
        pty.keys("abort\r");
        let again = "go on with the other hosts? y or n: ";
        pty.expect(again);
        pty.terminate();
        assert_eq!(pty.end(), 143, "{}", pty.shown);
        assert_eq!(farm.answers(), [None, None], "nothing is live, as before");
        // Keys behind a wrong one are dropped until it is asked again: what is typed then is all read.
        let mut pty = deploy(&farm, &[manner, &["--on-failure", "rollback"]].concat());
        pty.expect("go on with the other hosts? [Y/n] ");
        pty.keys("a");
        pty.expect(again);
        pty.keys("\r?");
        pty.expect("y: yes   n, or Esc: no");
        pty.keys("n");
        assert_eq!(pty.end(), 20, "{}", pty.shown);
        assert_eq!(farm.answers(), [None, None], "nothing is live, as before");
    }
}

/// The rest of a word is not left to the shell.
#[test]
fn what_is_typed_behind_an_answer_is_dropped() {
    let farm = LocalFarm::new(1);
    farm.release("1");
    let deploy =
        "cd deploy && \"$0\" deploy --on-failure stop; read -r left; echo \"left: <$left>\"";
    let program = farm.command().get_program().to_str().unwrap().to_owned();
    let words = ["-c", deploy, &program];
    let mut pty = Pty::start_program(farm.env(), "sh", &words, &[("USER", "ada")], (80, 24));
    pty.expect("go on with the other hosts? [Y/n] ");
    pty.keys("yes\r");
    pty.expect("is live on 2 of 2 hosts");
    pty.keys("next\r");
    pty.expect("left: <");
    pty.expect(">");
    assert!(pty.shown.ends_with("left: <next>"), "{}", pty.shown);
    pty.end();
}

#[test]
fn an_interrupt_at_a_question_is_told_before_the_next_one() {
    let farm = LocalFarm::new(1);
    farm.release("1");
    let mut pty = deploy(&farm, &[]);
    pty.expect("go on with the other hosts? [Y/n]");
    pty.keys("\u{3}");
    pty.expect("then you are asked whether to");
    pty.expect("roll back the host that was touched? [Y/n]");
    pty.keys("y");
    assert_eq!(pty.end(), 130, "{}", pty.shown);
    assert_eq!(farm.answers(), [None, None], "nothing is live, as before");
}

#[test]
fn whoever_wants_lines_gets_lines() {
    let farm = LocalFarm::new(1);
    farm.release("1");
    let mut pty = deploy(&farm, &["--plain", "--yes"]);
    assert_eq!(pty.end(), 0, "{}", pty.shown);
    assert!(pty.shown.contains("l01: promote passed"), "{}", pty.shown);
    assert!(!pty.shown.contains('\u{1b}'), "{:?}", pty.shown);
}

/// Messages are read on terminals, and copied from them.
#[test]
fn a_long_message_is_broken_between_words() {
    let farm = LocalFarm::new(1);
    farm.write(
        "scap/scap.cfg",
        "[global]\ngit_repo: feed/deploy\n[other.example]\ndsh_targets: targets\n",
    );
    let arguments = ["deploy", "--dry-run", "--deploy-repo", "deploy"];
    let mut pty = Pty::start(farm.env(), &arguments, None);
    assert_eq!(pty.end(), 2, "{}", pty.shown);
    let cause = "has no list of hosts: set\r\n       `dsh_targets`; line 4 of scap/scap.cfg does, in `[other.example]`, which\r\n";
    assert!(pty.shown.contains(cause), "{}", pty.shown);
}

#[test]
fn hosts_whose_service_is_stopped_are_not_called_healthy() {
    let farm = LocalFarm::new(2);
    farm.release("1");
    let run = farm.svcgen(&["deploy", "--yes"]);
    assert_eq!(run.code, 0, "{}", run.show());
    let repository = farm.env().work().join("deploy");
    let stop = [
        "service",
        "stop",
        "--yes",
        "--deploy-repo",
        repository.to_str().unwrap(),
    ];
    let mut pty = Pty::start(farm.env(), &stop, None);
    assert_eq!(pty.end(), 0, "{}", pty.shown);
    assert!(
        pty.shown.contains("3 hosts: 1 stopped, 2 at work"),
        "{}",
        pty.shown
    );
    assert!(!pty.shown.contains("healthy"), "{}", pty.shown);
}
