//! What a tool said before it gave up, out of many lines.

use thiserror::Error;

use super::npm::is_chatter;

/// What a tool said before it gave up.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{}", .lines.join("\n"))]
pub struct Complaint {
    /// npm's own name for it, such as `ERESOLVE`.
    pub name: Option<String>,
    lines: Vec<String>,
}

/// The most lines that a message repeats.
const MOST_LINES: usize = 15;

/// How lines of an error begin that help nobody: where npm's own code was, and what is said elsewhere.
const NOISE: [&str; 18] = [
    "code ",
    "errno ",
    "syscall ",
    "path ",
    "command failed",
    "A complete log of this run",
    "For a full report see",
    "If you are behind a proxy",
    "at ",
    "{",
    "}",
    "code:",
    "errno:",
    "syscall:",
    "address:",
    "port:",
    "type:",
    "requiredBy:",
];

/// The same for steps that make an image.
const STEP_NOISE: [&str; 8] = [
    " ---> ",
    "Removing intermediate container",
    "Get:",
    "Ign:",
    "Hit:",
    "Fetched ",
    "W: ",
    "debconf: ",
];

/// What apt says while it works, each without the end of its line at first: an error may follow on the same.
const PROGRESS: [&str; 3] = [
    "Reading package lists...",
    "Building dependency tree...",
    "Reading state information...",
];

impl Complaint {
    /// Finds it in the last lines that npm wrote.
    pub(super) fn of(lines: &[String]) -> Self {
        let error = |line: &String| {
            let rest = line
                .strip_prefix("npm error")
                .or(line.strip_prefix("npm ERR!"))?;
            Some(rest.trim().to_owned())
        };
        let errors = lines.iter().filter_map(error);
        // What follows are all options that there are.
        let errors: Vec<String> = errors
            .take_while(|line| !line.starts_with("Usage:"))
            .collect();
        let name = errors.iter().find_map(|line| line.strip_prefix("code "));
        // Where npm wrote its own log, which in a container is a place in there.
        let is_worth = |line: &&String| {
            !line.contains("/_logs/") && !NOISE.iter().any(|noise| line.starts_with(noise))
        };
        let mut kept: Vec<String> = errors.iter().filter(is_worth).cloned().collect();
        if kept.is_empty() {
            let last = lines.iter().filter(|line| !is_chatter(line));
            kept = last.cloned().collect();
        }
        Self {
            name: name.map(str::to_owned),
            lines: last(kept),
        }
    }

    /// What a step of an image said, without what apt and the engine always say.
    pub(super) fn of_step(lines: &[String]) -> Self {
        let lines = lines.iter().map(|line| without_progress(line));
        let kept = lines.filter(|line| !STEP_NOISE.iter().any(|noise| line.starts_with(noise)));
        Self {
            name: None,
            lines: last(kept.map(str::to_owned).collect()),
        }
    }

    pub(super) fn says(&self, words: &str) -> bool {
        self.lines.iter().any(|line| line.contains(words))
    }

    pub(super) fn is(&self, names: &[&str]) -> bool {
        self.name
            .as_deref()
            .is_some_and(|name| names.contains(&name))
    }
}

/// What follows on a line after what apt was doing.
fn without_progress(mut line: &str) -> &str {
    for said in PROGRESS {
        line = line.strip_prefix(said).unwrap_or(line);
    }
    line.trim_end()
}

/// The last lines that say something.
fn last(mut lines: Vec<String>) -> Vec<String> {
    lines.retain(|line| !line.is_empty());
    let first = lines.len().saturating_sub(MOST_LINES);
    lines.split_off(first)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn apts_error_is_found_behind_what_it_was_doing() {
        let lines = [
            " ---> Running in 1",
            "Reading package lists...",
            "Building dependency tree...Reading state information...E: Unable to locate package x",
            "",
        ];
        let complaint = Complaint::of_step(&lines.map(str::to_owned));
        assert_eq!(complaint.to_string(), "E: Unable to locate package x");
    }

    #[test]
    fn npms_last_words_are_found_in_both_forms() {
        let lines = [
            "npm http fetch GET 404 https://r/x",
            "npm error code E404",
            "npm error 404 Not Found",
            "npm error A complete log of this run can be found in: /h/.npm/_logs/x.log",
        ];
        let complaint = Complaint::of(&lines.map(str::to_owned));
        assert_eq!(complaint.name.as_deref(), Some("E404"));
        assert_eq!(complaint.to_string(), "404 Not Found");
        let old = [
            "npm ERR! code 1",
            "npm ERR! gyp ERR! not ok",
            "npm ERR! Usage:",
            "npm ERR! x",
        ];
        assert_eq!(
            Complaint::of(&old.map(str::to_owned)).to_string(),
            "gyp ERR! not ok"
        );
        assert_eq!(
            Complaint::of(&["sh: 1: x: not found".to_owned()]).to_string(),
            "sh: 1: x: not found"
        );
    }
}
