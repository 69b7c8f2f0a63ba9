//! Interrupts that come when the last host has its turn.

use std::path::PathBuf;

use rustix::process::Signal;

use crate::support::{Following, LocalFarm};

/// What keeps the service of a host from answering for as long as it is there, and what the service makes meanwhile.
fn holds(farm: &LocalFarm, host: &str) -> [PathBuf; 2] {
    let names = [format!("hold-{host}"), format!("hold-{host}.seen")];
    names.map(|name| farm.env().work().join(name))
}

/// A farm with two releases, whose services wait until nothing holds them.
fn farm() -> LocalFarm {
    let farm = LocalFarm::new(1);
    let server = farm.env().read("deploy/server.py");
    let held = farm.env().work().join("hold-");
    let wait = format!(
        "hold = {:?} + os.environ[\"SVCGEN_HOST\"]\n\
         if os.path.exists(hold):\n    open(hold + \".seen\", \"w\").close()\n\
         while os.path.exists(hold):\n    time.sleep(0.05)\nlog(\"version \"",
        held.display()
    );
    farm.write("server.py", &server.replace("log(\"version \"", &wait));
    farm.write("scap/checks.yaml", "checks: {}\n");
    for version in ["1", "2"] {
        farm.release(version);
        let run = farm.svcgen(&["deploy", "--on-failure", "stop"]);
        assert_eq!(run.code, 0, "{}", run.show());
    }
    farm
}

