//! Disks that fill up or cannot be written any more in the middle of a deploy.

use crate::support::{DEPLOY, Deployer, Env, Hold, Lab, Repository, State};

#[test]
fn a_release_that_a_full_disk_cut_short_is_made_anew_once_there_is_space() {
    let Some(lab) = Lab::get() else { return };
    let [small, other] = lab.hosts();
    let env = Env::new();
    let repository = Repository::new(&env, &[], &[&small, &other]);
    let deployer = Deployer::new(&lab, &env, &repository);
    let first = repository.git(&["rev-parse", "HEAD"]);
    let run = deployer.deploy();
    assert_eq!(run.code, 0, "{}", run.show());

    repository.grow(60, 3_000_000);
    let second = repository.commit("Packages");
    small.hold(Hold::Fetch);
    let running = deployer.start(DEPLOY);
    small.wait_until_held(Hold::Fetch);
    small.fill();
    small.release(Hold::Fetch);
    let run = running.end();
    assert_eq!(run.code, 20, "{}", run.show());
    // What it is, once, and not a line for each file.
    let full = ["No space left on device", "Out of diskspace"];
    assert!(
        full.iter().any(|words| run.stderr.contains(words)),
        "{}",
        run.stderr
    );
    assert!(run.stderr.lines().count() < 20, "{}", run.stderr);
    small.disk("2G");
    for host in [&small, &other] {
        assert_eq!(host.state(), State::settled(&first));
    }
    assert_eq!(small.releases(), [first.as_str()]);

    let run = deployer.deploy();
    assert_eq!(run.code, 0, "{}", run.show());
    for host in [&small, &other] {
        assert_eq!(host.state(), State::settled(&second));
    }
}

/// Where no link could be switched, none has to be switched back.
#[test]
fn a_disk_that_takes_nothing_at_the_switch_leaves_a_host_on_what_it_had() {
    let Some(lab) = Lab::get() else { return };
    let [full, readonly, other] = lab.hosts();
    let env = Env::new();
    let hosts = [&full, &readonly, &other];
    let repository = Repository::new(&env, &[], &hosts);
    let deployer = Deployer::new(&lab, &env, &repository);
    let first = repository.git(&["rev-parse", "HEAD"]);
    let run = deployer.deploy();
    assert_eq!(run.code, 0, "{}", run.show());

    repository.release("2");
    full.hold(Hold::Promote);
    readonly.hold(Hold::Promote);
    let running = deployer.start(DEPLOY);
    full.wait_until_held(Hold::Promote);
    readonly.wait_until_held(Hold::Promote);
    full.fill();
    readonly.make_readonly();
    full.release(Hold::Promote);
    readonly.release(Hold::Promote);
    let run = running.end();
    assert_eq!(run.code, 20, "{}", run.show());
    for host in hosts {
        assert_eq!(host.live(), Some(first.clone()));
    }
    let short = &first[..7];
    let known = format!(
        "{}: untouched, {short} is live; the rollback failed: ",
        readonly.name()
    );
    assert!(run.stderr.contains(&known), "{}", run.stderr);
    // Whether a link or two still fit in is for the file system to say.
    let name = full.name();
    let known = [
        format!("{name}: untouched, {short} is live; the rollback failed: "),
        format!("{name}: warning: rolled back to {short}; not tidied up: "),
    ];
    assert!(
        known.iter().any(|known| run.stderr.contains(known)),
        "{}",
        run.stderr
    );
    assert_eq!(other.state(), State::settled(&first));

    full.disk("2G");
    readonly.make_writable();
    let run = deployer.run(&["rollback"]);
    assert_eq!(run.code, 0, "{}", run.show());
    for host in hosts {
        assert_eq!(host.state(), State::settled(&first));
    }
}

