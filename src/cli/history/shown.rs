use jiff::tz::TimeZone;

use super::Listed;
use crate::cli::age;
use crate::deploy::{Action, PastDeploy, PastSource, PastState};
use crate::event::{DeployResult, HostCounts};
use crate::model::Revision;
use crate::ui::printable;

/// The deploys, a few lines each, which take so many columns.
pub(super) fn text(list: &[Listed], width: usize) -> String {
    let mut text = String::new();
    for one in list {
        if !text.is_empty() {
            text.push('\n');
        }
        let past = &one.past;
        let at = past
            .at
            .to_zoned(TimeZone::system())
            .strftime("%Y-%m-%d %H:%M");
        text.push_str(&format!("{at}  {}\n", past.deploy));
        text.push_str(&line(&what(past), width));
        text.push_str(&line(&result(past), width));
        if let Some(by) = &past.broken_by {
            text.push_str(&line(&format!("its lock was broken by {by}"), width));
        }
        if let Some(first) = &one.first {
            text.push_str(&line(&format!("first: {first}"), width));
        }
        for (index, command) in one.next.iter().enumerate() {
            let word = if index == 0 { "next" } else { "  or" };
            // A command is copied: it stays on its line.
            text.push_str(&format!("    {word}: {}\n", printable(command)));
        }
    }
    text
}

/// A line of a deploy, in the columns that there are.
fn line(text: &str, width: usize) -> String {
    let options = textwrap::Options::new(width)
        .initial_indent("    ")
        .subsequent_indent("      ")
        .word_splitter(textwrap::WordSplitter::NoHyphenation)
        .break_words(false);
    // What somebody wrote elsewhere steers no terminal.
    let text = printable(text).replace('\n', " ");
    format!("{}\n", textwrap::fill(&text, options))
}

/// What was to be done, and by whom.
fn what(past: &PastDeploy) -> String {
    let mut text = past.action.clone();
    if Action::read(&past.action).is_of_service() {
        text.push_str(" of the service");
    } else if let Some(revision) = &past.revision {
        let word = if past.action == "rollback" {
            " to "
        } else {
            " of "
        };
        text.push_str(word);
        text.push_str(Revision::short(revision));
    }
    if let Some(environment) = &past.environment {
        text.push_str(&format!(" in {environment}"));
    }
    text.push_str(&format!(" by {} on {}", past.user, past.machine));
    if !past.message.is_empty() {
        text.push_str(&format!(": {}", past.message));
    }
    if let Some(resumes) = &past.resumes {
        text.push_str(&format!(", going on with {resumes}"));
    }
    text
}

/// What came of it.
fn result(past: &PastDeploy) -> String {
    let mut text = match (past.state, past.result) {
        (PastState::Running, _) => "RUNNING".to_owned(),
        (PastState::Interrupted, _) => "INTERRUPTED".to_owned(),
        (PastState::Finished, Some(DeployResult::Deployed)) => {
            let done = Action::read(&past.action).done_to_service();
            done.unwrap_or("deployed").to_owned()
        }
        (PastState::Finished, Some(DeployResult::RolledBack)) if past.action == "rollback" => {
            "rolled back".to_owned()
        }
        (PastState::Finished, Some(DeployResult::RolledBack)) => match past.interrupted {
            true => "interrupted, rolled back".to_owned(),
            false => "failed, rolled back".to_owned(),
        },
        (PastState::Finished, Some(DeployResult::Untouched)) => match past.interrupted {
            true => "interrupted, nothing was changed".to_owned(),
            false => "nothing was changed".to_owned(),
        },
        (PastState::Finished, Some(DeployResult::Mixed) | None) => match past.interrupted {
            true => "interrupted, NOT DONE".to_owned(),
            false => "NOT DONE".to_owned(),
        },
    };
    if let Some(seconds) = past.seconds {
        let word = match past.state {
            PastState::Running | PastState::Interrupted => "after",
            PastState::Finished => "in",
        };
        text.push_str(&format!(" {word} {}", age::took(seconds)));
    }
    let counts = past.counts.filter(|counts| counts.all() > 0);
    if let Some(counts) = counts {
        text.push_str(&format!(": {}", counted(counts, past)));
    }
    text
}

fn counted(counts: HostCounts, past: &PastDeploy) -> String {
    let HostCounts {
        new,
        old,
        untouched,
        unknown,
    } = counts;
    let action = Action::read(&past.action);
    let new_word = match action {
        Action::Rollback => "back",
        Action::Deploy | Action::Restart | Action::Start | Action::Stop => {
            action.done_to_service().unwrap_or("new")
        }
    };
    let unknown_word = match action.is_of_service() {
        true => "FAILED",
        false => "UNKNOWN",
    };
    let parts = [
        (new, new_word),
        (old, "rolled back"),
        (untouched, "untouched"),
        (unknown, unknown_word),
    ];
    let parts = parts.into_iter().filter(|(number, _)| *number > 0);
    let parts: Vec<String> = parts
        .map(|(number, word)| format!("{number} {word}"))
        .collect();
    let hosts = match counts.all() {
        1 => "1 host".to_owned(),
        more => format!("{more} hosts"),
    };
    let whose = match past.source {
        PastSource::Journal => format!("of {hosts}"),
        PastSource::Record => format!("of {hosts} that were asked"),
    };
    format!("{} {whose}", parts.join(", "))
}
