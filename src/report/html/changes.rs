//! What is new: the commits, and the configuration.

use serde::Serialize;

use super::Chronicle;
use super::names::Names;
use super::text::{bounded, shown};
use crate::deploy::repository::{Between, Commits, ModuleChange};
use crate::model::{HostName, Revision};

/// What became of a revision that was live.
#[derive(Debug, Clone)]
pub struct Change {
    pub from: Option<Revision>,
    pub to: Revision,
    pub hosts: Vec<HostName>,
    /// Nothing where one of them is not known here.
    pub between: Option<Between>,
}

/// The commits between what was live and what was to be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct ChangeSection {
    from: String,
    to: String,
    hosts: Names,
    lists: Vec<CommitList>,
    modules: Vec<ModuleSection>,
    /// Why there is no list.
    note: &'static str,
}

/// The commits of a submodule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct ModuleSection {
    path: String,
    from: String,
    to: String,
    lists: Vec<CommitList>,
    note: &'static str,
}

/// Commits, newest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct CommitList {
    sign: &'static str,
    title: &'static str,
    commits: Vec<CommitRow>,
    more: usize,
}

/// A commit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct CommitRow {
    short: String,
    subject: String,
}

/// What changes in the configuration of hosts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct ConfigSection {
    hosts: Names,
    lines: Vec<DiffLine>,
    more: usize,
}

/// A line of a diff.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct DiffLine {
    kind: &'static str,
    text: String,
}

const LONGEST: usize = 300;
const MOST_DIFF_LINES: usize = 600;
/// The most different diffs that are shown.
const MOST_DIFFS: usize = 40;

impl Change {
    pub(super) fn section(&self) -> ChangeSection {
        let (lists, modules, note) = match &self.between {
            _ if self.from.is_none() => (Vec::new(), Vec::new(), "Nothing was live before."),
            None => {
                let note = "One of the two is not in this checkout: the commits in between are not known here.";
                (Vec::new(), Vec::new(), note)
            }
            Some(between) => {
                let modules = between.modules.iter().map(module);
                (
                    lists(&between.added, &between.removed),
                    modules.collect(),
                    "",
                )
            }
        };
        ChangeSection {
            from: short(self.from.as_ref()),
            to: self.to.short().to_owned(),
            hosts: Names::of(&self.hosts),
            lists,
            modules,
            note,
        }
    }
}

fn module(change: &ModuleChange) -> ModuleSection {
    let (from, to) = (change.from.as_ref(), change.to.as_ref());
    let (lists, note) = match &change.commits {
        Some((added, removed)) => (lists(added, removed), ""),
        None if from.is_none() => (Vec::new(), "It is new."),
        None if to.is_none() => (Vec::new(), "It is gone."),
        None => (Vec::new(), "Its commits are not known in this checkout."),
    };
    ModuleSection {
        path: shown(change.path.as_str()),
        from: short(from),
        to: short(to),
        lists,
        note,
    }
}

fn short(revision: Option<&Revision>) -> String {
    revision.map_or("nothing", Revision::short).to_owned()
}

fn lists(added: &Commits, removed: &Commits) -> Vec<CommitList> {
    let list = |sign, title, commits: &Commits| {
        let rows = commits.listed.iter().map(|commit| CommitRow {
            short: commit.revision.short().to_owned(),
            subject: bounded(&commit.subject, LONGEST),
        });
        CommitList {
            sign,
            title,
            commits: rows.collect(),
            more: commits.more,
        }
    };
    let both = [list("+", "New", added), list("−", "Taken back", removed)];
    both.into_iter()
        .filter(|list| !list.commits.is_empty())
        .collect()
}

/// What changes in the configuration, with the hosts on which it is the same.
pub(super) fn configs(chronicle: &Chronicle) -> Vec<ConfigSection> {
    let configs = chronicle.configs.iter().take(MOST_DIFFS);
    let sections = configs.map(|(hosts, diff)| {
        let count = diff.lines().count();
        let lines = diff.lines().take(MOST_DIFF_LINES).map(|line| DiffLine {
            kind: match line.as_bytes() {
                [b'+', b'+', b'+', ..] | [b'-', b'-', b'-', ..] | [b'@', ..] => "head",
                [b'+', ..] => "added",
                [b'-', ..] => "removed",
                _ => "same",
            },
            text: bounded(line, LONGEST),
        });
        ConfigSection {
            hosts: Names::of(hosts),
            lines: lines.collect(),
            more: count.saturating_sub(MOST_DIFF_LINES),
        }
    });
    sections.collect()
}
