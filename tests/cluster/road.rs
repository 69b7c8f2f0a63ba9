//! The road of a release on real hosts: there, back, and on after the deployer was killed.

use std::io::{BufRead as _, BufReader};
use std::process::Stdio;

use crate::support::{Env, GitServer, Host, KEY, Lab, Repository, at_gate, svcgen};

/// What is true of a host on which a release is live and finished, with nobody at work.
fn is_settled(host: &Host, revision: &str, version: &str) {
    assert_eq!(host.live().as_deref(), Some(revision));
    assert_eq!(host.current().as_deref(), Some(revision));
    assert_eq!(host.done().as_deref(), Some(revision));
    assert_eq!(host.lock(), None);
    assert_eq!(host.serves().unwrap().source, version);
    let in_progress = format!("test ! -e /srv/deployment/{KEY}-cache/.in-progress");
    assert!(host.try_sh(&in_progress).status.success());
}

#[test]
fn a_release_goes_there_and_back() {
    let Some(lab) = Lab::get() else { return };
    let [canary, other] = lab.hosts();
    let env = Env::new();
    let repository = Repository::new(&env, &[&canary], &[&other]);
    let first = repository.git(&["rev-parse", "HEAD"]);
    let deploy = ["deploy", "--on-failure", "rollback"];

    let dry = env.run(&mut svcgen(
        &lab,
        &env,
        &repository,
        &["deploy", "--dry-run"],
    ));
    assert_eq!(dry.code, 0, "{}", dry.show());
    assert!(dry.stdout.contains(": nothing -> "), "{}", dry.stdout);
    assert_eq!(canary.live(), None);

    let run = env.run(&mut svcgen(&lab, &env, &repository, &deploy));
    assert_eq!(run.code, 0, "{}", run.show());
    assert!(
        run.stderr.contains("is live on 2 of 2 hosts"),
        "{}",
        run.stderr
    );
    for host in [&canary, &other] {
        is_settled(host, &first, "1");
    }
    let again = env.run(&mut svcgen(&lab, &env, &repository, &deploy));
    assert_eq!(again.code, 0, "{}", again.show());
    assert!(
        again.stderr.starts_with("nothing to do: "),
        "{}",
        again.stderr
    );

    // The second one comes from the git server, and is wrong: the canary shows it.
    let server = GitServer::start(lab.address(), KEY, &repository.folder());
    repository.set("git_server", &server.authority());
    repository.write("src/fault", "unhealthy\n");
    let second = repository.release_with("2", &["fault"]);
    let before = canary.serves().unwrap();
    let run = env.run(&mut svcgen(&lab, &env, &repository, &deploy));
    assert_eq!(run.code, 20, "{}", run.show());
    assert!(
        run.stderr.contains("check `endpoints` failed"),
        "{}",
        run.stderr
    );
    let bad = format!("{} is live", &second[..7]);
    assert!(!run.stderr.contains(&bad), "{}", run.stderr);
    let good = format!("; {} is live on 2 of 2 hosts\n", &first[..7]);
    assert!(run.stderr.contains(&good), "{}", run.stderr);
    let log = format!(" --host {} -v --deploy-repo ", canary.name());
    assert!(run.stderr.contains(&log), "{}", run.stderr);
    assert!(
        server
            .sent()
            .iter()
            .any(|sent| sent.path.contains("/modules/src/"))
    );
    for host in [&canary, &other] {
        is_settled(host, &first, "1");
    }
    assert_ne!(canary.serves().unwrap().pid, before.pid);

    // The third one is right, and is gone back from all the same.
    std::fs::remove_file(repository.folder().join("src/fault")).unwrap();
    let third = repository.release_with("3", &["fault"]);
    let run = env.run(&mut svcgen(&lab, &env, &repository, &deploy));
    assert_eq!(run.code, 0, "{}", run.show());
    is_settled(&other, &third, "3");
    let back = env.run(&mut svcgen(&lab, &env, &repository, &["rollback"]));
    assert_eq!(back.code, 0, "{}", back.show());
    assert!(
        back.stderr.contains("rolled back: 2 of 2"),
        "{}",
        back.stderr
    );
    for host in [&canary, &other] {
        is_settled(host, &first, "1");
        assert_eq!(host.processes_of("deploy-service"), Vec::<String>::new());
    }
}

