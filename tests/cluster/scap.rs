//! Scap and svcgen take turns on the same hosts.

use crate::support::{Deployer, Env, GitServer, Host, KEY, Lab, Repository, State};

/// Does to a host what Scap does.
#[track_caller]
fn scap(host: &Host, what: &str, server: &GitServer, revision: &str) {
    let program = include_str!("scap-local");
    let url = server.url();
    host.sh(&format!(
        "cat >/tmp/scap-local <<'END_OF_PROGRAM'\n{program}END_OF_PROGRAM\n
         cd / && setpriv --reuid deploy-service --regid deploy-service --init-groups env HOME=/home/deploy-service \
             bash /tmp/scap-local {what} {url} {KEY} {revision}"
    ));
}

#[test]
fn a_host_that_scap_deployed_is_deployed_by_svcgen_and_by_scap_again() {
    let Some(lab) = Lab::get() else { return };
    let [one, two] = lab.hosts();
    let hosts = [&one, &two];
    let env = Env::new();
    let repository = Repository::new(&env, &[], &hosts);
    let server = GitServer::start(lab.address(), KEY, &repository.folder());
    repository.set("git_server", &server.authority());
    let first = repository.commit("From a server");
    let deployer = Deployer::new(&lab, &env, &repository);

    for host in hosts {
        scap(host, "deploy", &server, &first);
        assert_eq!(host.state(), State::settled(&first));
    }
    let second = repository.release("2");
    let run = deployer.deploy();
    assert_eq!(run.code, 0, "{}", run.show());
    for host in hosts {
        assert_eq!(host.state(), State::settled(&second));
    }

    let third = repository.release("3");
    for host in hosts {
        scap(host, "deploy", &server, &third);
        assert_eq!(host.state(), State::settled(&third));
        assert_eq!(host.serves().unwrap().source, "3");
    }
    // What was before is what was before Scap's deploy, not before svcgen's own.
    let run = deployer.run(&["rollback"]);
    assert_eq!(run.code, 0, "{}", run.show());
    for host in hosts {
        assert_eq!(host.state(), State::settled(&second));
    }
    // And Scap's rollback goes to what svcgen finished.
    let fourth = repository.release("4");
    let run = deployer.deploy();
    assert_eq!(run.code, 0, "{}", run.show());
    let link = format!(
        "cd /srv/deployment/{KEY}-cache && ln -sfn revs/{second} current && ln -sfn revs/{second} .in-progress"
    );
    for host in hosts {
        host.sh(&link);
        scap(host, "rollback", &server, &second);
        assert_eq!(host.state(), State::settled(&fourth));
    }
}

#[test]
fn what_scap_left_in_the_middle_is_no_interrupted_deploy_of_svcgens() {
    let Some(lab) = Lab::get() else { return };
    let [host] = lab.hosts();
    let env = Env::new();
    let repository = Repository::new(&env, &[], &[&host]);
    let server = GitServer::start(lab.address(), KEY, &repository.folder());
    repository.set("git_server", &server.authority());
    let first = repository.commit("From a server");
    let deployer = Deployer::new(&lab, &env, &repository);
    let run = deployer.deploy();
    assert_eq!(run.code, 0, "{}", run.show());
    // As when Scap fetched, and somebody said no.
    host.sh(&format!(
        "cd /srv/deployment/{KEY}-cache && ln -s revs/{first} .in-progress"
    ));
    let run = deployer.run(&["deploy", "--resume", "--on-failure", "stop"]);
    assert_eq!(run.code, 2, "{}", run.show());
    assert!(
        run.stderr.contains("no deploy was interrupted"),
        "{}",
        run.stderr
    );
    let second = repository.release("2");
    let run = deployer.deploy();
    assert_eq!(run.code, 0, "{}", run.show());
    assert!(!run.stderr.contains("interrupted"), "{}", run.stderr);
    assert_eq!(host.state(), State::settled(&second));
}

/// Runs what Puppet runs on a host that it sets up.
#[track_caller]
fn again(host: &Host, server: &GitServer) {
    scap(host, "again", server, "");
}

