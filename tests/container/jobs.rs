//! Commands in containers, which end well or not.

use std::os::unix::fs::MetadataExt as _;

use svcgen::container::{Access, Mount, RunError, User};
use svcgen::transport::Stream;

use crate::support::{Lab, PrivateLab, Said, job, wait};

/// Runs a job and returns how it ended, with what it said.
fn run(lab: &Lab, job: &svcgen::container::Job) -> (Result<(), RunError>, Said) {
    let said = Said::default();
    let ended = wait(async {
        let engine = lab.connect().await.unwrap();
        engine.run(job, &mut said.ear()).await
    });
    (ended, said)
}

#[test]
fn both_streams_come_as_lines() {
    let Some(lab) = Lab::get() else { return };
    let (ended, said) = run(
        &lab,
        &job("streams", "echo one; echo two >&2; printf three"),
    );
    ended.unwrap();
    assert_eq!(said.on(Stream::Out), ["one", "three"]);
    assert_eq!(said.on(Stream::Err), ["two"]);
    assert_eq!(lab.containers("streams"), Vec::<String>::new());
}

#[test]
fn a_lot_of_output_comes_whole() {
    let Some(lab) = Lab::get() else { return };
    let (ended, said) = run(&lab, &job("a lot", "seq 200000"));
    ended.unwrap();
    let lines = said.on(Stream::Out);
    assert_eq!(lines.len(), 200_000);
    assert_eq!(lines.last().unwrap(), "200000");
}

#[test]
fn another_code_is_an_error() {
    let Some(lab) = Lab::get() else { return };
    let (ended, _) = run(&lab, &job("code", "exit 3"));
    let error = ended.unwrap_err();
    insta::assert_snapshot!(error, @"`the script` ended with code 3");
    assert_eq!(lab.containers("code"), Vec::<String>::new());
}

#[test]
fn it_runs_as_the_wanted_user_in_the_wanted_folder() {
    let Some(lab) = Lab::get() else { return };
    let mut job = job(
        "user",
        "id -u; id -g; pwd; touch /scratch/mine; echo $COLOUR",
    );
    job.user = Some(User {
        uid: 1234,
        gid: 2345,
    });
    job.scratch = vec!["/scratch".into()];
    job.directory = Some("/srv".into());
    job.environment
        .insert("COLOUR".into(), "green = good".into());
    let (ended, said) = run(&lab, &job);
    ended.unwrap();
    assert_eq!(said.text(), "1234\n2345\n/srv\ngreen = good");
}

#[test]
fn files_belong_to_the_user_outside() {
    let Some(lab) = Lab::get() else { return };
    let folder = tempfile::tempdir().unwrap();
    std::os::unix::fs::chown(folder.path(), Some(1234), Some(2345)).unwrap();
    let mut job = job(
        "files",
        "touch /work/made; touch /kept/made || echo refused",
    );
    job.user = Some(User {
        uid: 1234,
        gid: 2345,
    });
    let source = camino::Utf8PathBuf::from_path_buf(folder.path().into()).unwrap();
    let mount = |target: &str, access| Mount {
        source: source.clone(),
        target: target.into(),
        access,
    };
    job.mounts = vec![mount("/work", Access::Write), mount("/kept", Access::Read)];
    let (ended, said) = run(&lab, &job);
    ended.unwrap();
    assert_eq!(said.text(), "refused");
    let made = folder.path().join("made").metadata().unwrap();
    assert_eq!((made.uid(), made.gid()), (1234, 2345));
}

#[test]
fn the_certificates_and_proxies_of_this_machine_are_there() {
    let Some(lab) = Lab::get() else { return };
    let bundle = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(bundle.path(), "trusted\n").unwrap();
    let path = bundle.path().to_str().unwrap().to_owned();
    let mut job = job(
        "network",
        "cat $NODE_EXTRA_CA_CERTS $SSL_CERT_FILE; echo $http_proxy",
    );
    job.network = svcgen::container::HostNetwork::new(Some("host".into()), &|name| match name {
        "CURL_CA_BUNDLE" => Some(path.clone()),
        "http_proxy" => Some("http://proxy.example.org:8080".into()),
        _ => None,
    });
    let (ended, said) = run(&lab, &job);
    ended.unwrap();
    assert_eq!(
        said.text(),
        "trusted\ntrusted\nhttp://proxy.example.org:8080"
    );
}

