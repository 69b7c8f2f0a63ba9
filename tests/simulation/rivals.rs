//! Keepers and steps that meet at the same lock: the real programs, in a folder of this machine.

use std::os::unix::process::CommandExt as _;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use camino::{Utf8Path, Utf8PathBuf};
use rustix::process::{Pid, Signal, kill_process};
use svcgen::deploy::{Claim, Policy, Program, Step};
use svcgen::event::DeployId;
use svcgen::model::{HostName, Revision};
use svcgen::scap::DeployStage;
use svcgen::transport::{Connection, FolderHosts, Process, Transport as _};
use tokio::io::AsyncWriteExt as _;

use crate::scenario;

/// A step that a dead keeper has left running.
struct Left(std::process::Child);

impl Left {
    /// Lets it run, and has it in the folder of steps that run.
    fn new(own: &Utf8Path) -> Self {
        let mut sleep = Command::new("sleep");
        let child = sleep.arg("600").process_group(0).stdin(Stdio::null());
        let child = child.spawn().unwrap();
        let pid = child.id();
        let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap();
        let (_, fields) = stat.rsplit_once(')').unwrap();
        let since = fields.split_whitespace().nth(19).unwrap();
        let boot = std::fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap();
        let line = format!("{pid} {since} {} finish 999999999\n", boot.trim());
        std::fs::write(own.join("running/dead.1.step"), line).unwrap();
        Self(child)
    }

    fn end(self) {
        drop(self);
    }
}

impl Drop for Left {
    fn drop(&mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}

/// The lock of a keeper that is dead.
fn dead_lock(own: &Utf8Path) {
    for folder in ["lock", "running"] {
        std::fs::create_dir_all(own.join(folder)).unwrap();
    }
    for (file, text) in [
        ("owner", "{}"),
        ("id", "dead 1"),
        ("clock", "1 1"),
        ("pid", "1 1 of-another-boot"),
    ] {
        std::fs::write(own.join("lock").join(file), format!("{text}\n")).unwrap();
    }
}

fn id(number: u8) -> DeployId {
    DeployId::parse(&format!("20261123T14031{number}Z-000000")).unwrap()
}

/// A folder that is a host, what svcgen has there, and a connection to it.
struct Place {
    _folder: tempfile::TempDir,
    top: Utf8PathBuf,
    own: Utf8PathBuf,
    connection: Arc<dyn Connection>,
}

impl Place {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = Utf8PathBuf::from_path_buf(folder.path().to_owned()).unwrap();
        let name = HostName::parse("a").unwrap();
        let hosts = FolderHosts::new(path, 7000, [&name], Vec::new());
        let top = hosts.folder(&name);
        let own = top.join("tea-pot-cache/.svcgen");
        std::fs::create_dir_all(own.join("running")).unwrap();
        let connection = hosts.connect(&name).await.unwrap();
        let place = Self {
            _folder: folder,
            top,
            own,
            connection,
        };
        let waiting = place.top.join("waiting");
        let noted = format!("echo $PPID >>{waiting}; exec /bin/sleep \"$@\"");
        place.shim("sleep", &noted);
        place
    }

    /// Waits until so many keepers wait for a step.
    async fn until_they_wait(&self, keepers: usize) {
        let waiting = || {
            let pids = std::fs::read_to_string(self.top.join("waiting")).unwrap_or_default();
            let pids: std::collections::BTreeSet<&str> = pids.lines().collect();
            pids.len()
        };
        while waiting() < keepers {
            soon().await;
        }
    }

    /// Puts a program before that of the system.
    fn shim(&self, name: &str, text: &str) {
        use std::os::unix::fs::PermissionsExt as _;
        let path = self.top.join(".svcgen/bin").join(name);
        std::fs::write(&path, format!("#!/bin/sh\n{text}\n")).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
    }
}

