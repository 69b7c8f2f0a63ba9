//! What is true of a lab as a whole: its hosts are lent to one test at a time, and nothing of it stays.

use std::fs::TryLockError;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::support::{Lab, PrivateLab};

#[track_caller]
fn assert_lent(lab: &Lab, name: &str) {
    let tried = lab.lease(name).try_lock();
    assert!(matches!(tried, Err(TryLockError::WouldBlock)), "{tried:?}");
}

#[test]
fn a_host_is_lent_to_one_at_a_time() {
    let Some(lab) = PrivateLab::start(3) else {
        return;
    };
    let [one, two] = lab.hosts();
    let [three] = lab.hosts();
    assert_eq!(
        [one.name(), two.name(), three.name()],
        ["t01", "t02", "t03"]
    );
    assert_lent(&lab, "t02");
    drop(two);
    let [two] = lab.hosts();
    assert_eq!(two.name(), "t02");
    assert_ne!(one.address(), two.address());
}

#[test]
fn who_needs_a_host_waits_for_it() {
    let Some(lab) = PrivateLab::start(1) else {
        return;
    };
    let [host] = lab.hosts();
    std::thread::scope(|scope| {
        let waiting = scope.spawn(|| {
            let [host] = lab.hosts();
            host.sh("ls /srv/deployment")
        });
        host.sh("touch /srv/deployment/mine");
        drop(host);
        assert_eq!(waiting.join().unwrap(), "", "it is as new");
    });
}

#[test]
fn a_test_that_fails_gives_its_hosts_back() {
    let Some(lab) = PrivateLab::start(1) else {
        return;
    };
    let failed = std::thread::scope(|scope| {
        let test = scope.spawn(|| {
            let [host] = lab.hosts();
            assert_lent(&lab, host.name());
            panic!("as a test does");
        });
        test.join()
    });
    assert!(failed.is_err());
    lab.lease("t01").try_lock().unwrap();
}

#[test]
fn after_down_nothing_is_left() {
    let Some(lab) = PrivateLab::start(2) else {
        return;
    };
    let [host] = lab.hosts();
    host.sh("sleep 3600 >/dev/null 2>&1 &");
    let traces = Traces::of(&lab);
    assert!(traces.processes().len() > 4, "{:?}", traces.processes());
    assert!(traces.interface.exists());
    assert!(lab.down());
    assert!(traces.processes().is_empty(), "{:?}", traces.processes());
    assert!(!traces.interface.exists());
    assert!(!lab.folder().exists());
    let mounts = std::fs::read_to_string("/proc/self/mountinfo").unwrap();
    assert!(!mounts.contains(lab.folder().to_str().unwrap()));
}

#[test]
fn where_its_first_process_is_killed_everything_ends() {
    let Some(lab) = PrivateLab::start(2) else {
        return;
    };
    let traces = Traces::of(&lab);
    let keeper = process(&lab, "keeper");
    let mut wait = Command::new("timeout");
    wait.args(["20", "tail", "-f", "/dev/null", "--sleep-interval=0.1"]);
    wait.arg(format!("--pid={}", process(&lab, "init")));
    let killed = Command::new("kill").args(["-KILL", &keeper]).status();
    assert!(killed.unwrap().success());
    assert!(wait.status().unwrap().success());
    assert!(traces.processes().is_empty(), "{:?}", traces.processes());
    // The kernel takes it away soon after.
    while traces.interface.exists() {
        std::thread::yield_now();
    }
    // The next lab takes away the folder.
    let next = PrivateLab::start(1).unwrap();
    assert!(!lab.folder().exists());
    assert!(next.folder().exists());
}

/// What a lab has on this machine.
struct Traces {
    processes: Vec<Process>,
    interface: PathBuf,
}

/// A process, and the time when it started: its number may be another's later.
type Process = (PathBuf, String);

impl Traces {
    fn of(lab: &Lab) -> Self {
        let interface = std::fs::read_to_string(lab.folder().join("interface")).unwrap();
        let hosts = lab.names();
        let files = hosts.iter().map(|name| format!("hosts/{name}/init"));
        let first = |file: String| Path::new("/proc").join(process(lab, &file));
        let tables: Vec<String> = files
            .chain(["init".to_owned()])
            .map(|file| table(&first(file)).unwrap())
            .collect();
        let entries = std::fs::read_dir("/proc").unwrap();
        let folders = entries.map(|entry| entry.unwrap().path());
        let processes = folders
            .filter(|folder| table(folder).is_some_and(|name| tables.contains(&name)))
            .filter_map(|folder| Some((folder.clone(), started(&folder)?)));
        Self {
            processes: processes.collect(),
            interface: Path::new("/sys/class/net").join(interface.trim_end()),
        }
    }

    /// Those that are there still.
    fn processes(&self) -> Vec<&Process> {
        let same = |(folder, time): &&Process| started(folder).as_ref() == Some(time);
        self.processes.iter().filter(same).collect()
    }
}

/// When a process started, as `/proc/PID/stat` has it.
fn started(process: &Path) -> Option<String> {
    let stat = std::fs::read_to_string(process.join("stat")).ok()?;
    let (_, fields) = stat.rsplit_once(") ")?;
    fields.split(' ').nth(19).map(str::to_owned)
}

/// The pid in a file of a lab.
fn process(lab: &Lab, file: &str) -> String {
    let text = std::fs::read_to_string(lab.folder().join(file)).unwrap();
    text.split(' ').next().unwrap().to_owned()
}

/// The table of processes that a process is in.
fn table(process: &Path) -> Option<String> {
    let link = std::fs::read_link(process.join("ns/pid")).ok()?;
    link.into_os_string().into_string().ok()
}
