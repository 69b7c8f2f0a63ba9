//! Deploys with faults at random moments.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use camino::Utf8Path;
use svcgen::deploy::limit::Limit;
use svcgen::deploy::{Action, OnFailure};
use svcgen::event::Event;
use svcgen::model::HostName;
use tokio::sync::watch;
use tokio::time::sleep;

use crate::chance::{Chance, variable};
use crate::deployer::{Deployer, Ended, Wish};
use crate::fault::Fault;
use crate::going_on::{self, End, Way};
use crate::repository::Repository;
use crate::scenario;
use crate::verdict::{self, Judge};
use crate::wire::Link;
use crate::world::World;

/// How many runs there are where nobody says another number.
const RUNS: u64 = 2000;

/// By when every keeper has noticed that nobody is there, and every step has ended.
pub(crate) const SETTLED: Duration = Duration::from_secs(2 * 3600);

#[test]
fn whatever_goes_wrong_nothing_is_said_that_is_not_so() {
    let seeds = match variable("SVCGEN_SIMULATION_SEED") {
        Some(seed) => seed..seed + 1,
        None => 0..variable("SVCGEN_SIMULATION_RUNS").unwrap_or(RUNS),
    };
    let is_single = seeds.end - seeds.start == 1;
    let repository = Repository::new();
    let mut failed = Vec::new();
    for seed in seeds {
        let story = Story::of(seed, &repository);
        if !story.wrong.is_empty() {
            for wrong in &story.wrong {
                eprintln!("SVCGEN_SIMULATION_SEED={seed}: {wrong}");
            }
            failed.push(seed);
        }
        if is_single {
            eprintln!("{}", story.told.join("\n"));
        }
    }
    assert!(failed.is_empty(), "{} runs: {failed:?}", failed.len());
}

#[test]
fn the_same_seed_gives_the_same_run() {
    let repository = Repository::new();
    for seed in 0..20 {
        let (first, second) = (Story::of(seed, &repository), Story::of(seed, &repository));
        assert_eq!(first.told, second.told, "{seed}");
    }
}

/// One run, and what is wrong with it.
struct Story {
    wrong: Vec<String>,
    /// What svcgen said, and what happened, in the order of each.
    told: Vec<String>,
}

/// Runs something under a clock that jumps to whatever is next.
pub(crate) fn under_paused_time<T>(work: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build();
    runtime.unwrap().block_on(work)
}

/// A folder in memory where there is one, so that nothing waits for a disk.
pub(crate) fn folder() -> tempfile::TempDir {
    let memory = std::path::Path::new("/dev/shm");
    match memory.is_dir() {
        true => tempfile::tempdir_in(memory).unwrap(),
        false => tempfile::tempdir().unwrap(),
    }
}

impl Story {
    fn of(seed: u64, repository: &Repository) -> Self {
        let folder = folder();
        let path = Utf8Path::from_path(folder.path()).unwrap();
        under_paused_time(async {
            let mut story = Self {
                wrong: Vec::new(),
                told: Vec::new(),
            };
            story.play(seed, repository, path).await;
            story
        })
    }

    async fn play(&mut self, seed: u64, repository: &Repository, folder: &Utf8Path) {
        let chance = Chance::of(seed);
        let directory = scenario::directory(repository, &chance);
        let hosts = scenario::hosts(&directory.value);
        let world = World::new(&hosts, seed);
        scenario::furnish(&world, repository, &chance);
        let before = going_on::currents(&world);
        let first = Deployer::new(&world, repository, &directory, folder.join("a"));
        let second = Deployer::new(&world, repository, &directory, folder.join("b"));
        let has_rival = chance.percent(20);
        let action = match chance.below(10) {
            0 if !directory.value.config.services.is_empty() => Action::Restart,
            _ => Action::Deploy,
        };
        let (wish, interrupts) = wish(0, action, &hosts, repository, &chance);
        let first_id = wish.request.id.clone();
        let is_full = wish.room.is_some();
        let (on_failure, pressed) = (wish.on_failure, wish.interrupts.clone());
        let (mut rivals, other) = self::wish(1, Action::Deploy, &hosts, repository, &chance);
        rivals.room = None;
        disturb(&world, &chance);
        let dies = chance.percent(15).then(|| chance.millis(30_000));
        let (events, rival_events) = (Mutex::default(), Mutex::default());
        let rival = async {
            if has_rival {
                sleep(chance.millis(5000)).await;
                Some(second.deploy(rivals, &rival_events).await)
            } else {
                None
            }
        };
        let trouble = async {
            if let Some(after) = dies {
                sleep(after).await;
                let how = if chance.percent(50) {
                    Link::Cut
                } else {
                    Link::Silent
                };
                first.die(how);
            }
        };
        let stops = press(interrupts, &chance);
        let stops_of_rival = press(other, &chance);
        let play = async { tokio::join!(first.deploy(wish, &events), rival) };
        let (ended, rival) = tokio::select! {
            biased;
            ended = play => ended,
            () = async { tokio::join!(trouble, stops, stops_of_rival); std::future::pending().await } => unreachable!(),
        };
        sleep(SETTLED).await;
        world.heal();
        self.judge(&world, &ended, has_rival);
        if let Ended::Done(plan, outcome) = &ended
            && on_failure == OnFailure::Rollback
            && *pressed.borrow() < 2
        {
            let back = Judge::new(&world, plan, has_rival).went_back(outcome);
            self.wrong.extend(back);
        }
        if let Some(rival) = &rival {
            self.judge(&world, rival, true);
        }
        if !is_full && !matches!(ended, Ended::Killed(_)) {
            self.journal(&first, &first_id, &events.lock().unwrap());
        }
        self.wrong.extend(verdict::locks(&world));
        self.tell(&events.lock().unwrap());
        self.tell(&rival_events.lock().unwrap());
        if !has_rival {
            let plan = match &ended {
                Ended::Done(plan, _) => Some((Arc::clone(plan), End::Ordered)),
                Ended::Killed(Some(plan)) => Some((Arc::clone(plan), End::Killed)),
                _ => None,
            };
            if let Some((plan, end)) = plan {
                let next = Deployer::new(&world, repository, &directory, folder.join("c"));
                let way = *chance.among(&[Way::On, Way::Back]);
                let wrong = going_on::after(&next, &plan, &before, way, end, 2, &chance).await;
                self.wrong.extend(wrong);
            }
        }
        self.wrong.extend(world.wrongs());
        let truth = world.truth().into_iter();
        let truth = truth.map(|truth| format!("{} {}: {:?}", truth.deploy, truth.host, truth.what));
        self.told.extend(truth);
    }

