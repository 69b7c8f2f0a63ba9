//! Connections that break while a deploy goes on, for a moment and for good.

use crate::support::{DEPLOY, Deployer, Env, Hold, Lab, Repository, State};

#[test]
fn a_connection_that_breaks_in_any_stage_is_taken_up_again() {
    let Some(lab) = Lab::get() else { return };
    let [canary, other] = lab.hosts();
    let env = Env::new();
    let repository = Repository::new(&env, &[&canary], &[&other]);
    let revision = repository.git(&["rev-parse", "HEAD"]);
    let deployer = Deployer::new(&lab, &env, &repository);
    for place in Hold::ALL {
        canary.hold(place);
    }
    let running = deployer.start(DEPLOY);
    for place in Hold::ALL {
        canary.wait_until_held(place);
        canary.hang_up();
        canary.release(place);
    }
    let run = running.end();
    assert_eq!(run.code, 0, "{}", run.show());
    assert!(
        run.stderr.contains("is live on 2 of 2 hosts"),
        "{}",
        run.stderr
    );
    for host in [&canary, &other] {
        assert_eq!(host.state(), State::settled(&revision));
    }
}

#[test]
fn hosts_that_are_gone_for_a_while_are_taken_up_again() {
    let Some(lab) = Lab::get() else { return };
    let [one, two, three] = lab.hosts();
    let env = Env::new();
    let repository = Repository::new(&env, &[], &[&one, &two, &three]);
    let deployer = Deployer::new(&lab, &env, &repository);
    one.hold(Hold::Promote);
    two.hold(Hold::Restart);
    three.hold(Hold::Promote);
    let running = deployer.start(DEPLOY);
    one.wait_until_held(Hold::Promote);
    two.wait_until_held(Hold::Restart);
    three.wait_until_held(Hold::Promote);
    one.cut();
    two.drop_packets();
    three.kill();
    three.boot();
    for (host, place) in [(&one, Hold::Promote), (&two, Hold::Restart)] {
        host.release(place);
        host.wait_until_unlocked();
    }
    one.join();
    two.undrop_packets();
    let run = running.end();
    assert_eq!(run.code, 0, "{}", run.show());
    let revision = repository.git(&["rev-parse", "HEAD"]);
    for host in [&one, &two, &three] {
        assert_eq!(host.state(), State::settled(&revision));
    }
}

#[test]
fn a_host_that_is_gone_for_good_is_unknown_and_the_others_go_back() {
    let Some(lab) = Lab::get() else { return };
    let [one, two] = lab.hosts();
    let env = Env::new();
    let repository = Repository::new(&env, &[], &[&one, &two]);
    let deployer = Deployer::new(&lab, &env, &repository);
    let first = repository.git(&["rev-parse", "HEAD"]);
    let run = deployer.deploy();
    assert_eq!(run.code, 0, "{}", run.show());

    let second = repository.release("2");
    one.hold(Hold::Restart);
    let running = deployer.start(DEPLOY);
    one.wait_until_held(Hold::Restart);
    one.refuse();
    one.hang_up();
    let run = running.end();
    assert_eq!(run.code, 21, "{}", run.show());
    let name = one.name();
    for words in [
        &format!("{name}: error: UNKNOWN: "),
        &format!("next: svcgen rollback --limit {name}"),
        "NOT DONE: ",
        "1 rolled back, 1 in an UNKNOWN state",
    ] {
        assert!(run.stderr.contains(words), "{words}: {}", run.stderr);
    }
    assert!(!run.stderr.contains("successful"), "{}", run.stderr);
    assert_eq!(two.state(), State::settled(&first));
    assert_eq!(one.current().as_ref(), Some(&second));

    // What it says helps, once the host is back; the restart has gone on meanwhile, by itself.
    one.release(Hold::Restart);
    one.wait_until_unlocked();
    one.accept();
    let run = deployer.run(&["rollback", "--limit", name]);
    assert_eq!(run.code, 0, "{}", run.show());
    for host in [&one, &two] {
        assert_eq!(host.state(), State::settled(&first));
    }
}
