//! Compares what svcgen said with what is true.

mod order;

use svcgen::deploy::{Action, DeployPlan, Outcome, Work};
use svcgen::event::{DeployId, DeployResult, HostOutcome};
use svcgen::model::{HostName, Revision};
use svcgen::scap::DeployStage;

use crate::host::{Disk, Release};
use crate::world::{Truth, What, World};

/// Judges one deploy.
pub(crate) struct Judge<'a> {
    world: &'a World,
    plan: &'a DeployPlan,
    truth: Vec<Truth>,
    /// Whether somebody else deploys, too.
    has_rival: bool,
    wrong: Vec<String>,
}

impl<'a> Judge<'a> {
    pub(crate) fn new(world: &'a World, plan: &'a DeployPlan, has_rival: bool) -> Self {
        let truth = world.truth().into_iter();
        Self {
            world,
            plan,
            truth: truth.filter(|truth| truth.deploy == plan.id).collect(),
            has_rival,
            wrong: Vec::new(),
        }
    }

    /// All that is wrong with a deploy that came to its end.
    pub(crate) fn ended(mut self, outcome: &Outcome) -> Vec<String> {
        for (host, told, reason) in &outcome.hosts {
            if let Err(what) = self.host(host, *told, outcome.result) {
                let said = reason.as_deref().unwrap_or("no reason");
                self.wrong
                    .push(format!("{host} is told {told:?} ({said}), but {what}"));
            }
        }
        if let Err(what) = self.result(outcome) {
            let result = outcome.result;
            self.wrong
                .push(format!("the deploy is told {result:?}, but {what}"));
        }
        self.cut_off()
    }

    /// All that is wrong with the way back of a deploy that was to go back when it failed, and had the time for it.
    pub(crate) fn went_back(&self, outcome: &Outcome) -> Vec<String> {
        let mut wrong = Vec::new();
        for (host, told, reason) in &outcome.hosts {
            let was_tried = reason
                .as_ref()
                .is_some_and(|reason| reason.starts_with("the rollback failed: "));
            let plan = &self.plan.hosts[host];
            let is_over = matches!(outcome.result, DeployResult::Deployed);
            match told {
                HostOutcome::New if is_over || plan.work == Work::Nothing => {}
                HostOutcome::New => wrong.push(format!("{host} was not taken back")),
                HostOutcome::Unknown if !was_tried => {
                    wrong.push(format!("{host} was given up without a try: {reason:?}"));
                }
                HostOutcome::Untouched if !was_tried && !self.has_rival => {
                    let (disk, _) = self.world.hosts[host].as_left_by(&self.plan.id);
                    let has_begun = self.world.has_begun(&self.plan.id, host, "fetch");
                    if has_begun && disk.progress.as_ref() == Some(&plan.revision) {
                        wrong.push(format!("{host} is still in progress"));
                    }
                }
                // Whether it is tidied up is looked at where it is compared with what is true.
                HostOutcome::Old | HostOutcome::Unknown | HostOutcome::Untouched => {}
            }
        }
        wrong
    }

    /// All that is wrong with a deploy that was killed.
    pub(crate) fn cut_off(mut self) -> Vec<String> {
        self.order();
        self.begun();
        self.wrong
    }

    /// Where nothing was made there is nothing to switch, to finish or to take back.
    fn begun(&mut self) {
        for (name, host) in &self.plan.hosts {
            let has_begun = |stage: &str| self.world.has_begun(&self.plan.id, name, stage);
            let later = ["promote", "finalize", "rollback"];
            if host.work == Work::Everything
                && !has_begun("fetch")
                && let Some(stage) = later.into_iter().find(|stage| has_begun(stage))
            {
                self.wrong.push(format!(
                    "{name}: {stage}, though nothing was done there before"
                ));
            }
        }
    }

