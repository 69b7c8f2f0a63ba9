//! What many hosts cost: `cargo bench --bench scale` deploys to 2, 200, 1,000 and 4,000 hosts of the simulation, 50 ms away.
//!
//! The clock of the hosts is that of the simulation; the time that the processor takes is real. Only ratios have limits.

#![allow(clippy::unwrap_used, reason = "a measurement that cannot go on fails")]
#![allow(clippy::print_stdout, reason = "the figures are the result")]
#![allow(dead_code, reason = "the simulation uses the rest")]

#[path = "../simulation/chance.rs"]
mod chance;
#[path = "../simulation/deployer.rs"]
mod deployer;
#[path = "../simulation/effect.rs"]
mod effect;
#[path = "../simulation/fault.rs"]
mod fault;
#[path = "../simulation/host.rs"]
mod host;
#[path = "../simulation/keeper.rs"]
mod keeper;
#[path = "../simulation/probe.rs"]
mod probe;
#[path = "../simulation/repository.rs"]
mod repository;
#[path = "../simulation/scenario.rs"]
mod scenario;
#[path = "../simulation/step.rs"]
mod step;
#[path = "../simulation/wire.rs"]
mod wire;
#[path = "../simulation/words.rs"]
mod words;
#[path = "../simulation/world.rs"]
mod world;

use std::sync::Mutex;
use std::time::Duration;

use camino::Utf8Path;
use svcgen::deploy::{Action, OnFailure};
use svcgen::event::DeployResult;
use svcgen::model::HostName;
use tokio::sync::watch;
use tokio::time::Instant;

use chance::Chance;
use deployer::{Deployer, Ended, Wish};
use repository::Repository;
use world::World;

/// How far away a host is, one way.
const LATENCY: Duration = Duration::from_millis(25);
/// The most that a deploy to many hosts may take, in times of one to a canary and one host more.
const TIME: f64 = 2.0;
/// The most memory of all, in MiB, with the model of the hosts.
const MEMORY: f64 = 150.0;
/// How much more one host may cost where there are more of them. Processor time is compared from 1,000 hosts on: what 200
/// take still fits into the caches of a processor.
const GROWTH: f64 = 1.5;

/// What a deploy cost.
struct Cost {
    hosts: usize,
    seconds: f64,
    cpu: f64,
    memory: f64,
}

fn main() {
    let repository = Repository::new();
    // What is made once is made before.
    deploy(2, &repository);
    let least = deploy(2, &repository);
    let before = memory();
    let few = deploy(200, &repository);
    let many = deploy(1000, &repository);
    let most = deploy(4000, &repository);
    println!("hosts   seconds   of the least   CPU ms per host   peak MiB   KiB per host");
    let per_host = |cost: &Cost| (cost.memory - before) * 1024.0 / cost.hosts as f64;
    let cpu = |cost: &Cost| cost.cpu * 1000.0 / cost.hosts as f64;
    for cost in [&least, &few, &many, &most] {
        println!(
            "{:5}   {:7.2}   {:12.2}   {:15.2}   {:8.1}   {:12.1}",
            cost.hosts,
            cost.seconds,
            cost.seconds / least.seconds,
            cpu(cost),
            cost.memory,
            per_host(cost)
        );
    }
    let limits = [
        ("time of 200 hosts", few.seconds / least.seconds, TIME),
        ("time of 1,000 hosts", many.seconds / least.seconds, TIME),
        ("MiB of 200 hosts", few.memory, MEMORY),
        ("CPU of one of 4,000 hosts", cpu(&most) / cpu(&many), GROWTH),
        (
            "memory of one of 1,000 hosts",
            per_host(&many) / per_host(&few),
            GROWTH,
        ),
    ];
    for (what, is, limit) in limits {
        println!("{what}: {is:.2}, at most {limit}");
        assert!(is <= limit, "{what}");
    }
}

fn deploy(hosts: usize, repository: &Repository) -> Cost {
    let names: Vec<HostName> = (0..hosts)
        .map(|number| HostName::parse(&format!("h{number}.example.org")).unwrap())
        .collect();
    let mut directory = repository.directory.clone();
    directory.value.config.batch_size = 1000;
    let mut others = directory.value.groups[0].clone();
    directory.value.groups[0].hosts = names[..1].to_vec();
    others.hosts = names[1..].to_vec();
    directory.value.groups.push(others);
    let folder = tempfile::tempdir().unwrap();
    let path = Utf8Path::from_path(folder.path()).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build();
    runtime.unwrap().block_on(async {
        let world = World::even(&names, LATENCY);
        for host in world.hosts.values() {
            scenario::live(host, &repository.revisions[0], host::Release::Complete);
        }
        let id = scenario::id(0, &Chance::of(0));
        let (_interrupts, interrupts) = watch::channel(0);
        let wish = Wish {
            request: scenario::request(&id, Action::Deploy, &repository.revisions[1]),
            on_failure: OnFailure::Stop,
            wait: Duration::ZERO,
            interrupts,
            blow: None,
            room: None,
        };
        let deployer = Deployer::new(&world, repository, &directory, path.to_owned());
        let events = Mutex::default();
        let (begun, used) = (Instant::now(), cpu());
        let ended = deployer.deploy(wish, &events).await;
        let cost = Cost {
            hosts,
            seconds: begun.elapsed().as_secs_f64(),
            cpu: cpu() - used,
            memory: memory(),
        };
        assert!(
            matches!(&ended, Ended::Done(_, outcome) if outcome.result == DeployResult::Deployed)
        );
        cost
    })
}

/// The seconds that this thread had a processor for.
fn cpu() -> f64 {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap();
    let nanoseconds: f64 = text.split(' ').next().unwrap().parse().unwrap();
    nanoseconds / 1e9
}

/// The most memory that this process has had, in MiB.
fn memory() -> f64 {
    let text = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = text
        .lines()
        .find(|line| line.starts_with("VmHWM:"))
        .unwrap();
    let kib: f64 = line.split_whitespace().nth(1).unwrap().parse().unwrap();
    kib / 1024.0
}
