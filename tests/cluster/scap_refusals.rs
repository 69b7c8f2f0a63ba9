//! What stops a deploy with Scap before any target is touched.

use crate::support::{DEPLOY, Fleet, KEY, with_readonly_home};

#[track_caller]
fn assert_refused(fleet: &Fleet<'_>, code: i32, words: &[&str]) {
    let run = fleet.deployer.run(DEPLOY);
    assert_eq!(run.code, code, "{}", run.show());
    for words in words.iter().chain(&["nothing was touched"]) {
        assert!(run.stderr.contains(words), "{words}: {}", run.show());
    }
    fleet.assert_live([&fleet.first, &fleet.first, &fleet.first]);
}

#[test]
fn a_directory_that_is_not_as_it_should_be_is_refused() {
    Fleet::lend(|fleet| {
        let there = |text: &str| fleet.scap.in_directory(text);
        fleet.release();
        there("echo mine >notes && echo mine >>src/version");
        assert_refused(fleet, 11, &["has uncommitted changes", "`notes`", "`src`"]);
        there("rm notes && git -C src checkout -q version");
        there("git commit -q --allow-empty -m Own");
        assert_refused(fleet, 11, &["have diverged: 1 commit here, 1 there"]);
        there("git reset -q --hard HEAD~1");
        fleet
            .repository
            .write("scap/targets", &format!("{}\n", fleet.one.name()));
        assert_refused(fleet, 11, &["`scap/targets` here has uncommitted changes"]);
        fleet.repository.commit("Fewer hosts");
        assert_refused(fleet, 11, &["is not what", "git pull"]);
        there(&format!(
            "cd .. && mv {KEY} away 2>/dev/null || mv /srv/deployment/{KEY} /srv/deployment/away"
        ));
        assert_refused(fleet, 2, &["has no directory"]);
    });
}

#[test]
fn a_scap_that_is_missing_or_too_old_is_refused() {
    Fleet::lend(|fleet| {
        fleet.release();
        fleet.server.write(
            "/usr/bin/scap",
            755,
            "#!/bin/sh\necho 'usage: scap deploy [-r REV] --rev --force'",
        );
        assert_refused(
            fleet,
            2,
            &[
                "does not accept --limit-hosts, --service-restart",
                "--engine ssh",
            ],
        );
        fleet.server.sh("rm /usr/bin/scap");
        assert_refused(fleet, 2, &["has no command `scap deploy`"]);
    });
}

#[test]
fn a_home_that_cannot_be_written_to_stops_a_deploy_before_scap_begins() {
    Fleet::lend(|fleet| {
        let second = fleet.release();
        let mut command = fleet.deployer.command(DEPLOY);
        let run = fleet.env.run(&mut with_readonly_home(fleet.env, &command));
        assert_eq!(run.code, 1, "{}", run.show());
        for words in [
            "the journal `",
            "cannot be written",
            "export XDG_STATE_HOME=",
        ] {
            assert!(run.stderr.contains(words), "{words}: {}", run.show());
        }
        fleet.assert_live([&fleet.first, &fleet.first, &fleet.first]);
        command.env("XDG_STATE_HOME", fleet.env.home().join("state"));
        let run = fleet.env.run(&mut with_readonly_home(fleet.env, &command));
        assert_eq!(run.code, 0, "{}", run.show());
        fleet.assert_live([&second, &second, &second]);
    });
}

#[test]
fn scaps_lock_is_honoured_and_waited_for() {
    Fleet::lend(|fleet| {
        let second = fleet.release();
        let holds = "import fcntl, json, os, time
f = open('/tmp/scap.lock', 'w'); fcntl.lockf(f, fcntl.LOCK_EX)
f.write(json.dumps({'locker': 'grace', 'pid': os.getpid(), 'timestamp_utc': 'today', 'reason': 'other work'})); f.flush()
open('/tmp/held', 'w')
while not os.path.exists('/tmp/free'): time.sleep(0.05)";
        fleet.server.write("/tmp/hold.py", 644, holds);
        fleet
            .scap
            .as_deployer("python3 /tmp/hold.py >/dev/null 2>&1 </dev/null &");
        fleet.server.wait_until("[ -e /tmp/held ]");
        assert_refused(
            fleet,
            22,
            &["grace", "\"other work\"", "holds Scap's lock", "--wait"],
        );
        let running = fleet.deployer.start(&[DEPLOY, &["--wait"]].concat());
        running.wait_until_said("waiting for grace");
        fleet.server.sh("touch /tmp/free");
        let run = running.end();
        assert_eq!(run.code, 0, "{}", run.show());
        fleet.assert_live([&second, &second, &second]);
    });
}
