//! Locks on real hosts: held without a deploy, broken while a deploy lives, left over by a dead one.

use std::io::{BufRead as _, BufReader, Lines};
use std::process::{Child, ChildStderr, Command, Stdio};

use rustix::process::{Pid, Signal, kill_process};

use crate::support::{Env, Host, KEY, Lab, Repository, Run, at_gate, svcgen};

const DEPLOY: [&str; 3] = ["deploy", "--on-failure", "rollback"];

/// `svcgen lock take` that holds the locks.
struct Holder {
    child: Child,
    said: Lines<BufReader<ChildStderr>>,
}

impl Holder {
    fn start(mut command: Command) -> Self {
        let mut child = command
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut said = BufReader::new(child.stderr.take().unwrap()).lines();
        let first = said.next().unwrap().unwrap();
        assert!(first.contains(" held: nobody can deploy there"), "{first}");
        Self { child, said }
    }

    /// Sends a signal, and returns the exit code with what it says besides.
    fn end(mut self, signal: Signal) -> (Option<i32>, String) {
        kill_process(Pid::from_child(&self.child), signal).unwrap();
        let rest: Vec<String> = self.said.by_ref().map_while(Result::ok).collect();
        (self.child.wait().unwrap().code(), rest.join("\n"))
    }
}

impl Drop for Holder {
    fn drop(&mut self) {
        // A test that failed lets its hosts go without locks.
        if self.child.try_wait().is_ok_and(|ended| ended.is_none()) {
            self.child.kill().unwrap();
        }
    }
}

fn record(host: &Host) -> String {
    host.sh(&format!(
        "cat /srv/deployment/{KEY}-cache/.svcgen/record.jsonl"
    ))
}

#[test]
fn while_the_locks_are_held_nobody_deploys() {
    let Some(lab) = Lab::get() else { return };
    let [canary, other] = lab.hosts();
    let env = Env::new();
    let repository = Repository::new(&env, &[&canary], &[&other]);
    let run =
        |arguments: &[&str]| -> Run { env.run(&mut svcgen(&lab, &env, &repository, arguments)) };
    let free = run(&["lock"]);
    assert_eq!(
        (free.code, free.stdout),
        (
            0,
            format!("2 hosts: free\n    {}, {}\n", canary.name(), other.name())
        )
    );
    let without = run(&["lock", "take"]);
    assert_eq!(without.code, 2, "{}", without.show());

    let take = ["lock", "take", "--reason", "new disks"];
    let holder = Holder::start(svcgen(&lab, &env, &repository, &take));
    let held = run(&["lock"]);
    assert_eq!(held.code, 22, "{}", held.show());
    assert!(
        held.stdout.starts_with("2 hosts: held by "),
        "{}",
        held.stdout
    );
    assert!(
        held.stdout.contains("    locked, \"new disks\"\n"),
        "{}",
        held.stdout
    );
    let refused = run(&DEPLOY);
    assert_eq!(refused.code, 22, "{}", refused.show());
    assert!(
        refused.stderr.contains("\"new disks\""),
        "{}",
        refused.stderr
    );
    assert!(!refused.stderr.contains("svcgen log"), "{}", refused.stderr);
    // All or none: the second one gets neither, and lets nothing of the first go.
    let second = run(&[
        "lock",
        "take",
        "--reason",
        "me too",
        "--limit",
        other.name(),
    ]);
    assert_eq!(second.code, 22, "{}", second.show());
    assert_eq!(canary.live(), None);

    let (code, said) = holder.end(Signal::INT);
    assert_eq!(code, Some(130));
    assert!(said.ends_with("the locks are released"), "{said}");
    assert_eq!((canary.lock(), other.lock()), (None, None));
    let run = run(&DEPLOY);
    assert_eq!(run.code, 0, "{}", run.show());
}

#[test]
fn a_living_deploy_stops_where_its_lock_is_broken() {
    let Some(lab) = Lab::get() else { return };
    let [canary, other] = lab.hosts();
    let env = Env::new();
    let repository = Repository::new(&env, &[&canary], &[&other]);
    let revision = repository.gate();
    let mut deploy = svcgen(
        &lab,
        &env,
        &repository,
        &[
            "--format",
            "json",
            "--yes",
            "deploy",
            "--on-failure",
            "rollback",
        ],
    );
    let mut child = deploy
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut events = BufReader::new(child.stdout.take().unwrap()).lines();
    assert!(
        events
            .by_ref()
            .map_while(Result::ok)
            .any(|line| at_gate(&line))
    );

    let elsewhere = Env::new();
    let run =
        |arguments: &[&str]| elsewhere.run(&mut svcgen(&lab, &elsewhere, &repository, arguments));
    let unsure = run(&["lock", "break", "--reason", "it hangs"]);
    assert_eq!(unsure.code, 2, "{}", unsure.show());
    assert!(canary.lock().is_some());
    let broken = run(&["lock", "break", "--reason", "it hangs", "--yes"]);
    assert_eq!(broken.code, 0, "{}", broken.show());
    assert!(broken.stderr.contains("it is ALIVE"), "{}", broken.stderr);
    assert_eq!((canary.lock(), other.lock()), (None, None));
    for host in [&canary, &other] {
        let record = record(host);
        assert!(
            record.contains("\"state\":\"broken\"") && record.contains("it hangs"),
            "{record}"
        );
    }
    // Its check would wait for ever; the keeper sees that the lock is gone.
    let rest: Vec<String> = events.map_while(Result::ok).collect();
    let ended = env.ended(child.wait_with_output().unwrap());
    assert_eq!(ended.code, 21, "{}", ended.show());
    assert!(
        ended.stderr.contains("its lock was broken by "),
        "{}",
        ended.stderr
    );
    assert!(
        rest.last().unwrap().contains("\"result\":\"mixed\""),
        "{rest:?}"
    );
    assert_eq!(
        (canary.live(), canary.done()),
        (Some(revision.clone()), None)
    );
    assert_eq!(other.live(), None);
    assert!(!record(&canary).contains("\"state\":\"end\",\"owner\""));

    for host in [&canary, &other] {
        host.sh("touch /tmp/gate");
    }
    let resumed = run(&["deploy", "--resume", "--on-failure", "rollback"]);
    assert_eq!(resumed.code, 0, "{}", resumed.show());
    for host in [&canary, &other] {
        assert_eq!(host.done().as_ref(), Some(&revision));
        host.sh("rm -f /tmp/gate /tmp/at-gate");
    }
}