    fn judge(&mut self, world: &World, ended: &Ended, has_rival: bool) {
        let wrong = match ended {
            Ended::Refused(_) | Ended::NothingToDo | Ended::Killed(None) => Vec::new(),
            Ended::NotBegun(plan, _) => Judge::not_begun(world, &plan.id),
            Ended::Done(plan, outcome) => Judge::new(world, plan, has_rival).ended(outcome),
            Ended::Killed(Some(plan)) => Judge::new(world, plan, has_rival).cut_off(),
        };
        self.told.push(match ended {
            Ended::Refused(problems) => format!("refused: {problems:?}"),
            Ended::NothingToDo => "nothing to do".into(),
            Ended::NotBegun(_, error) => format!("not begun: {error}"),
            Ended::Done(_, outcome) => format!("{outcome:?}"),
            Ended::Killed(_) => "killed".into(),
        });
        self.wrong.extend(wrong);
    }

    /// What was shown is in the journal, and nothing else.
    fn journal(&mut self, deployer: &Deployer<'_>, id: &svcgen::event::DeployId, shown: &[Event]) {
        let mut written = Vec::new();
        if let Ok(mut reader) = deployer.journals.open(id) {
            while let Some((event, _)) = reader.next(|_| true).unwrap() {
                written.push(event);
            }
        }
        let lines = |events: &[Event]| -> Vec<(u64, String)> {
            let lines = events.iter().map(|event| (event.seq, event.text.clone()));
            lines.collect()
        };
        if lines(&written) != lines(shown) {
            self.wrong.push("the journal is not what was shown".into());
        }
    }

    fn tell(&mut self, events: &[Event]) {
        let lines = events.iter().map(|event| {
            let host = event.about.host.as_ref().map_or("", HostName::as_str);
            format!("{} {host} {}", event.seq, event.text)
        });
        self.told.extend(lines);
    }
}

fn wish(
    number: u64,
    action: Action,
    hosts: &[HostName],
    repository: &Repository,
    chance: &Chance,
) -> (Wish, watch::Sender<u8>) {
    let revisions = &repository.revisions;
    let revision = &revisions[chance.below(revisions.len())];
    let id = scenario::id(number, chance);
    let mut request = scenario::request(&id, action, revision);
    request.force = chance.percent(20);
    if chance.percent(25) {
        let some = hosts.iter().filter(|_| chance.percent(60));
        let some: Vec<&str> = some.map(HostName::as_str).collect();
        if !some.is_empty() {
            request.owner.limit = Some(some.join(","));
            request.limit = Limit::parse(&some.join(",")).ok();
        }
    }
    let (interrupts, interrupted) = watch::channel(0);
    let on_failure = match (action, chance.below(4)) {
        (Action::Restart | Action::Start | Action::Stop, _) | (_, 0) => OnFailure::Stop,
        (Action::Deploy | Action::Rollback, _) => OnFailure::Rollback,
    };
    let wish = Wish {
        request,
        on_failure,
        wait: Duration::from_secs(if chance.percent(50) { 3600 } else { 0 }),
        interrupts: interrupted,
        blow: None,
        room: chance.percent(5).then(|| chance.below(12_000) as u64),
    };
    (wish, interrupts)
}

/// Something goes wrong on a few hosts.
fn disturb(world: &World, chance: &Chance) {
    for host in world.hosts.values() {
        if chance.percent(5) {
            host.state().refusals = chance.below(3);
        }
        for _ in 0..2 {
            if chance.percent(20) {
                let fault = Fault::random(chance);
                host.state().faults.push(fault);
            }
        }
    }
}

/// Somebody presses Ctrl-C, once or twice.
async fn press(interrupts: watch::Sender<u8>, chance: &Chance) {
    for _ in 0..2 {
        if chance.percent(20) {
            sleep(chance.millis(20_000)).await;
            interrupts.send_modify(|times| *times += 1);
        }
    }
    std::future::pending().await
}
