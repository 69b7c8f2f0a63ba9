//! What the record of one target tells of a deploy.

use super::{DEPLOY, Facts, RecordLine};
use crate::deploy::{Owner, PastState};
use crate::event::{DeployId, HostOutcome};
use crate::model::Revision;

/// A deploy, as one target saw it.
pub(in crate::deploy) struct PastDeploy {
    pub(in crate::deploy) owner: Owner,
    pub(in crate::deploy) revision: Option<Revision>,
    pub(in crate::deploy) state: PastState,
    pub(in crate::deploy) outcome: HostOutcome,
    /// By the clock of the target.
    pub(in crate::deploy) seconds: i64,
    pub(in crate::deploy) broken_by: Option<String>,
}

impl Facts {
    /// The deploys that the record tells the beginning of.
    pub(in crate::deploy) fn deploys(&self) -> Vec<&DeployId> {
        let begun = self.record.iter().filter(|line| line.is_deploy("begin"));
        let mut ids: Vec<&DeployId> = begun.filter_map(|line| line.deploy.as_ref()).collect();
        ids.sort();
        ids.dedup();
        ids
    }

    /// What the record tells of a deploy; nothing where its beginning is not there any more.
    pub(in crate::deploy) fn told_of(&self, id: &DeployId) -> Option<PastDeploy> {
        let lines = || {
            self.record
                .iter()
                .filter(|line| line.deploy.as_ref() == Some(id))
        };
        let begin = lines().find(|line| line.is_deploy("begin"))?;
        let last = lines().rfind(|line| line.step == DEPLOY)?;
        let is_alive = self
            .lock
            .as_ref()
            .is_some_and(|(owner, is_alive)| *is_alive && owner.deploy == id.as_str());
        let state = match last.state.as_str() {
            "end" => PastState::Finished,
            _ if is_alive => PastState::Running,
            _ => PastState::Interrupted,
        };
        // A release that was finished last is the one that the deploy left there.
        let finished = lines()
            .rfind(|line| line.step == "finalize" && line.state == "end" && line.code == Some(0));
        let is_touched = lines().any(|line| line.step == "promote");
        let outcome = match (state, finished, is_touched) {
            (PastState::Finished, Some(line), true) if line.rev == begin.rev => HostOutcome::New,
            (PastState::Finished, Some(_), true) => HostOutcome::Old,
            (PastState::Finished, None, true) => HostOutcome::Old,
            (_, _, false) => HostOutcome::Untouched,
            (PastState::Running | PastState::Interrupted, _, true) => HostOutcome::Unknown,
        };
        let broken = lines().find(|line| line.step == "lock" && line.state == "broken");
        let broken_by = broken.and_then(|line| line.owner.as_ref().map(ToString::to_string));
        Some(PastDeploy {
            owner: begin.owner.clone().unwrap_or_default(),
            revision: begin.rev.clone(),
            state,
            outcome,
            seconds: lines().next_back().map_or(0, |line| line.at - begin.at),
            broken_by,
        })
    }
}

impl RecordLine {
    fn is_deploy(&self, state: &str) -> bool {
        self.step == DEPLOY && self.state == state
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: &str = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
    const B: &str = "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb";

    /// What is told of a deploy of A whose record has these lines, as `STEP STATE REV`.
    fn told(lines: &[&str], lock: Option<bool>) -> (PastState, HostOutcome) {
        let id = "20261123T140312Z-3f9a01";
        let line = |(at, text): (usize, &&str)| {
            let words: Vec<&str> = text.split(' ').collect();
            let rev = if words[2] == "a" { A } else { B };
            let code = if words[1] == "end" { ",\"code\":0" } else { "" };
            let json = format!(
                "{{\"v\":1,\"at\":{at},\"deploy\":\"{id}\",\"step\":\"{}\",\"state\":\"{}\",\"rev\":\"{rev}\"{code}}}",
                words[0], words[1]
            );
            serde_json::from_str(&json).unwrap()
        };
        let owner = Owner {
            deploy: id.into(),
            ..Owner::default()
        };
        let facts = Facts {
            record: lines.iter().enumerate().map(line).collect(),
            lock: lock.map(|is_alive| (owner, is_alive)),
            ..Facts::default()
        };
        let told = facts.told_of(facts.deploys()[0]).unwrap();
        (told.state, told.outcome)
    }

    #[test]
    fn a_record_tells_what_became_of_a_deploy() {
        use HostOutcome::{New, Old, Unknown, Untouched};
        use PastState::{Finished, Interrupted, Running};
        let begin = "deploy begin a";
        let live = [begin, "promote begin a", "promote end a"];
        let after = |more: &[&str], lock| told(&[&live[..], more].concat(), lock);
        assert_eq!(told(&[begin, "deploy end a"], None), (Finished, Untouched));
        assert_eq!(told(&[begin], Some(true)), (Running, Untouched));
        assert_eq!(after(&[], Some(true)), (Running, Unknown));
        assert_eq!(after(&[], Some(false)), (Interrupted, Unknown));
        assert_eq!(after(&["deploy left a"], None), (Interrupted, Unknown));
        assert_eq!(
            after(&["finalize end a", "deploy end a"], None),
            (Finished, New)
        );
        assert_eq!(
            after(&["finalize end b", "deploy end a"], None),
            (Finished, Old)
        );
        assert_eq!(after(&["deploy end a"], None), (Finished, Old));
    }
}
