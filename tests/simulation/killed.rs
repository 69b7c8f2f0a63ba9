//! The deployer, its machine, ssh and the targets are killed at every event of a deploy; then on, and back.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use camino::Utf8Path;
use svcgen::deploy::limit::Limit;
use svcgen::deploy::{Action, DeployPlan, OnFailure};
use svcgen::model::HostName;
use tokio::sync::watch;
use tokio::time::sleep;

use crate::chance::{Chance, variable};
use crate::deployer::{Blow, Deployer, Ended, Wish};
use crate::going_on::{self, End, Way};
use crate::random::{SETTLED, folder, under_paused_time};
use crate::repository::Repository;
use crate::scenario;
use crate::verdict::{self, Judge};
use crate::wire::Link;
use crate::world::World;

/// Of how many deploys something is killed at every event.
const DEPLOYS: u64 = 1;

#[test]
fn after_a_kill_at_any_event_it_goes_on_and_back() {
    let repository = Repository::new();
    let seeds = match variable("SVCGEN_SIMULATION_SEED") {
        Some(seed) => seed..seed + 1,
        None => 0..variable("SVCGEN_SIMULATION_KILLED").unwrap_or(DEPLOYS),
    };
    let mut wrong = Vec::new();
    for seed in seeds {
        for blow in Blow::ALL {
            for seq in 1.. {
                let ways = [&[Way::On][..], &[Way::Back], &[Way::On, Way::Back]];
                let mut is_over = false;
                for ways in ways {
                    let (is_hit, found) = kill(seed, blow, seq, ways, &repository);
                    is_over |= !is_hit;
                    let found = found.into_iter();
                    wrong.extend(found.map(|what| {
                        format!(
                            "SVCGEN_SIMULATION_SEED={seed}: {blow:?} at {seq}, {ways:?}: {what}"
                        )
                    }));
                }
                if is_over {
                    break;
                }
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "{} are wrong:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

/// Whoever goes on by what the hosts tell alone finds some that were locked, and goes on with all that were meant.
#[test]
fn a_deploy_that_died_while_it_took_the_locks_goes_on_and_back_on_all_its_hosts() {
    let repository = Repository::new();
    for seed in 0..8 {
        for way in [Way::On, Way::Back] {
            let wrong = kill_while_it_locks(seed, way, &repository);
            assert!(wrong.is_empty(), "{seed}, {way:?}: {wrong:?}");
        }
    }
}

fn kill_while_it_locks(seed: u64, way: Way, repository: &Repository) -> Vec<String> {
    let folder = folder();
    let path = Utf8Path::from_path(folder.path()).unwrap();
    under_paused_time(async {
        let chance = Chance::of(seed);
        let directory = scenario::directory(repository, &chance);
        let hosts = scenario::hosts(&directory.value);
        let world = World::new(&hosts, seed);
        scenario::furnish(&world, repository, &chance);
        let before = going_on::currents(&world);
        let id = scenario::id(0, &chance);
        let (_interrupts, interrupted) = watch::channel(0);
        let wish = Wish {
            request: scenario::request(&id, Action::Deploy, &repository.revisions[1]),
            on_failure: OnFailure::Rollback,
            wait: Duration::ZERO,
            interrupts: interrupted,
            blow: None,
            room: None,
        };
        let deployer = Deployer::new(&world, repository, &directory, path.join("a"));
        let is_locked = |name: &HostName| world.hosts[name].state().disk.lock.is_some();
        let first_lock = async {
            while !hosts.iter().any(is_locked) {
                sleep(Duration::from_millis(1)).await;
            }
            deployer.die(Link::Cut);
        };
        let events = Mutex::default();
        let (ended, ()) = tokio::join!(deployer.deploy(wish, &events), first_lock);
        sleep(SETTLED).await;
        world.heal();
        let Ended::Killed(Some(plan)) = ended else {
            return vec!["it was not killed".into()];
        };
        let mut wrong = Judge::new(&world, &plan, false).cut_off();
        let next = Deployer::new(&world, repository, &directory, path.join("b"));
        let found = going_on::after(&next, &plan, &before, way, End::Killed, 1, &chance);
        wrong.extend(found.await);
        wrong.extend(world.wrongs());
        wrong
    })
}

/// Kills at one event; tells whether there was such an event, and what was wrong afterwards.
fn kill(
    seed: u64,
    blow: Blow,
    seq: u64,
    ways: &[Way],
    repository: &Repository,
) -> (bool, Vec<String>) {
    let folder = folder();
    let path = Utf8Path::from_path(folder.path()).unwrap();
    under_paused_time(async {
        let chance = Chance::of(seed);
        let directory = scenario::directory(repository, &chance);
        let hosts = scenario::hosts(&directory.value);
        let world = World::new(&hosts, seed);
        scenario::furnish(&world, repository, &chance);
        let before = going_on::currents(&world);
        let id = scenario::id(0, &chance);
        let revision = &repository.revisions[1 + chance.below(3)];
        let mut request = scenario::request(&id, Action::Deploy, revision);
        if seed % 2 == 1 {
            request.owner.limit = Some(format!("!{}", hosts[0]));
            request.limit = request
                .owner
                .limit
                .as_deref()
                .map(|text| Limit::parse(text).unwrap());
        }
        let (_interrupts, interrupted) = watch::channel(0);
        let wish = Wish {
            request,
            on_failure: OnFailure::Rollback,
            wait: Duration::ZERO,
            interrupts: interrupted,
            blow: Some((seq, blow)),
            room: None,
        };
        let deployer = Deployer::new(&world, repository, &directory, path.join("a"));
        let events = Mutex::default();
        let ended = deployer.deploy(wish, &events).await;
        sleep(SETTLED).await;
        world.heal();
        let is_hit = events.lock().unwrap().iter().any(|event| event.seq == seq);
        let mut wrong = verdict::locks(&world);
        let plan: Option<(Arc<DeployPlan>, End)> = match ended {
            Ended::Done(plan, outcome) => {
                wrong.extend(Judge::new(&world, &plan, false).ended(&outcome));
                wrong.extend(Judge::new(&world, &plan, false).went_back(&outcome));
                Some((plan, End::Ordered))
            }
            Ended::Killed(Some(plan)) => {
                wrong.extend(Judge::new(&world, &plan, false).cut_off());
                Some((plan, End::Killed))
            }
            Ended::Killed(None) | Ended::NothingToDo => None,
            Ended::NotBegun(_, error) => {
                wrong.push(error.to_string());
                None
            }
            Ended::Refused(problems) => {
                wrong.push(format!("{problems:?}"));
                None
            }
        };
        for (number, way) in ways.iter().enumerate() {
            let Some((plan, end)) = plan.as_ref().filter(|_| is_hit) else {
                break;
            };
            let folder = path.join(number.to_string());
            let next = Deployer::new(&world, repository, &directory, folder);
            let number = 1 + number as u64;
            // What was gone on with has come to its end.
            let end = if number == 1 { *end } else { End::Ordered };
            let found = going_on::after(&next, plan, &before, *way, end, number, &chance);
            wrong.extend(found.await);
        }
        wrong.extend(world.wrongs());
        (is_hit, wrong)
    })
}
