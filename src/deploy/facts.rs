//! What a probe found on a target.

mod denial;
mod fitness;
mod past_deploy;

use std::collections::{BTreeMap, BTreeSet};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD as BASE64;
use camino::{Utf8Path, Utf8PathBuf};
use serde::{Deserialize, Serialize};

pub use self::denial::{Denial, DenialReason};
use super::control::{Control, Line};
use super::owner::Owner;
use crate::event::DeployId;
use crate::model::Revision;
use crate::scap::DeployStage;

/// How things are on a target.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Facts {
    pub user: String,
    /// Its clock, in seconds since 1970.
    pub now: i64,
    /// Whether systemd runs it.
    pub has_systemd: bool,
    pub lacking_tools: Vec<String>,
    pub git: String,
    /// What is live, the last that was finished, and what is being deployed.
    pub current: Option<Revision>,
    pub done: Option<Revision>,
    pub progress: Option<Revision>,
    /// Where the path of the service leads.
    pub place: PathState,
    /// What cannot be written, and why.
    pub unwritable: Vec<String>,
    /// Commands for the service that sudo does not run.
    pub denied: Vec<Denial>,
    /// The port of the service, where another process has it.
    pub taken_port: Option<u16>,
    /// Free space in KiB, and free inodes.
    pub free: Option<(u64, u64)>,
    pub releases: BTreeMap<Revision, ReleaseFacts>,
    /// Stores that have the wanted commit, and the tips of those that do not.
    pub has: BTreeSet<Utf8PathBuf>,
    pub tips: BTreeMap<Utf8PathBuf, Vec<Revision>>,
    /// Who holds the lock, and whether that deploy is alive.
    pub lock: Option<(Owner, bool)>,
    /// Who took the lock while the rest was looked at.
    pub locked_later: Option<Owner>,
    /// The last lines of its record.
    pub record: Vec<RecordLine>,
    /// Files that were asked for: their bytes, nothing, or no access.
    pub files: BTreeMap<Utf8PathBuf, FileState>,
}

/// A release on a target.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct ReleaseFacts {
    /// Whether svcgen made it, or has seen that it is whole.
    pub is_own: bool,
    /// When its folder was changed for the last time, in seconds since 1970.
    pub changed: i64,
    /// And in nanoseconds since that second: two may be made in one.
    pub nanoseconds: u32,
}

/// What the path of the service is.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum PathState {
    #[default]
    Nothing,
    Link(String),
    /// A link to what is not there.
    Broken(String),
    /// A plain folder or file, which is moved aside.
    Other,
}

/// A file of a target.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FileState {
    Absent,
    Unreadable,
    Bytes(Vec<u8>),
}

/// One line of the record of a target.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordLine {
    pub v: u32,
    /// The target's clock, in seconds since 1970.
    pub at: i64,
    #[serde(default)]
    pub deploy: Option<DeployId>,
    pub step: String,
    pub state: String,
    #[serde(default)]
    pub rev: Option<Revision>,
    /// What was live before the deploy.
    #[serde(default)]
    pub old: Option<Revision>,
    #[serde(default)]
    pub number: Option<u64>,
    #[serde(default)]
    pub code: Option<i32>,
    /// Who deployed, and why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<Owner>,
}

/// What the lines about a whole deploy are called in the record.
const DEPLOY: &str = "deploy";

impl RecordLine {
    /// Whether it is about a whole deploy, not one of its steps.
    pub(super) fn is_about_deploy(&self) -> bool {
        self.step == DEPLOY
    }

    /// Whether a deploy begins with it.
    pub(super) fn is_begin(&self) -> bool {
        self.is_about_deploy() && self.state == "begin"
    }
}

impl Facts {
    /// Reads what a probe told; `None` where it did not come to its end.
    pub(super) fn read(told: &[Line]) -> Option<Self> {
        let mut facts = Self::default();
        let mut is_whole = false;
        for line in told {
            facts.add(line.control, &line.rest);
            is_whole |= line.control == Control::End;
        }
        is_whole.then_some(facts)
    }