    /// A deploy that did not begin has done nothing.
    pub(crate) fn not_begun(world: &World, id: &DeployId) -> Vec<String> {
        let truth = world.truth().into_iter();
        let of_it = truth.filter(|truth| truth.deploy == *id);
        of_it
            .map(|truth| {
                format!(
                    "{}: {:?} of a deploy that did not begin",
                    truth.host, truth.what
                )
            })
            .collect()
    }

    fn changes(&self, host: &HostName) -> impl Iterator<Item = &What> {
        let own = self.truth.iter().filter(move |truth| truth.host == *host);
        own.map(|truth| &truth.what)
    }

    /// Whether it was switched, and not switched back before anything was restarted.
    fn is_switched(&self, host: &HostName) -> bool {
        let mut live = self.plan.hosts[host].live.clone();
        let mut is_restarted = false;
        for what in self.changes(host) {
            match what {
                What::Current(revision) => live = Some(revision.clone()),
                What::Serves(_) | What::Withdrawn => is_restarted = true,
                What::Finalized | What::Ended(..) => {}
            }
        }
        is_restarted || live != self.plan.hosts[host].live
    }

    fn has_service(&self) -> bool {
        !self.plan.service.units.is_empty()
    }

    fn host(&self, name: &HostName, told: HostOutcome, result: DeployResult) -> Result<(), String> {
        let plan = &self.plan.hosts[name];
        let (disk, serves) = self.world.hosts[name].as_left_by(&self.plan.id);
        let is_over = matches!(result, DeployResult::Deployed)
            || result == DeployResult::RolledBack && self.plan.action == Action::Rollback;
        match told {
            HostOutcome::New => {
                let new = Some(plan.revision.clone());
                let wanted = match self.plan.action {
                    // What it was is what it is.
                    Action::Restart | Action::Start | Action::Stop => plan.live.clone(),
                    Action::Deploy | Action::Rollback => new,
                };
                self.is_live(&disk, &serves, wanted.as_ref())?;
                if plan.work == Work::Nothing {
                    return Ok(());
                }
                let (passed, wanted) = (self.passed(name), self.checks(&plan.revision));
                // What was only looked at passes fewer.
                if passed < wanted && plan.work != Work::Tidy {
                    return Err(format!("{passed} of {wanted} checks passed"));
                }
                if matches!(plan.work, Work::Everything | Work::Tidy) && is_over {
                    is_done(&disk, Some(&plan.revision))?;
                }
                Ok(())
            }
            HostOutcome::Old => {
                let old = match plan.work {
                    Work::Withdraw => None,
                    Work::Everything | Work::Service | Work::Tidy | Work::Nothing => {
                        plan.old.as_ref()
                    }
                };
                self.is_live(&disk, &serves, old)?;
                let finalized =
                    |what: &&What| matches!(what, What::Ended(step, _) if step == "finalize");
                match self.changes(name).filter(finalized).last() {
                    // What could not be tidied up is the next deploy's to tidy up.
                    Some(What::Ended(_, code)) if *code != 0 && disk.done.as_ref() == old => Ok(()),
                    _ => is_done(&disk, old),
                }
            }
            HostOutcome::Untouched => {
                let is_known = !self.has_rival
                    || self.world.hosts[name]
                        .state()
                        .left
                        .contains_key(self.plan.id.as_str());
                if is_known && disk.current != plan.live {
                    return Err(format!("{:?} is live", disk.current));
                }
                match plan.old.is_some() && self.is_switched(name) {
                    true => Err("it was switched or restarted".into()),
                    false => Ok(()),
                }
            }
            HostOutcome::Unknown => Ok(()),
        }
    }

    fn is_live(
        &self,
        disk: &Disk,
        serves: &Option<Revision>,
        wanted: Option<&Revision>,
    ) -> Result<(), String> {
        if disk.current.as_ref() != wanted || disk.place.as_ref() != wanted {
            return Err(format!(
                "{:?} is current and {:?} is run from, not {wanted:?}",
                disk.current, disk.place
            ));
        }
        if let Some(wanted) = wanted
            && disk
                .releases
                .get(wanted)
                .is_none_or(|release| *release == Release::Half)
        {
            return Err("its release is not whole".into());
        }
        if self.has_service() && serves.as_ref() != wanted {
            return Err(format!("its service runs {serves:?}"));
        }
        Ok(())
    }

