//! What has to be so after each run, at whatever moment it ended.

use std::path::Path;

use crate::env::Run;
use crate::history::History;
use crate::lines::{Lines, lines_in, mark};
use crate::run::Wish;
use crate::sight::{Clone, Sight};
use crate::world::TOPIC;

/// Each line of somebody's that was there to be found is there still: in a file, in the index, in a stash, in a commit of any
/// reference here or on a server.
pub(crate) fn nothing_is_lost(it: &History, before: &Sight, after: &Sight, run: &Run) {
    are_found(it, &before.found, after, run);
}

/// The same of a command of git's: what only a commit had that others follow may go with it.
pub(crate) fn nothing_in_view_is_lost(it: &History, before: &Sight, after: &Sight, run: &Run) {
    let in_view = before.clones.values().flat_map(Clone::in_view).collect();
    are_found(it, &in_view, after, run);
}

fn are_found(it: &History, lines: &Lines, after: &Sight, run: &Run) {
    let lost = lines.difference(&after.found);
    let lost: Vec<String> = lost.map(|line| mark(*line)).collect();
    if !lost.is_empty() {
        it.wrong(&format!("lost: {lost:?}"), run);
    }
}

/// Each line of somebody's that was in a file or in the last commit of a branch is in one still, or what svcgen said names it:
/// the branch that keeps it, the file, the line.
pub(crate) fn what_goes_is_told(
    it: &History,
    before: &Sight,
    after: &Sight,
    (run, takes_svcgens): (&Run, bool),
) {
    for (name, clone) in &before.clones {
        let now = &after.clones[name];
        for line in clone.in_view().difference(&now.in_view()) {
            let is_kept = now.branches.iter().any(|(branch, lines)| {
                Clone::is_kept(branch) && lines.contains(line) && run.stderr.contains(branch)
            });
            let is_named = is_kept
                || (clone.checked_out.contains(line) && run.stderr.contains(&clone.head))
                || is_line_named(*line, run, takes_svcgens)
                || are_named(&clone.with(*line), run);
            if !is_named {
                it.wrong(
                    &format!("gone without a word from {name}: {}", mark(*line)),
                    run,
                );
            }
        }
    }
}

/// Whether a line is told, or shown as one that goes.
fn is_line_named(line: usize, run: &Run, takes_svcgens: bool) -> bool {
    let mut lines = run.stderr.lines();
    lines.any(|text| {
        let tells = is_told(text) || (takes_svcgens && text.starts_with('-'));
        tells && lines_in(text.as_bytes()).contains(&line)
    })
}

fn are_named(paths: &[&Path], run: &Run) -> bool {
    let mut told = run.stderr.lines().filter(|text| is_told(text));
    told.any(|text| {
        paths
            .iter()
            .any(|path| text.contains(&*path.to_string_lossy()))
    })
}

fn is_told(text: &str) -> bool {
    ["error: ", "cause: ", "warning: "]
        .iter()
        .any(|it| text.starts_with(it))
}

/// Nothing ends by a panic, in the words of git alone, or without a way out.
pub(crate) fn is_readable(it: &History, run: &Run) {
    let is_raw = |line: &str| line.contains("panicked at") || line.starts_with("fatal: ");
    if run.stderr.lines().any(is_raw) {
        it.wrong("words that are not svcgen's", run);
    }
    if !run.has_way_out() {
        it.wrong("an error without a hint", run);
    }
}

pub(crate) fn nothing_differs(it: &History, before: &Sight, after: &Sight, run: &Run) {
    let differences = before.differences(after);
    // What was fetched is no change.
    let own: Vec<&String> = differences
        .iter()
        .filter(|it| !it.contains("refs/remotes/"))
        .collect();
    if !own.is_empty() {
        it.wrong(&format!("changed: {own:?}"), run);
    }
}

/// What went well says what the model says: nothing old is left, a check finds nothing that is to be written, and the same run
/// again does nothing.
pub(crate) fn is_complete(it: &mut History, wish: &Wish, run: &Run) {
    let before = it.sight();
    // What had nothing to commit is elsewhere than what is checked out.
    let topic = format!("refs/heads/{TOPIC}");
    let is_there = |name: &&&str| wish.how_far.is_empty() || before.clones[**name].head == topic;
    let complete: Vec<&str> = wish
        .what
        .completes()
        .iter()
        .filter(is_there)
        .copied()
        .collect();
    for name in &complete {
        for (path, text) in &before.clones[name].files {
            let (path, text) = (path.to_string_lossy(), String::from_utf8_lossy(text));
            let is_old = |token: &&String| {
                let is_told = run.stderr.lines().any(|line| {
                    line.starts_with("warning: ")
                        && (line.contains(&*path) || line.contains(token.as_str()))
                });
                text.lines().any(|line| {
                    line.contains(token.as_str()) && lines_in(line.as_bytes()).is_empty()
                }) && !is_told
            };
            if let Some(old) = it.dropped.iter().find(is_old) {
                it.wrong(&format!("`{old}` is left in {path}"), run);
            }
        }
    }
    if !it.chance.percent(60) {
        return;
    }
    let again = it.typed(&wish.command(), false);
    let differences = before.differences(&it.sight());
    if again.code != 0 || !differences.is_empty() {
        let first = run.show();
        it.wrong(
            &format!("the same run again does something: {differences:?}\n{first}"),
            &again,
        );
    }
    for clone in complete {
        let check = it.typed(
            &format!("svcgen check --format json --{clone}-repo ../{clone}"),
            false,
        );
        let told: serde_json::Value = serde_json::from_str(&check.stdout).unwrap();
        let all = told["checkouts"].as_array().unwrap().iter();
        let mut all = all.flat_map(|checkout| checkout["differences"].as_array().unwrap());
        if let Some(difference) = all.find(|it| it["direction"] == "model") {
            it.wrong(
                &format!("not in step after\n{}\n{difference:#}", run.show()),
                &check,
            );
        }
    }
}
