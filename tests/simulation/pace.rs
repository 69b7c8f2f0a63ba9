//! What waits for what, where all hosts are equally quick.

use std::sync::Mutex;
use std::time::Duration;

use camino::Utf8Path;
use svcgen::deploy::{Action, OnFailure};
use svcgen::model::HostName;
use tokio::sync::watch;

use crate::chance::Chance;
use crate::deployer::{Deployer, Ended, Wish};
use crate::host::Release;
use crate::random::{folder, under_paused_time};
use crate::repository::Repository;
use crate::scenario;
use crate::world::{What, World};

#[test]
fn the_canary_does_not_wait_for_the_releases_of_the_others() {
    let repository = Repository::new();
    let names: Vec<HostName> = (0..31)
        .map(|number| HostName::parse(&format!("h{number}.example.org")).unwrap())
        .collect();
    let mut directory = repository.directory.clone();
    directory.value.config.batch_size = 4;
    let mut others = directory.value.groups[0].clone();
    directory.value.groups[0].hosts = names[..1].to_vec();
    others.hosts = names[1..].to_vec();
    directory.value.groups.push(others);
    let folder = folder();
    let path = Utf8Path::from_path(folder.path()).unwrap();
    let truth = under_paused_time(async {
        let world = World::even(&names, Duration::from_millis(20));
        for host in world.hosts.values() {
            scenario::live(host, &repository.revisions[0], Release::Complete);
        }
        let (_interrupts, interrupts) = watch::channel(0);
        let id = scenario::id(0, &Chance::of(0));
        let wish = Wish {
            request: scenario::request(&id, Action::Deploy, &repository.revisions[1]),
            on_failure: OnFailure::Stop,
            wait: Duration::ZERO,
            interrupts,
            blow: None,
            room: None,
        };
        let deployer = Deployer::new(&world, &repository, &directory, path.to_owned());
        let ended = deployer.deploy(wish, &Mutex::default()).await;
        assert!(matches!(ended, Ended::Done(..)));
        world.truth()
    });
    let switched = truth
        .iter()
        .position(|truth| truth.host == names[0] && matches!(truth.what, What::Current(_)));
    let fetch = What::Ended("fetch".into(), 0);
    let fetched = truth.iter().rposition(|truth| truth.what == fetch);
    assert!(switched.unwrap() < fetched.unwrap());
}
