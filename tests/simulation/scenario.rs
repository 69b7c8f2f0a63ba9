use std::collections::{BTreeMap, BTreeSet};

use camino::Utf8PathBuf;
use svcgen::deploy::{Action, Owner, Request};
use svcgen::event::DeployId;
use svcgen::model::{FailureLimit, GroupName, HostName, Revision};
use svcgen::scap::{HostGroup, Reading, ScapDirectory, TargetGroup};

use crate::chance::Chance;
use crate::host::{Host, Release};
use crate::repository::Repository;
use crate::world::World;

/// Groups of hosts with their limits, as a working tree has them.
pub(crate) fn directory(repository: &Repository, chance: &Chance) -> Reading<ScapDirectory> {
    let mut directory = repository.directory.clone();
    let value = &mut directory.value;
    value.config.batch_size = 1 + chance.below(6) as u32;
    if chance.percent(20) {
        value.config.services.clear();
    }
    value.groups.clear();
    let mut number = 0;
    let count = 1 + chance.below(3);
    for index in 0..count {
        let hosts = (0..1 + chance.below(4)).map(|_| {
            number += 1;
            HostName::parse(&format!("h{number}.example.org")).unwrap()
        });
        let hosts: Vec<HostName> = hosts.collect();
        let failure_limit = match chance.below(3) {
            0 => FailureLimit::Hosts(0),
            1 => FailureLimit::Hosts(1),
            _ => FailureLimit::Percent(60),
        };
        let group = TargetGroup {
            name: GroupName::parse(&format!("g{index}")).unwrap(),
            file: "targets".into(),
            size: chance.percent(40).then(|| 1 + chance.below(3) as u32),
            failure_limit,
            named: None,
        };
        value.groups.push(HostGroup {
            group,
            path: Utf8PathBuf::from("targets"),
            hosts,
        });
    }
    directory
}

pub(crate) fn hosts(directory: &ScapDirectory) -> Vec<HostName> {
    let groups = directory.groups.iter();
    groups.flat_map(|group| group.hosts.clone()).collect()
}

/// The name of a deploy, which begins in a minute of its own.
pub(crate) fn id(number: u64, chance: &Chance) -> DeployId {
    let text = format!("20261128T10{number:02}00Z-{:06x}", chance.below(0xff_ffff));
    DeployId::parse(&text).unwrap()
}

/// What a host has before the first deploy: a release of Scap's or svcgen's, or nothing.
pub(crate) fn furnish(world: &World, repository: &Repository, chance: &Chance) {
    let how = chance.below(10);
    for host in world.hosts.values() {
        let revisions = &repository.revisions;
        if how > 0 {
            live(
                host,
                &revisions[0],
                if how < 4 {
                    Release::Found
                } else {
                    Release::Complete
                },
            );
        }
        if how >= 4 {
            let owner = serde_json::to_string(&owner(&earlier(), Action::Deploy)).unwrap();
            let begin = |id: &str, rest: &str| {
                format!(
                    "\"deploy\":\"{id}\",\"step\":\"deploy\",\"rev\":\"{}\",{rest}",
                    revisions[0]
                )
            };
            let mut state = host.state();
            let id = earlier().to_string();
            let begun = format!("\"state\":\"begin\",\"old\":null,\"owner\":{owner}");
            state.record(&begin(&id, &begun));
            state.record(&begin(&id, "\"state\":\"end\""));
        }
        if chance.percent(15) {
            // What Scap leaves when its disk is full.
            let mut state = host.state();
            state
                .disk
                .releases
                .insert(revisions[1].clone(), Release::Half);
        }
    }
}

/// The deploy before the first one.
fn earlier() -> DeployId {
    DeployId::parse("20261127T100000Z-00000a").unwrap()
}

/// A release is live, and was finished.
pub(crate) fn live(host: &Host, revision: &Revision, how: Release) {
    let mut state = host.state();
    state.disk.releases.insert(revision.clone(), how);
    state.disk.current = Some(revision.clone());
    state.disk.done = Some(revision.clone());
    state.disk.place = Some(revision.clone());
    state.serves = Some(revision.clone());
}

pub(crate) fn owner(id: &DeployId, action: Action) -> Owner {
    Owner {
        deploy: id.to_string(),
        user: "ada".into(),
        machine: "laptop".into(),
        action: action.as_str().into(),
        ..Owner::default()
    }
}

pub(crate) fn request(id: &DeployId, action: Action, revision: &Revision) -> Request {
    Request {
        id: id.clone(),
        action,
        revision: revision.clone(),
        owner: owner(id, action),
        limit: None,
        hosts: None,
        force: false,
        resumes: None,
        ignores_locks: false,
        revisions: BTreeMap::new(),
        withdrawn: BTreeSet::new(),
    }
}
