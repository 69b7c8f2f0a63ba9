//! What sudo lets who deploys do: asked before anything is touched.

use insta::assert_snapshot;

use crate::support::{Deployer, Env, Host, Lab, Repository, Run, State, lettered};

/// Gives a host these rules in the place of its own.
fn allow(host: &Host, rules: &str) {
    host.sh(&format!("echo '{rules}' >/etc/sudoers.d/deploy-service"));
}

#[test]
fn what_sudo_refuses_is_known_before_anything_is_touched() {
    let Some(lab) = Lab::get() else { return };
    let hosts: [Host; 5] = lab.hosts();
    let [good, none, other, terminal, bare] = &hosts;
    let env = Env::new();
    let repository = Repository::new(&env, &[good], &[none, other, terminal, bare]);
    let deployer = Deployer::new(&lab, &env, &repository);
    allow(none, "");
    allow(
        other,
        "deploy-service ALL=(root) NOPASSWD: /usr/sbin/service tea-pot start",
    );
    allow(
        terminal,
        "Defaults requiretty\ndeploy-service ALL=(root) NOPASSWD: /usr/sbin/service tea-pot *",
    );
    bare.sh("mv /usr/bin/sudo /usr/bin/sudo.away");
    let said = |run: &Run| lettered(&run.stderr, &lab, &hosts.each_ref());
    let run = deployer.deploy();
    assert_eq!(run.code, 20, "{}", run.show());
    let text = said(&run);
    let (text, leaving_out) = text.split_once("hint: `--limit ").unwrap();
    assert_snapshot!(text, @"
    error: 4 of 5 hosts cannot be deployed to; nothing was touched
    cause: B: sudo asks deploy-service for a password for `/usr/sbin/service tea-pot restart`
    cause: C: sudo does not allow deploy-service to run `/usr/sbin/service tea-pot restart`
    cause: D: sudo needs a terminal for `/usr/sbin/service tea-pot restart`
    cause: E: `sudo` is not installed
    hint: `svcgen request access` writes the request for it, for whoever runs the hosts
    ");
    assert!(
        leaving_out.ends_with("` leaves them out\n"),
        "{leaving_out}"
    );
    for host in &hosts {
        assert_eq!(host.state(), State::nothing());
    }

    let run = deployer.run(&["service", "restart", "-l", none.name()]);
    assert_eq!(run.code, 20, "{}", run.show());
    assert_snapshot!(said(&run), @"
    error: the service cannot be restarted on B; nothing was touched
    cause: B: sudo asks deploy-service for a password for `/usr/sbin/service tea-pot restart`
    hint: `svcgen request access` writes the request for it, for whoever runs the hosts
    ");
    // What is asked is what would be done.
    let run = deployer.run(&["service", "start", "--dry-run", "-l", other.name()]);
    assert_eq!(run.code, 0, "{}", run.show());

    // What it proposes helps.
    let shown = run_of_limit(&deployer.deploy());
    let run = deployer.run(&["deploy", "--on-failure", "rollback", "--limit", &shown]);
    assert_eq!(run.code, 0, "{}", run.show());
    let revision = repository.git(&["rev-parse", "HEAD"]);
    assert_eq!(good.state(), State::settled(&revision));
    assert_eq!(bare.state(), State::nothing());

    // Where nothing is to be done, nobody has to allow it.
    allow(good, "");
    let run = deployer.run(&["deploy", "--on-failure", "rollback", "--limit", good.name()]);
    assert_eq!(run.code, 0, "{}", run.show());
}

/// The limit that a refusal proposes.
fn run_of_limit(run: &Run) -> String {
    let (_, rest) = run.stderr.split_once("`--limit '").unwrap();
    rest.split('\'').next().unwrap().to_owned()
}

#[test]
fn what_sudo_allows_in_any_way_is_no_obstacle() {
    let Some(lab) = Lab::get() else { return };
    let [exact, listed, all] = lab.hosts();
    let env = Env::new();
    let repository = Repository::new(&env, &[], &[&exact, &listed, &all]);
    let deployer = Deployer::new(&lab, &env, &repository);
    allow(
        &exact,
        "deploy-service ALL=(root) NOPASSWD: /usr/sbin/service tea-pot restart",
    );
    // There, even to list what is allowed takes a password.
    allow(
        &listed,
        "Defaults listpw=always\ndeploy-service ALL=(root) NOPASSWD: /usr/sbin/service tea-pot *",
    );
    allow(&all, "%deploy-service ALL=(ALL:ALL) NOPASSWD: ALL");
    let run = deployer.deploy();
    assert_eq!(run.code, 0, "{}", run.show());
    let revision = repository.git(&["rev-parse", "HEAD"]);
    for host in [&exact, &listed, &all] {
        assert_eq!(host.state(), State::settled(&revision));
    }
}