    fn add(&mut self, control: Control, rest: &str) {
        let (word, more) = rest.split_once(' ').unwrap_or((rest, ""));
        match control {
            Control::User => self.user = rest.to_owned(),
            Control::Now => self.now = rest.parse().unwrap_or_default(),
            Control::Systemd => self.has_systemd = true,
            Control::LacksTool => self.lacking_tools.push(rest.to_owned()),
            Control::Git => self.git = rest.trim_start_matches("git version ").to_owned(),
            Control::Link => {
                let revision = Revision::parse(more).ok();
                match word {
                    "current" => self.current = revision,
                    "done" => self.done = revision,
                    _ => self.progress = revision,
                }
            }
            Control::Final => {
                self.place = match word {
                    "link" => PathState::Link(more.to_owned()),
                    "broken" => PathState::Broken(more.to_owned()),
                    "none" => PathState::Nothing,
                    _ => PathState::Other,
                }
            }
            Control::Unwritable => self.unwritable.push(rest.to_owned()),
            Control::Denied => self.denied.extend(Denial::read(rest)),
            Control::Port => self.taken_port = word.parse().ok(),
            Control::Free => {
                let numbers: Vec<u64> = rest.split(' ').flat_map(str::parse).collect();
                if let [blocks, size, inodes] = numbers[..] {
                    self.free = Some((blocks.saturating_mul(size) / 1024, inodes));
                }
            }
            Control::Release => {
                let (how, changed) = more.split_once(' ').unwrap_or((more, ""));
                let (seconds, fraction) = changed.split_once('.').unwrap_or((changed, ""));
                let facts = ReleaseFacts {
                    is_own: how == "complete",
                    changed: seconds.parse().unwrap_or_default(),
                    nanoseconds: format!("{fraction:0<9.9}").parse().unwrap_or_default(),
                };
                let revision = Revision::parse(word).ok();
                self.releases
                    .extend(revision.map(|revision| (revision, facts)));
            }
            Control::Has => {
                self.has.insert(rest.into());
            }
            Control::Tips => {
                // Several names may lead to one, and hosts that have the same get the same pack.
                let mut tips = BTreeSet::new();
                let mut store = rest;
                while let Some((word, more)) = store.split_once(' ')
                    && let Ok(tip) = Revision::parse(word)
                {
                    tips.insert(tip);
                    store = more;
                }
                self.tips.insert(store.into(), tips.into_iter().collect());
            }
            Control::Lock if word == "later" => self.locked_later = Some(Owner::read(more)),
            Control::Lock => self.lock = Some((Owner::read(more), word == "alive")),
            // A line that is not understood was cut by a full disk, or is of a later version.
            Control::Record => self.record.extend(serde_json::from_str::<RecordLine>(rest)),
            Control::File => {
                let bytes = BASE64.decode(word).unwrap_or_default();
                self.files.insert(more.into(), FileState::Bytes(bytes));
            }
            Control::Unreadable => {
                self.files.insert(rest.into(), FileState::Unreadable);
            }
            Control::Absent => {
                self.files.insert(rest.into(), FileState::Absent);
            }
            _ => {}
        }
    }

    /// The exit code of a step, where the record has it.
    pub(super) fn code_of(&self, id: &DeployId, stage: DeployStage, number: u64) -> Option<i32> {
        let is_it = |line: &&RecordLine| {
            line.deploy.as_ref() == Some(id)
                && line.step == stage.as_str()
                && line.number == Some(number)
                && line.state == "end"
        };
        self.record.iter().rev().find(is_it)?.code
    }

    /// The deploy that was interrupted or left here, and not gone on with since.
    pub fn unfinished(&self) -> Option<&RecordLine> {
        let last = self
            .record
            .iter()
            .rev()
            .find(|line| line.is_about_deploy())?;
        if last.state == "end" {
            return None;
        }
        let begun = self.record.iter().rev();
        begun
            .filter(|line| line.is_begin())
            .find(|line| line.deploy == last.deploy)
    }

