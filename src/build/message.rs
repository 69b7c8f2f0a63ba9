use git2::Oid;

use super::provenance::{Provenance, is_own, trailers};
use super::source::SourceCommit;
use crate::model::TaskId;
use crate::review::CommitMessage;

/// What the message of a build is made of.
pub(super) struct Words<'a> {
    pub(super) service: &'a str,
    pub(super) source: Oid,
    pub(super) short: &'a str,
    pub(super) is_first: bool,
    pub(super) commits: &'a [SourceCommit],
    pub(super) is_rebuilt: bool,
    pub(super) modules: Option<&'a Provenance>,
    /// The message that it takes the place of.
    pub(super) earlier: Option<&'a CommitMessage>,
}

/// How many commits are listed.
const MOST: usize = 500;

/// The longest line that reviewers' checks let pass.
const LONGEST: usize = 100;

/// Writes the message, in the form of service-runner; trailers that others added to the earlier one stay.
pub(super) fn message(words: &Words<'_>) -> CommitMessage {
    let mut text = if words.is_first {
        format!("Initial import of {}", words.service)
    } else {
        format!("Update {} to {}", words.service, words.short)
    };
    if !words.is_first {
        text.push_str("\n\nList of changes:\n");
        for commit in words.commits.iter().take(MOST) {
            text.push_str(&line(&format!("{} {}", commit.short, commit.subject)));
        }
        let more = words.commits.len().saturating_sub(MOST);
        if more > 0 {
            text.push_str(&format!("... and {more} more\n"));
        }
        if words.is_rebuilt {
            text.push_str("xxxxxxx Update node module dependencies\n");
        }
    }
    let mut all = trailers(words.source, words.modules);
    if let Some(earlier) = words.earlier {
        let others = earlier.trailers().iter().filter(|line| !is_own(line));
        all.extend(others.cloned());
    }
    CommitMessage::laid_out(&text, all)
}

/// The tasks that commits name, each once.
pub(super) fn bugs(commits: &[SourceCommit]) -> Vec<TaskId> {
    let mut all: Vec<TaskId> = Vec::new();
    for bug in commits.iter().flat_map(|commit| &commit.bugs) {
        if !all.contains(bug) {
            all.push(bug.clone());
        }
    }
    all
}

/// A line that is not too long.
fn line(text: &str) -> String {
    if text.chars().count() <= LONGEST {
        return format!("{text}\n");
    }
    let cut: String = text.chars().take(LONGEST - 3).collect();
    format!("{}...\n", cut.trim_end())
}
