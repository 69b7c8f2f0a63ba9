//! What earlier deploys left on the hosts, told by the records of the hosts alone: to go on with, or to go back from.

mod overtaken;
mod undo;

use std::collections::{BTreeMap, BTreeSet};

use indexmap::IndexMap;

use self::undo::Undo;
use super::action::Action;
use super::facts::{Facts, RecordLine};
use super::limit::Limit;
use super::planner::Request;
use super::{DeployId, Owner};
use crate::model::{HostName, Revision};

/// All hosts that were asked, and what they told.
#[derive(Debug, Clone, Copy)]
pub struct Earlier<'a> {
    facts: &'a IndexMap<HostName, Facts>,
}

/// What it takes to go on with an earlier deploy, or to go back from it.
#[derive(Debug, Clone, PartialEq)]
pub struct Sequel {
    pub action: Action,
    /// What most hosts get.
    pub revision: Revision,
    pub revisions: BTreeMap<HostName, Revision>,
    /// Hosts that had nothing before.
    pub withdrawn: BTreeSet<HostName>,
    pub hosts: Vec<HostName>,
    /// The deploy itself, where it is known.
    pub follows: Option<DeployId>,
    /// Who began it.
    pub owner: Owner,
}

/// Why there is nothing to go on with, or to go back to.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EarlierError {
    #[error("no deploy was interrupted on these hosts")]
    NoneInterrupted,
    #[error("the deploy {0} did not reach any of these hosts")]
    NotThere(DeployId),
    #[error("{earlier} is not the last deploy: {later} was finished since on {host}")]
    Overtaken {
        earlier: DeployId,
        later: DeployId,
        host: HostName,
        action: Action,
        /// What it was about.
        revision: Revision,
    },
    #[error("{} no known release to go back to", having(.hosts))]
    NothingBefore {
        hosts: Vec<HostName>,
        /// Releases that the first of them has besides the one that is live, and since when, in seconds since 1970; the
        /// newest first.
        candidates: Vec<(Revision, i64)>,
    },
    #[error("there are no hosts to go back on")]
    NoHosts,
}

fn having(hosts: &[HostName]) -> String {
    match hosts.split_first() {
        None => "there is".to_owned(),
        Some((first, [])) => format!("{first} has"),
        Some((first, rest)) => format!("{first} and {} more have", rest.len()),
    }
}

impl<'a> Earlier<'a> {
    /// What some hosts told.
    pub fn of(facts: &'a IndexMap<HostName, Facts>) -> Self {
        Self { facts }
    }

    /// What it takes to go on with a deploy: the one that is named, or the last that was interrupted.
    ///
    /// It is for all hosts that were meant, also where it did not get as far as to lock them.
    ///
    /// # Errors
    /// Where there is none, or a later one has made something else live.
    pub fn resumed(&self, named: Option<&DeployId>) -> Result<Sequel, EarlierError> {
        let unfinished = self.facts.values().filter_map(Facts::unfinished);
        let unfinished = unfinished.filter_map(|line| line.deploy.clone());
        let last = unfinished.filter(|id| !self.is_followed(id)).max();
        let earlier = named.cloned().or(last);
        let earlier = earlier.ok_or(EarlierError::NoneInterrupted)?;
        let mut revisions: BTreeMap<HostName, Revision> = BTreeMap::new();
        let mut owner = None;
        for (host, facts) in self.facts {
            if let Some(line) = facts.begun(&earlier)
                && let Some(revision) = &line.rev
            {
                revisions.insert(host.clone(), revision.clone());
                owner = owner.or(line.owner.clone());
            }
        }
        let Some(revision) = commonest(revisions.values()) else {
            return Err(EarlierError::NotThere(earlier));
        };
        let owner = owner.unwrap_or_default();
        let action = Action::read(&owner.action);
        if let (Action::Rollback, Some(undone)) = (action, &owner.follows) {
            let undo = Undo::of(self.facts, undone);
            let sequel = self.sequel(undo, owner.clone())?;
            return self.unless_overtaken(&earlier, sequel);
        }
        if action == Action::Deploy {
            for host in self.meant(&owner) {
                revisions.entry(host).or_insert(revision.clone());
            }
        }
        let sequel = Sequel {
            action,
            revision,
            hosts: self.in_order(|host| revisions.contains_key(host)),
            revisions,
            withdrawn: BTreeSet::new(),
            follows: Some(earlier.clone()),
            owner,
        };
        self.unless_overtaken(&earlier, sequel)
    }

