//! Two people deploy at once, from two machines.

use crate::support::{DEPLOY, Deployer, Env, Hold, Lab, Repository, Run, Running, State};

#[test]
fn of_two_that_begin_at_once_one_gets_through_and_the_other_is_told_who() {
    let Some(lab) = Lab::get() else { return };
    let [one, two, three] = lab.hosts();
    let hosts = [&one, &two, &three];
    let (here, there) = (Env::new(), Env::new());
    let repository = Repository::new(&here, &[], &hosts);
    let ada = Deployer::new(&lab, &here, &repository);
    let bob = Deployer::new(&lab, &there, &repository);
    for version in ["2", "3"] {
        let revision = repository.release(version);
        // Whoever gets through is held until the other has ended.
        one.hold(Hold::Restart);
        let running = [ada.start(DEPLOY), bob.start(DEPLOY)];
        one.wait_until_held(Hold::Restart);
        let (winner, loser) = ended_first(running);
        assert_eq!(loser.code, 22, "{}", loser.show());
        assert!(
            loser.stderr.contains("nothing was touched"),
            "{}",
            loser.stderr
        );
        // By whom, and which deploy.
        assert!(loser.stderr.contains(" on "), "{}", loser.stderr);
        assert!(loser.stderr.contains("(deploy 20"), "{}", loser.stderr);
        one.release(Hold::Restart);
        let winner = winner.end();
        assert_eq!(winner.code, 0, "{}", winner.show());
        for host in hosts {
            assert_eq!(host.state(), State::settled(&revision));
        }
    }
}

/// Waits until one of two has ended; returns the other one first.
fn ended_first<'a>(running: [Running<'a>; 2]) -> (Running<'a>, Run) {
    let [mut one, mut two] = running;
    loop {
        if one.has_ended() {
            return (two, one.end());
        }
        if two.has_ended() {
            return (one, two.end());
        }
        std::thread::yield_now();
    }
}

#[test]
fn who_waits_deploys_what_he_meant_when_the_other_is_done() {
    let Some(lab) = Lab::get() else { return };
    let [one, two] = lab.hosts();
    let (here, there) = (Env::new(), Env::new());
    let repository = Repository::new(&here, &[&one], &[&two]);
    let ada = Deployer::new(&lab, &here, &repository);
    let bob = Deployer::new(&lab, &there, &repository);
    one.hold(Hold::Restart);
    let first = ada.start(DEPLOY);
    one.wait_until_held(Hold::Restart);
    // Without `--wait` he is told at once.
    let meant = repository.release("2");
    let run = bob.deploy();
    assert_eq!(run.code, 22, "{}", run.show());
    assert!(run.stderr.contains("is deploying"), "{}", run.stderr);
    let waiting = bob.start(&[DEPLOY, &["--wait", "60"]].concat());
    // He has asked: whatever is committed from here on is not what he meant.
    waiting.wait_until_said("waiting for ");
    let later = repository.release("3");
    one.release(Hold::Restart);
    let run = first.end();
    assert_eq!(run.code, 0, "{}", run.show());
    let run = waiting.end();
    assert_eq!(run.code, 0, "{}", run.show());
    assert!(run.stderr.contains("waiting for "), "{}", run.stderr);
    assert_ne!(meant, later);
    for host in [&one, &two] {
        assert_eq!(host.state(), State::settled(&meant));
    }
}

