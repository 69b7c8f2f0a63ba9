//! Interrupts that come when the last host has its turn.

use std::path::PathBuf;

use rustix::process::Signal;

use crate::support::{Following, LocalFarm};

/// What keeps a service from answering for as long as it is there.
const HOLD: &str = "hold-l01";

/// What the service makes once while it is held.
const SEEN: &str = "hold-l01.seen";

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

/// Begins something, and waits until the service of the last host is being started, and is held.
fn held(farm: &LocalFarm, arguments: &[&str]) -> Following {
    let place = |name: &str| -> PathBuf { farm.env().work().join(name) };
    std::fs::write(place(HOLD), "").unwrap();
    let mut command = farm.command();
    command.args(arguments);
    let following = Following::start(command);
    while !place(SEEN).exists() {
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    std::fs::remove_file(place(SEEN)).unwrap();
    following
}

fn let_go(farm: &LocalFarm) {
    std::fs::remove_file(farm.env().work().join(HOLD)).unwrap();
}

/// Sends svcgen a signal while the service of the last host is being started; then the service starts.
fn interrupted(farm: &LocalFarm, arguments: &[&str], signal: Signal) -> (i32, String) {
    let mut following = held(farm, arguments);
    following.signal(signal);
    following.until_said("interrupted: ");
    let_go(farm);
    following.end()
}

#[test]
fn what_was_done_on_every_host_by_then_is_told_as_done() {
    let farm = farm();
    for (arguments, done, end, live) in [
        (
            &["rollback"][..],
            "rolled back: 2 of 2 hosts are where they are to be; ",
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
    let killed = held(&farm, &deploy);
    killed.signal(Signal::KILL);
    killed.gone();
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
    let_go(&farm);
    let run = farm.svcgen(&[&deploy[..], &["--wait", "--force"]].concat());
    assert_eq!(run.code, 0, "{}", run.show());
}
