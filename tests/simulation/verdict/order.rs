//! The order of the hosts: the canary first, then part after part.

use std::collections::BTreeMap;

use svcgen::deploy::Work;
use svcgen::model::HostName;

use super::Judge;
use crate::world::What;

impl Judge<'_> {
    /// No host is switched before those of the parts before it are healthy, or given up within the limit.
    pub(super) fn order(&mut self) {
        let truth = std::mem::take(&mut self.truth);
        let mut since: BTreeMap<&HostName, Vec<&What>> = BTreeMap::new();
        for happened in &truth {
            let plan = &self.plan.hosts[&happened.host];
            let is_switch = match &happened.what {
                What::Current(revision) => {
                    let is_way_back = Some(revision) == plan.old.as_ref() && plan.old == plan.live;
                    *revision == plan.revision && !is_way_back
                }
                What::Serves(_) | What::Finalized | What::Withdrawn | What::Ended(..) => false,
            };
            if is_switch {
                let earlier: Vec<&HostName> = self.unhealthy_before(&happened.host, &since);
                if !earlier.is_empty() {
                    let host = &happened.host;
                    let text = format!("{host} was switched while {earlier:?} were not healthy");
                    self.wrong.push(text);
                }
                since.insert(&happened.host, Vec::new());
            }
            since
                .entry(&happened.host)
                .or_default()
                .push(&happened.what);
        }
        self.truth = truth;
    }

    /// Hosts of earlier parts that are not healthy, beyond those that may be given up.
    fn unhealthy_before<'h>(
        &'h self,
        host: &HostName,
        since: &BTreeMap<&HostName, Vec<&What>>,
    ) -> Vec<&'h HostName> {
        let mut found = Vec::new();
        for group in &self.plan.groups {
            let mut bad = Vec::new();
            let mut is_here = false;
            for wave in &group.waves {
                if wave.contains(host) {
                    is_here = true;
                    break;
                }
                bad.extend(wave.iter().filter(|name| !self.is_healthy(name, since)));
            }
            let limit = if group.is_canary {
                0
            } else {
                group.failure_limit
            };
            if bad.len() > limit {
                found.extend(bad);
            }
            if is_here {
                break;
            }
        }
        found
    }

    fn is_healthy(&self, host: &HostName, since: &BTreeMap<&HostName, Vec<&What>>) -> bool {
        let plan = &self.plan.hosts[host];
        if matches!(plan.work, Work::Nothing | Work::Tidy) {
            return true;
        }
        let happened = since.get(host).map_or(&[][..], Vec::as_slice);
        if plan.work == Work::Withdraw {
            return happened.contains(&&What::Withdrawn);
        }
        let is_current = happened
            .iter()
            .any(|what| matches!(what, What::Current(revision) if *revision == plan.revision));
        let serves = happened
            .iter()
            .any(|what| matches!(what, What::Serves(revision) if *revision == plan.revision));
        let passed = |what: &&&What| **what == &What::Ended("check".into(), 0);
        let passed = happened.iter().filter(passed).count();
        is_current && (serves || !self.has_service()) && passed >= self.checks(&plan.revision)
    }
}
