//! The deployer is killed at every step, and somebody on another machine goes on, or back.

use crate::support::{DEPLOY, Deployer, Env, Hold, Host, Lab, Repository, State};

/// Kills a deploy that is held at a place on each of some hosts.
fn kill(deployer: &Deployer<'_>, held: &[(&Host, Hold)]) {
    for (host, place) in held {
        host.hold(*place);
    }
    let running = deployer.start(DEPLOY);
    for (host, place) in held {
        host.wait_until_held(*place);
    }
    running.kill();
    // What must not be ended comes to its end; nobody holds the lock after that.
    for (host, place) in held {
        if !place.is_ended() {
            host.release(*place);
        }
        host.wait_until_unlocked();
    }
}

/// Kills a deploy of the first release and then of a second one, in the middle of everything that comes before the end;
/// each time somebody on another machine does what he has to.
#[test]
fn what_was_killed_before_the_end_goes_on_or_back_from_anywhere() {
    let Some(lab) = Lab::get() else { return };
    let [one, two, three, four] = lab.hosts();
    let hosts = [&one, &two, &three, &four];
    let (here, there) = (Env::new(), Env::new());
    let repository = Repository::new(&here, &[], &hosts);
    let deployer = Deployer::new(&lab, &here, &repository);
    let other = Deployer::new(&lab, &there, &repository);
    let held = [
        (&one, Hold::Fetch),
        (&two, Hold::Promote),
        (&three, Hold::Restart),
        (&four, Hold::Check),
    ];
    let first = repository.git(&["rev-parse", "HEAD"]);
    kill(&deployer, &held);
    let run = other.run(&["deploy", "--resume", "--on-failure", "rollback"]);
    assert_eq!(run.code, 0, "{}", run.show());
    assert!(
        run.stderr.contains("going on with the deploy "),
        "{}",
        run.stderr
    );
    for host in hosts {
        assert_eq!(host.state(), State::settled(&first));
    }

    let second = repository.release("2");
    kill(&deployer, &held);
    assert_eq!(one.live().as_ref(), Some(&first));
    for host in [&two, &three, &four] {
        assert_eq!(host.live().as_ref(), Some(&second));
    }
    let run = other.run(&["rollback"]);
    assert_eq!(run.code, 0, "{}", run.show());
    assert!(run.stderr.contains("rolled back: 4 of 4"), "{}", run.stderr);
    for host in hosts {
        assert_eq!(host.state(), State::settled(&first));
    }

    // The next deploy says that there was one, and needs nobody's help.
    repository.release("3");
    kill(&deployer, &held);
    let third = repository.release("4");
    let run = other.deploy();
    assert_eq!(run.code, 0, "{}", run.show());
    assert!(
        run.stderr.contains("was interrupted here"),
        "{}",
        run.stderr
    );
    for host in hosts {
        assert_eq!(host.state(), State::settled(&third));
    }
}

#[test]
fn what_was_killed_at_the_end_goes_on_or_back_from_anywhere() {
    let Some(lab) = Lab::get() else { return };
    let [one, two] = lab.hosts();
    let hosts = [&one, &two];
    let (here, there) = (Env::new(), Env::new());
    let repository = Repository::new(&here, &[], &hosts);
    let deployer = Deployer::new(&lab, &here, &repository);
    let other = Deployer::new(&lab, &there, &repository);
    let first = repository.git(&["rev-parse", "HEAD"]);
    let held = [(&one, Hold::Finalize)];
    kill(&deployer, &held);
    let run = other.run(&["deploy", "--resume", "--on-failure", "rollback"]);
    assert_eq!(run.code, 0, "{}", run.show());
    for host in hosts {
        assert_eq!(host.state(), State::settled(&first));
    }

    repository.release("2");
    kill(&deployer, &held);
    let run = other.run(&["rollback"]);
    assert_eq!(run.code, 0, "{}", run.show());
    for host in hosts {
        assert_eq!(host.state(), State::settled(&first));
    }
}

#[test]
fn a_first_deploy_that_was_killed_goes_back_to_nothing() {
    let Some(lab) = Lab::get() else { return };
    let [one, two] = lab.hosts();
    let (here, there) = (Env::new(), Env::new());
    let repository = Repository::new(&here, &[], &[&one, &two]);
    let deployer = Deployer::new(&lab, &here, &repository);
    kill(&deployer, &[(&one, Hold::Fetch), (&two, Hold::Check)]);
    let run = Deployer::new(&lab, &there, &repository).run(&["rollback"]);
    assert_eq!(run.code, 0, "{}", run.show());
    for host in [&one, &two] {
        assert_eq!(host.state(), State::nothing());
    }
}