#[test]
fn who_waits_plans_anew_where_somebody_has_deployed_since_the_hosts_were_asked() {
    let Some(lab) = Lab::get() else { return };
    let [host] = lab.hosts();
    let (here, there) = (Env::new(), Env::new());
    let repository = Repository::new(&here, &[], &[&host]);
    let ada = Deployer::new(&lab, &here, &repository);
    let bob = Deployer::new(&lab, &there, &repository);
    for wait in [None, Some(["--wait", "60"])] {
        let meant = repository.release("2");
        host.hold(Hold::Lock);
        let late = bob.start(&[DEPLOY, wait.as_ref().map_or(&[][..], |wait| &wait[..])].concat());
        host.wait_until_held(Hold::Lock);
        let other = repository.release("3");
        let run = ada.deploy();
        assert_eq!(run.code, 0, "{}", run.show());
        host.release(Hold::Lock);
        let run = late.end();
        match wait {
            None => {
                assert_eq!(run.code, 22, "{}", run.show());
                let words = "someone has deployed there since it was asked; nothing was touched";
                assert!(run.stderr.contains(words), "{}", run.stderr);
                assert_eq!(host.state(), State::settled(&other));
            }
            Some(_) => {
                assert_eq!(run.code, 0, "{}", run.show());
                assert!(run.stderr.contains("making a new plan"), "{}", run.stderr);
                assert_eq!(host.state(), State::settled(&meant));
            }
        }
    }
}

#[test]
fn a_host_that_has_nothing_to_do_is_nobody_elses_meanwhile() {
    let Some(lab) = Lab::get() else { return };
    let [idle, other] = lab.hosts();
    let (here, there) = (Env::new(), Env::new());
    let repository = Repository::new(&here, &[], &[&idle, &other]);
    let ada = Deployer::new(&lab, &here, &repository);
    let bob = Deployer::new(&lab, &there, &repository);
    let run = ada.deploy();
    assert_eq!(run.code, 0, "{}", run.show());
    let meant = repository.release("2");
    let run = ada.run(&[DEPLOY, &["--limit", idle.name()]].concat());
    assert_eq!(run.code, 0, "{}", run.show());

    other.hold(Hold::Restart);
    let running = ada.start(DEPLOY);
    other.wait_until_held(Hold::Restart);
    let first = repository.git(&["rev-parse", "HEAD~1"]);
    let rival = bob.run(&[DEPLOY, &["--limit", idle.name(), "--rev", &first]].concat());
    assert_eq!(rival.code, 22, "{}", rival.show());
    other.release(Hold::Restart);
    let run = running.end();
    assert_eq!(run.code, 0, "{}", run.show());
    assert!(
        run.stderr.contains("is live on 2 of 2 hosts"),
        "{}",
        run.stderr
    );
    for host in [&idle, &other] {
        assert_eq!(host.state(), State::settled(&meant));
    }
}

#[test]
fn what_is_under_way_is_not_told_as_interrupted() {
    let Some(lab) = Lab::get() else { return };
    let [one, two] = lab.hosts();
    let (here, there, elsewhere) = (Env::new(), Env::new(), Env::new());
    let repository = Repository::new(&here, &[&one], &[&two]);
    let ada = Deployer::new(&lab, &here, &repository);
    let bob = Deployer::new(&lab, &there, &repository);
    let cyd = Deployer::new(&lab, &elsewhere, &repository);
    let run = ada.deploy();
    assert_eq!(run.code, 0, "{}", run.show());
    repository.release("2");
    // He has seen that nobody holds the lock, and not yet what the record says.
    one.hold(Hold::Record);
    let late = bob.start(DEPLOY);
    one.wait_until_held(Hold::Record);
    one.hold(Hold::Restart);
    let running = ada.start(DEPLOY);
    one.wait_until_held(Hold::Restart);
    for action in ["deploy", "rollback"] {
        let run = cyd.run(&[action, "--dry-run"]);
        assert_eq!(run.code, 0, "{}", run.show());
        assert_under_way(&run);
    }
    one.release(Hold::Record);
    let late = late.end();
    assert_eq!(late.code, 22, "{}", late.show());
    assert_under_way(&late);
    one.release(Hold::Restart);
    let run = running.end();
    assert_eq!(run.code, 0, "{}", run.show());
}

#[track_caller]
fn assert_under_way(run: &Run) {
    let shown = run.show();
    for words in [
        " is under way here, since ",
        "`svcgen log --follow` watches it",
    ] {
        assert!(shown.contains(words), "{words}: {shown}");
    }
    for words in ["interrupted", "--resume"] {
        assert!(!shown.contains(words), "{words}: {shown}");
    }
}