/// Begins something, and waits until the service of a host is being started, and is held.
fn held(farm: &LocalFarm, host: &str, arguments: &[&str]) -> Following {
    let [hold, seen] = holds(farm, host);
    std::fs::write(hold, "").unwrap();
    let mut command = farm.command();
    command.args(arguments);
    let following = Following::start(command);
    while !seen.exists() {
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    std::fs::remove_file(seen).unwrap();
    following
}

fn let_go(farm: &LocalFarm, host: &str) {
    let [hold, _] = holds(farm, host);
    std::fs::remove_file(hold).unwrap();
}

/// Sends svcgen a signal while the service of the last host is being started; then the service starts.
fn interrupted(farm: &LocalFarm, arguments: &[&str], signal: Signal) -> (i32, String) {
    let mut following = held(farm, "l01", arguments);
    following.signal(signal);
    following.until_said("interrupted: ");
    let_go(farm, "l01");
    following.end()
}

#[test]
fn what_was_done_on_every_host_by_then_is_told_as_done() {
    let farm = farm();
    for (arguments, done, end, live) in [
        (
            &["rollback"][..],
            "rolled back: 2 of 2 hosts are where they should be; ",
            " is live on 2 of 2 hosts\n",
            "1",
        ),
        (
            &["service", "restart"],
            "every host has had its turn by now: the last steps are still done\n",
            "feed was restarted on 2 of 2 hosts\n",
            "1",
        ),
        (
            &["deploy", "--on-failure", "stop"],
            "every host has had its turn by now: the last steps are still done\n",
            " is live on 2 of 2 hosts\nto go back: svcgen rollback\n",
            "2",
        ),
    ] {
        let (code, said) = interrupted(&farm, arguments, Signal::INT);
        assert_eq!(code, 0, "{arguments:?}: {said}");
        assert!(said.ends_with(end), "{arguments:?}: {said}");
        assert!(said.contains(done), "{arguments:?}: {said}");
        assert!(!said.contains("NOT DONE"), "{arguments:?}: {said}");
        let live = Some(live.to_owned());
        assert_eq!(farm.answers(), [live.clone(), live], "{arguments:?}");
        // There is nothing left to go on with.
        let run = farm.svcgen(&["deploy", "--resume", "--on-failure", "stop"]);
        let said = "error: no deploy was interrupted on these hosts\n";
        assert!(run.stderr.starts_with(said), "{}", run.show());
    }
}

#[test]
fn the_history_says_that_somebody_has_ended_a_deploy() {
    let farm = farm();
    farm.release("3");
    let deploy = ["deploy", "--on-failure", "rollback"];
    let (code, said) = interrupted(&farm, &deploy, Signal::TERM);
    assert_eq!(code, 143, "{said}");
    let list = farm.svcgen(&["history", "--offline", "-n1"]);
    assert!(
        list.stdout.contains("\n    interrupted, rolled back in "),
        "{}",
        list.show()
    );
    let list = farm.svcgen(&["history", "--offline", "-n1", "--format", "json"]);
    let list: serde_json::Value = serde_json::from_str(&list.stdout).unwrap();
    assert_eq!(list[0]["interrupted"], true, "{list}");
    // A failure is none.
    farm.write("version", "broken\n");
    farm.git(&["commit", "-qam", "Broken"]);
    assert_eq!(farm.svcgen(&deploy).code, 20);
    let list = farm.svcgen(&["history", "--offline", "-n1"]);
    let said = "\n    failed, rolled back in ";
    assert!(list.stdout.contains(said), "{}", list.show());
}

#[test]
fn the_next_deploy_says_that_the_one_before_has_died() {
    let farm = farm();
    farm.release("3");
    let deploy = ["deploy", "--on-failure", "stop"];
    let killed = held(&farm, "l01", &deploy);
    killed.signal(Signal::KILL);
    killed.end();
    let list = farm.svcgen(&["history", "--offline", "-n1", "--format", "json"]);
    let list: serde_json::Value = serde_json::from_str(&list.stdout).unwrap();
    let id = list[0]["deploy"].as_str().unwrap();
    // What is held there is still done to its end, and so long the lock is held.
    let run = farm.svcgen(&[&deploy[..], &["--dry-run"]].concat());
    assert_eq!(run.code, 0, "{}", run.show());
    let said = format!("(deploy {id}) has died, and lets its lock go in a moment\n");
    let told = run.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(told.contains(said.trim()), "{}", run.show());
    assert!(!told.contains("under way"), "{}", run.show());
    let run = farm.svcgen(&deploy);
    assert_eq!(run.code, 22, "{}", run.show());
    let end = "\
hint: run this again in a moment, or with `--wait`
hint: `svcgen history` says how to go on with it, or back from it
";
    for words in [
        "error: an earlier deploy has died, and its locks are not let go yet; nothing was touched\n",
        "has died, and its lock is not let go yet\n",
        end,
    ] {
        assert!(run.stderr.contains(words), "{words}: {}", run.show());
    }
    let_go(&farm, "l01");
    let run = farm.svcgen(&[&deploy[..], &["--wait", "--force"]].concat());
    assert_eq!(run.code, 0, "{}", run.show());
}

/// Kills a deploy whose canary is being restarted; the other host has fetched.
fn killed_at_the_canary(farm: &LocalFarm) {
    farm.release("3");
    let killed = held(farm, "l00", &["deploy", "--on-failure", "stop"]);
    killed.signal(Signal::KILL);
    killed.end();
    let_go(farm, "l00");
    until_unlocked(farm);
}

/// Waits until the keepers of a deploy have noticed that it was killed.
fn until_unlocked(farm: &LocalFarm) {
    let wait = ["lock", "take", "--wait", "--reason", "to see it end"];
    let mut command = farm.command();
    command.args(wait);
    let mut taking = Following::start(command);
    taking.until_said("the locks of 2 hosts are held");
    taking.interrupt();
}

#[test]
fn a_host_that_had_only_fetched_is_not_restarted_on_the_way_back() {
    let farm = farm();
    killed_at_the_canary(&farm);
    let before = farm.service("l01", "status").stdout;
    let run = farm.svcgen(&["rollback", "--dry-run"]);
    let told = "l01: REV stays live, and is restarted only where it is not well\n";
    let head = farm.git(&["rev-parse", "HEAD~1"]);
    let told = told.replace("REV", &head[..7]);
    assert!(run.stdout.contains(&told), "{}", run.show());
    let run = farm.svcgen(&["rollback"]);
    assert_eq!(run.code, 0, "{}", run.show());
    assert_eq!(farm.service("l01", "status").stdout, before);
    let two = Some("2".to_owned());
    assert_eq!(farm.answers(), [two.clone(), two]);
    // Nothing is left of what was interrupted.
    let run = farm.svcgen(&["service", "status"]);
    assert_eq!(run.code, 0, "{}", run.show());
}

#[test]
fn a_host_that_had_only_fetched_and_is_not_well_is_restarted_on_the_way_back() {
    let farm = farm();
    killed_at_the_canary(&farm);
    assert_eq!(farm.service("l01", "stop").code, 0);
    let run = farm.svcgen(&["rollback"]);
    assert_eq!(run.code, 0, "{}", run.show());
    let told = "l01: warning: what is live is not well, and is restarted\n";
    assert!(run.stderr.contains(told), "{}", run.show());
    let two = Some("2".to_owned());
    assert_eq!(farm.answers(), [two.clone(), two]);
    let run = farm.svcgen(&["service", "status"]);
    assert_eq!(run.code, 0, "{}", run.show());
}

/// Kills a deploy that has locked the hosts, and got nothing there yet.
fn killed_before_the_fetch(farm: &LocalFarm) {
    let hold = farm.env().work().join("hold-fetch");
    let wait = format!(
        "checks:\n  wait:\n    type: command\n    before: fetch\n    shell: true\n    \
         command: while [ -e {0} ]; do touch {0}.seen; sleep 0.05; done\n",
        hold.display()
    );
    farm.write("scap/checks.yaml", &wait);
    farm.release("3");
    std::fs::write(&hold, "").unwrap();
    let mut command = farm.command();
    command.args(["deploy", "--on-failure", "stop"]);
    let killed = Following::start(command);
    while !hold.with_extension("seen").exists() {
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    killed.signal(Signal::KILL);
    killed.end();
    std::fs::remove_file(&hold).unwrap();
    until_unlocked(farm);
}

/// Whether some host is said to be in the middle of a deploy.
fn is_open(farm: &LocalFarm) -> bool {
    let run = farm.svcgen(&["service", "status"]);
    run.stdout.contains("did not come to its end there")
}

#[test]
fn a_rollback_closes_a_deploy_that_died_before_it_got_anything_there() {
    let farm = farm();
    killed_before_the_fetch(&farm);
    assert!(is_open(&farm));
    let run = farm.svcgen(&["rollback"]);
    assert_eq!(run.code, 0, "{}", run.show());
    assert!(!is_open(&farm), "{}", run.show());
    let two = Some("2".to_owned());
    assert_eq!(farm.answers(), [two.clone(), two]);
}

#[test]
fn a_rollback_closes_a_first_deploy_that_died_before_it_got_anything_there() {
    let farm = LocalFarm::new(1);
    killed_before_the_fetch(&farm);
    assert!(is_open(&farm));
    let run = farm.svcgen(&["rollback"]);
    assert_eq!(run.code, 0, "{}", run.show());
    assert!(!is_open(&farm), "{}", run.show());
    assert_eq!(farm.answers(), [None, None]);
    let run = farm.svcgen(&["deploy", "--resume", "--on-failure", "stop"]);
    let said = "error: no deploy was interrupted on these hosts\n";
    assert!(run.stderr.starts_with(said), "{}", run.show());
}