async fn keeper(connection: &Arc<dyn Connection>, number: u8) -> Process {
    let id = id(number);
    let owner = scenario::owner(&id, svcgen::deploy::Action::Deploy);
    let owner = serde_json::to_value(owner).unwrap();
    let claim = Claim {
        id: &id,
        term: 1,
        change: None,
        owner: &owner,
    };
    let words = Program::keeper().words("/tea-pot".into());
    let mut process = connection.start(&words).await.unwrap();
    let line = claim.line();
    process.input.write_all(line.as_bytes()).await.unwrap();
    process
}

/// Whether it has the lock.
async fn has_it(keeper: &mut Process) -> bool {
    let mut said = String::new();
    while let Some(chunk) = keeper.output.recv().await {
        said.push_str(&String::from_utf8_lossy(&chunk.bytes));
        if said.contains("svcgen: locked\n") {
            return true;
        }
        if said.contains("svcgen: held ") {
            return false;
        }
    }
    panic!("neither: {said}");
}

#[tokio::test]
async fn of_two_keepers_that_saw_the_same_dead_lock_one_gets_it() {
    let place = Place::new().await;
    let own = &place.own;
    // Once would be luck: they look again at moments of their own.
    for round in 0..5 {
        dead_lock(own);
        let step = Left::new(own);
        let mut one = keeper(&place.connection, 1).await;
        place.until_they_wait(2 * round + 1).await;
        let mut two = keeper(&place.connection, 2).await;
        place.until_they_wait(2 * round + 2).await;
        step.end();
        let have_it = tokio::join!(has_it(&mut one), has_it(&mut two));
        assert!(have_it.0 != have_it.1, "{have_it:?}");
        for mut keeper in [one, two] {
            // One of them is gone already.
            let _sent = keeper.input.write_all(b"q").await;
            let _told = keeper.finish().await;
        }
        assert!(!own.join("lock").exists());
    }
}

#[tokio::test]
async fn a_step_that_a_keeper_could_not_wait_for_is_waited_for_by_the_next_one() {
    let place = Place::new().await;
    let own = &place.own;
    let step = Left::new(own);
    let ended = keeper(&place.connection, 1).await;
    let lock = own.join("lock");
    place.until_they_wait(1).await;
    let pid = std::fs::read_to_string(lock.join("pid")).unwrap();
    let pid: i32 = pid.split(' ').next().unwrap().parse().unwrap();
    kill_process(Pid::from_raw(pid).unwrap(), Signal::TERM).unwrap();
    let _told = ended.finish().await;
    assert!(!lock.exists());

    let mut next = keeper(&place.connection, 2).await;
    tokio::select! {
        _ = has_it(&mut next) => panic!("it does not wait for the step"),
        () = place.until_they_wait(2) => {}
    }
    step.end();
    assert!(has_it(&mut next).await);
    next.input.write_all(b"q").await.unwrap();
    let _told = next.finish().await;
}

#[tokio::test]
async fn a_step_that_finds_another_keeper_is_ended_even_before_it_has_a_group() {
    let place = Place::new().await;
    let own = &place.own;
    let mut held = keeper(&place.connection, 1).await;
    assert!(has_it(&mut held).await);
    // It ends with all that holds its output. Right after the step has found its keeper, it is another one's lock; and its group is late.
    place.shim(
        "sync",
        &format!("printf 'another 1\\n' >{own}/lock/id; exec /usr/bin/sync \"$@\""),
    );
    place.shim("timeout", "sleep 0.3; exec /usr/bin/timeout \"$@\"");
    let new = Revision::parse(&"b".repeat(40)).unwrap();
    let step = Step {
        stage: DeployStage::Rollback,
        check: None,
        policy: Policy::Finish,
        deadline: Duration::from_secs(20),
        revision: new,
        program: Program::withdraw(&[]),
    };
    let release = place.top.join("tea-pot-cache/current");
    std::os::unix::fs::symlink("revs/a", &release).unwrap();
    let words = step.words("/tea-pot".into(), &id(1), 1, 1);
    let process = place.connection.start(&words).await.unwrap();
    let _told = process.finish().await;
    assert!(release.is_symlink(), "the step went on");
    drop(held.input);
}

async fn soon() {
    tokio::time::sleep(Duration::from_millis(5)).await;
}