    /// Whether the deploys that were interrupted here since the last that was not have done no more than get a release here:
    /// neither link nor service was touched.
    pub(super) fn has_only_fetched(&self) -> bool {
        let is_end = |line: &RecordLine| line.is_about_deploy() && line.state == "end";
        // Without an end nobody knows what was before the lines that are known.
        let Some(last) = self.record.iter().rposition(is_end) else {
            return false;
        };
        let harmless = [DeployStage::Fetch, DeployStage::ConfigDeploy].map(DeployStage::as_str);
        let is_harmless = |line: &RecordLine| {
            line.is_about_deploy() || line.step == "lock" || harmless.contains(&line.step.as_str())
        };
        self.record[last + 1..].iter().all(is_harmless)
    }

    /// The last deploy that has begun here.
    pub(super) fn last_begun(&self) -> Option<&DeployId> {
        let last = self.record.iter().rev().find(|line| line.is_begin());
        last.and_then(|line| line.deploy.as_ref())
    }

    /// Who has deployed here since a deploy began, other than itself.
    pub(super) fn deployed_since(&self, id: &DeployId) -> Option<Owner> {
        let is_own = |line: &&RecordLine| line.deploy.as_ref() == Some(id);
        let since = self.record.iter().skip_while(|line| !is_own(line));
        let mut others = since.filter(|line| {
            !is_own(line) && line.deploy.is_some() && line.step == DEPLOY && line.state == "begin"
        });
        others
            .next()
            .map(|line| line.owner.clone().unwrap_or_default())
    }

    /// The release before the one that is finished, as far as the record goes back.
    pub fn previous(&self) -> Option<Revision> {
        let current = self.done.as_ref()?;
        let known = self.record.iter().rev().filter_map(|line| {
            match (line.step.as_str(), line.state.as_str(), line.code) {
                ("finalize", "end", Some(0)) => line.rev.clone(),
                (DEPLOY, "begin", _) => line.old.clone(),
                _ => None,
            }
        });
        known.into_iter().find(|revision| revision != current)
    }

    /// Whether Scap has deployed more than once since svcgen did, so that what was live before the last time is not what
    /// svcgen left.
    pub(super) fn is_hidden(&self, previous: &Revision) -> bool {
        let lines = self.record.iter().rev();
        let mut finalized = lines.filter(|line| line.step == "finalize" && line.state == "end");
        let Some(since) = finalized.next().map(|line| line.at) else {
            return false;
        };
        let made = |release: &ReleaseFacts| (release.changed, release.nanoseconds);
        let before = self.releases.get(previous).map(made);
        self.releases.iter().any(|(revision, release)| {
            // The record knows no parts of a second, and reckons from whole ones: its time may be a second ahead. Within that,
            // what is older than the release that was finished then is older than its end.
            let is_later = match release.is_own {
                true => release.changed > since,
                false => {
                    release.changed > since
                        || release.changed >= since - 1 && Some(made(release)) > before
                }
            };
            is_later && Some(revision) != self.done.as_ref() && revision != previous
        })
    }

    /// The releases that are not live, from the newest on.
    pub(super) fn others(&self) -> Vec<(Revision, i64)> {
        let releases = self.releases.iter();
        let others = releases.filter(|(revision, _)| Some(*revision) != self.current.as_ref());
        let mut others: Vec<_> = others.collect();
        others
            .sort_by_key(|(_, release)| std::cmp::Reverse((release.changed, release.nanoseconds)));
        let others = others.into_iter();
        others
            .map(|(revision, release)| (revision.clone(), release.changed))
            .collect()
    }

    /// The text of a file; nothing where it is not there.
    pub fn text(&self, path: &Utf8Path) -> Option<String> {
        match self.files.get(path)? {
            FileState::Bytes(bytes) => Some(String::from_utf8_lossy(bytes).into_owned()),
            FileState::Absent | FileState::Unreadable => None,
        }
    }
}

#[cfg(test)]
mod tests;
