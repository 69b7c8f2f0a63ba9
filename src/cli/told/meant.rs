//! What was likely meant by a command or an option that svcgen has under another name.

use clap::builder::StyledStr;
use clap::error::{ContextKind, ContextValue, Error};

/// Commands that are typed, and those that do it.
const COMMANDS: &[(&str, &str)] = &[
    ("report", "svcgen log --report FILE"),
    ("flow", "svcgen request service --flow FILE"),
    ("version", "svcgen --version"),
    ("announce", "svcgen schedule"),
    ("init", "svcgen new"),
    ("diff", "svcgen check"),
    ("start", "svcgen service start"),
    ("stop", "svcgen service stop"),
    ("restart", "svcgen service restart"),
];

/// Options that are typed in a command, and the options or the commands that do it.
const OPTIONS: &[(&str, &str, &str)] = &[
    ("deploy", "-n", "--dry-run"),
    ("deploy", "--to", "--rev"),
    ("rollback", "-n", "--dry-run"),
    ("rollback", "-r", "--to"),
    ("rollback", "--rev", "--to"),
    ("log", "--list", "svcgen history"),
    ("history", "--limit", "--number"),
];

/// Puts what was likely meant in the place of what only looks like it.
pub(super) fn propose(told: &mut Error) {
    of_command(told);
    of_option(told);
}

fn of_command(told: &mut Error) {
    let Some(ContextValue::String(wrong)) = told.get(ContextKind::InvalidSubcommand) else {
        return;
    };
    let Some((_, meant)) = COMMANDS.iter().find(|(typed, _)| typed == wrong) else {
        return;
    };
    told.remove(ContextKind::SuggestedSubcommand);
    does_that(told, meant);
}

fn of_option(told: &mut Error) {
    let Some(ContextValue::String(wrong)) = told.get(ContextKind::InvalidArg).cloned() else {
        return;
    };
    let Some(ContextValue::StyledStr(usage)) = told.get(ContextKind::Usage) else {
        return;
    };
    let usage = usage.to_string();
    let is_of = |command: &str| usage.contains(&format!("svcgen {command}"));
    if wrong.starts_with('-') {
        // Behind `--`, as clap proposes, it would be a text: the message of a deploy that nobody has meant.
        told.remove(ContextKind::Suggested);
        if let Some(ContextValue::String(near)) = told.get(ContextKind::SuggestedArg)
            && !is_slip(&wrong, near)
        {
            told.remove(ContextKind::SuggestedArg);
        }
    }
    let mut options = OPTIONS
        .iter()
        .filter(|(command, typed, _)| is_of(command) && *typed == wrong);
    if let Some((.., meant)) = options.next() {
        match meant.starts_with('-') {
            true => {
                let option = ContextValue::String((*meant).to_owned());
                told.insert(ContextKind::SuggestedArg, option);
            }
            false => does_that(told, meant),
        }
    }
}

/// Says which command does what was likely meant.
fn does_that(told: &mut Error, command: &str) {
    let tip = StyledStr::from(format!("`{command}` does that"));
    told.insert(ContextKind::Suggested, ContextValue::StyledStrs(vec![tip]));
}

/// Whether an option was mistyped, or not typed to its end: clap takes for alike what only begins so.
fn is_slip(typed: &str, option: &str) -> bool {
    let (typed, option) = (
        typed.trim_start_matches('-'),
        option.trim_start_matches('-'),
    );
    let is_part = typed.len() > 1 && (option.starts_with(typed) || typed.starts_with(option));
    is_part || strsim::osa_distance(typed, option) <= (typed.chars().count() / 3).max(1)
}
