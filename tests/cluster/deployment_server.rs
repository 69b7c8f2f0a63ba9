//! Deploys with Scap, on a deployment server.

use crate::support::{DEPLOY, DeploymentServer, Env, Host, Lab, Repository, State};

#[test]
fn scap_deploys_what_was_pushed_and_svcgen_tells_it_as_its_own() {
    let Some(lab) = Lab::get() else { return };
    let [server, canary, one, two] = lab.hosts();
    let env = Env::new();
    let repository = Repository::new(&env, &[&canary], &[&one, &two]);
    let targets = [&canary, &one, &two];
    let scap = DeploymentServer::new(&lab, &env, &repository, &server, &targets);
    let deployer = scap.deployer(&lab);
    let first = repository.git(&["rev-parse", "HEAD"]);
    let run = deployer.deploy();
    assert_eq!(run.code, 0, "{}", run.show());
    let live = format!("{} is live on 3 of 3 hosts", &first[..7]);
    assert!(run.stderr.contains(&live), "{}", run.stderr);
    for host in targets {
        assert_eq!(host.state(), State::settled(&first));
    }

    let second = scap.release(&lab, "2");
    let run = deployer.run(&["deploy", "--dry-run"]);
    assert_eq!(run.code, 0, "{}", run.show());
    let pulled = format!("pulled there: {} -> {}", &first[..7], &second[..7]);
    for words in [&pulled, "submodule src ", "Release 2"] {
        assert!(run.stdout.contains(words), "{}", run.stdout);
    }
    assert_eq!(canary.current().as_ref(), Some(&first));
    let run = deployer.run(&[DEPLOY, &["--format", "json", "Why", "not"]].concat());
    assert_eq!(run.code, 0, "{}", run.show());
    for host in targets {
        assert_eq!(host.state(), State::settled(&second));
        assert_eq!(host.serves().unwrap().source, "2");
    }
    for event in [
        "deploy_started",
        "group_started",
        "group_finished",
        "step_finished",
        "host_finished",
    ] {
        assert!(run.stdout.contains(event), "{event}: {}", run.stdout);
    }
    let run = deployer.run(&["log", "--host", canary.name()]);
    assert!(run.stdout.contains("promote passed"), "{}", run.show());
    let run = deployer.run(&["history", "--offline"]);
    assert!(run.stdout.contains("Why not"), "{}", run.show());
    assert_eq!(nobody_left(&server), "");

    let run = deployer.run(&["rollback"]);
    assert_eq!(run.code, 0, "{}", run.show());
    for host in targets {
        assert_eq!(host.state(), State::settled(&first));
    }
}

#[test]
fn whether_a_service_runs_scap_does_not_tell_and_svcgen_says_what_does() {
    let Some(lab) = Lab::get() else { return };
    let [server, one] = lab.hosts();
    let env = Env::new();
    let repository = Repository::new(&env, &[], &[&one]);
    let scap = DeploymentServer::new(&lab, &env, &repository, &server, &[&one]);
    let deployer = scap.deployer(&lab);
    let run = deployer.deploy();
    assert_eq!(run.code, 0, "{}", run.show());
    one.sh("service tea-pot stop");
    let run = deployer.deploy();
    assert_eq!(run.code, 0, "{}", run.show());
    let status = "svcgen service status --deploy-repo HOME/work/deploy";
    let said = format!("whether the service runs was not found out: `{status}` shows it\n");
    assert!(run.stderr.ends_with(&said), "{}", run.show());
    let run = deployer.run(&["service", "status"]);
    assert_eq!(run.code, 3, "{}", run.show());
    assert!(run.stdout.contains("inactive"), "{}", run.show());
}

/// What runs on the server for whoever deploys, but for its web server.
fn nobody_left(server: &Host) -> String {
    server.wait_until("! pgrep -u deploy-service >/dev/null 2>&1 || true");
    server.processes_of("deploy-service").join("\n")
}
