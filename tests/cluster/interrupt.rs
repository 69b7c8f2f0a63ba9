//! Somebody has enough: Ctrl-C once and twice, SIGTERM, a terminal that is gone.

use crate::support::{DEPLOY, Deployer, Env, Hold, Host, Lab, Repository, State};

/// Two hosts with a first release, and a second one to be deployed.
fn begin(deployer: &Deployer<'_>, repository: &Repository<'_>) -> (String, String) {
    let first = repository.git(&["rev-parse", "HEAD"]);
    let run = deployer.deploy();
    assert_eq!(run.code, 0, "{}", run.show());
    (first, repository.release("2"))
}

#[test]
fn one_interrupt_brings_back_what_was_touched() {
    let Some(lab) = Lab::get() else { return };
    let [canary, other] = lab.hosts();
    let env = Env::new();
    let repository = Repository::new(&env, &[&canary], &[&other]);
    let deployer = Deployer::new(&lab, &env, &repository);
    let (first, _) = begin(&deployer, &repository);
    // What is being done is ended where that loses nothing, and finished where it would.
    for (place, signal, code) in [
        (Hold::Fetch, "INT", 130),
        (Hold::Promote, "TERM", 143),
        (Hold::Restart, "HUP", 129),
        (Hold::Check, "INT", 130),
    ] {
        canary.hold(place);
        let running = deployer.start(DEPLOY);
        canary.wait_until_held(place);
        running.signal(signal);
        running.wait_until_said("interrupted: no new hosts");
        if !place.is_ended() {
            canary.release(place);
        }
        let run = running.end();
        assert_eq!(run.code, code, "{place:?}: {}", run.show());
        let last = match place {
            Hold::Fetch => "nothing was changed on any host",
            _ => "rolled back: 1 of 2 hosts is back, 1 untouched",
        };
        assert!(run.stderr.contains(last), "{place:?}: {}", run.stderr);
        for host in [&canary, &other] {
            assert_eq!(host.state(), State::settled(&first), "{place:?}");
        }
    }
}

#[test]
fn a_second_interrupt_stops_at_once_and_leaves_what_the_next_one_can_take_up() {
    let Some(lab) = Lab::get() else { return };
    let [canary, other] = lab.hosts();
    let env = Env::new();
    let repository = Repository::new(&env, &[&canary], &[&other]);
    let deployer = Deployer::new(&lab, &env, &repository);
    let (first, second) = begin(&deployer, &repository);
    let names = |hosts: &[&Host]| {
        hosts
            .iter()
            .map(|host| host.name())
            .collect::<Vec<_>>()
            .join(", ")
    };
    for place in [Hold::Promote, Hold::Restart] {
        canary.hold(place);
        let running = deployer.start(DEPLOY);
        canary.wait_until_held(place);
        running.signal("INT");
        // Two at the same moment are one.
        running.wait_until_said("interrupted: no new hosts");
        running.signal("INT");
        let run = running.end();
        assert_eq!(run.code, 130, "{place:?}: {}", run.show());
        assert!(
            run.stderr.contains("error: interrupted\n"),
            "{}",
            run.stderr
        );
        let unknown = format!("{}: error: UNKNOWN", names(&[&canary]));
        assert!(run.stderr.contains(&unknown), "{}", run.stderr);
        canary.release(place);
        canary.wait_until_unlocked();
        assert_eq!(canary.current().as_ref(), Some(&second));
        let run = deployer.run(&["rollback"]);
        assert_eq!(run.code, 0, "{}", run.show());
        for host in [&canary, &other] {
            assert_eq!(host.state(), State::settled(&first), "{place:?}");
        }
    }
}

#[test]
fn an_interrupt_while_hosts_are_asked_touches_nothing() {
    let Some(lab) = Lab::get() else { return };
    let [one, two] = lab.hosts();
    let env = Env::new();
    let repository = Repository::new(&env, &[&one], &[&two]);
    let deployer = Deployer::new(&lab, &env, &repository);
    two.drop_packets();
    let running = deployer.start(DEPLOY);
    // The first host has answered, the second one does not.
    one.wait_until("grep -q Accepted /var/log/sshd.log");
    running.signal("INT");
    let run = running.end();
    assert_eq!(run.code, 130, "{}", run.show());
    assert!(run.stderr.contains("nothing was touched"), "{}", run.stderr);
    two.undrop_packets();
    for host in [&one, &two] {
        assert_eq!(host.state(), State::nothing());
    }
}
