//! Services whose command ends and leaves the server in the background, as start scripts do.

use super::all;
use crate::support::LocalFarm;

/// A farm whose service goes into the background; beside the server there is a helper, in a process group of its own.
fn deployed() -> LocalFarm {
    let farm = LocalFarm::new(1);
    let helper = "import os; os.setpgid(0, 0); os.execlp(\"sleep\", \"sleep\", \"300\")";
    let test = std::process::id();
    farm.write(
        "scap/local.yaml",
        &format!(
            "version: 1\nroot: ../hosts\nservices:\n  feed: |-\n    \
             python3 server.py {test} & python3 -c '{helper}' & echo $! >helper; exit 0\n"
        ),
    );
    farm.release("1");
    let run = farm.svcgen(&["deploy", "--on-failure", "rollback"]);
    assert_eq!(run.code, 0, "{}", run.show());
    farm
}

/// The process of a service, which is that of the server.
fn process(farm: &LocalFarm, host: &str) -> u64 {
    let run = farm.svcgen(&["service", "status", "--format", "json", "-l", host]);
    assert_eq!(run.code, 0, "{}", run.show());
    let rows: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(rows[0]["state"], "active", "{}", run.show());
    assert_eq!(rows[0]["taken"], false, "{}", run.show());
    let pid = rows[0]["pid"].as_u64().unwrap();
    let command = std::fs::read_to_string(format!("/proc/{pid}/cmdline")).unwrap();
    assert!(command.contains("server.py"), "{command}");
    pid
}

/// Whether a process runs; one that has ended may still be listed.
fn runs(pid: &str) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{}/stat", pid.trim())).unwrap_or_default();
    let state = stat.rsplit_once(") ").map(|(_, rest)| rest);
    state.is_some_and(|state| !state.starts_with('Z'))
}

fn helper(farm: &LocalFarm, host: &str) -> String {
    let live = farm.root(host).join("srv/deployment/feed/deploy");
    std::fs::read_to_string(live.join("helper")).unwrap()
}

#[test]
fn a_service_in_the_background_runs_and_is_restarted_and_goes_back() {
    let farm = deployed();
    let first = process(&farm, "l01");
    let restarted = farm.svcgen(&["service", "restart"]);
    assert_eq!(restarted.code, 0, "{}", restarted.show());
    assert_ne!(process(&farm, "l01"), first);
    farm.release("2");
    let run = farm.svcgen(&["deploy", "--on-failure", "rollback"]);
    assert_eq!(run.code, 0, "{}", run.show());
    assert_eq!(farm.answers(), all(&farm, "2"));
    let back = farm.svcgen(&["rollback"]);
    assert_eq!(back.code, 0, "{}", back.show());
    assert_eq!(farm.answers(), all(&farm, "1"));
}

#[test]
fn all_that_a_service_left_in_the_background_is_stopped() {
    let farm = deployed();
    let (server, helper) = (process(&farm, "l01").to_string(), helper(&farm, "l01"));
    assert!(runs(&server) && runs(&helper));
    let stopped = farm.svcgen(&["service", "stop", "--yes", "-l", "l01"]);
    assert_eq!(stopped.code, 0, "{}", stopped.show());
    assert!(!runs(&server) && !runs(&helper));
    let status = farm.service("l01", "status");
    assert_eq!((status.code, &*status.stdout), (3, "feed does not run\n"));
}

#[test]
fn a_group_of_which_nothing_lives_has_ended() {
    let farm = deployed();
    for pid in [process(&farm, "l01").to_string(), helper(&farm, "l01")] {
        assert_eq!(farm.service("l01", "status").code, 0);
        let kill = std::process::Command::new("kill")
            .args(["-KILL", pid.trim()])
            .status();
        assert!(kill.unwrap().success());
        while runs(&pid) {
            std::thread::yield_now();
        }
    }
    let status = farm.service("l01", "status");
    let told = "feed has ended by itself\n";
    assert_eq!((status.code, &*status.stdout), (1, told));
}

#[test]
fn a_session_of_the_same_number_that_was_started_otherwise_is_not_the_service() {
    let farm = deployed();
    let server = process(&farm, "l01").to_string();
    let file = farm.root("l01").join(".svcgen/run/feed");
    let started = std::fs::read_to_string(&file).unwrap();
    let (start, _) = started.trim().rsplit_once(' ').unwrap();
    std::fs::write(&file, format!("{start} another\n")).unwrap();
    assert_eq!(farm.service("l01", "status").code, 1);
    assert_eq!(farm.service("l01", "stop").code, 0);
    assert!(runs(&server));
    std::fs::write(&file, started).unwrap();
    assert_eq!(farm.service("l01", "stop").code, 0);
    assert!(!runs(&server));
}
