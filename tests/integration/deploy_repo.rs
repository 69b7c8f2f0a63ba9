//! The deploy repository: generated, applied, read back, generated again.

#![allow(clippy::unwrap_used)]

use camino::{Utf8Path, Utf8PathBuf};
use proptest::prelude::*;
use svcgen::edit::{self, EditPlan, Rendered};
use svcgen::generate::{DeployRepo, GenerateError, Generated, deploy_repo};
use svcgen::model::{HostName, Service, Site, Sites};
use svcgen::render::Templates;
use svcgen::scap::{ScapConfig, ScapDirectory, ScapError};
use svcgen::validate;
use svcgen::worktree::Worktree;

/// A deploy repository in a folder of its own, and the model it belongs to.
struct Repo {
    _folder: tempfile::TempDir,
    tree: Worktree,
    service: Service,
    site: Site,
}

const MODEL: &str = "version: 1\nname: tea-pot\ndescription: Brews `tea`, <i>hot</i>. More.\nport: 6100\nowner: {name: Ada}\n";

impl Repo {
    fn new(model: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        git2::Repository::init(folder.path()).unwrap();
        let tree = Worktree::open(Utf8Path::from_path(folder.path()).unwrap()).unwrap();
        let (service, site) = load(model);
        Self {
            _folder: folder,
            tree,
            service,
            site,
        }
    }

    /// The repository of the fixture.
    fn existing(model: &str) -> Self {
        let repo = Self::new(model);
        let fixture = Utf8Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/deploy-repo");
        copy(&fixture, repo.tree.root());
        repo
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.tree.root().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    fn text(&self, path: &str) -> String {
        self.tree
            .read(path)
            .unwrap()
            .unwrap_or_else(|| panic!("there is no `{path}`"))
    }

    fn generate(&self) -> Result<(Generated, EditPlan), GenerateError> {
        let tree = DeployRepo::read(&self.tree)?;
        let generated = deploy_repo(&self.service, &self.site, &tree, &Templates::new(None))?;
        let rendered = Rendered::of(self.tree.root(), &self.service.name);
        let plan = edit::plan(&generated.desired, &self.tree, &rendered).unwrap();
        Ok((generated, plan))
    }

    /// Generates, applies, and checks that the result is right and that a second run has nothing to do.
    fn apply(&self) -> Vec<String> {
        let (generated, plan) = self.generate().unwrap();
        assert_eq!(plan.conflicts, []);
        let mistakes = validate::mistakes(&self.service, &self.site, &self.tree, &plan).unwrap();
        assert_eq!(mistakes, []);
        edit::apply(
            &plan,
            &self.tree,
            &Rendered::of(self.tree.root(), &self.service.name),
        )
        .unwrap();
        assert_eq!(
            self.generate().unwrap().1.edits,
            [],
            "a second run changes something"
        );
        generated.warnings
    }

    fn read(&self, host: &str) -> ScapDirectory {
        ScapDirectory::read(&self.tree, &HostName::parse(host).unwrap(), None)
            .unwrap()
            .value
    }
}

fn load(model: &str) -> (Service, Site) {
    Service::parse("svcgen.yaml".into(), model, &Sites::new(None), None).unwrap()
}

fn copy(from: &Utf8Path, to: &Utf8Path) {
    for entry in from.read_dir_utf8().unwrap().map(Result::unwrap) {
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            std::fs::create_dir_all(&target).unwrap();
            copy(entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), &target).unwrap();
        }
    }
}

const GROUPS: &str = "deploy:
  service_timeout: 240
  groups:
    - {name: canary, hosts: [pot0.example.org]}
    - {name: default, hosts: ['pot[1-3].example.org'], size: 2, failure_limit: 10%}
environments:
  lab:
    domain: lab.example
    groups: [{name: default, hosts: ['kettle[1-3].lab.example']}]
";

