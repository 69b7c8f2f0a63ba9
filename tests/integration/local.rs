//! The engine on hosts that are folders of this machine: no sshd, no rights, and the same deploy.

mod already_live;
mod background;
mod canary;
mod interrupted;
mod ports;
mod programs;
mod refused;
mod resumed;
mod room;
mod workers;

use crate::support::{LocalFarm, Run};

fn all(farm: &LocalFarm, version: &str) -> Vec<Option<String>> {
    farm.hosts().map(|_| Some(version.to_owned())).collect()
}

#[test]
fn a_release_goes_to_folders_and_back() {
    let farm = LocalFarm::new(2);
    let first = farm.release("1");
    let run = farm.svcgen(&["deploy", "--on-failure", "rollback"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let last = format!("{} is live on 3 of 3 hosts\n", &first[..7]);
    assert!(run.stderr.ends_with(&last), "{}", run.stderr);
    assert_eq!(farm.answers(), all(&farm, "1"));

    farm.release("2");
    let run = farm.svcgen(&["deploy", "--on-failure", "rollback"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    // Of the first release there is nothing to go back to.
    let last = " is live on 3 of 3 hosts\nto go back: svcgen rollback\n";
    assert!(run.stderr.ends_with(last), "{}", run.stderr);
    assert_eq!(farm.answers(), all(&farm, "2"));
    let again = farm.svcgen(&["deploy", "--on-failure", "rollback"]);
    assert!(again.stderr.contains("nothing to do"), "{}", again.stderr);

    let back = farm.svcgen(&["rollback"]);
    assert_eq!(back.code, 0, "{}", back.stderr);
    assert!(!back.stderr.contains("warning"), "{}", back.stderr);
    assert_eq!(farm.answers(), all(&farm, "1"));
    let current = farm
        .root("l02")
        .join("srv/deployment/feed/deploy-cache/current");
    let current = std::fs::read_link(current).unwrap();
    assert_eq!(current.to_str().unwrap(), format!("revs/{first}"));
    let service = farm.service("l01", "status");
    assert_eq!(service.code, 0);
    assert!(service.stdout.starts_with("feed runs, process "));
    // What is live already leaves nothing to go back to.
    let same = [
        "deploy",
        "--rev",
        &first,
        "--force",
        "--on-failure",
        "rollback",
    ];
    let again = farm.svcgen(&same);
    assert_eq!(again.code, 0, "{}", again.stderr);
    assert!(!again.stderr.contains("to go back"), "{}", again.stderr);
}

#[test]
fn the_canary_catches_a_bad_release() {
    let farm = LocalFarm::new(2);
    farm.release("1");
    assert_eq!(farm.svcgen(&["deploy", "--on-failure", "rollback"]).code, 0);
    let before = farm.service("l01", "status").stdout;
    farm.release("ill");
    let run = farm.svcgen(&["deploy", "--on-failure", "rollback"]);
    assert_eq!(run.code, 20, "{}", run.stderr);
    assert!(
        run.stderr.contains("check `answers` failed"),
        "{}",
        run.stderr
    );
    assert_eq!(farm.answers(), all(&farm, "1"));
    assert_eq!(
        farm.service("l01", "status").stdout,
        before,
        "it was not touched"
    );
}

#[test]
fn configuration_is_rendered_below_the_root_of_each_host() {
    let farm = LocalFarm::new(1);
    let config = std::fs::read_to_string(farm.env().work().join("deploy/scap/scap.cfg")).unwrap();
    farm.write("scap/scap.cfg", &format!("{config}config_deploy: True\n"));
    farm.write(
        "scap/config-files.yaml",
        "/etc/feed/config.yaml:\n  template: config.yaml.j2\n  remote_vars: /etc/feed/vars.yaml\n",
    );
    farm.write("scap/templates/config.yaml.j2", "greeting: {{ word }}\n");
    farm.write("scap/vars.yaml", "word: base\n");
    farm.env().write("hosts/l00/etc/feed/vars.yaml", "{}\n");
    farm.env()
        .write("hosts/l01/etc/feed/vars.yaml", "word: own\n");
    farm.release("1");
    let run = farm.svcgen(&["deploy", "--on-failure", "rollback"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    for (host, word) in [("l00", "base"), ("l01", "own")] {
        let text = farm
            .env()
            .read(&format!("hosts/{host}/etc/feed/config.yaml"));
        assert_eq!(text, format!("greeting: {word}"), "{host}");
    }
}

#[test]
fn who_wants_local_hosts_says_where_they_are() {
    let farm = LocalFarm::new(1);
    std::fs::remove_file(farm.env().work().join("deploy/scap/local.yaml")).unwrap();
    farm.release("1");
    let run = farm.svcgen(&["deploy", "--engine", "local", "--dry-run"]);
    assert_eq!(run.code, 2);
    insta::assert_snapshot!(run.stderr, @"
    error: there is no `scap/local.yaml`, which says where the local hosts are
    hint: write it, or `deployment.local` of the site
    ");
    farm.write("scap/local.yaml", "version: 1\nrot: ../hosts\n");
    let run = farm.svcgen(&["deploy", "--dry-run"]);
    assert_eq!(run.code, 2);
    assert!(
        run.stderr.contains("did you mean `root`?"),
        "{}",
        run.stderr
    );
    // A site may say it as well.
    std::fs::remove_file(farm.env().work().join("deploy/scap/local.yaml")).unwrap();
    let folder = farm.env().work().join("hosts");
    let site = format!(
        "version: 1\nname: here\ndeployment:\n  engine: local\n  local: {{root: {}, services: {{feed: python3 server.py}}}}\n",
        folder.display()
    );
    let sites = farm.env().home().join("config/svcgen/sites/here.yaml");
    std::fs::write(sites, site).unwrap();
    let run = farm.svcgen(&["deploy", "--site", "here", "--on-failure", "rollback"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert_eq!(farm.answers(), all(&farm, "1"));
}

#[test]
fn the_deploy_repository_of_a_service_is_found_by_the_name_in_its_model() {
    let farm = LocalFarm::new(0);
    farm.release("1");
    let env = farm.env();
    env.write("elsewhere/svcgen.yaml", "version: 1\nname: feed\n");
    let plan = || {
        let mut command = env.command();
        command.current_dir(env.work().join("elsewhere"));
        env.run(command.args(["deploy", "--dry-run"]))
    };
    let run = plan();
    assert_eq!(run.code, 2, "{}", run.show());
    assert!(
        run.stderr.contains("there is no deploy repository"),
        "{}",
        run.stderr
    );
    let deploy = env.work().join("deploy");
    let config = format!("services: {{feed: {{deploy: {}}}}}\n", deploy.display());
    std::fs::write(env.home().join("config/svcgen/config.yaml"), config).unwrap();
    let run = plan();
    assert_eq!(run.code, 0, "{}", run.show());
    assert!(run.stdout.contains("l00"), "{}", run.show());
}

#[test]
fn the_sudo_of_a_folder_lists_without_running() {
    let farm = LocalFarm::new(0);
    farm.release("1");
    let run = farm.svcgen(&["deploy", "--on-failure", "rollback"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let sudo = |command: &[&str]| {
        let sudo = farm.root("l00").join(".svcgen/bin/sudo");
        let output = std::process::Command::new(sudo).args(command).output();
        let output = output.unwrap();
        (
            output.status.code(),
            String::from_utf8(output.stdout).unwrap(),
        )
    };
    let stop = "/usr/sbin/service feed stop";
    let words: Vec<&str> = ["-n", "-l"].into_iter().chain(stop.split(' ')).collect();
    assert_eq!(sudo(&words), (Some(0), format!("{stop}\n")));
    assert_eq!(farm.answers(), all(&farm, "1"));
    assert_eq!(sudo(&["-n", "-l", "/nowhere/feeds"]).0, Some(1));
    assert_eq!(
        sudo(&["-n", "/usr/sbin/service", "feed", "stop"]).0,
        Some(0)
    );
    assert_eq!(farm.answers(), [None]);
}

#[test]
fn a_service_that_is_for_the_primary_only_is_off_where_the_file_says_secondary() {
    let farm = LocalFarm::new(1);
    let config = std::fs::read_to_string(farm.env().work().join("deploy/scap/scap.cfg")).unwrap();
    let service = "service_name: feed=restart:disable-secondary";
    let config = config.replace("service_name: feed", service);
    let file = "secondary_host_signal_file: /etc/feed.secondary\n";
    farm.write("scap/scap.cfg", &format!("{config}{file}"));
    farm.write("scap/checks.yaml", "checks: {}\n");
    farm.env().write("hosts/l01/etc/feed.secondary", "");
    farm.release("1");
    let run = farm.svcgen(&["deploy", "--on-failure", "rollback"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert_eq!(farm.answers(), [Some("1".into()), None]);
    // There it is as it should be.
    let again = farm.svcgen(&["deploy", "--on-failure", "rollback"]);
    assert_eq!(again.code, 0, "{}", again.stderr);
    assert!(again.stderr.contains("nothing to do"), "{}", again.stderr);
}

#[test]
fn the_log_that_is_named_is_that_of_the_host_that_failed() {
    let farm = LocalFarm::new(2);
    farm.release("1");
    assert_eq!(farm.svcgen(&["deploy", "--on-failure", "rollback"]).code, 0);
    // One host fails once another is at work, which is ended by that.
    let at = farm.env().work().join("at");
    let check = format!(
        "checks:\n  trial: {{type: command, after: handle_service, shell: true, command: 'case $SVCGEN_HOST in l01) touch {at}; sleep 1000;; l02) while [ ! -e {at} ]; do sleep 0.1; done; exit 1;; esac'}}\n",
        at = at.display()
    );
    farm.write("scap/checks.yaml", &check);
    farm.release("2");
    let run = farm.svcgen(&["deploy", "--on-failure", "rollback"]);
    assert_eq!(run.code, 20, "{}", run.stderr);
    assert!(
        run.stderr.contains("check `trial` was interrupted"),
        "{}",
        run.stderr
    );
    let hint = run.stderr.lines().find(|line| line.starts_with("hint: "));
    let hint = hint.unwrap();
    assert!(hint.contains(" --host l02 -v"), "{}", run.stderr);
}

#[test]
fn who_only_looks_makes_no_host() {
    let farm = LocalFarm::new(1);
    std::fs::remove_dir_all(farm.env().work().join("hosts")).unwrap();
    farm.release("1");
    for command in [
        &["deploy", "--dry-run"][..],
        &["rollback", "--dry-run"],
        &["service", "status"],
        &["service", "stop", "--dry-run"],
        &["history"],
        &["lock", "--show"],
    ] {
        let run = farm.svcgen(command);
        assert!(!run.stderr.contains("cannot be used"), "{}", run.show());
        let hosts = farm.env().work().join("hosts");
        assert!(!hosts.exists(), "{command:?}: {}", run.show());
    }
    let run = farm.svcgen(&["deploy", "--dry-run"]);
    assert_eq!(run.code, 0, "{}", run.show());
}

#[test]
fn a_service_has_ended_once_all_that_it_started_has() {
    let farm = LocalFarm::new(0);
    farm.release("1");
    let run = farm.svcgen(&["deploy", "--on-failure", "rollback"]);
    assert_eq!(run.code, 0, "{}", run.show());
    let stopped = farm.service("l00", "stop");
    assert_eq!(stopped.code, 0, "{}", stopped.show());
    // The first process ends at once; what it began has to be waited for.
    let command = "(trap 'sleep 1; echo gone >> log; exit' TERM; : > ready; while :; do sleep 0.1; done) & wait";
    let file = "hosts/l00/.svcgen/services/feed";
    farm.env()
        .write(file, &format!("/\n/srv/log/other.log\n{command}\n"));
    let log = farm.root("l00").join("log");
    assert_eq!(farm.service("l00", "start").code, 0);
    let is_ready = || farm.root("l00").join("ready").exists();
    let ready = (0..200).any(|_| {
        std::thread::sleep(std::time::Duration::from_millis(50));
        is_ready()
    });
    assert!(ready);
    let stopped = farm.service("l00", "stop");
    assert_eq!(stopped.code, 0, "{}", stopped.show());
    assert_eq!(std::fs::read_to_string(log).unwrap(), "gone\n");
}

#[test]
fn uncommitted_hosts_and_settings_are_told_as_those_that_are_taken() {
    let farm = LocalFarm::new(1);
    farm.release("1");
    let dry = ["deploy", "--dry-run"];
    let warned = |run: &Run| -> Vec<String> {
        let lines = run
            .stderr
            .lines()
            .filter(|line| line.starts_with("warning: "));
        lines.map(str::to_owned).collect()
    };
    farm.write("scap/canary", "");
    let local = farm.env().work().join("deploy/scap/local.yaml");
    let hosts = std::fs::read_to_string(local).unwrap() + "# mine\n";
    farm.write("scap/local.yaml", &hosts);
    let run = farm.svcgen(&dry);
    assert_eq!(run.code, 0, "{}", run.show());
    assert_eq!(
        warned(&run),
        [
            "warning: scap/canary: the group `canary` gets no host: its list is empty, or has only hosts of an earlier group",
            "warning: `scap/canary` and 1 more have uncommitted changes, which take effect: hosts and settings are those of the working copy",
        ]
    );
    farm.write("version", "2");
    let run = farm.svcgen(&dry);
    assert_eq!(
        warned(&run)[2..],
        ["warning: `version` has uncommitted changes, which are not deployed"]
    );
}