    /// How many checks have passed on a host since it was switched.
    fn passed(&self, host: &HostName) -> usize {
        let changes: Vec<&What> = self.changes(host).collect();
        let switch = |what: &&What| matches!(what, What::Current(_));
        let since = changes.iter().rposition(switch).unwrap_or(0);
        let passed = |what: &&&What| **what == &What::Ended("check".into(), 0);
        changes[since..].iter().filter(passed).count()
    }

    /// How many checks stand between the switch and health.
    fn checks(&self, revision: &Revision) -> usize {
        let checks = self.plan.checks.get(revision).into_iter().flatten();
        let moments = checks.map(|check| {
            let is_service = |stage| stage == Some(DeployStage::HandleService);
            let is_promote =
                check.after == Some(DeployStage::Promote) && self.plan.action != Action::Restart;
            usize::from(is_promote)
                + usize::from(is_service(check.before))
                + usize::from(is_service(check.after))
        });
        moments.sum()
    }

    fn result(&self, outcome: &Outcome) -> Result<(), String> {
        let count = |wanted| {
            let hosts = outcome.hosts.iter();
            hosts.filter(|(_, told, _)| *told == wanted).count()
        };
        let unknown = count(HostOutcome::Unknown);
        match outcome.result {
            DeployResult::Mixed if unknown + count(HostOutcome::New) == 0 => {
                Err("no host is mixed".into())
            }
            DeployResult::Mixed => Ok(()),
            _ if unknown > 0 => Err(format!("{unknown} hosts are unknown")),
            DeployResult::RolledBack if self.plan.action == Action::Rollback => Ok(()),
            DeployResult::Deployed => self.is_deployed(outcome),
            DeployResult::RolledBack | DeployResult::Untouched => {
                let mut new = outcome.hosts.iter().filter(|(host, told, _)| {
                    *told == HostOutcome::New && self.plan.hosts[host].work != Work::Nothing
                });
                match new.next() {
                    Some((host, ..)) => Err(format!("{host} is new")),
                    None => Ok(()),
                }
            }
        }
    }

    fn is_deployed(&self, outcome: &Outcome) -> Result<(), String> {
        for group in &self.plan.groups {
            let hosts: Vec<&HostName> = group.waves.iter().flatten().collect();
            let told = outcome
                .hosts
                .iter()
                .filter(|(host, ..)| hosts.contains(&host));
            let bad = told
                .filter(|(_, told, _)| *told != HostOutcome::New)
                .count();
            let limit = if group.is_canary {
                0
            } else {
                group.failure_limit
            };
            if bad > limit {
                return Err(format!("{bad} hosts of {} are not new", group.name));
            }
        }
        Ok(())
    }
}

fn is_done(disk: &Disk, wanted: Option<&Revision>) -> Result<(), String> {
    if disk.done.as_ref() != wanted {
        return Err(format!("{:?} is done, not {wanted:?}", disk.done));
    }
    match &disk.progress {
        Some(revision) => Err(format!("{revision} is in progress")),
        None => Ok(()),
    }
}

/// No lock is left behind by anybody.
pub(crate) fn locks(world: &World) -> Vec<String> {
    let mut wrong = Vec::new();
    for (name, host) in &world.hosts {
        let state = host.state();
        let Some(lock) = &state.disk.lock else {
            continue;
        };
        let is_excused = state.has_lost_lock_to_reboot || !host.kills.borrow().is_empty();
        if state.lock_is_alive() || !is_excused {
            wrong.push(format!("{name}: the lock of {} is left behind", lock.id));
        }
    }
    wrong
}