#[test]
fn a_program_that_the_image_lacks_is_named() {
    let Some(lab) = Lab::get() else { return };
    let mut job = job("no program", "");
    job.command = vec!["yarn".into(), "install".into()];
    let (ended, _) = run(&lab, &job);
    insta::assert_snapshot!(ended.unwrap_err(), @"the image has no program `yarn`");
    assert_eq!(lab.containers("no program"), Vec::<String>::new());
}

#[test]
fn an_image_that_is_gone_is_told() {
    let Some(lab) = Lab::get() else { return };
    let mut job = job("no image", "true");
    job.image = format!("sha256:{:064}", 0);
    let (ended, _) = run(&lab, &job);
    insta::assert_snapshot!(ended.unwrap_err(), @"the image of `the script` no longer exists");
}

#[test]
fn a_folder_that_the_engine_does_not_see_is_named() {
    let Some(lab) = Lab::get() else { return };
    let folder = tempfile::tempdir().unwrap();
    let unseen = folder.path().join("unseen");
    let mut job = job("unseen", "true");
    job.mounts = vec![Mount {
        source: unseen.to_str().unwrap().into(),
        target: "/work".into(),
        access: Access::Read,
    }];
    let (ended, _) = run(&lab, &job);
    let told = format!(
        "the engine does not see {}: does it run on another machine?",
        unseen.display()
    );
    assert_eq!(ended.unwrap_err().to_string(), told);
    assert!(!unseen.exists(), "the engine made it");
}

#[test]
fn a_command_that_needs_more_memory_than_it_gets_is_told_so() {
    let Some(lab) = Lab::get() else { return };
    // A buffer of 200 MB.
    let mut job = job("memory", "dd if=/dev/zero of=/dev/null bs=200M count=1");
    job.memory = Some(32 << 20);
    let (ended, _) = run(&lab, &job);
    insta::assert_snapshot!(ended.unwrap_err(), @"`the script` was ended: it needs more than its 32 MB of memory");
    assert_eq!(lab.containers("memory"), Vec::<String>::new());
}

#[test]
fn a_full_disk_is_told() {
    let Some(lab) = PrivateLab::small("24M") else {
        return;
    };
    let (ended, said) = run(
        &lab,
        &job("full", "dd if=/dev/zero of=/big bs=1M count=100"),
    );
    let error = ended.unwrap_err();
    insta::assert_snapshot!(error, @"`the script` found no space left on the disk");
    assert_eq!(error.hints(), ["df -h"]);
    let said = said.on(Stream::Err);
    assert_eq!(said[0], "dd: error writing '/big': No space left on device");
    assert_eq!(lab.containers("full"), Vec::<String>::new());
}

/// Runs a job that does not end, and does something to its container.
fn interfere(purpose: &str, act: impl FnOnce(&Lab, &str)) -> Option<(Lab, RunError)> {
    let lab = Lab::get()?;
    let said = Said::default();
    let ended = std::thread::scope(|scope| {
        let running = scope.spawn(|| {
            wait(async {
                let engine = lab.connect().await.unwrap();
                let job = job(purpose, "echo here; sleep 3600");
                engine.run(&job, &mut said.ear()).await
            })
        });
        said.until("here");
        let [name] = lab.containers(purpose).try_into().unwrap();
        act(&lab, &name);
        running.join().unwrap()
    });
    Some((lab, ended.unwrap_err()))
}

#[test]
fn a_container_that_somebody_kills_is_told_so() {
    let act = |lab: &Lab, name: &str| drop(lab.docker(&["kill", name]));
    let Some((lab, error)) = interfere("killed", act) else {
        return;
    };
    insta::assert_snapshot!(error, @"the container of `the script` was stopped from outside, or this machine ran out of memory");
    assert_eq!(lab.containers("killed"), Vec::<String>::new());
}

#[test]
fn a_container_that_somebody_removes_is_told_so() {
    let act = |lab: &Lab, name: &str| drop(lab.docker(&["rm", "--force", name]));
    let Some((_, error)) = interfere("removed", act) else {
        return;
    };
    insta::assert_snapshot!(error, @"the container of `the script` was stopped from outside, or this machine ran out of memory");
}
