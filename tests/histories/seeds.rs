//! The histories that are always played, and those that the environment asks for.

use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::history::History;

/// How many steps a history has where nobody says another number.
const STEPS: usize = 25;

/// Plays histories; one that goes wrong prints how to play it again.
fn play(seeds: impl IntoIterator<Item = u64>) {
    let steps = variable("SVCGEN_HISTORIES_STEPS").map_or(STEPS, |text| text.parse().unwrap());
    let mut failed = Vec::new();
    for seed in seeds {
        eprintln!("history {seed}");
        if catch_unwind(AssertUnwindSafe(|| History::new(seed).play(steps))).is_err() {
            failed.push(seed);
        }
    }
    assert!(failed.is_empty(), "{} histories: {failed:?}", failed.len());
}

fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|text| !text.is_empty())
}

/// Plays a share of the fixed seeds, unless others are asked for.
fn play_share(share: &[u64]) {
    if variable("SVCGEN_HISTORIES_SEEDS").is_none() {
        play(share.iter().copied());
    }
}

#[test]
fn nothing_of_anybodys_is_lost_1() {
    play_share(&[1, 2, 3]);
}

#[test]
fn nothing_of_anybodys_is_lost_2() {
    play_share(&[4, 5, 6]);
}

#[test]
fn nothing_of_anybodys_is_lost_3() {
    play_share(&[7, 8, 9]);
}

#[test]
fn nothing_of_anybodys_is_lost_4() {
    play_share(&[10, 11, 12]);
}

#[test]
fn histories_that_the_environment_asks_for() {
    let Some(text) = variable("SVCGEN_HISTORIES_SEEDS") else {
        return;
    };
    let (first, last) = text.split_once('-').unwrap_or((&text, &text));
    play(first.parse().unwrap()..=last.parse().unwrap());
}
