//! What comes after a deploy that did not end well: on, or back, by what the hosts tell alone.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::time::Duration;

use svcgen::deploy::{
    Action, Crew, DeployPlan, Earlier, EarlierError, Inquiry, Next, OnFailure, Owner, Work,
};
use svcgen::event::DeployResult;
use svcgen::model::{HostName, Revision};
use tokio::sync::watch;
use tokio::time::sleep;

use crate::chance::Chance;
use crate::deployer::{Deployer, Ended, Wish};
use crate::random::SETTLED;
use crate::scenario;
use crate::verdict::{self, Judge};
use crate::world::World;

/// What is live on each host.
pub(crate) type Currents = BTreeMap<HostName, Option<Revision>>;

/// Which way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    On,
    Back,
}

/// How the deploy before it ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    Ordered,
    Killed,
}

pub(crate) fn currents(world: &World) -> Currents {
    let hosts = world.hosts.iter();
    hosts
        .map(|(name, host)| (name.clone(), host.state().disk.current.clone()))
        .collect()
}

/// Goes on or back after a deploy, when nothing is wrong any more; all that is wrong then is returned.
pub(crate) async fn after(
    deployer: &Deployer<'_>,
    plan: &DeployPlan,
    before: &Currents,
    way: Way,
    end: End,
    number: u64,
    chance: &Chance,
) -> Vec<String> {
    let world = &deployer.world;
    let is_begun = world.hosts.values().any(|host| {
        let state = host.state();
        let is_it = |line: &&String| {
            line.contains(plan.id.as_str()) && line.contains("\"step\":\"deploy\"")
        };
        state.disk.record.iter().any(|line| is_it(&line))
    });
    if !is_begun {
        // It died before any target knew of it: nothing was done that anybody could go on with.
        return Vec::new();
    }
    let id = scenario::id(number, chance);
    let owner = Owner {
        machine: "elsewhere".into(),
        ..scenario::owner(&id, Action::Deploy)
    };
    let hosts = scenario::hosts(&deployer.directory.value);
    let config = &deployer.directory.value.config;
    let place = config.git_deploy_dir.join(config.git_repo.as_str());
    let mut crew = Crew::new(hosts, &deployer.transport(), &place, &id, &owner);
    let (facts, unreachable) = crew.probe(&Inquiry::default(), Next::Nothing, 10).await;
    assert!(unreachable.is_empty(), "{unreachable:?}");
    crew.close().await;
    let earlier = Earlier::of(&facts);
    let sequel = match way {
        Way::On => earlier.resumed(None),
        Way::Back => earlier.back(None),
    };
    let sequel = match sequel {
        Ok(sequel) => sequel,
        Err(EarlierError::NoneInterrupted) if end == End::Ordered => return Vec::new(),
        // A first release is not taken away from a host without a word.
        Err(EarlierError::NothingBefore { hosts, .. })
            if hosts.iter().all(|host| before[host].is_none()) =>
        {
            return Vec::new();
        }
        Err(error) => return vec![format!("{way:?}: {error}")],
    };
    let (_interrupts, interrupted) = watch::channel(0);
    let mut request = sequel.request(&id, owner);
    request.owner.action = request.action.as_str().into();
    let wish = Wish {
        request,
        on_failure: OnFailure::Stop,
        wait: Duration::ZERO,
        interrupts: interrupted,
        blow: None,
        room: None,
    };
    let events = Mutex::default();
    let ended = deployer.deploy(wish, &events).await;
    sleep(SETTLED).await;
    let mut wrong = verdict::locks(world);
    let result = match &ended {
        Ended::NothingToDo => None,
        Ended::Done(plan, outcome) => {
            wrong.extend(Judge::new(world, plan, false).ended(outcome));
            Some(outcome.result)
        }
        Ended::Refused(problems) => return vec![format!("{way:?}: {problems:?}")],
        Ended::NotBegun(_, error) => return vec![format!("{way:?}: {error}")],
        Ended::Killed(_) => return vec![format!("{way:?}: nobody killed it")],
    };
    let wanted = match way {
        Way::On => DeployResult::Deployed,
        Way::Back => DeployResult::RolledBack,
    };
    if result.is_some_and(|result| result != wanted) {
        wrong.push(format!("{way:?} ends with {result:?}"));
    }
    for (name, host) in &world.hosts {
        let old = &before[name];
        let new = match (way, plan.hosts.get(name)) {
            (Way::On, Some(host)) => match host.work {
                Work::Service => old.clone(),
                Work::Everything | Work::Withdraw | Work::Tidy | Work::Nothing => {
                    Some(host.revision.clone())
                }
            },
            (Way::On, None) | (Way::Back, _) => old.clone(),
        };
        let state = host.state();
        let disk = &state.disk;
        if disk.current != new || disk.place != new || disk.done != new {
            wrong.push(format!(
                "{way:?}: {name} has {:?}, not {new:?}",
                (&disk.current, &disk.place, &disk.done)
            ));
        }
        let has_service = !plan.service.units.is_empty();
        if has_service && state.serves != new {
            wrong.push(format!(
                "{way:?}: the service of {name} runs {:?}",
                state.serves
            ));
        }
    }
    wrong
}
