//! Environments lie over production, and every mistake is found.

use camino::Utf8PathBuf;
use svcgen::model::HostName;
use svcgen::scap::{ScapConfig, ScapDirectory, ScapError};

use super::{GROUPS, MODEL, Repo};

#[test]
fn a_list_beside_those_of_production_moves_into_the_folder_that_scap_wants() {
    let repo = Repo::new(&format!("{MODEL}{GROUPS}"));
    repo.write(
        "scap/scap.cfg",
        "[global]\ngit_repo: tea-pot/deploy\n\n[lab.example]\ndsh_targets: betacluster\n",
    );
    repo.write("scap/betacluster", "kettle1.lab.example\n");
    let warnings = repo.apply();
    assert!(
        warnings[0].starts_with(
            "`scap/environments/lab/betacluster` replaces `scap/betacluster`"
        )
    );
    assert_eq!(
        repo.read("lab.example").groups[0].path,
        "scap/environments/lab/betacluster"
    );
}

#[test]
fn every_mistake_of_a_configuration_is_found_with_its_line() {
    let repo = Repo::new(MODEL);
    repo.write(
        "scap/scap.cfg",
        "[global]\ngit_repo: ../x\nserver_groups: canary, default, canary\ndsh_targets: targets\ngroup_size: 0\n\
         canary_failure_limit: 101%\nservice_timeout: soon\ngit_submodules: maybe\nservice_name: x;y\n\
         failure_limt: 1\ncanery_dsh_targets: c\n",
    );
    let host = HostName::parse("deploy.example").unwrap();
    let Err(ScapError::Wrong(mistakes)) = ScapConfig::read(&repo.tree, &host, None) else {
        panic!("it is taken")
    };
    let shown: Vec<String> = mistakes.iter().map(ToString::to_string).collect();
    insta::assert_snapshot!(shown.join("\n"), @"
    scap/scap.cfg:2: `git_repo` cannot be `../x`: segments of letters, digits, `.`, `_`, `+` and `-` separated by `/`, each beginning with a letter, digit or `_`
    scap/scap.cfg:3: the group `canary` has no list of hosts: set `canary_dsh_targets`; line 11 of scap/scap.cfg has `canery_dsh_targets`: is one of the two misspelt?
    scap/scap.cfg:3: `server_groups` cannot be `canary, default, canary`: the group `canary` is listed twice
    scap/scap.cfg:5: `group_size` cannot be `0`: write a number that is at least 1
    scap/scap.cfg:7: `service_timeout` cannot be `soon`: write a number of seconds, such as `120`
    scap/scap.cfg:8: `git_submodules` cannot be `maybe`: write `True` or `False`
    scap/scap.cfg:9: `service_name` cannot be `x;y`: write the names of services, separated by commas, each with `=reload` or `=restart:disable-secondary` where it is not just restarted
    ");
    repo.write(
        "scap/scap.cfg",
        "[global]\ngit_repo: x/y\ndsh_targets: targets\nfailure_limt: 1\ncanery_dsh_targets: c\n",
    );
    let reading = ScapConfig::read(&repo.tree, &host, None).unwrap();
    let shown: Vec<String> = reading.warnings.iter().map(ToString::to_string).collect();
    insta::assert_snapshot!(shown.join("\n"), @"
    scap/scap.cfg:4: Scap knows no key `failure_limt`: did you mean `failure_limit`?
    scap/scap.cfg:5: Scap knows no key `canery_dsh_targets`: `server_groups` names no group `canery`
    ");
}

#[test]
fn longer_sections_win_and_environments_over_them() {
    let repo = Repo::new(MODEL);
    repo.write(
        "scap/scap.cfg",
        "[a.example]\nenvironment: e\ngroup_size: 3\n[global]\ngit_repo: x/y\ngroup_size: 1\ndsh_targets: t\n\
         service_timeout: 1.5\n[example]\ngroup_size: 2\nservice_name: x=reload, y\n",
    );
    let config = |host: &str| ScapConfig::read(&repo.tree, &HostName::parse(host).unwrap(), None);
    assert_eq!(config("other.org").unwrap().value.groups[0].size, Some(1));
    let example = config("b.example").unwrap().value;
    assert_eq!(
        (example.groups[0].size, example.services.len()),
        (Some(2), 2)
    );
    assert_eq!(example.service_timeout.as_millis(), 1500);
    let error = config("b.a.example").unwrap_err().to_string();
    assert_eq!(
        error,
        "scap/scap.cfg:2: the environment `e` has no folder `scap/environments/e`"
    );
    repo.write(
        "scap/environments/e/scap.cfg",
        "[a.example]\ngroup_size: 4\n[global]\nservice_timeout: 9\n",
    );
    let inner = config("b.a.example").unwrap().value;
    assert_eq!(
        (inner.groups[0].size, inner.service_timeout.as_secs()),
        (Some(4), 9)
    );
}

#[test]
fn checks_and_variables_of_an_environment_lie_over_those_of_all() {
    let repo = Repo::new(MODEL);
    repo.write(
        "scap/scap.cfg",
        "[global]\ngit_repo: x/y\ndsh_targets: t\nconfig_deploy: on\n[e]\nenvironment: e\n",
    );
    repo.write("scap/t", "");
    repo.write(
        "scap/checks.yaml",
        "checks:\n  a: {command: x, after: promote}\n  b: {command: y, after: promote}\n",
    );
    repo.write(
        "scap/environments/e/checks.yml",
        "checks: {a: {}, b: {command: z, before: fetch}}\n",
    );
    repo.write("scap/vars.yaml", "m: {k: 1}\nn: 2\n");
    repo.write("scap/environments/e/vars.yaml", "m: {l: 3}\n");
    repo.write(
        "scap/config-files.yaml",
        "/etc/x.yaml: {template: x.j2, erb_syntax: yes}\n",
    );
    repo.write("scap/environments/e/templates/x.j2", "");
    let read = repo.read("e");
    assert_eq!(
        read.checks
            .iter()
            .map(|c| c.command.as_str())
            .collect::<Vec<_>>(),
        ["z"]
    );
    assert_eq!(
        serde_json::to_string(&read.vars).unwrap(),
        r#"{"m":{"l":3},"n":2}"#
    );
    assert_eq!(
        read.config_files[0].template,
        Utf8PathBuf::from("scap/environments/e/templates/x.j2")
    );
    let host = HostName::parse("other").unwrap();
    let error = ScapDirectory::read(&repo.tree, &host, None)
        .unwrap_err()
        .to_string();
    assert!(
        error.ends_with("the template `x.j2` does not exist: write `scap/templates/x.j2`"),
        "{error}"
    );
}

#[test]
fn secrets_are_never_written() {
    let config = "config: {style: scap, parameters: [{name: token, secret: true}, {name: proxy, default: p}]}\n";
    let repo = Repo::new(&format!("{MODEL}{config}{GROUPS}"));
    repo.apply();
    assert!(!repo.text("scap/vars.yaml").contains("token"));
    let template = repo.text("scap/templates/config.yaml.j2");
    assert!(template.contains("      token: <%= token | tojson %>\n"));
    assert_eq!(template.matches("proxy:").count(), 1, "{template}");
    assert!(repo.text("scap/scap.cfg").contains("config_deploy: True\n"));
}
