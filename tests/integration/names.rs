//! Any name that the model accepts comes back unchanged from the parser of every file that it is written to.

use camino::Utf8Path;
use proptest::prelude::*;
use svcgen::edit::{Rendered, Resolution, plan};
use svcgen::generate::{
    DeployRepo, Generated, PuppetTree, VagrantTree, deploy_repo, mediawiki_vagrant,
    operations_puppet,
};
use svcgen::model::{Service, Site, Sites};
use svcgen::puppet::{declarations, signature};
use svcgen::render::Templates;
use svcgen::worktree::Worktree;

/// The files that a generator writes into an empty folder, by their paths.
fn files(generated: &Generated, worktree: &Worktree) -> Vec<(String, String)> {
    let plan = plan(
        &generated.desired,
        worktree,
        &Rendered::none(),
        Resolution::Mark,
    )
    .unwrap();
    let files = plan.edits.iter();
    files
        .filter_map(|edit| Some((edit.path.to_string(), edit.after.clone()?)))
        .collect()
}

fn find<'a>(files: &'a [(String, String)], path: &str) -> &'a str {
    let found = files.iter().find(|(other, _)| other == path);
    &found.unwrap_or_else(|| panic!("no {path} in {files:#?}")).1
}

fn yaml(text: &str) -> serde_json::Value {
    serde_yaml::from_str(text).unwrap()
}

fn check(service: &Service, site: &Site) {
    let folder = tempfile::tempdir().unwrap();
    let worktree = Worktree::open(Utf8Path::from_path(folder.path()).unwrap()).unwrap();
    let templates = Templates::default();
    let (name, class) = (service.name.as_str(), service.puppet_name.as_str());
    let (role, key) = (
        service.vagrant.role.as_str(),
        service.repositories.key.as_str(),
    );
    let port = u64::from(service.port.number());

    let tree = VagrantTree::assumed(&worktree, &templates).unwrap();
    let vagrant = mediawiki_vagrant(service, site, &tree, &templates).unwrap();
    let vagrant = files(&vagrant, &worktree);
    let code = find(
        &vagrant,
        &format!("puppet/modules/{class}/manifests/init.pp"),
    );
    assert!(signature(code, "class", class).is_some(), "{code}");
    assert_eq!(declarations(code, "service::node")[0].title, name);
    let hieradata = yaml(find(&vagrant, "puppet/hieradata/common.yaml"));
    assert_eq!(hieradata[format!("{class}::port")], port);
    let settings = yaml(find(
        &vagrant,
        &format!("puppet/modules/role/settings/{role}.yaml"),
    ));
    assert_eq!(settings["forward_ports"][port.to_string()], port);
    let code = find(
        &vagrant,
        &format!("puppet/modules/role/manifests/{role}.pp"),
    );
    assert!(
        signature(code, "class", &format!("role::{role}")).is_some(),
        "{code}"
    );

    let tree = PuppetTree::assumed(&worktree, service, &templates).unwrap();
    let puppet = operations_puppet(service, site, &tree, &templates).unwrap();
    let puppet = files(&puppet, &worktree);
    let code = find(&puppet, &format!("modules/profile/manifests/{class}.pp"));
    assert_eq!(declarations(code, "service::node")[0].title, name);
    let sources = find(
        &puppet,
        "hieradata/role/common/deployment_server/kubernetes.yaml",
    );
    let repository = &yaml(sources)["scap::sources"][key]["repository"];
    assert_eq!(repository, service.repositories.deploy.as_str());

    let tree = DeployRepo::read(&worktree, &Rendered::none()).unwrap();
    let deploy = deploy_repo(service, site, &tree, &templates).unwrap();
    let deploy = files(&deploy, &worktree);
    let settings = svcgen::ini::parse(find(&deploy, "scap/scap.cfg")).unwrap();
    let setting = |key: &str| settings.find("global", key).unwrap().value.clone();
    assert_eq!(
        (setting("git_repo"), setting("service_name")),
        (key.into(), name.into())
    );
    assert_eq!(setting("ssh_user"), service.deploy.user.as_str());
    let checks = yaml(find(&deploy, "scap/checks.yaml"));
    assert_eq!(
        checks["checks"]["endpoints"]["command"],
        format!("check_endpoints_{name}")
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn names_come_back_from_every_file(
        name in "[a-z][a-z0-9]{0,4}(-[a-z0-9]{1,4}){0,3}",
        class in "[a-z][a-z0-9_]{0,12}",
        role in "[a-z][a-z0-9_]{0,12}",
        repository in "[A-Za-z0-9_][A-Za-z0-9._+-]{0,8}(/[A-Za-z0-9_][A-Za-z0-9._+-]{0,8}){0,3}",
        user in "[a-z_][a-z0-9_-]{0,12}",
        port in 1024_u16..,
    ) {
        let model = format!(
            "version: 1\nname: '{name}'\npuppet_name: '{class}'\ndescription: D\nport: {port}\nowner: {{name: A}}\n\
             repositories: {{source: '{repository}', key: '{repository}'}}\ndeploy: {{user: '{user}'}}\n\
             vagrant: {{role: '{role}'}}\nruntime: {{healthcheck: {{spec: true}}}}\n"
        );
        // What the types refuse never gets here; the rule is theirs to test.
        if let Ok((service, site)) = Service::parse("svcgen.yaml".into(), &model, &Sites::new(None), None) {
            check(&service, &site);
        }
    }
}
