//! The live view on a real terminal: it moves, and what stays of it is plain text.

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
    pty.expect("l00  fetch");
    pty.expect("canary is healthy; go on with the other hosts? [Y/n]");
    pty.keys("y");
    assert_eq!(pty.end(), 0, "{}", pty.shown);
    let shown = pty.screen();
    let lines: Vec<&str> = shown.lines().collect();
    // The table as it was when the question was asked, and nothing of those that moved.
    let table = [
        "canary  1 host: 1 healthy",
        "  l00  healthy",
        "default  2 hosts: 2 waiting",
    ];
    assert!(lines.windows(3).any(|three| three == table), "{shown}");
    assert!(!shown.contains("at work"), "{shown}");
    let end = format!("{} is live on 3 of 3 hosts", &revision[..7]);
    assert!(lines.iter().any(|line| line.ends_with(&end)), "{shown}");
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
    assert!(shown.contains("not gone on after canary"), "{shown}");
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