    /// What it takes to go back: to a revision, or on each host of the last deploy to what was live before it. Hosts that
    /// were no part of that deploy stay as they are, and a rollback that did not come to its end is gone on with.
    ///
    /// # Errors
    /// Where a host has nothing to go back to.
    pub fn back(&self, to: Option<&Revision>) -> Result<Sequel, EarlierError> {
        if let Some(to) = to {
            let hosts = self.facts.keys();
            let revisions = hosts.map(|host| (host.clone(), to.clone())).collect();
            let undo = Undo {
                revisions,
                ..Undo::default()
            };
            return self.sequel(undo, Owner::default());
        }
        let undo = match self.last() {
            Some(last) => Undo::of(self.facts, &last),
            // No deploy of svcgen's is known: what Scap has left tells.
            None => Undo::without_records(self.facts),
        };
        self.sequel(undo, Owner::default())
    }

    /// Who began a deploy, where the records go back as far.
    pub fn owner(&self, id: &DeployId) -> Option<&Owner> {
        let mut begun = self.facts.values().filter_map(|facts| facts.begun(id));
        begun.find_map(|line| line.owner.as_ref())
    }

    /// Whether somebody has gone on with a deploy already, or back from it.
    fn is_followed(&self, id: &DeployId) -> bool {
        let mut lines = self.facts.values().flat_map(|facts| &facts.record);
        lines.any(|line| {
            let owner = line.owner.as_ref();
            owner.is_some_and(|owner| owner.follows.as_ref() == Some(id))
        })
    }

    /// The last deploy that meant to change anything: one after which no other has begun on any host. Names tell the order
    /// only of deploys that share no host, as the clocks of two deployers may differ.
    fn last(&self) -> Option<DeployId> {
        let hosts = self.facts.values();
        let ends: BTreeSet<&DeployId> = hosts.clone().filter_map(Facts::last_begun).collect();
        let is_followed = |id: &DeployId| {
            let is_after =
                |facts: &Facts| facts.begun(id).is_some() && facts.last_begun() != Some(id);
            hosts.clone().any(is_after)
        };
        let last = ends.iter().rev().find(|id| !is_followed(id));
        last.or(ends.last()).map(|id| (*id).clone())
    }

    /// The hosts that a deploy was meant for.
    fn meant(&self, owner: &Owner) -> Vec<HostName> {
        let all: Vec<HostName> = self.facts.keys().cloned().collect();
        let Some(text) = &owner.limit else {
            return all;
        };
        let limit = Limit::parse(text).ok();
        // Hosts that are not there any more are nothing to go on with.
        let chosen = limit.and_then(|limit| limit.of(&all).ok());
        chosen.unwrap_or_default()
    }

    fn in_order(&self, is_wanted: impl Fn(&HostName) -> bool) -> Vec<HostName> {
        let hosts = self.facts.keys();
        hosts.filter(|host| is_wanted(host)).cloned().collect()
    }

    fn sequel(&self, undo: Undo, owner: Owner) -> Result<Sequel, EarlierError> {
        if let Some(first) = undo.lost.first() {
            return Err(EarlierError::NothingBefore {
                candidates: self.facts.get(first).map(Facts::others).unwrap_or_default(),
                hosts: undo.lost,
            });
        }
        let revision = commonest(undo.revisions.values()).ok_or(EarlierError::NoHosts)?;
        Ok(Sequel {
            action: Action::Rollback,
            revision,
            hosts: self.in_order(|host| undo.revisions.contains_key(host)),
            revisions: undo.revisions,
            withdrawn: undo.withdrawn,
            follows: undo.undone,
            owner,
        })
    }
}

impl Sequel {
    /// Asks for it, in somebody's name.
    pub fn request(self, id: &DeployId, owner: Owner) -> Request {
        let resumes = match self.action {
            Action::Deploy | Action::Restart | Action::Start | Action::Stop => self.follows.clone(),
            Action::Rollback => None,
        };
        Request {
            id: id.clone(),
            action: self.action,
            revision: self.revision,
            owner: Owner {
                limit: self.owner.limit,
                follows: self.follows,
                ..owner
            },
            limit: None,
            hosts: Some(self.hosts),
            force: false,
            resumes,
            ignores_locks: false,
            revisions: self.revisions,
            withdrawn: self.withdrawn,
        }
    }
}

impl Facts {
    /// The line with which a deploy began here, for the first time.
    fn begun(&self, id: &DeployId) -> Option<&RecordLine> {
        let is_it = |line: &&RecordLine| line.is_begin() && line.deploy.as_ref() == Some(id);
        self.record.iter().find(is_it)
    }
}

/// The revision that most have.
fn commonest<'a>(revisions: impl Iterator<Item = &'a Revision>) -> Option<Revision> {
    let mut counts: BTreeMap<&Revision, usize> = BTreeMap::new();
    for revision in revisions {
        *counts.entry(revision).or_default() += 1;
    }
    let most = counts.into_iter().max_by_key(|(_, count)| *count);
    most.map(|(revision, _)| revision.clone())
}

#[cfg(test)]
mod tests;
