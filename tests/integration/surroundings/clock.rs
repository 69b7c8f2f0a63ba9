//! A clock that is wrong, and commits of tomorrow.

use std::process::Command;

use crate::support::{Env, LocalFarm, Run, has_tool};

/// Runs svcgen at another time.
fn at(farm: &LocalFarm, time: &str, arguments: &[&str]) -> Run {
    let mut command = Command::new("faketime");
    farm.env().enclose(&mut command);
    command
        .current_dir(farm.env().work().join("deploy"))
        .arg(time)
        .arg(env!("CARGO_BIN_EXE_svcgen"))
        .args(arguments);
    farm.env().run(&mut command)
}

const PAST: &str = "2001-02-03 04:05:06";

#[test]
fn a_clock_that_has_gone_back_is_told_and_the_deploy_goes_on() {
    if !has_tool("faketime") {
        return;
    }
    let farm = LocalFarm::new(1);
    farm.release("1");
    let run = farm.svcgen(&["deploy", "--yes"]);
    assert_eq!(run.code, 0, "{}", run.show());
    assert!(!run.stderr.contains("the clock"), "{}", run.show());
    farm.release("2");
    let run = at(&farm, PAST, &["deploy", "--yes"]);
    assert_eq!(run.code, 0, "{}", run.show());
    assert!(
        run.stderr
            .contains("warning: the clock of this machine is behind: deploy 20"),
        "{}",
        run.show()
    );
    assert_eq!(farm.answer("l01").as_deref(), Some("2"));
    // The last deploy is the one that began last.
    let log = farm.svcgen(&["log"]);
    assert!(log.stderr.starts_with("20010203T"), "{}", log.show());
    // What was live before is what hosts know, not what a clock says.
    let run = farm.svcgen(&["rollback", "--yes"]);
    assert_eq!(run.code, 0, "{}", run.show());
    assert_eq!(farm.answer("l01").as_deref(), Some("1"));
    let history = farm.svcgen(&["history"]).stdout;
    assert!(history.contains("2001-02-03"), "{history}");
}

#[test]
fn whatever_the_clock_says_one_can_look() {
    if !has_tool("faketime") {
        return;
    }
    let farm = LocalFarm::new(1);
    farm.release("1");
    assert_eq!(farm.svcgen(&["deploy", "--yes"]).code, 0);
    for time in [PAST, "2040-02-03 04:05:06"] {
        for arguments in [
            &["history"][..],
            &["log"],
            &["deploy", "--dry-run"],
            &["lock"],
            &["tail"],
            &["service", "status"],
        ] {
            let run = at(&farm, time, arguments);
            assert_eq!(run.code, 0, "{time} {arguments:?}: {}", run.show());
        }
    }
}

#[test]
fn doctor_sees_a_clock_that_is_behind() {
    if !has_tool("faketime") {
        return;
    }
    let farm = LocalFarm::new(1);
    farm.release("1");
    let doctor = at(&farm, PAST, &["doctor", "--offline"]);
    assert_eq!(doctor.code, 3);
    let told = "MISSING   the clock: it is earlier than the day on which svcgen was installed\n";
    assert!(doctor.stdout.contains(told), "{}", doctor.show());
    let with_systemd = std::path::Path::new("/run/systemd/system").is_dir();
    let way = match with_systemd {
        true => "$ timedatectl set-ntp true\n",
        false => "-> have chrony or ntpd set it: here, or on the host of this\n",
    };
    assert!(doctor.stdout.contains(way), "{}", doctor.show());
}

#[test]
fn a_commit_of_tomorrow_is_deployed_as_any_other() {
    let farm = LocalFarm::new(1);
    farm.release("1");
    assert_eq!(farm.svcgen(&["deploy", "--yes"]).code, 0);
    farm.write("version", "2\n");
    farm.git(&["add", "-A"]);
    let tomorrow = "2099-01-01T00:00:00Z";
    let mut commit = Command::new("git");
    farm.env().enclose(&mut commit);
    commit
        .current_dir(farm.env().work().join("deploy"))
        .env("GIT_COMMITTER_DATE", tomorrow)
        .args(["commit", "-q", "-m", "Of tomorrow", "--date", tomorrow]);
    assert_eq!(farm.env().run(&mut commit).code, 0);
    farm.release("3");
    for arguments in [
        &["deploy", "--dry-run"][..],
        &["deploy", "--yes"],
        &["rollback", "--yes"],
    ] {
        let run = farm.svcgen(arguments);
        assert_eq!(run.code, 0, "{arguments:?}: {}", run.show());
    }
    assert_eq!(farm.answer("l01").as_deref(), Some("1"));
}

#[test]
fn a_window_is_proposed_for_the_day_that_the_clock_shows() {
    let env = Env::with_model();
    let mut command = env.command();
    command.env("SOURCE_DATE_EPOCH", "0");
    let run = env.run(command.args(["schedule"]));
    assert_eq!(run.code, 0, "{}", run.show());
    assert!(run.stdout.contains("1970-01-"), "{}", run.show());
}