#[test]
fn an_empty_repository_gets_everything() {
    let repo = Repo::new(&format!(
        "{MODEL}runtime: {{healthcheck: {{spec: true}}}}\n{GROUPS}"
    ));
    assert_eq!(repo.apply(), Vec::<String>::new());
    insta::assert_snapshot!(repo.text("scap/scap.cfg"), @"
    [global]
    git_repo: tea-pot/deploy
    git_deploy_dir: /srv/deployment
    ssh_user: deploy-service
    server_groups: canary, default
    canary_dsh_targets: target-canary
    dsh_targets: targets
    group_size: 2
    failure_limit: 10%
    canary_failure_limit: 0
    git_submodules: True
    service_name: tea-pot
    service_port: 6100
    service_timeout: 240
    lock_file: /tmp/scap.tea-pot.lock

    [lab.example]
    environment: lab
    server_groups: default
    group_size: 3
    failure_limit: 0
    ");
    assert_eq!(
        repo.text("scap/targets"),
        "pot1.example.org\npot2.example.org\npot3.example.org\n"
    );
    assert_eq!(repo.text("scap/target-canary"), "pot0.example.org\n");
    insta::assert_snapshot!(repo.text("scap/checks.yaml"), @"
    checks:
      endpoints:
        type: nrpe
        after: handle_service
        command: check_endpoints_tea-pot
    ");
    insta::assert_snapshot!(repo.text(".gitreview"), @"
    [gerrit]
    host=gerrit.wikimedia.org
    port=29418
    project=mediawiki/services/tea-pot/deploy.git
    defaultbranch=master
    track=1
    ");
    assert!(
        repo.text("README.md")
            .contains("\nBrews \\`tea\\`, \\<i\\>hot\\</i\\>.\n")
    );
    let lab = repo.read("deploy.lab.example");
    assert_eq!(lab.groups[0].hosts.len(), 3);
    assert_eq!(
        lab.submodules[0].url,
        "https://gerrit.wikimedia.org/r/mediawiki/services/tea-pot"
    );
}

#[test]
fn an_existing_repository_keeps_its_names_and_words() {
    let checks = "  checks:
    - {name: warm, after: handle_service, command: is-warm --fully}
    - {name: endpoints, type: nrpe, after: handle_service, command: check_endpoints_tea-pot}
    - {name: steep, before: promote, command: sleep 1, timeout: 5}
";
    let repo = Repo::existing(&format!(
        "{MODEL}{}",
        GROUPS.replace("  service_timeout: 240\n", checks)
    ));
    let warnings = repo.apply();
    assert_eq!(
        warnings,
        ["no submodule of `.gitmodules` is `mediawiki/services/tea-pot`"]
    );
    insta::assert_snapshot!(repo.text("scap/scap.cfg"), @"
    ; how tea is brewed
    [global]
    git_repo = tea-pot/deploy
    git_deploy_dir = /srv/deployment/
    ssh_user = deploy-service
    server_groups = canary,default
    # the first one
    canary_dsh_targets = tea-canary
    dsh_targets = tea
    group_size = 2
    failure_limit = 10%
    canary_failure_limit = 0
    git_submodules = yes
    service_name = tea-pot
    service_port = 6100
    lock_file = /run/tea.lock

    [lab.example]
    environment: lab
    group_size: 3
    failure_limit: 0
    ");
    assert_eq!(
        repo.text("scap/tea"),
        "# rack 7\npot1.example.org\npot2.example.org\npot3.example.org\npot9.example.org # by hand\n"
    );
    assert_eq!(repo.text("scap/environments/lab/kettle").lines().count(), 3);
    assert!(
        repo.text("scap/checks.yaml")
            .starts_with("# what must hold\nchecks:\n  warm:\n    stage: restart_service\n")
    );
    let names: Vec<String> = repo
        .read("deploy.wmnet")
        .checks
        .into_iter()
        .map(|check| check.name)
        .collect();
    assert_eq!(names, ["warm", "endpoints", "steep"]);
}

#[test]
fn hosts_and_settings_that_svcgen_wrote_go_with_the_model() {
    let mut repo = Repo::new(&format!("{MODEL}{GROUPS}"));
    repo.apply();
    repo.write(
        "scap/targets",
        &format!("{}pot8.example.org\n", repo.text("scap/targets")),
    );
    (repo.service, _) = load(&format!(
        "{MODEL}deploy: {{groups: [{{name: default, hosts: [pot2.example.org]}}]}}\n"
    ));
    repo.apply();
    assert_eq!(
        repo.text("scap/targets"),
        "pot2.example.org\npot8.example.org\n"
    );
    let config = repo.text("scap/scap.cfg");
    for gone in ["canary", "group_size", "service_timeout", "[lab.example]"] {
        assert!(!config.contains(gone), "{gone} is in {config}");
    }
}

#[test]
fn a_group_without_hosts_says_where_they_go() {
    let mut repo = Repo::new(MODEL);
    let warnings = repo.apply();
    assert_eq!(
        warnings,
        ["the group `default` has no hosts yet; `deploy.groups` is where they go"]
    );
    assert!(
        repo.text("scap/targets")
            .starts_with("# the group default: no host is known yet.")
    );
    assert!(repo.read("deploy.wmnet").groups[0].hosts.is_empty());
    (repo.service, _) = load(&format!("{MODEL}{GROUPS}"));
    repo.apply();
    assert_eq!(
        repo.text("scap/targets").lines().next(),
        Some("pot1.example.org")
    );
}

#[test]
fn what_somebody_else_set_is_a_conflict() {
    let repo = Repo::existing(&MODEL.replace("port: 6100", "port: 6101"));
    let (_, plan) = repo.generate().unwrap();
    let conflict = &plan.conflicts[0];
    assert_eq!(
        (conflict.path.as_str(), conflict.line),
        ("scap/scap.cfg", Some(6))
    );
    let repo = Repo::existing(&format!("{MODEL}{GROUPS}").replace("port: 6100", "port: 6101"));
    let (_, plan) = repo.generate().unwrap();
    assert_eq!(
        plan.conflicts[0].reason,
        "`service_port` is `6100` already, not `6101`"
    );
    assert_eq!(plan.conflicts[0].line, Some(12));
}

#[test]
fn another_tree_is_refused() {
    let repo = Repo::new(MODEL);
    repo.write("modules/x/manifests/init.pp", "");
    let Err(GenerateError::Unrecognised { looked_for, .. }) = repo.generate() else {
        panic!("it is taken")
    };
    assert_eq!(
        looked_for,
        [
            "`scap/scap.cfg`, or an empty folder",
            "a folder without `modules`, which belongs to a Puppet tree"
        ]
    );
}

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
            "`scap/environments/lab/betacluster` takes the place of `scap/betacluster`"
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
    scap/scap.cfg:3: the group `canary` has no list of hosts: set `canary_dsh_targets`
    scap/scap.cfg:3: `server_groups` cannot be `canary, default, canary`: the group `canary` stands there twice
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
        error.ends_with("the template `x.j2` is not there: write `scap/templates/x.j2`"),
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

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]
    #[test]
    fn every_value_comes_back(
        value in "[ -~é😀\\n\\t%{}<>#$'\"\\\\]{0,20}",
        command in "[a-z][ -~é%{}<>#:'\"\\\\]{0,20}[a-z]",
        description in "[A-Za-z#*_<>{}%'\"\\\\é$`-][ -~é]{0,40}[a-z]",
    ) {
        let quote = |text: &str| serde_json::Value::from(text).to_string();
        let model = MODEL.replace("Brews `tea`, <i>hot</i>. More.", &quote(&description));
        let config = format!("config: {{style: scap, parameters: [{{name: odd, default: {}}}]}}\n", quote(&value));
        let deploy = format!(
            "deploy: {{checks: [{{name: c, type: nrpe, after: promote, command: {}}}]}}\n", quote(&command)
        );
        let repo = Repo::new(&format!("{model}{config}{deploy}"));
        repo.apply();
        let read = repo.read("deploy.wmnet");
        prop_assert_eq!(read.vars.find("odd").unwrap().to_value(), serde_json::Value::from(value));
        prop_assert_eq!(&read.checks[0].command, &command);
    }
}
