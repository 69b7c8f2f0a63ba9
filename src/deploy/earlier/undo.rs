use std::collections::{BTreeMap, BTreeSet};

use indexmap::IndexMap;

use crate::deploy::DeployId;
use crate::deploy::action::Action;
use crate::deploy::facts::{Facts, RecordLine};
use crate::model::{HostName, Revision};

/// What each host goes back to.
#[derive(Debug, Default)]
pub(super) struct Undo {
    /// The deploy that is taken back.
    pub(super) undone: Option<DeployId>,
    pub(super) revisions: BTreeMap<HostName, Revision>,
    /// Hosts that had nothing before.
    pub(super) withdrawn: BTreeSet<HostName>,
    /// Hosts of which nobody knows what they had.
    pub(super) lost: Vec<HostName>,
}

impl Undo {
    /// Takes a deploy back on the hosts that it was on.
    pub(super) fn of(facts: &IndexMap<HostName, Facts>, last: &DeployId) -> Self {
        let chain = Chain::of(facts, last);
        let mut undo = Self {
            undone: chain.deploys.last().cloned(),
            ..Self::default()
        };
        for (host, facts) in facts {
            if let Some(line) = chain.first_line(facts) {
                undo.add(host, facts, line, &chain);
            }
        }
        undo
    }

    fn add(&mut self, host: &HostName, facts: &Facts, line: &RecordLine, chain: &Chain) {
        let target = match chain.goal {
            Goal::Before => line.old.as_ref(),
            Goal::There => line.rev.as_ref(),
        };
        let is_ours = facts.current.is_none()
            || facts.current.as_ref() == target
            || chain
                .lines(facts)
                .any(|line| line.rev == facts.current || line.old == facts.current);
        match (is_ours, target) {
            (true, Some(target)) => {
                self.revisions.insert(host.clone(), target.clone());
            }
            // Whoever had a first release for a while does not mean to be without any.
            (true, None) if chain.is_ended && facts.current.is_some() => {
                self.lost.push(host.clone());
            }
            (true, None) => {
                let live = line.rev.iter().next();
                self.revisions
                    .extend(live.map(|live| (host.clone(), live.clone())));
                self.withdrawn.insert(host.clone());
            }
            // Somebody has deployed since without svcgen.
            (false, _) => self.add_by_links(host, facts),
        }
    }

    /// Goes back on all hosts by what their links tell.
    pub(super) fn without_records(facts: &IndexMap<HostName, Facts>) -> Self {
        let mut undo = Self::default();
        for (host, facts) in facts {
            undo.add_by_links(host, facts);
        }
        undo
    }

    fn add_by_links(&mut self, host: &HostName, facts: &Facts) {
        let is_open = facts.progress.is_some() || facts.current != facts.done;
        let target = match is_open {
            true => facts.done.clone().or(facts.current.clone()),
            false => facts
                .previous()
                .filter(|previous| !facts.is_hidden(previous)),
        };
        match target {
            Some(target) => {
                self.revisions.insert(host.clone(), target);
            }
            None => self.lost.push(host.clone()),
        }
    }
}

/// Deploys that are taken back together: one, and those that it went on with.
struct Chain {
    deploys: Vec<DeployId>,
    goal: Goal,
    /// Whether the last of them came to its end on all hosts.
    is_ended: bool,
}

/// Where a host goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Goal {
    /// To what was there before the first of them.
    Before,
    /// To where the deploy, a rollback to a revision that was named, was to go when its deployer was lost.
    There,
}

impl Chain {
    fn of(facts: &IndexMap<HostName, Facts>, last: &DeployId) -> Self {
        let mut chain = Self {
            deploys: vec![last.clone()],
            goal: Goal::Before,
            is_ended: is_ended(facts, last),
        };
        // A record that leads in a circle, which no deploy writes, has an end all the same.
        let mut seen = BTreeSet::from([last.clone()]);
        while let Some(id) = chain.deploys.last().cloned() {
            let mut lines = facts.values().filter_map(|facts| facts.begun(&id));
            let owner = lines
                .find_map(|line| line.owner.clone())
                .unwrap_or_default();
            let is_rollback = Action::read(&owner.action) == Action::Rollback;
            match (is_rollback, &owner.follows) {
                // A rollback that is done can be taken back itself.
                (true, _) if is_ended(facts, &id) => break,
                (true, Some(undone)) if seen.insert(undone.clone()) => {
                    chain.deploys = vec![undone.clone()];
                }
                (true, Some(_)) => break,
                // What was named did not prove itself: then it is that which is taken back.
                (true, None) if has_failed(facts, &id) => break,
                (true, None) => {
                    chain.goal = Goal::There;
                    break;
                }
                (false, Some(earlier)) if seen.insert(earlier.clone()) => {
                    chain.deploys.push(earlier.clone());
                }
                (false, _) => break,
            }
        }
        chain
    }

    fn lines<'f>(&self, facts: &'f Facts) -> impl Iterator<Item = &'f RecordLine> {
        let begun = facts.record.iter().filter(|line| line.is_begin());
        begun.filter(|line| {
            let deploy = line.deploy.as_ref();
            deploy.is_some_and(|deploy| self.deploys.contains(deploy))
        })
    }

    fn first_line<'f>(&self, facts: &'f Facts) -> Option<&'f RecordLine> {
        self.lines(facts).next()
    }
}

/// Whether a deploy came to its end on every host that it was on, and made there what it was to make.
fn is_ended(facts: &IndexMap<HostName, Facts>, id: &DeployId) -> bool {
    facts.values().all(|facts| {
        let Some(begun) = facts.begun(id) else {
            return true;
        };
        let is_ended = state(facts, id) == Some("end");
        // What has gone on since then is no matter of this deploy's.
        let is_there = facts.current == begun.rev || facts.current.is_none();
        is_ended && (is_there || facts.last_begun() != Some(id))
    })
}

/// Whether a deploy was given up by its deployer where it had begun, and not cut off.
fn has_failed(facts: &IndexMap<HostName, Facts>, id: &DeployId) -> bool {
    facts.values().any(|facts| state(facts, id) == Some("left"))
}

/// How a deploy stands on a host.
fn state<'f>(facts: &'f Facts, id: &DeployId) -> Option<&'f str> {
    let lines = facts.record.iter().rev();
    let last = lines
        .filter(|line| line.is_about_deploy())
        .find(|line| line.deploy.as_ref() == Some(id));
    last.map(|line| line.state.as_str())
}