#[test]
fn the_lock_of_a_dead_deploy_is_seen_as_such_and_can_be_broken() {
    let Some(lab) = Lab::get() else { return };
    let [canary, other] = lab.hosts();
    let env = Env::new();
    let repository = Repository::new(&env, &[&canary], &[&other]);
    let run = |arguments: &[&str]| env.run(&mut svcgen(&lab, &env, &repository, arguments));
    let take = [
        "lock",
        "take",
        "--reason",
        "new disks",
        "--limit",
        canary.name(),
    ];
    let holder = Holder::start(svcgen(&lab, &env, &repository, &take));
    // Stopped, it does not see that its keeper is gone, and does not take the lock again.
    kill_process(Pid::from_child(&holder.child), Signal::STOP).unwrap();
    let lock = format!("/srv/deployment/{KEY}-cache/.svcgen/lock");
    canary.sh(&format!("read -r pid rest <{lock}/pid && kill -KILL $pid"));
    holder.end(Signal::KILL);
    let left = run(&["lock"]);
    assert_eq!(left.code, 0, "{}", left.show());
    assert!(
        left.stdout.contains("1 host: left over from "),
        "{}",
        left.stdout
    );
    let json = run(&["lock", "--format", "json"]).stdout;
    let shown: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(
        (&shown[0]["state"], &shown[1]["state"]),
        (&"left_over".into(), &"free".into())
    );

    let broken = run(&["lock", "break", "--reason", "gone", "--yes"]);
    assert_eq!(broken.code, 0, "{}", broken.show());
    assert!(broken.stderr.contains("it is dead"), "{}", broken.stderr);
    assert_eq!(canary.lock(), None);
    let again = run(&["lock", "break", "--reason", "gone", "--yes"]);
    assert_eq!(
        (again.code, again.stderr.as_str()),
        (0, "no lock is held\n")
    );
}

#[test]
fn a_deploy_removes_what_is_long_past_from_its_hosts() {
    let Some(lab) = Lab::get() else { return };
    let [host] = lab.hosts();
    let env = Env::new();
    let repository = Repository::new(&env, &[], &[&host]);
    let run =
        |arguments: &[&str]| -> Run { env.run(&mut svcgen(&lab, &env, &repository, arguments)) };
    let deployed = run(&DEPLOY);
    assert_eq!(deployed.code, 0, "{}", deployed.show());
    let first = repository.git(&["rev-parse", "HEAD"]);
    host.sh(&format!(
        "cd /srv/deployment/{KEY}-cache/.svcgen && mkdir -p broken && for n in $(seq 100 249); do
             touch -d @$n broken/20200101T000000Z-000$n
         done
         line='{{\"v\":1,\"at\":1,\"deploy\":\"20200101T000000Z-000100\",\"step\":\"promote\",\"state\":\"end\"}}'
         yes \"$line\" | head -n 20000 >old && cat record.jsonl >>old && mv old record.jsonl
         chown -R deploy-service: ."
    ));
    repository.release("2");
    let deployed = run(&DEPLOY);
    assert_eq!(deployed.code, 0, "{}", deployed.show());
    let left = host.sh(&format!(
        "cd /srv/deployment/{KEY}-cache/.svcgen && ls broken | wc -l && ls broken | head -n 1 && wc -l <record.jsonl && ls -A tmp"
    ));
    let left: Vec<&str> = left.split_whitespace().collect();
    assert_eq!(left[..2], ["100", "20200101T000000Z-000150"], "{left:?}");
    assert!(left[2].parse::<u32>().unwrap() < 2100, "{left:?}");
    assert_eq!(left.len(), 3, "{left:?}");
    // What it may have to go back to is not forgotten.
    let back = run(&["rollback"]);
    assert_eq!(back.code, 0, "{}", back.show());
    assert_eq!(host.current().as_deref(), Some(first.as_str()));
}
