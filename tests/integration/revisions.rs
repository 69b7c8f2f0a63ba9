//! A revision brings its checks, its configuration files and its submodules; hosts and settings are the working copy's.

use crate::support::LocalFarm;

const HERE: &str = "version: 1\nname: here\ndomain: farm.example\ndeployment: {engine: local}\n";

fn write_site(farm: &LocalFarm) {
    let path = farm.env().home().join("config/svcgen/sites/here.yaml");
    std::fs::write(path, HERE).unwrap();
}

/// A command that notes that the check of a release ran.
fn note(farm: &LocalFarm, word: &str) -> String {
    let path = farm.env().work().join("ran");
    format!(
        "checks:\n  note: {{type: command, after: handle_service, shell: true, command: 'echo {word} >> {}'}}\n",
        path.display()
    )
}

/// What is noted since the last look.
fn ran(farm: &LocalFarm) -> Vec<String> {
    let path = farm.env().work().join("ran");
    let text = std::fs::read_to_string(&path).unwrap_or_default();
    std::fs::remove_file(&path).unwrap_or_default();
    text.lines().map(ToOwned::to_owned).collect()
}

/// Lists of `/etc/dsh/group` come and go without a commit.
#[test]
fn a_revision_that_names_a_list_of_hosts_that_is_gone_is_deployed() {
    let farm = LocalFarm::new(1);
    let path = farm.env().work().join("deploy/scap/scap.cfg");
    let config = std::fs::read_to_string(path).unwrap();
    farm.write(
        "scap/scap.cfg",
        &config.replace("dsh_targets: targets", "dsh_targets: retired"),
    );
    let first = farm.release("1");
    farm.write("scap/scap.cfg", &config);
    farm.release("2");
    let run = farm.svcgen(&["deploy", "--on-failure", "stop", "--rev", &first]);
    assert_eq!(run.code, 0, "{}", run.show());
    let all: Vec<_> = farm.hosts().map(|_| Some("1".to_owned())).collect();
    assert_eq!(farm.answers(), all);
}

#[test]
fn a_rollback_runs_the_checks_of_what_it_goes_back_to() {
    let farm = LocalFarm::new(1);
    write_site(&farm);
    let path = farm.env().work().join("deploy/scap/scap.cfg");
    let config = std::fs::read_to_string(path).unwrap();
    // The hosts stand in a section that holds on the machines of one domain.
    let (head, groups) = config.split_once("server_groups").unwrap();
    farm.write(
        "scap/scap.cfg",
        &format!("{head}\n[farm.example]\nserver_groups{groups}"),
    );
    let deploy = ["deploy", "--site", "here", "--on-failure", "rollback"];
    farm.write("scap/checks.yaml", &note(&farm, "first"));
    farm.release("1");
    let run = farm.svcgen(&deploy);
    assert_eq!(run.code, 0, "{}", run.show());
    assert_eq!(ran(&farm), ["first", "first"]);
    farm.write("scap/checks.yaml", &note(&farm, "second"));
    farm.release("2");
    let run = farm.svcgen(&deploy);
    assert_eq!(run.code, 0, "{}", run.show());
    assert_eq!(ran(&farm), ["second", "second"]);
    let run = farm.svcgen(&["rollback", "--site", "here"]);
    assert_eq!(run.code, 0, "{}", run.show());
    assert_eq!(ran(&farm), ["first", "first"]);

    // So does the rollback of a deploy that fails.
    farm.write(
        "scap/checks.yaml",
        "checks: {no: {type: command, after: handle_service, command: 'false'}}\n",
    );
    farm.release("3");
    let run = farm.svcgen(&deploy);
    assert_eq!(run.code, 20, "{}", run.show());
    assert_eq!(ran(&farm), ["first"]);
}

#[test]
fn a_mistake_that_only_the_commit_has_is_told_of_the_commit() {
    let farm = LocalFarm::new(1);
    farm.write(
        "scap/checks.yaml",
        "checks: {no: {command: 'false', after: restart}}\n",
    );
    let revision = farm.release("1");
    farm.write("scap/checks.yaml", "checks: {}\n");
    let run = farm.svcgen(&["deploy", "--on-failure", "stop"]);
    assert_eq!(run.code, 2, "{}", run.show());
    let said = run.stderr.replace(&revision[..7], "REVISION");
    insta::assert_snapshot!(said, @"
    error: there is a mistake in the `scap/` directory of REVISION
    cause: scap/checks.yaml:1: `restart` is not a stage: one of fetch, config_deploy, promote, handle_service, finalize, rollback, config_diff
    hint: commit what is right, or deploy another revision with `--rev`
    ");
}

#[test]
fn a_list_of_hosts_that_stands_in_the_section_of_another_domain_is_found() {
    let farm = LocalFarm::new(1);
    write_site(&farm);
    farm.write(
        "scap/scap.cfg",
        "[global]\ngit_repo: feed/deploy\n[other.example]\ndsh_targets: targets\n",
    );
    farm.release("1");
    let run = farm.svcgen(&["deploy", "--site", "here", "--dry-run"]);
    assert_eq!(run.code, 2, "{}", run.show());
    insta::assert_snapshot!(run.stderr, @"
    error: there is a mistake in the `scap/` directory
    cause: scap/scap.cfg: the group `default` has no list of hosts: set `dsh_targets`; line 4 of scap/scap.cfg does, in `[other.example]`, which is for hosts of that domain: deploy from one, or name it as `domain` of the site
    hint: correct it there; `svcgen scap` writes the directory as the model says
    ");
}

/// A release that failed is nothing to go on with at three in the morning.
#[test]
fn a_rollback_to_a_release_that_fails_there_too_is_taken_back_by_the_next() {
    let farm = LocalFarm::new(1);
    let bad = farm.release("ill");
    let good = farm.release("1");
    let run = farm.svcgen(&["deploy", "--on-failure", "stop"]);
    assert_eq!(run.code, 0, "{}", run.show());
    let run = farm.svcgen(&["rollback", "--to", &bad]);
    assert_eq!(run.code, 21, "{}", run.show());
    let (short, other) = (&good[..7], &bad[..7]);
    assert!(
        run.stderr.contains(&format!(
            "NOT DONE: {other} is known to be live on 0 of 2 hosts"
        )),
        "{}",
        run.stderr
    );
    let run = farm.svcgen(&["rollback", "--dry-run"]);
    assert!(
        !run.stdout.contains(&format!("-> {other}")),
        "{}",
        run.stdout
    );
    let run = farm.svcgen(&["rollback"]);
    assert_eq!(run.code, 0, "{}", run.show());
    assert!(
        run.stderr
            .contains(&format!("{short} is live on 2 of 2 hosts")),
        "{}",
        run.stderr
    );
    let all: Vec<_> = farm.hosts().map(|_| Some("1".to_owned())).collect();
    assert_eq!(farm.answers(), all);

    // What is done can be taken back, but not without a word.
    let run = farm.svcgen(&["rollback", "--dry-run"]);
    let word = "warning: the last action was the rollback ";
    assert!(run.stderr.contains(word), "{}", run.stderr);
}