#[test]
fn any_machine_goes_on_where_the_deployer_was_killed() {
    let Some(lab) = Lab::get() else { return };
    let [canary, other] = lab.hosts();
    let env = Env::new();
    let repository = Repository::new(&env, &[&canary], &[&other]);
    let revision = repository.gate();

    let arguments = [
        "deploy",
        "--on-failure",
        "stop",
        "--format",
        "json",
        "--yes",
    ];
    let mut deploy = svcgen(&lab, &env, &repository, &arguments);
    let mut child = deploy
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let events = BufReader::new(child.stdout.take().unwrap()).lines();
    let seen = events.map_while(Result::ok).find(|line| at_gate(line));
    assert!(seen.is_some());
    child.kill().unwrap();
    child.wait().unwrap();
    // The keeper of the canary finds out, ends the check, and lets the lock go.
    canary.sh("n=0; while [ -e /srv/deployment/tea-pot/deploy-cache/.svcgen/lock ] && [ $n -lt 300 ]; do sleep 0.1; n=$((n+1)); done");
    assert_eq!(canary.lock(), None);
    assert_eq!(
        (canary.live(), canary.done()),
        (Some(revision.clone()), None)
    );
    assert_eq!(other.live(), None);

    for host in [&canary, &other] {
        host.sh("touch /tmp/gate");
    }
    let elsewhere = Env::new();
    let mut resume = lab.svcgen(&elsewhere);
    resume.args([
        "deploy",
        "--resume",
        "--on-failure",
        "rollback",
        "--deploy-repo",
    ]);
    let run = elsewhere.run(resume.arg(repository.folder()));
    assert_eq!(run.code, 0, "{}", run.show());
    assert!(
        run.stderr.contains("going on with the deploy "),
        "{}",
        run.stderr
    );
    for host in [&canary, &other] {
        is_settled(host, &revision, "1");
        host.sh("rm -f /tmp/gate /tmp/at-gate");
    }
}

#[test]
fn configuration_is_rendered_for_each_host_and_comes_back() {
    let Some(lab) = Lab::get() else { return };
    let [canary, other] = lab.hosts();
    let env = Env::new();
    let repository = Repository::new(&env, &[&canary], &[&other]);
    repository.set("config_deploy", "True");
    repository.write(
        "scap/config-files.yaml",
        "---\n/srv/tea/config.yaml:\n  template: config.yaml.j2\n  remote_vars: /srv/tea/vars.yaml\n",
    );
    repository.write("scap/vars.yaml", "cups: 1\n");
    repository.write(
        "scap/templates/config.yaml.j2",
        "name: {{ name }}\ncups: {{ cups }}\n",
    );
    repository.commit("Configuration");
    for host in [&canary, &other] {
        let name = host.name();
        host.sh(&format!("mkdir -p /srv/tea && echo 'name: {name}' >/srv/tea/vars.yaml && chown -R deploy-service /srv/tea"));
    }
    let deploy = ["deploy", "--on-failure", "rollback"];
    let run = env.run(&mut svcgen(&lab, &env, &repository, &deploy));
    assert_eq!(run.code, 0, "{}", run.show());
    let config = |host: &Host| host.sh("cat /srv/tea/config.yaml");
    assert_eq!(config(&other), format!("name: {}\ncups: 1", other.name()));

    // The same release with other variables is no deploy without anything to do.
    canary.sh("echo 'cups: 9' >>/srv/tea/vars.yaml");
    let dry = env.run(&mut svcgen(
        &lab,
        &env,
        &repository,
        &["deploy", "--dry-run"],
    ));
    assert!(
        dry.stdout.contains("-cups: 1\n") && dry.stdout.contains("+cups: 9\n"),
        "{}",
        dry.stdout
    );
    repository.write("scap/vars.yaml", "cups: 2\n");
    repository.commit("More cups");
    let broken = "checks:\n  never: {type: command, after: handle_service, command: 'false'}\n";
    repository.write("scap/checks.yaml", broken);
    repository.commit("A check that fails");
    let run = env.run(&mut svcgen(&lab, &env, &repository, &deploy));
    assert_eq!(run.code, 20, "{}", run.show());
    for host in [&canary, &other] {
        assert_eq!(config(host), format!("name: {}\ncups: 1", host.name()));
        host.sh("rm -rf /srv/tea");
    }
}