#[test]
fn what_an_interrupted_git_left_does_not_stop_the_next_one() {
    let Some(lab) = Lab::get() else { return };
    let [host] = lab.hosts();
    let env = Env::new();
    let repository = Repository::new(&env, &[], &[&host]);
    let deployer = Deployer::new(&lab, &env, &repository);
    let run = deployer.deploy();
    assert_eq!(run.code, 0, "{}", run.show());
    let second = repository.release("2");
    // As git leaves them when the power fails in a fetch of ours.
    host.sh(&format!(
        "cd /srv/deployment/tea-pot/deploy-cache && touch .svcgen/fetching && cd cache/.git &&
         for lock in packed-refs refs/svcgen/{second} modules/src/packed-refs modules/src/refs/svcgen/{second} shallow index; do
             mkdir -p $(dirname $lock) && touch $lock.lock
         done
         touch objects/pack/tmp_pack_abcdef modules/src/objects/pack/tmp_idx_abcdef
         chown -R deploy-service: . ../../.svcgen"
    ));
    let run = deployer.deploy();
    assert_eq!(run.code, 0, "{}", run.show());
    assert_eq!(host.state(), State::settled(&second));
    let left = "find /srv/deployment/tea-pot/deploy-cache/cache -name '*.lock' -o -name 'tmp_*'";
    assert_eq!(host.sh(left), "");
}

/// Scap takes 0 for: what is live, and nothing else.
#[test]
fn a_host_that_keeps_no_old_release_goes_back_all_the_same() {
    let Some(lab) = Lab::get() else { return };
    let [host] = lab.hosts();
    let env = Env::new();
    let repository = Repository::new(&env, &[], &[&host]);
    let deployer = Deployer::new(&lab, &env, &repository);
    let releases = || {
        host.sh("ls /srv/deployment/tea-pot/deploy-cache/revs")
            .trim()
            .to_owned()
    };
    repository.set("cache_revs", "0");
    let first = repository.release("2");
    let run = deployer.deploy();
    assert_eq!(run.code, 0, "{}", run.show());
    let second = repository.release("3");
    let run = deployer.deploy();
    assert_eq!(run.code, 0, "{}", run.show());
    assert_eq!(releases(), second);

    repository.write(
        "scap/checks.yaml",
        "checks: {no: {type: command, after: handle_service, command: 'false'}}\n",
    );
    repository.commit("A check that fails");
    let run = deployer.deploy();
    assert_eq!(run.code, 20, "{}", run.show());
    assert_eq!(host.state(), State::settled(&second));

    let run = deployer.run(&["rollback", "--to", &first]);
    assert_eq!(run.code, 0, "{}", run.show());
    assert_eq!(host.state(), State::settled(&first));
    assert_eq!(releases(), first);
}

#[test]
fn a_host_without_room_for_a_lock_is_told_with_the_reason() {
    let Some(lab) = Lab::get() else { return };
    let [full] = lab.hosts();
    let env = Env::new();
    let repository = Repository::new(&env, &[], &[&full]);
    let deployer = Deployer::new(&lab, &env, &repository);
    for version in ["2", "3"] {
        repository.release(version);
        let run = deployer.deploy();
        assert_eq!(run.code, 0, "{}", run.show());
    }
    full.fill();
    let run = deployer.run(&["service", "restart", "--yes"]);
    assert_ne!(run.code, 0, "{}", run.show());
    // What only looks says so as well: there is no release to make, and all the same nothing can be done.
    let run = deployer.run(&["rollback", "--dry-run"]);
    assert_eq!(run.code, 20, "{}", run.show());
    let words = "its disk is full: 0 KiB are free, and not even a lock can be taken";
    assert!(run.stderr.contains(words), "{}", run.stderr);
    let run = deployer.run(&["service", "restart", "--yes"]);
    let told =
        "cannot write into /srv/deployment/tea-pot/deploy-cache/.svcgen: no space left on device";
    assert!(run.stderr.to_lowercase().contains(told), "{}", run.stderr);
    full.disk("2G");
}
