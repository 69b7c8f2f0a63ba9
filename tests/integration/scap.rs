//! The deploy repository: generated, applied, read back, generated again.

mod environments;
mod refused;

use camino::Utf8Path;
use proptest::prelude::*;
use svcgen::edit::{self, EditPlan, Rendered};
use svcgen::generate::{DeployRepo, GenerateError, Generated, deploy_repo};
use svcgen::model::{HostName, Service, Site, Sites};
use svcgen::render::Templates;
use svcgen::scap::ScapDirectory;
use svcgen::validate;
use svcgen::worktree::Worktree;

use crate::support::copy;

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
        copy(fixture.as_std_path(), repo.tree.root().as_std_path());
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
        let rendered = Rendered::of(self.tree.root(), &self.service.name);
        let tree = DeployRepo::read(&self.tree, &rendered)?;
        let generated = deploy_repo(&self.service, &self.site, &tree, &Templates::new(None))?;
        let plan = edit::plan(
            &generated.desired,
            &self.tree,
            &rendered,
            edit::Resolution::Mark,
        )
        .unwrap();
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
        [
            "`.gitmodules:1` has no submodule that is `mediawiki/services/tea-pot`; nothing here says that svcgen wrote it: change it by hand, or name that in the model"
        ]
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
fn papers_follow_another_repository_unless_somebody_wrote_in_them() {
    let mut repo = Repo::new(&format!("{MODEL}{GROUPS}"));
    repo.apply();
    let other = |name: &str| {
        let repositories =
            format!("repositories: {{source: tea/{name}, deploy: tea/{name}/deploy}}");
        load(&format!("{MODEL}{GROUPS}{repositories}\n"))
    };
    (repo.service, repo.site) = other("pot");
    assert_eq!(repo.apply(), Vec::<String>::new());
    assert!(
        repo.text(".gitreview")
            .contains("project=tea/pot/deploy.git\n")
    );
    for path in [".gitreview", ".gitmodules"] {
        repo.write(path, &format!("{}; ours\n", repo.text(path)));
    }
    (repo.service, repo.site) = other("cup");
    assert_eq!(
        repo.apply(),
        [
            "`.gitreview:4` names the project `tea/pot/deploy.git`, not `tea/cup/deploy`; nothing here says that svcgen wrote it: change it by hand, or name that in the model",
            "`.gitmodules:3` has `https://gerrit.wikimedia.org/r/tea/pot` as the submodule `src`, not `tea/cup`; nothing here says that svcgen wrote it: change it by hand, or name that in the model"
        ]
    );
}

#[test]
fn what_somebody_tuned_is_no_mistake_of_a_later_change() {
    let mut repo = Repo::new(&format!("{MODEL}{GROUPS}"));
    repo.apply();
    let tuned = repo
        .text("scap/scap.cfg")
        .replace("group_size: 2", "group_size: 1");
    repo.write("scap/scap.cfg", &tuned);
    (repo.service, repo.site) = load(&format!("{MODEL}{GROUPS}").replace("6100", "6101"));
    repo.apply();
    let text = repo.text("scap/scap.cfg");
    assert!(text.contains("group_size: 1\n"), "{text}");
    assert!(text.contains("service_port: 6101\n"), "{text}");
    // What the model says has to be there, where it is svcgen that writes it.
    (repo.service, repo.site) = load(&format!("{MODEL}{GROUPS}").replace("6100", "6102"));
    let (_, mut plan) = repo.generate().unwrap();
    for edit in &mut plan.edits {
        let after = edit.after.as_ref().map(|text| text.replace("6102", "6103"));
        edit.after = after;
    }
    let mistakes = validate::mistakes(&repo.service, &repo.site, &repo.tree, &plan).unwrap();
    assert!(!mistakes.is_empty());
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
        let (_, odd) = read.vars.iter().find(|(name, _)| *name == "odd").unwrap();
        prop_assert_eq!(odd.to_value(), serde_json::Value::from(value));
        prop_assert_eq!(&read.checks[0].command, &command);
    }
}
