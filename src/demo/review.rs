//! A review server without a server: the `proc-receive` hook of bare repositories takes `refs/for/BRANCH` as Gerrit does,
//! makes a change of each commit by its Change-Id, and answers in Gerrit's words ("Uploading Changes" of its documentation).

use std::collections::BTreeMap;
use std::io;

use camino::{Utf8Path, Utf8PathBuf};
use thiserror::Error;

use super::pkt_line;
use crate::git::{Git, GitError};
use crate::review::CommitMessage;

/// Where changes are seen in a browser, were there one.
const ADDRESS: &str = "https://review.sandbox.example/r/c";

/// What all these references begin with.
const FOR: &str = "refs/for/";

/// Why a push or a merge came to nothing.
#[derive(Debug, Error)]
pub enum ReviewError {
    #[error(transparent)]
    Git(#[from] GitError),
    #[error("{}", crate::error::reworded(.0))]
    Io(#[from] io::Error),
    #[error("`{0}` has no change waiting for review")]
    NoChange(Utf8PathBuf),
    #[error("change {number} lacks what `{branch}` has by now: nothing was approved")]
    Behind { number: usize, branch: String },
}

/// Plays the server for one push into a repository: reads what is pushed, answers, and returns what the user is told.
///
/// # Errors
/// Where git does not speak as its hooks do, or cannot be run.
pub fn receive(
    repository: &Utf8Path,
    input: &mut impl io::Read,
    output: &mut impl io::Write,
) -> Result<Vec<String>, ReviewError> {
    pkt_line::read(input)?;
    pkt_line::write(output, &["version=1".to_owned()])?;
    let (mut answers, mut told) = (Vec::new(), Vec::new());
    for command in pkt_line::read(input)? {
        let mut words = command.split(' ');
        let (Some(_), Some(new), Some(reference)) = (words.next(), words.next(), words.next())
        else {
            continue;
        };
        answers.push(match take(repository, new, reference)? {
            Ok(lines) => {
                told.extend(lines);
                format!("ok {reference}")
            }
            Err(refusal) => format!("ng {reference} {refusal}"),
        });
    }
    pkt_line::write(output, &answers)?;
    Ok(told)
}

/// Makes changes of the commits that are new; what is refused is said in Gerrit's words.
fn take(
    repository: &Utf8Path,
    new: &str,
    reference: &str,
) -> Result<Result<Vec<String>, String>, ReviewError> {
    let git = Git::at(repository);
    let wanted = reference.strip_prefix(FOR).unwrap_or_default();
    let branch = wanted.split('%').next().unwrap_or_default();
    let head = format!("refs/heads/{branch}");
    let commits = git.run(&["rev-list", "--reverse", new, "--not", "--branches"])?;
    let commits = String::from_utf8_lossy(&commits.stdout).into_owned();
    let (mut made, mut updated, mut lines) = (0, 0, Vec::new());
    for commit in commits.lines() {
        let message = text(&git, &["log", "-1", "--format=%B", commit])?;
        let Some(id) = CommitMessage::parse(&message)
            .trailer("Change-Id")
            .map(str::to_owned)
        else {
            return Ok(Err(format!(
                "commit {}: missing Change-Id in message footer",
                &commit[..7]
            )));
        };
        let name = repository.file_stem().unwrap_or_default();
        let (number, patch_set) = place(&git, &id)?;
        let change = format!("refs/changes/{:02}/{number}/{patch_set}", number % 100);
        if text(
            &git,
            &[
                "for-each-ref",
                "--format=%(objectname)",
                &format!("refs/changes/{:02}/{number}", number % 100),
            ],
        )?
        .lines()
        .any(|known| known == commit)
        {
            continue;
        }
        git.run(&["update-ref", &change, commit])?;
        git.run(&["config", &format!("change.{number}.id"), &id])?;
        git.run(&["config", &format!("change.{number}.branch"), &head])?;
        let mark = match patch_set {
            1 => {
                made += 1;
                " [NEW]"
            }
            _ => {
                updated += 1;
                ""
            }
        };
        let subject = message.lines().next().unwrap_or_default();
        lines.push(format!("  {ADDRESS}/{name}/+/{number} {subject}{mark}"));
    }
    if lines.is_empty() {
        return Ok(Err("no new changes".to_owned()));
    }
    let counts = [("new", made), ("updated", updated)];
    let counts = counts.iter().filter(|(_, count)| *count > 0);
    let counts: Vec<String> = counts
        .map(|(what, count)| format!("{what}: {count}"))
        .collect();
    let mut told = vec![
        format!("Processing changes: refs: 1, {}, done", counts.join(", ")),
        String::new(),
        "SUCCESS".to_owned(),
        String::new(),
    ];
    told.extend(lines);
    told.push(String::new());
    Ok(Ok(told))
}

/// The number of a change, and of its next patch set.
fn place(git: &Git, id: &str) -> Result<(usize, usize), ReviewError> {
    let known = git.output(&["config", "--get-regexp", r"^change\..*\.id$"])?;
    let known = String::from_utf8_lossy(&known.stdout).into_owned();
    let mut numbers = known.lines().filter_map(|line| {
        let (key, value) = line.split_once(' ')?;
        let number: usize = key.split('.').nth(1)?.parse().ok()?;
        Some((number, value))
    });
    let Some((number, _)) = numbers.find(|(_, known)| *known == id) else {
        return Ok((known.lines().count() + 1, 1));
    };
    let pattern = format!("refs/changes/{:02}/{number}", number % 100);
    let patch_sets = text(git, &["for-each-ref", "--format=x", &pattern])?;
    Ok((number, patch_sets.lines().count() + 1))
}

/// A change that was approved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Approved {
    pub number: usize,
    pub subject: String,
}

/// Does what a reviewer does who approves: the newest patch set of the last change that waits becomes its branch.
///
/// # Errors
/// Where no change waits, or the branch has something that it has not.
pub fn merge(repository: &Utf8Path) -> Result<Approved, ReviewError> {
    let git = Git::at(repository);
    let list = [
        "for-each-ref",
        "--sort=version:refname",
        "--format=%(refname) %(objectname)",
        "refs/changes",
    ];
    let changes = text(&git, &list)?;
    // The last patch set of each, by the numbers of the changes.
    let mut newest = BTreeMap::new();
    for line in changes.lines() {
        let (name, commit) = line.split_once(' ').unwrap_or_default();
        let number = name.split('/').nth(3).unwrap_or_default();
        newest.extend(number.parse::<usize>().map(|number| (number, commit)));
    }
    for (number, commit) in newest.into_iter().rev() {
        let branch = text(&git, &["config", &format!("change.{number}.branch")])?;
        let branch = branch.trim();
        let is_in = |one: &str, other: &str| -> Result<bool, ReviewError> {
            let is_in = git.output(&["merge-base", "--is-ancestor", one, other])?;
            Ok(is_in.status.success())
        };
        let is_there = git.output(&["rev-parse", "--quiet", "--verify", branch])?;
        let is_there = is_there.status.success();
        if is_there && is_in(commit, branch)? {
            continue;
        }
        if is_there && !is_in(branch, commit)? {
            let branch = branch.trim_start_matches("refs/heads/").to_owned();
            return Err(ReviewError::Behind { number, branch });
        }
        git.run(&["update-ref", branch, commit])?;
        let subject = text(&git, &["log", "-1", "--format=%s", commit])?;
        let subject = subject.trim().to_owned();
        return Ok(Approved { number, subject });
    }
    Err(ReviewError::NoChange(repository.to_owned()))
}

fn text(git: &Git, arguments: &[&str]) -> Result<String, ReviewError> {
    let output = git.run(arguments)?;
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}
