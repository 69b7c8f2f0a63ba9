//! `svcgen service` on hosts that are folders of this machine, whose services are real processes.

use insta::assert_snapshot;

use crate::support::{LocalFarm, Run};

/// A farm on which a release runs.
fn deployed(others: usize) -> LocalFarm {
    let farm = LocalFarm::new(others);
    farm.release("1");
    let run = farm.svcgen(&["deploy", "--on-failure", "rollback"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    farm
}

/// The process of a host's service, by the host's own word.
fn process(farm: &LocalFarm, host: &str) -> Option<u64> {
    let run = farm.service(host, "status");
    let (_, pid) = run.stdout.trim_end().rsplit_once(' ')?;
    pid.parse().ok()
}

fn status(farm: &LocalFarm, arguments: &[&str]) -> (i32, serde_json::Value) {
    let command = ["service", "status", "--format", "json"];
    let run = farm.svcgen(&[&command[..], arguments].concat());
    (run.code, serde_json::from_str(&run.stdout).unwrap())
}

/// What was said, without times and names of runs.
fn said(run: &Run) -> String {
    let lines = run.stderr.lines().map(|line| {
        let is_timed = line.as_bytes().get(2) == Some(&b':');
        if is_timed { &line[9..] } else { line }
    });
    let text = lines.collect::<Vec<_>>().join("\n");
    match text.split_once("svcgen log ") {
        Some((before, rest)) => format!("{before}svcgen log ID{}", &rest[23..]),
        None => text,
    }
}

#[test]
fn status_tells_what_is_true_of_each_host() {
    let farm = deployed(2);
    let live = farm.git(&["rev-parse", "HEAD"]);
    let (code, all) = status(&farm, &[]);
    assert_eq!(code, 0, "{all}");
    for (host, row) in farm.hosts().zip(all.as_array().unwrap()) {
        assert_eq!(row["host"], host);
        assert_eq!(row["state"], "active");
        assert_eq!(row["revision"], live);
        assert_eq!(row["pid"].as_u64(), process(&farm, host));
        assert_eq!(
            (&row["open"], &row["outdated"]),
            (&true.into(), &false.into())
        );
    }
    assert_eq!(farm.service("l01", "stop").code, 0);
    let pid = process(&farm, "l02").unwrap();
    let killed = std::process::Command::new("kill")
        .args(["-9", "--", &format!("-{pid}")])
        .status();
    assert!(killed.unwrap().success());
    while farm.answer("l02").is_some() {
        std::thread::yield_now();
    }
    let (code, all) = status(&farm, &[]);
    assert_eq!(code, 3, "{all}");
    let states: Vec<_> = all
        .as_array()
        .unwrap()
        .iter()
        .map(|row| &row["state"])
        .collect();
    assert_eq!(states, ["active", "inactive", "failed"]);
    assert_eq!(
        (&all[1]["open"], &all[1]["pid"]),
        (&false.into(), &serde_json::Value::Null)
    );
}

/// The words of systemd 252 are those that `tests/cluster/systemd.rs` has svcgen read.
#[test]
fn what_stands_for_systemd_says_what_systemd_says() {
    let farm = deployed(1);
    let shown = |name: &str| {
        let output = std::process::Command::new(farm.root("l01").join(".svcgen/bin/systemctl"))
            .args(["show", name, "--property=LoadState"])
            .output();
        let text = String::from_utf8(output.unwrap().stdout).unwrap();
        text.lines().collect::<Vec<_>>().join(" ")
    };
    let pid = process(&farm, "l01").unwrap();
    let told = format!("MainPID={pid} LoadState=loaded ActiveState=active SubState=running");
    // Each run has a number of its own.
    let run = shown("feed");
    let number = run.strip_prefix(&format!("{told} InvocationID="));
    assert!(number.is_some_and(|number| !number.is_empty()), "{run}");
    assert_eq!(
        shown("food"),
        "MainPID=0 LoadState=not-found ActiveState=inactive SubState=dead InvocationID="
    );
    assert_eq!(farm.service("l01", "stop").code, 0);
    assert_eq!(
        shown("feed"),
        "MainPID=0 LoadState=loaded ActiveState=inactive SubState=dead InvocationID="
    );
}

#[test]
fn a_release_that_no_process_was_started_from_is_told() {
    let farm = deployed(1);
    // The link is switched a while after the process began, as somebody does who forgets the restart.
    let place = farm.root("l01").join("srv/deployment/feed/deploy");
    let target = std::fs::read_link(&place).unwrap();
    std::fs::remove_file(&place).unwrap();
    std::os::unix::fs::symlink(target, &place).unwrap();
    let later = ["-h", "-d", "+1 minute"];
    let touched = std::process::Command::new("touch")
        .args(later)
        .arg(&place)
        .status();
    assert!(touched.unwrap().success());
    let run = farm.svcgen(&["service", "status"]);
    assert_eq!(run.code, 3, "{}", run.show());
    let row = run
        .stdout
        .lines()
        .find(|line| line.starts_with("l01"))
        .unwrap();
    assert!(row.contains(" ! "), "{row}");
    let next = "next: svcgen service restart -l l01\n";
    assert!(run.stdout.contains(next), "{}", run.stdout);
}

/// As after somebody has set the link by hand, or has moved the releases away.
#[test]
fn a_service_whose_release_is_gone_is_told_and_not_ended() {
    let farm = deployed(1);
    let deploy = farm.root("l01").join("srv/deployment/feed/deploy");
    std::fs::remove_file(&deploy).unwrap();
    std::os::unix::fs::symlink("deploy-cache/revs/0000", &deploy).unwrap();
    let (code, all) = status(&farm, &[]);
    assert_eq!(code, 3, "{all}");
    assert_eq!(all[0]["missing"], serde_json::Value::Null);
    assert_eq!(all[1]["missing"], "deploy-cache/revs/0000");
    assert_eq!(all[1]["outdated"], false);
    let run = farm.svcgen(&["service", "status"]);
    assert!(run.stdout.contains(" MISSING ! "), "{}", run.stdout);
    let (_, told) = run.stdout.split_once("! the").unwrap();
    let live = farm.git(&["rev-parse", "HEAD"]);
    let live = &live[..7];
    assert_snapshot!(told.replace(live, "LIVE"), @"
     release that is live is not there, so nothing can be started from it:
      l01
      next: svcgen deploy --rev LIVE -l l01
    2 in all: 2 active
    ");
    let before = process(&farm, "l01");
    for verb in ["restart", "start"] {
        let run = farm.svcgen(&["service", verb]);
        assert_eq!(run.code, 20, "{}", run.show());
        let (_, told) = run.stderr.split_once("cause: ").unwrap();
        assert_eq!(
            told,
            format!(
                "l01: /srv/deployment/feed/deploy leads to `deploy-cache/revs/0000`, which is not there\n\
                 hint: `svcgen deploy --rev {live} -l l01` brings it back there\n\
                 hint: `--limit '!l01'` leaves it out\n"
            )
        );
    }
    assert_eq!(process(&farm, "l01"), before);
    std::fs::remove_file(&deploy).unwrap();
    let (code, all) = status(&farm, &[]);
    assert_eq!(
        (code, &all[1]["missing"]),
        (3, &"/srv/deployment/feed/deploy".into())
    );
    assert_eq!(farm.svcgen(&["service", "restart"]).code, 20);
    let run = farm.svcgen(&["deploy", "--on-failure", "rollback", "-l", "l01"]);
    assert_eq!(run.code, 0, "{}", run.show());
    assert_eq!(status(&farm, &[]).0, 0);
    // It can be stopped, whatever has become of the release.
    std::fs::remove_file(&deploy).unwrap();
    assert_eq!(farm.svcgen(&["service", "stop", "-l", "l01"]).code, 0);
}

#[test]
fn a_restart_goes_from_group_to_group_and_gives_each_host_a_new_process() {
    let farm = deployed(2);
    let before: Vec<_> = farm.hosts().map(|host| process(&farm, host)).collect();
    let run = farm.svcgen(&["service", "restart", "--reason", "new certificates"]);
    assert_eq!(run.code, 0, "{}", run.show());
    assert_eq!(
        run.stdout,
        "l00: restarted\nl01: restarted\nl02: restarted\n"
    );
    for (host, before) in farm.hosts().zip(before) {
        assert_ne!(process(&farm, host), before, "{host}");
    }
    let place = |words: &str| run.stderr.find(words).unwrap();
    assert!(place("l00: check `answers` passed") < place("group default: 2 hosts"));
    let history = farm.svcgen(&["history", "--offline", "-n", "1"]);
    for words in [
        "restart of the service by ada",
        "new certificates",
        "3 restarted of 3 hosts",
    ] {
        assert!(history.stdout.contains(words), "{}", history.stdout);
    }
}

#[test]
fn a_canary_that_does_not_come_back_ends_a_restart() {
    let farm = deployed(2);
    let before = process(&farm, "l01");
    let live = farm.git(&["rev-parse", "HEAD"]);
    let port = farm.env().read("hosts/l00/.svcgen/port");
    let version = farm.root("l00").join("srv/deployment/feed/deploy/version");
    std::fs::write(version, "broken\n").unwrap();
    let config = farm.env().read("deploy/scap/scap.cfg");
    // Nobody waits for so long: its process has ended.
    let config = config.replace("service_timeout: 20", "service_timeout: 86400");
    farm.write("scap/scap.cfg", &config);
    let run = farm.svcgen(&["service", "restart"]);
    assert_eq!(run.code, 21, "{}", run.show());
    assert_snapshot!(run.stdout, @"
    l00: FAILED
    l01: untouched
    l02: untouched
    ");
    assert_snapshot!(said(&run).replace(&live[..7], "REV").replace(port.trim(), "PORT"), @"
    restart of feed on 3 hosts
    group canary: 1 host
    l00: feed: cannot start
    l00: error: handle_service failed: feed was started and has ended by itself, before it opened port PORT
    l00: error: FAILED: handle_service failed: feed was started and has ended by itself, before it opened port PORT; next: svcgen service status --limit l00
    l01: untouched, REV is live
    l02: untouched, REV is live
    error: NOT DONE: feed was restarted on 0 of 3 hosts, 1 FAILED, 2 untouched
    error: l00 (canary, 1 host): handle_service failed: feed was started and has ended by itself, before it opened port PORT
    hint: `svcgen log ID --host l00 -v` shows what it did and wrote
    hint: `svcgen service status` shows how it is on each host
    ");
    assert_eq!(process(&farm, "l01"), before);
    // What it wrote is in the log, in the host's own, and in the report.
    let log = farm.svcgen(&["log"]);
    assert!(
        log.stdout.contains(" l00: feed: cannot start\n"),
        "{}",
        log.show()
    );
    let output = farm.svcgen(&["log", "--output", "--host", "l00"]);
    assert!(
        output.stdout.contains("feed: cannot start\n"),
        "{}",
        output.show()
    );
    let run = farm.svcgen(&["log", "--report", "report.html"]);
    assert_eq!(run.code, 0, "{}", run.show());
    assert!(
        farm.env()
            .read("deploy/report.html")
            .contains("feed: cannot start")
    );
}

#[test]
fn what_is_stopped_is_started_again() {
    let farm = deployed(2);
    let all = farm.svcgen(&["service", "stop"]);
    assert_eq!(all.code, 2, "{}", all.show());
    assert_snapshot!(all.stderr, @r#"
    error: cannot ask "stop feed on all 3 hosts?" without a terminal
    hint: add `--yes` to go on without being asked
    "#);
    assert_eq!(farm.answers(), vec![Some("1".into()); 3]);

    let one = farm.svcgen(&["service", "stop", "-l", "l02"]);
    assert_eq!(
        (one.code, one.stdout.as_str()),
        (0, "l02: stopped\n"),
        "{}",
        one.stderr
    );
    assert_eq!(farm.answer("l02"), None);
    let all = farm.svcgen(&["service", "stop", "--yes"]);
    assert_eq!(all.code, 0, "{}", all.show());
    assert!(
        all.stderr.contains("group default: 2 stopped, 0 failed\n"),
        "{}",
        all.show()
    );
    assert_eq!(farm.answers(), vec![None; 3]);

    let canary = farm.svcgen(&["service", "start", "canary"]);
    assert_eq!(
        (canary.code, canary.stdout.as_str()),
        (0, "l00: runs\n"),
        "{}",
        canary.stderr
    );
    let dry = farm.svcgen(&["service", "start", "--dry-run"]);
    assert_eq!(dry.code, 0, "{}", dry.show());
    assert!(
        dry.stdout.starts_with("would start feed\n"),
        "{}",
        dry.stdout
    );
    assert_eq!(farm.answers(), [Some("1".into()), None, None]);
    assert_eq!(farm.svcgen(&["service", "start"]).code, 0);
    assert_eq!(farm.answers(), vec![Some("1".into()); 3]);
}

#[test]
fn names_that_are_not_there_are_refused_with_those_that_are() {
    let farm = LocalFarm::new(1);
    farm.release("1");
    let refused = |arguments: &[&str]| {
        let run = farm.svcgen(&[&["service", "status"], arguments].concat());
        assert_eq!(run.code, 2, "{}", run.show());
        run.stderr
    };
    assert_snapshot!(refused(&["canari"]), @"
    error: there is no group `canari`
    hint: did you mean `canary`?
    ");
    assert_snapshot!(refused(&["l01"]), @"
    error: there is no group `l01`
    hint: `-l l01` means the host
    ");
    assert_snapshot!(refused(&["-l", "l0"]), @"
    error: --limit: `l0` matches no host
    hint: did you mean `l00` or `l01`?
    ");
    assert_snapshot!(refused(&["--name", "food"]), @"
    error: --name: `food` is not a service of `service_name`
    hint: known: feed
    ");
    assert_snapshot!(refused(&["canary", "-l", "l01"]), @"
    error: no host of these groups is meant
    hint: look at `--limit` and at the groups of `scap/scap.cfg`
    ");
    assert_snapshot!(refused(&["--dry-run"]), @"
    error: `--dry-run` works only with start, stop and restart
    hint: `svcgen service status` only looks: leave it out
    ");
}

/// Its process runs all the same, and answers that it is ill.
#[test]
fn a_host_that_a_deploy_left_in_the_middle_is_marked() {
    let farm = deployed(1);
    let good = farm.git(&["rev-parse", "HEAD"]);
    let bad = farm.release("ill");
    let run = farm.svcgen(&["deploy", "--on-failure", "stop"]);
    assert_eq!(run.code, 21, "{}", run.show());
    let (code, all) = status(&farm, &[]);
    assert_eq!(code, 3, "{all}");
    let of = |number: usize, field: &str| all[number][field].clone();
    assert_eq!(
        (of(0, "state"), of(0, "revision")),
        ("active".into(), bad.into())
    );
    assert_eq!(
        (of(1, "state"), of(1, "revision")),
        ("active".into(), good.into())
    );
    let deploy = of(0, "unfinished");
    let deploy = deploy.as_str().unwrap();
    assert_eq!(of(1, "unfinished"), serde_json::Value::Null);
    let shown = farm.svcgen(&["service", "status"]).stdout;
    let word = format!(
        "! the deploy {deploy} did not come to its end there:\n  l00\n  next: svcgen log {deploy}\n"
    );
    assert!(shown.contains(&word), "{shown}");
    // Once somebody has gone back it is as it should be.
    assert_eq!(farm.svcgen(&["rollback"]).code, 0);
    assert_eq!(status(&farm, &[]).0, 0);
}