#[test]
fn a_host_that_is_set_up_later_gets_what_svcgen_has_deployed() {
    let Some(lab) = Lab::get() else { return };
    let [host, late] = lab.hosts();
    let env = Env::new();
    let repository = Repository::new(&env, &[], &[&host]);
    let server = GitServer::start(lab.address(), KEY, &repository.folder());
    repository.set("git_server", &server.authority());
    let first = repository.commit("From a server");
    let deployer = Deployer::new(&lab, &env, &repository);
    scap(&host, "deploy", &server, &first);
    let second = repository.release("2");
    let run = deployer.deploy();
    assert_eq!(run.code, 0, "{}", run.show());
    again(&late, &server);
    assert_eq!(late.current().as_deref(), Some(second.as_str()));
    assert_eq!(late.serves().unwrap().revision, second);
    // Nor does somebody who runs it by hand bring back what Scap deployed before.
    again(&host, &server);
    assert_eq!(host.current().as_deref(), Some(second.as_str()));

    // A release that failed leaves all as it was.
    repository.write(
        "scap/checks.yaml",
        "checks: {no: {type: command, command: 'false', stage: finalize}}\n",
    );
    let bad = repository.commit("Bad");
    let run = deployer.deploy();
    assert_eq!(run.code, 20, "{}", run.show());
    let config = format!("grep -c {bad} /srv/deployment/{KEY}-cache/.config || true");
    assert_eq!(host.sh(&config).trim(), "0");
    let head = repository.folder().join(".git/DEPLOY_HEAD");
    let head_of = || std::fs::read_to_string(&head).unwrap();
    assert!(
        head_of().contains(&format!("git_rev: \"{second}\"\n")),
        "{}",
        head_of()
    );

    // The host that was set up is deployed to, and where that fails, it keeps what it had.
    repository.write(
        "scap/targets",
        &format!("{}\n{}\n", host.name(), late.name()),
    );
    repository.commit("One more");
    let run = deployer.deploy();
    assert_eq!(run.code, 20, "{}", run.show());
    for host in [&host, &late] {
        assert_eq!(host.state(), State::settled(&second));
    }
    repository.write("scap/checks.yaml", "checks: {}\n");
    let third = repository.release("3");
    let run = deployer.deploy();
    assert_eq!(run.code, 0, "{}", run.show());
    let run = deployer.run(&["rollback"]);
    assert_eq!(run.code, 0, "{}", run.show());
    for host in [&host, &late] {
        again(host, &server);
        assert_eq!(host.current().as_deref(), Some(second.as_str()));
    }
    assert!(!head_of().contains(&third), "{}", head_of());
}

#[test]
fn what_scap_has_deployed_in_between_is_not_guessed() {
    let Some(lab) = Lab::get() else { return };
    let [host] = lab.hosts();
    let env = Env::new();
    let repository = Repository::new(&env, &[], &[&host]);
    let server = GitServer::start(lab.address(), KEY, &repository.folder());
    repository.set("git_server", &server.authority());
    repository.commit("From a server");
    let deployer = Deployer::new(&lab, &env, &repository);
    let run = deployer.deploy();
    assert_eq!(run.code, 0, "{}", run.show());
    let second = repository.release("2");
    scap(&host, "deploy", &server, &second);
    let third = repository.release("3");
    scap(&host, "deploy", &server, &third);

    let run = deployer.run(&["rollback"]);
    assert_eq!(run.code, 2, "{}", run.show());
    let hint = format!("`svcgen rollback --to {second}` goes to the newest of them");
    assert!(run.stderr.contains(&hint), "{}", run.stderr);
    assert_eq!(host.state(), State::settled(&third));
    let run = deployer.run(&["rollback", "--to", &second]);
    assert_eq!(run.code, 0, "{}", run.show());
    assert_eq!(host.state(), State::settled(&second));
}

/// Scap restarts and compares what the last of its tags names.
#[test]
fn each_deploy_has_its_tag_for_scap_and_tags_to_keep_says_how_many() {
    let Some(lab) = Lab::get() else { return };
    let [host] = lab.hosts();
    let env = Env::new();
    let repository = Repository::new(&env, &[], &[&host]);
    let deployer = Deployer::new(&lab, &env, &repository);
    let tags = || {
        let tags = repository.git(&[
            "tag",
            "--list",
            "--format=%(objecttype) %(*objectname)",
            "scap/sync/*",
        ]);
        tags.lines().map(ToOwned::to_owned).collect::<Vec<_>>()
    };
    // What a server without git names, from which hosts fetch that Scap sets up.
    let server = GitServer::start(lab.address(), KEY, &repository.folder());
    let served = || {
        let list = repository.git(&["ls-remote", "--tags", &server.url()]);
        list.lines().filter(|line| line.ends_with("^{}")).count()
    };
    let tag = |revision: &str| format!("tag {revision}");
    let first = repository.git(&["rev-parse", "HEAD"]);
    let run = deployer.deploy();
    assert_eq!(run.code, 0, "{}", run.show());
    assert_eq!(tags(), [tag(&first)]);
    assert_eq!(served(), 1);
    // Nothing was done, and a deploy that fails leaves what is live as it was.
    let run = deployer.deploy();
    assert_eq!(run.code, 0, "{}", run.show());
    repository.write(
        "scap/checks.yaml",
        "checks: {no: {type: command, after: handle_service, command: 'false'}}\n",
    );
    repository.commit("A check that fails");
    let run = deployer.deploy();
    assert_eq!(run.code, 20, "{}", run.show());
    assert_eq!(tags(), [tag(&first)]);

    repository.write("scap/checks.yaml", "checks: {}\n");
    repository.set("tags_to_keep", "2");
    let second = repository.commit("Two tags");
    let run = deployer.deploy();
    assert_eq!(run.code, 0, "{}", run.show());
    assert_eq!(tags(), [tag(&first), tag(&second)]);
    let run = deployer.run(&["rollback"]);
    assert_eq!(run.code, 0, "{}", run.show());
    assert_eq!(tags(), [tag(&second), tag(&first)]);
    assert_eq!(served(), 2);
    repository.set("tags_to_keep", "0");
    repository.commit("No tags");
    let run = deployer.deploy();
    assert_eq!(run.code, 0, "{}", run.show());
    assert!(tags().is_empty());
    assert_eq!(served(), 0);
}
