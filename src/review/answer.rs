//! What a review server answers to a push.

use serde::Serialize;

use crate::git::{Output, Words};

/// What Gerrit made of the change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    New,
    Updated,
    /// Gerrit has it already, just so.
    Nothing,
    /// The remote's branch has it all: nothing was sent.
    Merged,
}

/// What a server answered to one reference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Answer {
    Accepted { words: String },
    UpToDate,
    Refused { reason: String },
}

/// Reads the line of `git push --porcelain` that stands for the reference: a flag, the names, and a summary.
pub(super) fn answer(output: &Output) -> Option<Answer> {
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let line = text.lines().find(|line| line.split('\t').count() == 3)?;
    let summary = line.rsplit('\t').next().unwrap_or_default();
    Some(match line.chars().next()? {
        '!' => {
            let reason = summary
                .split_once('(')
                .and_then(|(_, reason)| reason.rsplit_once(')'));
            let reason = reason.map_or(summary, |(reason, _)| reason);
            Answer::Refused {
                reason: Words::new(reason.as_bytes()).to_string(),
            }
        }
        '=' => Answer::UpToDate,
        _ => Answer::Accepted {
            words: String::from_utf8_lossy(&output.stderr).into_owned(),
        },
    })
}

/// Whether Gerrit made a change or updated one: `Processing changes: refs: 1, new: 1, done`, and `[NEW]` after it.
///
/// Other servers take the reference as it is, and say nothing of the kind.
pub(super) fn outcome(words: &str) -> Option<Outcome> {
    let processed = words
        .lines()
        .find(|line| line.contains("Processing changes:"));
    if processed.is_none() && urls(words).is_empty() {
        return None;
    }
    let new = words
        .lines()
        .any(|line| line.contains("[NEW]") || line.contains(" new:"));
    let updated = processed.is_some_and(|line| line.contains("updated:"));
    Some(if updated && !new {
        Outcome::Updated
    } else {
        Outcome::New
    })
}

/// The addresses that begin a line of the server's.
pub(super) fn urls(words: &str) -> Vec<String> {
    let words = Words::new(words.as_bytes());
    let lines = words
        .as_str()
        .lines()
        .filter_map(|line| line.strip_prefix("remote:"));
    let first = lines.filter_map(|line| line.split_whitespace().next());
    first
        .filter(|word| word.starts_with("https://") || word.starts_with("http://"))
        .map(str::to_owned)
        .collect()
}

#[cfg(test)]
mod tests {
    use std::os::unix::process::ExitStatusExt as _;

    use super::*;

    fn said(stdout: &str, stderr: &str) -> Output {
        let status = std::process::ExitStatus::from_raw(0);
        Output {
            status,
            stdout: stdout.into(),
            stderr: stderr.into(),
            is_cut: false,
        }
    }

    /// The words are those of Gerrit 3.
    #[test]
    fn gerrits_answers_are_understood() {
        let new = "remote: Processing changes: refs: 1, new: 1, done            \nremote: \nremote: SUCCESS        \n\
                   remote: \nremote:   https://gerrit.example.org/r/c/x/+/12 add it [NEW]        \n";
        assert_eq!(outcome(new), Some(Outcome::New));
        assert_eq!(outcome("To /srv/git/x\n"), None);
        assert_eq!(urls(new), ["https://gerrit.example.org/r/c/x/+/12"]);
        assert_eq!(
            outcome(&new.replace("new: 1", "updated: 1").replace(" [NEW]", "")),
            Some(Outcome::Updated)
        );
        let line = "To ssh://h/x\n!\tHEAD:refs/for/master%topic=t\t[remote rejected] (change http://h/1 closed (x))\nDone\n";
        let refused = Answer::Refused {
            reason: "change http://h/1 closed (x)".into(),
        };
        assert_eq!(answer(&said(line, "")), Some(refused));
        assert_eq!(answer(&said("", "fatal: no such host")), None);
    }
}
