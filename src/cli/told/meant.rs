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

/// Options that are typed in a deploy or a rollback, and those that do it.
const OF_DEPLOY: &[(&str, &str)] = &[("-n", "--dry-run"), ("--to", "--rev")];
const OF_ROLLBACK: &[(&str, &str)] = &[("-n", "--dry-run"), ("-r", "--to"), ("--rev", "--to")];

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
    let tip = StyledStr::from(format!("`{meant}` does that"));
    told.remove(ContextKind::SuggestedSubcommand);
    told.insert(ContextKind::Suggested, ContextValue::StyledStrs(vec![tip]));
}

/// An unknown option would be the message of a deploy behind `--`, which clap proposes: a deploy that nobody has meant.
fn of_option(told: &mut Error) {
    let Some(ContextValue::String(wrong)) = told.get(ContextKind::InvalidArg) else {
        return;
    };
    let Some(ContextValue::StyledStr(usage)) = told.get(ContextKind::Usage) else {
        return;
    };
    let usage = usage.to_string();
    let options = match () {
        () if usage.contains("svcgen deploy") => OF_DEPLOY,
        () if usage.contains("svcgen rollback") => OF_ROLLBACK,
        () => return,
    };
    let meant = options.iter().find(|(typed, _)| typed == wrong);
    told.remove(ContextKind::Suggested);
    if let Some((_, option)) = meant {
        let option = ContextValue::String((*option).to_owned());
        told.insert(ContextKind::SuggestedArg, option);
    }
}
